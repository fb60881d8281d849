"""The matrix line × shop: which source feeds a plan's lines in each shop, and HR's way out of a red field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews import plans
from reviews.admin.figures import shops_of
from reviews.gaps import Place
from reviews.matrix.cells import Cell, cells_of
from reviews.matrix.imported import Imported, imported, last_month_with_figures
from reviews.matrix.inforce import sources_in_force
from reviews.matrix.places import shops_by_unit
from reviews.matrix.showing import Column, Row, columns_of, months_around, panel_of, rows_of
from reviews.models import LineSource, Plan, PlanAssignment, PlanVersion
from reviews.scoring.plan import Plan as CorePlan
from reviews.services import ways
from staff.access import scope_of
from staff.admin.base import ReadOnlyAdmin, user_of
from staff.models import Shop, Unit

FIRST_YEAR, LAST_YEAR = 2000, 2099
READERS = frozenset({"manager", "director", "general_office"})
ADDRESSES: Mapping[str, str] = {
    Place.CHECKS: "admin:reviews_spotcheck_changelist",
    Place.SUMMARIES: "admin:reviews_worksummary_changelist",
    Place.EVENTS: "admin:reviews_serviceevent_changelist",
    Place.EXAMS: "admin:training_exammark_changelist",
    Place.TARGETS: "admin:reviews_target_changelist",
    Place.ATTENDANCE: "admin:reviews_importbatch_changelist",
    Place.FIGURES: "admin:reviews_importbatch_changelist",
}


def shops_read(request: HttpRequest) -> QuerySet[Shop]:
    """Return the shops whose matrix the user may read: those looked after as HR or led; the general office all."""
    scope = scope_of(request.user, on=timezone.localdate())
    if scope.everything or scope.has("general_office"):
        return Shop.objects.order_by("pk")
    reach = Q(pk__in=[])
    for role in ("hr", "manager", "director"):
        for place in scope.roles.get(role, ()):
            reach |= Q(units__path__startswith=place)
    return Shop.objects.filter(reach).distinct().order_by("pk")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page shows: a plan's version, the month of the ways, the month of the figures."""

    plan: Plan
    version: PlanVersion
    month: date
    figures: date


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix, read once."""

    core: CorePlan
    columns: list[Column]
    rows: list[Row]
    have: Mapping[int, Imported]
    cells: Mapping[str, Mapping[int, Cell]]


@admin.register(LineSource)
class LineSourceAdmin(ReadOnlyAdmin):
    """What feeds each line of a plan in each shop."""

    readers: ClassVar[frozenset[str]] = READERS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the decisions of shops the user may read."""
        return super().get_queryset(request).filter(shop__in=shops_read(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the page's own act before Django's."""
        act = self.admin_site.admin_view(require_POST(self.set_view))
        return [path("set/", act, name="reviews_linesource_set"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the matrix of a plan, and one field open."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shops = list(shops_read(request))
        found = list(Plan.objects.order_by("pk"))
        asked = _asked(request, found, shops)
        matrix = _matrix(asked, shops) if asked and shops else None
        chosen = _chosen(request, matrix)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Matrix line × shop"),
            "opts": self.opts,
            "asked": asked,
            "plans": found,
            "matrix": matrix,
            "chosen": chosen,
            "months": months_around(asked.month, on=timezone.localdate()) if asked else [],
            "panel": self._panel(request, asked, matrix, chosen) if asked and matrix else None,
            "writes": set(shops_of(request).values_list("pk", flat=True)),
            "addresses": {place: reverse(name) for place, name in ADDRESSES.items()},
        }
        return TemplateResponse(request, "admin/reviews/matrix/matrix.html", context)

    def _panel(
        self, request: HttpRequest, asked: Asked, matrix: Matrix, chosen: Shop | None
    ) -> dict[str, Any] | None:
        code = request.GET.get("line", "")[:40]
        row = next((one for one in matrix.rows if one.code == code), None)
        if row is None or chosen is None:
            return None
        drawn = next(one for one in row.fields if one.shop == chosen)
        past = LineSource.objects.filter(shop=chosen, plan=asked.plan, line=code)
        past = past.select_related("set_by__person").order_by("-starts_on")
        panel = panel_of(matrix.core, drawn, matrix.have[chosen.pk], past=list(past))
        return {
            "open": panel,
            "starts_on": ways.first_open_month(chosen, asked.plan, asked.month),
        }

    def set_view(self, request: HttpRequest) -> HttpResponse:
        """Decide what feeds a line in a shop; HR of that shop only."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shop = get_object_or_404(shops_read(request), pk=_number(request.POST.get("shop")))
        if not shops_of(request).filter(pk=shop.pk).exists():
            raise PermissionDenied
        plan = get_object_or_404(Plan, code=request.POST.get("plan", "")[:40])
        code = request.POST.get("line", "")[:40]
        back: dict[str, str | int] = {
            "plan": plan.code,
            "shop": shop.pk,
            "month": request.POST.get("month", "")[:7],
        }
        try:
            decision = _decision(request, shop, plan)
            row = ways.set_way(shop, plan, code, decision, by=user_of(request))
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            back["line"] = code
        else:
            said = _(
                "Saved for %(shop)s from %(month)s on. Draft cards follow with the next run of the month."
            )
            messages.success(request, said % {"shop": shop.name, "month": f"{row.starts_on:%Y-%m}"})
            back["month"] = f"{max(row.starts_on, _month(back['month']) or row.starts_on):%Y-%m}"
        return HttpResponseRedirect(f"{reverse('admin:reviews_linesource_changelist')}?{urlencode(back)}")


def _number(text: str | None) -> int:
    if text is None or not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)


def _month(text: str | int | None) -> date | None:
    """Return a month of our time, None for what is none."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None


def _decision(request: HttpRequest, shop: Shop, plan: Plan) -> ways.Decision:
    """Return what the form says; without a month the first that no submitted card stands in the way of."""
    way, _colon, measure = request.POST.get("way", "").partition(":")
    given = request.POST.get("starts_on", "")[:7]
    starts_on = _month(given)
    if starts_on is None and given:
        raise ValidationError(_("The month is written like 2026-10."))
    if starts_on is None:
        asked = _month(request.POST.get("month", "")[:7]) or timezone.localdate().replace(day=1)
        starts_on = ways.first_open_month(shop, plan, asked)
    return ways.Decision(way, request.POST.get("reason", "")[:400], starts_on, measure[:40])


def _asked(request: HttpRequest, found: list[Plan], shops: list[Shop]) -> Asked | None:
    """Return the plan, its version and the months asked for; what is not known falls back to the first."""
    on = timezone.localdate()
    figures = last_month_with_figures([shop.pk for shop in shops], on=on)
    month = _month(request.GET.get("month", "")[:7]) or figures
    code = request.GET.get("plan", "")[:40]
    for plan in sorted(found, key=lambda one: one.code != code):
        version = plans.version_in_force(plan, on=max(month, on)) or plan.versions.order_by("-number").first()
        if version is not None:
            return Asked(plan, version, month, min(month, figures))
    return None


def _matrix(asked: Asked, shops: list[Shop]) -> Matrix:
    core = plans.to_core(asked.version)
    ids = [shop.pk for shop in shops]
    have = imported(ids, asked.figures)
    cells = cells_of(core, have, sources_in_force(asked.month, shop_ids=ids))
    later: dict[tuple[int, str], LineSource] = {}
    rows = LineSource.objects.filter(shop__in=ids, plan=asked.plan, starts_on__gt=asked.month)
    for row in rows.order_by("-starts_on"):
        later[row.shop_id, row.line] = row
    columns = columns_of(shops, have, cells, used=_using(asked.plan))
    return Matrix(core, columns, rows_of(core, columns, have, cells, later=later), have, cells)


def _using(plan: Plan) -> frozenset[int]:
    """Return the shops in which the plan is assigned to a unit above, at or below the shop's."""
    units = dict(Unit.objects.values_list("pk", "path"))
    assigned = [
        units[pk] for pk in PlanAssignment.objects.filter(plan=plan).values_list("unit_id", flat=True)
    ]
    return frozenset(
        shop
        for unit, shop in shops_by_unit().items()
        if any(units[unit].startswith(above) for above in assigned)
    )


def _chosen(request: HttpRequest, matrix: Matrix | None) -> Shop | None:
    """Return the shop asked for, which a phone shows alone; else the first."""
    if matrix is None or not matrix.columns:
        return None
    text = request.GET.get("shop", "")
    if not text:
        return matrix.columns[0].shop
    return next((one.shop for one in matrix.columns if str(one.shop.pk) == text), None) or _missing()


def _missing() -> Shop:
    raise Http404
