"""The sheet of people, read and written: one row for each assignment, with its employment.

What is written is what is read: an export that is imported again changes nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from staff.models import Assignment, Employment, EmploymentKind, Person
from staff.services.outcome import Problem, SheetRefused, Words
from staff.services.people_plan import PersonRow
from staff.sheets.archives import Refused, letters
from staff.sheets.refusals import REFUSALS, sentence_of
from staff.sheets.tables import Rows, Table, open_tables
from staff.sheets.writing import Cell, csv_file, unguarded, xlsx_file

HEADER_ROWS = 10
MAX_ROWS = 20_000
EXACT_DIGITS = 15  # what a spreadsheet's number holds
YEARS = range(1950, 2100)
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means, its headers, and the longest text in it."""

    key: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    longest: int = 100
    is_day: bool = False
    label: Words = ""

    @property
    def header(self) -> str:
        """The header in the reader's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh


COLUMNS = (
    Column("staff_no", "工号", "Staff number", ("员工编号",), 40, label=_("staff number")),
    Column("name", "姓名", "Name", (), 60, label=_("full name")),
    Column("phone", "手机", "Phone", ("手机号", "电话"), 30, label=_("phone")),
    Column("hired_on", "入职日期", "Hired on", ("入职",), is_day=True, label=_("hired on")),
    Column(
        "last_day",
        "最后在职日",
        "Last day employed",
        ("离职日期", "离职"),
        is_day=True,
        label=_("last day employed"),
    ),
    Column("unit", "单位", "Unit", ("组", "小组", "部门"), label=_("unit")),
    Column("position", "岗位", "Position", (), label=_("position")),
    Column("level", "级别", "Pay level", ("薪级",), label=_("pay level")),
    Column("employment_kind", "用工形式", "Employment kind", ("用工性质",), label=_("employment kind")),
    Column("starts_on", "生效日期", "Starts on", ("生效",), is_day=True, label=_("from")),
)
KIND_WORDS = {
    **{kind.value: kind.value for kind in EmploymentKind},
    "全职": "full", "full-time": "full", "试用期": "trial", "试用": "trial", "trial period": "trial",
    "兼职": "part_time", "part-time": "part_time", "实习": "intern", "intern": "intern",
    "临时": "temporary", "临时工": "temporary", "temporary": "temporary", "外包": "outsourced",
    "outsourced": "outsourced",
}  # fmt: skip


class BadCell(Exception):
    """A cell that cannot be believed, with the sentence that says why."""


def _folded(text: str) -> str:
    """Return a header as it is compared: widths, case, blanks and stars make no difference."""
    return re.sub(r"[\s*＊]", "", unicodedata.normalize("NFKC", text)).casefold()


HEADERS = {_folded(word): column for column in COLUMNS for word in (column.zh, column.en, *column.also)}


def read_people(path: Path) -> list[PersonRow]:
    """Return the rows of a sheet of people. Raises SheetRefused with every fault of the file."""
    try:
        table, header_row, places = _find_table(open_tables(path).tables)
        return _read_rows(table, header_row, places)
    except Refused as refusal:
        raise SheetRefused([Problem("", "", sentence_of(refusal))]) from refusal


def _find_table(tables: Sequence[Table]) -> tuple[Table, int, dict[int, Column]]:
    """Return the table of people, the row of its header, and its columns by place."""
    doubled: set[str] = set()
    for table in tables:
        for number, first, cells in islice(table.rows(), HEADER_ROWS):
            places: dict[int, Column] = {}
            for index, cell in enumerate(cells):
                column = HEADERS.get(_folded(str(cell))) if isinstance(cell, str) else None
                if column is None:
                    continue
                if column in places.values():
                    doubled.add(column.header)
                places[first + index] = column
            if COLUMNS[0] in places.values():
                if doubled:
                    text = gettext("These columns stand there more than once: {columns}.")
                    raise SheetRefused([Problem("", "", text.format(columns="、".join(sorted(doubled))))])
                return table, number, places
    raise SheetRefused([Problem("", "", _("None of the first ten rows has a column for the staff number."))])


def _read_rows(table: Table, header_row: int, places: dict[int, Column]) -> list[PersonRow]:
    rows: list[PersonRow] = []
    problems: list[Problem] = []
    bad = {(cell.row, cell.letter): REFUSALS[cell.code] for cell in table.bad}
    for number, first, cells in _filled(table.rows()):
        if number <= header_row:
            continue
        if len(rows) >= MAX_ROWS:
            text = gettext("The sheet has more than {most} rows. Import it in parts.")
            raise SheetRefused([Problem("", "", text.format(most=MAX_ROWS))])
        values: dict[str, str | date | None] = {}
        for place, column in places.items():
            index = place - first
            cell = cells[index] if 0 <= index < len(cells) else None
            try:
                if (number, letters(place)) in bad:
                    raise BadCell(bad[number, letters(place)])
                values[column.key] = _value(cell, column, is_text=not table.name)
            except BadCell as fault:
                problems.append(Problem(str(number), column.label, fault.args[0]))
        if not values.get("staff_no") and not any(p.where == str(number) for p in problems):
            problems.append(Problem(str(number), COLUMNS[0].label, _("Every row needs a staff number.")))
        rows.append(_row(str(number), values))
    if problems:
        raise SheetRefused(problems)
    if not rows:
        raise SheetRefused([Problem("", "", _("There is a header and no row below it."))])
    return rows


def _filled(rows: Rows) -> Iterator[tuple[int, int, list[object]]]:
    """Yield the rows in which anything stands."""
    return (row for row in rows if any(cell is not None and str(cell).strip() for cell in row[2]))


def _value(cell: object, column: Column, *, is_text: bool) -> str | date | None:
    """Return a cell's value, or None where it is empty. Raises BadCell."""
    if column.is_day:
        return _day(cell)
    text = _text(cell, column, is_text=is_text)
    if column.key == "employment_kind" and text is not None:
        if text.casefold() not in KIND_WORDS:
            raise BadCell(_("This employment kind is not known."))
        return KIND_WORDS[text.casefold()]
    return text


