"""Spot checks: the team's coverage, one check, and what the agent sees of it.

Addresses others link to: `checks` (the team, `?month=2026-10`), `check_new` (person's public_id),
`check` (check's public_id), `my_checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviews import chats, checks
from reviews.checking import Coverage
from reviews.models import RubricItem, RubricVersion, SpotCheck
from reviews.services import refresh
from reviews.views.chat_words import chat_of, chat_of_check
from reviews.views.check_form import (
    ChatForm,
    Posted,
    add_faults,
    faults_of,
    form_key,
    form_of,
    given_of,
    items_of,
    mark_faults,
    masked,
    posted_items,
    shown_items,
)
from reviews.views.months import agents_led, chosen_month, last_day_in, months_offered, user_of
from reviews.views.words import day_words
from staff import access, calendar
from staff.models import Person

WORKING_DAY_OF_CHECKS = 3
LATEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One agent of the team and how many of the month's chats are checked."""

    person: Person
    unit: str
    cover: Coverage


def segments(cover: Coverage) -> list[str]:
    """Return the meter's parts: done, next, open."""
    most = max(cover.quota, cover.done)
    return ["done" if n < cover.done else "next" if n == cover.done else "open" for n in range(most)]


@login_required
@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show which agents of the reader's teams still need checks this month."""
    at = timezone.now()
    today = timezone.localdate(at)
    month = chosen_month(request, today=today)
    scope = access.scope_of(request.user, on=today)
    found = list(agents_led(user_of(request), month=month, today=today))
    cover = checks.coverage({row.person_id: row.position_id for row in found}, month=month)
    rows = [Row(row.person, row.unit.name, cover[row.person_id]) for row in found]
    made = SpotCheck.objects.visible_to(request.user, at=at).filter(
        chat_on__gte=month, chat_on__lt=calendar.first_of_next(month)
    )
    due = calendar.load().nth_after(calendar.last_day_of(month), WORKING_DAY_OF_CHECKS)
    context = {
        "rows": sorted(rows, key=lambda row: -row.cover.short),
        "month": month,
        "months": months_offered(today),
        "done": sum(min(row.cover.done, row.cover.quota) for row in rows),
        "quota": sum(row.cover.quota for row in rows),
        "short": sum(row.cover.short for row in rows),
        "due": day_words(due.day),
        "made": made.select_related("person", "checker")[:LATEST],
        "leads": bool(scope.unit_paths) or scope.everything,
        "at": at,
    }
    return render(request, "reviews/checks/team.html", context)


def _rubric(version: RubricVersion) -> RubricVersion:
    """Return a version with its items, meanings and offered causes in four queries."""
    items = RubricItem.objects.prefetch_related("meanings", "causes").order_by("order")
    return RubricVersion.objects.prefetch_related(Prefetch("items", items)).get(pk=version.pk)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Fill in a check of one agent's chat, and save it."""
    at = timezone.now()
    today = timezone.localdate(at)
    user = user_of(request)
    person = get_object_or_404(Person.objects.visible_to(user, on=today), public_id=public_id)
    checks.require_lead(user, person, on=today)
    month = chosen_month(request, today=today)
    try:
        version = _rubric(checks.version_of(person, on=last_day_in(month, today=today)))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("checks")
    key = form_key(request.POST.get("form_key", ""))
    if request.method == "GET":
        form = ChatForm(initial={"chat_on": today if month == today.replace(day=1) else ""})
        return _page(request, form, version, {}, {}, person=person, month=month, key=key)
    form, items = ChatForm(request.POST), posted_items(version, request.POST)
    faults: dict[str, list[str]] = {}
    if form.is_valid() and "show" not in request.POST:
        try:
            given = given_of(form, version, items)
            check = checks.save_check(person=person, given=given, by=user, at=at, form_key=key)
            refresh.after_entry(person, check.chat_on, by=user, at=at)
        except ValidationError as refused:
            faults = add_faults(form, refused)
        else:
            return _after(request, check, person)
    elif "show" in request.POST:
        form.errors.clear()
    else:
        faults = mark_faults(version, items, form)
    return _page(request, form, version, items, faults, person=person, month=month, key=key)


def _after(request: HttpRequest, check: SpotCheck, person: Person) -> HttpResponse:
    """Say that a check is saved and go to the agent's next one, or back to the team."""
    month = check.chat_on.replace(day=1)
    position = access.current_assignments(check.chat_on).get(person=person).position_id
    short = checks.coverage({person.pk: position}, month=month)[person.pk].short
    if not short:
        messages.success(
            request, _("Saved. %(name)s's checks of the month are complete.") % {"name": person.name}
        )
        return redirect(f"{reverse('checks')}?month={month:%Y-%m}")
    words = {"name": person.name, "count": short}
    messages.success(request, _("Saved. Checks of %(name)s still to make: %(count)s.") % words)
    return redirect(f"{reverse('check_new', args=[person.public_id])}?month={month:%Y-%m}")


