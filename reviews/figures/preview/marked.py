"""A faulty file handed back as a workbook: faulty cells red, missing ones amber, a comment with the sentence in each.

A first sheet lists the errors. A workbook that holds the whole file may be corrected and imported as it is;
one that leaves rows out, or masks buyers, says so in its first sheet's name and is never read.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from reviews.figures.buyers import MASK, is_of_buyers, masked_params
from reviews.figures.cells import clean
from reviews.figures.headers import HEADER_ROWS, find_header
from reviews.figures.messages import sentence
from reviews.figures.profiles.registry import known_formats
from reviews.figures.reading import LOOK_ONLY
from reviews.models import ImportFile, ImportIssue
from staff.sheets.archives import letters
from staff.sheets.tables import Rows, Table, open_tables
from staff.sheets.writing import error_cell, plain_cell, still

MAX_ROWS, MAX_CELLS = 20_000, 300_000  # of a file that is handed back whole
ERRORS = ("错误", "Errors")
AUTHOR = "Keji"
HEAD = PatternFill("solid", fgColor="E4F0EE")
TONES = {
    "error": (PatternFill("solid", fgColor="F4B6B1"), Font(color="7A130C", bold=True)),
    "open": (PatternFill("solid", fgColor="FBD999"), Font(color="8A5A00")),
}
WIDTHS = (36, 18, 8, 22, 8, 80)


@dataclass(slots=True)
class _Marks:
    """What is wrong in one sheet: by row and column from 0, the tone and the sentences."""

    at: dict[tuple[int, int], tuple[str, list[str]]] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def add(self, row: int, column: int, tone: str, text: str) -> None:
        """Add a sentence to a cell; an error's colour goes before a missing value's."""
        old, texts = self.at.get((row, column), (tone, []))
        self.at[row, column] = ("error" if "error" in (old, tone) else tone, [*texts, text])
        if tone == "error":
            self.rows.add(row)


@dataclass(slots=True)
class _Sheet:
    """A table with its header's row and the columns that hold buyers."""

    table: Table
    header_row: int
    names: dict[int, str]
    buyers: set[int]
    marks: _Marks = field(default_factory=_Marks)


def marked_name(file: ImportFile) -> str:
    """Return what the marked workbook is called; the days in the file's own name stay readable."""
    words = _("errors marked")
    return f"{Path(file.name).stem[:180]}_{words}.xlsx"


def marked_file(path: Path, file: ImportFile, issues: Sequence[ImportIssue]) -> bytes:
    """Return the marked workbook. Raises Refused (of archives) where the file cannot be opened at all."""
    tables = [table for table in open_tables(path).tables if table.name not in ERRORS]
    sheets = [_looked_at(table) for table in tables]
    for sheet in sheets:
        _mark(sheet, [issue for issue in issues if issue.sheet in ("", sheet.table.name[:100])])
    width = max((len(sheet.names) for sheet in sheets), default=1)
    many = file.rows + file.skipped
    cut = many > MAX_ROWS or many * width > MAX_CELLS
    closed = cut or any(sheet.buyers for sheet in sheets)
    book = Workbook(write_only=True)
    _errors_sheet(book, file, issues, closed=closed, cut=cut)
    for number, sheet in enumerate(sheets, start=1):
        _copy(book, sheet, title=sheet.table.name or _sheet_name(file, number), cut=cut)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "marked.xlsx"
        book.save(out)
        return still(out)


def _sheet_name(file: ImportFile, number: int) -> str:
    plain = "".join(c for c in Path(file.name).stem if c not in "[]:*?/\\'")
    return plain[:28] or str(number)


def _looked_at(table: Table) -> _Sheet:
    head = list(islice(table.rows(), HEADER_ROWS))
    header = find_header(head, known_formats())
    if header is not None:
        names = header.names
        row = header.row
    else:
        row, first, cells = next(iter(head), (0, 0, []))
        names = {first + i: clean(cell) for i, cell in enumerate(cells) if isinstance(cell, str)}
    buyers = {index for index, name in names.items() if is_of_buyers(name)}
    return _Sheet(table, row, names, buyers)


