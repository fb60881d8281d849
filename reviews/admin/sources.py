"""HR's page of the order of sources: what counts first for each field, what another order would change."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.admin.figures import said, shops_of
from reviews.figures import ordering
from reviews.figures.counting import SHOPS_OWN
from reviews.figures.profiles.registry import source_labels
from reviews.models import SourceOrder
from reviews.services import sources
from staff.admin.base import ReadOnlyAdmin
from staff.models import Shop

FIRST_YEAR, LAST_YEAR = 2000, 2099
TEMPLATE = "admin/reviews/figures/sources.html"


@admin.register(SourceOrder)
class SourceOrderAdmin(ReadOnlyAdmin):
    """Which source counts where two fill the same field; without rows the shipped order holds."""

    list_display: ClassVar = ["shop", "month", "field", "source", "rank"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return those of shops the user looks after."""
        return super().get_queryset(request).filter(shop__in=shops_of(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the page's own actions before Django's."""
        wrap = self.admin_site.admin_view
        own = [
            path("turn/", wrap(require_POST(self.turn_view)), name="reviews_sourceorder_turn"),
            path("back/", wrap(require_POST(self.back_view)), name="reviews_sourceorder_back"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the order that holds; with a field and a source what would change if that came first."""
        self._require(request)
        shops = list(shops_of(request).order_by("name"))
        shop = _shop(request, request.GET) if request.GET.get("shop") else next(iter(shops), None)
        month = _month(request.GET)
        context: dict[str, Any] = {"shops": shops, "shop": shop, "month": month}
        if shop is not None:
            context |= _orders(shop, month)
            context |= _effect(shop, month, request.GET, context["every"])
        base = self.admin_site.each_context(request)
        return TemplateResponse(request, TEMPLATE, {**base, "title": _("Order of sources"), **context})

    def turn_view(self, request: HttpRequest) -> HttpResponse:
        """Let a source count first."""
        self._require(request)
        shop, month = _shop(request, request.POST), _month(request.POST)
        key, first = request.POST.get("field", ""), request.POST.get("first", "")
        try:
            sources.put_first(shop, month=month, key=key, first=first)
        except ValidationError as refused:
            messages.error(request, said(refused))
        else:
            text = _("%(source)s counts first now, from the next computation on.")
            messages.success(request, text % {"source": source_labels()[first]})
        return _back_to(shop, month)

    def back_view(self, request: HttpRequest) -> HttpResponse:
        """Go back to the order before."""
        self._require(request)
        shop, month = _shop(request, request.POST), _month(request.POST)
        sources.put_back(shop, month=month)
        messages.success(
            request,
            _("The month follows the shop's order again.") if month else _("The shipped order holds again."),
        )
        return _back_to(shop, month)

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


Every = list[tuple[str, str, list[tuple[str, str]]]]


def _orders(shop: Shop, month: date | None) -> dict[str, Any]:
    """Return what holds now: the fields that several sources fill, the agents' and the shop's own."""
    fields = ordering.order_of(shop, month)
    every: Every = [
        (ordering.EVERY, _("every field of the agents"), ordering.sources_of(fields, own=False)),
        (SHOPS_OWN, _("every field of the shop itself"), ordering.sources_of(fields, own=True)),
    ]
    return {
        "fields": fields,
        "months": sorted({*ordering.months_of(shop), *([month] if month else [])}, reverse=True),
        "looked_at": month or ordering.latest_month(shop),
        "has_rules": ordering.has_rules(shop, month),
        "every": [one for one in every if len(one[2]) > 1],
    }


def _effect(shop: Shop, month: date | None, given: QueryDict, every: Every) -> dict[str, Any]:
    """Return what would change if the source that was asked for came first; nothing where none was."""
    key, first = given.get("field", ""), given.get("first", "")
    if not first or not ordering.known(key, first):
        return {}
    words = {value: label for value, label, _found in every}
    return {
        "key": key,
        "first": first,
        "first_label": source_labels()[first],
        "field_label": ordering.label_of(key) or words.get(key, ""),
        "effect": ordering.effect_of(shop, month, key=key, first=first),
    }


def _shop(request: HttpRequest, given: QueryDict) -> Shop:
    number = given.get("shop", "")
    key = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    found: Shop = get_object_or_404(shops_of(request), pk=key)
    return found


def _month(given: QueryDict) -> date | None:
    """Return the month that is meant, None for every month. Raises Http404 where it is none."""
    text = given.get("month", "")
    try:
        month = date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        raise Http404 from None
    if month is not None and not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Http404
    return month


def _back_to(shop: Shop, month: date | None) -> HttpResponseRedirect:
    query = QueryDict(mutable=True)
    query.update({"shop": str(shop.pk), "month": f"{month:%Y-%m}" if month else ""})
    return HttpResponseRedirect(f"{reverse('admin:reviews_sourceorder_changelist')}?{query.urlencode()}")
