"""What a holder of roles leaves open on a day: the roles, the cards, and what the teams still owe.

Nothing here writes. Source: month.md, "Rules: deputies".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from reviews import checks
from reviews.models import Card, CardState, Objection, ServiceEvent, SpotCheck, WorkSummary
from reviews.procedures import roles_of
from staff import access, calendar
from staff.models import Assignment, Deputy, Person, RoleHolding, User

# A person's place on a card: the act it stands for, and the states in which that act may still come.
SLOTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "assessor": ("assess", frozenset({CardState.DRAFT, CardState.SUBMITTED})),
    "approver": ("approve", frozenset({CardState.DRAFT, CardState.SUBMITTED})),
    "decider": (
        "decide",
        frozenset({CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED}),
    ),
}


@dataclass(frozen=True, slots=True)
class CardWork:
    """One place of the holder on one card that is still open, and the role it comes from, if still held."""

    card: Card
    slot: str
    role: str
    holding_id: int | None


@dataclass(frozen=True, slots=True)
class TeamWork:
    """What the teams of one supervisor's role still owe; `checks` by month, `hidden` not shown to agents yet."""

    agents: int = 0
    checks: tuple[tuple[date, int], ...] = ()
    hidden: int = 0
    events: tuple[ServiceEvent, ...] = ()
    summaries: tuple[WorkSummary, ...] = ()

    @property
    def checks_short(self) -> int:
        """Spot checks still to make, of all open months."""
        return sum(count for _month, count in self.checks)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role held beyond the day, who stands in for it by then, and what hangs on it."""

    holding: RoleHolding
    deputies: tuple[Deputy, ...]
    team: TeamWork
    cards: tuple[CardWork, ...]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Everything a person leaves open on a day, as far as a user looks after it."""

    holder: Person
    from_day: date
    roles: tuple[HeldRole, ...]
    stands_in: tuple[Deputy, ...]
    loose: tuple[CardWork, ...]
    objections: int

    @property
    def cards(self) -> tuple[CardWork, ...]:
        """All places on cards: those of the roles first, then those whose role has ended already."""
        return (*(one for role in self.roles for one in role.cards), *self.loose)

    @property
    def empty(self) -> bool:
        """Whether nothing is open."""
        return not (self.roles or self.stands_in or self.loose)

    def token(self) -> str:
        """Return a digest of what a page has shown: the roles and the cards as they stand."""
        parts = [f"{self.holder.pk} {self.from_day}"]
        parts += [f"role {one.holding.pk} {one.holding.ends_on}" for one in self.roles]
        parts += [f"deputy {one.pk} {one.ends_on}" for one in self.stands_in]
        parts += sorted(f"card {one.card.pk} {one.slot} {one.card.stamp}" for one in self.cards)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def holders_for(user: User, *, on: date) -> list[Person]:
    """Return the people who hold roles that a user looks after as HR, or whose places on cards are open."""
    reach = _reach(user, on=on, prefix="unit__")
    held = RoleHolding.objects.filter(reach).exclude(ends_on__lte=on).values("person")
    places = Q(pk__in=held)
    for slot, (_act, states) in SLOTS.items():
        rows = Card.objects.filter(reach, state__in=states).values(slot)
        places |= Q(pk__in=rows)
    return list(Person.objects.filter(places).order_by("staff_no"))


def open_work(holder: Person, *, from_day: date, user: User, at: datetime) -> OpenWork:
    """Return what a person leaves open from a day on."""
    on = timezone.localdate(at)
    reach = _reach(user, on=on, prefix="unit__")
    rows = RoleHolding.objects.filter(reach, person=holder, starts_on__lt=from_day)
    held = list(rows.exclude(ends_on__lte=from_day).select_related("unit").order_by("unit__path", "role"))
    places = _places(holder, held, reach)
    deputies: dict[int, list[Deputy]] = {}
    for one in Deputy.objects.filter(holding__in=held, ends_on__gt=from_day).select_related("person"):
        deputies.setdefault(one.holding_id, []).append(one)
    stands_in = Deputy.objects.filter(_reach(user, on=on, prefix="holding__unit__"), person=holder)
    roles = [
        HeldRole(
            one,
            tuple(deputies.get(one.pk, ())),
            _team_work(one, holder, at=at) if one.role == "supervisor" else TeamWork(),
            tuple(place for place in places if place.holding_id == one.pk),
        )
        for one in held
    ]
    return OpenWork(
        holder,
        from_day,
        tuple(roles),
        tuple(stands_in.filter(ends_on__gt=from_day).select_related("holding__person", "holding__unit")),
        tuple(place for place in places if place.holding_id is None),
        _objections(places),
    )


