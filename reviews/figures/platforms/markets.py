"""京麦, 飞鸽, 拼多多: the workbenches of the other marketplaces."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import ACCOUNT, NAME, SHOP_NAME, Column, Format, Kind, Unit
from reviews.figures.platforms.shared import CONVERSION, DATE_COLUMN
from reviews.figures.sources import FEIGE, JINGMAI, PINDUODUO

JINGMAI_FORMAT = Format(
    JINGMAI,
    "京麦 整体数据",
    Kind.AGENT,
    (
        Column("客服", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
        Column("售前接待人数", "inquiries", required=True),
        Column("促成下单人数", ""),
        # Placed, not paid: it is no sale. Source: data.md, table of fields.
        Column("促成下单商品金额", "", Unit.MONEY),
        Column("接待量", "receptions", required=True),
        Column("平均响应时长（新）", "average_response_seconds", Unit.SECONDS, also=("平均响应时长",)),
        Column("30s应答率", "", Unit.RATE),
        Column("客服3分钟人工回复率", "", Unit.RATE),
    ),
    title=_("Jingmai overall data"),
    source=JINGMAI,
)

FEIGE_FORMAT = Format(
    FEIGE,
    "飞鸽",
    Kind.AGENT,
    (
        Column("客服昵称", NAME, Unit.TEXT),
        # An agent changes the nickname at will; figures hang on the account.
        Column("账号名称", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
        Column("人工已接待人数", "receptions", required=True),
        Column("人工已接待会话量", ""),
        Column("不满意率", "", Unit.RATE),
        Column("3分钟人工回复率(会话)", "", Unit.RATE),
        Column("首次响应时长（秒）", "first_response_seconds", Unit.SECONDS, also=("首次响应时长",)),
        Column("平均响应时长", "average_response_seconds", Unit.SECONDS, also=("平均响应时长（秒）",)),
        Column("满意率", "satisfaction_rate", Unit.RATE),
        Column("客服销售额（元）", "sales", Unit.MONEY, also=("客服销售额",)),
        Column("询单人数", "inquiries"),
        Column("下单人数", ""),
        Column("支付人数", "paid_inquiries"),
        Column("询单转化率", "inquiry_conversion", Unit.RATE),
    ),
    checks=(CONVERSION,),
    title=_("Feige"),
    source=FEIGE,
)

PINDUODUO_FORMAT = Format(
    PINDUODUO,
    "拼多多",
    Kind.AGENT,
    (
        Column("店铺名", SHOP_NAME, Unit.TEXT, also=("店铺名称",)),
        Column("客服账号", ACCOUNT, Unit.TEXT, required=True),
        DATE_COLUMN,
        Column("咨询人数", "receptions", required=True),
        Column("询单转化率", "", Unit.RATE),
        Column("客服销售额", "sales", Unit.MONEY, required=True, also=("客服销售额（元）",)),
        Column("3分钟人工回复率(8-23点)", "", Unit.RATE),
        Column("30秒应答率(8-23点)", "", Unit.RATE),
        Column("客服服务分", "", Unit.RATIO),
    ),
    title=_("Pinduoduo"),
    source=PINDUODUO,
)
