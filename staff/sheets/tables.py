"""A file's tables, told by what it holds and not by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from staff.sheets.archives import BadCell, Refused
from staff.sheets.texts import check_rows, find_delimiter, find_encoding, text_rows
from staff.sheets.workbooks import open_workbook

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
OTHER_TYPES = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"MZ",
    b"\x7fELF",
    b"\x1f\x8b",
)

# (row number from 1, first column from 0, cells)
Rows = Iterator[tuple[int, int, list[object]]]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook, or a text file; `rows` reads it from the start each time."""

    name: str
    rows: Callable[[], Rows]
    bad: Sequence[BadCell] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file looked through: its visible tables, the names of hidden ones, its encoding."""

    tables: list[Table]
    hidden: list[str]
    encoding: str


def open_tables(path: Path, *, encoding: str = "") -> Opened:
    """Look through a file and return its tables. Raises Refused before anything is parsed.

    `encoding` is what a person says of a text file that does not show its encoding itself.
    """
    with path.open("rb") as raw:
        head = raw.read(8)
    if not head:
        raise Refused("empty_file")
    if head.startswith(OLE):
        raise Refused("xls")
    if head.startswith(OTHER_TYPES):
        raise Refused("not_readable_type")
    if head.startswith(ZIP):
        book = open_workbook(path)
        tables = [Table(name, partial(book.rows, name), book.bad_cells(name)) for name in book.sheets]
        return Opened(tables, book.hidden, "xlsx")
    encoding = encoding or find_encoding(path)
    delimiter = find_delimiter(path, encoding)
    check_rows(path, encoding, delimiter)
    return Opened([Table("", partial(text_rows, path, encoding, delimiter))], [], encoding)