def _text(cell: object, column: Column, *, is_text: bool) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool | date | timedelta):
        raise BadCell(_("A text is expected here."))
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell != int(cell) or abs(cell) >= 10**EXACT_DIGITS:
            raise BadCell(_("A text is expected here. Format the column as text and enter it again."))
        cell = str(int(cell))
    text = str(cell).strip()
    if is_text:
        text = unguarded(text)
    if len(text) > column.longest:
        raise BadCell(gettext("At most {count} characters fit in here.").format(count=column.longest))
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in text):
        raise BadCell(_("This text holds characters that cannot be printed."))
    return text or None


def _day(cell: object) -> date | None:
    if cell is None or not str(cell).strip():
        return None
    if isinstance(cell, datetime):
        cell = cell.date() if (cell.hour, cell.minute) == (0, 0) else None
    found = cell if isinstance(cell, date) else None
    if found is None and isinstance(cell, str) and (match := _DAY.fullmatch(unguarded(cell.strip()))):
        try:
            found = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise BadCell(_("There is no such day.")) from None
    if found is None or found.year not in YEARS:
        raise BadCell(_("This is not a day; write it as 2026-10-01."))
    return found


def _row(where: str, values: dict[str, str | date | None]) -> PersonRow:
    last_day = values.pop("last_day", None)
    left_on = last_day + timedelta(days=1) if isinstance(last_day, date) else None
    staff_no = values.pop("staff_no", None)
    return PersonRow(where, str(staff_no or ""), left_on=left_on, **values)  # type: ignore[arg-type]


def people_rows(people: QuerySet[Person]) -> Iterator[list[Cell]]:
    """Yield the sheet's rows of some people, in the order of their numbers, in a fixed number of queries."""
    held = Assignment.objects.select_related("unit", "position", "level").order_by("starts_on")
    spans = Employment.objects.order_by("hired_on")
    found = people.filter(anonymised_at=None).order_by("staff_no").prefetch_related(None)
    for person in found.prefetch_related(Prefetch("assignments", held), Prefetch("employments", spans)):
        yield from _rows_of(person)


def _rows_of(person: Person) -> Iterator[list[Cell]]:
    spans = list(person.employments.all())
    left = list(person.assignments.all())
    for index, span in enumerate(spans):
        later = spans[index + 1].hired_on if index + 1 < len(spans) else date.max
        here = [row for row in left if row.starts_on < later]
        left = [row for row in left if row.starts_on >= later]
        yield from (_cells(person, span, row) for row in here)
        if not here:
            yield _cells(person, span, None)
    yield from (_cells(person, None, row) for row in left)
    if not spans and not left:
        yield _cells(person, None, None)


def _cells(person: Person, span: Employment | None, row: Assignment | None) -> list[Cell]:
    last_day = span.left_on - timedelta(days=1) if span and span.left_on else None
    head: list[Cell] = [person.staff_no, person.name, person.phone, span.hired_on if span else None, last_day]
    if row is None:
        return [*head, None, None, None, None, None]
    level = row.level.code if row.level else None
    kind = str(row.get_employment_kind_display())
    return [*head, row.unit.code, row.position.code, level, kind, row.starts_on]


def people_file(people: QuerySet[Person], *, kind: str) -> bytes:
    """Return the sheet of some people as `xlsx` or `csv`; the same people give the same bytes."""
    headers = [column.header for column in COLUMNS]
    if kind == "csv":
        return csv_file(headers, people_rows(people))
    return xlsx_file(gettext("People"), headers, people_rows(people))
