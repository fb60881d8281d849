"""The first rows of an uploaded sheet, kept as values while a person says what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reviews.figures.headers import HEADER_ROWS
from staff.sheets.archives import MAX_COLUMNS, BadCell, Refused
from staff.sheets.tables import Opened, open_tables
from staff.sheets.texts import decodes

ROWS = 40  # of each sheet: the header stands in the first ten, the rest shows how cells are read
SHEETS = 12
LONGEST = 300  # characters of a cell; a longer one is refused as a figure or a name anyway
ENCODINGS = ("utf-8", "gb18030")

Line = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """One sheet's first rows by their numbers, from column A on, and its cells without a value."""

    name: str
    rows: dict[int, Line]
    bad: tuple[BadCell, ...] = ()

    @property
    def width(self) -> int:
        """How many columns its rows have at most."""
        return max(map(len, self.rows.values()), default=0)

    def header(self, row: int) -> dict[int, str]:
        """Return the texts of a row by column, as a header has them."""
        line = self.rows.get(row, ())
        return {i: cell.strip() for i, cell in enumerate(line) if isinstance(cell, str) and cell.strip()}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sheet to be mapped: its readings by encoding, and where it came from.

    A workbook has one reading. `batch` and `file` are keys of the import it waits in, `based_on` and
    `edits` those of the profile that is copied or changed; 0 where there is none.
    """

    name: str
    readings: dict[str, tuple[SampleSheet, ...]]
    encoding: str
    batch: int = 0
    file: int = 0
    based_on: int = 0
    edits: int = 0

    @property
    def unmarked(self) -> bool:
        """Whether it is a text file without a byte-order mark, so that its encoding is only found out."""
        return self.encoding in ENCODINGS

    def sheets(self, encoding: str = "") -> tuple[SampleSheet, ...]:
        """Return its sheets, a text file's in the encoding that a person names."""
        return self.readings.get(encoding) or self.readings[self.encoding]


def take_sample(path: Path, *, name: str) -> Sample:
    """Look through a file and keep its first rows. Raises staff.sheets.archives.Refused."""
    opened = open_tables(path)
    readings = {opened.encoding: _sheets(opened)}
    if opened.encoding in ENCODINGS:
        for other in ENCODINGS:
            if other != opened.encoding and decodes(path, other):
                readings[other] = _sheets(open_tables(path, encoding=other))
    if not any(sheet.rows for sheet in readings[opened.encoding]):
        raise Refused("empty_file")
    return Sample(name, readings, opened.encoding)


def _sheets(opened: Opened) -> tuple[SampleSheet, ...]:
    found = []
    for table in opened.tables[:SHEETS]:
        rows = {
            number: ("",) * first + tuple(map(_kept, cells))
            for number, first, cells in islice(table.rows(), ROWS)
        }
        rows = {number: line for number, line in rows.items() if any(cell not in ("", None) for cell in line)}
        widest = max(map(len, rows.values()), default=0)
        if widest > MAX_COLUMNS:
            raise Refused("too_many_columns", most=MAX_COLUMNS, columns=widest)
        bad = tuple(cell for cell in table.bad if cell.row <= ROWS)
        found.append(SampleSheet(table.name, rows, bad))
    return tuple(found)


def _kept(cell: object) -> object:
    return cell[:LONGEST] if isinstance(cell, str) else cell


def header_rows(sheet: SampleSheet) -> list[int]:
    """Return the rows that may be a header: those among the first ten that hold a text."""
    return [number for number in sheet.rows if number <= HEADER_ROWS and sheet.header(number)]
