"""What the pages of checks, summaries and events share: the month, the reader, a refusal's place."""

from __future__ import annotations

from datetime import date, datetime

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from staff import access, calendar
from staff.models import Assignment, Employment, Person, User

GRACE_WORKING_DAYS = 5
OFFERED = 4


def user_of(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def current_month(today: date) -> date:
    """Return the month people work on: the one before until its fifth working day has passed."""
    first = today.replace(day=1)
    before = calendar.add_months(first, -1)
    passed = calendar.load().ordinal(calendar.last_day_of(before), today)
    return before if passed <= GRACE_WORKING_DAYS else first


def months_offered(today: date) -> list[date]:
    """Return the running month and the three before it, latest first."""
    first = today.replace(day=1)
    return [calendar.add_months(first, -n) for n in range(OFFERED)]


def chosen_month(request: HttpRequest, *, today: date) -> date:
    """Return the month asked for by `?month=2026-10`, else the one people work on. Never a month to come."""
    text = request.GET.get("month") or request.POST.get("month") or ""
    try:
        asked = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError:
        return current_month(today)
    return min(asked, today.replace(day=1))


def last_day_in(month: date, *, today: date) -> date:
    """Return the month's last day, or today while the month runs."""
    return min(calendar.last_day_of(month), today)


def agents_led(user: User, *, month: date, today: date) -> QuerySet[Assignment]:
    """Return where the agents stand whom a user leads or looks after, employed on any day of the month."""
    day = last_day_in(month, today=today)
    spans = Employment.objects.filter(hired_on__lte=day).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=month)
    )
    people = Person.objects.visible_to(user, on=today).filter(pk__in=spans.values("person"))
    placed = access.current_assignments(day).filter(person__in=people.values("pk"))
    agents = placed.filter(position__subject_kind="agent").exclude(person=user.person_id or 0)
    return agents.select_related("person", "unit").order_by("unit__path", "person__staff_no")


def add_refusal(form: forms.Form, refused: ValidationError) -> None:
    """Put a service's refusal beside the fields it names."""
    found = refused.message_dict if hasattr(refused, "error_dict") else {None: refused.messages}
    for name, said in found.items():
        form.add_error(name if name in form.fields else None, said)
