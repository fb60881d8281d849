"""店铺日数据: what a shop's own days say of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.figures.columns import DAY, Column, Format, Kind, RateCheck, Unit
from reviews.figures.sources import SHOP_DAYS

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
