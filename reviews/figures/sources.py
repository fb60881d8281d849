"""Where figures come from: the sources by code and name, and the order in which they count.

Source: data.md, after "Formats that work out of the box".
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Sources of agent figures in the shipped order: where two fill the same field of a day
# differently, the first that has it counts. Source: data.md, after "Formats".
CHITU_REPORT, CHITU_PRESALES, CHITU_SATISFACTION = "chitu_report", "chitu_presales", "chitu_satisfaction"
QIANNIU_RESULTS, QIANNIU_SERVICE = "qianniu_results", "qianniu_service"
QIANNIU_ACCOUNTS = "qianniu_accounts"
JINGMAI, FEIGE, PINDUODUO = "jingmai", "feige", "pinduoduo"
COMPUTED, REFUND_SHEET, OWN, SHOP_DAYS = "computed", "refund_sheet", "own", "shop_days"
DINGTALK = "dingtalk"
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
    DINGTALK: "钉钉 每日统计",
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
    DINGTALK: _("DingTalk days"),
}
