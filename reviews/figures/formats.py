"""The formats that are read without being told: tables of headers, units and meanings.

A platform that renames a column is one line here. Own templates are described the
same way in `own.py`, so that what is offered for download is what is read.

Source: data.md, "Formats that work out of the box" and "Fields, and which column fills them".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.figures.cells import header_key


class Unit(Enum):
    """How the cells of a column are read."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    RATIO = "ratio"
    SECONDS = "seconds"
    MARK = "mark"
    TEXT = "text"
    DAY = "day"
    MONTH = "month"
    CLOCK = "clock"
    MOMENT = "moment"


class Kind(Enum):
    """What the rows of a file become."""

    AGENT = "agent_figures"
    SHOP = "shop_figures"
    TARGETS = "targets"
    PEOPLE = "people"
    EXAMS = "exam_marks"
    SHIFTS = "shifts"
    ATTENDANCE = "attendance"
    EVENTS = "events"
    ORDERS = "orders"
    CHATS = "chats"
    REFUNDS = "refunds"
    SNAPSHOTS = "snapshots"  # agents' figures of a day up to an hour, beside the day


# Meanings of columns that say whose or when, not how much.
EXAMPLE = "示例"  # begins the first cell of an own sheet's example row
ACCOUNT, STAFF_NO, NAME, DAY, LAST_DAY, MONTH = (
    "account",
    "staff_no",
    "name",
    "day",
    "last_day",
    "month",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header as the platform prints it, what it fills and how it is read.

    `meaning` is a field of the figures, one of the meanings above, or empty: known, not stored.
    `choices` maps the words a cell may hold to what they mean.
    """

    header: str
    meaning: str
    unit: Unit = Unit.COUNT
    required: bool = False
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str | Promise = ""
    example: Any = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The folded headers it is recognised by."""
        return tuple(header_key(name) for name in (self.header, *self.also))


@dataclass(frozen=True, slots=True)
class RateCheck:
    """A printed rate and the parts it must agree with; `complement` for 1 − part ÷ whole."""

    rate: str
    part: str
    whole: str
    complement: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: `name` as data.md writes it, `title` as people read it.

    `any_of` names meanings of which one column at least must be there.
    """

    code: str
    name: str
    kind: Kind
    columns: tuple[Column, ...]
    title: str | Promise = ""
    any_of: tuple[str, ...] = ()
    checks: tuple[RateCheck, ...] = ()
    answered_from_parts: bool = False
    source: str = ""
    own: bool = False

    @property
    def by_key(self) -> dict[str, Column]:
        """Its columns by folded header."""
        return {key: column for column in self.columns for key in column.keys}

    @property
    def dated(self) -> bool:
        """Whether its rows say their days themselves, or have none."""
        return self.kind is not Kind.AGENT or any(column.meaning in (DAY, MONTH) for column in self.columns)

    def missing(self, found: set[str]) -> list[str]:
        """Return the headers of required columns that a set of folded headers lacks."""
        lacking = [c.header for c in self.columns if c.required and not found.intersection(c.keys)]
        alternatives = [c for c in self.columns if c.meaning in self.any_of]
        if alternatives and not any(found.intersection(c.keys) for c in alternatives):
            lacking.append(" / ".join(c.header for c in alternatives))
        return lacking


CONVERSION = RateCheck("inquiry_conversion", "paid_inquiries", "inquiries")
REPLIES = RateCheck("reply_rate", "unanswered", "receptions", complement=True)

# Sources of agent figures in the shipped order: where two fill the same field of a day
# differently, the first that has it counts. Source: data.md, after "Formats".
CHITU_REPORT, CHITU_PRESALES, CHITU_SATISFACTION = "chitu_report", "chitu_presales", "chitu_satisfaction"
QIANNIU_RESULTS, QIANNIU_SERVICE = "qianniu_results", "qianniu_service"
QIANNIU_ACCOUNTS = "qianniu_accounts"
JINGMAI, FEIGE, PINDUODUO = "jingmai", "feige", "pinduoduo"
COMPUTED, REFUND_SHEET, OWN, SHOP_DAYS = "computed", "refund_sheet", "own", "shop_days"
AGENT_SOURCES = (
    CHITU_REPORT,
    CHITU_PRESALES,
    CHITU_SATISFACTION,
    QIANNIU_RESULTS,
    QIANNIU_SERVICE,
    QIANNIU_ACCOUNTS,
    JINGMAI,
    FEIGE,
    PINDUODUO,
    COMPUTED,
    REFUND_SHEET,
    OWN,
)
SHOP_SOURCES = (SHOP_DAYS, COMPUTED, OWN)
SOURCE_NAMES = {
    CHITU_REPORT: "赤兔 报表",
    CHITU_PRESALES: "赤兔 售前绩效",
    QIANNIU_RESULTS: "千牛 客服业绩",
    CHITU_SATISFACTION: "赤兔 满意度",
    QIANNIU_SERVICE: "千牛 客服数据",
    QIANNIU_ACCOUNTS: "千牛 账号数据",
    JINGMAI: "京麦 整体数据",
    FEIGE: "飞鸽",
    PINDUODUO: "拼多多",
    REFUND_SHEET: "refund sheet",
    SHOP_DAYS: "店铺日数据",
    COMPUTED: "computed",
    OWN: "own template",
}
SOURCE_LABELS: dict[str, str | Promise] = {
    CHITU_REPORT: _("Chitu report"),
    CHITU_PRESALES: _("Chitu pre-sales results"),
    QIANNIU_RESULTS: _("Qianniu agents' results"),
    CHITU_SATISFACTION: _("Chitu satisfaction"),
    QIANNIU_SERVICE: _("Qianniu agents' service"),
    QIANNIU_ACCOUNTS: _("Qianniu accounts"),
    JINGMAI: _("Jingmai overall data"),
    FEIGE: _("Feige"),
    PINDUODUO: _("Pinduoduo"),
    REFUND_SHEET: _("refund sheet"),
    SHOP_DAYS: _("Shop days"),
    COMPUTED: _("computed from orders and chats"),
    OWN: _("own template"),
}

QIANNIU_RESULTS_FORMAT = Format(
    QIANNIU_RESULTS,
    "千牛 客服业绩",
    Kind.AGENT,
    (
        Column("旺旺昵称", ACCOUNT, Unit.TEXT, required=True),
        Column("询单最终付款人数", "paid_inquiries", required=True),
        Column("询单人数", "inquiries", required=True),
        Column("询单最终付款转化率", "inquiry_conversion", Unit.RATE),
        Column("首次响应时长（秒）", "first_response_seconds", Unit.SECONDS),
        Column("平均响应时长（秒）", "average_response_seconds", Unit.SECONDS),
        Column("客户满意率", "satisfaction_rate", Unit.RATE),
        Column("旺旺回复率", "reply_rate", Unit.RATE),
        Column("询单最终付款金额", "sales", Unit.MONEY, required=True),
        Column("成功退款金额", "refund_amount", Unit.MONEY),
    ),
    checks=(CONVERSION,),
    title=_("Qianniu agents' results"),
    source=QIANNIU_RESULTS,
)

QIANNIU_SERVICE_FORMAT = Format(
    QIANNIU_SERVICE,
    "千牛 客服数据",
    Kind.AGENT,
    (
        Column("旺旺昵称", ACCOUNT, Unit.TEXT, required=True),
        Column("咨询人数", "consulted", required=True),
        Column("接待人数", "receptions", required=True),
        Column("未回复人数", "unanswered"),
        Column("有效接待人数", "answered"),
        Column("平均响应时长（秒)", "average_response_seconds", Unit.SECONDS),
        Column("3分钟人工响应率", "", Unit.RATE),
        Column("旺旺回复率", "reply_rate", Unit.RATE),
        Column("首次响应时长（秒)", "first_response_seconds", Unit.SECONDS),
        Column("慢响应人数", "slow_responses"),
        Column("答问比", "answer_ratio", Unit.RATIO),
        Column("旺旺分组", "", Unit.TEXT),
    ),
    checks=(REPLIES,),
    title=_("Qianniu agents' service"),
    source=QIANNIU_SERVICE,
)

CHITU_REPORT_FORMAT = Format(
    CHITU_REPORT,
    "赤兔 报表",
    Kind.AGENT,
    (
        Column("客服昵称", ACCOUNT, Unit.TEXT, required=True),
        Column("聊天人数(原咨询人数)", "consulted", also=("聊天人数",)),
        Column("接待人数", "receptions", required=True),
        Column("直接接入人数", ""),
        Column("转发接入人数", ""),
        Column("转出人数", "transfers_out"),
        Column("总消息数", ""),
        Column("买家消息数", "messages_in"),
        Column("客服消息数", "messages_out"),
        Column("答问比", "answer_ratio", Unit.RATIO),
        Column("客服字数", ""),
        Column("最大同时聊天数", ""),
        Column("未回复人数", "unanswered"),
        Column("回复率", "reply_rate", Unit.RATE),
        Column("慢接待人数", "slow_responses"),
        Column("长接待人数", ""),
        Column("首次响应(秒)", "first_response_seconds", Unit.SECONDS),
        Column("平均响应(秒)", "average_response_seconds", Unit.SECONDS),
        Column("平均接待时长", "", Unit.SECONDS),
        Column("询单人数", "inquiries"),
        Column("询单->最终付款人数", "paid_inquiries"),
        Column("销售额", "sales", Unit.MONEY),
        Column("销售量", "items"),
        Column("销售人数", "buyers"),
        Column("销售订单数", "orders"),
    ),
    checks=(REPLIES,),
    answered_from_parts=True,
    title=_("Chitu report"),
    source=CHITU_REPORT,
)

CHITU_PRESALES_FORMAT = Format(
    CHITU_PRESALES,
    "赤兔 售前绩效",
    Kind.AGENT,
    (
        Column("客服", ACCOUNT, Unit.TEXT, required=True),
        Column("接待人数", "receptions", required=True),
        Column("询单人数", "inquiries", required=True),
        Column("询单->最终付款人数", "paid_inquiries", required=True),
        Column("询单->最终付款成功率", "inquiry_conversion", Unit.RATE),
        Column("客件数", "", Unit.RATIO),
        Column("客单价", "", Unit.MONEY),
        Column("邮费总额", "", Unit.MONEY),
        Column("手工折扣率", "", Unit.RATE),
        Column("客服回复率", "reply_rate", Unit.RATE),
        Column("平均响应时间", "average_response_seconds", Unit.SECONDS),
        Column("首次响应时间", "first_response_seconds", Unit.SECONDS),
        Column("平均接待时长", "", Unit.SECONDS),
        Column("平均接待时长(秒)", "", Unit.SECONDS),
        Column("静默下单本人落实付款-人数", ""),
        Column("静默下单本人落实付款-金额", "", Unit.MONEY),
        Column("销售额", "sales", Unit.MONEY),
        Column("客服答问比", "answer_ratio", Unit.RATIO),
        Column("慢响应人数", "slow_responses"),
        Column("询单->最终下单人数", ""),
        Column("下单->最终付款成功率", "", Unit.RATE),
        Column("全静默单本人跟进-人数", ""),
        Column("询单->次日付款人数", ""),
        Column("询单->次日付款成功率", "", Unit.RATE),
        Column("协助跟进人数", "assists"),
        Column("协助下单人数", ""),
        Column("转出人数", "transfers_out"),
        Column("退款率", "", Unit.RATE),
    ),
    checks=(CONVERSION,),
    title=_("Chitu pre-sales results"),
    source=CHITU_PRESALES,
)

SHOP_DAYS_FORMAT = Format(
    SHOP_DAYS,
    "店铺日数据",
    Kind.SHOP,
    (
        Column("统计日期", DAY, Unit.DAY, required=True),
        Column("访客数", "visitors", required=True),
        Column("支付买家数", "buyers", required=True),
        Column("支付子订单数", "orders"),
        Column("支付金额", "sales", Unit.MONEY),
        Column("支付转化率", "visit_conversion", Unit.RATE),
    ),
    checks=(RateCheck("visit_conversion", "buyers", "visitors"),),
    title=_("Shop days"),
    source=SHOP_DAYS,
)

PLATFORM_FORMATS = (
    QIANNIU_RESULTS_FORMAT,
    QIANNIU_SERVICE_FORMAT,
    CHITU_REPORT_FORMAT,
    CHITU_PRESALES_FORMAT,
    SHOP_DAYS_FORMAT,
)