def _mark(sheet: _Sheet, issues: Sequence[ImportIssue]) -> None:
    numbers = {letters(index): index for index in range(max(sheet.names, default=0) + 1)}
    by_name = {name: index for index, name in sheet.names.items()}
    first = min(sheet.names, default=0)
    for issue in issues:
        if issue.row is None:
            continue
        column = numbers.get(issue.letter, by_name.get(issue.column, first))
        error = issue.severity == ImportIssue.Severity.ERROR
        if error or issue.code == "not_final":
            sheet.marks.add(issue.row, column, "error" if error else "open", _said(issue))


def _said(issue: ImportIssue) -> str:
    return sentence(issue.code, masked_params(issue.column, issue.params))


def _errors_sheet(
    book: Workbook, file: ImportFile, issues: Sequence[ImportIssue], *, closed: bool, cut: bool
) -> None:
    """Write the list of errors: file, sheet, row, column, cell, sentence."""
    english = (get_language() or "").startswith("en")
    page: Any = book.create_sheet((LOOK_ONLY if closed else ERRORS)[english])
    for index, width in enumerate(WIDTHS, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    if cut:
        page.append([plain_cell(page, _("Only the rows with errors are here; correct the original file."))])
    elif closed:
        page.append([plain_cell(page, _("Buyers' columns are masked here; correct the original file."))])
    heads = (_("File"), _("Sheet"), _("Row"), _("Column"), _("Cell"), _("What is wrong"))
    page.append([_toned(plain_cell(page, head), HEAD, Font(bold=True)) for head in heads])
    for issue in issues:
        if issue.severity == ImportIssue.Severity.ERROR:
            cell = f"{issue.letter}{issue.row}" if issue.letter else ""
            line = (file.name, issue.sheet, issue.row, issue.column, cell, _said(issue))
            page.append([plain_cell(page, value) for value in line])


def _toned(cell: Any, fill: PatternFill, font: Font) -> Any:
    cell.fill, cell.font = fill, font
    return cell


def _copy(book: Workbook, sheet: _Sheet, *, title: str, cut: bool) -> None:
    """Write a sheet as it was read, row for row, each at its own number unless rows are left out."""
    page: Any = book.create_sheet(title[:31])
    bad = {(cell.row, cell.letter) for cell in sheet.table.bad}
    wanted = {sheet.header_row, *sheet.marks.rows} if cut else None
    marked: dict[int, dict[int, tuple[str, list[str]]]] = defaultdict(dict)
    for (row, column), mark in sheet.marks.at.items():
        marked[row][column] = mark
    written = 0
    for number, line in _lines(sheet.table.rows()):
        if wanted is not None and number not in wanted:
            continue
        while not cut and written + 1 < number:
            page.append([])
            written += 1
        page.append(_row(page, sheet, number, line, marked.get(number, {}), bad))
        written += 1


def _lines(rows: Rows) -> Iterator[tuple[int, list[object]]]:
    for number, first, cells in rows:
        yield number, [""] * first + cells


def _row(
    page: Any,
    sheet: _Sheet,
    number: int,
    line: Sequence[object],
    marked: dict[int, tuple[str, list[str]]],
    bad: set[tuple[int, str]],
) -> list[Any]:
    width = max([len(line), *(column + 1 for column in marked)])
    cells = []
    for column in range(width):
        value = line[column] if column < len(line) else ""
        if column in sheet.buyers and number > sheet.header_row and value not in ("", None):
            value = MASK
        is_bad = bool(bad) and (number, letters(column)) in bad
        cell = error_cell(page) if is_bad else plain_cell(page, value)
        if number == sheet.header_row and value:
            _toned(cell, HEAD, Font(bold=True))
        if column in marked:
            tone, texts = marked[column]
            _toned(cell, *TONES[tone])
            cell.comment = Comment("\n".join(texts)[:1000], AUTHOR, height=90, width=280)
        cells.append(cell)
    return cells
