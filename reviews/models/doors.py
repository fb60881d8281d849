"""The doors to reviews and cards: what a user may see of them, as a query."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from staff import access

# An agent sees the own card from publication on.
SEEN_BY_SUBJECT = ["published", "objected", "confirmed", "closed", "approved", "paid"]


class ReviewQuerySet(models.QuerySet["Review"]):
    """Monthly reviews."""

    def visible_to(self, user: Any, *, on: date) -> ReviewQuerySet:
        """Return reviews of units a manager or director leads or HR looks after, and those a supervisor's team is in."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        reach = Q(pk__in=[])
        for path in scope.unit_paths:
            reach |= Q(unit__path__startswith=path) | Q(cards__unit__path__startswith=path)
        return self.filter(reach).distinct()


class CardQuerySet(models.QuerySet["Card"]):
    """Cards."""

    def visible_to(self, user: Any, *, on: date) -> CardQuerySet:
        """Return the own cards from publication on, and the cards of units one leads (never the own draft there)."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            visible = Q()
        else:
            visible = Q(pk__in=[])
            for path in scope.unit_paths:
                visible |= Q(unit__path__startswith=path)
            if scope.person_id:
                acts = Q(assessor=scope.person_id) | Q(approver=scope.person_id) | Q(decider=scope.person_id)
                visible |= acts
        if scope.person_id is None:
            return self.filter(visible)
        own = Q(person=scope.person_id)
        return self.filter((visible & ~own) | (own & Q(state__in=SEEN_BY_SUBJECT)))