def _reach(user: User, *, on: date, prefix: str) -> Q:
    scope = access.scope_of(user, on=on)
    if scope.everything:
        return Q()
    found = Q(pk__in=[])
    for path in scope.roles.get("hr", ()):
        found |= Q(**{f"{prefix}path__startswith": path})
    return found


def _places(holder: Person, held: Sequence[RoleHolding], reach: Q) -> list[CardWork]:
    """Return the open places of a holder on cards, the earliest month first."""
    mine = Q(pk__in=[])
    for slot, (_act, states) in SLOTS.items():
        mine |= Q(**{slot: holder}, state__in=states)
    cards = Card.objects.filter(reach, mine).select_related(
        "review__procedure", "review__unit", "unit", "position", "person", "current"
    )
    found = []
    for card in cards.order_by("month", "unit__path", "person__staff_no"):
        for slot, (act, states) in SLOTS.items():
            if getattr(card, f"{slot}_id") != holder.pk or card.state not in states:
                continue
            role = roles_of(card.review.procedure).of(act, card.position.subject_kind) or ""
            over = [one for one in held if one.role == role and card.unit.path.startswith(one.unit.path)]
            nearest = max(over, key=lambda one: len(one.unit.path), default=None)
            found.append(CardWork(card, slot, role, nearest.pk if nearest else None))
    return found


def _objections(places: Iterable[CardWork]) -> int:
    cards = [one.card.pk for one in places if one.slot == "decider" and one.card.state == CardState.OBJECTED]
    return Objection.objects.standing().filter(version__card__in=cards, outcome="").count()


def _team_work(holding: RoleHolding, holder: Person, *, at: datetime) -> TeamWork:
    """Return what the agents below a supervisor's unit still lack, but those of a nearer supervisor."""
    on = timezone.localdate(at)
    agents = _agents_of(holding, on=on)
    people = [one.person_id for one in agents]
    open_events = ServiceEvent.objects.filter(person__in=people, state=ServiceEvent.State.OPEN)
    unmarked = WorkSummary.objects.filter(person__in=people, handed_in_at__isnull=False, halves__isnull=True)
    return TeamWork(
        len(agents),
        _checks_short(agents, on=on),
        SpotCheck.objects.filter(checker=holder, person__in=people, shown_at__gt=at).count(),
        tuple(open_events.select_related("person").order_by("day", "pk")),
        tuple(unmarked.select_related("person").order_by("month", "person__staff_no")),
    )


def _agents_of(holding: RoleHolding, *, on: date) -> list[Assignment]:
    nearer = RoleHolding.objects.filter(
        access.in_span(on), role="supervisor", unit__path__startswith=holding.unit.path
    ).exclude(unit=holding.unit_id)
    below = access.current_assignments(on).filter(
        unit__path__startswith=holding.unit.path, position__subject_kind="agent"
    )
    for path in nearer.values_list("unit__path", flat=True):
        below = below.exclude(unit__path__startswith=path)
    employed = Person.objects.employed(on).values("pk")
    return list(below.filter(person__in=employed).exclude(person=holding.person_id).select_related("unit"))


def _checks_short(agents: Sequence[Assignment], *, on: date) -> tuple[tuple[date, int], ...]:
    """Return how many checks are still to make: of the running month, and of the one before for open cards."""
    running = on.replace(day=1)
    before = calendar.add_months(running, -1)
    positions = {one.person_id: one.position_id for one in agents}
    states = dict(
        Card.objects.filter(person__in=positions, month__in=[running]).values_list("person", "state")
    )
    now = {one: pos for one, pos in positions.items() if states.get(one, CardState.DRAFT) == CardState.DRAFT}
    drafts = Card.objects.filter(person__in=positions, month=before, state=CardState.DRAFT)
    past = {one: positions[one] for one in drafts.values_list("person_id", flat=True)}
    found = []
    for month, people in ((before, past), (running, now)):
        short = sum(one.short for one in checks.coverage(people, month=month).values()) if people else 0
        if short:
            found.append((month, short))
    return tuple(found)
