"""What delivers each input of a measure: figures of agents or shops, people's records, the calendar. Pure data.

Source: spec/data.md, "Fields, and which column fills them"; scorecard.md, "From the month's records to facts".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reviews.gaps import Place


class Kind(StrEnum):
    """Where an input comes from."""

    AGENT = "agent"  # columns of AgentFigures
    SHOP = "shop"  # columns of ShopFigures
    TARGETS = "targets"  # a kind of target
    ATTENDANCE = "attendance"
    PEOPLE = "people"  # checks, exams, summaries, events: entered by hand in their own place
    CALENDAR = "calendar"  # employment and leave, always there


@dataclass(frozen=True, slots=True)
class Feed:
    """One thing that can deliver an input: of figures all `fields` are needed."""

    kind: Kind
    fields: tuple[str, ...] = ()
    place: Place = Place.FIGURES


def _agent(*fields: str) -> Feed:
    return Feed(Kind.AGENT, fields)


def _shop(*fields: str) -> Feed:
    return Feed(Kind.SHOP, fields)


def _people(place: Place) -> Feed:
    return Feed(Kind.PEOPLE, place=place)


# Of several the first that is there counts, as the facts take it. An input of nothing has no feed yet.
FEEDS: Mapping[str, tuple[Feed, ...]] = {
    "sales": (_agent("sales"),),
    "net_sales": (_agent("sales", "refund_amount"),),
    "sales_target": (Feed(Kind.TARGETS, ("sales",), Place.TARGETS),),
    "previous_sales": (_agent("sales"),),
    "shop_sales": (_shop("sales"),),
    "previous_shop_sales": (_shop("sales"),),
    "shop_buyers": (_shop("buyers"),),
    "shop_orders": (_shop("orders"),),
    "shop_visitors": (_shop("visitors"),),
    "shop_agents_orders": (_agent("orders"),),
    "shop_refunded_orders": (_agent("refunded_orders"),),
    "shop_receptions": (_agent("receptions"),),
    "featured_sales": (_agent("featured_sales"),),
    "featured_target": (Feed(Kind.TARGETS, ("featured",), Place.TARGETS),),
    "orders": (_agent("orders"),),
    "items": (_agent("items"),),
    "refunded_orders": (_agent("refunded_orders"),),
    "refund_amount": (_agent("refund_amount"),),
    "consultations": (_agent("answered"), _agent("receptions")),
    "disputes": (_people(Place.EVENTS),),
    "praises": (_people(Place.EVENTS),),
    "team_orders": (_agent("orders"),),
    "team_buyers": (_agent("buyers"),),
    "team_sales": (_agent("sales"),),
    "team_headcount": (Feed(Kind.CALENDAR),),
    "response_seconds": (_agent("average_response_seconds"), _people(Place.CHECKS)),
    "first_response_seconds": (_agent("first_response_seconds"),),
    "service_attitude": (_people(Place.CHECKS),),
    "communication": (_people(Place.CHECKS),),
    "follow_up": (_people(Place.CHECKS),),
    "check_knowledge": (_people(Place.CHECKS),),
    "product_exam": (_people(Place.EXAMS),),
    "skills_exam": (_people(Place.EXAMS),),
    "work_summary": (_people(Place.SUMMARIES),),
    "inquiries": (_agent("inquiries"),),
    "paid_inquiries": (_agent("paid_inquiries"),),
    "buyers": (_agent("buyers"),),
    "receptions": (_agent("receptions"),),
    "unanswered": (_agent("unanswered"),),
    "late_or_absent": (Feed(Kind.ATTENDANCE, place=Place.ATTENDANCE),),
    "messages_in": (_agent("messages_in"),),
    "messages_out": (_agent("messages_out"),),
    "assists": (_agent("assists"),),
    "reminded_orders": (),
    "recovered_orders": (),
    "rated": (_agent("rated"),),
    "satisfied": (_agent("satisfied"),),
    "negative_reviews": (),
}

# Where a measure needs counts that no format of a shop has, what comes next. Source: data.md, "Fields".
NEXT_BEST: Mapping[str, str] = {
    "refund_rate": "refund_amount_rate",
    "order_share": "order_share_by_buyers",
    "conversion": "conversion_by_orders",
}
