"""A year's plan as a sheet: out with every part, in again with what was changed in it.

Rows are found by what people know: level, period, unit, staff number. An amount that differs is kept by hand
from then on, as on the page; rows that are not in the sheet stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.figures.cells import Fault, Missing, read_money
from reviews.figures.messages import sentence
from reviews.models import TargetNode
from reviews.year_targets.labels import amount_of, label_of
from reviews.year_targets.page import edit_of
from reviews.year_targets.stored import Plan, read_plan
from reviews.year_targets.tree import Edit
from staff.resource_cells import ChoiceCell, folded, spellings, text_of
from staff.resource_files import NumberedRows, SheetFault, read_rows
from staff.sheets.writing import xlsx_file

MAX_ROWS = 30_000  # a thousand agents in twelve months, and room
MAX_BYTES = 5 * 1024 * 1024
Levels = TargetNode.Level

COLUMNS: dict[str, str | Promise] = {
    "level": gettext_lazy("level of the plan"),
    "period": gettext_lazy("period"),
    "unit": gettext_lazy("unit code"),
    "unit_name": gettext_lazy("unit"),
    "staff_no": gettext_lazy("staff number"),
    "name": gettext_lazy("full name"),
    "amount": gettext_lazy("amount"),
    "by_hand": gettext_lazy("kept by hand"),
    "key": gettext_lazy("parts spread by"),
}
TOLD_ONLY = ("unit_name", "name")  # for the reader; what they say is not read
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing wrong with a sheet: in which row (0: the whole), which column, what."""

    where: int
    column: str
    text: str


class SheetRefused(Exception):
    """A sheet cannot be taken in; `problems` are all reasons."""

    def __init__(self, problems: list[SheetProblem]) -> None:
        self.problems = problems
        super().__init__(" ".join(one.text for one in problems))


def plan_file(root: TargetNode) -> bytes:
    """Return a whole plan as a workbook; the same plan gives the same bytes."""
    plan = read_plan(root)
    keys = dict(TargetNode.Key.choices)
    rows = [
        [
            str(Levels(node.level).label),
            _period(node),
            node.unit.code,
            node.unit.name,
            node.person.staff_no if node.person else "",
            node.person.name if node.person else "",
            str(amount_of(node)),
            _("yes") if node.by_hand else _("no"),
            str(keys[node.key]) if node.level != Levels.AGENT else "",
        ]
        for node in plan.in_order()
    ]
    title = _("year plan %(year)s") % {"year": plan.year}
    return xlsx_file(title, [str(label) for label in COLUMNS.values()], rows)


def _period(node: TargetNode) -> str:
    if node.level in (Levels.YEAR, Levels.QUARTER, Levels.MONTH):
        return label_of(node)
    return f"{node.first_month:%Y-%m}"


def _key(node: TargetNode) -> Key:
    return node.level, _period(node), node.unit.code, node.person.staff_no if node.person else ""


def read_sheet(root: TargetNode, content: bytes) -> dict[int, Edit]:
    """Return what a sheet changes in a plan. Raises SheetRefused with every reason, archives.Refused."""
    try:
        rows = read_rows(content, most=MAX_ROWS)
        places = _places(rows)
    except SheetFault as fault:
        raise SheetRefused([SheetProblem(0, "", line) for line in str(fault).splitlines()]) from None
    return _Reading(read_plan(root), places).edits(rows)


def _places(rows: NumberedRows) -> dict[str, int]:
    """Return where each column stands. Raises SheetFault with what is missing, unknown or twice there."""
    known = {word: name for name, label in COLUMNS.items() for word in spellings(label)}
    found = [known.get(folded(header)) for header in rows.headers]
    faults = [
        _("There is no column “%(header)s” in this sheet.") % {"header": header}
        for header, name in zip(rows.headers, found, strict=True)
        if name is None
    ]
    for name, label in COLUMNS.items():
        if found.count(name) > 1:
            faults.append(_("The column “%(header)s” stands there twice.") % {"header": label})
        elif name not in found and name not in TOLD_ONLY:
            faults.append(_("The column “%(header)s” is missing.") % {"header": label})
    if faults:
        raise SheetFault("\n".join(faults))
    return {name: place for place, name in enumerate(found) if name}


class _Reading:
    """One sheet being read against one plan."""

    def __init__(self, plan: Plan, places: Mapping[str, int]) -> None:
        self.places = places
        self.nodes = {_key(node): node for node in plan.nodes.values()}
        self.problems: list[SheetProblem] = []
        self.level = ChoiceCell(dict(Levels.choices))
        self.by_hand = ChoiceCell({True: gettext_lazy("yes"), False: gettext_lazy("no")})
        self.key = ChoiceCell(dict(TargetNode.Key.choices))

    def edits(self, rows: NumberedRows) -> dict[int, Edit]:
        """Return the changes by part. Raises SheetRefused."""
        found: dict[int, Edit] = {}
        seen: dict[int, int] = {}
        for number, cells in zip(rows.numbers, rows, strict=True):
            row = {name: cells[place] for name, place in self.places.items()}
            node = self._node(number, row)
            if node is None:
                continue
            if (earlier := seen.setdefault(node.pk, number)) != number:
                self._say(number, "", _("Row %(row)s is about the same already.") % {"row": earlier})
                continue
            if edit := self._edit(number, row, node):
                found[node.pk] = edit
        if self.problems:
            raise SheetRefused(self.problems)
        return found

    def _say(self, number: int, column: str, text: str) -> None:
        label = str(COLUMNS[column]) if column else ""
        self.problems.append(SheetProblem(number, label, text))

    def _node(self, number: int, row: Mapping[str, Any]) -> TargetNode | None:
        level = self._choice(number, row, "level", self.level)
        if level is None:
            return None
        period = row["period"]
        text = f"{period:%Y-%m}" if isinstance(period, date) else text_of(period)
        node = self.nodes.get((level, text, text_of(row["unit"]), text_of(row["staff_no"])))
        if node is None:
            self._say(
                number, "", _("This plan has no such part: check level, period, unit and staff number.")
            )
        return node

    def _edit(self, number: int, row: Mapping[str, Any], node: TargetNode) -> Edit | None:
        amount = read_money(row["amount"])
        if isinstance(amount, Fault):
            self._say(number, "amount", sentence(amount.code, {"text": amount.text}))
        elif isinstance(amount, Missing):
            self._say(number, "amount", _("An amount must stand here; 0 is one."))
        by_hand = self._choice(number, row, "by_hand", self.by_hand)
        spreads = node.level != Levels.AGENT
        key = self._choice(number, row, "key", self.key) if spreads else node.key
        if not isinstance(amount, Decimal) or by_hand is None or key is None:
            return None
        return edit_of(node, amount=amount, by_hand=by_hand, key=key)

    def _choice(self, number: int, row: Mapping[str, Any], name: str, cell: ChoiceCell) -> Any:
        try:
            return cell.clean(row[name])
        except ValueError as fault:
            self._say(number, name, str(fault))
            return None
