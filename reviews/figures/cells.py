"""One cell of an export -> one value, or the reason why it is none.

Pure: standard library only. What a spreadsheet or CSV reader hands over (text,
float, date …) goes in; out comes a `Decimal`, `int`, `str` or `date`, a `Missing`
(there is no figure, which is never 0), or a `Fault` (the cell cannot be believed).
Errors are values: nothing here raises for bad input.

Source: data.md, "Import rules, for every format".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite

MAX_TEXT = 200  # characters of an account, a name, a code
MAX_COUNT = 1_000_000_000
MAX_MONEY = Decimal(1_000_000_000_000)  # CNY
MAX_SECONDS = Decimal(31 * 86_400)  # no longer than a month
MAX_RATIO = Decimal(1_000)
MAX_MARK = Decimal(10_000)
MAX_DAYS = Decimal(31)
MAX_NUMBER_TEXT = 40  # characters; a longer "number" is refused unread

CENT = Decimal("0.01")
SECONDS_PLACES = Decimal("0.001")
RATE_PLACES = Decimal("0.000001")
EXCEL_DIGITS = 15  # what a spreadsheet's number holds

BLANK, DASH, NOT_FINAL = "blank", "dash", "not_final"
MISSING_WORDS = {"null": DASH, "(null)": DASH, "无": DASH, "延迟统计": NOT_FINAL}
JOINERS = "\u200c\u200d"  # inside emoji and some names
DASHES = "-‐‑‒–—―−－"


@dataclass(frozen=True, slots=True)
class Missing:
    """No figure stands here: a blank, a dash, or a value that is not final yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be believed: a code for the sentence, and what it said."""

    code: str
    text: str


Number = Decimal | Missing | Fault
Count = int | Missing | Fault
Text = str | Missing | Fault
Day = date | Missing | Fault

MISSING_BLANK = Missing(BLANK)

_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF))
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?e[+-]?\d{1,2}", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(
    r"(?:(\d+)天)?(?:(\d+)(?:小时|时))?(?:(\d+)(?:分钟|分))?(?:(\d+(?:\.\d+)?)秒)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_UNITS_MONEY = ("元", "¥", "cny", "rmb")
_UNITS_COUNT = ("人", "件", "单", "笔", "次", "条", "个")
_UNITS_SECONDS = ("秒", "s")


def clean(text: str) -> str:
    """Take off what exports wrap round a text: blanks, ="…", a leading quote."""
    if text.isascii() and text.isalnum():
        return text
    text = (text if text.isascii() else text.translate(_INVISIBLE)).strip()
    if text.startswith("=") and (match := _FORMULA_TEXT.fullmatch(text)):
        text = match[1].replace('""', '"').strip()
    return text.removeprefix("'").strip()


@lru_cache(maxsize=4096)  # every row of the first ten is matched against every format
def header_key(text: str) -> str:
    """Fold a header so that brackets, spaces and letters of any width are equal."""
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    return "".join(folded.split()).replace("→", "->")


def printed_step(value: object) -> Decimal:
    """Return the worth of the last printed digit of a share: 0.0001 for `61.22%`."""
    text = folded(value) if isinstance(value, str) else shown(value)
    number = _number(text.removesuffix("%").strip(), ())
    exponent = number.as_tuple().exponent if number is not None else 0
    places = exponent if isinstance(exponent, int) else 0
    return max(
        Decimal(1).scaleb(min(places, 0) - (2 if text.endswith("%") else 0)),
        RATE_PLACES,
    )


def shown(value: object) -> str:
    """Return a cell as a person would quote it, at most 60 characters long."""
    if isinstance(value, float):
        value = f"{value:.{EXCEL_DIGITS}g}"
    text = str(value).strip()
    return text if len(text) <= 60 else text[:59] + "…"


def missing_word(text: str) -> Missing | None:
    """Return why a folded text is no figure, if it says so."""
    if not text:
        return MISSING_BLANK
    if not text.strip(DASHES):
        return Missing(DASH)
    why = MISSING_WORDS.get(text.casefold())
    return Missing(why) if why else None


def folded(value: str) -> str:
    """Return a cell's text with full-width forms made plain."""
    return unicodedata.normalize("NFKC", clean(value)).strip()


def _number(text: str, units: tuple[str, ...]) -> Decimal | None:
    """Read a written number with at most one known unit; None if it is none."""
    text = text.casefold()
    for unit in units:
        stripped = text.removesuffix(unit).removeprefix(unit)
        if stripped != text:
            text = stripped.strip()
            break
    if len(text) > MAX_NUMBER_TEXT:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not (_PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text)):
        return None
    number = Decimal(text)
    return number or Decimal(0)


def _from_float(value: float) -> Decimal | None:
    """Turn a spreadsheet's number into the decimal that its 15 digits print."""
    if not isfinite(value):
        return None
    number = Decimal(f"{value:.{EXCEL_DIGITS}g}")
    return number or Decimal(0)


def _decimal(value: object, units: tuple[str, ...]) -> Number:
    """Read a number however it is written: cell types other than numbers are faults."""
    if isinstance(value, str):
        return _decimal_text(value, units)
    if value is None:
        return MISSING_BLANK
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Fault("not_a_number", shown(value))
    number = _from_float(float(value))
    return Fault("not_a_number", shown(value)) if number is None else number


@lru_cache(maxsize=65_536)
def _decimal_text(value: str, units: tuple[str, ...]) -> Number:
    text = folded(value)
    if missing := missing_word(text):
        return missing
    number = _number(text, units)
    return Fault("not_a_number", shown(value)) if number is None else number


