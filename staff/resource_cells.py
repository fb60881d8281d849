"""Cells of small reference sheets: what a text stands for, or one sentence about why it stands for nothing.

Faults are ValueErrors: the library gathers those of a whole row, so that all are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from import_export.widgets import Widget

from staff.models import Person, Position, Unit

LANGUAGES = ("zh-hans", "en")
# Bounded before anything is computed: 1e500000 is a short text and a very long number.
_NUMBER = re.compile(r"(-?\d{1,12})(?:\.(\d{1,12}))?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{6}))?)?", re.ASCII)
_EXACT = 1e12


def spellings(words: str | Promise) -> set[str]:
    """Return a label in every language the product speaks, folded for comparison."""
    found = set()
    for language in LANGUAGES:
        with override(language):
            found.add(folded(str(words)))
    return found


def folded(text: str) -> str:
    """Return a text as labels are compared: no spaces around, no difference of case."""
    return text.strip().casefold()


def text_of(cell: object) -> str:
    """Return a cell as a person reads it: 17.0 is 17, nothing is an empty text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return gettext("yes") if cell else gettext("no")
    if isinstance(cell, float) and abs(cell) < _EXACT:
        text = format(Decimal(repr(cell)), "f")
        return text.removesuffix(".0")
    return str(cell).strip()


class Cell(Widget):  # type: ignore[misc]
    """A text of a row."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__()
        self.required = required

    def clean(self, value: object, row: Mapping[str, object] | None = None, **_kwargs: object) -> Any:
        """Return what the cell stands for. Raises ValueError with a sentence."""
        if value is None or text_of(value) == "":
            if self.required:
                raise ValueError(gettext("This cell must not be empty."))
            return ""
        return self.read(value)

    def read(self, value: object) -> Any:
        """Return what a filled cell stands for."""
        return text_of(value)


class NumberCell(Cell):
    """A number of at most so many decimals; NaN, infinity and exponents are no numbers here."""

    def __init__(self, *, places: int) -> None:
        super().__init__()
        self.places = places

    def read(self, value: object) -> Decimal:
        """Return the number."""
        found = _NUMBER.fullmatch(text_of(value).replace(",", ""))
        if found is None or len((found[2] or "").rstrip("0")) > self.places:
            words = gettext("Enter a number such as 1234.5, with at most %(places)s decimals.")
            if not self.places:
                words = gettext("Enter a whole number.")
            raise ValueError(words % {"places": self.places})
        return Decimal(found[0])

    def render(self, value: Any, **_kwargs: object) -> str:
        """Return the number without thousands separators."""
        return "" if value is None else format(Decimal(value), "f")


class WholeCell(NumberCell):
    """A whole number."""

    def __init__(self) -> None:
        super().__init__(places=0)

    def read(self, value: object) -> Any:
        """Return the number."""
        return int(super().read(value))


class DayCell(Cell):
    """A day."""

    def read(self, value: object) -> Any:
        """Return the day."""
        found = moment(value)
        if found is None or found.time() != time.min:
            raise ValueError(gettext("Enter a day such as 2026-10-01."))
        return found.date()

    def render(self, value: date | None, **_kwargs: object) -> str:
        """Return the day as 2026-10-01."""
        return "" if value is None else value.isoformat()


class MomentCell(Cell):
    """A moment, in the company's time."""

    def read(self, value: object) -> Any:
        """Return the moment."""
        found = moment(value)
        if found is None:
            raise ValueError(gettext("Enter a day and time such as 2026-10-01 09:00."))
        return timezone.make_aware(found)

    def render(self, value: datetime | None, **_kwargs: object) -> str:
        """Return the moment as 2026-10-01 09:00, with seconds where it has any."""
        if value is None:
            return ""
        local = timezone.localtime(value).replace(tzinfo=None)
        whole = not (local.second or local.microsecond)
        return local.isoformat(" ", "minutes" if whole else "auto")


def moment(value: object) -> datetime | None:
    """Return the day and time a cell names (a day alone is its midnight), or None."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    day, _, clock = text_of(value).replace("T", " ").partition(" ")
    found, hours = _DAY.fullmatch(day), _CLOCK.fullmatch(clock.strip() or "0:00")
    if found is None or hours is None:
        return None
    try:
        return datetime(*(int(part) for part in (*found.groups(), *hours.groups("0"))))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


class ChoiceCell(Cell):
    """One of a few words, in either language or as stored."""

    def __init__(self, choices: Mapping[Any, str | Promise], *, required: bool = True) -> None:
        super().__init__(required=required)
        self.choices = choices
        self.known: dict[str, Any] = {}

    def read(self, value: object) -> Any:
        """Return the stored value."""
        if not self.known:
            for stored, words in self.choices.items():
                self.known |= dict.fromkeys({folded(str(stored)), *spellings(words)}, stored)
        asked = folded(text_of(value))
        if asked in self.known:
            return self.known[asked]
        known = ", ".join(str(words) for words in self.choices.values())
        raise ValueError(gettext("Choose one of: %(known)s.") % {"known": known})

    def render(self, value: Any, **_kwargs: object) -> str:
        """Return the word in the reader's language."""
        return str(self.choices.get(value, "" if value is None else value))


class PersonCell(Cell):
    """A person by staff number, asked for once in a sheet: each import has its own copy of its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Person | None] = {}

    def read(self, value: object) -> Person:
        """Return the person."""
        number = text_of(value)
        if number not in self.known:
            self.known[number] = Person.objects.filter(staff_no=number).first()
        found = self.known[number]
        if found is None:
            raise ValueError(gettext("Nobody has the staff number %(number)s.") % {"number": number})
        return found

    def render(self, value: Person | None, **_kwargs: object) -> str:
        """Return the staff number."""
        return "" if value is None else value.staff_no


class CodeCell(Cell):
    """Something by its code, asked for once in a sheet: each import has its own copy of its cells."""

    model: type[Model]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Model | None] = {}

    def read(self, value: object) -> Any:
        """Return what has the code."""
        code = text_of(value)
        if code not in self.known:
            self.known[code] = self.model._default_manager.filter(code=code).first()  # noqa: SLF001
        found = self.known[code]
        if found is None:
            raise ValueError(self.nothing(code))
        return found

    def nothing(self, code: str) -> str:
        """Say that nothing has the code."""
        raise NotImplementedError

    def render(self, value: Any, **_kwargs: object) -> str:
        """Return the code."""
        return "" if value is None else str(value.code)


class PositionCell(CodeCell):
    """A position by code."""

    model = Position

    def nothing(self, code: str) -> str:
        """Say that no position has the code."""
        return gettext("No position has the code %(code)s.") % {"code": code}


class UnitCell(CodeCell):
    """A unit by code."""

    model = Unit

    def nothing(self, code: str) -> str:
        """Say that no unit has the code."""
        return gettext("No unit has the code %(code)s.") % {"code": code}
