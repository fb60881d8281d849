"""What one reader could do with many cards: for counts and buttons, never for the act itself.

`workflow.offers` looks at lines and entries too; here a card says with its own columns whether it is ready.
The number of queries does not grow with the cards. The act itself is checked again by the workflow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import OuterRef, Subquery

from reviews.acting import LEADING, Actor, reader_of
from reviews.models import Card, CardEvent, CardState
from reviews.procedures import Roles, roles_of
from reviews.steps import NEXT, STEPS
from staff import access
from staff.models import RoleHolding, User

FINISHED = frozenset({CardState.CONFIRMED, CardState.CLOSED, CardState.APPROVED, CardState.PAID})


def submitter() -> Subquery:
    """Return who submitted a card's current version: that person does not approve it."""
    rows = CardEvent.objects.filter(card=OuterRef("pk"), version=OuterRef("current"), act="submit")
    return Subquery(rows.order_by("-seq").values("person")[:1])


def is_ready(card: Card) -> bool:
    """Whether a draft lacks nothing and can be submitted."""
    version = card.current
    return (
        version is not None
        and version.total is not None
        and not version.open_lines
        and version.frozen_at is None
    )


@dataclass
class Reader:
    """Somebody looking at the cards of reviews on a day."""

    user: User
    on: date

    @cached_property
    def actor(self) -> Actor:
        """What the reader exercises on that day."""
        return reader_of(self.user, on=self.on)

    @cached_property
    def _above(self) -> frozenset[int]:
        """Those who lead the unit of a deputy: about them a deputy does not decide. No query for others."""
        if not self.actor.unit_path:
            return frozenset()
        led = RoleHolding.objects.filter(access.in_span(self.on), role__in=LEADING)
        rows = led.values_list("person_id", "unit__path")
        return frozenset(person for person, path in rows if self.actor.unit_path.startswith(path))

    def stands(self, act: str, card: Card) -> bool:
        """Whether an act would be this reader's, whatever the card's state."""
        roles: Roles = roles_of(card.review.procedure)
        standing = self.actor.standing(card, STEPS[act].who, roles)
        if standing is None:
            return False
        return not (standing.for_person_id and card.person_id in self._above)

    def may(self, act: str, card: Card) -> bool:
        """Whether the reader could take an act with a card as it stands.

        For `publish` the card has to carry `submitted_by` (`submitter`). Closing looks at the whole review
        too: see `unfinished`.
        """
        if card.state not in STEPS[act].sources or not self.stands(act, card):
            return False
        if act == "submit":
            return is_ready(card)
        if act == "publish":
            return card.__dict__.get("submitted_by") != self.actor.person_id
        if act == "close":
            return card.set_aside_at is None or card.review.closed_at is not None
        return True

    def roles_joined(self, act: str, cards: Iterable[Card]) -> tuple[str, ...]:
        """Return the acts that follow in one go where the procedure joins them and the reader holds the roles."""
        listed, found = list(cards), []
        while act in NEXT:
            act, slot = NEXT[act]
            joined = [card for card in listed if _joins(slot, card) and self.stands(act, card)]
            if not joined:
                break
            found.append(act)
        return tuple(found)


def _joins(slot: str, card: Card) -> bool:
    roles = roles_of(card.review.procedure)
    return (slot, card.position.subject_kind) in roles.in_one_go
