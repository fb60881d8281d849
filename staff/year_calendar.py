"""A year of the working calendar as twelve small months, with its days off and make-up days."""

from __future__ import annotations

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date

from staff.calendar import SATURDAY
from staff.models import CalendarYear, Holiday

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a small month. `entry` is its row in the table, if it differs from its weekday."""

    date: date
    inside: bool
    works: bool
    today: bool
    entry: Holiday | None = None

    @property
    def weekend(self) -> bool:
        """Whether it is a Saturday or Sunday."""
        return self.date.weekday() >= SATURDAY


@dataclass(frozen=True, slots=True)
class Month:
    """One month in weeks from Monday to Sunday, and how many working days it has."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    working_days: int


@dataclass(frozen=True, slots=True)
class YearPage:
    """What the page of a year shows."""

    year: int
    published: bool
    months: tuple[Month, ...]
    entries: tuple[Holiday, ...]
    working_days: int


def year_page(year: int, *, today: date) -> YearPage:
    """Return a year's months and the days that differ from their weekday, in two queries."""
    entries = tuple(Holiday.objects.filter(date__year=year).order_by("date"))
    by_day = {entry.date: entry for entry in entries}
    months = tuple(_month(year, number, by_day, today) for number in range(1, 13))
    return YearPage(
        year=year,
        published=CalendarYear.objects.filter(year=year, published=True).exists(),
        months=months,
        entries=entries,
        working_days=sum(month.working_days for month in months),
    )


def _month(year: int, number: int, by_day: dict[date, Holiday], today: date) -> Month:
    weeks = tuple(
        tuple(_day(day, number, by_day, today) for day in week)
        for week in Weeks().monthdatescalendar(year, number)
    )
    working = sum(day.works for week in weeks for day in week if day.inside)
    return Month(date(year, number, 1), weeks, working)


def _day(day: date, month: int, by_day: dict[date, Holiday], today: date) -> Day:
    inside = day.month == month
    entry = by_day.get(day) if inside else None
    works = entry.works if entry else day.weekday() < SATURDAY
    return Day(day, inside, works, day == today, entry)
