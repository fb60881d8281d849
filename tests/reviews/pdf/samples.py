"""Worded cards to draw: the default plan's fifteen lines, in both languages."""

from dataclasses import replace
from decimal import Decimal

from reviews.sheet import (
    BandBox,
    BandStrip,
    CardSheet,
    Comment,
    Equation,
    Fact,
    LineGroup,
    Money,
    MoneyRow,
    Radar,
    RadarAxis,
    Segment,
    SheetLine,
    SheetObjection,
    Shortfall,
    Signature,
    Trend,
    TrendMonth,
)

# code, weight, points, standard, actual, names and explanations in both languages
ROWS = [
    ("sales_completion", 30, "30.00", "≥ 100%", "103.57%",
     "销售额完成率", "Sales completion",
     "销售额 186,420.50 ÷ 目标 180,000.00；达标，满 110% 再加 2 分",
     "Sales 186,420.50 ÷ target 180,000.00; standard met, 2 more points from 110%"),
    ("sales_growth", 8, "9.00", "≥ 0%", "+8.83%",
     "销售增长率", "Sales growth",
     "上月 171,300.00；每增长满 5% 加 1 分，满 1 档",
     "Previous month 171,300.00; every whole 5 points of growth earn 1 point: 1 step"),
    ("conversion", 5, "3.00", "≥ 1.5%", "1.29%",
     "转化率（全店）", "Conversion (shop)",
     "支付买家 2,410 ÷ 访客 186,300；低于 1.5% 减 2 分，低于 1% 减 3 分",
     "Paying buyers 2,410 ÷ visitors 186,300; below 1.5% costs 2 points, below 1% 3"),
    ("featured_products", 5, "4.00", "≥ 80%", "76.00%",
     "主推单品", "Featured products",
     "主推销售 39,520.00 ÷ 目标 52,000.00；低于 80% 减 1 分，满 100% 加 1 分",
     "Featured sales 39,520.00 ÷ target 52,000.00; below 80% costs 1 point, from 100% earns 1"),
    ("refund_rate", 5, "5.00", "< 1%", "0.74%",
     "退单率", "Refund rate", "退单 4 ÷ 订单 538；满 1% 减 5 分",
     "Refunded orders 4 ÷ orders 538; 1% or more costs 5 points"),
    ("consultations", 5, "5.00", "≥ 80%", "136.00%",
     "咨询量", "Consultations", "已接待 612 人 ÷ 标准 450 人；达标",
     "Answered 612 ÷ standard 450; standard met"),
    ("disputes", 5, "3.00", "0 起", "1 起",
     "交易纠纷", "Disputes", "客服原因 1 起，减 2 分（异议 1 成立，已由 2 起改为 1 起）",
     "1 caused by service costs 2 points (objection 1 upheld: 2 became 1)"),
    ("order_share", 2, "2.00", "≥ 50%", "108.32%",
     "个人成交率", "Order share", "本人订单 538 ÷ 人均 496.67（全组 2,980 单 ÷ 6 人）；达标",
     "Own orders 538 ÷ equal share 496.67 (team 2,980 ÷ 6 agents); standard met"),
    ("response_time", 5, "5.00", "≤ 30 秒", "28.4 秒",
     "响应时间", "Response time", "当月平均响应 28.4 秒；超过 30 秒减 1 分",
     "Average response 28.4 s over the month; over 30 s costs 1 point"),
    ("service_attitude", 5, "4.80", "5.00", "4.80",
     "服务态度", "Service attitude", "抽查 6 通（成交 3、未成交 3）平均 4.80，按比例计分",
     "6 spot checks (3 sold, 3 unsold) average 4.80, scored in proportion"),
    ("communication", 5, "4.50", "5.00", "4.50",
     "沟通技巧", "Communication", "抽查 6 通平均 4.50；主要原因：未主动确认尺寸（2 通）",
     "6 spot checks average 4.50; main cause: size not confirmed (2 chats)"),
    ("follow_up", 5, "4.20", "5.00", "4.20",
     "跟进与促成", "Follow-up and closing", "抽查 6 通平均 4.20；主要原因：离开前未跟进（3 通）",
     "6 spot checks average 4.20; main cause: no follow-up before the buyer left (3 chats)"),
    ("product_knowledge", 5, "4.60", "100 分", "92 分",
     "产品知识", "Product knowledge", "10-21 产品考试最好成绩 92 分，按比例计分",
     "Best mark 92 in the product exam of 10-21, scored in proportion"),
    ("job_skills", 5, "4.40", "100 分", "88 分",
     "岗位技能", "Job skills", "09-16 实操考试 88 分，90 天内有效",
     "Practical exam of 09-16, mark 88, valid for 90 days"),
    ("work_summary", 5, "4.50", "5.0", "4.5",
     "工作总结", "Work summary", "10-30 提交，主管评 4.5 分：“数据完整，改进措施可再具体”",
     "Handed in 10-30, supervisor's mark 4.5: 'complete data, plan could be more concrete'"),
]  # fmt: skip
UNITS = {"0 起": "0", "1 起": "1", "≤ 30 秒": "≤ 30 s", "28.4 秒": "28.4 s",
         "100 分": "100", "92 分": "92", "88 分": "88"}  # fmt: skip
