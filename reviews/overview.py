"""Who stands where in a month's review: deadlines, states, gaps, and the cards, most urgent first.

Everything is read in a fixed number of queries, however many cards. Source: month.md; design/hr.md B2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from reviews import attention, gaps
from reviews.deadlines import Due, StepDay, dues, timeline
from reviews.gaps import Gap, Place
from reviews.models import Card, CardState, Review
from reviews.procedures import roles_of
from reviews.trends import past_totals
from staff import calendar
from staff.models import Person

PAGE = 25
LOW = Decimal(80)
ORDER = {state: number for number, state in enumerate(CardState.values)}
# A step is passed by the cards that stand behind it.
PASSED: Mapping[str, str] = {
    "assess": CardState.SUBMITTED,
    "approve": CardState.PUBLISHED,
    "confirm": CardState.CONFIRMED,
    "close": CardState.CLOSED,
    "hand_over": CardState.APPROVED,
    "pay": CardState.PAID,
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step on the timeline: when it is due, how many cards are through, and who is awaited.

    `tone` is done, late, soon or empty; `awaited` pairs a person's name with a count of cards.
    """

    step: StepDay
    through: int
    total: int
    tone: str
    late: int
    awaited: tuple[tuple[str, int], ...]

    @property
    def percent(self) -> int:
        """How far the bar is filled, in whole percent, never rounded up to 100."""
        return self.through * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Lacking:
    """Open lines of one place: who lacks them, and who owes them."""

    place: Place
    owner: str
    people: tuple[str, ...]
    lines: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One card of the table."""

    card: Card
    lacks: tuple[Gap, ...]
    flags: tuple[str, ...]
    change: Decimal | None
    due: Due | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a review is asked for: the filters of the table."""

    state: str = ""
    show: str = ""
    unit: str = ""
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the review's page shows. `counts` are of all cards, `rows` of the page asked for."""

    review: Review
    milestones: tuple[Milestone, ...]
    today: date
    working_day: int
    states: tuple[tuple[CardState, int], ...]
    lacking: tuple[Lacking, ...]
    late_figures: int
    counts: Mapping[str, int]
    units: tuple[str, ...]
    rows: tuple[Row, ...]
    found: int
    pages: int
    page: int


