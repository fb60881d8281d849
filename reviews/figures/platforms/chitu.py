"""赤兔: agents' reception and sales, pre-sales results, and what buyers thought of the service."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import ACCOUNT, Added, Column, Format, Kind, Unit
from reviews.figures.platforms.shared import ANSWERS, CONVERSION, DATE_COLUMN, REPLIES, SATISFACTION
from reviews.figures.sources import CHITU_PRESALES, CHITU_REPORT, CHITU_SATISFACTION

# A report that HR puts together in 赤兔 may hold these beside the reception's.
SATISFACTION_COLUMNS = (
    Column("服务满意度评价参与率", "", Unit.RATE),
    Column("客户满意率", "satisfaction_rate", Unit.RATE),
    Column("很满意", "very_content"),
    Column("满意", "content"),
    Column("一般", "neither"),
    Column("不满", "discontent", also=("不满意",)),
    Column("很不满", "very_discontent", also=("很不满意",)),
)
SATISFACTION_SUMS = (
    Added("satisfied", ("very_content", "content")),
    Added("rated", ("very_content", "content", "neither", "discontent", "very_discontent")),
)

CHITU_REPORT_FORMAT = Format(
    CHITU_REPORT,
    "赤兔 报表",
    Kind.AGENT,
    (
        Column("客服昵称", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
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
        Column("询单->最终付款成功率", "inquiry_conversion", Unit.RATE),
        Column("销售额", "sales", Unit.MONEY),
        Column("销售量", "items"),
        Column("销售人数", "buyers"),
        Column("销售订单数", "orders"),
        *SATISFACTION_COLUMNS,
    ),
    checks=(REPLIES, CONVERSION, ANSWERS, SATISFACTION),
    added=SATISFACTION_SUMS,
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
        DATE_COLUMN,
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

CHITU_SATISFACTION_FORMAT = Format(
    CHITU_SATISFACTION,
    "赤兔 满意度",
    Kind.AGENT,
    (
        Column("客服昵称", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
        *(replace(c, required=c.meaning in {"very_content", "content"}) for c in SATISFACTION_COLUMNS),
    ),
    checks=(SATISFACTION,),
    added=SATISFACTION_SUMS,
    title=_("Chitu satisfaction"),
    source=CHITU_SATISFACTION,
)
