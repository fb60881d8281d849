"""The names under which facts are given, with what their absence means.

Source: spec/scorecard.md, "Checking a score from the command line".
"""

from reviews.scoring.facts import Fact, FactKey, FactKind, Facts, State
from reviews.scoring.ways import TYPED, TYPED_KINDS

_AMOUNT, _COUNT = FactKind.AMOUNT, FactKind.COUNT
_NONE = State.NOT_APPLICABLE

CRITICAL_FAILURES = "critical_failures"

_KEYS = (
    FactKey("sales", "销售额", "Sales", _AMOUNT),
    FactKey("net_sales", "净销售额", "Net sales", _AMOUNT),
    FactKey("sales_target", "销售目标", "Sales target", _AMOUNT, "no_target"),
    FactKey(
        "previous_sales", "对比月销售额", "Sales compared with", _AMOUNT,
        absent=_NONE, absent_reason="no_previous_month",
    ),
    FactKey("shop_sales", "全店销售额", "Shop's sales", _AMOUNT),
    FactKey("previous_shop_sales", "全店对比月销售额", "Shop's sales compared with", _AMOUNT),
    FactKey("shop_buyers", "全店支付买家数", "Shop's paying buyers", _COUNT, "no_shop_figures"),
    FactKey("shop_orders", "全店支付订单数", "Shop's paid orders", _COUNT, "no_shop_figures"),
    FactKey("shop_visitors", "全店访客数", "Shop's visitors", _COUNT, "no_shop_figures"),
    FactKey("shop_receptions", "本人在该店接待人数", "Own receptions in the shop", _COUNT),
    FactKey("featured_sales", "主推单品销售额", "Featured-product sales", _AMOUNT),
    FactKey(
        "featured_target", "主推单品目标", "Featured-product target", _AMOUNT, "no_target",
        absent=_NONE, absent_reason="no_featured_target",
    ),
    FactKey("orders", "订单数", "Orders", _COUNT),
    FactKey("items", "件数", "Items", _COUNT),
    FactKey("refunded_orders", "退款订单数", "Refunded orders", _COUNT),
    FactKey("shop_agents_orders", "全店客服订单数", "Orders of all the shop's agents", _COUNT, "no_shop_figures"),
    FactKey(
        "shop_refunded_orders", "全店客服退款订单数", "Refunded orders of all the shop's agents", _COUNT,
        "no_shop_figures",
    ),
    FactKey("refund_amount", "退款金额", "Refund amount", _AMOUNT),
    FactKey("consultations", "已接待咨询人数", "Answered consultations", _COUNT),
    FactKey("disputes", "客服原因纠纷", "Disputes caused by service", _COUNT, "undecided_event"),
    FactKey("team_orders", "全组订单数", "Team's orders", _COUNT),
    FactKey("team_sales", "全组销售额", "Team's sales", _AMOUNT),
    FactKey("team_buyers", "全组销售人数", "Team's buyers", _COUNT),
    FactKey("team_headcount", "全组人数", "Team's head count", FactKind.NUMBER),
    FactKey("response_seconds", "平均响应时间", "Average response time", FactKind.SECONDS),
    FactKey(
        "first_response_seconds", "首次响应时间", "First response time", FactKind.SECONDS
    ),
    FactKey("service_attitude", "抽查平均：服务态度", "Checks: service attitude", FactKind.RUBRIC, "no_check"),
    FactKey("communication", "抽查平均：沟通技巧", "Checks: communication", FactKind.RUBRIC, "no_check"),
    FactKey("follow_up", "抽查平均：跟进与促成", "Checks: follow-up", FactKind.RUBRIC, "no_sold_and_unsold_check"),
    FactKey("check_knowledge", "抽查平均：产品知识", "Checks: product knowledge", FactKind.RUBRIC, "no_check"),
    FactKey("product_exam", "产品知识考试成绩", "Product exam mark", FactKind.MARK_100, "no_exam"),
    FactKey("skills_exam", "岗位技能考试成绩", "Skills exam mark", FactKind.MARK_100, "no_exam"),
    FactKey("work_summary", "工作总结得分", "Work summary mark", FactKind.MARK_5, "no_summary_mark"),
    FactKey("inquiries", "询单人数", "Inquiries", _COUNT),
    FactKey("paid_inquiries", "询单付款人数", "Paid inquiries", _COUNT),
    FactKey("buyers", "销售人数", "Buyers", _COUNT),
    FactKey("receptions", "接待人数", "Receptions", _COUNT),
    FactKey("unanswered", "未回复人数", "Unanswered", _COUNT),
    FactKey("late_or_absent", "迟到或缺勤次数", "Times late or absent", _COUNT, "no_attendance"),
    FactKey("messages_in", "买家消息数", "Buyers' messages", _COUNT),
    FactKey("messages_out", "客服消息数", "Agent's messages", _COUNT),
    FactKey("assists", "协助跟进人数", "Assists", _COUNT),
    FactKey("reminded_orders", "催付订单数", "Orders reminded", _COUNT),
    FactKey("recovered_orders", "催付成功订单数", "Orders paid after a reminder", _COUNT),
    FactKey("rated", "参评人数", "Buyers who rated", _COUNT),
    FactKey("satisfied", "满意人数", "Satisfied buyers", _COUNT),
    FactKey("negative_reviews", "差评数", "Negative reviews", _COUNT),
    FactKey("praises", "表扬次数", "Praises", _COUNT),
    FactKey("share_part", "本月在岗部分", "Worked part of the month", FactKind.NUMBER),
    FactKey("share_whole", "本月全部", "Whole of the month", FactKind.NUMBER),
    FactKey("previous_share_part", "对比月在岗部分", "Worked part of the month compared with", FactKind.NUMBER),
    FactKey("previous_share_whole", "对比月全部", "Whole of the month compared with", FactKind.NUMBER),
    FactKey(CRITICAL_FAILURES, "严重违规", "Critical failures", _COUNT),
    # A value typed in for one line, by what it is; behind the point stands the line's number in the plan.
    *(
        FactKey(f"{TYPED}{kind.value}", "录入值", "Value typed in", kind, "not_typed", numbered=False)
        for kind in TYPED_KINDS.values()
    ),
)  # fmt: skip

FACT_KEYS: dict[str, FactKey] = {key.code: key for key in _KEYS}

# Some keys stand once per shop, as `shop_buyers.1`, `shop_buyers.2`, …
SHOP_REFUNDS = "shop_refunded_orders"  # of all agents of a shop
PER_SHOP = (
    "shop_buyers",
    "shop_visitors",
    "shop_receptions",
    "shop_orders",
    "shop_agents_orders",
    "shop_refunded_orders",
)


def fact_key(code: str) -> FactKey:
    """Return the registered key, also for one shop of several (`shop_buyers.2`)."""
    return FACT_KEYS[code.partition(".")[0]]


def read(facts: Facts, code: str) -> Fact:
    """Return the fact of a key, or what stands for its absence. Never a zero."""
    fact = facts.get(code)
    return fact_key(code).when_absent() if fact is None else fact
