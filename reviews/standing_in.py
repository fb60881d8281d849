"""Who sits where on a day: holders of roles over units, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from staff import access
from staff.models import Deputy, RoleHolding


@dataclass(frozen=True, slots=True)
class Seat:
    """One role over one unit: its holder, and those who stand in for the holder that day."""

    holder_id: int
    role: str
    path: str
    deputies: tuple[int, ...] = ()

    @property
    def people(self) -> set[int]:
        """Return the holder and the deputies."""
        return {self.holder_id, *self.deputies}


class Seats:
    """All seats of a day, in two queries, read when first asked."""

    def __init__(self, *, on: date) -> None:
        """Keep the day."""
        self._on = on
        self._seats: list[Seat] | None = None

    @property
    def seats(self) -> list[Seat]:
        """Return all seats, by the holders' staff numbers."""
        if self._seats is None:
            deputies: dict[int, list[int]] = {}
            standing_in = Deputy.objects.filter(access.in_span(self._on)).order_by("person__staff_no")
            for holding_id, person_id in standing_in.values_list("holding_id", "person_id"):
                deputies.setdefault(holding_id, []).append(person_id)
            rows = RoleHolding.objects.filter(access.in_span(self._on)).order_by("person__staff_no", "pk")
            self._seats = [
                Seat(person_id, role, path, tuple(deputies.get(pk, ())))
                for pk, person_id, role, path in rows.values_list("pk", "person_id", "role", "unit__path")
            ]
        return self._seats

    def of_person(self, person_id: int, role: str, path: str) -> set[int]:
        """Return a named person, and who stands in for that person in a role that reaches a unit."""
        found = {person_id}
        for seat in self.seats:
            if seat.holder_id == person_id and seat.role == role and path.startswith(seat.path):
                found |= seat.people
        return found

    def reaching(self, roles: Collection[str], path: str) -> set[int]:
        """Return everybody in one of the roles over a unit or above it."""
        found: set[int] = set()
        for seat in self.seats:
            if seat.role in roles and path.startswith(seat.path):
                found |= seat.people
        return found

    def nearest(self, role: str, path: str) -> set[int]:
        """Return those in a role over the nearest unit upwards that has any, deputies included."""
        fitting = [seat for seat in self.seats if seat.role == role and path.startswith(seat.path)]
        nearest = max((len(seat.path) for seat in fitting), default=0)
        return {person for seat in fitting if len(seat.path) == nearest for person in seat.people}

    def leads(self, person_id: int) -> bool:
        """Whether a person leads a unit, or stands in for somebody who does."""
        return any(seat.role in access.LEADING and person_id in seat.people for seat in self.seats)
