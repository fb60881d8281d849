"""The cards of a review as rows of its table: read once, in a fixed number of queries, however many cards.

What a row is filtered by is known of all rows; words are made for the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviews import attention, gaps
from reviews.acting import Actor, Who
from reviews.checking import Coverage
from reviews.deadlines import Due, dues
from reviews.gaps import Gap
from reviews.models import (
    Band,
    Card,
    CardEvent,
    CardSegment,
    CardState,
    Objection,
    OpeningMonth,
    PlanVersion,
    Review,
    SpotCheck,
)
from reviews.models.cards import SEEN_BY_SUBJECT
from reviews.models.plans import in_reader_language
from reviews.procedures import Roles, roles_of
from reviews.rubrics import versions_for
from reviews.trends import PastTotal
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
    """What the rows are made of, by card, person or plan version."""

    exceptional: gaps.Exceptional
    due: Mapping[int, Due]
    bounds: dict[int, list[Decimal]] = field(default_factory=dict)
    plans: dict[int, str] = field(default_factory=dict)
    quotas: Mapping[int, Any] = field(default_factory=dict)


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
    """Add what is known beside a card: names, last month's total, checks made, the plan, the last act."""
    before, after = calendar.add_months(review.month, -1), calendar.add_months(review.month, 1)
    own = {"person": OuterRef("person")}
    past = Card.objects.filter(**own, month=before, state__in=SEEN_BY_SUBJECT)
    opened = OpeningMonth.objects.filter(**own, month=before)
    checks = SpotCheck.objects.counting().filter(**own, chat_on__gte=review.month, chat_on__lt=after)
    last = CardEvent.objects.filter(card=OuterRef("pk"), seq=OuterRef("seq"))
    segment = CardSegment.objects.filter(version=OuterRef("current")).order_by("-order")
    coming = PlanVersion.objects.filter(starts_on__gte=calendar.add_months(review.month, 2))
    return cards.annotate(
        assessor_name=F("assessor__name"),
        approver_name=F("approver__name"),
        decider_name=F("decider__name"),
        past_total=Coalesce(
            Subquery(past.values("current__total")[:1]), Subquery(opened.values("total")[:1])
        ),
        checked_sold=_count(checks.filter(sold=True)),
        checked_unsold=_count(checks.filter(sold=False)),
        last_act=Subquery(last.values("act")[:1]),
        last_person=Subquery(last.values("person")[:1]),
        unanswered=Exists(
            Objection.objects.filter(version__card=OuterRef("pk"), outcome="", reply="")
        ),
        plan_version=Subquery(segment.values("plan_version")[:1]),
        plans_coming=_count(coming),
        plans_published=_count(coming.published()),
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    """Return a count as a part of another query; nothing counted is None."""
    return Subquery(rows.order_by().annotate(of_all=Value(1)).values("of_all").annotate(many=Count("pk")).values("many"))


def table_of(review: Review, cards: Sequence[Card], *, actor: Actor, at: datetime) -> Table:
    """Return the rows of some cards of a review (see `cards_of`), the most urgent first. Eight queries."""
    days, on = calendar.load(), timezone.localdate(at)
    answered = {card.pk for card in cards if card.state == CardState.OBJECTED and not vars(card)["unanswered"]}
    roles = roles_of(review.procedure)
    names = Names(on=on)
    read = _Read(gaps.lines_of(cards), dues(cards, calendar=days, at=at, answered=answered))
    _read_plans(read, cards)
    read.quotas = versions_for({card.position_id for card in cards}, on=calendar.last_day_of(review.month))
    rows = [_row(card, read, names=names, actor=actor, roles=roles) for card in cards]
    rows.sort(key=_urgency)
    first = vars(cards[0]) if cards else {}
    return Table(
        review=review,
        rows=rows,
        days=days,
        names=names,
        roles=roles,
        plans=tuple(sorted(set(read.plans.values()))),
        plans_coming=first.get("plans_coming") or 0,
        plans_published=first.get("plans_published") or 0,
    )


def _urgency(row: Row) -> tuple[Any, ...]:
    late = row.due.late if row.due else -1
    return (-late, not row.lacks, not row.asked, ORDER[row.card.state], row.card.person.staff_no)


def _read_plans(read: _Read, cards: Sequence[Card]) -> None:
    """Read the plans' names and band bounds above zero, one query."""
    wanted = {vars(card)["plan_version"] for card in cards} - {None}
    rows = Band.objects.filter(version__in=wanted).values_list(
        "version_id", "at_least", "version__number", "version__plan__name_zh", "version__plan__name_en"
    )
    for version, at_least, number, name_zh, name_en in rows:
        read.plans[version] = f"{in_reader_language(name_zh, name_en)} v{number}"
        if at_least > 0:
            read.bounds.setdefault(version, []).append(at_least)


def _row(card: Card, read: _Read, *, names: Names, actor: Actor, roles: Roles) -> Row:
    version, known = card.current, vars(card)
    past, due = known["past_total"], read.due.get(card.pk)
    flags: list[str] = []
    if version is not None and version.total is not None:
        flags = attention.reasons_of(
            version,
            bounds=read.bounds.get(known["plan_version"], []),
            past=PastTotal(calendar.add_months(card.month, -1), past, None),
            waived=read.exceptional.waived.get(card.pk, 0),
            cover=_cover(card, read),
        )
    return Row(
        card=card,
        lacks=tuple(read.exceptional.gaps.get(card.pk, ())),
        flags=tuple(flags),
        change=version.total - past if version and version.total is not None and past is not None else None,
        due=due,
        waits_for=_waits_for(card, due, names),
        last_act=known["last_act"] or "",
        mine=_is_mine(card, due, actor, roles),
    )


def _cover(card: Card, read: _Read) -> Coverage | None:
    quota = read.quotas.get(card.position_id)
    if quota is None or card.position.subject_kind != "agent":
        return None
    known = vars(card)
    sold, unsold = known["checked_sold"] or 0, known["checked_unsold"] or 0
    return Coverage(sold, unsold, quota.quota, quota.quota_sold, quota.quota_unsold)


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
