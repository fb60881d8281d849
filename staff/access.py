"""Who leads whom: the one place that answers it. Roles are dated and reach down the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet, Subquery

if TYPE_CHECKING:
    from staff.models import Assignment, RoleHolding

LEADING = frozenset({"supervisor", "manager", "director"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a user's roles reach on a day.

    `roles` maps a role to the paths of its units; deputies have the role of the holder they stand for.
    `held` names the holder too: (person id, role, path of the unit).
    """

    person_id: int | None
    roles: dict[str, tuple[str, ...]]
    superuser: bool = False
    held: tuple[tuple[int, str, str], ...] = ()

    @property
    def everything(self) -> bool:
        """HR of the whole company (and a superuser, who sees all and changes no history)."""
        return self.superuser or any(path.count("/") == 2 for path in self.roles.get("hr", ()))

    @property
    def unit_paths(self) -> tuple[str, ...]:
        """Paths of the units led as supervisor, manager or director, or looked after as HR."""
        return tuple(path for role in sorted(LEADING | {"hr"}) for path in self.roles.get(role, ()))

    def leads(self, path: str, roles: Iterable[str] = LEADING) -> bool:
        """Whether one of the roles reaches the unit with that path."""
        return any(path.startswith(own) for role in roles for own in self.roles.get(role, ()))

    def has(self, *roles: str) -> bool:
        """Whether one of the roles is held anywhere."""
        return any(role in self.roles for role in roles)


def in_span(on: date, prefix: str = "") -> Q:
    """Return the condition that a dated row (starts_on, exclusive ends_on) covers a day."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gt": on})
    )


def holdings_of(person_id: int, *, on: date) -> QuerySet[RoleHolding]:
    """Return the role holdings a person exercises on a day, own ones and those stood in for."""
    holding = apps.get_model("staff", "RoleHolding")
    stands_in = Q(deputies__person_id=person_id) & in_span(on, "deputies__")
    return holding.objects.filter(in_span(on) & (Q(person_id=person_id) | stands_in)).distinct()


def scope_of(user: Any, *, on: date) -> Scope:
    """Return what a user's roles reach on a day; asked once per user object and day."""
    if not user.is_authenticated or not user.is_active:
        return Scope(None, {})
    cache: dict[date, Scope] = user.__dict__.setdefault("_scopes", {})
    if on not in cache:
        cache[on] = _scope(user, on)
    return cache[on]


def _scope(user: Any, on: date) -> Scope:
    if user.person_id is None:
        return Scope(None, {}, superuser=user.is_superuser)
    roles: dict[str, list[str]] = {}
    held = tuple(holdings_of(user.person_id, on=on).values_list("person_id", "role", "unit__path"))
    for _holder, role, path in held:
        roles.setdefault(role, []).append(path)
    found = {role: tuple(sorted(paths)) for role, paths in roles.items()}
    return Scope(user.person_id, found, superuser=user.is_superuser, held=held)


def current_assignments(on: date) -> QuerySet[Assignment]:
    """Return each person's assignment in force on a day (the latest that has begun)."""
    model = apps.get_model("staff", "Assignment")
    latest = (
        model.objects.filter(person=OuterRef("person"), starts_on__lte=on)
        .order_by("-starts_on")
        .values("pk")[:1]
    )
    return model.objects.filter(pk=Subquery(latest))


def people_below(paths: Iterable[str], *, on: date) -> QuerySet[Any]:
    """Return ids of people whose assignment on a day is in one of the units or below."""
    reach = Q(pk__in=[])
    for path in paths:
        reach |= Q(unit__path__startswith=path)
    return current_assignments(on).filter(reach).values("person")
