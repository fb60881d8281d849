"""The plans that ship, as data HR can take over, change and replace.

Source: spec/scorecard.md, "The default plan" and "More plans".
"""

from decimal import Decimal

from reviews.scoring.plan import (
    Band,
    Cadence,
    Group,
    Line,
    Plan,
    Radar,
    Veto,
)
from reviews.scoring.rules import (
    Grade,
    Grades,
    Linear,
    Mark,
    Operator,
    Rule,
    Step,
    Steps,
    Tier,
    Tiers,
)

_SHEET = "客服人员绩效考核表"
_GRADED = "分档考核表"


def _tiers(*rows: tuple[Operator, str, str]) -> Tiers:
    return Tiers(tuple(Tier(op, Decimal(at), Decimal(effect)) for op, at, effect in rows))


def _hard(
    code: str,
    names: str,
    radar: Radar,
    weight: str,
    *rules: Rule,
    bonus: str = "0",
    standard: str | None = None,
) -> Line:
    """Return a quantitative line of the default plan; its measure has its code."""
    name_zh, name_en = names.split(" | ")
    return Line(
        code,
        name_zh,
        name_en,
        Group.QUANTITATIVE,
        radar,
        code,
        Decimal(weight),
        rules,
        Decimal(bonus),
        Decimal(standard) if standard else None,
        source=_SHEET,
    )


def _soft(code: str, names: str, radar: Radar, measure: str, rule: Rule) -> Line:
    """Return a qualitative line of the default plan, of 5 points."""
    name_zh, name_en = names.split(" | ")
    return Line(
        code,
        name_zh,
        name_en,
        Group.QUALITATIVE,
        radar,
        measure,
        Decimal(5),
        (rule,),
        source=_SHEET,
    )


_RUBRIC, _EXAM = Linear(Decimal(0), Decimal(5)), Linear(Decimal(0), Decimal(100))

_AGENT_LINES = (
    _hard(
        "sales_completion",
        "销售额完成率 | Sales target completion",
        Radar.SALES,
        "30",
        Steps(Decimal(1), off=Step(Decimal("0.05"), Decimal(1)), once=Mark(Decimal("1.1"), Decimal(2))),
        bonus="2",
    ),
    _hard(
        "sales_growth",
        "销售增长率 | Sales growth",
        Radar.SALES,
        "8",
        Steps(Decimal(0), on=Step(Decimal("0.05"), Decimal(1))),
        _tiers(("<", "-0.2", "-1"), ("<", "-0.4", "-2")),
        bonus="8",
    ),
    _hard(
        "conversion",
        "转化率 | Conversion (shop)",
        Radar.CONVERSION,
        "5",
        _tiers(("<", "0.015", "-2"), ("<", "0.01", "-3"), ("<", "0.005", "-5")),
    ),
    _hard(
        "featured_products",
        "主推单品 | Featured products",
        Radar.PRODUCTS,
        "5",
        _tiers((">=", "1", "1"), ("<", "0.8", "-1")),
        bonus="1",
    ),
    _hard(
        "refund_rate",
        "退单率 | Refund rate",
        Radar.AFTER_SALES,
        "5",
        _tiers((">=", "0.01", "-5")),
    ),
    _hard(
        "consultations",
        "咨询量 | Consultations",
        Radar.PRODUCTS,
        "5",
        _tiers(("<", "0.8", "-2"), ("<", "0.6", "-3"), ("<", "0.3", "-5")),
        standard="450",
    ),
    _hard(
        "disputes",
        "交易纠纷 | Disputes",
        Radar.AFTER_SALES,
        "5",
        _tiers((">=", "1", "-2"), (">=", "2", "-4"), (">=", "3", "-5")),
    ),
    _hard(
        "order_share",
        "个人成交率 | Order share",
        Radar.CONVERSION,
        "2",
        _tiers(("<", "0.5", "-2")),
    ),
    _soft(
        "response_time",
        "响应时间 | Response time",
        Radar.SERVICE,
        "average_response_seconds",
        _tiers((">", "30", "-1"), (">", "60", "-3"), (">", "120", "-5")),
    ),
    _soft(
        "service_attitude",
        "服务态度 | Service attitude",
        Radar.SERVICE,
        "service_attitude",
        _RUBRIC,
    ),
    _soft(
        "communication",
        "沟通技巧 | Communication",
        Radar.SERVICE,
        "communication",
        _RUBRIC,
    ),
    _soft("follow_up", "跟进与促成 | Follow-up", Radar.SERVICE, "follow_up", _RUBRIC),
    _soft(
        "product_knowledge",
        "产品知识 | Product knowledge",
        Radar.KNOWLEDGE,
        "product_exam",
        _EXAM,
    ),
    _soft("job_skills", "岗位技能 | Job skills", Radar.KNOWLEDGE, "skills_exam", _EXAM),
    _soft(
        "work_summary",
        "工作总结 | Work summary",
        Radar.KNOWLEDGE,
        "work_summary",
        _RUBRIC,
    ),
)

