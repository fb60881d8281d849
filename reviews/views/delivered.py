"""How a card reached its agent, in words: by which channel, when, and until when the agent has time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.history import entries_of
from reviews.models import Card, CardDelivery, CardEvent, CardState
from reviews.services import paper
from reviews.views import words
from staff.models import User

WAITS = frozenset({CardState.PUBLISHED, CardState.OBJECTED})


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery in words, with the signed sheet where it was on paper."""

    text: str
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a card's page says about its delivery. `paper` is where a hand-over on paper is recorded."""

    ways: list[Way]
    missing: str = ""
    paper: str = ""


def delivered(card: Card, *, user: User, at: datetime) -> Delivered | None:
    """Return how the card, or the answer to its objections, was delivered; None before it is published."""
    entries = entries_of(card)
    started = next((one for one in reversed(entries) if one.act in {"publish", "answer"}), None)
    if started is None or card.state in {CardState.DRAFT, CardState.SUBMITTED}:
        return None
    rows = CardDelivery.objects.filter(card=card, seq=started.seq).defer("scan").select_related("person")
    ways = [_way(card, row, user=user, on=timezone.localdate(at)) for row in rows.order_by("at", "pk")]
    if ways or card.state not in WAITS or _unanswered(card, entries):
        return Delivered(ways) if ways else None
    missing = _("It has not been delivered yet, so silence does not count as confirmed.")
    address = reverse("card_paper", args=[card.public_id])
    return Delivered([], missing, paper=address if paper.may_hand_over(card, by=user, at=at) else "")


def _unanswered(card: Card, entries: list[CardEvent]) -> bool:
    """Whether an objection still waits for the answer, so that nothing waits for the agent."""
    last = next((one.act for one in reversed(entries) if one.act in {"object", "answer"}), "")
    return card.state == CardState.OBJECTED and last == "object"


def _way(card: Card, row: CardDelivery, *, user: User, on: date) -> Way:
    when = words.minute_words(row.at)
    if row.channel == CardDelivery.Channel.PAPER:
        said = _("Handed over on paper by %(name)s on %(when)s") % {
            "name": row.person.name if row.person else "",
            "when": when,
        }
        seen = paper.sees_sheet(card, row, by=user, on=on)
        return Way(said, reverse("card_scan", args=[card.public_id, row.seq]) if seen else "")
    if row.channel == CardDelivery.Channel.EMAIL:
        return Way(_("Taken over by the mail server on %(when)s") % {"when": when})
    return Way(_("Opened by the agent on %(when)s") % {"when": when})
