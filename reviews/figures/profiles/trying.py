"""A mapping tried on its sample: what is wrong with it, and the first rows as they would be read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.figures.cells import Fault, Missing, header_key, shown
from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS
from reviews.figures.formats import ACCOUNT, DAY, LAST_DAY, STAFF_NO, Format, Kind, Unit
from reviews.figures.headers import match_row
from reviews.figures.messages import place, sentence
from reviews.figures.profiles.guessing import fields_of
from reviews.figures.profiles.registry import format_from
from reviews.figures.profiles.samples import SampleSheet
from reviews.figures.rows import ERROR, READERS, Issue, RowReader
from staff.sheets.archives import letters

SHOWN = 10
MAX_HEADER = 100  # characters that are kept of a header

UNITS: dict[Unit, str | Promise] = {
    Unit.COUNT: gettext_lazy("count"),
    Unit.MONEY: gettext_lazy("amount in CNY"),
    Unit.RATE: gettext_lazy("rate up to 100%"),
    Unit.RATIO: gettext_lazy("ratio that may pass 100%"),
    Unit.SECONDS: gettext_lazy("length of time"),
    Unit.TEXT: gettext_lazy("text"),
    Unit.DAY: gettext_lazy("date"),
}
_WHOSE: dict[str, str | Promise] = {
    ACCOUNT: gettext_lazy("Platform account"),
    STAFF_NO: gettext_lazy("Staff number"),
    DAY: gettext_lazy("Day"),
    LAST_DAY: gettext_lazy("Last day"),
}


def labels_of(kind: Kind) -> dict[str, str | Promise]:
    """Return what a column may fill, in words."""
    names: dict[str, str | Promise] = {**_WHOSE, **(SHOP_FIELDS if kind is Kind.SHOP else AGENT_FIELDS)}
    return {name: names[name] for name in fields_of(kind)}


@dataclass(frozen=True, slots=True)
class Given:
    """One column as a person maps it: empty `meaning` is known and not stored."""

    index: int
    header: str
    meaning: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping that is not saved yet."""

    kind: Kind
    columns: tuple[Given, ...]
    encoding: str = ""

    @property
    def stored(self) -> list[Given]:
        """The columns that fill something."""
        return [column for column in self.columns if column.meaning]

    @property
    def kept(self) -> list[Given]:
        """The columns a profile remembers: those not stored only where their header is unmistakable."""
        keys = Counter(header_key(column.header) for column in self.columns)
        return [
            column
            for column in self.columns
            if column.meaning or (keys[header_key(column.header)] == 1 and len(column.header) <= MAX_HEADER)
        ]

    @property
    def ascii_only(self) -> bool:
        """Whether no header shows in which encoding a text file is."""
        return all(column.header.isascii() for column in self.kept)

    def as_format(self, *, code: str = "profile_0", name: str = "") -> Format:
        """Return it as the format it would be."""
        triples = [(column.header, column.meaning, column.unit.value) for column in self.kept]
        return format_from(
            code=code, name=name, kind=self.kind.value, columns=triples, encoding=self.encoding
        )

    def digest(self) -> str:
        """Return a digest of what it says: what is saved is what was looked at."""
        said = [(c.index, c.header, c.meaning, c.unit.value) for c in self.columns]
        return hashlib.sha256(repr((self.kind.value, self.encoding, said)).encode()).hexdigest()


def problems_of(draft: Draft, *, unmarked: bool) -> list[str]:
    """Return everything that keeps a mapping from being saved, in words."""
    found = [*_whose_problems(draft), *_column_problems(draft)]
    if unmarked and draft.ascii_only and not draft.encoding:
        found.append(_("The header is plain ASCII and does not show the encoding of the text: choose it."))
    return found


def _whose_problems(draft: Draft) -> Iterator[str]:
    meanings = {column.meaning for column in draft.stored}
    if draft.kind is Kind.AGENT and not meanings & {ACCOUNT, STAFF_NO}:
        yield _("No column says whose a row is: choose the platform account or the staff number.")
    if draft.kind is Kind.SHOP and DAY not in meanings:
        yield _("A shop's figures need a column with the day.")
    if LAST_DAY in meanings and DAY not in meanings:
        yield _("There is a last day and no first one: choose the column with the day.")
    if not meanings - {ACCOUNT, STAFF_NO, DAY, LAST_DAY}:
        yield _("No column fills a figure.")


