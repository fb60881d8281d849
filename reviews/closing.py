"""What stands in the way of closing a month, what closes with it and what is set aside.

Read in a fixed number of queries, however many cards. Source: month.md, step by working day 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import F, Q
from django.utils import timezone

from reviews import attention
from reviews.acting import Who, reader_of
from reviews.deadlines import Due, dues
from reviews.hand_overs import told_of
from reviews.models import Card, CardEvent, CardState, Review
from reviews.procedures import roles_of
from staff import calendar
from staff.models import Person, User

NEEDED = ("unit", "position", "person", "current")
OPEN = (CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED)
DONE = (CardState.CLOSED, CardState.APPROVED, CardState.PAID)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One card that is not confirmed: whom it waits for, since when, and whether the reader may set it aside.

    `who` is a person's name or the code of a role; `due` is None where nobody is awaited.
    """

    card: Card
    who: str
    since: datetime | None
    due: Due | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """One card set aside: why, by whom and when."""

    card: Card
    reason: str
    by: str
    at: datetime | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Closable:
    """One confirmed card that the reader closes, and why it needs eyes before."""

    card: Card
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """The whole page. `elsewhere` are confirmed cards that somebody else closes; `seen` names what is shown."""

    review: Review
    waiting: tuple[Waiting, ...]
    aside: tuple[Aside, ...]
    closable: tuple[Closable, ...]
    elsewhere: tuple[Card, ...]
    done: int
    total: int
    seen: str

    @property
    def supplementary(self) -> bool:
        """Whether the month is closed already, and cards come after it."""
        return self.review.closed_at is not None

    @property
    def unclosed(self) -> list[Card]:
        """Every card of the review that is not closed yet."""
        shown = [row.card for row in self.waiting] + [row.card for row in self.aside]
        return [*shown, *(row.card for row in self.closable), *self.elsewhere]

    @property
    def blocked(self) -> bool:
        """Whether a card stands in the way."""
        return bool(self.waiting) and not self.supplementary


def cards_of(review: Review) -> list[Card]:
    """Return all cards of a review, in the order of teams, with what needs eyes on them. One query."""
    rows = attention.marked(Card.objects.filter(review=review), month=review.month).select_related(*NEEDED)
    cards: list[Card] = list(rows.order_by("unit__path", "person__staff_no"))
    for card in cards:
        # One object: its procedure is read once.
        card.review = review
    return cards


def may_close(cards: Sequence[Card], user: User, *, at: datetime) -> set[int]:
    """Return the ids of the cards of one review of which a user is the closer; never the own one."""
    if not cards:
        return set()
    actor = reader_of(user, on=timezone.localdate(at))
    roles = roles_of(cards[0].review.procedure)
    return {card.pk for card in cards if actor.standing(card, Who.CLOSER, roles) is not None}


def closing(review: Review, cards: Sequence[Card], mine: set[int], *, at: datetime) -> Closing:
    """Sort the cards of a review by what they mean for closing it; what needs eyes and what is late first."""
    late_or_open = [card for card in cards if card.state in OPEN]
    confirmed = [card for card in cards if card.state == CardState.CONFIRMED]
    closed = review.closed_at is not None
    aside = [card for card in (*late_or_open, *confirmed) if card.set_aside_at and not closed]
    held = {card.pk for card in aside}
    ready = [card for card in confirmed if card.pk not in held]
    waiting = [card for card in late_or_open if card.pk not in held]
    return Closing(
        review=review,
        waiting=_waiting(waiting, mine, at=at),
        aside=_aside(aside, mine),
        closable=_closable([card for card in ready if card.pk in mine], cards, mine),
        elsewhere=tuple(card for card in ready if card.pk not in mine),
        done=sum(card.state in DONE for card in cards),
        total=len(cards),
        seen=seen_of(cards),
    )


def seen_of(cards: Sequence[Card]) -> str:
    """Return a digest of how all cards of a review stand: another one means that something has happened."""
    text = "\n".join(sorted(f"{card.public_id} {card.stamp}" for card in cards))
    return sha256(text.encode()).hexdigest()


def _waiting(cards: Sequence[Card], mine: set[int], *, at: datetime) -> tuple[Waiting, ...]:
    answered = {card.pk for card in cards if not card.__dict__.get("objections_open")}
    due = dues(cards, calendar=calendar.load(), at=at, answered=answered)
    people = {one.person_id for one in due.values() if one.person_id}
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}
    since = _since(cards)
    rows = []
    for card in cards:
        one = due.get(card.pk)
        who = "" if one is None else names.get(one.person_id or 0, one.role)
        rows.append(Waiting(card, who, since.get(card.pk), one, card.pk in mine))
    rows.sort(key=lambda row: (-(row.due.late if row.due else 0), row.card.person.staff_no))
    return tuple(rows)


def _since(cards: Sequence[Card]) -> dict[int, datetime]:
    """Return since when each card waits where it does: its last step or answer, or when it was computed."""
    found = {card.pk: card.current.computed_at for card in cards if card.current is not None}
    if moved := [card.pk for card in cards if card.seq]:
        # Setting aside and handing on leave a card where it stood.
        steps = CardEvent.objects.filter(~Q(from_state=F("to_state")) | Q(act="answer"), card__in=moved)
        found.update(steps.order_by("seq").values_list("card_id", "at"))
    return found


def _aside(cards: Sequence[Card], mine: set[int]) -> tuple[Aside, ...]:
    said: dict[int, CardEvent] = {}
    if cards:
        rows = CardEvent.objects.filter(card__in=[card.pk for card in cards], act="set_aside")
        for event in rows.select_related("note", "person").order_by("seq"):
            said[event.card_id] = event
    return tuple(_one_aside(card, said.get(card.pk), mine=card.pk in mine) for card in cards)


def _one_aside(card: Card, event: CardEvent | None, *, mine: bool) -> Aside:
    if event is None:
        return Aside(card, "", "", card.set_aside_at, mine)
    reason = event.note.text if hasattr(event, "note") else ""
    return Aside(card, reason, event.person.name if event.person else "", event.at, mine)


def _closable(ready: Sequence[Card], cards: Sequence[Card], mine: set[int]) -> tuple[Closable, ...]:
    if not ready:
        return ()
    flags = attention.flags_of([card for card in cards if card.pk in mine])
    told = told_of(ready)
    rows = [Closable(card, (*told.get(card.pk, ()), *flags.get(card.pk, ()))) for card in ready]
    return tuple(sorted(rows, key=lambda row: not row.flags))


def happened_since(review: Review, shown: datetime) -> list[CardEvent]:
    """Return what has been done with a review's cards since a moment, the latest first, at most ten."""
    rows = CardEvent.objects.filter(card__review=review, at__gte=shown)
    return list(rows.select_related("card__person", "person").order_by("-at", "-pk")[:10])
