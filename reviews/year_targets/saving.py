"""Starts a year's plan, changes it, breaks a month down to its people, and sets people's targets from it.

Every act is whole or nothing, and of two people who saw the same plan the second is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from reviews.models import Target, TargetNode
from reviews.targets import MOST, Recorded, TargetGiven, set_targets
from reviews.year_targets.labels import amount_of, full_label_of, label_of, some
from reviews.year_targets.people import Stint, months_of
from reviews.year_targets.spread import KEPT_ABOVE
from reviews.year_targets.stored import CHUNK, Move, Plan, Refused, hold, read_plan, take, write
from reviews.year_targets.tree import NO_WEIGHTS, Edit, Part, Problem, settle
from reviews.year_targets.weights import Basis
from staff.models import Unit, User
from staff.money import to_cents

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Saved:
    """What a change moved, what its reader must know about the weights, how many sums were checked."""

    moves: list[Move] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    changed: int = 0
    sums: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """The targets set, and the months that are not broken down to agents yet."""

    recorded: Recorded
    waiting: list[str]


@transaction.atomic
def start_plan(
    *,
    unit: Unit,
    year: int,
    amount: Decimal,
    key: str,
    by: User | None,
    at: datetime,
    on: date,
    equal_if_missing: bool = False,
) -> tuple[TargetNode, Saved]:
    """Start a year's plan of a unit, spread over quarters and months by a key. Raises Refused.

    `at` is the moment of the change, `on` today in the company's time zone.
    """
    if problems := [*_amount_problems(amount), *_year_problems(unit, year)]:
        raise Refused(problems)
    root, quarters, months = _frame(year, amount, key)
    try:
        with transaction.atomic():
            for rows in ([root], quarters, months):
                _add(rows, unit=unit, by=by)
    except IntegrityError:
        raise Refused(_("This unit has a plan for that year already.")) from None
    saved = _settle(
        read_plan(root), {}, again={root.pk, *(one.pk for one in quarters)}, by=by, at=at,
        basis=Basis(unit, year, on, equal_if_missing),
    )  # fmt: skip
    return root, saved


def _frame(year: int, amount: Decimal, key: str) -> tuple[TargetNode, list[TargetNode], list[TargetNode]]:
    """Return a year, its quarters and its months, not saved yet."""
    levels = TargetNode.Level
    root = TargetNode(level=levels.YEAR, first_month=date(year, 1, 1), key=key, amount=amount)
    quarters = [
        TargetNode(level=levels.QUARTER, first_month=month, order=place, key=key, amount=0, parent=root)
        for place, month in enumerate(months_of(year)[::3])
    ]
    months = [
        TargetNode(
            level=levels.MONTH, first_month=month, order=place % 3, amount=0, parent=quarters[place // 3]
        )
        for place, month in enumerate(months_of(year))
    ]
    return root, quarters, months


def _add(rows: Sequence[TargetNode], *, by: User | None, unit: Unit | None = None) -> None:
    for row in rows:
        row.parent = row.parent  # the parent has its key only now
        row.changed_by = by
        if unit is not None:
            row.unit = unit
    bulk_create_with_history(list(rows), TargetNode, batch_size=CHUNK, default_user=by)


def _amount_problems(amount: Decimal) -> list[str]:
    if not amount.is_finite() or not 0 <= amount <= MOST:
        return [_("A target lies between 0 and %(most)s CNY.") % {"most": f"{MOST:,}"}]
    return [] if amount == to_cents(amount) else [_("A target has at most two decimals.")]


def _year_problems(unit: Unit, year: int) -> list[str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return [_("Enter a year such as 2027.")]
    plans = TargetNode.objects.filter(level=TargetNode.Level.YEAR, first_month=date(year, 1, 1))
    if plans.filter(unit=unit).exists():
        return [_("This unit has a plan for that year already.")]
    return []


def plan_edits(
    root: TargetNode, edits: Mapping[int, Edit], *, on: date, equal_if_missing: bool = False
) -> Saved:
    """Return what edits would move, and write nothing. Raises Refused."""
    plan = read_plan(root)
    basis = Basis(root.unit, plan.year, on, equal_if_missing)
    before = {node.pk: (node.amount, node.by_hand, node.key) for node in plan.nodes.values()}
    settled = _settled(plan, edits, again=(), basis=basis)
    changed = [part for part in settled.walk() if before[part.id] != (part.amount, part.by_hand, part.key)]
    moves = [
        Move(
            full_label_of(plan.nodes[part.id]),
            before[part.id][0] or Decimal(0),
            part.amount,
            part.id in edits,
        )
        for part in changed
        if before[part.id][0] != part.amount
    ]
    return Saved(moves, basis.said, len(changed), _checked(settled))


@transaction.atomic
def save_edits(
    root: TargetNode,
    edits: Mapping[int, Edit],
    *,
    seen: str,
    by: User | None,
    at: datetime,
    on: date,
    again: Collection[int] = (),
    equal_if_missing: bool = False,
) -> Saved:
    """Change parts of a plan and spread again what that touches, all or nothing.

    Raises Overtaken where the plan is no longer the one `seen`, Refused with every reason.
    """
    if not edits and not again:
        hold(root, seen=seen)
        return Saved()
    take(root, seen=seen, by=by, at=at)
    plan = read_plan(root)
    basis = Basis(root.unit, plan.year, on, equal_if_missing)
    return _settle(plan, edits, again=set(again) & set(plan.nodes), by=by, at=at, basis=basis)


def _settle(
    plan: Plan,
    edits: Mapping[int, Edit],
    *,
    again: Collection[int],
    by: User | None,
    at: datetime,
    basis: Basis,
) -> Saved:
    settled = _settled(plan, edits, again=again, basis=basis)
    typed = {number for number, edit in edits.items() if edit.amount is not None}
    before = [(node.amount, node.by_hand, node.key) for node in plan.nodes.values()]
    moves = write(plan, settled, typed=typed, by=by, at=at)
    after = [(node.amount, node.by_hand, node.key) for node in plan.nodes.values()]
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    return Saved(moves, basis.said, changed, _checked(settled))


def _checked(settled: Part) -> int:
    """Add up the parts of everything once more; return how many sums agree, which is all of them."""
    whole = [part for part in settled.walk() if part.parts]
    wrong = [part for part in whole if sum(one.amount for one in part.parts) != part.amount]
    if wrong:
        raise AssertionError(f"parts of {[part.id for part in wrong]} do not add up")
    return len(whole)


def _settled(plan: Plan, edits: Mapping[int, Edit], *, again: Collection[int], basis: Basis) -> Part:
    problems = [
        f"{label_of(plan.nodes[number])}: {text}"
        for number, edit in edits.items()
        if edit.amount is not None
        for text in _amount_problems(edit.amount)
    ]
    if problems:
        raise Refused(problems)
    tree = plan.tree()

    def weigh(part: Part) -> Sequence[Fraction] | None:
        node = plan.nodes[part.id]
        weights = basis.weigh(node, part.key, plan.below[part.id])
        if weights is not None and part.id in basis.made_equal:
            part.key = TargetNode.Key.EQUAL
        return weights

    found = settle(tree, edits, weigh=weigh, again=again)
    if found:
        raise Refused([_in_words(plan, basis, one) for one in found])
    return tree


def _in_words(plan: Plan, basis: Basis, problem: Problem) -> str:
    label = full_label_of(plan.nodes[problem.part_id])
    if problem.code == NO_WEIGHTS:
        return basis.missing[problem.part_id]
    words = _(
        "%(part)s: its parts are all kept by hand and add up to %(kept)s of %(whole)s CNY. "
        "Release one of them, or change an amount."
    )
    if problem.code == KEPT_ABOVE:
        words = _(
            "%(part)s: the parts kept by hand add up to %(kept)s CNY, more than its %(whole)s CNY. "
            "Release or lower one of them."
        )
    return words % {"part": label, "kept": f"{problem.kept:,.2f}", "whole": f"{problem.whole:,.2f}"}


@transaction.atomic
def open_month(
    root: TargetNode,
    month: date,
    *,
    seen: str,
    by: User | None,
    at: datetime,
    on: date,
    equal_if_missing: bool = False,
) -> Saved:
    """Break a month down to the teams and agents who are there in it, or follow who came and went since.

    Who stays keeps the amount set by hand; the rest is spread again. Raises Overtaken, Refused.
    """
    take(root, seen=seen, by=by, at=at)
    plan = read_plan(root)
    top = next((node for node in plan.months() if node.first_month == month), None)
    if top is None:
        raise Refused(_("This month is not in the plan."))
    basis = Basis(root.unit, plan.year, on, equal_if_missing)
    people = basis.stints[month]
    if not people:
        raise Refused(
            _("Nobody with a sales target is employed here in %(month)s.") % {"month": f"{month:%Y-%m}"}
        )
    gone = _follow(plan, top, people, by=by)
    plan = read_plan(root)
    again = {top.pk, *(team.pk for team in plan.below[top.pk])}
    saved = _settle(plan, {}, again=again, by=by, at=at, basis=basis)
    if gone:
        saved.said.append(_("No longer in the plan of this month: %(names)s.") % {"names": some(gone)})
    return saved


def _follow(plan: Plan, month: TargetNode, people: Sequence[Stint], *, by: User | None) -> list[str]:
    """Let a month's teams and agents be those who are there; return the names of who went."""
    teams = {team.unit_id: team for team in plan.below.get(month.pk, ())}
    units = {one.unit.pk: one.unit for one in people}
    agents = {
        (team.unit_id, agent.person_id): agent
        for team in teams.values()
        for agent in plan.below.get(team.pk, ())
    }
    wanted = {(one.unit.pk, one.person_id) for one in people}
    gone = [agent for key, agent in agents.items() if key not in wanted]
    empty = [team for unit_id, team in teams.items() if unit_id not in units]
    names = [label_of(node) for node in gone]
    for node in [*gone, *empty]:
        node.delete()
    same = {"first_month": month.first_month, "amount": Decimal(0)}
    fresh = [
        TargetNode(level=TargetNode.Level.TEAM, parent=month, unit=unit, **same)
        for unit_id, unit in units.items()
        if unit_id not in teams
    ]
    _add(fresh, by=by)
    teams |= {team.unit_id: team for team in fresh}
    _add(
        [
            TargetNode(
                level=TargetNode.Level.AGENT,
                parent=teams[one.unit.pk],
                unit=one.unit,
                person_id=one.person_id,
                **same,
            )
            for one in people
            if (one.unit.pk, one.person_id) not in agents
        ],
        by=by,
    )
    _put_in_order(month, people)
    return names


