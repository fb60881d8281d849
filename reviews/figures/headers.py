"""Finds the header row of a sheet and the format it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviews.figures.cells import clean, header_key

if TYPE_CHECKING:
    from reviews.figures.formats import Column, Format

HEADER_ROWS = 10
NEAR_MISS = 3  # recognised columns from which a header counts as meant for a format


@dataclass(slots=True)
class Header:
    """A header row: its format, the columns found by position, and what is wrong with it."""

    form: Format
    row: int
    columns: dict[int, Column]
    names: dict[int, str]
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)  # other profiles that fit as well

    @property
    def unused(self) -> list[str]:
        """Headers whose cells are not stored."""
        stored = {index for index, column in self.columns.items() if column.meaning}
        return [name for index, name in self.names.items() if index not in stored]


def match_row(cells: Sequence[object], form: Format, *, row: int, first_column: int) -> Header | None:
    """Return how a row reads as a format's header, or None where it is not meant as one."""
    names = {
        first_column + index: clean(cell)
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and cell.strip()
    }
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
    for row, first_column, cells in rows:
        if row > HEADER_ROWS:
            break
        for form in formats:
            header = match_row(cells, form, row=row, first_column=first_column)
            if header is None:
                continue
            if best is None or _rank(header) > _rank(best):
                best = header
            elif form.profile and not header.missing and _rank(header) == _rank(best):
                best.rivals.append(form.name)
    return best


def _rank(header: Header) -> tuple[bool, bool, int]:
    complete = not header.missing
    return complete, complete and not header.form.profile, len(header.columns)
