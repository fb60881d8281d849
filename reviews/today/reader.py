"""Who reads Today, and what of it exists for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from reviews.models import Card
from staff.access import Scope, scope_of

# Who reads cards in the back office; finance and the general office read sums and what they decide.
READS_CARDS = frozenset({"hr", "manager", "director"})


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader at one moment."""

    user: Any
    scope: Scope
    at: datetime
    on: date

    @property
    def is_hr(self) -> bool:
        """Whether the reader looks after a branch as HR, or after everything as a superuser."""
        return self.scope.superuser or self.scope.has("hr")

    @property
    def sees_months(self) -> bool:
        """Whether deadlines, states and totals of the month exist for the reader."""
        return self.scope.superuser or self.scope.has(*READS_CARDS)

    @property
    def decides(self) -> bool:
        """Whether cards may wait for the reader."""
        return self.sees_months or self.scope.has("general_office")

    @property
    def leads(self) -> bool:
        """Whether the reader has a board in the portal."""
        return self.scope.has("supervisor", "manager", "director")

    def hr_reaches(self, prefix: str) -> Q:
        """Return the condition that a row's unit lies in a branch the reader looks after as HR."""
        if self.scope.everything:
            return Q()
        found = Q(pk__in=[])
        for path in self.scope.roles.get("hr", ()):
            found |= Q(**{f"{prefix}path__startswith": path})
        return found

    def month_reaches(self, prefix: str) -> Q:
        """Return the condition that a row's unit lies where the reader sees the month's cards."""
        if self.scope.everything:
            return Q()
        found = Q(pk__in=[])
        for role in READS_CARDS:
            for path in self.scope.roles.get(role, ()):
                found |= Q(**{f"{prefix}path__startswith": path})
        return found

    def is_awaited(self, card: Card, role: str, person_id: int | None) -> bool:
        """Whether a card waits for the reader: as the person named, or as one who holds the role there.

        A deputy is awaited for the holder. Nobody is awaited on the own card.
        """
        if self.scope.person_id is None or card.person_id == self.scope.person_id:
            return False
        return any(
            held == role and card.unit.path.startswith(path) and person_id in (None, holder)
            for holder, held, path in self.scope.held
        )


def reader_at(user: Any, at: datetime) -> Reader:
    """Return the reader of a request made at a moment."""
    on = timezone.localdate(at)
    return Reader(user, scope_of(user, on=on), at, on)
