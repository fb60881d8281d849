"""A row of evidence as it is stored: its columns, what makes it the same row, and how it is compared.

Moments become whole seconds since 1970 in UTC; days are the company's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.utils import timezone

from reviews.figures.evidence.buyers import hasher
from reviews.figures.evidence.formats import BUYER, UNANSWERED
from reviews.figures.formats import ACCOUNT, Kind
from reviews.models import Chat, RefundReason, ShopOrder, ShopRefund
from staff.models import Shop

Record = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """Where a kind of evidence goes. `key` columns make a row the same row, `compared` ones change it.

    `day` is the place of the day it stands on among the columns.
    """

    model: Any
    columns: tuple[str, ...]
    key: tuple[str, ...]
    compared: tuple[str, ...]
    find: Callable[[Sequence[Record]], dict[str, Any]]
    who: int
    day: int

    @property
    def near(self) -> str:
        """The column of the key that few rows share."""
        return BUYER if BUYER in self.key else self.key[0]

    @cached_property
    def key_of(self) -> Callable[[Record], Hashable]:
        """What makes a record the same row."""
        return itemgetter(*self.places(self.key))

    def places(self, names: Sequence[str]) -> list[int]:
        """Return where columns stand in a record."""
        return [self.columns.index(name) for name in names]


def _by_number(records: Sequence[Record]) -> dict[str, Any]:
    return {"number__in": [record[0] for record in records]}


def _by_buyer(records: Sequence[Record]) -> dict[str, Any]:
    begins = [record[2] for record in records]
    return {
        "buyer__in": list({record[1] for record in records}),
        "begins__gte": min(begins),
        "begins__lte": max(begins),
    }


_ORDER = ("number", BUYER, "created", "paid", "paid_on", "amount", "items", "refund_amount")
_REFUND = ("number", "order_number", "amount", "completed_on", "reason", "responsible", "intervened")

TABLES = {
    Kind.ORDERS: Table(
        ShopOrder,
        (*_ORDER, "status", "presale"),
        ("number",),
        (*_ORDER[1:], "status", "presale"),
        _by_number,
        who=0,
        day=4,
    ),
    Kind.CHATS: Table(
        Chat,
        ("account_name", BUYER, "begins", "ends", "begins_on", "answered"),
        ("account_name", BUYER, "begins"),
        ("ends", "answered"),
        _by_buyer,
        who=0,
        day=4,
    ),
    # Kind and nature follow from the reason, which HR may come to read otherwise: no change of the file.
    Kind.REFUNDS: Table(
        ShopRefund,
        (*_REFUND, "kind", "nature"),
        ("number",),
        _REFUND[1:],
        _by_number,
        who=0,
        day=3,
    ),
}


def recorder(kind: Kind, shop: Shop) -> Callable[[dict[str, Any]], Record]:
    """Return what turns the values of a row into its record."""
    return {Kind.ORDERS: _orders, Kind.CHATS: _chats, Kind.REFUNDS: _refunds}[kind](shop)


def _orders(shop: Shop) -> Callable[[dict[str, Any]], Record]:
    hashed, seconds = hasher(shop), _clock()

    def record(values: dict[str, Any]) -> Record:
        paid: datetime | None = values.get("paid")
        return (
            values["number"],
            hashed(values[BUYER]),
            seconds(values["created"]),
            seconds(paid) if paid else None,
            paid.date() if paid else None,
            values.get("amount"),
            values.get("items"),
            values.get("refund_amount"),
            values.get("status", ""),
            "presale" in values,
        )

    return record


def _chats(shop: Shop) -> Callable[[dict[str, Any]], Record]:
    hashed, seconds = hasher(shop), _clock()

    def record(values: dict[str, Any]) -> Record:
        begins: datetime = values["begins"]
        answered = values.get("state") != UNANSWERED
        buyer = hashed(values[BUYER])
        return values[ACCOUNT], buyer, seconds(begins), seconds(values["ends"]), begins.date(), answered

    return record


def _refunds(_shop: Shop) -> Callable[[dict[str, Any]], Record]:
    reasons = {reason.text: reason for reason in RefundReason.objects.all()}

    def record(values: dict[str, Any]) -> Record:
        completed: datetime = values["completed"]
        text = values.get("reason", "")
        known = reasons.get(text)
        return (
            values["number"],
            values["order_number"],
            values["amount"],
            completed.date(),
            text,
            values.get("responsible", ""),
            _stepped_in(values.get("intervention", "")),
            (known.kind if known else "") or kind_of(values),
            known.nature if known else ShopRefund.Nature.OPEN.value,
        )

    return record


def _clock() -> Callable[[datetime], int]:
    zone = timezone.get_default_timezone()

    def seconds(moment: datetime) -> int:
        return int(moment.replace(tzinfo=zone).timestamp())

    return seconds


def kind_of(values: dict[str, Any]) -> str:
    """Return a refund's kind by its reason's words, else by where the goods are and the stage of the sale."""
    reason, goods, stage = (values.get(name, "") for name in ("reason", "goods", "stage"))
    if any(word in reason for word in ("价保", "保价", "价格保护")):
        return ShopRefund.Kind.PRICE_PROTECTION.value
    if any(word in reason for word in ("补差", "差价", "补偿", "返现")):
        return ShopRefund.Kind.GOODWILL.value
    if "已退货" in goods:
        return ShopRefund.Kind.RETURN.value
    if "未发货" in goods or ("售中" in stage and "已收到" not in goods):
        return ShopRefund.Kind.BEFORE_SHIPMENT.value
    return ShopRefund.Kind.REFUND_ONLY.value


def _stepped_in(text: str) -> bool:
    return "介入" in text and "未" not in text and "无" not in text and "不" not in text


def from_database(row: Record) -> Record:
    """Return a stored row with its bytes as bytes: the two databases hand them out differently."""
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def shown(value: Any) -> str:
    """Return a stored value as people read it; moments in the company's time zone are made by the caller."""
    if value is None or value == "" or value is False:
        return "–"
    if value is True:
        return "✓"
    return value.isoformat() if isinstance(value, date) else str(value)
