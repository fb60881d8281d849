"""XLSX files, read row by row by calamine after `archives` has looked through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from staff.sheets.archives import BadCell, Refused, SheetInfo, look_through

UNREADABLE = (CalamineError, OSError, ValueError)


@dataclass(slots=True)
class Workbook:
    """An opened workbook: its visible sheets with what was found in them, and the hidden ones."""

    book: CalamineWorkbook
    sheets: dict[str, SheetInfo]
    hidden: list[str]

    def bad_cells(self, name: str) -> list[BadCell]:
        """Return the cells of a sheet that hold no value to read."""
        return self.sheets[name].bad

    def rows(self, name: str) -> Iterator[tuple[int, int, list[object]]]:
        """Yield (row number from 1, first column from 0, cells). Raises Refused where the sheet is damaged."""
        try:
            sheet = self.book.get_sheet_by_name(name)
        except UNREADABLE as error:
            raise Refused("unreadable_workbook") from error
        first_column = (sheet.start or (0, 0))[1]
        literals = self.sheets[name].literals
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            line: list[object] = list(cells)
            for column, text in literals.get(number, {}).items():
                index = column - first_column
                if 0 <= index < len(line) and line[index] == "":
                    line[index] = text
            yield number, first_column, line


def open_workbook(path: Path) -> Workbook:
    """Look through a workbook, then open it. Raises Refused."""
    found = look_through(path)
    try:
        book = CalamineWorkbook.from_path(path)
        metadata = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    except UNREADABLE as error:
        raise Refused("unreadable_workbook") from error
    hidden = [sheet.name for sheet in metadata if sheet.visible != SheetVisibleEnum.Visible]
    visible = {s.name: found.get(s.name, SheetInfo()) for s in metadata if s.name not in hidden}
    if not visible:
        raise Refused("no_visible_sheet")
    return Workbook(book, visible, hidden)
