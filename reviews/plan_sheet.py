"""A plan version as a sheet: one row for each setting, out of any version, in as a new draft.

A published version never changes: what comes in is always the plan's next draft, and only where every
check of a plan passes. A row is found by its place, e.g. `lines.2.rules.1.standard`; numbers stand in the
unit of the rules (95 % is 0.95).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from django.db import DatabaseError, transaction
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reviews import plans
from reviews.measures import MEASURES
from reviews.models import Plan, PlanVersion
from reviews.scoring import plan as core
from reviews.scoring.checks import check_plan
from reviews.scoring.plan_data import PlanDataError, plan_from_data, plan_to_data
from reviews.scoring.rules import KINDS, Rule
from staff.models import User
from staff.resource_cells import NumberCell, WholeCell, folded, spellings, text_of
from staff.resource_files import NumberedRows, SheetFault, read_rows
from staff.sheets.writing import xlsx_file

MAX_ROWS = 3000
LONGEST = {"name_zh": 40, "name_en": 60, "code": 40, "measure": 40, "source": 200}
DEFAULT_LONGEST = 200
COLUMNS: dict[str, str | Promise] = {
    "about": gettext_lazy("belongs to"),
    "place": gettext_lazy("place in the plan"),
    "value": gettext_lazy("value in the plan"),
}
Tree = dict[str, Any]  # a branch of places; a leaf is (row number, text)


class PlanSheetRefused(Exception):
    """A sheet is no plan; `problems` are (row, sentence), row 0 for the whole."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(text for _row, text in problems))


def plan_file(version: PlanVersion) -> bytes:
    """Return a version as a workbook; the same version gives the same bytes."""
    plan = plans.to_core(version)
    english = (get_language() or "").startswith("en")
    names = [line.name_en if english and line.name_en else line.name_zh for line in plan.lines]
    rows = []
    for place, value in _leaves(plan_to_data(plan), ""):
        parts = place.split(".")
        about = names[int(parts[1]) - 1] if parts[0] == "lines" and len(parts) > 1 else ""
        rows.append([about, place, value])
    return xlsx_file(plan.code, [str(label) for label in COLUMNS.values()], rows)


def _leaves(data: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, f"{place}.{key}" if place else key)
    elif isinstance(data, list):
        for number, value in enumerate(data, start=1):
            yield from _leaves(value, f"{place}.{number}")
    elif isinstance(data, bool):
        yield place, _("yes") if data else _("no")
    else:
        yield place, "" if data is None else str(data)


def draft_from_sheet(plan: Plan, content: bytes, *, starts_on: date, by: User | None) -> PlanVersion:
    """Make a plan's next draft of a sheet, whole or not at all.

    Raises PlanSheetRefused with every reason, archives.Refused for what is no sheet.
    """
    try:
        tree = _tree(read_rows(content, most=MAX_ROWS))
    except SheetFault as fault:
        raise PlanSheetRefused([(0, line) for line in str(fault).splitlines()]) from None
    reading = _Reading()
    data = reading.record(core.Plan, {key: value for key, value in tree.items() if key != "schema"}, "")
    if reading.problems:
        raise PlanSheetRefused(sorted(reading.problems))
    try:
        read = plan_from_data({"schema": core.SCHEMA, **data})
    except PlanDataError as fault:
        raise PlanSheetRefused([(0, str(fault))]) from None
    if read.code != plan.code:
        words = _("This sheet is of the plan %(other)s, not of %(plan)s.")
        raise PlanSheetRefused([(0, words % {"other": read.code, "plan": plan.code})])
    place = 1 if (get_language() or "").startswith("en") else 0
    failed = [problem.words[place] for check in check_plan(read, MEASURES) for problem in check.problems]
    if failed:
        raise PlanSheetRefused([(0, str(text)) for text in failed])
    try:
        with transaction.atomic():
            return plans.create_draft(read, starts_on=starts_on, by=by)
    except DatabaseError:
        raise PlanSheetRefused([(0, _("This plan cannot be stored; check for numbers too large."))]) from None


