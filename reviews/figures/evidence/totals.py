"""A month's figures from attributed orders, chats and refunds: sums and counts by account and day, in SQL."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum, Value

from reviews.figures.days import Span
from reviews.figures.evidence.earning import LONGEST_WINDOW, ORDER_FIRST, stretches, with_earner
from reviews.models import Chat, ShopOrder, ShopRefund
from staff.models import Shop

SILENT = ""
Place = tuple[str, date]
# What refund figures hold: money back for goods. Source: data.md, "Refunds", the default of refund_rate.
COUNTED_KINDS = (
    ShopRefund.Kind.BEFORE_SHIPMENT,
    ShopRefund.Kind.RETURN,
    ShopRefund.Kind.REFUND_ONLY,
)


@dataclass(slots=True)
class Totals:
    """Figures of one account, or of what was silent, on one day. CNY and counts; None is not known."""

    sales: Decimal = Decimal("0.00")
    orders: int = 0
    items: int | None = 0
    buyers: int = 0
    refunded_orders: int | None = 0
    refund_amount: Decimal | None = Decimal("0.00")
    assists: int = 0
    inquiries: int = 0
    paid_inquiries: int = 0
    receptions: int = 0


def needed_days(span: Span) -> tuple[date, date]:
    """Return the days whose orders must be attributed for the figures of a span: inquiries may pay later."""
    return span.first, span.last + timedelta(days=LONGEST_WINDOW)


def totals_of(shop: Shop, span: Span, mode: str) -> dict[Place, Totals]:
    """Return the figures of each account and day, "" for silent; a fixed number of queries.

    The orders must be attributed. Where no order of the span states items or refunds, these are not known.
    """
    found: dict[Place, Totals] = defaultdict(Totals)
    orders = _orders(shop, span)
    known = orders.aggregate(many=Count("pk"), items=Count("items"), refunds=Count("refund_amount"))
    earned = with_earner(orders, shop=shop, order_first=mode == ORDER_FIRST)
    _add_sales(found, earned)
    for account, day, many in (
        earned.exclude(helper="").values_list("helper", "paid_on").annotate(many=Count("pk")).order_by()
    ):
        found[account, day].assists = many
    _add_inquiries(found, shop, span, mode)
    for totals in found.values():
        if known["many"] and not known["items"]:
            totals.items = None
        if known["many"] and not known["refunds"]:
            totals.refunded_orders = totals.refund_amount = None
    return dict(found)


def _orders(shop: Shop, span: Span) -> Any:
    return ShopOrder.objects.filter(shop=shop, current=True, paid_on__gte=span.first, paid_on__lte=span.last)


def _add_sales(found: dict[Place, Totals], earned: Any) -> None:
    rows = earned.values_list("earner", "paid_on").annotate(
        sales=Sum("amount"),
        many=Count("pk"),
        of_items=Sum("items"),
        of_buyers=Count("buyer", distinct=True),
        refunded=Count("pk", filter=Q(refund_amount__gt=0)),
        refunds=Sum("refund_amount"),
    )
    for account, day, sales, many, items, buyers, refunded, refunds in rows.order_by():
        totals = found[account or SILENT, day]
        totals.sales, totals.orders, totals.items = sales, many, items or 0
        totals.buyers, totals.refunded_orders = buyers, refunded
        totals.refund_amount = refunds or Decimal("0.00")


def _add_inquiries(found: dict[Place, Totals], shop: Shop, span: Span, mode: str) -> None:
    """Count buyers who asked and had not paid within the window before, and those who paid within it after."""
    for stretch in stretches(shop, span.first, span.last):
        chats = Chat.objects.filter(
            shop=shop, current=True, begins_on__gte=stretch.first, begins_on__lte=stretch.last
        )
        paid = ShopOrder.objects.filter(shop=OuterRef("shop"), buyer=OuterRef("buyer"), current=True)
        before = paid.filter(
            paid__gte=OuterRef("begins") - Value(stretch.window), paid__lte=OuterRef("begins")
        )
        bought = paid.filter(
            paid__gte=OuterRef("begins"), paid__lte=OuterRef("begins") + Value(stretch.window)
        )
        earned: Any = with_earner(bought, shop=shop, order_first=mode == ORDER_FIRST)
        asking = ~Exists(before)
        rows = chats.values_list("account_name", "begins_on").annotate(
            receptions=Count("buyer", distinct=True),
            asked=Count("buyer", distinct=True, filter=Q(asking)),
            bought=Count(
                "buyer",
                distinct=True,
                filter=Q(asking) & Q(Exists(earned.filter(earner=OuterRef("account_name")))),
            ),
        )
        for account, day, receptions, asked, bought in rows.order_by():
            totals = found[account, day]
            totals.receptions, totals.inquiries, totals.paid_inquiries = receptions, asked, bought


@dataclass(frozen=True, slots=True)
class ShopTotals:
    """A shop's own figures of one day."""

    sales: Decimal
    orders: int
    buyers: int