BANDS = [("0", "< 50", "0.4"), ("50", "50 – 60", "0.6"), ("60", "60 – 80", "0.7"),
         ("80", "80 – 90", "0.8"), ("90", "90 – 100", "0.9"), ("100", "≥ 100", "1.2")]  # fmt: skip


def signed(amount: Decimal) -> str:
    """An amount with its sign, nothing for zero."""
    return f"{amount:+}".replace("-", "−") if amount else ""


def lines(language: str) -> list[SheetLine]:
    """The fifteen lines as the sample month scored them."""
    made = []
    for code, weight, points, standard, actual, zh, en, note_zh, note_en in ROWS:
        delta = Decimal(points) - weight
        chinese = language == "zh-hans"
        made.append(
            SheetLine(
                code=code,
                name=zh if chinese else en,
                status="scored",
                weight=str(weight),
                standard=standard if chinese else UNITS.get(standard, standard),
                actual=actual if chinese else UNITS.get(actual, actual),
                points=points,
                delta=signed(delta),
                badge="",
                note=note_zh if chinese else note_en,
                rule="",
                inputs=(),
                steps=(),
                weight_value=Decimal(weight),
                points_value=Decimal(points),
                bonus_limit=Decimal(0),
            )
        )
    return made


def pick(language: str, zh: str, en: str) -> str:
    """The text of one language."""
    return zh if language == "zh-hans" else en


def groups(language: str) -> tuple[LineGroup, ...]:
    """The two groups of the default plan."""
    made = lines(language)
    return (
        LineGroup(
            code="quantitative",
            name=pick(language, "定量指标", "Quantitative"),
            weight="65",
            points="61.00",
            lines=tuple(made[:8]),
        ),
        LineGroup(
            code="qualitative",
            name=pick(language, "定性指标", "Qualitative"),
            weight="35",
            points="32.00",
            lines=tuple(made[8:]),
        ),
    )


def radar(language: str) -> Radar:
    """Six groups against the team."""
    names = [
        ("销售业绩", "Sales", "103", "94"),
        ("转化成交", "Conversion", "75", "80"),
        ("主推与咨询", "Featured and consultations", "80", "92"),
        ("售后质量", "After-sales quality", "100", "82"),
        ("服务表现", "Service", "90", "78"),
        ("知识与总结", "Knowledge and summary", "90", "72"),
    ]
    return Radar(
        title=pick(language, "得分率", "Share of weight"),
        caption=pick(language, "最外圈 100%，中心 40%", "outer ring 100%, centre 40%"),
        axes=tuple(
            RadarAxis(
                name=pick(language, zh, en),
                own=Decimal(own),
                own_text=f"{own}%",
                team=Decimal(team),
                team_text=f"{team}%",
            )
            for zh, en, own, team in names
        ),
        team_label=pick(language, "全组平均（6 人）", "Team average (6 people)"),
    )


def trend(language: str) -> Trend:
    """Six months with the team's averages."""
    own = ["86.40", "88.10", "84.75", "90.20", "91.60", "93.00"]
    team = ["86.10", "87.00", "86.20", "87.90", "88.30", "89.10"]
    english = ["May", "Jun", "Jul", "Aug", "Sep", "Oct"]
    return Trend(
        title=pick(language, "近六个月总分", "Totals of six months"),
        caption=pick(language, "实线本人，虚线全组平均", "solid: own, dashed: team"),
        months=tuple(
            TrendMonth(
                label=pick(language, f"{place + 5} 月", english[place]),
                own=Decimal(own[place]),
                own_text=own[place],
                team=Decimal(team[place]),
            )
            for place in range(6)
        ),
        note=pick(
            language,
            "10 月全组平均 89.10，本人高 3.90 分",
            "Team average in October 89.10, own total 3.90 above",
        ),
        bounds=tuple(Decimal(bound) for bound, _, _ in BANDS),
    )


