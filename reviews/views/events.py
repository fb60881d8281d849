"""Disputes, complaints and reviews: recorded by those who lead, decided once.

Addresses others link to: `events` (`?month=2026-10`), `event_new` (person's public_id), `event` (public_id).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from reviews import checks, records
from reviews.models import ServiceEvent
from reviews.services import refresh
from reviews.views.check_form import form_key
from reviews.views.months import add_refusal, chosen_month, months_offered, user_of
from staff import access, calendar
from staff.models import Person

LATEST = 100


class EventForm(forms.Form):
    """What happened, on which day, about which order."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ServiceEvent.Kind.choices)
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    order = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "Several events of one order count once. Only its last four characters stay readable."
        ),
    )
    account = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Phone numbers, addresses and order numbers are covered when it is saved."),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"),
        choices=[("", gettext_lazy("not known yet")), *ServiceEvent.Cause.choices],
        required=False,
    )
    handling = forms.CharField(
        label=gettext_lazy("Handling"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecisionForm(forms.Form):
    """Whether the agent's service caused it, and why."""

    by_service = forms.ChoiceField(
        label=gettext_lazy("Did the agent's service cause it?"),
        choices=[("yes", gettext_lazy("Yes, it counts")), ("no", gettext_lazy("No, it does not count"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The agent reads it."),
    )


@login_required
@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """List the month's events, undecided ones first, and whom one can be recorded for."""
    at = timezone.now()
    today = timezone.localdate(at)
    shown = chosen_month(request, today=today)
    found = ServiceEvent.objects.visible_to(request.user, at=at).filter(
        day__gte=shown, day__lt=calendar.first_of_next(shown)
    )
    scope = access.scope_of(request.user, on=today)
    leads = bool(scope.unit_paths) or scope.everything
    context = {
        "events": found.order_by("-state", "-day", "-pk").select_related("person")[:LATEST],
        "month": shown,
        "months": months_offered(today),
        "leads": leads,
        "people": _recordable(request, on=today) if leads else [],
    }
    return render(request, "reviews/events/month.html", context)


def _recordable(request: HttpRequest, *, on: date) -> list[Person]:
    """Return the people with a card whom the reader leads."""
    scope = access.scope_of(request.user, on=on)
    agents = access.current_assignments(on).filter(position__has_card=True).values("person")
    people = Person.objects.visible_to(request.user, on=on).filter(pk__in=agents)
    return list(people.employed(on).exclude(pk=scope.person_id or 0).order_by("staff_no"))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record an event about one agent."""
    at = timezone.now()
    today = timezone.localdate(at)
    user = user_of(request)
    person = get_object_or_404(Person.objects.visible_to(user, on=today), public_id=public_id)
    checks.require_lead(user, person, on=today)
    key = form_key(request.POST.get("form_key", ""))
    form = EventForm(request.POST if request.method == "POST" else None, initial={"day": today})
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            event = records.record_event(person=person, by=user, at=at, form_key=key, **clean)
            refresh.after_entry(person, event.day, by=user, at=at)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Recorded. It counts once it is decided."))
            return redirect("event", event.public_id)
    context = {"person": person, "form": form, "form_key": key}
    return render(request, "reviews/events/form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one event; those who lead the agent decide it."""
    at = timezone.now()
    user = user_of(request)
    found = ServiceEvent.objects.visible_to(user, at=at).select_related("person", "decided_by")
    event = get_object_or_404(found, public_id=public_id)
    mine = event.person_id == user.person_id
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        checks.require_lead(user, event.person, on=timezone.localdate(at))
        if form.is_valid():
            try:
                records.decide_event(event, by=user, at=at, **form.cleaned_data)
                refresh.after_entry(event.person, event.day, by=user, at=at)
            except ValidationError as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Decided."))
                return redirect(f"{reverse('events')}?month={event.day:%Y-%m}")
    waiting = event.state == ServiceEvent.State.OPEN
    context = {"event": event, "form": form, "mine": mine, "waiting": waiting}
    return render(request, "reviews/events/one.html", context, status=422 if form.errors else 200)
