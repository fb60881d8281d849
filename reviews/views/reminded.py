"""Who has been reminded of a review's steps: read from the messages that were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.models import Review
from staff.models import Message

KIND = "reminder"


@dataclass(frozen=True, slots=True)
class Told:
    """One reminder: to whom, when, and of which step."""

    name: str
    person_id: int
    at: datetime
    act: str


def reminders_of(review: Review) -> list[Told]:
    """Return the reminders of a review, the latest first. One query."""
    rows = Message.objects.filter(kind__startswith=KIND, key__contains=str(review.public_id))
    listed = rows.order_by("-at", "person__staff_no").values_list(
        "person__name", "person_id", "at", "kind", "params"
    )
    return [Told(name, person, at, _act(kind, params)) for name, person, at, kind, params in listed]


def by_act(told: Sequence[Told]) -> Mapping[str, list[Told]]:
    """Return reminders by the step they are about."""
    found: dict[str, list[Told]] = {}
    for one in told:
        found.setdefault(one.act, []).append(one)
    return found


def _act(kind: str, params: Mapping[str, object]) -> str:
    return str(params.get("act") or kind.rpartition("_")[2])
