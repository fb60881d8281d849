"""What a format is made of: columns with their headers, meanings and units, and what a file's rows become.

Nothing here names a platform: the formats themselves are tables in `platforms` and in `own`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.functional import Promise

from reviews.figures.cells import header_key


class Unit(Enum):
    """How the cells of a column are read."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    RATIO = "ratio"
    SECONDS = "seconds"
    MARK = "mark"
    DAYS = "days"
    TEXT = "text"
    DAY = "day"
    MONTH = "month"
    CLOCK = "clock"
    MOMENT = "moment"


class Kind(Enum):
    """What the rows of a file become."""

    AGENT = "agent_figures"
    SHOP = "shop_figures"
    TARGETS = "targets"
    PEOPLE = "people"
    EXAMS = "exam_marks"
    SHIFTS = "shifts"
    ATTENDANCE = "attendance"
    EVENTS = "events"
    ORDERS = "orders"
    CHATS = "chats"
    REFUNDS = "refunds"
    SNAPSHOTS = "snapshots"  # agents' figures of a day up to an hour, beside the day


# Meanings of columns that say whose or when, not how much.
EXAMPLE = "示例"  # begins the first cell of an own sheet's example row
ACCOUNT, STAFF_NO, NAME, DAY, LAST_DAY, MONTH, SHOP_NAME = (
    "account",
    "staff_no",
    "name",
    "day",
    "last_day",
    "month",
    "shop_name",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header as the platform prints it, what it fills and how it is read.

    `meaning` is a field of the figures, one of the meanings above, or empty: known, not stored.
    `choices` maps the words a cell may hold to what they mean.
    """

    header: str
    meaning: str
    unit: Unit = Unit.COUNT
    required: bool = False
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str | Promise = ""
    example: Any = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The folded headers it is recognised by."""
        return tuple(header_key(name) for name in (self.header, *self.also))


@dataclass(frozen=True, slots=True)
class RateCheck:
    """A printed rate and the parts it must agree with; `complement` for 1 − part ÷ whole."""

    rate: str
    part: str
    whole: str
    complement: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A count that a file has in parts only: it is their sum, and missing where one of them is."""

    meaning: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: `name` as data.md writes it, `title` as people read it.

    `any_of` names meanings of which one column at least must be there; `added` are counts that its
    columns add up to; `two_rows` says that its header may take two rows, groups above columns.
    """

    code: str
    name: str
    kind: Kind
    columns: tuple[Column, ...]
    title: str | Promise = ""
    any_of: tuple[str, ...] = ()
    checks: tuple[RateCheck, ...] = ()
    added: tuple[Added, ...] = ()
    answered_from_parts: bool = False
    two_rows: bool = False
    source: str = ""
    own: bool = False
    profile: bool = False  # mapped by HR: a shipped format goes before it
    encoding: str = ""  # of its text files, where its header is ASCII and cannot tell

    @property
    def by_key(self) -> dict[str, Column]:
        """Its columns by folded header."""
        return {key: column for column in self.columns for key in column.keys}

    @property
    def dated(self) -> bool:
        """Whether its rows always say their days themselves, or have none."""
        return self.kind is not Kind.AGENT or any(
            c.required for c in self.columns if c.meaning in (DAY, MONTH)
        )

    @property
    def told_by_header(self) -> bool:
        """Whether a header outside ASCII shows that a text file was decoded rightly."""
        return not all(column.header.isascii() for column in self.columns)

    @property
    def spoken(self) -> str:
        """What a message keeps for it: a code that is put into words when it is read, or a profile's name."""
        return self.name if self.profile else self.code

    def missing(self, found: set[str]) -> list[str]:
        """Return the headers of required columns that a set of folded headers lacks."""
        lacking = [c.header for c in self.columns if c.required and not found.intersection(c.keys)]
        alternatives = [c for c in self.columns if c.meaning in self.any_of]
        if alternatives and not any(found.intersection(c.keys) for c in alternatives):
            lacking.append(" / ".join(c.header for c in alternatives))
        return lacking
