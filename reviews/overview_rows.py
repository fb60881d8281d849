"""The cards of a review as rows of its table: read once, in a fixed number of queries, however many cards.

What a row is filtered by is known of all rows; words are made for the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.utils import timezone

from reviews import attention, gaps
from reviews.acting import Actor, Who
from reviews.deadlines import Due, dues
from reviews.gaps import Gap
from reviews.models import (
    Card,
    CardEvent,
    CardState,
    Objection,
    PlanVersion,
    Review,
)
from reviews.models.plans import in_reader_language
from reviews.procedures import Roles, roles_of
from staff import access, calendar
from staff.calendar import Calendar
from staff.models import RoleHolding

LOW = Decimal(80)
ORDER = {state: number for number, state in enumerate(CardState.values)}
RETURNED = frozenset({"ask_return", "return", "send_back"})


@dataclass(frozen=True, slots=True)
class Row:
    """One card of the table.

    `waits_for` is a name, "subject", or a role nobody holds; `asked` says that HR has asked to return the
    card; `mine` that the reader can act on it now.
    """

    card: Card
    lacks: tuple[Gap, ...]
    flags: tuple[str, ...]
    change: Decimal | None
    due: Due | None
    waits_for: str
    last_act: str = ""
    mine: bool = False

    @property
    def asked(self) -> bool:
        """Whether a return is asked for and waits for a second person."""
        return self.last_act == "ask_return"

    @property
    def returned(self) -> bool:
        """Whether the card came back to its draft, or somebody asks for that."""
        return self.asked or (self.last_act in RETURNED and self.card.state == CardState.DRAFT)

    @property
    def low(self) -> bool:
        """Whether the total is below 80 points."""
        version = self.card.current
        return version is not None and version.total is not None and version.total < LOW


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a review is asked for: the filters of the table."""

    state: str = ""
    show: str = ""
    unit: str = ""
    search: str = ""
    page: int = 1


SHOWS: Mapping[str, Callable[[Row], bool]] = {
    "gaps": lambda row: bool(row.lacks),
    "late": lambda row: bool(row.due and row.due.late),
    "look": lambda row: bool(row.flags),
    "low": lambda row: row.low,
    "mine": lambda row: row.mine,
    "returned": lambda row: row.returned,
    "aside": lambda row: row.card.set_aside_at is not None,
}


def fits(row: Row, choice: Choice) -> bool:
    """Whether a row is among those asked for."""
    card = row.card
    searched = f"{card.person.name} {card.person.staff_no} {card.person.pinyin}".lower()
    return (
        (not choice.state or card.state == choice.state)
        and (choice.show not in SHOWS or SHOWS[choice.show](row))
        and (not choice.unit or card.unit.name == choice.unit)
        and choice.search.lower() in searched
    )


class Names:
    """Who holds which role nearest to a unit, by name; asked for many units after one query."""

    def __init__(self, *, on: date) -> None:
        """Read the holders of a day."""
        self._held: dict[tuple[str, str], str] = {}
        rows = RoleHolding.objects.filter(access.in_span(on)).order_by("-person__staff_no")
        for role, path, name in rows.values_list("role", "unit__path", "person__name"):
            self._held[role, path] = name

    def nearest(self, role: str, path: str) -> str:
        """Return the nearest holder's name upwards from a unit, or an empty text."""
        ids = path.strip("/").split("/")
        for count in range(len(ids), 0, -1):
            if name := self._held.get((role, "/" + "/".join(ids[:count]) + "/")):
                return name
        return ""


@dataclass(slots=True)
class Table:
    """All rows of a review that a reader may see, the most urgent first, and what they were made with."""

    review: Review
    rows: list[Row]
    days: Calendar
    names: Names
    roles: Roles
    plans: tuple[str, ...] = ()
    plans_coming: int = 0
    plans_published: int = 0


@dataclass(slots=True)
class _Read:
    """What the rows are made of, by card."""

    gaps: Mapping[int, list[Gap]]
    flags: Mapping[int, list[str]]
    due: Mapping[int, Due]


def cards_of(review: Review, user: object, *, on: date) -> list[Card]:
    """Return the cards of a review that a user may see, with everything a row asks of the database. One query."""
    cards = Card.objects.visible_to(user, on=on).filter(review=review)
    related = cards.select_related("unit", "position", "person", "current").defer("current__band")
    found = list(_annotated(related, review).order_by("unit__path", "person__staff_no"))
    for card in found:
        # One object: its procedure reads its steps once.
        card.review = review
    return found


