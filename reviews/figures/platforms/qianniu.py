"""千牛: what the workbench says of agents, by their results, their service and their accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import ACCOUNT, Column, Format, Kind, Unit
from reviews.figures.platforms.shared import CONVERSION, DATE_COLUMN, REPLIES
from reviews.figures.sources import QIANNIU_ACCOUNTS, QIANNIU_RESULTS, QIANNIU_SERVICE

QIANNIU_RESULTS_FORMAT = Format(
    QIANNIU_RESULTS,
    "千牛 客服业绩",
    Kind.AGENT,
    (
        Column("旺旺昵称", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
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
        DATE_COLUMN,
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

QIANNIU_ACCOUNTS_FORMAT = Format(
    QIANNIU_ACCOUNTS,
    "千牛 账号数据",
    Kind.AGENT,
    (
        Column("旺旺昵称", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
        Column("咨询人数", "consulted"),
        Column("有效接待人数", "answered"),
        Column("询单人数", "inquiries"),
        Column("下单人数", ""),
        Column("下单金额", "", Unit.MONEY),
        Column("销售人数", "buyers", required=True),
        Column("销售额", "sales", Unit.MONEY, required=True),
        Column("销售量", "items"),
        Column("订单量", "orders"),
        Column("个人销售额占比", "", Unit.RATE),
        Column("成功退款金额", "refund_amount", Unit.MONEY),
        Column("净销售额", "", Unit.MONEY),
    ),
    title=_("Qianniu accounts"),
    source=QIANNIU_ACCOUNTS,
)
