"""Handing on: everything a holder leaves open, who follows, and one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reviews.models import Succession
from reviews.refusals import BulkRefused
from reviews.services import returning, succession
from reviews.services.open_work import OpenWork, holders_for, open_work
from reviews.services.succession import Chosen, Preview
from staff.admin.base import ReadOnlyAdmin, user_of
from staff.models import Person

SHOWN = 25
MOST_DIGITS = 12
NEAREST = 6
SLOTS: dict[str, Promise] = {
    "assessor": gettext_lazy("to assess"),
    "approver": gettext_lazy("to approve"),
    "decider": gettext_lazy("to decide on objections"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Cards of one month in one state in which the holder has the same part."""

    month: date
    state: str
    label: str
    slot: Promise
    names: tuple[str, ...]


@admin.register(Succession)
class SuccessionAdmin(ReadOnlyAdmin):
    """Who took over whose open work; HR hands on from here."""

    of_person = "holder"
    list_display = ("holder", "successor", "from_day", "at", "by")

    def get_urls(self) -> list[URLPattern]:
        """Add the page of handing on before Django's own."""
        start = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.start_view))
        return [path("start/", start, name="reviews_succession_start"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show whose work was handed on, and where to begin."""
        today = timezone.localdate()
        rows = self.get_queryset(request).select_related("holder", "successor", "by__person")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Handing on"),
            "rows": [(row, said(row.moved)) for row in rows[:SHOWN]],
            "people": holders_for(user_of(request), on=today),
            "today": today,
        }
        return TemplateResponse(request, "reviews/admin/successions.html", context)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Show everything a person leaves open and who could follow; hand it on."""
        asked = request.POST if request.method == "POST" else request.GET
        user, at = user_of(request), timezone.now()
        people = {person.pk: person for person in holders_for(user, on=timezone.localdate(at))}
        holder = people.get(number(asked.get("holder")))
        day = day_of(asked.get("day", ""))
        if holder is None:
            return self._gone(request)
        if day is None or succession.day_problem(day, on=timezone.localdate(at)):
            problem = _("Give the first day of absence.")
            messages.error(
                request, problem if day is None else succession.day_problem(day, on=timezone.localdate(at))
            )
            return redirect("admin:reviews_succession_changelist")
        if request.method == "GET":
            return self._show(request, holder, day, None)
        if request.POST.get("act") != "hand_on":
            return self._show(request, holder, day, chosen_of(request))
        return self._hand_on(request, holder, day)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        """Nothing is left of somebody whose work was just handed on; anybody else does not exist here."""
        holder, token = number(request.POST.get("holder")), request.POST.get("token", "")
        rows = self.get_queryset(request).filter(holder=holder)
        if not token or not any(row.moved.get("token") == token for row in rows):
            raise Http404
        messages.success(request, _("This was handed on already; nothing was changed a second time."))
        return redirect("admin:reviews_succession_changelist")

    def _hand_on(self, request: HttpRequest, holder: Person, day: date) -> HttpResponse:
        chosen = chosen_of(request)
        try:
            rows = succession.hand_on(
                holder,
                chosen,
                from_day=day,
                token=request.POST.get("token", ""),
                by=user_of(request),
                at=timezone.now(),
            )
        except succession.Changed:
            text = _(
                "Something has changed since you opened this page. Your action changed nothing. Look at it again."
            )
            return self._show(request, holder, day, chosen, faults=[text], status=HTTPStatus.CONFLICT)
        except ValidationError as refused:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._show(request, holder, day, chosen, faults=refused.messages, status=status)
        except BulkRefused as refused:
            status = returning.status_of(refused)
            if status is HTTPStatus.FORBIDDEN:
                raise PermissionDenied(refused.refusals[0].message) from None
            faults = returning.causes_said(refused)
            return self._show(request, holder, day, chosen, faults=faults, status=status)
        if rows:
            who = "、".join(row.successor.name for row in rows)
            words = {"holder": holder.name, "who": who}
            messages.success(request, _("The open work of %(holder)s is handed on to %(who)s.") % words)
        else:
            messages.success(request, _("This was handed on already; nothing was changed a second time."))
        return redirect("admin:reviews_succession_changelist")

    def _show(
        self,
        request: HttpRequest,
        holder: Person,
        day: date,
        chosen: Chosen | None,
        *,
        faults: Sequence[str] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        user, at = user_of(request), timezone.now()
        work = open_work(holder, from_day=day, user=user, at=at)
        found = succession.preview(work, chosen, by=user, at=at)
        seen = sorted(set(found.problems) - set(faults))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand on open work"),
            "holder": holder,
            "day": day,
            "work": work,
            "found": found,
            "counts": counts_of(work),
            "groups": groups_of(work),
            "roles": roles_of(found),
            "misfits": [(one, SLOTS[one.place.slot]) for one in found.misfits],
            "token": work.token(),
            "faults": [*faults, *(seen if chosen is not None else ())],
            "problems": seen,
            "note": request.POST.get("note", ""),
        }
        return TemplateResponse(request, "reviews/admin/succession.html", context, status=status)


def number(text: str | None) -> int:
    """Return a key from a form; 0, which no row has, where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else 0


def day_of(text: str) -> date | None:
    """Return a day from a form, None where it is none."""
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


def chosen_of(request: HttpRequest) -> Chosen:
    """Return what the form says: `role-7` and `card-12-assessor` name people by their keys."""
    successors, others = {}, {}
    for name, value in request.POST.items():
        kind, _dash, rest = name.partition("-")
        if kind == "role":
            successors[number(rest)] = number(str(value))
        elif kind == "card":
            card, _dash, slot = rest.partition("-")
            others[number(card), slot] = number(str(value))
    return Chosen(successors, others, request.POST.get("note", ""))


def roles_of(found: Preview) -> list[tuple[Any, list[Person], list[Person]]]:
    """Return each role with the nearest candidates and the others."""
    return [(one, list(one.candidates[:NEAREST]), list(one.candidates[NEAREST:])) for one in found.roles]


def groups_of(work: OpenWork) -> list[Group]:
    """Gather the cards by month, state and the holder's part."""
    found: dict[tuple[date, str, str], list[str]] = {}
    labels = {}
    for place in work.cards:
        key = place.card.month, place.card.state, place.slot
        found.setdefault(key, []).append(place.card.person.name)
        labels[place.card.state] = place.card.get_state_display()
    return [
        Group(month, state, labels[state], SLOTS[slot], tuple(names))
        for (month, state, slot), names in found.items()
    ]


def counts_of(work: OpenWork) -> list[tuple[str, int]]:
    """Return how much of each kind is open."""
    slots = [place.slot for place in work.cards]
    teams = [one.team for one in work.roles]
    return [
        (_("Roles"), len(work.roles)),
        (_("Cards to assess"), slots.count("assessor")),
        (_("Cards to approve"), slots.count("approver")),
        (_("Cards to decide on"), slots.count("decider")),
        (_("Spot checks to make"), sum(one.checks_short for one in teams)),
        (_("Disputes to decide"), sum(len(one.events) for one in teams)),
        (_("Summaries to mark"), sum(len(one.summaries) for one in teams)),
        (_("Objections to answer"), work.objections),
    ]


MOVED: dict[str, Promise] = {
    "roles": gettext_lazy("Roles"),
    "assessor": gettext_lazy("Cards to assess"),
    "approver": gettext_lazy("Cards to approve"),
    "decider": gettext_lazy("Cards to decide on"),
    "checks": gettext_lazy("Spot checks to make"),
    "events": gettext_lazy("Disputes to decide"),
    "summaries": gettext_lazy("Summaries to mark"),
}


def said(moved: dict[str, Any]) -> list[str]:
    """Say what passed on, kinds without any left out."""
    return [f"{label} {moved[name]}" for name, label in MOVED.items() if moved.get(name)]