def shop_totals(shop: Shop, span: Span) -> dict[date, ShopTotals]:
    """Return what the whole shop sold on each day with an order; one query."""
    rows = (
        _orders(shop, span)
        .values_list("paid_on")
        .annotate(sales=Sum("amount"), many=Count("pk"), of_buyers=Count("buyer", distinct=True))
    )
    return {day: ShopTotals(sales, many, buyers) for day, sales, many, buyers in rows.order_by()}


def refund_totals(shop: Shop, span: Span, *, order_first: Q | bool) -> dict[Place, tuple[int, Decimal]]:
    """Return refunded orders and amount by day of completion and the account that earned the order.

    Counted are refunds for goods, not price protection or goodwill; an order counts once, on the day
    of its first. Silent orders and orders that are not stored belong to no account and are left out.
    """
    refunds = ShopRefund.objects.filter(shop=shop, current=True, kind__in=COUNTED_KINDS)
    order = ShopOrder.objects.filter(shop=shop, current=True, number=OuterRef("order_number"))
    earned = with_earner(order, shop=shop, order_first=order_first)
    same = refunds.filter(order_number=OuterRef("order_number"))
    earlier = same.filter(
        Q(completed_on__lt=OuterRef("completed_on"))
        | Q(completed_on=OuterRef("completed_on"), pk__lt=OuterRef("pk"))
    )
    mine = refunds.filter(completed_on__gte=span.first, completed_on__lte=span.last)
    rows = (
        mine.annotate(whose=Subquery(earned.values("earner")[:1]), is_first=~Exists(earlier))
        .exclude(whose=None)
        .exclude(whose="")
        .values_list("whose", "completed_on")
        .annotate(many=Count("pk", filter=Q(is_first=True)), refunded=Sum("amount"))
    )
    return {(account, day): (many, amount) for account, day, many, amount in rows.order_by()}


def has_refund_sheet(shop: Shop, span: Span) -> bool:
    """Say whether refunds of a span come from a refund sheet."""
    refunds = ShopRefund.objects.filter(shop=shop, current=True)
    return refunds.filter(completed_on__gte=span.first, completed_on__lte=span.last).exists()


def as_json(found: dict[Place, Totals]) -> dict[str, dict[str, Any]]:
    """Return figures as "account|day", silent first, then by name and day: the form of `attribute`."""
    return {
        f"{account or 'silent'}|{day.isoformat()}": {
            "sales": str(totals.sales),
            "orders": totals.orders,
            "items": totals.items,
            "buyers": totals.buyers,
            "refunded_orders": totals.refunded_orders,
            "refund_amount": None if totals.refund_amount is None else str(totals.refund_amount),
            "assists": totals.assists,
            "inquiries": totals.inquiries,
            "paid_inquiries": totals.paid_inquiries,
        }
        for (account, day), totals in sorted(found.items())
    }
