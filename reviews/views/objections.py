"""Objections as pages show them: in words, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.models import Card, Evidence
from reviews.services.evidence import to_show
from reviews.sheet import CardSheet, SheetObjection


@dataclass(frozen=True, slots=True)
class ShownObjection:
    """One objection in words, and what was put beside it."""

    said: SheetObjection
    items: tuple[Evidence, ...]


def shown(found: Card, sheet: CardSheet) -> list[ShownObjection]:
    """Return a card's objections with their evidence; two queries, none where nothing was put beside them."""
    held: dict[str, list[Evidence]] = {}
    if any(one.evidence for one in sheet.objections):
        sent = Evidence.objects.filter(card=found, objection__isnull=False).select_related("objection")
        for item in to_show(sent):
            if item.objection is not None:
                held.setdefault(str(item.objection.public_id), []).append(item)
    return [ShownObjection(one, tuple(held.get(one.key, ()))) for one in sheet.objections]
