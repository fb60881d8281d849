"""Why a step of the workflow is refused, in whole sentences for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import ngettext

from reviews.models import Card


class Kind(StrEnum):
    """Why a step is refused."""

    DENIED = "denied"  # not this person's to do
    CONFLICT = "conflict"  # somebody was quicker, or the card has changed
    BLOCKED = "blocked"  # something is missing


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one card does not move. The message is a whole sentence in the user's language."""

    card: Card
    kind: Kind
    message: str


class StepRefused(Exception):
    """A step was refused; nothing has changed."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal for the page that tells it."""
        super().__init__(refusal.message)
        self.refusal = refusal


class WrongState(StepRefused):
    """The card is elsewhere by now, or has changed since it was looked at."""


class Blocked(StepRefused):
    """Something is missing before the step can be taken."""


class BulkRefused(Exception):
    """Several cards were to move together; at least one cannot, so none has."""

    def __init__(self, refusals: Sequence[Refusal], *, asked: int) -> None:
        """Keep every cause, not only the first."""
        text = ngettext(
            "%(count)s of %(asked)s cards cannot take this step; nothing was changed.",
            "%(count)s of %(asked)s cards cannot take this step; nothing was changed.",
            len(refusals),
        )
        super().__init__(text % {"count": len(refusals), "asked": asked})
        self.refusals = tuple(refusals)
