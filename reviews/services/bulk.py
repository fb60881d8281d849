"""HR's steps with many cards of a review at once, all or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reviews import records
from reviews.models import Card, CardState, Review
from reviews.refusals import BulkRefused, Kind, Refusal
from reviews.services.month import start_run
from staff.models import User


@transaction.atomic
def waive_lines(
    review: Review,
    open_lines: Mapping[Card, Collection[str]],
    lines: Sequence[str],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> int:
    """Let chosen lines count in full on the drafts on which they are open, and compute the drafts again.

    `open_lines` are the cards with their open lines as they were shown. Returns how many waivers were
    given. Raises BulkRefused where a card is no draft any more or is the own one, and ValidationError
    where a line or the reason is missing.
    """
    cards = list(open_lines)
    states = dict(
        Card.objects.select_for_update().filter(pk__in=[card.pk for card in cards]).values_list("pk", "state")
    )
    refusals = []
    for card in cards:
        if card.person_id == by.person_id:
            refusals.append(Refusal(card, Kind.DENIED, _("Nobody waives a line on the own card.")))
        elif states.get(card.pk) != CardState.DRAFT:
            said = _("This card is submitted by now: its lines stand. Return it first.")
            refusals.append(Refusal(card, Kind.CONFLICT, said))
    if refusals:
        raise BulkRefused(refusals, asked=len(cards))
    pairs = [(card.person_id, line) for card in cards for line in lines if line in open_lines[card]]
    given = records.waive_many(month=review.month, pairs=pairs, reason=reason, by=by, at=at)
    if given:
        start_run(review, by=by, at=at)
    return given
