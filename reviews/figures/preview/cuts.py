"""A cut of a faulty sheet with its own row numbers and letters, so that a person finds the cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from pathlib import Path
from typing import Any

from reviews.figures import cells
from reviews.figures.buyers import MASK, is_of_buyers
from reviews.figures.evidence.formats import KINDS
from reviews.figures.formats import Format
from reviews.figures.headers import HEADER_ROWS, find_header
from reviews.figures.reading import FORMATS
from reviews.models import ImportIssue
from staff.sheets.archives import Refused, letters
from staff.sheets.tables import open_tables

ROWS, COLUMNS = 6, 8


@dataclass(slots=True)
class CutCell:
    """One cell: what it shows, and `bad`, `open` (missing, not an error) or nothing."""

    text: str
    tone: str = ""


@dataclass(slots=True)
class CutRow:
    """One row by its number in the file; `skipped` for sums and averages."""

    number: int
    cells: list[CutCell]
    tone: str = ""


@dataclass(slots=True)
class Cut:
    """The columns' letters, the header row and the rows around the first faulty cells."""

    letters: list[str]
    rows: list[CutRow]
    sheet: str


def cut_of(path: Path, issues: Sequence[ImportIssue], *, formats: Sequence[Format] = FORMATS) -> Cut | None:
    """Return the cut of a file that has faulty cells; None where no cell is at fault or it cannot be read."""
    placed = [issue for issue in issues if issue.row is not None and issue.letter]
    errors = [issue for issue in placed if issue.severity == ImportIssue.Severity.ERROR]
    if not errors or not path.is_file():
        return None
    tones = {
        (issue.row, issue.letter): "bad" if issue.severity == ImportIssue.Severity.ERROR else "open"
        for issue in reversed(placed)
    }
    sheet = errors[0].sheet
    wanted = _wanted({issue.row or 0 for issue in errors if issue.sheet == sheet})
    try:
        header_row, found = _rows(path, sheet, wanted, formats)
    except Refused:
        return None
    if not found:
        return None
    header = found.get(header_row, [])
    columns = _columns(header, [issue.letter for issue in [*errors, *placed]])
    hidden = {c for c in columns if isinstance(header[c], str) and is_of_buyers(header[c])}
    rows = [
        CutRow(
            number,
            [
                CutCell(
                    MASK if c in hidden and number != header_row else _text(line, c),
                    tones.get((number, letters(c)), ""),
                )
                for c in columns
            ],
            "header" if number == header_row else _tone(line),
        )
        for number, line in sorted(found.items())
    ]
    return Cut([letters(column) for column in columns], rows, sheet)


def _rows(
    path: Path, sheet: str, wanted: set[int], formats: Sequence[Format]
) -> tuple[int, dict[int, list[Any]]]:
    """Return the header's row number, and the header and the wanted rows. Raises Refused."""
    tables = [table for table in open_tables(path).tables if table.name == sheet]
    if not tables:
        return 0, {}
    header = find_header(islice(tables[0].rows(), HEADER_ROWS), formats)
    if header and header.form.kind in KINDS:
        return 0, {}  # what stands around the cell may be a buyer's
    header_row = header.row if header else 0
    rows = islice(tables[0].rows(), max(wanted, default=0))
    found = {number: [""] * first + line for number, first, line in rows if number in wanted}
    if header:
        # A header of two rows has its names in both.
        found[header_row] = [header.names.get(index, "") for index in range(max(header.names) + 1)]
    return header_row, found


def _wanted(faulty: Iterable[int]) -> set[int]:
    """Return the faulty rows with their neighbours, a handful."""
    rows: list[int] = []
    for number in sorted(faulty):
        rows += [near for near in (number, number + 1, number - 1) if near > 0 and near not in rows]
    return set(rows[:ROWS])


def _columns(header: Sequence[Any], bad: Sequence[str]) -> list[int]:
    """Return the first columns and the faulty ones, in order."""
    width = len(header)
    faulty = [index for index in range(width) if letters(index) in bad]
    rest = [index for index in range(width) if index not in faulty]
    return sorted([*faulty[:COLUMNS], *rest[: max(COLUMNS - len(faulty), 1)]])


def _tone(line: Sequence[Any]) -> str:
    label = next((cell for cell in line if cell not in ("", None)), "")
    return "skipped" if isinstance(label, str) and cells.is_summary(cells.clean(label)) else ""


def _text(line: Sequence[Any], column: int) -> str:
    return _shown(line[column]) if column < len(line) else ""


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date | time) else cells.shown(value)
