"""How a month stands: its deadlines with the cards through each, and every branch with its next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from reviews.deadlines import evening, timeline
from reviews.models import Card, CardState, PlanVersion, Procedure, Review
from reviews.procedures import SUBJECT, WORKING_DAYS, Roles, roles_of
from reviews.today.cards import share_procedures
from reviews.today.reader import Reader
from staff.calendar import Calendar, add_months, last_day_of
from staff.models import Unit

# The month's nodes: what is counted in them, cards or branches.
NODES = ("assess", "approve", "confirm", "close", "hand_over", "plans")
OF_BRANCHES = frozenset({"close", "hand_over"})
PLANS_DAY = 15
ORDER = {state: number for number, state in enumerate(CardState)}
# The last state before a step: a card in it, or in one before, is not through.
BEFORE = {
    "assess": CardState.DRAFT,
    "approve": CardState.SUBMITTED,
    "confirm": CardState.OBJECTED,
    "close": CardState.CONFIRMED,
    "hand_over": CardState.CLOSED,
    "pay": CardState.APPROVED,
}
# A branch stands at the first of these that not all of its cards have passed.
STEPS = ("assess", "approve", "confirm", "close", "hand_over", "pay")


@dataclass(slots=True)
class Branch:
    """A branch's month: its cards by state, what is missing, and the step it stands at."""

    unit: Unit
    review: Review | None
    states: dict[str, int] = field(default_factory=dict)
    aside: int = 0
    lacking: int = 0
    step: str = ""
    due: date | None = None
    number: int = 0
    late: int = 0
    days: Mapping[str, tuple[date, int, bool]] = field(default_factory=dict)

    @property
    def cards(self) -> int:
        """How many cards it has."""
        return sum(self.states.values())

    @property
    def parts(self) -> list[tuple[CardState, int]]:
        """The states that have cards, in their order."""
        return [(state, self.states[state]) for state in CardState if self.states.get(state)]

    def behind(self, act: str) -> int:
        """How many cards have not passed a step; those set aside hold nothing up."""
        mark = ORDER[BEFORE[act]]
        waiting = sum(count for state, count in self.states.items() if ORDER[CardState(state)] <= mark)
        return max(waiting - self.aside, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """One deadline of the month: how many of how many are through, what is late, whose it is.

    `tone` is late, soon, done or empty; `mine` says that the reader acts there. `unit` is cards, branches
    or plans.
    """

    act: str
    day: date
    number: int
    through: int
    total: int
    late: int
    tone: str
    mine: bool
    unit: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month for one reader."""

    month: date
    branches: tuple[Branch, ...]
    nodes: tuple[Node, ...]

    @property
    def cards(self) -> int:
        """How many cards there are in all."""
        return sum(branch.cards for branch in self.branches)


def month_of(
    reader: Reader, month: date, *, calendar: Calendar, procedures: dict[int, Procedure] | None = None
) -> Month:
    """Return how a month stands for what the reader may see; five queries and one per procedure not read yet."""
    reach = Unit.objects.filter(reader.month_reaches(""), reviewed=True)
    units = list(reach.select_related("shop").order_by("path"))
    reviews = {
        review.unit_id: review
        for review in Review.objects.filter(month=month, unit__in=units).select_related("unit")
    }
    share_procedures(list(reviews.values()), {} if procedures is None else procedures)
    counted = _counts(reader, month)
    branches = []
    for unit in units:
        branch = Branch(unit, reviews.get(unit.pk))
        _fill(branch, counted.get(branch.review.pk, {}) if branch.review else {})
        _place(branch, month, reader, calendar)
        branches.append(branch)
    return Month(month, tuple(branches), tuple(_nodes(reader, month, branches, calendar)))


def _counts(reader: Reader, month: date) -> dict[int, dict[str, tuple[int, int, int]]]:
    """Return by review and state how many cards, how many of them set aside, and how many with open lines."""
    rows = (
        Card.objects.visible_to(reader.user, on=reader.on)
        .filter(month=month)
        .order_by()
        .values("review_id", "state")
        .annotate(
            many=Count("pk"),
            aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
            lacking=Count("pk", filter=Q(current__open_lines__gt=0)),
        )
        .values_list("review_id", "state", "many", "aside", "lacking")
    )
    found: dict[int, dict[str, tuple[int, int, int]]] = {}
    for review, state, *counts in rows:
        found.setdefault(review, {})[state] = (counts[0], counts[1], counts[2])
    return found


def _fill(branch: Branch, counts: Mapping[str, tuple[int, int, int]]) -> None:
    branch.states = {state: count for state, (count, _aside, _open) in counts.items()}
    # What was set aside and has not caught up yet.
    branch.aside = sum(
        aside
        for state, (_count, aside, _open) in counts.items()
        if ORDER[CardState(state)] < ORDER[CardState.CLOSED]
    )
    branch.lacking = sum(lacking for _count, _aside, lacking in counts.values())


def _place(branch: Branch, month: date, reader: Reader, calendar: Calendar) -> None:
    """Say at which step a branch stands, and how late that is."""
    branch.days = _days(branch.review, month, calendar)
    step = "assess" if not branch.cards else next((act for act in STEPS if branch.behind(act)), "")
    if not step or (step == "pay" and branch.review is not None and branch.review.trial):
        return
    branch.step = step
    branch.due, branch.number, _estimated = branch.days[step]
    if evening(branch.due) < reader.at:
        branch.late = max(calendar.ordinal(branch.due, reader.on), 1)


def _days(review: Review | None, month: date, calendar: Calendar) -> dict[str, tuple[date, int, bool]]:
    """Return the days of a branch's steps, by its procedure; those of month.md before there is a review."""
    if review is not None:
        steps = timeline(review, calendar=calendar, roles=roles_of(review.procedure))
        found = {step.act: (timezone.localdate(step.at), step.number, step.estimated) for step in steps}
    else:
        found = {}
    for act, number in WORKING_DAYS.items():
        if act not in found:
            day = calendar.nth_after(last_day_of(month), number)
            found[act] = day.day, number, day.estimated
    return found


def _nodes(reader: Reader, month: date, branches: Sequence[Branch], calendar: Calendar) -> list[Node]:
    """Return the month's deadlines; the first that is open and not late is the next."""
    found: list[Node] = []
    for act in NODES:
        node = _plans_node(reader, month, calendar) if act == "plans" else _node(act, reader, branches)
        if node is None:
            continue
        # Where nothing is computed yet the step is open too; where no plan is to come it is not.
        is_open = node.through < node.total or (not node.total and node.unit != "plans")
        if not node.tone and is_open and not any(one.tone == "soon" for one in found):
            node = _toned(node, "soon")
        found.append(node)
    return found


def _toned(node: Node, tone: str) -> Node:
    return Node(
        node.act, node.day, node.number, node.through, node.total, node.late, tone, node.mine, node.unit,
        node.estimated,
    )  # fmt: skip


def _node(act: str, reader: Reader, branches: Sequence[Branch]) -> Node | None:
    if not branches:
        return None
    day, number, estimated = max(branch.days[act] for branch in branches)
    if act in OF_BRANCHES:
        open_ones = [
            branch for branch in branches if not branch.cards or branch.behind(_last_of(act, branch))
        ]
        total, through = len(branches), len(branches) - len(open_ones)
        late = sum(evening(branch.days[act][0]) < reader.at for branch in open_ones)
    else:
        total = sum(branch.cards for branch in branches)
        through = total - sum(branch.behind(act) for branch in branches)
        late = sum(branch.behind(act) for branch in branches if evening(branch.days[act][0]) < reader.at)
    # Nothing computed is nothing done: never a green light over no cards.
    uncomputed = any(not branch.cards for branch in branches)
    overdue = late or (uncomputed and evening(day) < reader.at)
    tone = "late" if overdue else "done" if through == total and not uncomputed else ""
    unit = "branches" if act in OF_BRANCHES else "cards"
    return Node(act, day, number, through, total, late, tone, _acts(reader, act, branches), unit, estimated)


def _last_of(act: str, branch: Branch) -> str:
    """The hand-over is through once finance has acknowledged it; a trial month ends before."""
    trial = branch.review is not None and branch.review.trial
    return "pay" if act == "hand_over" and not trial else act


def _acts(reader: Reader, act: str, branches: Sequence[Branch]) -> bool:
    """Whether the reader acts at a step in one of the branches."""
    roles: dict[int, tuple[Procedure, Roles]] = {}
    for branch in branches:
        if branch.review is not None:
            procedure = branch.review.procedure
            roles.setdefault(procedure.pk, (procedure, roles_of(procedure)))
    named = {found.of(one, "agent") for _procedure, found in roles.values() for one in _acts_in(act)}
    return reader.scope.has(*(role for role in named if role and role != SUBJECT))


def _acts_in(act: str) -> tuple[str, ...]:
    return ("hand_over", "pay") if act == "hand_over" else (act,)


def _plans_node(reader: Reader, month: date, calendar: Calendar) -> Node | None:
    """Return the node of plans for the month after the running one: published of all versions that start then."""
    if not reader.scope.everything:
        return None
    starts = add_months(month, 2)
    versions = PlanVersion.objects.visible_to(reader.user, on=reader.on).filter(
        starts_on__gte=starts, starts_on__lt=add_months(starts, 1)
    )
    counts = versions.aggregate(all=Count("pk"), done=Count("pk", filter=Q(state="published")))
    day = calendar.nth_after(last_day_of(month), PLANS_DAY)
    waiting = counts["all"] - counts["done"]
    late = waiting if evening(day.day) < reader.at else 0
    tone = "late" if late else "done" if counts["all"] and not waiting else ""
    return Node(
        "plans", day.day, PLANS_DAY, counts["done"], counts["all"], late, tone, reader.scope.has("hr"), "plans",
        day.estimated,
    )  # fmt: skip
