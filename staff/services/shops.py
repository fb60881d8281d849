"""Whose shops are whose."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from staff.access import scope_of
from staff.models import Shop


def shops_looked_after(user: Any, *, on: date) -> QuerySet[Shop]:
    """Return the shops whose figures a user looks after as HR on a day: the door of figures."""
    scope = scope_of(user, on=on)
    if scope.everything:
        return Shop.objects.all()
    reach = Q(pk__in=[])
    for path in scope.roles.get("hr", ()):
        reach |= Q(units__path__startswith=path)
    return Shop.objects.filter(reach).distinct()
