"""One thing to do, as its row says it, and the order of the rows. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

SHOWN = 7


class Tone(StrEnum):
    """How urgent a row is."""

    LATE = "late"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Action:
    """What a row offers: a page to open, or a form to send (`fields` go with it)."""

    label: str
    address: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def posts(self) -> bool:
        """Whether it is sent rather than opened."""
        return bool(self.fields)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: by when, the fact, one line of why, and at most one action.

    `late` counts working days past `due`, 0 while there is time; without `due` it is for today. What
    cannot be done yet has no action.
    """

    kind: str
    fact: str
    why: str
    due: date | None = None
    late: int = 0
    action: Action | None = None

    def tone(self, today: date) -> Tone:
        """Overdue, today or later."""
        if self.late:
            return Tone.LATE
        return Tone.LATER if self.due is not None and self.due > today else Tone.TODAY


@dataclass(frozen=True, slots=True)
class Row:
    """An item with its chip in words; only the first row's button is filled."""

    item: Item
    tone: Tone
    chip: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The list as it is drawn. `count` and `late` are of all rows, also where fewer are shown."""

    rows: tuple[Row, ...]
    count: int
    late: int

    @property
    def first_rows(self) -> tuple[Row, ...]:
        """The rows that Today shows."""
        return self.rows[:SHOWN]

    @property
    def more(self) -> bool:
        """Whether there are rows that Today does not show."""
        return len(self.rows) > SHOWN


def listed(items: Iterable[Item], *, today: date) -> Listed:
    """Return the rows in order: overdue, the latest first, then today, then later by date."""
    ordered = sorted(items, key=lambda item: _place(item, today))
    rows = tuple(
        Row(item, item.tone(today), _chip(item, today), filled=number == 0)
        for number, item in enumerate(ordered)
    )
    return Listed(rows, len(rows), sum(row.tone is Tone.LATE for row in rows))


def _place(item: Item, today: date) -> tuple[int, int, date, str, str]:
    rank = list(Tone).index(item.tone(today))
    return rank, -item.late, item.due or today, item.kind, item.fact


def _chip(item: Item, today: date) -> str:
    if item.late:
        return late_words(item.late)
    if item.due is None or item.due <= today:
        return _("today")
    # The year only where it is not this one.
    return f"{item.due:%m-%d}" if item.due.year == today.year else f"{item.due:%Y-%m-%d}"


def late_words(days: int) -> str:
    """Say how many working days something is late."""
    return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}


def month_name(month: date) -> str:
    """Return a month by its name."""
    return date_format(month, pgettext("date format of a month's name", "F"))


def address_of(name: str, *args: object) -> str:
    """Return the address of a page, or nothing where it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def opens(label: str, name: str, *args: object, query: str = "") -> Action | None:
    """Return the action that opens a page, or None where the page does not exist."""
    address = address_of(name, *args)
    return Action(label, f"{address}?{query}" if query else address) if address else None
