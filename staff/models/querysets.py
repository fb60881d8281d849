"""The doors to staff's objects."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from staff import access

if TYPE_CHECKING:
    from staff.models import Unit


class UnitQuerySet(models.QuerySet["Unit"]):
    """Units of the tree."""

    def below(self, unit: Unit) -> UnitQuerySet:
        """Return the unit and all units below it."""
        return self.filter(path__startswith=unit.path)

    def visible_to(self, user: Any, *, on: date) -> UnitQuerySet:
        """Return the units a user leads, directly or from above; HR sees all."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        paths = Q(pk__in=[])
        for path in scope.unit_paths:
            paths |= Q(path__startswith=path)
        return self.filter(paths)


class PersonQuerySet(models.QuerySet["Person"]):
    """People."""

    def employed(self, on: date) -> PersonQuerySet:
        """Return those employed on a day."""
        return self.filter(
            Q(employments__left_on__isnull=True) | Q(employments__left_on__gt=on),
            employments__hired_on__lte=on,
        ).distinct()

    def visible_to(self, user: Any, *, on: date) -> PersonQuerySet:
        """Return oneself and, for those who lead, the people assigned below their units on that day."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        return self.filter(
            Q(pk=scope.person_id or 0) | Q(pk__in=access.people_below(scope.unit_paths, on=on))
        )