def overview(review: Review, cards: Sequence[Card], *, choice: Choice, at: datetime) -> Overview:
    """Return the page of a review for those of its cards that the reader may see.

    The cards need `review__procedure`, `unit`, `position`, `person` and `current` selected.
    """
    days = calendar.load()
    on = timezone.localdate(at)
    rows = _rows(cards, days=days, at=at)
    chosen = [row for row in rows if _fits(row, choice)]
    pages = max(-(-len(chosen) // PAGE), 1)
    page = min(max(choice.page, 1), pages)
    counts = {name: sum(test(row) for row in rows) for name, test in SHOWS.items()}
    return Overview(
        review=review,
        milestones=_milestones(review, rows, days=days, on=on),
        today=on,
        working_day=days.ordinal(calendar.last_day_of(review.month), on),
        states=tuple((state, sum(card.state == state for card in cards)) for state in CardState),
        lacking=_lacking(rows),
        late_figures=sum(bool(card.late_figures) for card in cards),
        counts={"": len(rows), **counts},
        units=tuple(dict.fromkeys(row.card.unit.name for row in rows)),
        rows=tuple(chosen[(page - 1) * PAGE : page * PAGE]),
        found=len(chosen),
        pages=pages,
        page=page,
    )


def _is_low(row: Row) -> bool:
    version = row.card.current
    return version is not None and version.total is not None and version.total < LOW


SHOWS: Mapping[str, Callable[[Row], bool]] = {
    "gaps": lambda row: bool(row.lacks),
    "late": lambda row: bool(row.due and row.due.late),
    "look": lambda row: bool(row.flags),
    "low": _is_low,
}


def _fits(row: Row, choice: Choice) -> bool:
    card = row.card
    searched = f"{card.person.name} {card.person.staff_no} {card.person.pinyin}".lower()
    return (
        (not choice.state or card.state == choice.state)
        and (choice.show not in SHOWS or SHOWS[choice.show](row))
        and (not choice.unit or card.unit.name == choice.unit)
        and choice.search.lower() in searched
    )


def _rows(cards: Sequence[Card], *, days: calendar.Calendar, at: datetime) -> list[Row]:
    """Return all rows, the most urgent first: late, then with gaps, then by state and staff number."""
    lacks = gaps.gaps_of(cards)
    flags = attention.flags_of(cards)
    due = dues(cards, calendar=days, at=at)
    before = _totals_before(cards)
    names = _names(cards, due)
    rows = []
    for card in cards:
        version, past = card.current, before.get(card.person_id)
        total = version.total if version else None
        mine = due.get(card.pk)
        rows.append(
            Row(
                card=card,
                lacks=tuple(lacks.get(card.pk, ())),
                flags=tuple(flags.get(card.pk, ())),
                change=total - past if total is not None and past is not None else None,
                due=mine,
                waits_for=_waits_for(mine, names, card),
            )
        )
    rows.sort(
        key=lambda row: (
            -(row.due.late if row.due else -1),
            not row.lacks,
            ORDER[row.card.state],
            row.card.person.staff_no,
        )
    )
    return rows


def _totals_before(cards: Sequence[Card]) -> dict[int, Decimal]:
    months = sorted({calendar.add_months(card.month, -1) for card in cards})
    past = past_totals([card.person_id for card in cards], months=months)
    return {person: one.own for (person, _month), one in past.items() if one.own is not None}


def _names(cards: Sequence[Card], due: Mapping[int, Due]) -> dict[int, str]:
    wanted = {one.person_id for one in due.values() if one.person_id}
    wanted |= {card.assessor_id for card in cards}
    return dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _waits_for(due: Due | None, names: Mapping[int, str], card: Card) -> str:
    """Return the name of the person a card waits for, or the code of the role that acts; "" when paid."""
    if due is None:
        return ""
    if due.person_id == card.person_id:
        return "subject"
    return names.get(due.person_id or 0, due.role)


def _milestones(
    review: Review, rows: Sequence[Row], *, days: calendar.Calendar, on: date
) -> tuple[Milestone, ...]:
    steps = timeline(review, calendar=days, roles=roles_of(review.procedure))
    found = []
    soon_taken = False
    for step in steps:
        if step.act not in PASSED:
            continue
        mark = ORDER[PASSED[step.act]]
        waiting = [row for row in rows if ORDER[row.card.state] < mark]
        due_day = timezone.localdate(step.at)
        late = days.ordinal(due_day, on) if waiting and due_day < on else 0
        tone = "late" if late else ""
        if not waiting and rows:
            tone = "done"
        elif not late and not soon_taken:
            tone, soon_taken = "soon", True
        awaited: dict[str, int] = {}
        for row in waiting:
            if row.due is not None and row.due.act == step.act:
                awaited[row.waits_for] = awaited.get(row.waits_for, 0) + 1
        most_first = sorted(awaited.items(), key=lambda pair: (-pair[1], pair[0]))
        found.append(Milestone(step, len(rows) - len(waiting), len(rows), tone, late, tuple(most_first)))
    return tuple(found)


def _lacking(rows: Sequence[Row]) -> tuple[Lacking, ...]:
    """Gather the open lines by the place where they are filled, most people first."""
    found: dict[Place, tuple[str, dict[str, None], dict[str, None], dict[str, None]]] = {}
    for row in rows:
        for gap in row.lacks:
            owner, people, lines, owners = found.setdefault(gap.place, (gap.owner, {}, {}, {}))
            people[row.card.person.name] = None
            lines[gap.name] = None
            if owner == "supervisor" and row.due is not None:
                owners[row.waits_for] = None
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1][1]))
    return tuple(
        Lacking(place, owner, tuple(people), tuple(lines), tuple(owners))
        for place, (owner, people, lines, owners) in ordered
    )


def cards_of(review: Review, user: object, *, on: date) -> list[Card]:
    """Return the cards of a review that a user may see, with what their rows need."""
    cards = Card.objects.visible_to(user, on=on).filter(review=review)
    related = cards.select_related(
        "review__procedure", "review__unit", "unit", "position", "person", "current"
    )
    return list(related.order_by("unit__path", "person__staff_no"))


@dataclass(frozen=True, slots=True)
class Pay:
    """One person's pay of the month as the card has it, CNY, or the sums of several."""

    card: Card | None
    base: Decimal
    performance: Decimal

    @property
    def total(self) -> Decimal:
        """Base salary and performance pay, CNY."""
        return self.base + self.performance


def pay_of(review: Review, user: object, *, on: date) -> list[Pay]:
    """Return what finance reads of a review: the pay of the cards that HR has handed over."""
    cards = Card.objects.payable_to(user, on=on).filter(review=review)
    related = cards.select_related("review__procedure", "unit", "position", "person", "current")
    return [
        Pay(card, card.current.base_salary or Decimal(0), card.current.performance_pay or Decimal(0))
        for card in related.order_by("unit__path", "person__staff_no")
        if card.current is not None
    ]


def sum_of(rows: Sequence[Pay]) -> Pay:
    """Return the control sums of a list of pay."""
    return Pay(
        None, sum((row.base for row in rows), Decimal(0)), sum((row.performance for row in rows), Decimal(0))
    )
