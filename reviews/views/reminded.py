"""Who has been reminded of a review's steps: read from the messages that were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reviews.models import Review
from staff.models import Message

# Due, late, late in the unit below, urged by HR; after it the step.
TONES = ("due", "late", "above", "urged")
MOST = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One reminder: to whom, when, and of which step."""

    name: str
    person_id: int
    at: datetime
    act: str


def reminders_of(review: Review) -> list[Told]:
    """Return the reminders of a review, the latest first. One query."""
    kinds = Q(pk__in=[])
    for tone in TONES:
        kinds |= Q(kind__startswith=f"{tone}_")
    rows = Message.objects.filter(kinds, key__startswith=f"{review.pk}:")
    listed = rows.order_by("-at", "person__staff_no").values_list("person__name", "person_id", "at", "kind")
    return [Told(name, person, at, kind.partition("_")[2]) for name, person, at, kind in listed[:MOST]]


def by_act(told: Sequence[Told]) -> Mapping[str, list[Told]]:
    """Return reminders by the step they are about."""
    found: dict[str, list[Told]] = {}
    for one in told:
        found.setdefault(one.act, []).append(one)
    return found
