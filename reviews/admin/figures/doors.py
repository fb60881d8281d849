"""Who asks, and what they may reach: the doors of the import's pages."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.figures.days import read_month
from reviews.figures.importing import Refused
from staff.access import scope_of
from staff.models import Person, Shop, User


def actor(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def shops_of(request: HttpRequest) -> QuerySet[Shop]:
    """Return the shops whose figures the user looks after as HR."""
    scope = scope_of(request.user, on=timezone.localdate())
    if scope.everything:
        return Shop.objects.all()
    reach = Q(pk__in=[])
    for place in scope.roles.get("hr", ()):
        reach |= Q(units__path__startswith=place)
    return Shop.objects.filter(reach).distinct()


def people_of(request: HttpRequest) -> list[Person]:
    """Return the people whom the user may name as holders of accounts."""
    seen = Person.objects.visible_to(request.user, on=timezone.localdate()).filter(anonymised_at=None)
    return list(seen.order_by("staff_no").only("pk", "name", "staff_no"))


def said(refused: ValidationError | Refused) -> str:
    """Return a refusal in words."""
    return " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)


def number(text: str | None) -> int:
    """Return a key from a form or address; 0, which no row has, where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


def month_of(text: str | None) -> date:
    """Return a month of a form as its first day. Raises ValidationError."""
    month = read_month(text or "")
    if not isinstance(month, date):
        raise ValidationError(_("Give the month as 2026-10."))
    return month
