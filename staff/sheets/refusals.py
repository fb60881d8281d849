"""Why a file, or a cell of it, is not read: one sentence for each code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.sheets.archives import Refused

REFUSALS: dict[str, str | Promise] = {
    "error_cell": _("The spreadsheet shows an error here (such as #N/A)."),
    "formula_unsolved": _(
        "This formula has no stored result; open the file in a spreadsheet program, save it and upload it again."
    ),
    "empty_file": _("The file is empty."),
    "too_big_file": _("The file is larger than {megabytes} MB; export it in parts."),
    "xls": _("This is an old Excel file (.xls) or one with a password; save it as .xlsx without a password."),
    "not_readable_type": _("This is neither an Excel (.xlsx) nor a text (CSV) file, whatever its name says."),
    "unreadable_workbook": _(
        "The workbook is damaged or made in a way that cannot be read; open it, save it as .xlsx and upload it again."
    ),
    "too_many_parts": _("The workbook consists of {parts} parts; that is not a normal file."),
    "password": _("The workbook is protected by a password; save it without one."),
    "macros": _("The workbook holds macros; save it as .xlsx without macros."),
    "xlsb": _("This is a binary workbook (.xlsb); save it as .xlsx."),
    "not_a_workbook": _("This archive is not an Excel workbook."),
    "zip_bomb": _("The workbook unpacks to far more than it should; it was not read."),
    "entities": _("The workbook refers to outside or nested entities; it was not read."),
    "too_many_cells": _("The workbook holds more than {most} cells; export it in parts."),
    "too_many_columns": _("The sheet has {columns} columns; at most {most} are read."),
    "too_many_rows": _("The file has more than {most} rows; export it in parts."),
    "far_cell": _("A cell stands far outside the table, at {cell}; delete it and save the file."),
    "no_visible_sheet": _("The workbook has no visible sheet."),
    "hidden_sheets": _("Hidden sheets are not read: {sheets}."),
    "encoding": _("The text is neither UTF-8 nor GB18030; save it as CSV UTF-8."),
    "foreign_characters": _(
        "The text holds characters no export has; its encoding is probably another one. Save it as CSV UTF-8."
    ),
    "markup": _("This is a web page or XML with another name; export it as .xlsx or CSV."),
    "broken_quotes": _("The quotes around a text are broken in row {row}; the file may be cut off."),
    "long_cell": _("A cell in row {row} is far too long; the separators may be wrong."),
}


def sentence_of(refusal: Refused) -> str:
    """Return the sentence of a refusal, filled in."""
    return str(REFUSALS[refusal.code]).format(**refusal.params)
