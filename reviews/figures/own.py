"""Our own sheets as tables: what `templates` writes for download is what `reading` reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.figures.formats import (
    ACCOUNT,
    DAY,
    MONTH,
    OWN,
    STAFF_NO,
    Column,
    Format,
    Kind,
    RateCheck,
    Unit,
)
from reviews.figures.own_staff import (
    ATTENDANCE_FORMAT,
    EVENTS_FORMAT,
    EXAMS_FORMAT,
    LAST_DAY_COLUMN,
    LEFT_EMPTY,
    NAME_COLUMN,
    PEOPLE_FORMAT,
    SHIFTS_FORMAT,
    WHO,
)


def _count(header: str, english: str, meaning: str, example: int) -> Column:
    return Column(header, meaning, also=(english,), example=example)


def _money(header: str, english: str, meaning: str, note: Promise, example: str) -> Column:
    return Column(header, meaning, Unit.MONEY, also=(english,), note=note, example=Decimal(example))


DAILY_FORMAT = Format(
    "own_daily",
    "own template: daily figures",
    Kind.AGENT,
    (
        Column(
            "日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Date",),
            example=date(2026, 10, 1),
        ),
        LAST_DAY_COLUMN,
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            also=("Staff number",),
            note=WHO,
            example="0017",
        ),
        Column(
            "平台账号",
            ACCOUNT,
            Unit.TEXT,
            also=("Platform account",),
            note=_("Staff number or platform account: one of the two."),
        ),
        NAME_COLUMN,
        Column("咨询人数", "consulted", also=("Consulted",), note=LEFT_EMPTY, example=142),
        _count("询单人数", "Inquiries", "inquiries", 49),
        _count("接待人数", "Receptions", "receptions", 139),
        _count("有效接待人数", "Answered", "answered", 128),
        _count("未回复人数", "Unanswered", "unanswered", 1),
        _count("询单付款人数", "Paid inquiries", "paid_inquiries", 30),
        _count("销售人数", "Buyers", "buyers", 28),
        _count("订单数", "Orders", "orders", 31),
        _count("件数", "Items", "items", 44),
        _money("销售额", "Sales", "sales", _("CNY, before refunds."), "2637.68"),
        _money("主推单品销售额", "Featured-product sales", "featured_sales", _("CNY."), "520.00"),
        _money("退款金额", "Refund amount", "refund_amount", _("CNY."), "106.61"),
        _count("退款订单数", "Refunded orders", "refunded_orders", 1),
        Column(
            "首次响应(秒)",
            "first_response_seconds",
            Unit.SECONDS,
            also=("First response (s)",),
            example=Decimal("12.50"),
        ),
        Column(
            "平均响应(秒)",
            "average_response_seconds",
            Unit.SECONDS,
            also=("Average response (s)",),
            example=Decimal("28.40"),
        ),
        Column(
            "满意率",
            "satisfaction_rate",
            Unit.RATE,
            also=("Satisfaction rate",),
            example="97.08%",
        ),
        Column("回复率", "reply_rate", Unit.RATE, also=("Reply rate",), example="99.28%"),
        Column(
            "答问比",
            "answer_ratio",
            Unit.RATIO,
            also=("Answer ratio",),
            example="103.23%",
        ),
        _count("慢响应人数", "Slow responses", "slow_responses", 3),
        _count("买家消息数", "Messages in", "messages_in", 620),
        _count("客服消息数", "Messages out", "messages_out", 640),
        _count("满意人数", "Satisfied", "satisfied", 33),
        _count("评价人数", "Rated", "rated", 34),
        _count("协助人数", "Assists", "assists", 2),
        _count("转出人数", "Transfers out", "transfers_out", 4),
    ),
    title=_("Daily figures"),
    any_of=(STAFF_NO, ACCOUNT),
    checks=(
        RateCheck("reply_rate", "unanswered", "receptions", complement=True),
        RateCheck("satisfaction_rate", "satisfied", "rated"),
        RateCheck("answer_ratio", "messages_out", "messages_in"),
    ),
    source=OWN,
    own=True,
)

SHOP_FORMAT = Format(
    "own_shop",
    "own template: shop figures",
    Kind.SHOP,
    (
        Column(
            "日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Date",),
            example=date(2026, 10, 1),
        ),
        LAST_DAY_COLUMN,
        Column(
            "访客数",
            "visitors",
            required=True,
            also=("Visitors",),
            note=LEFT_EMPTY,
            example=14632,
        ),
        _count("支付买家数", "Paying buyers", "buyers", 237),
        _count("支付子订单数", "Orders", "orders", 260),
        _money("支付金额", "Sales", "sales", _("CNY, before refunds."), "32643.96"),
    ),
    title=_("Shop figures"),
    source=OWN,
    own=True,
)

TARGETS_FORMAT = Format(
    "own_targets",
    "own template: targets",
    Kind.TARGETS,
    (
        Column(
            "月份",
            MONTH,
            Unit.MONTH,
            required=True,
            also=("Month",),
            note=_("Year and month, as in 2026-10."),
            example="2026-10",
        ),
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=WHO,
            example="0017",
        ),
        NAME_COLUMN,
        _money(
            "销售目标",
            "Sales target",
            "sales",
            _("CNY for a full month; empty leaves the present target."),
            "60000.00",
        ),
        _money(
            "主推单品目标",
            "Featured-product target",
            "featured",
            _("CNY for a full month; empty leaves the present target."),
            "8000.00",
        ),
    ),
    title=_("Targets"),
    any_of=("sales", "featured"),
    own=True,
)

OWN_FORMATS = (
    DAILY_FORMAT,
    SHOP_FORMAT,
    TARGETS_FORMAT,
    PEOPLE_FORMAT,
    EXAMS_FORMAT,
    SHIFTS_FORMAT,
    ATTENDANCE_FORMAT,
    EVENTS_FORMAT,
)
