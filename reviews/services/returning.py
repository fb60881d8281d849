"""Returning cards to draft with a second person: one asks with a reason, another one consents or declines.

The states move in workflow.py; this gathers what is asked, and of whom. Source: month.md, "Steps and deadlines".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews import workflow
from reviews.acting import Actor, Who, reader_of
from reviews.models import Card, CardEvent, CardState, Review
from reviews.procedures import roles_of
from reviews.refusals import BulkRefused, Kind
from staff.models import Person, User

# What can still be returned: paid cards never reopen, drafts need not.
RETURNABLE = frozenset(CardState) - {CardState.DRAFT, CardState.PAID}
SAID = 5  # cards named in a refusal
ANSWERS = ("return", "decline_return")
PREFIX = "stamp-"
LONGEST_REASON = 400


class NothingChosen(Exception):
    """No card was named; the text is the sentence for the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One card whose return waits for a second person: by whom, when, why; `own` if the reader asked."""

    card: Card
    by: Person | None
    at: datetime
    reason: str
    own: bool


def asked_of(cards: Sequence[Card], *, by: User) -> list[Asked]:
    """Return the open asks for return among some cards, the oldest first; one query.

    An ask is settled by whatever happens to the card after it.
    """
    known = {card.pk: card for card in cards}
    rows = CardEvent.objects.filter(card__in=known, act="ask_return", seq=F("card__seq"))
    return [
        Asked(
            known[event.card_id],
            event.person,
            event.at,
            event.note.text if hasattr(event, "note") else "",
            own=event.person_id == by.person_id,
        )
        for event in rows.select_related("person", "note").order_by("at", "card__person__staff_no")
    ]


def asked_in(review: Review, *, by: User, at: datetime) -> list[Asked]:
    """Return the open asks of a review that concern a user: as second person, or as the one who asked.

    Being asked to consent is what shows a card here to those who would not see it otherwise; the own
    card is never among them.
    """
    waiting = CardEvent.objects.filter(card__review=review, act="ask_return", seq=F("card__seq"))
    cards = Card.objects.filter(pk__in=waiting.values("card")).select_related(
        "review__procedure", "review__unit", "unit", "position", "person", "current"
    )
    found = asked_of(list(cards), by=by)
    actor = reader_of(by, on=timezone.localdate(at))
    return [one for one in found if _stands(actor, one.card, Who.SECOND) or _stands(actor, one.card, Who.HR)]


def may_ask(cards: Sequence[Card], *, by: User, at: datetime) -> bool:
    """Whether a user asks for returns of some of these cards."""
    actor = reader_of(by, on=timezone.localdate(at))
    return any(_stands(actor, card, Who.HR) for card in cards)


def may_consent(cards: Sequence[Card], *, by: User, at: datetime) -> bool:
    """Whether a user is one of those who may give the second consent for some of these cards."""
    actor = reader_of(by, on=timezone.localdate(at))
    return any(_stands(actor, card, Who.SECOND) for card in cards)


def _stands(actor: Actor, card: Card, who: Who) -> bool:
    return actor.standing(card, who, roles_of(card.review.procedure)) is not None


def ask(
    cards: Sequence[Card], *, by: User, at: datetime, reason: str, stamps: Mapping[int, str]
) -> list[CardEvent]:
    """Ask to return some cards, all or none, with one reason. Raises BulkRefused."""
    return workflow.take_many("ask_return", cards, by=by, at=at, note=reason, stamps=stamps)


def consent(cards: Sequence[Card], *, by: User, at: datetime, stamps: Mapping[int, str]) -> list[CardEvent]:
    """Return some cards to draft, all or none; each takes current facts again. Raises BulkRefused.

    Each card's new version says the reason it was asked for with.
    """
    groups: dict[str, list[Card]] = {}
    reasons = {one.card.pk: one.reason for one in asked_of(cards, by=by)}
    for card in cards:
        groups.setdefault(reasons.get(card.pk, ""), []).append(card)
    with transaction.atomic():
        return [
            event
            for group in groups.values()
            for event in workflow.take_many("return", group, by=by, at=at, stamps=stamps)
        ]


def decline(
    cards: Sequence[Card], *, by: User, at: datetime, reason: str, stamps: Mapping[int, str]
) -> list[CardEvent]:
    """Settle the asks for some cards without returning them, all or none, with a reason. Raises BulkRefused."""
    return workflow.take_many("decline_return", cards, by=by, at=at, note=reason, stamps=stamps)


def posted(
    cards: Sequence[Card], chosen: Sequence[str], fields: Mapping[str, str]
) -> tuple[list[Card], dict[int, str]]:
    """Return the cards a form names by their public ids, with the stamps they had on its page.

    Raises LookupError where one of them is none of these cards.
    """
    known = {str(card.public_id): card for card in cards}
    if not set(chosen) <= set(known):
        raise LookupError
    found = [known[key] for key in dict.fromkeys(chosen)]
    return found, {card.pk: fields.get(f"{PREFIX}{card.public_id}", "") or "-" for card in found}


def status_of(refused: BulkRefused) -> HTTPStatus:
    """Return what a refusal answers: somebody was first, not this person's, or something is missing."""
    kinds = {one.kind for one in refused.refusals}
    if Kind.CONFLICT in kinds:
        return HTTPStatus.CONFLICT
    return HTTPStatus.FORBIDDEN if kinds == {Kind.DENIED} else HTTPStatus.UNPROCESSABLE_ENTITY


def causes_said(refused: BulkRefused) -> list[str]:
    """Return a refusal in words: the sum, then each card with its cause."""
    return [str(refused), *(f"{one.card.person.name}: {one.message}" for one in refused.refusals[:SAID])]


def answer(
    act: str,
    review: Review,
    *,
    chosen: Sequence[str],
    fields: Mapping[str, str],
    by: User,
    at: datetime,
) -> list[CardEvent]:
    """Consent to the returns a form names, or decline them: all or none.

    A card that no longer waits is refused with what has become of it. Raises NothingChosen, LookupError
    where a card is none of this person's, and BulkRefused.
    """
    if not chosen:
        raise NothingChosen(_("Choose at least one card."))
    actor = reader_of(by, on=timezone.localdate(at))
    cards = Card.objects.filter(review=review).select_related(
        "review__procedure", "unit", "position", "person", "current"
    )
    reached = [card for card in cards if _stands(actor, card, Who.SECOND) or _stands(actor, card, Who.HR)]
    found, stamps = posted(reached, chosen, fields)
    if act == "return":
        return consent(found, by=by, at=at, stamps=stamps)
    return decline(found, by=by, at=at, reason=fields.get("note", "").strip()[:LONGEST_REASON], stamps=stamps)


def done_words(act: str, count: int) -> str:
    """Say what an answer has done."""
    if act == "return":
        text = ngettext(
            "%(count)s card is back in draft and is computed again.",
            "%(count)s cards are back in draft and are computed again.",
            count,
        )
    else:
        text = ngettext(
            "The return of %(count)s card is declined.", "The return of %(count)s cards is declined.", count
        )
    return text % {"count": count}
