"""Who is told when a card moves: one table. Written in the transaction of the act, so it is said if it happened.

Nobody is told what they did themselves. The sentences stand in
notices.py; mails follow from the messages by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from reviews import notices  # noqa: F401  registers the kinds
from reviews.models import Card, CardEvent
from reviews.models.cards import SEEN_BY_SUBJECT
from reviews.procedures import roles_of
from reviews.standing_in import Seats
from staff.services.messages import Notice, tell_all


def subject(card: Card, _seats: Seats) -> set[int]:
    """The agent whose card it is."""
    return {card.person_id}


def reader(card: Card, _seats: Seats) -> set[int]:
    """The agent, if the card was to be seen before."""
    return {card.person_id} if card.state in SEEN_BY_SUBJECT else set()


def assessor(card: Card, seats: Seats) -> set[int]:
    """Who has the card again, and who stands in."""
    return seats.of_person(card.assessor_id, _role(card, "assess"), card.unit.path)


def decider(card: Card, seats: Seats) -> set[int]:
    """Who answers objections, and who stands in."""
    return (
        seats.of_person(card.decider_id, _role(card, "decide"), card.unit.path) if card.decider_id else set()
    )


def second(card: Card, seats: Seats) -> set[int]:
    """Who may consent to a return: everybody whose role reaches the card."""
    return seats.reaching(card.review.procedure.second_roles, card.unit.path) - {card.person_id}


def hr(card: Card, seats: Seats) -> set[int]:
    """Who hands over: the nearest above the card."""
    return seats.nearest(_role(card, "hand_over"), card.unit.path)


def finance(card: Card, seats: Seats) -> set[int]:
    """Who acknowledges: the nearest above the card."""
    return seats.nearest(_role(card, "pay"), card.unit.path)


def _role(card: Card, act: str) -> str:
    return roles_of(card.review.procedure).of(act, card.position.subject_kind) or ""


def card_page(card: Card) -> str:
    """Lead to the card."""
    return reverse("card", args=[card.public_id])


def own_cards(_card: Card) -> str:
    """Lead to the agent's cards: this one is not to be seen for the time being."""
    return reverse("cards")


def review_page(card: Card) -> str:
    """Lead to the month's page in the back office."""
    return reverse("admin:reviews_review_change", args=[card.review_id])


@dataclass(frozen=True, slots=True)
class News:
    """What an act is to whom, and where it leads. `together`: one message a review, with a count."""

    kind: str
    to: Callable[[Card, Seats], set[int]]
    leads: Callable[[Card], str] = card_page
    together: bool = False


TOLD: Mapping[str, tuple[News, ...]] = {
    "publish": (News("card_published", subject),),
    "answer": (News("card_answered", subject),),
    "silence": (News("card_silent", subject),),
    "object": (News("card_objected", decider),),
    "send_back": (News("card_back", assessor),),
    "return": (News("card_back", assessor), News("card_withdrawn", reader, own_cards)),
    "ask_return": (News("return_asked", second),),
    "close": (News("month_closed", hr, review_page, together=True),),
    "approve": (News("handed_over", finance, review_page, together=True),),
}


def announce(act: str, cards: Sequence[Card], events: Sequence[CardEvent]) -> int:
    """Tell whom an act concerns; return how many messages. Harmless when repeated for the same entries.

    The cards need `review__procedure`, `unit` and `position` selected, and stand as before the act.
    """
    if act not in TOLD or not events:
        return 0
    at = events[0].at
    seats = Seats(on=timezone.localdate(at))
    moved = list(zip(cards, events, strict=True))
    said: list[Notice] = []
    for news in TOLD[act]:
        said += (_together if news.together else _each)(news, moved, seats)
    return len(tell_all(said, at=at))


def _each(news: News, moved: Sequence[tuple[Card, CardEvent]], seats: Seats) -> Iterable[Notice]:
    for card, event in moved:
        params = {"month": _month(card.month), "unit": card.unit.name}
        for person_id in sorted(news.to(card, seats) - {event.person_id}):
            yield Notice(person_id, news.kind, key_of(event), news.leads(card), params)


def _together(news: News, moved: Sequence[tuple[Card, CardEvent]], seats: Seats) -> Iterable[Notice]:
    groups: dict[int, list[tuple[Card, CardEvent]]] = {}
    for card, event in moved:
        groups.setdefault(card.review_id, []).append((card, event))
    for _review, group in sorted(groups.items()):
        first = group[0][0]
        review = first.review
        told: set[int] = set()
        for card, event in group:
            told |= news.to(card, seats) - {event.person_id}
        params = {"month": _month(review.month), "unit": review.unit.name, "count": len(group)}
        for person_id in sorted(told):
            yield Notice(person_id, news.kind, key_of(group[-1][1]), news.leads(first), params)


def key_of(event: CardEvent) -> str:
    """Name the history entry a message is about."""
    return f"{event.card_id}.{event.seq}"


def _month(month: date) -> str:
    return f"{month:%Y-%m}"
