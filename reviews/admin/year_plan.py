"""HR's page of a year's sales plan: a tree of amounts that always add up, changed as a whole or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.admin.figures.doors import number
from reviews.admin.year_sheet import YearSheets
from reviews.figures.cells import read_money
from reviews.models import TargetNode
from reviews.year_targets.page import (
    Row,
    last_year,
    overlapping,
    read_edits,
    rows_of,
    shown_nodes,
    years_of,
)
from reviews.year_targets.saving import (
    FIRST_YEAR,
    LAST_YEAR,
    Saved,
    open_month,
    publish,
    save_edits,
    start_plan,
)
from reviews.year_targets.stored import Overtaken, Refused, version_of
from staff.admin.base import HR, ReadOnlyAdmin, scope, user_of
from staff.models import Unit

MOVES_SHOWN = 100
TOLD = "year-plan-told"  # what a save moved, told once on the next page
READERS = frozenset({"manager", "director"})


class StartForm(forms.Form):
    """What a plan begins with."""

    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    unit = forms.CharField(max_length=40)
    key = forms.ChoiceField(choices=TargetNode.Key.choices)
    equal = forms.BooleanField(required=False)


@admin.register(TargetNode)
class YearPlanAdmin(ReadOnlyAdmin):
    """Year plans by unit. HR of the unit writes, its managers and directors read."""

    readers: ClassVar[frozenset[str]] = READERS
    of_unit = "unit"

    def get_urls(self) -> list[URLPattern]:
        """Put the page's own acts before Django's pages."""
        door = self.admin_site.admin_view
        acts = [
            path(f"<int:pk>/{name}/", door(require_POST(view)), name=f"reviews_targetnode_{name}")
            for name, view in (
                ("save", self.save_view),
                ("open", self.open_view),
                ("publish", self.publish_view),
            )
        ]
        start = path("start/", door(require_POST(self.start_view)), name="reviews_targetnode_start")
        return [start, *acts, *YearSheets(self).urls(), *super().get_urls()]

    def units(self, request: HttpRequest) -> QuerySet[Unit]:
        """Return the units whose plans exist for the user."""
        found = scope(request)
        if found.everything:
            return Unit.objects.all()
        reach = Q(pk__in=[])
        for role in READERS | HR:
            for place in found.roles.get(role, ()):
                reach |= Q(path__startswith=place)
        return Unit.objects.filter(reach)

    def writes(self, request: HttpRequest, unit: Unit) -> bool:
        """Whether the user changes the plan of a unit: as HR of it."""
        found = scope(request)
        return found.everything or found.leads(unit.path, HR)

    def plan_of(self, request: HttpRequest, pk: int, *, to_write: bool = True) -> TargetNode:
        """Return a plan that exists for the user. Raises Http404, PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        plans = self.get_queryset(request).filter(level=TargetNode.Level.YEAR)
        root: TargetNode = get_object_or_404(plans.select_related("unit", "changed_by__person"), pk=pk)
        if to_write and not self.writes(request, root.unit):
            raise PermissionDenied
        return root

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one unit's plan of one year, or the form to start it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        units = self.units(request)
        unit = (
            get_object_or_404(units, code=request.GET["unit"][:40])
            if request.GET.get("unit")
            else units.first()
        )
        plans = self.get_queryset(request).filter(level=TargetNode.Level.YEAR)
        year = _year(request.GET.get("year", ""), default=timezone.localdate().year)
        root = plans.filter(unit=unit, first_month=date(year, 1, 1)).select_related(
            "unit", "changed_by__person"
        )
        return self.page(request, root.first(), unit=unit, year=year)

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Start a plan."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = StartForm(request.POST)
        amount = read_money(request.POST.get("amount", "")[:40])
        if not form.is_valid():
            raise Http404
        data = form.cleaned_data
        unit = get_object_or_404(self.units(request), code=data["unit"])
        if not self.writes(request, unit):
            raise PermissionDenied
        try:
            if not isinstance(amount, Decimal):
                raise Refused(_("Enter the year's amount in CNY, e.g. 12,000,000."))
            now = timezone.now()
            _root, saved = start_plan(
                unit=unit, year=data["year"], amount=amount, key=data["key"], by=user_of(request), at=now,
                on=timezone.localdate(now), equal_if_missing=data["equal"],
            )  # fmt: skip
        except Refused as refused:
            return self.page(request, None, unit=unit, year=data["year"], problems=refused.messages)
        self._tell(request, saved)
        return HttpResponseRedirect(address(unit=unit, year=data["year"]))

    def save_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save all that was typed, or nothing; `again` spreads one part again as it stands."""
        root = self.plan_of(request, pk)
        month, team = self._place(request, root)
        rows = rows_of(shown_nodes(root, month=month, team=team), None)
        edits = read_edits(request.POST, rows)
        asked: dict[str, Any] = {
            "root": root,
            "unit": root.unit,
            "year": root.first_month.year,
            "month": month,
            "team": team,
        }
        if any(row.problem for row in rows):
            said = [_("Nothing was saved: correct the marked cells.")]
            return self.page(request, **asked, rows=rows, problems=said)
        now = timezone.now()
        try:
            saved = save_edits(
                root, edits, seen=request.POST.get("seen", ""), by=user_of(request), at=now,
                on=timezone.localdate(now), again={again} if (again := number(request.POST.get("again"))) else (),
                equal_if_missing="equal" in request.POST,
            )  # fmt: skip
        except Refused as refused:
            return self.page(request, **asked, rows=rows, problems=refused.messages)
        except Overtaken as other:
            return self._overtaken(request, other, rows, asked)
        self._tell(request, saved)
        return HttpResponseRedirect(
            address(unit=root.unit, year=root.first_month.year, month=month, team=team)
        )

    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Break a month down to its people, or follow who came and went."""
        root = self.plan_of(request, pk)
        month = _month(request.POST.get("month", ""))
        asked: dict[str, Any] = {
            "root": root,
            "unit": root.unit,
            "year": root.first_month.year,
            "month": month,
        }
        if month is None or month.year != root.first_month.year:
            raise Http404
        now = timezone.now()
        try:
            saved = open_month(
                root, month, seen=request.POST.get("seen", ""), by=user_of(request), at=now,
                on=timezone.localdate(now), equal_if_missing="equal" in request.POST,
            )  # fmt: skip
        except Refused as refused:
            return self.page(request, **asked, problems=refused.messages)
        except Overtaken as other:
            return self._overtaken(request, other, [], asked)
        self._tell(request, saved)
        return HttpResponseRedirect(address(unit=root.unit, year=root.first_month.year, month=month))

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set the agents' targets of one month, or of every month that is broken down."""
        root = self.plan_of(request, pk)
        month = _month(request.POST.get("month", ""))
        year = root.first_month.year
        months = [month] if month else [date(year, number, 1) for number in range(1, 13)]
        asked: dict[str, Any] = {"root": root, "unit": root.unit, "year": year, "month": month}
        try:
            done = publish(
                root, months, seen=request.POST.get("seen", ""), by=user_of(request), on=timezone.localdate()
            )
        except Refused as refused:
            return self.page(request, **asked, problems=refused.messages)
        except Overtaken as other:
            return self._overtaken(request, other, [], asked)
        words = _("Targets of the agents: %(new)s new, %(changed)s changed, %(unchanged)s as they were.")
        counts = done.recorded
        messages.success(
            request,
            words % {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged},
        )
        if done.waiting and month is None:
            waits = _("Not broken down to agents yet, and not published: %(months)s.")
            messages.info(request, waits % {"months": "、".join(done.waiting)})
        return HttpResponseRedirect(address(unit=root.unit, year=year, month=month))

    def _place(self, request: HttpRequest, root: TargetNode) -> tuple[date | None, Unit | None]:
        """Return the month and team that are opened: of this plan, or none."""
        asked = request.POST if request.method == "POST" else request.GET
        month = _month(asked.get("month", ""))
        if month is None or month.year != root.first_month.year:
            return None, None
        team = Unit.objects.below(root.unit).filter(code=asked.get("team", "")[:40]).first()
        return month, team

    def _tell(self, request: HttpRequest, saved: Saved) -> None:
        if not saved.changed:
            messages.info(request, _("Nothing was changed."))
        moves = [(move.label, move.old_text, move.new_text, move.typed) for move in saved.moves[:MOVES_SHOWN]]
        request.session[TOLD] = {
            "moves": moves,
            "count": len(saved.moves),
            "said": saved.said,
            "changed": saved.changed,
        }

    def _overtaken(
        self, request: HttpRequest, other: Overtaken, rows: list[Row], asked: dict[str, Any]
    ) -> HttpResponse:
        """Show the plan as it is now, who changed it, and what was typed in vain."""
        words = _("%(name)s changed this plan at %(time)s, after you opened it. Nothing of yours was saved.")
        when = date_format(timezone.localtime(other.at), "Y-m-d H:i")
        problems = [words % {"name": other.by or "–", "time": when}]
        typed = [row for row in rows if row.text != f"{row.node.amount:,.2f}"]
        problems += [_("You typed: %(part)s %(amount)s") % {"part": r.label, "amount": r.text} for r in typed]
        asked["root"] = self.plan_of(request, asked["root"].pk)
        return self.page(request, **asked, problems=problems, status=409)

    def page(
        self,
        request: HttpRequest,
        root: TargetNode | None,
        *,
        unit: Unit | None,
        year: int,
        month: date | None = None,
        team: Unit | None = None,
        rows: list[Row] | None = None,
        problems: list[str] | None = None,
        status: int = 0,
    ) -> HttpResponse:
        """Return the page, with what was typed where `rows` are given."""
        if root is not None and month is None:
            month, team = self._place(request, root)
        shown = _rows(root, month=month, team=team, typed=rows or []) if root is not None else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Year plan"),
            "root": root,
            "rows": shown,
            "unit": unit,
            "units": self.units(request),
            "year": year,
            "years": sorted({*years_of(self.get_queryset(request)), year, *_near()}, reverse=True),
            "month": month,
            "team": team,
            "broken": month is not None and any(row.depth > 2 for row in shown),
            "seen": version_of(root) if root else "",
            "keys": TargetNode.Key.choices,
            "writes": unit is not None and self.writes(request, unit),
            "problems": problems or [],
            "told": request.session.pop(TOLD, None) if not problems else None,
            "overlaps": overlapping(root) if root else [],
        }
        code = status or (400 if problems else 200)
        return TemplateResponse(request, "admin/reviews/year/page.html", context, status=code)


def _rows(root: TargetNode, *, month: date | None, team: Unit | None, typed: list[Row]) -> list[Row]:
    """Return the rows as stored, with last year beside them, and with what was typed in vain in its place."""
    sales = last_year(root, on=timezone.localdate())
    rows = rows_of(shown_nodes(root, month=month, team=team), sales)
    kept = {row.node.pk: row for row in typed}
    for row in rows:
        if one := kept.get(row.node.pk):
            row.text, row.by_hand, row.key, row.problem = one.text, one.by_hand, one.key, one.problem
    return rows


def address(*, unit: Unit, year: int, month: date | None = None, team: Unit | None = None) -> str:
    """Return the page's address."""
    asked = {"year": str(year), "unit": unit.code}
    if month is not None:
        asked["month"] = f"{month:%Y-%m}"
    if team is not None:
        asked["team"] = team.code
    return f"{reverse('admin:reviews_targetnode_changelist')}?{urlencode(asked)}"


def _near() -> list[int]:
    year = timezone.localdate().year
    return [year - 1, year, year + 1]


def _year(text: str, *, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise Http404
    return int(text)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None
