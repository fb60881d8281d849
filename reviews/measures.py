"""The registry: every measure once, with its formula and its absences.

Source of all formulas: spec/scorecard.md, "Measures" and "Input".
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from reviews.fact_keys import CRITICAL_FAILURES, FACT_KEYS, read
from reviews.formulas import (
    MISSING,
    NOT_APPLICABLE,
    consultations,
    equal_share,
    growth,
    plain_fact,
    ratio,
    refunds_against_shop,
    shop_conversion,
)
from reviews.scoring.facts import FactKind, Facts, State
from reviews.scoring.measure import Direction, Measure, Unit
from reviews.scoring.plan import Plan
from reviews.scoring.score import Adjustment, PayLevel, ScoredCard, score_card
from reviews.scoring.ways import LineWay

_SOURCE = "spec/scorecard.md"
_MISSING_ZH = "缺任何一个数据：缺数据。"
_MISSING_EN = "Any figure that is not there: missing."
_UNITS = {
    FactKind.AMOUNT: Unit.CNY,
    FactKind.COUNT: Unit.COUNT,
    FactKind.SECONDS: Unit.SECONDS,
    FactKind.RUBRIC: Unit.RUBRIC,
    FactKind.MARK_5: Unit.MARK_5,
    FactKind.MARK_100: Unit.MARK_100,
    FactKind.RATE: Unit.RATIO,
    FactKind.NUMBER: Unit.NUMBER,
}
_MOST = {
    FactKind.RUBRIC: Decimal(5),
    FactKind.MARK_5: Decimal(5),
    FactKind.MARK_100: Decimal(100),
}


def _fact(code: str, key: str, names: str, *, better: str, counter: str = "") -> Measure:
    """Register a measure that is one fact as it stands."""
    name_zh, name_en = names.split(" | ")
    counter_zh, _, counter_en = counter.partition(" | ")
    known = FACT_KEYS[key]
    return Measure(
        code,
        name_zh,
        name_en,
        _UNITS[known.kind],
        Direction(better),
        (key,),
        known.name_zh,
        known.name_en,
        _MISSING_ZH,
        _MISSING_EN,
        _SOURCE,
        plain_fact(key),
        most=_MOST.get(known.kind),
        counter_zh=counter_zh,
        counter_en=counter_en,
    )


def _ratio(
    code: str,
    names: str,
    parts: str,
    *,
    better: str = "higher",
    zero: tuple[State, str],
    unit: Unit = Unit.RATIO,
) -> Measure:
    """Register a measure that is one fact divided by another."""
    name_zh, name_en = names.split(" | ")
    top, bottom = parts.split(" / ")
    first, second = FACT_KEYS[top], FACT_KEYS[bottom]
    na = zero[0] is NOT_APPLICABLE
    return Measure(
        code,
        name_zh,
        name_en,
        unit,
        Direction(better),
        (top, bottom),
        f"{first.name_zh} ÷ {second.name_zh}",
        f"{first.name_en} ÷ {second.name_en}",
        f"{second.name_zh}为 0：{'不适用' if na else '缺数据'}。{_MISSING_ZH}",
        f"{second.name_en} of 0: {'not applicable' if na else 'missing'}. {_MISSING_EN}",
        _SOURCE,
        ratio(top, bottom, zero=zero),
    )


def _conversion(code: str, names: str, part: str, counted: str) -> Measure:
    """Register a conversion of the whole shop by what it counts of the visitors."""
    (name_zh, name_en), (zh, en) = names.split(" | "), counted.split(" | ")
    return Measure(
        code,
        name_zh,
        name_en,
        Unit.RATIO,
        Direction.HIGHER,
        (part, "shop_visitors"),
        f"全店{zh} ÷ 全店访客数，多店按本人接待人数加权",
        f"shop's {en} ÷ shop's visitors, several shops weighted by receptions",
        "访客数为 0：缺数据。" + _MISSING_ZH,
        "0 visitors: missing. " + _MISSING_EN,
        _SOURCE,
        shop_conversion(part),
    )


_NO_ORDERS = (NOT_APPLICABLE, "no_orders")

_MEASURES = (
    _fact("sales", "sales", "销售额 | Sales", better="higher"),
    _fact("net_sales", "net_sales", "净销售额 | Net sales", better="higher"),
    replace(
        _ratio(
            "sales_completion",
            "销售额完成率 | Sales target completion",
            "sales / sales_target",
            zero=(MISSING, "no_target"),
        ),
        compute=ratio("sales", "sales_target", zero=(MISSING, "no_target"), shared=True),
    ),
    Measure(
        "sales_growth",
        "销售增长率",
        "Sales growth",
        Unit.RATIO,
        Direction.HIGHER,
        ("sales", "previous_sales"),
        "(销售额 − 对比月销售额) ÷ 对比月销售额",
        "(sales − sales compared with) ÷ sales compared with",
        "没有对比月或为 0：不适用。缺销售额：缺数据。",
        "No month to compare with, or 0 in it: not applicable. Sales not there: missing.",
        _SOURCE,
        growth,
        least=None,
    ),
    replace(
        _ratio(
            "inquiry_conversion",
            "询单转化率 | Inquiry conversion",
            "paid_inquiries / inquiries",
            zero=(NOT_APPLICABLE, "no_inquiries"),
        ),
        base_key="inquiries",
        events_key="paid_inquiries",
        events_good=True,
    ),
    _conversion(
        "conversion", "转化率（全店） | Conversion (shop)", "shop_buyers", "支付买家数 | paying buyers"
    ),
    _conversion(
        "conversion_by_orders",
        "转化率（按订单） | Conversion (shop, by orders)",
        "shop_orders",
        "支付订单数 | paid orders",
    ),
    _ratio(
        "average_order_value",
        "客单价 | Average order value",
        "sales / buyers",
        zero=(NOT_APPLICABLE, "no_buyers"),
        unit=Unit.CNY,
    ),
    _ratio(
        "items_per_order",
        "每单件数 | Items per order",
        "items / orders",
        zero=_NO_ORDERS,
        unit=Unit.NUMBER,
    ),
    replace(
        _ratio(
            "featured_products",
            "主推单品 | Featured products",
            "featured_sales / featured_target",
            zero=(NOT_APPLICABLE, "no_featured_target"),
        ),
        compute=ratio(
            "featured_sales",
            "featured_target",
            zero=(NOT_APPLICABLE, "no_featured_target"),
            shared=True,
        ),
    ),
    replace(
        _ratio(
            "refund_rate",
            "退单率 | Refund rate",
            "refunded_orders / orders",
            better="lower",
            zero=_NO_ORDERS,
        ),
        base_key="orders",
        events_key="refunded_orders",
    ),
    Measure(
        "refund_rate_relative",
        "退单率（与全店比）",
        "Refund rate (against the shop)",
        Unit.RATIO,
        Direction.LOWER,
        ("refunded_orders", "orders", "shop_refunded_orders", "shop_agents_orders"),
        "退款订单数 ÷ 订单数 − 全店客服退款订单数 ÷ 全店客服订单数，多店按本人接待人数加权",
        "refunded orders ÷ orders − the same of all the shop's agents, several shops weighted by receptions",
        "订单数为 0：不适用。全店客服订单数为 0：缺数据。" + _MISSING_ZH,
        "Orders of 0: not applicable. No orders of the shop's agents: missing. " + _MISSING_EN,
        "spec/data.md",
        refunds_against_shop,
        least=None,
    ),
    _ratio(
        "refund_amount_rate",
        "退款金额率 | Refund amount rate",
        "refund_amount / sales",
        better="lower",
        zero=(NOT_APPLICABLE, "no_sales"),
    ),
    Measure(
        "consultations",
        "咨询量",
        "Consultations",
        Unit.RATIO,
        Direction.HIGHER,
        ("consultations",),
        "已接待咨询人数 ÷ 标准人数",
        "answered consultations ÷ standard count",
        _MISSING_ZH,
        _MISSING_EN,
        _SOURCE,
        consultations,
        takes_standard=True,
    ),
    replace(
        _ratio(
            "reply_rate",
            "回复率 | Reply rate",
            "unanswered / receptions",
            zero=(NOT_APPLICABLE, "no_receptions"),
        ),
        formula_zh="1 − 未回复人数 ÷ 接待人数",
        formula_en="1 − unanswered ÷ receptions",
        compute=ratio(
            "unanswered",
            "receptions",
            zero=(NOT_APPLICABLE, "no_receptions"),
            complement=True,
        ),
        most=Decimal(1),
        base_key="receptions",
        events_key="unanswered",
    ),
    _fact(
        "first_response_seconds",
        "first_response_seconds",
        "首次响应时间 | First response time",
        better="lower",
    ),
    _fact(
        "average_response_seconds",
        "response_seconds",
        "平均响应时间 | Average response time",
        better="lower",
    ),
    _ratio(
        "answer_ratio",
        "答问比 | Answer ratio",
        "messages_out / messages_in",
        zero=(NOT_APPLICABLE, "no_messages"),
    ),
    equal_share("order_share", "个人成交率 | Order share", "orders", "team_orders"),
    equal_share(
        "order_share_by_buyers",
        "个人成交率（按买家） | Order share (by buyers)",
        "buyers",
        "team_buyers",
    ),
    equal_share("sales_share", "个人销售占比 | Sales share", "sales", "team_sales"),
    _fact("assists", "assists", "协助跟进 | Assists", better="higher", counter="人 | buyers"),
    _ratio(
        "reminder_recovery",
        "催付成功率 | Reminder recovery",
        "recovered_orders / reminded_orders",
        zero=(NOT_APPLICABLE, "no_reminders"),
    ),
    _ratio(
        "satisfaction",
        "客户满意率 | Satisfaction",
        "satisfied / rated",
        zero=(NOT_APPLICABLE, "no_ratings"),
    ),
    replace(
        _ratio(
            "negative_review_rate",
            "差评率 | Negative review rate",
            "negative_reviews / rated",
            better="lower",
            zero=(NOT_APPLICABLE, "no_ratings"),
        ),
        base_key="rated",
        events_key="negative_reviews",
    ),
    _fact("disputes", "disputes", "交易纠纷 | Disputes", better="lower", counter="起 | "),
    _fact("praises", "praises", "表扬 | Praises", better="higher", counter="次 | "),
    _fact(
        "attendance",
        "late_or_absent",
        "出勤（迟到或缺勤） | Attendance (late or absent)",
        better="lower",
        counter="次 | times",
    ),
    _fact("service_attitude", "service_attitude", "服务态度 | Service attitude", better="higher"),
    _fact("communication", "communication", "沟通技巧 | Communication", better="higher"),
    _fact("follow_up", "follow_up", "跟进与促成 | Follow-up", better="higher"),
    _fact(
        "check_knowledge", "check_knowledge", "抽查：产品知识 | Checks: product knowledge", better="higher"
    ),
    _fact("product_exam", "product_exam", "产品知识考试 | Product exam", better="higher"),
    _fact("skills_exam", "skills_exam", "岗位技能考试 | Skills exam", better="higher"),
    _fact("work_summary", "work_summary", "工作总结 | Work summary", better="higher"),
)

MEASURES: Mapping[str, Measure] = {measure.code: measure for measure in _MEASURES}


def score_facts(
    plan: Plan,
    facts: Facts,
    *,
    level: PayLevel | None = None,
    waived: Mapping[str, str] | None = None,
    adjustment: Adjustment | None = None,
    critical_failures: int = 0,
    ways: Mapping[str, LineWay] | None = None,
) -> ScoredCard:
    """Score one person's facts for one month under a plan.

    `waived` maps line codes to HR's reasons, `ways` to what feeds them in the
    person's shop. The count of critical failures may come as the fact
    `critical_failures` as well; absent is none. See `score_card`.
    """
    counted = read(facts, CRITICAL_FAILURES).value
    failures = {CRITICAL_FAILURES: max(critical_failures, int(counted or 0))}
    return score_card(
        plan,
        facts,
        measures=MEASURES,
        keys=FACT_KEYS,
        level=level,
        waived=waived or {},
        adjustment=adjustment,
        failures=failures,
        ways=ways,
    )
