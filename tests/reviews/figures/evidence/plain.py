"""The rule a second time, in plain Python and from the words of the specification: slow, short and apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

COMPANY = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class PlainChat:
    """A chat."""

    agent: str
    buyer: str
    begins: int
    ends: int
    answered: bool = True


@dataclass(frozen=True)
class PlainOrder:
    """A paid order."""

    buyer: str
    created: int
    paid: int
    amount: Decimal = Decimal("10.00")
    items: int = 1
    refund: Decimal = Decimal("0.00")


def day(seconds: int) -> str:
    """Return the company's day."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(COMPANY).date().isoformat()


def whose(buyer: str, moment: int, chats: list[PlainChat], window: int) -> str:
    """Return the agent a moment falls to, "" for silent."""
    mine = [chat for chat in chats if chat.buyer == buyer and chat.answered]
    inside = [chat for chat in mine if chat.begins <= moment <= chat.ends]
    before = [chat for chat in mine if moment - window <= chat.ends < moment]
    latest = max(inside or before, key=lambda chat: (chat.ends, chat.begins, chat.agent), default=None)
    return latest.agent if latest else ""


def figures(
    orders: list[PlainOrder], chats: list[PlainChat], mode: str, window: int
) -> dict[str, dict[str, object]]:
    """Return "account|day" → figures."""
    found: dict[str, dict[str, object]] = defaultdict(
        lambda: {
            "sales": Decimal("0.00"),
            "orders": 0,
            "items": 0,
            "buyers": set(),
            "refunded_orders": 0,
            "refund_amount": Decimal("0.00"),
            "assists": 0,
            "inquiries": set(),
            "paid_inquiries": set(),
        }
    )
    earned = []
    for order in orders:
        ordering = whose(order.buyer, order.created, chats, window)
        paying = whose(order.buyer, order.paid, chats, window)
        first, second = (paying, ordering) if mode == "pay_first" else (ordering, paying)
        earned.append((first or second, order))
        one = found[f"{first or second or 'silent'}|{day(order.paid)}"]
        one["sales"] += order.amount
        one["orders"] += 1
        one["items"] += order.items
        one["buyers"].add(order.buyer)
        one["refunded_orders"] += order.refund > 0
        one["refund_amount"] += order.refund
        if first and second and first != second:
            found[f"{second}|{day(order.paid)}"]["assists"] += 1
    for chat in chats:
        one = found[f"{chat.agent}|{day(chat.begins)}"]
        paid = [order.paid for order in orders if order.buyer == chat.buyer]
        if any(chat.begins - window <= moment <= chat.begins for moment in paid):
            continue
        one["inquiries"].add(chat.buyer)
        if any(
            agent == chat.agent
            and order.buyer == chat.buyer
            and chat.begins <= order.paid <= chat.begins + window
            for agent, order in earned
        ):
            one["paid_inquiries"].add(chat.buyer)
    return {
        key: {
            name: len(value)
            if isinstance(value, set)
            else str(value)
            if isinstance(value, Decimal)
            else value
            for name, value in one.items()
        }
        for key, one in found.items()
    }
