"""Writes our own sheets for download: one XLSX per kind, headers with notes, a filled example row."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import get_language
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from reviews.figures.formats import EXAMPLE, Column, Format, Unit

_HEAD = PatternFill("solid", fgColor="E4F0EE")
_NUMBER_FORMATS = {
    Unit.MONEY: "#,##0.00",
    Unit.DAY: "yyyy-mm-dd",
    Unit.CLOCK: "hh:mm",
    Unit.TEXT: "@",
}


def header_of(column: Column) -> str:
    """Return a column's header in the reader's language; both are read."""
    english = (get_language() or "").startswith("en")
    return column.also[0] if english and column.also else column.header


def template_file(form: Format) -> bytes:
    """Return a sheet to fill in: headers with notes, a first row filled as an example.

    The example row says so in its first cell, and is skipped when the sheet comes back.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = str(form.title)[:31]
    for index, column in enumerate(form.columns, start=1):
        cell = sheet.cell(row=1, column=index, value=header_of(column))
        cell.font = Font(bold=column.required or column.meaning in form.any_of)
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if column.note:
            cell.comment = Comment(str(column.note), "Keji", width=260, height=80)
        value = f"{EXAMPLE} {column.example}" if index == 1 else column.example
        example = sheet.cell(row=2, column=index, value=value or None)
        if number_format := _NUMBER_FORMATS.get(column.unit):
            example.number_format = number_format
        sheet.column_dimensions[get_column_letter(index)].width = 14
    sheet.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
