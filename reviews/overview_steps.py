"""The timeline of a month and the list of what is missing, from the rows of its table.

Source: month.md, "Steps and deadlines"; design/hr.md B2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from reviews.deadlines import evening, latest_end, timeline
from reviews.gaps import Place
from reviews.models import CardState
from reviews.overview_rows import ORDER, Row, Table
from staff import calendar

# A step is passed by the cards that stand behind it.
PASSED: Mapping[str, str] = {
    "assess": CardState.SUBMITTED,
    "approve": CardState.PUBLISHED,
    "confirm": CardState.CONFIRMED,
    "close": CardState.CLOSED,
    "hand_over": CardState.PAID,
}
# What belongs to a step besides the act it is named by.
TOGETHER = {"decide": "confirm", "pay": "hand_over"}
PLANS = "plans"
PLANS_DAY = 15
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Milestone:
    """One of the six steps on the timeline: when it is due, how much is through, and who is awaited.

    `tone` is done, late, soon or empty. `late` counts working days past the date, `left` those until it.
    `awaited` pairs a person's name (or "subject", or a role nobody holds) with a count of cards, 0 before
    the step has begun. `today` is where today falls within the step, in percent of its bar, or None.
    `month` is the month whose plans the last step publishes.
    """

    act: str
    role: str
    number: int
    at: datetime
    estimated: bool
    through: int
    total: int
    tone: str
    late: int
    left: int
    awaited: tuple[tuple[str, int], ...]
    today: int | None = None
    second: str = ""
    month: date | None = None

    @property
    def percent(self) -> int:
        """How far the bar is filled, in whole percent, never rounded up to 100."""
        return self.through * PERCENT // self.total if self.total else 0

    @property
    def begun(self) -> bool:
        """Whether something is through, or somebody is awaited."""
        return bool(self.through) or any(count for _who, count in self.awaited)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Open lines of one place: who lacks them, and who owes them."""

    place: Place
    owner: str
    people: tuple[str, ...]
    lines: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(slots=True)
class _Step:
    """One step before it is told how the cards stand to it."""

    act: str
    role: str
    number: int
    at: datetime
    estimated: bool
    second: str = ""


def milestones(table: Table, *, at: datetime) -> tuple[Milestone, ...]:
    """Return the steps of a review's month, each with the cards that are through and those awaited."""
    on = timezone.localdate(at)
    found: list[Milestone] = []
    before = calendar.last_day_of(table.review.month)
    soon_free, today_free = True, on > before
    for step in _steps(table):
        due_day = timezone.localdate(step.at)
        today = None
        if today_free and on <= due_day:
            today, today_free = _within(before, due_day, on), False
        made = _plans(table, step, at=at) if step.act == PLANS else _cards(table, step, at=at)
        if made.tone == "" and made.total and soon_free:
            made, soon_free = _told(made, tone="soon"), False
        found.append(_told(made, today=today))
        before = max(before, due_day)
    return tuple(found)


def _told(made: Milestone, **changed: object) -> Milestone:
    values = {name: getattr(made, name) for name in Milestone.__slots__}
    return Milestone(**{**values, **changed})


