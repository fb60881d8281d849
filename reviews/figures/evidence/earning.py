"""Which account an order's creation and payment fall to, and which of the two earns the sale. All of it in SQL.

Source: data.md, "From orders and chats to figures".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Collate

from reviews.figures.days import month_span
from reviews.figures.formats import COMPUTED, REFUND_SHEET
from reviews.models import AgentFigures, Chat, Promotion, ShopOrder
from staff.models import Shop

DAY_SECONDS = 86_400
LONGEST_WINDOW = 15  # days, by the constraints of shops and promotions
PAY_FIRST, ORDER_FIRST = "pay_first", "order_first"
# Text by code point, on both databases and whatever the locale: bytes of UTF-8 sort like that.
COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which one attribution window holds, in seconds."""

    first: date
    last: date
    window: int


def stretches(shop: Shop, first: date, last: date) -> list[Stretch]:
    """Return the days between two as stretches of one window: the shop's, or a promotion's on its days.

    Where promotions overlap the longest window holds.
    """
    promotions = list(
        Promotion.objects.filter(shop=shop, first_day__lte=last, last_day__gte=first).values_list(
            "first_day", "last_day", "window_days"
        )
    )
    found: list[Stretch] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        inside = [days for start, end, days in promotions if start <= day <= end]
        window = max(inside, default=shop.attribution_days) * DAY_SECONDS
        if found and found[-1].window == window:
            found[-1] = Stretch(found[-1].first, day, window)
        else:
            found.append(Stretch(day, day, window))
    return found


def attribute(shop: Shop, first: date, last: date, *, tick: Callable[[], None] = lambda: None) -> None:
    """Write on each order paid between two days whose chat its creation and its payment fell to.

    An empty name is silent. One statement for each day with orders, so that no lock is held long. Orders
    whose buyer is forgotten stay as they are.
    """
    for stretch in stretches(shop, first, last):
        orders = ShopOrder.objects.filter(
            shop=shop,
            current=True,
            paid_on__gte=stretch.first,
            paid_on__lte=stretch.last,
            buyer__isnull=False,
        )
        days = orders.order_by("paid_on").values_list("paid_on", flat=True).distinct()
        for day in list(days):
            orders.filter(paid_on=day).update(
                ordering_account=_latest_chat("created", stretch.window),
                paying_account=_latest_chat("paid", stretch.window),
            )
            tick()


def _latest_chat(moment: str, window: int) -> Coalesce:
    """Return the account of the chat that a moment of an order falls to.

    A chat that contains the moment ends at or after it, so it sorts before all that ended earlier: one
    order by end, begin and name says both rules.
    """
    chats = Chat.objects.filter(
        shop=OuterRef("shop"),
        buyer=OuterRef("buyer"),
        current=True,
        answered=True,
        begins__lte=OuterRef(moment),
        ends__gte=OuterRef(moment) - Value(window),
    )
    name = Collate(F("account_name"), COLLATIONS[connection.vendor])
    latest = chats.order_by("-ends", "-begins", name.desc()).values("account_name")[:1]
    return Coalesce(Subquery(latest), Value(""))


def with_earner(orders: QuerySet[ShopOrder], *, shop: Shop, order_first: Q | bool) -> QuerySet[Any]:
    """Add who earns each order (`earner`) and who has an assist (`helper`); empty is silent, or nobody.

    `order_first` says for which orders the ordering agent goes first: all, none, or those of a condition.
    Presale orders of promotions with the deposit rule always do.
    """
    deposit = deposit_orders(shop)
    if order_first is True:
        lead, follow = _account("ordering"), _account("paying")
    else:
        first = deposit if order_first is False else deposit | order_first
        lead = Case(When(first, then="ordering_account"), default="paying_account", output_field=CharField())
        follow = Case(
            When(first, then="paying_account"), default="ordering_account", output_field=CharField()
        )
    helps = ~Q(lead="") & ~Q(follow="") & ~Q(lead=F("follow"))
    return orders.annotate(lead=lead, follow=follow).annotate(
        earner=Case(When(lead="", then="follow"), default="lead", output_field=CharField()),
        helper=Case(When(helps, then="follow"), default=Value(""), output_field=CharField()),
    )


def _account(which: str) -> Case:
    return Case(default=f"{which}_account", output_field=CharField())


def deposit_orders(shop: Shop) -> Q:
    """Return which orders follow the presale rule: the deposit's agent earns, the balance's assists."""
    days = Promotion.objects.filter(shop=shop, presale=Promotion.Presale.DEPOSIT)
    spans = [Q(paid_on__range=span) for span in days.values_list("first_day", "last_day")]
    return Q(presale=True) & _any_of(spans)


def _any_of(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def mode_of(shop: Shop, month: date) -> str:
    """Return the mode a month is computed in: the one its imported files state, else the shop's."""
    last = month_span(month.year, month.month).last
    rows = AgentFigures.objects.filter(shop=shop, current=True, first_day__lte=last, last_day__gte=month)
    stated = rows.exclude(source__in=[COMPUTED, REFUND_SHEET]).filter(file__mode_named=True)
    return stated.values_list("file__mode", flat=True).first() or shop.attribution_mode


def order_first_days(shop: Shop) -> Q | bool:
    """Return which of a shop's orders stand in months of the mode "ordering agent first"."""
    stated = AgentFigures.objects.filter(shop=shop, current=True, file__mode_named=True)
    stated = stated.exclude(source__in=[COMPUTED, REFUND_SHEET])
    modes = {
        day.replace(day=1): mode
        for day, mode in stated.order_by().values_list("first_day", "file__mode").distinct()
    }
    other = PAY_FIRST if shop.attribution_mode == ORDER_FIRST else ORDER_FIRST
    spans = [month_span(month.year, month.month) for month, mode in modes.items() if mode == other]
    differing = _any_of(Q(paid_on__range=(span.first, span.last)) for span in spans)
    if not spans:
        return shop.attribution_mode == ORDER_FIRST
    return ~differing if shop.attribution_mode == ORDER_FIRST else differing
