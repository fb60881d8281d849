"""The exports that are evidence, and the names under which what is computed from them is stored.

Source: data.md, "Formats that work out of the box" (ExportOrderList, 接待明细, 天猫退款单).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.figures.formats import ACCOUNT, COMPUTED, REFUND_SHEET, Column, Format, Kind, Unit

KINDS = frozenset({Kind.ORDERS, Kind.CHATS, Kind.REFUNDS})
BUYER = "buyer"
SUCCEEDED = "退款成功"  # only such refunds count
UNANSWERED = "未回复"

ORDERS = Format(
    "orders",
    "ExportOrderList",
    Kind.ORDERS,
    (
        Column("订单编号", "number", Unit.TEXT, required=True),
        Column("买家会员名", BUYER, Unit.TEXT),
        Column("买家实际支付金额", "amount", Unit.MONEY, required=True),
        Column("订单状态", "status", Unit.TEXT),
        Column("订单创建时间", "created", Unit.MOMENT, required=True),
        Column("订单付款时间", "paid", Unit.MOMENT, required=True),
        Column("宝贝总数量", "items"),
        Column("退款金额", "refund_amount", Unit.MONEY),
        Column("分阶段订单信息", "presale", Unit.TEXT),
    ),
    title=_("Order export"),
)

CHATS = Format(
    "chats",
    "聊天记录/接待明细",
    Kind.CHATS,
    (
        Column("日期", "", Unit.TEXT),
        Column("开始时间", "begins", Unit.MOMENT, required=True),
        Column("结束时间", "ends", Unit.MOMENT, required=True),
        Column("买家旺旺", BUYER, Unit.TEXT, required=True),
        Column("客服旺旺", ACCOUNT, Unit.TEXT, required=True),
        Column("接待类型", "", Unit.TEXT),
        Column("接待发起", "", Unit.TEXT),
        Column("状态", "state", Unit.TEXT),
    ),
    title=_("Reception details"),
)

REFUNDS = Format(
    "refunds",
    "天猫退款单",
    Kind.REFUNDS,
    (
        Column("订单编号", "order_number", Unit.TEXT, required=True),
        Column("退款编号", "number", Unit.TEXT, required=True),
        Column("退款完结时间", "completed", Unit.MOMENT, required=True),
        Column("买家实际支付金额", "paid_amount", Unit.MONEY),
        Column("买家退款金额", "amount", Unit.MONEY, required=True),
        Column("退款的申请时间", "", Unit.MOMENT),
        Column("退款状态", "state", Unit.TEXT, required=True),
        Column("货物状态", "goods", Unit.TEXT),
        Column("客服介入状态", "intervention", Unit.TEXT),
        Column("买家退款原因", "reason", Unit.TEXT),
        Column("责任方", "responsible", Unit.TEXT),
        Column("售中或售后", "stage", Unit.TEXT),
        Column("退款操作人", "", Unit.TEXT),
    ),
    title=_("Tmall refund sheet"),
)

EVIDENCE_FORMATS = (ORDERS, CHATS, REFUNDS)

# No file has these: they name the rows that are computed here, one stored file for each table.
COMPUTED_AGENTS = Format(
    "computed", "computed", Kind.AGENT, (), title=_("computed from orders and chats"), source=COMPUTED
)
COMPUTED_SHOP = Format(
    "computed_shop", "computed", Kind.SHOP, (), title=_("computed from orders and chats"), source=COMPUTED
)
COMPUTED_REFUNDS = Format(
    "computed_refunds", "refund sheet", Kind.AGENT, (), title=_("refund sheet"), source=REFUND_SHEET
)
COMPUTED_FORMATS = (COMPUTED_AGENTS, COMPUTED_SHOP, COMPUTED_REFUNDS)
