"""Shops that have imported some formats, straight into rows: each format fills the fields its table names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reviews.figures.fields import AMOUNTS, COUNTS, SHOP_FIELDS
from reviews.models import AgentFigures, ShopFigures
from staff.models import PlatformAccount, Shop
from tests.reviews import month_data as data

OCTOBER = data.OCTOBER
# What each source fills. Source: spec/data.md, "Fields, and which column fills them".
FILLS = {
    "qianniu_results": (
        "inquiries", "paid_inquiries", "sales", "refund_amount", "first_response_seconds",
        "average_response_seconds", "satisfaction_rate", "reply_rate",
    ),
    "qianniu_service": (
        "consulted", "receptions", "answered", "unanswered", "first_response_seconds",
        "average_response_seconds", "reply_rate", "answer_ratio",
    ),
    "qianniu_accounts": (
        "consulted", "answered", "inquiries", "buyers", "orders", "items", "sales", "refund_amount",
    ),
    "chitu_report": (
        "consulted", "receptions", "answered", "unanswered", "inquiries", "paid_inquiries", "buyers", "orders",
        "items", "sales", "first_response_seconds", "average_response_seconds", "reply_rate", "answer_ratio",
    ),
    "chitu_presales": (
        "receptions", "inquiries", "paid_inquiries", "sales", "first_response_seconds",
        "average_response_seconds", "reply_rate", "assists",
    ),
    "jingmai": ("inquiries", "receptions", "average_response_seconds"),
    "computed": (
        "inquiries", "receptions", "paid_inquiries", "buyers", "orders", "items", "sales", "refund_amount",
        "refunded_orders", "assists",
    ),
    "shop_days": ("visitors", "buyers", "orders", "sales"),
}  # fmt: skip


def value_of(name: str) -> Any:
    """A plausible figure."""
    if name in AMOUNTS:
        return Decimal("300.00") if name != "refund_amount" else Decimal("1.50")
    return 20 if name in COUNTS or name in SHOP_FIELDS else Decimal("0.5")


def imports(account: PlatformAccount, *sources: str, days: int = 31, month: date = OCTOBER) -> None:
    """Let an account's shop have imported some sources, on the first days of a month."""
    file = data.import_file(account.shop)
    for source in sources:
        names = FILLS[source]
        if source == "shop_days":
            shop_days(account.shop, *names, days=days, month=month)
            continue
        AgentFigures.objects.bulk_create(
            data.day_row(
                account,
                month + timedelta(days=number),
                file=file,
                source=source,
                **{name: value_of(name) for name in names},
            )
            for number in range(days)
        )


def shop_days(shop: Shop, *names: str, days: int = 31, month: date = OCTOBER) -> None:
    """The shop's own figures on the first days of a month: only the columns named."""
    file = data.import_file(shop)
    ShopFigures.objects.bulk_create(
        ShopFigures(
            batch=file.batch,
            file=file,
            row=1,
            shop=shop,
            source="shop_days",
            first_day=month + timedelta(days=number),
            last_day=month + timedelta(days=number),
            current=True,
            **{name: value_of(name) if name != "visitors" else 2000 for name in names},
        )
        for number in range(days)
    )


@pytest.fixture
def november(monkeypatch):
    """Everything happens on 2 November 2026."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: date(2026, 11, 2))