def _standing(person: Person, *, month: date) -> tuple[str, Coverage | None]:
    """Return a person's unit at the month's end, and how far the month's checks are."""
    placed = access.current_assignments(calendar.last_day_of(month)).filter(person=person)
    found = placed.select_related("unit").first()
    if found is None:
        return "", None
    return found.unit.name, checks.coverage({person.pk: found.position_id}, month=month)[person.pk]


def _page(
    request: HttpRequest,
    form: ChatForm,
    version: RubricVersion,
    items: dict[str, Posted],
    faults: dict[str, list[str]],
    *,
    person: Person,
    month: date,
    key: UUID,
    check: SpotCheck | None = None,
) -> HttpResponse:
    """Draw the form, with all that was typed and nothing unmasked."""
    shown = masked(form) if form.is_bound else form
    text = str(shown["text"].value() or "")
    day = calendar.last_day_of(month)
    shown_list = shown_items(version, items, faults)
    unit, cover = _standing(person, month=month)
    marked = [item for item in shown_list if not item.item.critical]
    context = {
        "person": person,
        "unit": unit,
        "month": month,
        "form": shown,
        "version": version,
        "marked": marked,
        "critical": [item for item in shown_list if item.item.critical],
        "total": sum((item.mark for item in marked), 0),
        "most": 5 * len(marked),
        "faults": faults_of(shown, faults) if form.is_bound else [],
        "chat": chat_of(chats.read(text, on=day), version) if text else None,
        "cover": cover,
        "segments": segments(cover) if cover else [],
        "form_key": key,
        "check": check,
        "today": timezone.localdate(),
    }
    status = 200 if not context["faults"] else 422
    return render(request, "reviews/checks/form.html", context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Return a pasted chat as masked bubbles with the waits between them; nothing is kept."""
    today = timezone.localdate()
    user = user_of(request)
    person = get_object_or_404(Person.objects.visible_to(user, on=today), public_id=public_id)
    checks.require_lead(user, person, on=today)
    form = masked(ChatForm(request.POST))
    version = checks.version_of(person, on=today)
    text = str(form["text"].value() or "")
    chat = chat_of(chats.read(text, on=today), version) if text else None
    context = {"chat": chat, "buyer": form["buyer"].value()}
    return render(request, "reviews/checks/chat.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one check to its agent, its author and those above."""
    at = timezone.now()
    user = user_of(request)
    found = SpotCheck.objects.visible_to(user, at=at).select_related("person", "checker", "version")
    check = get_object_or_404(found, public_id=public_id)
    marks = check.marks.filter(superseded=False).select_related("item")
    rows = list(marks.prefetch_related("causes", "item__meanings").order_by("item__order"))
    context = {
        "check": check,
        "chat": chat_of_check(check) if check.transcript else None,
        "marks": [row for row in rows if row.halves is not None],
        "critical": [row for row in rows if row.halves is None],
        "total": sum((row.mark or 0 for row in rows), 0),
        "most": 5 * sum(row.halves is not None for row in rows),
        "mine": user.person_id == check.person_id,
        "may_change": user.person_id == check.checker_id and check.editable(at=at),
    }
    return render(request, "reviews/checks/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a check of one's own that its agent has not seen."""
    at = timezone.now()
    user = user_of(request)
    found = SpotCheck.objects.visible_to(user, at=at).select_related("person", "version")
    check = get_object_or_404(found, public_id=public_id, checker=user.person_id or 0)
    version = _rubric(check.version)
    draw = partial(
        _page,
        request,
        person=check.person,
        month=check.chat_on.replace(day=1),
        key=check.form_key,
        check=check,
    )
    if request.method == "GET":
        return draw(form_of(check), version, items_of(check), {})
    form, items = ChatForm(request.POST), posted_items(version, request.POST)
    faults: dict[str, list[str]] = {}
    if form.is_valid():
        try:
            checks.change_check(check, given=given_of(form, version, items), by=user, at=at)
            refresh.after_entry(check.person, check.chat_on, by=user, at=at)
        except ValidationError as refused:
            faults = add_faults(form, refused)
        else:
            messages.success(request, _("Saved. The earlier marks stay in the history."))
            return redirect("check", check.public_id)
    else:
        faults = mark_faults(version, items, form)
    return draw(form, version, items, faults)


@login_required
@require_POST
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a check to its agent now."""
    at = timezone.now()
    user = user_of(request)
    check = get_object_or_404(
        SpotCheck.objects.visible_to(user, at=at), public_id=public_id, checker=user.person_id or 0
    )
    if checks.show_check(check, by=user, at=at):
        messages.success(request, _("%(name)s can read this check now.") % {"name": check.person.name})
    return redirect("check", check.public_id)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """List the reader's own checks that were shown."""
    at = timezone.now()
    user = user_of(request)
    own = SpotCheck.objects.visible_to(user, at=at).filter(person=user.person_id or 0)
    return render(
        request, "reviews/checks/mine.html", {"made": own.select_related("checker")[:LATEST], "at": at}
    )
