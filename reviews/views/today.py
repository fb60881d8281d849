"""The back office's first page, the whole list, the counts of the menu, and the month's completeness as a part."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reviews.today.distribution import band_strip
from reviews.today.page import Today, Work, completeness_of, today_of, work_of
from reviews.today.strips import strip

FOLDER = "admin/reviews/today"
FIRST_YEAR, LAST_YEAR = 2000, 2099


def index_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the first page shows; the menu of this request shows the same counts."""
    work = _work(request)
    today = today_of(work, _month(request))
    return {"today": today, "bands": _bands(today), "shown": work.list.first_rows}


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Show all rows of the list."""
    work = _work(request)
    context = {**admin.site.each_context(request), "title": _("Waiting for me"), "work": work}
    return TemplateResponse(request, f"{FOLDER}/all.html", context, headers={"Cache-Control": "no-store"})


@require_safe
def badges(request: HttpRequest) -> HttpResponse:
    """Answer the counts of the menu by the address of their entry; the same list is behind them."""
    found = {}
    for name, count in _work(request).badges.items():
        try:
            found[reverse(name)] = count
        except NoReverseMatch:
            continue
    return JsonResponse({"counts": found}, headers={"Cache-Control": "no-store"})


@require_safe
def completeness(request: HttpRequest) -> HttpResponse:
    """Show how complete a month's figures are: the inside of the panel, which is fetched after the page."""
    found = completeness_of(request.user, timezone.now(), _month(request))
    if found is None:
        raise Http404
    strips = [(one, strip(one.states)) for one in found.strips]
    context = {"found": found, "strips": strips}
    return TemplateResponse(
        request, f"{FOLDER}/completeness.html", context, headers={"Cache-Control": "no-store"}
    )


def _work(request: HttpRequest) -> Work:
    """Return what waits for the reader, read once for a request and its menu."""
    work = work_of(request.user, timezone.now())
    request.__dict__["keji_badges"] = work.badges
    return work


def _bands(today: Today) -> Any:
    return band_strip(today.totals) if today.totals is not None and today.totals.bands else None


def _month(request: HttpRequest) -> date | None:
    """Return the month asked for, or None. Another text is no page."""
    text = request.GET.get("month", "")
    if not text:
        return None
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Http404
    return month
