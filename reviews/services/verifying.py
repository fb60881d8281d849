"""Recomputing frozen cards from their own copies, and looking whether everything beside them still fits.

The same inputs give the identical card; what was written once stands as it was written. Source: month.md,
"Reproducible". What goes with a card beside its figures is looked at in `soundness`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from reviews import copies, history
from reviews.models import Card, CardEvent, CardVersion
from reviews.plans import core_plans
from reviews.scoring.plan_data import plan_sha256
from reviews.services import soundness

BATCH = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was written: which card and version (0: the card), and what, in words."""

    card: Card
    number: int
    words: str


@dataclass(slots=True)
class Seen:
    """How much has been looked at so far."""

    cards: int = 0
    versions: int = 0
    entries: int = 0
    files: int = 0


def differences(
    cards: QuerySet[Card], *, seen: Seen | None = None, after_batch: Callable[[Seen], None] | None = None
) -> Iterator[Difference]:
    """Look at some cards and all their frozen versions; yield what is not as it was written.

    A hundred cards are held at a time. `seen` counts what was looked at; `after_batch` hears of it.
    """
    seen = seen or Seen()
    ids = list(cards.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield from _batch(ids[start : start + BATCH], seen)
        if after_batch is not None:
            after_batch(seen)


def _batch(ids: list[int], seen: Seen) -> Iterator[Difference]:
    versions = CardVersion.objects.order_by("number").prefetch_related("documents", "comparisons")
    events = CardEvent.objects.order_by("seq").select_related("note")
    rows = Card.objects.filter(pk__in=ids).select_related("person", "review__procedure")
    held = list(
        rows.prefetch_related(Prefetch("versions", versions), Prefetch("events", events)).order_by("pk")
    )
    recomputed = _recomputed([one for card in held for one in card.versions.all() if one.frozen_at])
    shares = soundness.shares_of(held)
    for card in held:
        seen.cards += 1
        seen.entries += len(card.events.all())
        for version in card.versions.all():
            seen.versions += version.frozen_at is not None
            if words := recomputed.get(version.pk):
                yield Difference(card, version.number, words)
            for words in soundness.of_version(card, version, shares.get(version.pk, {})):
                yield Difference(card, version.number, words)
            seen.files += soundness.files_of(version)
        yield from (Difference(card, 0, words) for words in [*_history(card), *soundness.of_card(card)])


def _recomputed(versions: list[CardVersion]) -> dict[int, str]:
    """Return what is wrong with versions themselves, by version id."""
    held = copies.read(versions)
    plans = core_plans({part.plan_version_id for copy in held.values() for part in copy.segments})
    digests = {pk: plan_sha256(plan) for pk, plan in plans.items()}
    found = {}
    for version in versions:
        copy = held[version.pk]
        if words := _changed(version, copy, digests):
            found[version.pk] = words
        elif copies.scored(copy, plans=plans).sha256() != version.sha256:
            found[version.pk] = _("Scored again from its own copy the card comes out differently.")
    return found


def _changed(version: CardVersion, copy: copies.Copy, digests: dict[int, str]) -> str:
    if copy.sha256() != version.sha256:
        return _("The stored card is not the one that was submitted.")
    if any(digests.get(part.plan_version_id) != part.plan_sha256 for part in copy.segments):
        return _("The plan version is not the one the card was scored by.")
    return ""


def _history(card: Card) -> Iterator[str]:
    mine = list(card.events.all())
    broken = history.broken_entries(mine)
    if len(mine) != card.seq:
        broken.append(card.seq)
    for seq in broken:
        yield _("Entry %(number)s of the card's history does not fit the chain.") % {"number": seq}
