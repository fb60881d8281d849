"""Files of reference rows: read by what they hold, written so that no cell is ever a formula."""

from __future__ import annotations

import tempfile
from pathlib import Path

import tablib
from django.utils.translation import gettext
from import_export.formats.base_formats import Format

from staff.resource_cells import text_of
from staff.sheets.refusals import REFUSALS
from staff.sheets.tables import Table, open_tables
from staff.sheets.writing import csv_file, unguarded, xlsx_file

MAX_ROWS = 1000  # the preview of more would outlast a request


class SheetFault(ValueError):
    """What is wrong with a sheet as a whole: one sentence for its reader."""


class NumberedRows(tablib.Dataset):  # type: ignore[misc]
    """Rows with the numbers they have in the file."""

    numbers: list[int]


class SheetXlsx(Format):  # type: ignore[misc]
    """A workbook of one sheet."""

    def get_title(self) -> str:
        """Return the name of the format."""
        return "XLSX"

    def get_extension(self) -> str:
        """Return the extension."""
        return "xlsx"

    def get_content_type(self) -> str:
        """Return the media type."""
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def can_import(self) -> bool:
        """Files coming in are told apart by what they hold."""
        return True

    def can_export(self) -> bool:
        """Files go out in either format."""
        return True

    def create_dataset(self, in_stream: bytes) -> NumberedRows:
        """Return the rows of a file, XLSX or CSV. Raises Refused or SheetFault."""
        return read_rows(in_stream)

    def export_data(self, dataset: tablib.Dataset, **_kwargs: object) -> bytes:
        """Return the file: texts as texts, never a formula."""
        return xlsx_file(gettext("Rows"), dataset.headers, dataset)


class SheetCsv(SheetXlsx):
    """Comma-separated text as Excel reads it."""

    def get_title(self) -> str:
        """Return the name of the format."""
        return "CSV"

    def get_extension(self) -> str:
        """Return the extension."""
        return "csv"

    def get_content_type(self) -> str:
        """Return the media type."""
        return "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **_kwargs: object) -> bytes:
        """Return the file: what a spreadsheet would calculate is marked as text."""
        return csv_file(dataset.headers, dataset)


def read_rows(content: bytes, *, most: int = MAX_ROWS) -> NumberedRows:
    """Return the first table of a file, of at most so many rows. Raises Refused or SheetFault."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(content)
        opened = open_tables(path)
        filled = [table for table in opened.tables if any(map(_is_filled, table.rows()))]
        if len(filled) > 1:
            names = ", ".join(table.name for table in filled)
            words = gettext("Several sheets of the workbook hold something (%(names)s); keep one of them.")
            raise SheetFault(words % {"names": names})
        return _numbered((filled or opened.tables)[0], is_text=opened.encoding != "xlsx", most=most)


def _is_filled(row: tuple[int, int, list[object]]) -> bool:
    return any(text_of(cell) for cell in row[2])


def _numbered(table: Table, *, is_text: bool, most: int) -> NumberedRows:
    for bad in table.bad:
        where = {"cell": f"{bad.letter}{bad.row}", "text": REFUSALS[bad.code]}
        raise SheetFault(gettext("Cell %(cell)s: %(text)s") % where)
    rows = NumberedRows()
    rows.numbers = []
    for number, _first, cells in table.rows():
        if not any(text_of(cell) for cell in cells):
            continue
        if is_text:
            cells = [unguarded(cell) if isinstance(cell, str) else cell for cell in cells]
        if rows.headers is None:
            while cells and not text_of(cells[-1]):
                cells.pop()
            rows.headers = [text_of(cell) for cell in cells]
            continue
        width = len(rows.headers)
        if any(text_of(cell) for cell in cells[width:]):
            raise SheetFault(gettext("Row %(row)s has more cells than there are headers.") % {"row": number})
        rows.append([*cells[:width], *[None] * (width - len(cells))])
        rows.numbers.append(number)
        if len(rows.numbers) > most:
            words = gettext("The sheet has more than %(most)s rows; hand it in in parts.")
            raise SheetFault(words % {"most": most})
    if not rows.numbers:
        raise SheetFault(gettext("The sheet holds no rows under its headers."))
    return rows