def _column_problems(draft: Draft) -> Iterator[str]:
    labels, fields = labels_of(draft.kind), fields_of(draft.kind)
    for meaning, count in Counter(column.meaning for column in draft.stored).items():
        if count > 1:
            yield _("%(count)s columns fill “%(field)s”: only one may.") % {
                "count": count,
                "field": labels.get(meaning, meaning),
            }
    keys = Counter(header_key(column.header) for column in draft.columns)
    for column in draft.stored:
        words = {"header": column.header[:60], "letter": letters(column.index)}
        if keys[header_key(column.header)] > 1:
            yield (
                _("The header “%(header)s” stands there more than once, so its column cannot be told.")
                % words
            )
        if len(column.header) > MAX_HEADER:
            yield _("The header of column %(letter)s is too long.") % words
        allowed = fields[column.meaning]
        if column.unit not in allowed:
            yield _("“%(header)s” fills “%(field)s”, which is read as %(unit)s.") % {
                **words,
                "field": labels[column.meaning],
                "unit": _(" or ").join(str(UNITS[unit]) for unit in allowed),
            }


def same_headers(draft: Draft, forms: Iterable[Format]) -> Format | None:
    """Return a profile that knows exactly the same headers."""
    mine = {header_key(column.header) for column in draft.kept}
    return next((form for form in forms if set(form.by_key) == mine), None)


def read_already(sheet: SampleSheet, row: int, forms: Sequence[Format]) -> Format | None:
    """Return the shipped format that reads the sample's header, which would go before any profile."""
    line = sheet.rows.get(row, ())
    for form in forms:
        header = match_row(line, form, row=row, first_column=0)
        if header is not None and not header.missing:
            return form
    return None


@dataclass(slots=True)
class Tried:
    """One cell as it would be read: its value in words, or what is wrong with it."""

    text: str
    fault: str = ""
    note: str = ""
    where: str = ""
    missing: bool = False


@dataclass(slots=True)
class TriedRow:
    """One row of the sample by its number."""

    number: int
    cells: list[Tried] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    skipped: bool = False


@dataclass(slots=True)
class Trial:
    """The first rows as they would be read."""

    headers: list[tuple[str, str]]  # (the header, what it fills)
    rows: list[TriedRow]

    @property
    def good(self) -> int:
        """How many rows are read without a fault."""
        return sum(
            not row.skipped and not row.faults and not any(c.fault for c in row.cells) for row in self.rows
        )

    @property
    def faulty(self) -> int:
        """How many rows have a fault."""
        return sum(bool(row.faults) or any(c.fault for c in row.cells) for row in self.rows)


def try_rows(draft: Draft, sheet: SampleSheet, row: int) -> Trial | None:
    """Return the first rows under a header as a mapping reads them; None where it cannot be tried."""
    header = match_row(sheet.rows.get(row, ()), draft.as_format(), row=row, first_column=0)
    if header is None or header.missing or header.doubled:
        return None
    reader = RowReader(sheet.name, header, {(cell.row, cell.letter): cell.code for cell in sheet.bad})
    lines = [(number, line) for number, line in sheet.rows.items() if number > row][:SHOWN]
    rows = []
    for number, line in lines:
        seen, skipped = len(reader.issues), reader.skipped
        reader.read([(number, 0, list(line))])
        rows.append(_row(number, line, draft, reader.issues[seen:], skipped=reader.skipped > skipped))
    labels = labels_of(draft.kind)
    return Trial([(column.header, str(labels[column.meaning])) for column in draft.stored], rows)


def _row(
    number: int, line: Sequence[Any], draft: Draft, issues: Sequence[Issue], *, skipped: bool
) -> TriedRow:
    tried = TriedRow(number, skipped=skipped)
    faults = {issue.letter: sentence(issue.code, issue.params) for issue in issues if issue.severity == ERROR}
    notes = {issue.letter: sentence(issue.code, issue.params) for issue in issues if issue.severity != ERROR}
    for column in draft.stored:
        value = line[column.index] if column.index < len(line) else ""
        letter = letters(column.index)
        cell = _cell(value, column, "" if skipped else faults.pop(letter, ""))
        cell.note = "" if skipped else notes.get(letter, "")
        cell.where = place(sheet="", row=number, column=column.header, letter=letter)
        tried.cells.append(cell)
    tried.faults = [] if skipped else list(faults.values())
    return tried


def _cell(value: Any, column: Given, fault: str) -> Tried:
    read = READERS[column.unit](value)
    if fault or isinstance(read, Fault):
        return Tried("" if value is None else shown(value), fault)
    if isinstance(read, Missing):
        return Tried("–", missing=True)
    return Tried(_shown(read, column.unit))


def _shown(value: Any, unit: Unit) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if unit in (Unit.RATE, Unit.RATIO) and isinstance(value, Decimal):
        return f"{(value * 100).normalize():f}%"
    if unit is Unit.SECONDS:
        return f"{value.normalize():f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)
