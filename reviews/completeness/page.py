"""The calendar's page: shops a page at a time, days with their marks, rows with their ends, sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reviews.completeness.grid import DUE, Cell, Grid, Row, State
from reviews.completeness.reading import read_facts
from reviews.completeness.wording import WEEKDAYS, row_end, said, source_name
from staff.calendar import last_day_of
from staff.models import Holiday, Shop

SHOPS_A_PAGE = 10
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """A column: its date, and whether it is a weekend, a day off or a make-up day."""

    date: date
    weekend: bool
    mark: str  # "", off or works
    name: str

    @property
    def weekday(self) -> str:
        """The day of the week in short."""
        return str(WEEKDAYS[self.date.weekday()])


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell and what it says to those who do not see it."""

    cell: Cell
    day: Day
    said: str

    @property
    def number(self) -> int:
        """How many people are missing."""
        return len(self.cell.missing)


@dataclass(frozen=True, slots=True)
class RowView:
    """A source's row with its end in words."""

    source: str
    name: str
    cells: tuple[CellView, ...]
    end: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop with its rows; `people` hold an account of one person in it."""

    shop: Shop
    people: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month of some shops. `due` cells should be full by today, `full` of them are."""

    days: tuple[Day, ...]
    shops: tuple[ShopView, ...]
    due: int
    full: int

    @property
    def open(self) -> int:
        """How many of them are not: never hidden by rounding."""
        return self.due - self.full


def calendar_of(shops: Sequence[Shop], month: date, *, today: date, gaps: bool) -> Calendar:
    """Return the calendar of a page of shops; with `gaps` only rows in which something is to do."""
    grid = Grid(read_facts([shop.pk for shop in shops], month, today=today))
    days = _days(month)
    rows = grid.rows()
    cells = [cell for row in rows for cell in row.cells if cell.state in DUE]
    views = []
    for shop in shops:
        mine = tuple(_view(row, days) for row in rows if row.shop_id == shop.pk and (row.open or not gaps))
        if mine or not gaps:
            people = {held.person_id for held in grid.members[shop.pk]}
            views.append(ShopView(shop, len(people), mine))
    full = sum(cell.state in (State.COMPLETE, State.EXCUSED) for cell in cells)
    return Calendar(days, tuple(views), len(cells), full)


def _days(month: date) -> tuple[Day, ...]:
    last = last_day_of(month)
    marks = {one.date: one for one in Holiday.objects.filter(date__gte=month, date__lte=last)}
    found = []
    for number in range(last.day):
        day = month + timedelta(days=number)
        mark = marks.get(day)
        weekend = day.weekday() >= SATURDAY
        differs = mark is not None and mark.works == weekend
        found.append(
            Day(
                day,
                weekend,
                ("works" if mark.works else "off")
                if mark is not None and (differs or not mark.works)
                else "",
                mark.name if mark is not None else "",
            )
        )
    return tuple(found)


def _view(row: Row, days: Sequence[Day]) -> RowView:
    end, tone = row_end(row)
    cells = tuple(CellView(cell, day, said(cell)) for cell, day in zip(row.cells, days, strict=True))
    return RowView(row.source, source_name(row.source), cells, end, tone)
