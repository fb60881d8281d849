"""Finds the header row of a sheet and the format it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviews.figures.cells import clean, header_key
from reviews.figures.columns import DAY, MONTH, Kind, Unit

if TYPE_CHECKING:
    from reviews.figures.columns import Column, Format

HEADER_ROWS = 10
NEAR_MISS = 3  # recognised columns from which a header counts as meant for a format


@dataclass(slots=True)
class Header:
    """A header: its format, its last row, the columns found by position, and what is wrong with it."""

    form: Format
    row: int
    columns: dict[int, Column]
    names: dict[int, str]
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)  # other profiles that fit as well

    @property
    def dated(self) -> bool:
        """Whether the rows below say their days themselves, or have none."""
        days = any(column.meaning in (DAY, MONTH) for column in self.columns.values())
        return days or self.form.kind is not Kind.AGENT

    @property
    def unused(self) -> list[str]:
        """Headers whose cells are not stored."""
        stored = {index for index, column in self.columns.items() if column.meaning}
        return [name for index, name in self.names.items() if index not in stored]


def match_row(cells: Sequence[object], form: Format, *, row: int, first_column: int) -> Header | None:
    """Return how a row reads as a format's header, or None where it is not meant as one."""
    return _match(_names(cells, first_column), form, row)


def match_rows(
    above: Sequence[object], below: Sequence[object], form: Format, *, row: int, first_column: int
) -> Header | None:
    """Return how two rows read as a format's header: groups over merged cells, and the columns below them.

    A column is named by its own cell, by its group and its own cell, or by the cell above: where its own is
    merged into that one, or is a unit. What says whose and when must not have a cell below it that is no name:
    that is a row of values, and None is returned, as where a required column is lacking.
    """
    groups, own = _names(above, first_column), _names(below, first_column)
    if not own:
        return None
    names: dict[int, str] = {}
    group, by_key = "", form.by_key
    for index in range(min(groups, default=0), max((*groups, *own), default=-1) + 1):
        group = groups.get(index, group)
        name = _name(own.get(index, ""), group, groups.get(index, ""), by_key)
        if name:
            names[index] = name
    header = _match(names, form, row)
    return header if header and not header.missing else None


def _name(own: str, group: str, above: str, by_key: Mapping[str, Column]) -> str:
    if not own or header_key(own) in by_key:
        return own or above
    if header_key(group + own) in by_key:
        return group + own
    column = by_key.get(header_key(above)) if above else None
    values_below = column is not None and column.required and column.unit in (Unit.TEXT, Unit.DAY)
    return own if column is None or values_below else above


def _names(cells: Sequence[object], first_column: int) -> dict[int, str]:
    return {
        first_column + index: clean(cell)
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and cell.strip()
    }


def _match(names: dict[int, str], form: Format, row: int) -> Header | None:
    by_key = form.by_key
    keys = {index: header_key(name) for index, name in names.items()}
    columns = {index: by_key[key] for index, key in keys.items() if key in by_key}
    missing = form.missing(set(keys.values()))
    found = len({column.header for column in columns.values()})
    if missing and (found < NEAR_MISS or found * 2 < len(names)):
        return None
    counts = Counter(column.header for column in columns.values())
    doubled = [name for name, count in counts.items() if count > 1]
    return Header(form, row, columns, names, missing, doubled)


def find_header(rows: Iterable[tuple[int, int, list[object]]], formats: Sequence[Format]) -> Header | None:
    """Return the best header among the first ten rows.

    A complete one goes before one that lacks a required column; of several complete ones a shipped
    format before a profile, then the one that recognises most columns. Profiles between which that
    does not decide are named in `rivals`.
    """
    best: Header | None = None
    above: Sequence[object] = ()
    for row, first_column, cells in rows:
        if row > HEADER_ROWS:
            break
        for form in formats:
            header = match_row(cells, form, row=row, first_column=first_column)
            if form.two_rows:
                header = match_rows(above, cells, form, row=row, first_column=first_column) or header
            if header is None:
                continue
            if best is None or _rank(header) > _rank(best):
                best = header
            elif form.profile and not header.missing and _rank(header) == _rank(best):
                best.rivals.append(form.name)
        above = cells
    return best


def _rank(header: Header) -> tuple[bool, bool, int, int]:
    complete = not header.missing
    # Of two that find as much the later one: a header's second row belongs to it.
    row = header.row if header.form.two_rows else 0
    return complete, complete and not header.form.profile, len(header.columns), row
