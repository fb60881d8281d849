"""The formats that are read without being told: tables of headers, units and meanings.

A platform that renames a column is one line in its module of `platforms`. Own templates are described the
same way in `own.py`, so that what is offered for download is what is read.

Source: data.md, "Formats that work out of the box" and "Fields, and which column fills them".
"""

from __future__ import annotations

from reviews.figures.columns import (
    ACCOUNT,
    DAY,
    EXAMPLE,
    LAST_DAY,
    MONTH,
    NAME,
    SHOP_NAME,
    STAFF_NO,
    Added,
    Column,
    Format,
    Kind,
    RateCheck,
    Unit,
)
from reviews.figures.platforms.chitu import (
    CHITU_PRESALES_FORMAT,
    CHITU_REPORT_FORMAT,
    CHITU_SATISFACTION_FORMAT,
)
from reviews.figures.platforms.dingtalk import DINGTALK_FORMAT
from reviews.figures.platforms.markets import FEIGE_FORMAT, JINGMAI_FORMAT, PINDUODUO_FORMAT
from reviews.figures.platforms.qianniu import (
    QIANNIU_ACCOUNTS_FORMAT,
    QIANNIU_RESULTS_FORMAT,
    QIANNIU_SERVICE_FORMAT,
)
from reviews.figures.platforms.shared import CONVERSION, REPLIES
from reviews.figures.platforms.shops import SHOP_DAYS_FORMAT
from reviews.figures.sources import (
    AGENT_SOURCES,
    CHITU_PRESALES,
    CHITU_REPORT,
    CHITU_SATISFACTION,
    COMPUTED,
    DINGTALK,
    FEIGE,
    JINGMAI,
    OWN,
    PINDUODUO,
    QIANNIU_ACCOUNTS,
    QIANNIU_RESULTS,
    QIANNIU_SERVICE,
    REFUND_SHEET,
    SHOP_DAYS,
    SHOP_SOURCES,
    SOURCE_LABELS,
    SOURCE_NAMES,
)

PLATFORM_FORMATS = (
    QIANNIU_RESULTS_FORMAT,
    QIANNIU_SERVICE_FORMAT,
    QIANNIU_ACCOUNTS_FORMAT,
    CHITU_REPORT_FORMAT,
    CHITU_PRESALES_FORMAT,
    CHITU_SATISFACTION_FORMAT,
    JINGMAI_FORMAT,
    FEIGE_FORMAT,
    PINDUODUO_FORMAT,
    SHOP_DAYS_FORMAT,
    DINGTALK_FORMAT,
)

__all__ = [
    "ACCOUNT",
    "AGENT_SOURCES",
    "CHITU_PRESALES",
    "CHITU_PRESALES_FORMAT",
    "CHITU_REPORT",
    "CHITU_REPORT_FORMAT",
    "CHITU_SATISFACTION",
    "CHITU_SATISFACTION_FORMAT",
    "COMPUTED",
    "CONVERSION",
    "DAY",
    "DINGTALK",
    "DINGTALK_FORMAT",
    "EXAMPLE",
    "FEIGE",
    "FEIGE_FORMAT",
    "JINGMAI",
    "JINGMAI_FORMAT",
    "LAST_DAY",
    "MONTH",
    "NAME",
    "OWN",
    "PINDUODUO",
    "PINDUODUO_FORMAT",
    "PLATFORM_FORMATS",
    "QIANNIU_ACCOUNTS",
    "QIANNIU_ACCOUNTS_FORMAT",
    "QIANNIU_RESULTS",
    "QIANNIU_RESULTS_FORMAT",
    "QIANNIU_SERVICE",
    "QIANNIU_SERVICE_FORMAT",
    "REFUND_SHEET",
    "REPLIES",
    "SHOP_DAYS",
    "SHOP_DAYS_FORMAT",
    "SHOP_NAME",
    "SHOP_SOURCES",
    "SOURCE_LABELS",
    "SOURCE_NAMES",
    "STAFF_NO",
    "Added",
    "Column",
    "Format",
    "Kind",
    "RateCheck",
    "Unit",
]
