"""Turning the order of sources of a shop, and going back to the shipped one."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from reviews.figures.counting import Order
from reviews.figures.formats import AGENT_SOURCES
from reviews.figures.ordering import known, turned_rules
from reviews.models import SourceOrder
from staff.models import Shop


@transaction.atomic
def put_first(shop: Shop, *, month: date | None, key: str, first: str) -> None:
    """Let a source count first for a field of a shop ("" for every field), in one month or in all.

    Figures are not touched: the next reading follows the new order. Raises ValidationError for a field or
    source that does not exist.
    """
    if not known(key, first):
        raise ValidationError(_("Choose a field and a source of the list."))
    Shop.objects.select_for_update().get(pk=shop.pk)
    rules = turned_rules(
        Order([shop.pk], AGENT_SOURCES).rules, shop_id=shop.pk, month=month, key=key, first=first
    )
    SourceOrder.objects.filter(shop=shop, month=month).delete()
    SourceOrder.objects.bulk_create(
        SourceOrder(shop=shop, month=month, field=field, source=source, rank=rank)
        for (_shop, of_month, field), ranks in rules.items()
        if of_month == month
        for source, rank in ranks.items()
    )


def put_back(shop: Shop, *, month: date | None) -> None:
    """Drop a shop's own order, of one month or of all that have none of their own."""
    SourceOrder.objects.filter(shop=shop, month=month).delete()