def _tree(rows: NumberedRows) -> Tree:
    """Return the rows as a tree of places. Raises SheetFault."""
    known = {word: name for name, label in COLUMNS.items() for word in spellings(label)}
    found = [known.get(folded(header)) for header in rows.headers]
    for name in ("place", "value"):
        if found.count(name) != 1:
            words = _("The column “%(header)s” is missing.")
            raise SheetFault(words % {"header": COLUMNS[name]})
    tree: Tree = {}
    faults = []
    for number, cells in zip(rows.numbers, rows, strict=True):
        place, value = text_of(cells[found.index("place")]), text_of(cells[found.index("value")])
        *above, last = place.split(".")
        here: Any = tree
        for part in above:
            here = here.setdefault(part, {}) if isinstance(here, dict) else None
        if not isinstance(here, dict) or last in here:
            faults.append(
                _("Row %(row)s: the place “%(place)s” stands there twice.") % {"row": number, "place": place}
            )
        else:
            here[last] = (number, value)
    if faults:
        raise SheetFault("\n".join(faults))
    return tree


class _Reading:
    """Turns a tree of texts into a plan's data by what each place holds; gathers every fault."""

    def __init__(self) -> None:
        self.problems: list[tuple[int, str]] = []

    def record(self, kind: type, tree: Any, place: str) -> dict[str, Any]:
        """Return the data of one record."""
        branch = tree if isinstance(tree, dict) else {}
        hints = get_type_hints(kind)
        names = [one.name for one in fields(kind) if one.init]
        for extra in branch.keys() - set(names):
            self._say(branch[extra], _("A plan has no place “%(place)s”.") % {"place": _under(place, extra)})
        return {name: self._value(hints[name], branch.get(name), _under(place, name)) for name in names}

    def _value(self, hint: Any, tree: Any, place: str) -> Any:
        if hint == Rule:
            return self._rule(tree, place)
        if get_origin(hint) in (Union, UnionType):
            if tree is None or (isinstance(tree, tuple) and not tree[1]):
                return None
            hint = next(one for one in get_args(hint) if one is not NoneType)
        if get_origin(hint) is tuple:
            return self._list(get_args(hint)[0], tree, place)
        if is_dataclass(hint):
            return self.record(hint, tree, place)  # type: ignore[arg-type]
        if not isinstance(tree, tuple):
            self._say(tree, _("The place “%(place)s” is missing.") % {"place": place})
            return None
        return self._leaf(hint, tree, place)

    def _list(self, inner: Any, tree: Any, place: str) -> list[Any]:
        if tree is None:
            return []
        if not isinstance(tree, dict) or not all(key.isascii() and key.isdecimal() for key in tree):
            self._say(tree, _("Under “%(place)s” the places are numbered 1, 2, 3.") % {"place": place})
            return []
        return [self._value(inner, tree[key], _under(place, key)) for key in sorted(tree, key=int)]

    def _rule(self, tree: Any, place: str) -> dict[str, Any]:
        branch = dict(tree) if isinstance(tree, dict) else {}
        kind = branch.pop("kind", None)
        if not isinstance(kind, tuple) or kind[1] not in KINDS:
            words = _("“%(place)s” is one of: %(known)s.")
            self._say(kind, words % {"place": f"{place}.kind", "known": ", ".join(KINDS)})
            return {}
        return {"kind": kind[1], **self.record(KINDS[kind[1]], branch, place)}

    def _leaf(self, hint: Any, leaf: tuple[int, str], place: str) -> Any:
        text = leaf[1]
        known = get_args(hint) if get_origin(hint) is Literal else ()
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            known = tuple(one.value for one in hint)
        if known:
            if text not in known:
                words = _("“%(place)s” is one of: %(known)s.")
                self._say(leaf, words % {"place": place, "known": ", ".join(known)})
            return text
        try:
            return self._scalar(hint, text, place)
        except ValueError as fault:
            self._say(leaf, f"{place}: {fault}")
            return None

    def _scalar(self, hint: Any, text: str, place: str) -> Any:
        if hint is Decimal:
            return str(NumberCell(places=6).clean(text))
        if hint is bool:
            found = folded(text)
            if found in spellings(gettext_lazy("yes")) | spellings(gettext_lazy("no")):
                return found in spellings(gettext_lazy("yes"))
            raise ValueError(_("Enter yes or no."))
        if hint is int:
            return WholeCell().clean(text)
        most = LONGEST.get(place.rpartition(".")[2], DEFAULT_LONGEST)
        if len(text) > most:
            raise ValueError(_("At most %(most)s characters.") % {"most": most})
        return text

    def _say(self, where: Any, text: str) -> None:
        while isinstance(where, dict) and where:
            where = next(iter(where.values()))
        self.problems.append((where[0] if isinstance(where, tuple) else 0, text))


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