_AGENT_BANDS = (
    Band(Decimal(100), Decimal("1.2"), 2, "建议升2级", "Suggested: up two levels"),
    Band(
        Decimal(90),
        Decimal("0.9"),
        1,
        "建议升1级或不变",
        "Suggested: up one level, or none",
        or_none=True,
    ),
    Band(Decimal(80), Decimal("0.8"), 0, "建议不变", "Suggested: no change"),
    Band(Decimal(60), Decimal("0.7"), 0, "建议不变", "Suggested: no change"),
    Band(
        Decimal(50),
        Decimal("0.6"),
        -1,
        "建议降级",
        "Suggested: down one level",
        under_observation=True,
    ),
    Band(Decimal(0), Decimal("0.4"), None, "建议辞退", "Dismissal suggested"),
)

AGENT = Plan(
    "customer-service-agent",
    "客服人员绩效考核表",
    "Customer-service agent scorecard",
    "客服人员绩效考核表，三处更正见说明",
    _AGENT_LINES,
    _AGENT_BANDS,
    (Veto("critical_failures", Decimal("59.99")),),
    cadence=Cadence.YEAR_AVERAGE,
    adjustment_limit=Decimal(5),
)


def _graded(
    code: str,
    names: str,
    radar: Radar,
    measure: str,
    weight: str,
    marks: str,
    percents: str,
    otherwise: str = "0",
) -> Line:
    """Return a line of the graded sheet; marks and percents stand side by side."""
    name_zh, name_en = names.split(" | ")
    pairs = zip(marks.split("/"), percents.split("/"), strict=True)
    grades = tuple(Grade(Decimal(at), Decimal(percent)) for at, percent in pairs)
    return Line(
        code,
        name_zh,
        name_en,
        Group.QUANTITATIVE,
        radar,
        measure,
        Decimal(weight),
        (Grades(grades, Decimal(otherwise)),),
        source=_GRADED,
    )


_GRADED_LINES = (
    _graded(
        "sales_completion",
        "销售额完成率 | Sales target completion",
        Radar.SALES,
        "sales_completion",
        "30",
        "1/0.9/0.8/0.7/0.6/0.5/0.4",
        "100/85/70/55/40/25/10",
    ),
    _graded(
        "inquiry_conversion",
        "询单转化率 | Inquiry conversion",
        Radar.CONVERSION,
        "inquiry_conversion",
        "20",
        "0.45/0.4/0.35",
        "100/80/60",
    ),
    _graded(
        "average_order_value",
        "客单价 | Average order value",
        Radar.PRODUCTS,
        "average_order_value",
        "20",
        "250/230/210",
        "100/80/60",
    ),
    _graded(
        "reply_rate",
        "回复率 | Reply rate",
        Radar.SERVICE,
        "reply_rate",
        "20",
        "0.98/0.95/0.92",
        "100/80/60",
    ),
    _graded(
        "response_time",
        "响应时间 | Response time",
        Radar.SERVICE,
        "average_response_seconds",
        "5",
        "35/45/55",
        "100/80/60",
    ),
    _graded(
        "attendance",
        "出勤 | Attendance",
        Radar.ATTENDANCE,
        "attendance",
        "5",
        "0/3",
        "100/80",
        "60",
    ),
)

GRADED = Plan(
    "graded-sheet",
    "分档考核表",
    "Graded sheet",
    "分档考核表",
    _GRADED_LINES,
    (
        Band(Decimal(90), Decimal("1.0"), 0, "不调整级别", "No level change", "金牌", "Gold"),
        Band(Decimal(80), Decimal("0.8"), 0, "不调整级别", "No level change", "银牌", "Silver"),
        Band(Decimal(70), Decimal("0.6"), 0, "不调整级别", "No level change", "铜牌", "Bronze"),
        Band(Decimal(0), Decimal("0.5"), 0, "不调整级别", "No level change", "未达铜牌", "Below bronze"),
    ),
)

SHIPPED: dict[str, Plan] = {plan.code: plan for plan in (AGENT, GRADED)}
