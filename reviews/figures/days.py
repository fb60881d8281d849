"""Days, months and hours as cells write them, and what a file's name says about its span.

Pure: standard library only. Errors are values, as in `cells`.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reviews.figures.cells import (
    MISSING_BLANK,
    Day,
    Fault,
    Missing,
    folded,
    missing_word,
    shown,
)

Clock = time | Missing | Fault
Moment = datetime | Missing | Fault

_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?",
    re.ASCII,
)
# With a weekday that fits even a two-digit year can mean one day only.
_WITH_WEEKDAY = re.compile(
    r"(\d{2}|\d{4})([-/.])(\d{1,2})\2(\d{1,2})[ ,(]*(?:星期|周)([一二三四五六日天])\)?", re.ASCII
)
_PLAIN_MOMENT = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)  # as most exports write it
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::00)?", re.ASCII)

_NAME_DAY = (
    r"(?:(?<!\d)(20\d{2})(?:([-./])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?!\d))"
)
_NAME_DAYS = re.compile(_NAME_DAY)
_NAME_MONTH = re.compile(r"(?<!\d)(20\d{2})(?:[-.]?(0[1-9]|1[0-2])|年(\d{1,2})月)(?![-.]?\d)")
# An hour beside the day: `20261111_1030`, `2026-11-11 10.30`, `11月11日 10点30分`. Digits that go on
# (an export's time stamp, a second day) are no hour.
_NAME_HOUR = re.compile(
    r"[_ T]{0,2}(?:([01]\d|2[0-3])([0-5]\d)|([01]?\d|2[0-3])[:：.]([0-5]\d)(?:[:：.][0-5]\d)?"
    r"|([01]?\d|2[0-3])[点时](?:([0-5]\d)分?)?)(?![-.]?\d|[年月日])"
)
_LONE_HOUR = re.compile(r"(?<!\d)_([01]\d|2[0-3])([0-5]\d)(?=\.[A-Za-z]{2,4}$)")
_BETWEEN = re.compile(r"\s*(?:至|到|to|[-~～_—])\s*")
# An end without its year: after a word for "to" it is one, after a mere dash it may be the time of an export.
_SHORT_END = re.compile(
    r"\s*(至|到|to|[~～—]|[-_])\s*(\d{1,2})(?:[-./月](\d{1,2})日?|(?<=\d\d)(\d{2}))(?!\d)"
)
_MODES = {"下单优先判定": "order_first", "付款优先判定": "pay_first"}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days a row stands for, first and last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def problem(self) -> str:
        """Return the code of what is wrong with it, or nothing.

        A span lies in one month; only a week may cross a month's end.
        """
        if self.last < self.first:
            return "span_backwards"
        return "span_two_months" if self.crosses_months and self.days > 7 else ""

    @property
    def crosses_months(self) -> bool:
        """Whether it lies in more than one month."""
        return (self.first.year, self.first.month) != (self.last.year, self.last.month)

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}至{self.last}"


def month_span(year: int, month: int) -> Span:
    """Return a whole month."""
    return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of all months that two days touch or lie between."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = (first.year * 12 + first.month - 1 + number for number in range(count))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def read_day(value: object) -> Day:
    """Read a calendar day; a two-digit year (without its weekday) or an order that may be American is not.

    A time beside the day is dropped. Years before 2000 and after 2099 are refused:
    they come of a number that was no date.
    """
    if isinstance(value, datetime):
        return _sensible(value.date(), value)
    if isinstance(value, date):
        return _sensible(value, value)
    if not isinstance(value, str | float | int) or isinstance(value, bool):
        return MISSING_BLANK if value is None else Fault("not_a_date", shown(value))
    text = folded(value) if isinstance(value, str) else shown(float(value))
    return missing_word(text) or _written_day(text)


def _written_day(text: str) -> Day:
    if match := _WITH_WEEKDAY.fullmatch(text):
        year, _mark, month, number, weekday = match.groups()
        day = _written_day(f"{year if len(year) == 4 else '20' + year}-{month}-{number}")
        fits = isinstance(day, date) and day.weekday() == min("一二三四五六日天".index(weekday), 6)
        return day if fits else Fault("not_a_date", shown(text))
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match is None:
        return Fault("not_a_date", shown(text))
    found = [part for part in match.groups()[:6] if part and part.isdigit()]
    try:
        day = date(int(found[0]), int(found[1]), int(found[2]))
    except ValueError:
        return Fault("no_such_day", shown(text))
    return _sensible(day, text)


def _sensible(day: date, value: object) -> Day:
    return day if 2000 <= day.year <= 2099 else Fault("year_out_of_range", shown(value))


def read_month(value: object) -> Day:
    """Read a month (`2026-10`, `2026年10月`, `202610`, any day of it) as its first day."""
    if isinstance(value, str | float | int) and not isinstance(value, bool):
        text = folded(value) if isinstance(value, str) else shown(float(value))
        if (match := _MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12 and len(match[2]) <= 2:
            year, month = int(match[1]), int(match[2])
            return _sensible(date(year, month, 1), text) if year else Fault("not_a_month", shown(text))
    day = read_day(value)
    if isinstance(day, Fault):
        return Fault("not_a_month", day.text)
    return day.replace(day=1) if isinstance(day, date) else day


def read_clock(value: object) -> Clock:
    """Read a time of day to the minute; `24:00` is midnight, the end of the day."""
    if isinstance(value, datetime | time):
        return (value.time() if isinstance(value, datetime) else value).replace(microsecond=0)
    if isinstance(value, timedelta):
        return time() if value == timedelta(days=1) else Fault("not_a_time", shown(value))
    if not isinstance(value, str):
        return MISSING_BLANK if value is None else Fault("not_a_time", shown(value))
    text = folded(value)
    if missing := missing_word(text):
        return missing
    match = _CLOCK.fullmatch(text)
    if match is None or (match[1] == "24" and match[2] != "00"):
        return Fault("not_a_time", shown(value))
    return time(int(match[1]) % 24, int(match[2]))


def read_moment(value: object) -> Moment:
    """Read a day with its time to the second, as the file has it and without a time zone.

    A day without a time is refused: what comes before what would be a guess.
    """
    if isinstance(value, datetime):
        rounded = value.replace(tzinfo=None) + timedelta(microseconds=500_000)
        value = rounded.replace(microsecond=0)
        return value if isinstance(_sensible(value.date(), value), date) else _bad_moment(value)
    if not isinstance(value, str):
        return MISSING_BLANK if value is None else _bad_moment(value)
    if _PLAIN_MOMENT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    text = folded(value)
    if missing := missing_word(text):
        return missing
    match = _DATE.fullmatch(text)
    if match is None or match[7] is None:
        return _bad_moment(value)
    year, month, day = (int(part) for part in (match[1], match[3] or match[5], match[4] or match[6]))
    try:
        moment = datetime(year, month, day, int(match[7]), int(match[8]), int(match[9] or 0))  # noqa: DTZ001
    except ValueError:
        return _bad_moment(value)
    return moment if 2000 <= year <= 2099 else _bad_moment(value)


def _bad_moment(value: object) -> Fault:
    return Fault("not_a_moment", shown(value))


def span_in_name(name: str) -> Span | Fault | None:
    """Return the span a file's name states: one day, first and last day, or a month.

    None if it states none; a Fault where it states a day that does not exist, or
    more than one span. Digits of longer numbers (an export's time stamp) do not count.
    """
    text = unicodedata.normalize("NFC", name.rsplit("/", 1)[-1])
    days: list[tuple[date, int, int]] = []
    for match in _NAME_DAYS.finditer(text):
        found = [part for part in match.groups() if part and part.isdigit()]
        try:
            days.append((date(int(found[0]), int(found[1]), int(found[2])), *match.span()))
        except ValueError:
            return Fault("no_such_day", match[0])
    if not days:
        return _month_in_name(text)
    if len(days) == 1:
        return _short_end(days[0][0], text[days[0][2] :]) or Span(days[0][0], days[0][0])
    if len(days) == 2 and days[0][0] == days[1][0]:
        return Span(days[0][0], days[0][0])
    (first, _start, end), (last, start, _end) = days[0], days[1]
    if len(days) == 2 and _BETWEEN.fullmatch(text[end:start]):
        return Span(first, last)
    return Fault("several_spans", shown(text))


def _short_end(first: date, rest: str) -> Span | Fault | None:
    """Return the span that a month and day after a first day make; a Fault where they may be a time of day."""
    match = _SHORT_END.match(rest)
    if match is None:
        return None
    try:
        last = first.replace(month=int(match[2]), day=int(match[3] or match[4]))
    except ValueError:
        return None
    if last <= first:
        return None
    return Fault("several_spans", shown(f"{first}{match[0]}")) if match[1] in "-_" else Span(first, last)


def moment_in_name(name: str, asked: Span | None) -> datetime | None:
    """Return the day and hour a file's name states: figures of a day up to that hour; None if it has no hour.

    Wall-clock time of the company. An hour alone (`_1030` at the end) is read as one where a person
    has named the day, and where it does not stand for that day's month and day. Digits that may also be a
    last day (`20261111_1130`) are an hour only where a person has named that one day.
    """
    text = unicodedata.normalize("NFC", name.rsplit("/", 1)[-1])
    days = list(_NAME_DAYS.finditer(text))
    if len(days) == 1:
        span, hour = span_in_name(name), _NAME_HOUR.match(text, days[0].end())
        if isinstance(span, Fault) and span.code == "several_spans" and asked and asked.days == 1:
            span = asked if _written_day(days[0][0]) == asked.first else None
        day = span.first if isinstance(span, Span) else None
    else:
        hour = _LONE_HOUR.search(text) if not days else None
        day = asked.first if asked and asked.days == 1 else None
        if hour and day and hour[1] + hour[2] == f"{day:%m%d}":
            return None
    if hour is None or day is None:
        return None
    found = [part for part in hour.groups() if part]
    return datetime.combine(day, time(int(found[0]), int(found[1]) if len(found) > 1 else 0))


def _month_in_name(text: str) -> Span | Fault | None:
    months = {(int(m[1]), int(m[2] or m[3])) for m in _NAME_MONTH.finditer(text)}
    if not months:
        return None
    if len(months) > 1:
        return Fault("several_spans", shown(text))
    year, month = months.pop()
    return month_span(year, month) if 1 <= month <= 12 else Fault("no_such_day", shown(text))


def mode_in_name(name: str) -> str:
    """Return the attribution mode a file's name states, or nothing."""
    return next((mode for words, mode in _MODES.items() if words in name), "")