def objections(language: str) -> tuple[SheetObjection, ...]:
    """One upheld, one not."""
    head = pick(language, "客服的理由，11-09 20:31", "Agent's reason, 11-09 20:31")
    answer = pick(language, "经理沈国栋的答复，11-10 15:05", "Answer by Shen Guodong, 11-10 15:05")
    return (
        SheetObjection(
            number=1,
            line=pick(language, "交易纠纷", "Disputes"),
            reason_head=head,
            reason="10-18 退款由物流延误引起，我当天已登记改派并致歉，不应计为客服原因。",
            evidence=pick(
                language,
                "证据：聊天截图 2 张、物流单",
                "Evidence: 2 screenshots, waybill",
            ),
            answer_head=answer,
            answer="成立。物流记录显示 10-18 起停滞，原因改为“物流”，计数 2 起改为 1 起。",
            outcome="1.00 → 3.00",
            reply="",
        ),
        SheetObjection(
            number=2,
            line=pick(language, "跟进与促成", "Follow-up and closing"),
            reason_head=head,
            reason="10-23 抽查的买家已明确表示“先不买”，没有再跟进的必要。",
            evidence=pick(language, "证据：聊天原文", "Evidence: chat"),
            answer_head=answer,
            answer="不成立。买家问过到货时间，按评分细则应留下到货提醒；维持原分。",
            outcome=pick(language, "4.20 不变", "4.20 stays"),
            reply="",
        ),
    )


def signatures(language: str) -> tuple[Signature, ...]:
    """All five steps taken."""
    steps = [
        ("主管提交", "Submitted", "周敏", "2026-11-04 17:26"),
        ("总监批准", "Approved by the director", "何俊", "2026-11-06 10:12"),
        ("客服同意更正", "Agent agrees", "林晓芸", "2026-11-10 18:40"),
        ("经理关账", "Closed by the manager", "沈国栋", "2026-11-11 17:02"),
        ("人力核准", "Taken over by HR", "韩雪", "2026-11-13 09:40"),
    ]
    return tuple(
        Signature(label=pick(language, zh, en), name=name, when=(at,), open=False)
        for zh, en, name, at in steps
    )


def money(language: str) -> Money:
    """Base and performance pay."""
    return Money(
        title=pick(language, "当月薪资（元）", "Pay of the month (CNY)"),
        rows=(
            MoneyRow(
                label=pick(language, "级别工资", "Base salary"),
                detail=pick(language, "中级二档", "Middle 2"),
                amount="4,200.00",
            ),
            MoneyRow(
                label=pick(language, "绩效工资", "Performance salary"),
                detail="1,800.00 × 0.9",
                amount="1,620.00",
            ),
        ),
        total=MoneyRow(
            label=pick(language, "两项合计", "Both together"),
            detail=pick(language, "税前", "before tax"),
            amount="5,820.00",
        ),
        note=pick(
            language,
            "提成与奖励见工资单。",
            "Commission and rewards stand on the pay statement.",
        ),
    )


def bands(language: str) -> BandStrip:
    """Six bands, the fifth is the card's."""
    return BandStrip(
        caption=pick(
            language,
            "绩效等级与绩效工资系数（下限计入本级）",
            "Bands and multiplier on performance pay (lower bound included)",
        ),
        boxes=tuple(
            BandBox(
                at_least=Decimal(low),
                bounds=bounds,
                multiplier=f"× {times}",
                current=low == "90",
            )
            for low, bounds, times in BANDS
        ),
        distance=pick(language, "距上一级 7.00 分", "7.00 to the next"),
        advice=pick(language, "建议升 1 级或不变", "Suggested: up one level, or none"),
        advice_note=pick(
            language,
            "按全年平均提出，由人力决定",
            "proposed from the year's average, a person decides",
        ),
        highest=Decimal(121),
    )


