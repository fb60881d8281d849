"""Recomputing frozen cards from their own copies: the same inputs give the identical card.

Source: month.md, "Reproducible".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reviews import copies, history
from reviews.models import Card, CardEvent, CardVersion
from reviews.plans import core_plans
from reviews.scoring.plan_data import plan_sha256

BATCH = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was written: which card and version, and what, in words."""

    card: Card
    number: int
    words: str


def differences(cards: QuerySet[Card]) -> Iterator[Difference]:
    """Recompute every frozen version of some cards and check their histories; yield what differs."""
    ids = list(cards.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        yield from _versions(some)
        yield from _histories(some)


def _versions(card_ids: list[int]) -> Iterator[Difference]:
    rows = CardVersion.objects.filter(card__in=card_ids, frozen_at__isnull=False)
    versions = list(rows.select_related("card__person").order_by("card", "number"))
    held = copies.read(versions)
    plans = core_plans({part.plan_version_id for copy in held.values() for part in copy.segments})
    digests = {pk: plan_sha256(plan) for pk, plan in plans.items()}
    for version in versions:
        copy = held[version.pk]
        if words := _said(version, copy, digests):
            yield Difference(version.card, version.number, words)
        elif copies.scored(copy, plans=plans).sha256() != version.sha256:
            words = _("Scored again from its own copy the card comes out differently.")
            yield Difference(version.card, version.number, words)


def _said(version: CardVersion, copy: copies.Copy, digests: dict[int, str]) -> str:
    if copy.sha256() != version.sha256:
        return _("The stored card is not the one that was submitted.")
    if any(digests.get(part.plan_version_id) != part.plan_sha256 for part in copy.segments):
        return _("The plan version is not the one the card was scored by.")
    return ""


def _histories(card_ids: list[int]) -> Iterator[Difference]:
    events: dict[int, list[CardEvent]] = {}
    rows = (
        CardEvent.objects.filter(card__in=card_ids)
        .select_related("note", "card__person")
        .order_by("card", "seq")
    )
    for event in rows:
        events.setdefault(event.card_id, []).append(event)
    for card in Card.objects.filter(pk__in=card_ids).select_related("person"):
        mine = events.get(card.pk, [])
        broken = history.broken_entries(mine)
        if len(mine) != card.seq:
            broken.append(card.seq)
        for seq in broken:
            words = _("Entry %(number)s of the card's history does not fit the chain.") % {"number": seq}
            yield Difference(card, 0, words)