def _put_in_order(month: TargetNode, people: Sequence[Stint]) -> None:
    """Teams stand by their place in the tree, agents by staff number: the order of the list decides cents."""
    units = {unit_id: place for place, unit_id in enumerate(dict.fromkeys(one.unit.pk for one in people))}
    places = {one.person_id: place for place, one in enumerate(people)}
    rows = list(TargetNode.objects.filter(parent=month)) + list(
        TargetNode.objects.filter(parent__parent=month)
    )
    for row in rows:
        row.order = units[row.unit_id] if row.person_id is None else places[row.person_id]
    TargetNode.objects.bulk_update(rows, ["order"], batch_size=CHUNK)


@transaction.atomic
def publish(root: TargetNode, months: Collection[date], *, seen: str, by: User | None, on: date) -> Published:
    """Set the agents' targets of some months from the plan, all or none; what stands already is left alone.

    A target is for a full month, and a card counts its part of it: whoever is employed for a part of the
    month gets the amount whose part is the plan's, rounded to the cent. Raises Overtaken, Refused.
    """
    hold(root, seen=seen)
    plan = read_plan(root)
    asked = [node for node in plan.months() if node.first_month in months]
    waiting = [label_of(month) for month in asked if not plan.below.get(month.pk)]
    if len(waiting) == len(asked):
        raise Refused(_("Break a month down to its teams and agents first; there is nothing to publish yet."))
    basis = Basis(root.unit, plan.year, on)
    given, gone = [], []
    for month in asked:
        there = {one.person_id: one for one in basis.stints[month.first_month]}
        for node in plan.in_order(month):
            if node.person_id is None:
                continue
            if (stint := there.get(node.person_id)) is None or stint.unit.pk != node.unit_id:
                gone.append(f"{label_of(node)} ({month.first_month:%Y-%m})")
                continue
            full = to_cents(amount_of(node) * stint.month_days / len(stint.days))
            given.append(TargetGiven(node.person_id, month.first_month, Target.Kind.SALES, full))
    if gone:
        words = _(
            "Not in that team in that month any more: %(names)s. Spread the month over its people again."
        )
        raise Refused(words % {"names": some(gone)})
    source = _("year plan %(year)s") % {"year": plan.year}
    try:
        with transaction.atomic():
            recorded = set_targets(given, by=by, source=source)
    except IntegrityError:
        raise Refused(_("Somebody else has just set this target.")) from None
    return Published(recorded, waiting)
