"""The page of a month's commission bases, for HR and finance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from reviews.admin.figures import shops_of
from rewards.late_refunds import (
    NO_HOLDER,
    NO_ORDER,
    NOT_COMPUTED,
    SILENT,
    MonthBases,
    month_bases,
    people_shown,
)
from staff.access import scope_of
from staff.calendar import add_months
from staff.models import User
from staff.sheets.writing import Cell, xlsx_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS = 13
WHY: dict[str, str | Promise] = {
    SILENT: gettext_lazy("silent orders: the shop's own"),
    NOT_COMPUTED: gettext_lazy("not attributed to an account yet"),
    NO_HOLDER: gettext_lazy("the account belonged to nobody, or to several, when the order was paid"),
    NO_ORDER: gettext_lazy("the order is not among the imported ones"),
}


@require_GET
def commission_base(request: HttpRequest) -> HttpResponse:
    """Show a month's bases: sales, late refunds, what is left and what is carried on."""
    found = _found(request)
    today = timezone.localdate()
    context = {
        **admin.site.each_context(request),
        "title": _("Commission base"),
        "page": found,
        "months": [add_months(today, -number) for number in range(MONTHS)],
        "sums": {name: found.total(name) for name in ("sales", "carried_in", "late", "after", "carried_on")},
        "unassigned": [(str(WHY[one.why]), one) for one in found.unassigned],
        "finance_only": not scope_of(request.user, on=today).has("hr") and not request.user.is_superuser,
    }
    return TemplateResponse(request, "rewards/commission_base.html", context)


@require_GET
def commission_base_file(request: HttpRequest) -> HttpResponse:
    """Hand out a month's bases as a workbook: one row per late refund, one for people without any."""
    found = _found(request)
    headers = [
        _("Staff number"),
        _("Name"),
        _("Unit"),
        _("Sales, CNY"),
        _("Carried from before"),
        _("Late refunds"),
        _("Commission base"),
        _("Carried on"),
        _("Shop"),
        _("Order number"),
        _("Order's month"),
        _("Refund completed"),
        _("Refund amount"),
    ]
    answer = HttpResponse(xlsx_file(_("Commission base"), headers, _rows(found)), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="commission-base-{found.month:%Y-%m}.xlsx"'
    return answer


def _found(request: HttpRequest) -> MonthBases:
    """Return what the reader may see of the month asked for; other roles find no such page."""
    user, today = request.user, timezone.localdate()
    scope = scope_of(user, on=today)
    if not isinstance(user, User) or not (scope.superuser or scope.has("hr", "finance")):
        raise Http404
    try:
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        month = add_months(today.replace(day=1), -1)
    if not 2000 <= month.year <= 2099:
        raise Http404
    return month_bases(month, people=people_shown(user, month, on=today), shops=shops_of(request))


def _rows(found: MonthBases) -> Iterator[list[Cell]]:
    for row in found.rows:
        base = row.base
        sums = (base.sales, base.carried_in, base.late, base.after, base.carried_on)
        own: list[Cell] = [row.person.staff_no, row.person.name, row.unit, *map(_amount, sums)]
        if not row.refunds:
            yield [*own, *[None] * 5]
        for one in row.refunds:
            month = f"{one.order_month:%Y-%m}"
            yield [*own, one.shop, one.order_number, month, one.completed_on, _amount(one.amount)]


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