def _annotated(cards: QuerySet[Card], review: Review) -> QuerySet[Any]:
    """Add what is known beside a card: names, the last act, what needs eyes, the plans to come."""
    last = CardEvent.objects.filter(card=OuterRef("pk"), seq=OuterRef("seq"))
    coming = PlanVersion.objects.filter(starts_on__gte=calendar.add_months(review.month, 2))
    return attention.marked(cards, month=review.month).annotate(
        assessor_name=F("assessor__name"),
        approver_name=F("approver__name"),
        decider_name=F("decider__name"),
        last_act=Subquery(last.values("act")[:1]),
        last_person=Subquery(last.values("person")[:1]),
        unanswered=Exists(
            Objection.objects.standing().filter(version__card=OuterRef("pk"), outcome="", reply="")
        ),
        plans_coming=_count(coming),
        plans_published=_count(coming.published()),
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    """Return a count as a part of another query; nothing counted is None."""
    return Subquery(
        rows.order_by().annotate(of_all=Value(1)).values("of_all").annotate(many=Count("pk")).values("many")
    )


def table_of(review: Review, cards: Sequence[Card], *, actor: Actor, at: datetime) -> Table:
    """Return the rows of some cards of a review (see `cards_of`), the most urgent first. Eight queries."""
    days, on = calendar.load(), timezone.localdate(at)
    answered = {
        card.pk for card in cards if card.state == CardState.OBJECTED and not vars(card)["unanswered"]
    }
    roles = roles_of(review.procedure)
    names = Names(on=on)
    read = _Read(
        gaps.gaps_of(cards),
        attention.flags_of(cards),
        dues(cards, calendar=days, at=at, answered=answered),
    )
    rows = [_row(card, read, names=names, actor=actor, roles=roles) for card in cards]
    rows.sort(key=_urgency)
    first = vars(cards[0]) if cards else {}
    return Table(
        review=review,
        rows=rows,
        days=days,
        names=names,
        roles=roles,
        plans=_plans(cards),
        plans_coming=first.get("plans_coming") or 0,
        plans_published=first.get("plans_published") or 0,
    )


def _urgency(row: Row) -> tuple[Any, ...]:
    late = row.due.late if row.due else -1
    return (-late, not row.lacks, not row.asked, ORDER[row.card.state], row.card.person.staff_no)


def _plans(cards: Sequence[Card]) -> tuple[str, ...]:
    """Return the names of the plans the cards are scored by, one query."""
    wanted = {vars(card)["plan_used"] for card in cards} - {None}
    rows = PlanVersion.objects.filter(pk__in=wanted).values_list("number", "plan__name_zh", "plan__name_en")
    return tuple(sorted(f"{in_reader_language(zh, en)} v{number}" for number, zh, en in rows))


def _row(card: Card, read: _Read, *, names: Names, actor: Actor, roles: Roles) -> Row:
    version, known = card.current, vars(card)
    past = known["opened_before"] if known["total_before"] is None else known["total_before"]
    due = read.due.get(card.pk)
    return Row(
        card=card,
        lacks=tuple(read.gaps.get(card.pk, ())),
        flags=tuple(read.flags.get(card.pk, ())),
        change=version.total - past if version and version.total is not None and past is not None else None,
        due=due,
        waits_for=_waits_for(card, due, names),
        last_act=known["last_act"] or "",
        mine=_is_mine(card, due, actor, roles),
    )


def _waits_for(card: Card, due: Due | None, names: Names) -> str:
    """Return the name of the person a card waits for, or the code of the role that acts; "" when paid."""
    if due is None:
        return ""
    if due.person_id == card.person_id:
        return "subject"
    known = vars(card)
    for one in ("assessor", "approver", "decider"):
        if due.person_id is not None and due.person_id == known[f"{one}_id"]:
            return str(known[f"{one}_name"])
    return names.nearest(due.role, card.unit.path) or due.role


def _is_mine(card: Card, due: Due | None, actor: Actor, roles: Roles) -> bool:
    known = vars(card)
    if known["last_act"] == "ask_return" and known["last_person"] != actor.person_id:
        return actor.standing(card, Who.SECOND, roles) is not None
    if due is None or (due.act == "pay" and card.review.trial):
        return False
    return actor.standing(card, Who(due.act), roles) is not None
