"""Files of rows going out: the same rows give the same bytes, and no cell is ever a formula."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

Cell = str | date | None
# In workbooks of amounts: a number with as many decimals as it is given with.
Amount = Cell | Decimal | int

# What spreadsheets, Chinese ones too, may take for a formula, and the mark that keeps them from it.
RISKY = tuple("=+-@＝＋－＠\t\r\n;|'")
MARK = "'"
_HEAD = PatternFill("solid", fgColor="E4F0EE")
_STILL = (2020, 1, 1, 0, 0, 0)
_WRITTEN_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def guarded(text: str) -> str:
    """Return a text for CSV with a leading ' where a spreadsheet would calculate it; `unguarded` undoes it."""
    return MARK + text if text.startswith(RISKY) else text


def unguarded(text: str) -> str:
    """Return a text from CSV without the mark of `guarded`, or the same mark set by a spreadsheet."""
    return text[1:] if text.startswith(MARK) else text


def csv_file(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file as Excel reads it: UTF-8 with a mark, days as 2026-10-01."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([guarded(_text(cell)) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _text(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else cell or ""


def xlsx_file(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet: texts as texts, so that 0017 keeps its zeros, and days as days."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index in range(1, len(headers) + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 16
    sheet.append([_header(sheet, text) for text in headers])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return _still(out.getvalue())


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: bold headings, rows, and rows of totals below, bold again.

    `widths` are of the columns in characters, 16 where none is given.
    """

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Amount]]
    totals: Sequence[Sequence[Amount]] = ()
    widths: Sequence[int] = ()


def xlsx_book(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook of several sheets; texts stay texts, amounts are numbers to the last decimal given."""
    book = Workbook(write_only=True)
    for one in sheets:
        sheet: Any = book.create_sheet(one.title[:31])
        for index in range(1, max(len(one.headers), len(one.widths)) + 1):
            width = one.widths[index - 1] if index <= len(one.widths) else 16
            sheet.column_dimensions[get_column_letter(index)].width = width
        if one.headers:
            sheet.freeze_panes = "A2"
            sheet.append([_header(sheet, text) for text in one.headers])
        for row in one.rows:
            sheet.append([_amount(sheet, value) for value in row])
        for row in one.totals:
            cells = [_amount(sheet, value) for value in row]
            for cell in cells:
                cell.font = Font(bold=True)
            sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return _still(out.getvalue())


def _amount(sheet: Any, value: Amount) -> Any:
    if not isinstance(value, Decimal | int):
        return _cell(sheet, ILLEGAL_CHARACTERS_RE.sub("�", value) if isinstance(value, str) else value)
    cell: Any = WriteOnlyCell(sheet)
    cell.value = value
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    cell.number_format = "#,##0" + ("." + "0" * places if places else "")
    return cell


def plain_cell(sheet: Any, value: object) -> Any:
    """Return a cell for a write-only sheet that shows a value as it was read; a text is never a formula."""
    cell: Any = WriteOnlyCell(sheet)
    if isinstance(value, str):
        if value:
            cell.value = ILLEGAL_CHARACTERS_RE.sub("�", value)
            cell.data_type, cell.number_format = "s", "@"
        return cell
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return cell
    cell.value = value
    if isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd"
    return cell


def error_cell(sheet: Any) -> Any:
    """Return a cell that shows a spreadsheet's error, as the one did that it stands for."""
    cell: Any = WriteOnlyCell(sheet)
    cell.value, cell.data_type = "#N/A", "e"
    return cell


def still(path: Path) -> bytes:
    """Return a saved workbook without the hour it was written at."""
    return _still(path.read_bytes())


def _header(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif value:
        cell.data_type, cell.number_format = "s", "@"
    return cell


def _still(book: bytes) -> bytes:
    """Return the workbook without the hour it was written at."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _WRITTEN_AT.sub(rb"\g<1>2020-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _STILL), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
