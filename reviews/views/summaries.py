"""Work summaries: handed in by the agent, marked by the supervisor.

Addresses others link to: `my_summary`, `summaries` (`?month=2026-10`), `summary` (public_id).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from reviews import checks, records
from reviews.checking import summaries_due
from reviews.models import WorkSummary
from reviews.models.rubrics import FULL_HALVES
from reviews.services import refresh
from reviews.views.months import add_refusal, agents_led, chosen_month, months_offered, user_of
from reviews.views.words import moment_words
from staff import access, calendar
from staff.models import Person

MARKS = [(str(halves), f"{halves / 2:g}") for halves in range(FULL_HALVES + 1)]


class SummaryForm(forms.Form):
    """An agent's summary."""

    text = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=records.LONGEST_SUMMARY,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "What went well, what did not, what you will do next month. Once handed in it cannot be changed."
        ),
    )


class MarkForm(forms.Form):
    """A supervisor's mark."""

    mark = forms.ChoiceField(label=gettext_lazy("Mark"), choices=MARKS, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _own_month(request: HttpRequest, person: Person, *, at: datetime) -> date:
    """Return the month asked for; else the one before while its summary may still be handed in, else this one."""
    today = timezone.localdate(at)
    if request.GET.get("month") or request.POST.get("month"):
        return chosen_month(request, today=today)
    before = calendar.add_months(today.replace(day=1), -1)
    row = WorkSummary.objects.filter(person=person, month=before).first()
    due = row.due_at if row else summaries_due([person.pk], before)[person.pk]
    waits = at < due and (row is None or row.handed_in_at is None)
    return before if waits else today.replace(day=1)


@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Write and hand in the own summary, and read its mark."""
    at = timezone.now()
    user = user_of(request)
    person = user.person
    if person is None:
        raise Http404
    month = _own_month(request, person, at=at)
    form = SummaryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["text"]
            records.hand_in_summary(person=person, month=month, text=text, by=user, at=at)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Handed in. Your supervisor marks it."))
            return redirect(f"{reverse('my_summary')}?month={month:%Y-%m}")
    row = WorkSummary.objects.filter(person=person, month=month).first()
    due = row.due_at if row else summaries_due([person.pk], month)[person.pk]
    context = {
        "form": form,
        "month": month,
        "months": months_offered(timezone.localdate(at)),
        "row": row if row and row.handed_in_at else None,
        "due": moment_words(due - timedelta(minutes=1)),
        "open": at < due,
    }
    return render(request, "reviews/summaries/mine.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Row:
    """One agent of the team and the month's summary, if it is handed in."""

    person: Person
    unit: str
    summary: WorkSummary | None
    late: bool


@login_required
@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """List the team's summaries: first those that wait for a mark."""
    at = timezone.now()
    today = timezone.localdate(at)
    month = chosen_month(request, today=today)
    scope = access.scope_of(request.user, on=today)
    agents = list(agents_led(user_of(request), month=month, today=today))
    handed = WorkSummary.objects.visible_to(request.user, at=at).filter(month=month)
    found = {row.person_id: row for row in handed.select_related("marked_by")}
    due = summaries_due([row.person_id for row in agents], month)
    rows = [
        Row(row.person, row.unit.name, found.get(row.person_id), at >= due[row.person_id]) for row in agents
    ]
    rows.sort(key=lambda row: (_order(row), row.person.staff_no))
    context = {
        "rows": rows,
        "month": month,
        "months": months_offered(today),
        "waiting": sum(_order(row) == 0 for row in rows),
        "leads": bool(scope.unit_paths) or scope.everything,
    }
    return render(request, "reviews/summaries/team.html", context)


def _order(row: Row) -> int:
    """Return 0 for what waits for a mark, 1 for what is not handed in, 2 for what is marked."""
    if row.summary is None:
        return 1
    return 2 if row.summary.halves is not None else 0


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Read one summary; those who lead its author mark it."""
    at = timezone.now()
    user = user_of(request)
    found = WorkSummary.objects.visible_to(user, at=at).select_related("person", "marked_by")
    summary = get_object_or_404(found, public_id=public_id)
    if summary.person_id == user.person_id:
        return redirect(f"{reverse('my_summary')}?month={summary.month:%Y-%m}")
    checks.require_lead(user, summary.person, on=timezone.localdate(at))
    initial = {"mark": summary.halves, "comment": summary.comment}
    form = MarkForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        halves = int(form.cleaned_data["mark"])
        try:
            comment = form.cleaned_data["comment"]
            records.mark_summary(summary, halves=halves, comment=comment, by=user, at=at)
            refresh.after_entry(summary.person, summary.month, by=user, at=at)
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Mark saved for %(name)s.") % {"name": summary.person.name})
            return redirect(f"{reverse('summaries')}?month={summary.month:%Y-%m}")
    context = {"summary": summary, "form": form}
    return render(request, "reviews/summaries/mark.html", context, status=422 if form.errors else 200)
