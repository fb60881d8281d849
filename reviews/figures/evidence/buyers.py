"""A buyer's account as a keyed hash: chats and orders of one buyer meet, and nobody can read who it is."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from reviews.models import Chat, ShopOrder
from reviews.models.orders import BUYER_BYTES
from staff.models import Shop

CHUNK = 2_000
MARGIN_DAYS = 15  # the longest attribution window: what a month kept in full may still need from before it


def hasher(shop: Shop) -> Callable[[str], bytes]:
    """Return what turns a buyer's account, trimmed and unwrapped, into 16 bytes that hold in this shop only."""
    key = hmac.digest(settings.BUYER_KEY, f"shop {shop.pk}".encode(), "sha256")

    def hashed(buyer: str) -> bytes:
        return hmac.digest(key, buyer.encode(), "sha256")[:BUYER_BYTES]

    return hashed


def is_masked(buyer: str) -> bool:
    """Say whether a platform has hidden the name: no account may hold an asterisk."""
    return "*" in buyer


def forget(*, on: date) -> int:
    """Forget buyers that no computation needs any more; return how many rows that touched.

    Months are kept or forgotten whole, with the window before the oldest one that is kept: so a month
    can either be computed again in full or not at all. Orders stay with what they earned, chats go.
    """
    oldest_kept = (on - timedelta(days=settings.BUYER_DAYS)).replace(day=1)
    before = oldest_kept - timedelta(days=MARGIN_DAYS)
    moment = _first_second(before)
    orders = ShopOrder.objects.filter(buyer__isnull=False).filter(
        Q(paid_on__lt=before) | Q(paid_on=None, created__lt=moment)
    )
    touched = _in_chunks(orders, lambda keys: ShopOrder.objects.filter(pk__in=keys).update(buyer=None))
    chats = Chat.objects.filter(begins_on__lt=before)
    return touched + _in_chunks(chats, lambda keys: Chat.objects.filter(pk__in=keys).delete()[0])


def _first_second(day: date) -> int:
    from_epoch = day - date(1970, 1, 1)
    return from_epoch.days * 86_400


def _in_chunks(rows: Any, act: Callable[[list[int]], int]) -> int:
    touched = 0
    while keys := list(rows.values_list("pk", flat=True)[:CHUNK]):
        touched += act(keys)
    return touched


def forgotten(shop: Shop, *, first: date, last: date) -> bool:
    """Say whether buyers of orders paid between two days have been forgotten: no computing again then."""
    paid = ShopOrder.objects.filter(shop=shop, current=True, paid_on__gte=first, paid_on__lte=last)
    return paid.filter(buyer=None).exists()
