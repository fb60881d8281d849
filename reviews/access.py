"""Who may see the money on a card: the one place that answers it (spec month.md, "Who sees what")."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from reviews.models import Card
from reviews.models.cards import HANDED_OVER
from staff import access

Audience = Literal["money", "team"]


def sees_money(user: Any, card: Card, *, on: date) -> bool:
    """Whether a user may see the amounts of a card they may open.

    Everyone their own; HR all of their units; finance those of approved months. Supervisors,
    managers and directors see multipliers, no amounts but their own.
    """
    scope = access.scope_of(user, on=on)
    if scope.person_id == card.person_id:
        return True
    if scope.everything or scope.leads(card.unit.path, roles=["hr"]):
        return True
    return card.state in HANDED_OVER and scope.leads(card.unit.path, roles=["finance"])


def audience_of(user: Any, card: Card, *, on: date) -> Audience:
    """Return the edition of a card a user gets: `money`, or `team` without amounts."""
    return "money" if sees_money(user, card, on=on) else "team"
