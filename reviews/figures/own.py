"""Our own sheets as tables: what `templates` writes for download is what `reading` reads."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.figures.formats import (
    ACCOUNT,
    DAY,
    LAST_DAY,
    MONTH,
    NAME,
    OWN,
    STAFF_NO,
    Column,
    Format,
    Kind,
    RateCheck,
    Unit,
)

EXAM_KINDS = {
    "产品知识": "product",
    "岗位技能": "skills",
    "Product knowledge": "product",
    "Job skills": "skills",
}
EMPLOYMENT_KINDS = {
    "全职": "full",
    "试用期": "trial",
    "兼职": "part_time",
    "实习": "intern",
    "临时": "temporary",
    "外包": "outsourced",
    "Full-time": "full",
    "Trial period": "trial",
    "Part-time": "part_time",
    "Intern": "intern",
    "Temporary": "temporary",
    "Outsourced": "outsourced",
}
_WHO = _("As in the list of people; zeros in front stay.")
_NOT_CHECKED = _("For reading only; people are found by their number.")
_LEFT_EMPTY = _("Empty if not known; an empty cell is not 0.")

_STAFF_NO = Column(
    "工号", STAFF_NO, Unit.TEXT, required=True, also=("Staff number",), note=_WHO, example="0017"
)
_NAME = Column("姓名", NAME, Unit.TEXT, also=("Name",), note=_NOT_CHECKED)
_DAY = Column("日期", DAY, Unit.DAY, required=True, also=("Date",), example=date(2026, 10, 1))
_LAST_DAY = Column(
    "结束日期",
    LAST_DAY,
    Unit.DAY,
    also=("Last day",),
    note=_("Only where a row stands for several days of one month."),
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
        _LAST_DAY,
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            also=("Staff number",),
            note=_WHO,
            example="0017",
        ),
        Column(
            "平台账号",
            ACCOUNT,
            Unit.TEXT,
            also=("Platform account",),
            note=_("Staff number or platform account: one of the two."),
        ),
        _NAME,
        Column("咨询人数", "consulted", also=("Consulted",), note=_LEFT_EMPTY, example=142),
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
            example="101.00%",
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
        _LAST_DAY,
        Column(
            "访客数",
            "visitors",
            required=True,
            also=("Visitors",),
            note=_LEFT_EMPTY,
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
            note=_WHO,
            example="0017",
        ),
        _NAME,
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

EXAMS_FORMAT = Format(
    "own_exams",
    "own template: exam marks",
    Kind.EXAMS,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=_WHO,
            example="0017",
        ),
        _NAME,
        Column(
            "考试",
            "exam",
            Unit.TEXT,
            required=True,
            also=("Exam",),
            choices=EXAM_KINDS,
            note=_("产品知识 or 岗位技能 (product knowledge or job skills)."),
            example="产品知识",
        ),
        Column(
            "考试日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Sat on",),
            example=date(2026, 10, 20),
        ),
        Column(
            "得分",
            "mark",
            Unit.MARK,
            required=True,
            also=("Mark",),
            example=Decimal(92),
        ),
        Column(
            "满分",
            "full_mark",
            Unit.MARK,
            also=("Full mark",),
            note=_("100 where left empty."),
            example=Decimal(100),
        ),
    ),
    title=_("Exam marks"),
    own=True,
)

SHIFTS_FORMAT = Format(
    "own_shifts",
    "own template: shifts",
    Kind.SHIFTS,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=_WHO,
            example="0017",
        ),
        _NAME,
        Column(
            "日期",
            DAY,
            Unit.DAY,
            required=True,
            also=("Date",),
            example=date(2026, 10, 1),
        ),
        Column(
            "上班",
            "starts",
            Unit.CLOCK,
            required=True,
            also=("Starts",),
            example=time(9, 0),
        ),
        Column(
            "下班",
            "ends",
            Unit.CLOCK,
            required=True,
            also=("Ends",),
            note=_("Not later than the start means the next day."),
            example=time(18, 0),
        ),
        Column(
            "班次",
            "shift",
            Unit.TEXT,
            also=("Shift",),
            note=_("Code or name of a shift type."),
        ),
    ),
    title=_("Shifts"),
    own=True,
)

PEOPLE_FORMAT = Format(
    "own_people",
    "own template: people",
    Kind.PEOPLE,
    (
        Column(
            "工号",
            STAFF_NO,
            Unit.TEXT,
            required=True,
            also=("Staff number",),
            note=_WHO,
            example="0017",
        ),
        Column("姓名", NAME, Unit.TEXT, required=True, also=("Name",), example="李秀英"),
        Column(
            "入职日期",
            "hired_on",
            Unit.DAY,
            required=True,
            also=("Hired on",),
            example=date(2026, 3, 2),
        ),
        Column(
            "组",
            "unit",
            Unit.TEXT,
            required=True,
            also=("Unit",),
            note=_("Code or name of a unit."),
        ),
        Column(
            "岗位",
            "position",
            Unit.TEXT,
            required=True,
            also=("Position",),
            note=_("Code or name of a position."),
        ),
        Column(
            "级别",
            "level",
            Unit.TEXT,
            also=("Pay level",),
            note=_("Code or name of a pay level."),
        ),
        Column(
            "用工性质",
            "employment_kind",
            Unit.TEXT,
            also=("Employment kind",),
            choices=EMPLOYMENT_KINDS,
            example="全职",
        ),
        Column(
            "生效日期",
            "starts_on",
            Unit.DAY,
            also=("Starts on",),
            note=_("The day unit, position and level hold from; the hire date where left empty."),
        ),
        Column("平台账号", ACCOUNT, Unit.TEXT, also=("Platform account",)),
        Column("手机", "phone", Unit.TEXT, also=("Phone",)),
    ),
    title=_("People"),
    own=True,
)

OWN_FORMATS = (
    DAILY_FORMAT,
    SHOP_FORMAT,
    TARGETS_FORMAT,
    PEOPLE_FORMAT,
    EXAMS_FORMAT,
    SHIFTS_FORMAT,
)