def card(language: str = "zh-hans") -> CardSheet:
    """A confirmed card with money, as its agent reads it."""
    return CardSheet(
        language=language,
        title=pick(language, "客服月度绩效考核表", "Monthly scorecard"),
        place=pick(language, "云杉家居旗舰店（天猫）", "云杉家居旗舰店 (Tmall)"),
        month=pick(language, "2026 年 10 月", "October 2026"),
        month_key="2026-10",
        person="林晓芸",
        person_number="KF-0127",
        card_number="KJ26-7Q4M-9XTP",
        facts=(
            Fact(label=pick(language, "姓名", "Name"), value="林晓芸"),
            Fact(label=pick(language, "工号", "Number"), value="KF-0127"),
            Fact(
                label=pick(language, "岗位", "Position"),
                value=pick(language, "售前客服", "Pre-sales agent"),
            ),
            Fact(
                label=pick(language, "级别", "Level"),
                value=pick(language, "中级二档", "Middle 2"),
            ),
            Fact(
                label=pick(language, "小组 · 主管", "Team · supervisor"),
                value="售前二组 · 周敏",
            ),
            Fact(
                label=pick(language, "考核方案", "Plan"),
                value=pick(
                    language,
                    "客服人员绩效考核 第 3 版",
                    "Customer-service agent, version 3",
                ),
            ),
        ),
        state="confirmed",
        state_text=pick(language, "已确认", "Confirmed"),
        banner="",
        total="93.00",
        total_label=pick(language, "总分", "Total"),
        total_value=Decimal("93.00"),
        total_note="",
        equation=Equation(
            full="100.00",
            full_label="",
            short="8.00",
            short_label="",
            extra="1.00",
            extra_label="",
            total="93.00",
            total_label="",
        ),
        bands=bands(language),
        segments=(
            Segment(
                title="",
                groups=groups(language),
                weight="100",
                points="93.00",
                delta="−7.00",
                note=pick(
                    language,
                    "定量 61.00 + 定性 32.00",
                    "Quantitative 61.00 + qualitative 32.00",
                ),
            ),
        ),
        trend=trend(language),
        radar=radar(language),
        money=money(language),
        shortfalls=(),
        comment=Comment(
            label=pick(language, "主管评语", "Comment"),
            text="本月销售完成稳定，响应速度为全组第二。主推单品连续两个月未达 80%，"
            "请在每次接待中至少提一次当月主推；跟进环节建议使用到货提醒短语。",
        ),
        objections=objections(language),
        signatures=signatures(language),
        notes=(
            pick(
                language,
                "电子签署，时间为北京时间。",
                "Signed electronically, Beijing time.",
            ),
            pick(
                language,
                "考核表第 2 版（异议 1 成立后重算），第 1 版可在网页查看。",
                "Card version 2 (objection 1 upheld); version 1 stands on the page.",
            ),
        ),
    )


def team_card(language: str = "zh-hans") -> CardSheet:
    """The edition without pay, confirmed by silence, two steps still open."""
    whole = signatures(language)
    return replace(
        card(language),
        money=None,
        objections=(),
        shortfalls=(
            Shortfall(
                name=pick(language, "退单率", "Refund rate"),
                delta="−5.00",
                team=pick(language, "全组平均 −0.83", "team −0.83"),
            ),
            Shortfall(
                name=pick(language, "转化率（全店）", "Conversion (shop)"),
                delta="−2.00",
                team=pick(language, "全组平均 −2.00", "team −2.00"),
            ),
            Shortfall(
                name=pick(language, "工作总结", "Work summary"),
                delta="−1.40",
                team=pick(language, "全组平均 −0.62", "team −0.62"),
            ),
        ),
        signatures=(
            *whole[:2],
            replace(
                whole[2],
                when=(
                    pick(
                        language,
                        "11-06 送达，至 11-10 18:00",
                        "Delivered 11-06, until 11-10 18:00",
                    ),
                    pick(language, "未提异议，视为确认", "no objection: counts as confirmed"),
                ),
            ),
            Signature(
                label=whole[3].label,
                name=pick(language, "待关账", "To be closed"),
                when=(pick(language, "截止 2026-11-11", "by 2026-11-11"),),
                open=True,
            ),
            Signature(
                label=whole[4].label,
                name=pick(language, "待核准", "To be taken over"),
                when=(pick(language, "截止 2026-11-13", "by 2026-11-13"),),
                open=True,
            ),
        ),
    )