def _within(before: date, due: date, on: date) -> int:
    """Return where a day stands between two deadlines, in percent; a day is drawn at its noon."""
    span = max((due - before).days, 1)
    return min(max(((on - before).days * 2 - 1) * PERCENT // (2 * span), 1), PERCENT - 1)


def _steps(table: Table) -> list[_Step]:
    """Return the procedure's steps by their days; the last one, plans for coming months, is everybody's."""
    review = table.review
    days = timeline(review, calendar=table.days, roles=table.roles)
    roles = {step.act: step.role for step in days}
    found: dict[str, _Step] = {}
    for step in days:
        act = TOGETHER.get(step.act, step.act)
        if act not in PASSED:
            continue
        known = found.get(act)
        if known is None or known.at < step.at:
            second = roles.get("pay", "") if act == "hand_over" else ""
            found[act] = _Step(act, roles.get(act, step.role), step.number, step.at, step.estimated, second)
    last = table.days.nth_after(calendar.last_day_of(review.month), PLANS_DAY)
    plans = _Step(PLANS, "hr", PLANS_DAY, evening(last.day), last.estimated)
    # A window that ends later moves the deadline of its step.
    if confirm := found.get("confirm"):
        confirm.at = latest_end(confirm.at, (row.card for row in table.rows))
    return [*sorted(found.values(), key=lambda step: (step.number, ORDER[PASSED[step.act]])), plans]


def _cards(table: Table, step: _Step, *, at: datetime) -> Milestone:
    last = CardState.APPROVED if table.review.trial and step.act == "hand_over" else PASSED[step.act]
    waiting = [row for row in table.rows if ORDER[row.card.state] < ORDER[last]]
    aside = sum(row.card.set_aside_at is not None for row in waiting)
    total, through = len(table.rows) - aside, len(table.rows) - len(waiting)
    awaited: dict[str, int] = {}
    for row in waiting:
        if row.due is not None and TOGETHER.get(row.due.act, row.due.act) == step.act:
            awaited[row.waits_for] = awaited.get(row.waits_for, 0) + 1
    most_first = sorted(awaited.items(), key=lambda pair: (-pair[1], pair[0]))
    left = total - through
    if not awaited and left:
        most_first = _holders(table, step)
    return _milestone(table, step, through=through, total=total, awaited=most_first, at=at)


def _plans(table: Table, step: _Step, *, at: datetime) -> Milestone:
    total, through = table.plans_coming, table.plans_published
    awaited = [] if through == total and total else _holders(table, step)
    made = _milestone(table, step, through=through, total=total, awaited=awaited, at=at)
    return _told(made, month=calendar.add_months(table.review.month, 2))


def _holders(table: Table, step: _Step) -> list[tuple[str, int]]:
    """Return who will act, by name, without a count: it is not their turn yet."""
    if step.role == "subject":
        return [("subject", 0)]
    path = table.review.unit.path
    if step.act == "assess":
        return [(step.role, 0)]
    roles = [role for role in (step.role, step.second) if role]
    return [(table.names.nearest(role, path) or role, 0) for role in dict.fromkeys(roles)]


def _milestone(
    table: Table,
    step: _Step,
    *,
    through: int,
    total: int,
    awaited: Sequence[tuple[str, int]],
    at: datetime,
) -> Milestone:
    on, due_day = timezone.localdate(at), timezone.localdate(step.at)
    open_ones = through < total
    # To the hour, as each card says it of itself.
    late = table.days.ordinal(due_day, on) if open_ones and step.at < at else 0
    tone = "done" if total and not open_ones else ""
    if open_ones and step.at < at:
        tone = "late"
    return Milestone(
        act=step.act,
        role=step.role,
        number=step.number,
        at=step.at,
        estimated=step.estimated,
        through=through,
        total=total,
        tone=tone,
        late=max(late, 1) if tone == "late" else 0,
        left=(due_day - on).days,
        awaited=tuple(awaited),
        second=step.second,
    )


def lacking(table: Table) -> tuple[Lacking, ...]:
    """Gather the open lines by the place where they are filled, most people first."""
    found: dict[Place, tuple[str, dict[str, None], dict[str, None], dict[str, None]]] = {}
    for row in table.rows:
        for gap in row.lacks:
            owner, people, lines, owners = found.setdefault(gap.place, (gap.owner, {}, {}, {}))
            people[row.card.person.name] = None
            lines[gap.name] = None
            owners[_owner(table, row, owner)] = None
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1][1]))
    return tuple(
        Lacking(place, owner, tuple(people), tuple(lines), tuple(owners))
        for place, (owner, people, lines, owners) in ordered
    )


def _owner(table: Table, row: Row, owner: str) -> str:
    """Return who fills a gap, by name where somebody holds the role."""
    if owner == "supervisor" and row.card.state == CardState.DRAFT:
        return row.waits_for
    return table.names.nearest(owner, row.card.unit.path) or owner
