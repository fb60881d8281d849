"""Makers of orders and refunds as an import leaves them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reviews.models import ImportBatch, ImportFile, ShopOrder, ShopRefund
from staff.models import Shop


def file_of(shop: Shop) -> ImportFile:
    """The file of an applied batch, made once per shop."""
    found = ImportFile.objects.filter(batch__shop=shop, name="evidence").first()
    if found is None:
        batch = ImportBatch.objects.create(shop=shop, state="applied", applied_at=timezone.now())
        found = ImportFile.objects.create(batch=batch, name="evidence", sha256="0" * 64)
    return found


def refund(shop: Shop, number: str, **changed: Any) -> ShopRefund:
    """A return of 100 CNY, completed on 5 December 2026."""
    file = file_of(shop)
    given = {
        "order_number": f"O{number}",
        "amount": Decimal(100),
        "completed_on": date(2026, 12, 5),
        "kind": "return",
        "reason": "质量问题",
        "current": True,
        **changed,
    }
    return ShopRefund.objects.create(batch=file.batch, file=file, row=1, shop=shop, number=number, **given)


def order(shop: Shop, number: str, *, paid_on: date = date(2026, 11, 11), **changed: Any) -> ShopOrder:
    """An order of 100 CNY paid at noon of 11 November 2026."""
    file = file_of(shop)
    noon = int(timezone.make_aware(datetime.combine(paid_on, time(12))).timestamp())
    given = {
        "created": noon - int(timedelta(minutes=5).total_seconds()),
        "paid": noon,
        "paid_on": paid_on,
        "amount": Decimal(100),
        "current": True,
        **changed,
    }
    return ShopOrder.objects.create(batch=file.batch, file=file, row=1, shop=shop, number=number, **given)
