"""The figures that are stored, by what they are: counts and amounts add up, averages and rates need a base."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

COUNTS: dict[str, str | Promise] = {
    "consulted": _("Consulted"),
    "inquiries": _("Inquiries"),
    "receptions": _("Receptions"),
    "answered": _("Answered"),
    "unanswered": _("Unanswered"),
    "paid_inquiries": _("Paid inquiries"),
    "buyers": _("Buyers"),
    "orders": _("Orders"),
    "items": _("Items"),
    "refunded_orders": _("Refunded orders"),
    "slow_responses": _("Slow responses"),
    "messages_in": _("Messages in"),
    "messages_out": _("Messages out"),
    "satisfied": _("Satisfied"),
    "rated": _("Rated"),
    "assists": _("Assists"),
    "transfers_out": _("Transfers out"),
}
AMOUNTS: dict[str, str | Promise] = {
    "sales": _("Sales"),
    "featured_sales": _("Featured-product sales"),
    "refund_amount": _("Refund amount"),
}
AVERAGES: dict[str, str | Promise] = {
    "first_response_seconds": _("First response (s)"),
    "average_response_seconds": _("Average response (s)"),
}
RATES: dict[str, str | Promise] = {
    "satisfaction_rate": _("Satisfaction rate"),
    "reply_rate": _("Reply rate"),
    "answer_ratio": _("Answer ratio"),
}
AGENT_FIELDS: dict[str, str | Promise] = {**COUNTS, **AMOUNTS, **AVERAGES, **RATES}
SHOP_FIELDS: dict[str, str | Promise] = {
    "visitors": _("Visitors"),
    "buyers": _("Paying buyers"),
    "orders": _("Orders"),
    "sales": _("Sales"),
    "silent_sales": _("Silent sales"),
    "silent_orders": _("Silent orders"),
}
EVIDENCE_FIELDS: dict[str, str | Promise] = {
    "amount": _("paid amount"),
    "created": pgettext_lazy("order", "created"),
    "paid": pgettext_lazy("order", "paid"),
    "paid_on": pgettext_lazy("order", "paid on"),
    "status": pgettext_lazy("order", "state"),
    "presale": _("presale"),
    "ends": pgettext_lazy("chat", "ends"),
    "answered": pgettext_lazy("chat", "answered"),
    "order_number": _("order number"),
    "completed_on": _("completed on"),
    "reason": pgettext_lazy("refund", "reason"),
    "responsible": _("responsible"),
    "intervened": _("platform intervened"),
}
LABELS = {**EVIDENCE_FIELDS, **SHOP_FIELDS, **AGENT_FIELDS}

# What an average or a rate weighs by, the first that is there. Source: data.md, after the table of fields.
BASES = ("receptions", "answered", "inquiries")
# The parts that rates are recomputed from: part and whole; a reply rate is 1 less its share.
PARTS = {
    "reply_rate": ("unanswered", "receptions"),
    "satisfaction_rate": ("satisfied", "rated"),
    "answer_ratio": ("messages_out", "messages_in"),
}


def shown_value(name: str, value: int | Decimal | None) -> str:
    """Return a field's value as people read it: grouped, rates in percent, no idle zeros."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if name in RATES:
        return f"{(value * 100).normalize():f}%"
    return f"{value:,.2f}" if name in AMOUNTS or name in SHOP_FIELDS else f"{value.normalize():f}"
