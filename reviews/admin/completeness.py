"""HR's calendar of figures: which are there, which are not, and the ways out of a gap."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.completeness.details import Opened, opened
from reviews.completeness.monthly import items_of
from reviews.completeness.page import SHOPS_A_PAGE, calendar_of
from reviews.models import FigureExcuse
from reviews.services import excuses
from staff.admin.base import ReadOnlyAdmin, user_of
from staff.calendar import add_months
from staff.models import PlatformAccount, Shop
from staff.services import shops_looked_after

FOLDER = "admin/reviews/completeness"
HERE = "admin:reviews_figureexcuse_changelist"


@admin.register(FigureExcuse)
class FigureExcuseAdmin(ReadOnlyAdmin):
    """The calendar, its cells, and HR's word that a day is rightly empty."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the excuses of shops the user looks after."""
        return super().get_queryset(request).filter(shop__in=_shops(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the cells and what is said of them."""
        wrap = self.admin_site.admin_view
        own = [
            path("cell/", wrap(self.cell_view), name="reviews_figureexcuse_cell"),
            path("excuse/", wrap(require_POST(self.excuse_view)), name="reviews_figureexcuse_excuse"),
            path(
                "<int:pk>/withdraw/",
                wrap(require_POST(self.withdraw_view)),
                name="reviews_figureexcuse_withdraw",
            ),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a month of the shops the user looks after."""
        self._require(request)
        today = timezone.localdate()
        month = _month(request, today)
        shops = _shops(request).order_by("name", "pk")
        chosen = (
            get_object_or_404(shops, pk=_number(request.GET["shop"])) if request.GET.get("shop") else None
        )
        wanted = [chosen] if chosen else list(shops)
        pages = Paginator(wanted, SHOPS_A_PAGE)
        page = pages.get_page(request.GET.get("page"))
        gaps = request.GET.get("gaps") == "1"
        keep = {"month": f"{month:%Y-%m}"} | ({"shop": chosen.pk} if chosen else {})
        return self._page(
            request,
            "calendar.html",
            title=_("Completeness of figures"),
            month=month,
            before=add_months(month, -1),
            after=add_months(month, 1) if month < today.replace(day=1) else None,
            calendar=calendar_of(list(page.object_list), month, today=today, gaps=gaps),
            items=items_of([shop.pk for shop in wanted], month, at=timezone.now()),
            shops=shops,
            chosen=chosen,
            page=page,
            gaps=gaps,
            of_shop=urlencode({"shop": chosen.pk}) if chosen else "",
            query=urlencode(keep),
        )

    def cell_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a cell holds: a page of its own, or its inside for the calendar's dialog."""
        self._require(request)
        cell = self._opened(request, request.GET)
        part = request.headers.get("X-Keji-Part") == "1"
        return self._page(
            request,
            "part.html" if part else "cell.html",
            title=_("Completeness of figures"),
            opened=cell,
            month=cell.cell.day.replace(day=1),
        )

    def excuse_view(self, request: HttpRequest) -> HttpResponse:
        """Keep HR's word that a day, or an account's day, is rightly empty."""
        self._require(request)
        cell = self._opened(request, request.POST)
        account = None
        if request.POST.get("account"):
            accounts = PlatformAccount.objects.filter(shop=cell.shop)
            account = get_object_or_404(accounts, pk=_number(request.POST["account"]))
        try:
            made = excuses.excuse(
                cell.shop,
                source=cell.source,
                day=cell.cell.day,
                account=account,
                reason=request.POST.get("reason", ""),
                by=user_of(request),
                today=timezone.localdate(),
            )
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            self.log_addition(request, made, made.reason)
            messages.success(request, _("Noted: nothing is expected there."))
        return redirect(_address(cell))

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take that word back."""
        self._require(request)
        said = get_object_or_404(self.get_queryset(request).select_related("shop"), pk=pk)
        query = urlencode({"shop": said.shop_id, "source": said.source, "day": said.day.isoformat()})
        self.log_deletions(request, self.get_queryset(request).filter(pk=pk))
        excuses.withdraw(said)
        messages.success(request, _("Taken back: the figures are expected again."))
        return redirect(f"{reverse('admin:reviews_figureexcuse_cell')}?{query}")

    def change_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """An excuse has no page of its own: it stands in its cell."""
        raise Http404

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404

    def _opened(self, request: HttpRequest, asked: Any) -> Opened:
        shop = get_object_or_404(_shops(request), pk=_number(asked.get("shop")))
        try:
            day = date.fromisoformat(asked.get("day", ""))
        except ValueError:
            raise Http404 from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Http404
        cell = opened(shop, asked.get("source", ""), day, today=timezone.localdate())
        if cell is None:
            raise Http404
        return cell

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        base = self.admin_site.each_context(request)
        return TemplateResponse(
            request, f"{FOLDER}/{template}", {**base, **context}, headers={"Cache-Control": "no-store"}
        )


def _shops(request: HttpRequest) -> QuerySet[Shop]:
    return shops_looked_after(request.user, on=timezone.localdate())


def _address(cell: Opened) -> str:
    day = cell.cell.day.isoformat()
    query = urlencode({"shop": str(cell.shop.pk), "source": cell.source, "day": day})
    return f"{reverse('admin:reviews_figureexcuse_cell')}?{query}"


def _month(request: HttpRequest, today: date) -> date:
    """Return the month asked for; without one this month, before its 6th the one that is being closed."""
    text = request.GET.get("month", "")
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        if text:
            raise Http404 from None
        month = today.replace(day=1)
        return add_months(month, -1) if today.day <= CLOSING else month
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Http404
    return month


CLOSING = 5
FIRST_YEAR, LAST_YEAR = 2000, 2099


def _number(text: str | None) -> int:
    """Return a key from a form or address; 0, which no row has, where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0