def read_count(value: object) -> Count:
    """Read a count of people, orders, items or messages: whole, from 0."""
    if value.__class__ is float and 0 <= value <= MAX_COUNT and value.is_integer():
        return int(value)
    if value == "":
        return MISSING_BLANK
    number = _decimal(value, _UNITS_COUNT)
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_count", shown(value))
    if number > MAX_COUNT:
        return Fault("too_large", shown(value))
    if number != number.to_integral_value():
        return Fault("not_whole", shown(value))
    return int(number)


def read_money(value: object) -> Number:
    """Read an amount in CNY, from 0, with at most two decimals."""
    return _money_text(value) if isinstance(value, str) else _money(value)


@lru_cache(maxsize=65_536)
def _money_text(value: str) -> Number:
    return _money(value)


def _money(value: object) -> Number:
    number = _decimal(value, _UNITS_MONEY)
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_amount", shown(value))
    if number > MAX_MONEY:
        return Fault("too_large", shown(value))
    cents = number.quantize(CENT)
    return cents if cents == number else Fault("below_a_cent", shown(value))


def read_rate(value: object) -> Number:
    """Read a share from 0 to 1: `45%` and `0.45` are 0.45, a bare 45 is refused."""
    return _share(value, Decimal(1))


def read_ratio(value: object) -> Number:
    """Read a ratio that may pass 1 (答问比): `102.80%` and `1.028` are 1.028."""
    return _share(value, MAX_RATIO)


def _share(value: object, most: Decimal) -> Number:
    """Read a share, half-up to six decimals, the precision that is stored."""
    if value == "":
        return MISSING_BLANK
    number: Number
    if isinstance(value, str) and "%" in (text := folded(value)):
        part = _number(text[:-1].strip(), ()) if text.endswith("%") else None
        number = Fault("not_a_number", shown(value)) if part is None else part / 100
    else:
        number = _decimal(value, ())
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_rate", shown(value))
    if number > most:
        return Fault("rate_above_1", shown(value))
    return number.quantize(RATE_PLACES, ROUND_HALF_UP)


def read_mark(value: object) -> Number:
    """Read an exam's mark, from 0 to 10,000 with at most two decimals."""
    number = _decimal(value, ("分",))
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_mark", shown(value))
    if number > MAX_MARK:
        return Fault("too_large", shown(value))
    return number.quantize(CENT) if number == number.quantize(CENT) else Fault("below_a_cent", shown(value))


def read_days(value: object) -> Number:
    """Read a number of days that may be parts of one, from 0 to 31."""
    number = _decimal(value, ("天", "日"))
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_count", shown(value))
    return number if number <= MAX_DAYS else Fault("too_large", shown(value))


def read_seconds(value: object) -> Number:
    """Read a length of time in seconds, half-up to 0.001.

    `33.46`, `2分30秒`, `7小时41分52秒`, `00:02:30` and a spreadsheet's time are read;
    `2:30` is refused, because it may mean minutes or hours.
    """
    if isinstance(value, time):
        value = timedelta(
            hours=value.hour,
            minutes=value.minute,
            seconds=value.second,
            microseconds=value.microsecond,
        )
    if isinstance(value, timedelta):
        number: Number = Decimal(value // timedelta(microseconds=1)) / 1_000_000
    else:
        number = _duration(value) if isinstance(value, str) else _decimal(value, ())
    if not isinstance(number, Decimal):
        return number
    if number < 0:
        return Fault("negative_time", shown(value))
    if number > MAX_SECONDS:
        return Fault("too_large", shown(value))
    return number.quantize(SECONDS_PLACES, ROUND_HALF_UP)


@lru_cache(maxsize=16_384)
def _duration(value: str) -> Number:
    text = folded(value).replace(" ", "")
    if missing := missing_word(text):
        return missing
    if len(text) <= MAX_NUMBER_TEXT:
        if match := _DURATION.fullmatch(text):
            days, hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
            return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if match := _CLOCK.fullmatch(text):
            hours, minutes, seconds = (Decimal(part) for part in match.groups())
            return (hours * 60 + minutes) * 60 + seconds
    return _decimal_text(value, _UNITS_SECONDS)


def read_text(value: object) -> Text:
    """Read a name, an account or a number that is only a label: zeros stay."""
    if isinstance(value, str):
        text = clean(value)
        if missing := missing_word(text):
            return missing
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return MISSING_BLANK if value is None else Fault("not_text", shown(value))
    elif abs(value) >= 10**EXCEL_DIGITS:
        return Fault("digits_lost", shown(value))
    else:
        text = f"{value:.{EXCEL_DIGITS}g}"
    if len(text) > MAX_TEXT:
        return Fault("too_long", shown(text))
    if not text.isprintable() and any(map(_unwanted, text)):
        return Fault("unprintable", shown(text.encode("unicode_escape").decode()))
    return text


def _unwanted(character: str) -> bool:
    """Say whether a character is a control, a surrogate, or of private use."""
    if character in JOINERS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}


@lru_cache(maxsize=16_384)
def is_summary(name: str, *, of_agents: bool = True) -> bool:
    """Say whether a row's name marks a sum or an average of rows, not an agent.

    A name of a shop or a person may begin with 全店 or 同行; an account that stands for one has a colon.
    """
    name = "".join(folded(name).split())
    if name in SUMMARY_NAMES:
        return True
    return of_agents and name.startswith(("全店", "同行")) and ":" not in name


SUMMARY_NAMES = frozenset({"汇总", "汇总值", "均值", "平均值", "店铺汇总值", "店铺平均值", "合计", "总计"})
