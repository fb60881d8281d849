"""What keeps a plan from being published, and the words it is said in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from reviews.measures import MEASURES
from reviews.scoring.checks import can_publish, check_plan
from reviews.scoring.plan import Band, Cadence
from reviews.scoring.rules import Events, Grade, Grades, Linear, Mark, Step, Steps
from reviews.shipped import AGENT, SHIPPED
from tests.reviews.scoring.builders import line, plan, tiers, with_line

CONVERSION = tiers(("<", "0.015", "-3"), ("<", "0.01", "-2"), ("<", "0.005", "-5"))


def failures(one):
    return [(c.code, p) for c in check_plan(one, MEASURES) for p in c.problems if p.code != "waits"]


def weights(*values):
    return plan(*(replace(line("work_summary", Linear(D(0), D(5)), weight=w), code=f"l{i}")
                  for i, w in enumerate(values)))  # fmt: skip


def bands(*rows):
    made = [Band(D(at), D(m), 0, "", "") for at, m in rows]
    return replace(AGENT, bands=tuple(made))


@pytest.mark.parametrize("shipped", SHIPPED.values(), ids=SHIPPED)
def test_the_shipped_plans_can_be_published(shipped):
    checks = check_plan(shipped, MEASURES)
    assert can_publish(checks)
    assert len(checks) == 6, "passed checks are listed too"


def test_the_highest_total_is_said():
    assert check_plan(AGENT, MEASURES)[-1].detail == ("最高 111 分", "highest total 111")


def one_line(*rules, measure="work_summary", **more):
    return plan(line(measure, *rules, **more))


SLOPE = Linear(D(0), D(5))

BROKEN = [
    ("weights of 99", with_line(AGENT, "sales_completion", weight=D(29)), "weights", "还差 1 分", "1 short"),
    ("weights of 100.01", weights("50", "50.01"), "weights", "多 0.01 分", "0.01 above"),
    ("a third, three times", weights("33.33", "33.33", "33.33"), "weights", "还差 0.01", "0.01 short"),
    ("a weight of 0", weights("100", "0"), "weight", "大于 0", "above 0"),
    ("a negative weight", weights("101", "-1"), "weight", "大于 0", "above 0"),
    ("a weight of three decimals", weights("99.999", "0.001"), "weight", "两位小数", "two decimals"),
    ("no lines", plan(), "no_lines", "还没有指标", "no lines"),
    (
        "the same line twice",
        plan(line("work_summary", SLOPE, weight="50"), line("work_summary", SLOPE, weight="50")),
        "double_line",
        "有 2 个",
        "2 times",
    ),
    ("an unknown measure", one_line(SLOPE, measure="luck"), "unknown_measure", "luck", "luck"),
    ("no rule", one_line(), "no_rule", "还没有评分标准", "no rule"),
    (
        "no count standard",
        one_line(tiers(("<", "1", "-1")), measure="consultations"),
        "standard",
        "标准人数",
        "standard count",
    ),
    (
        "a worse value that scores more",
        with_line(AGENT, "conversion", rules=(CONVERSION,)),
        "not_monotone",
        "更差的值得分更高。建议把两处分数对调。",
        "the worse value scores more. Swapping the two would mend it.",
    ),
    ("a slope the wrong way", one_line(Linear(D(5), D(0))), "not_monotone", "更差的值", "worse value"),
    ("an added point for a dispute", one_line(Events(D(1)), measure="disputes", bonus_limit=D(5)),
     "not_monotone", "更差的值", "worse value"),
    ("events that are worse and earn", one_line(Events(D(1)), measure="refund_rate"),
     "not_monotone", "却加分", "yet earn"),
    ("a slope without length", one_line(Linear(D(1), D(1))), "linear", "不能相同", "must differ"),
    ("two slopes", one_line(SLOPE, SLOPE), "setting_rule", "只能有一个", "stand alone"),
    ("a deduction beside grades", one_line(Grades((Grade(D(1), D(50)),)), tiers(("<", "1", "-1"))),
     "setting_rule", "只能有加分", "only bonuses"),
    ("a step of no size", one_line(Steps(D(1), off=Step(D(0), D(1)))), "steps", "大于 0", "above 0"),
    ("steps of almost nothing", one_line(Steps(D(1), off=Step(D(1), D("0.01")))), "steps", "太小", "too small"),
    ("a standard and nothing else", one_line(Steps(D(1))), "steps", "请填", "Say what"),
    ("no tiers", one_line(tiers()), "tiers", "至少填一个", "at least one"),
    ("a threshold twice", one_line(tiers(("<", "1", "-1"), ("<", "1", "-2"))), "tiers", "两次", "twice"),
    ("a grade of 250 %", one_line(Grades((Grade(D(1), D(250)),))), "grades", "0 到 200", "0 to 200"),
    ("events of a rate without counts", one_line(Events(D(-1)), measure="answer_ratio"),
     "events", "不计次数", "counts no events"),
    ("a small sample without its rule", one_line(tiers((">=", "1", "-1")), measure="refund_rate",
     small_sample_below=D(20)), "small_sample", "一起填", "belong together"),
    ("a number that is none", one_line(tiers(("<", "NaN", "-1"))), "tiers", "不完整", "not complete"),
    ("an infinite step", one_line(Steps(D("Infinity"), off=Step(D(1), D(1)))), "steps", "不完整", "complete"),
    ("a bonus that comes too early", one_line(Steps(D(1), off=Step(D("0.1"), D(1)), once=Mark(D(1), D(-3))),
     measure="sales_completion"), "not_monotone", "更差的值", "worse value"),
    ("no bands", replace(AGENT, bands=()), "band_gap", "空档", "a gap"),
    ("a gap below 50", replace(AGENT, bands=AGENT.bands[:-1]), "band_gap", "0 至 50 没有等级", "from 0 to 50"),
    ("two bands from 60", bands((60, 1), (60, "0.9"), (0, "0.5")), "band_overlap", "重叠", "overlap"),
    ("a lower total that earns more", bands((60, "0.8"), (0, "0.9")), "multiplier_rises", "系数更高", "earns more"),
    ("a band nobody reaches", bands((120, 2), (0, 1)), "unreachable", "最高只有 111 分", "highest total is 111"),
    ("a band between two totals", replace(one_line(tiers(("<", "3", "-50"))),
     bands=(Band(D(70), D(1), 0, "", ""), Band(D(60), D(1), 0, "", ""), Band(D(0), D(1), 0, "", ""))),
     "unreachable", "没有总分能落进去", "No total can fall"),
    ("a negative multiplier", bands((60, "1"), (0, "-1")), "band_number", "不能是 -1", "cannot be -1"),
    ("a streak of one month", replace(AGENT, cadence=Cadence.STREAK, cadence_months=1), "cadence", "2 以上", "2 or more"),
    ("an adjustment below 0", replace(AGENT, adjustment_limit=D(-1)), "adjustment", "不能小于 0", "below 0"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "code", "zh", "en"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_refused(one, code, zh, en):
    found = [problem for _check, problem in failures(one) if problem.code == code]
    assert found, failures(one)
    assert zh in found[0].words[0]
    assert en in found[0].words[1]
    assert not can_publish(check_plan(one, MEASURES))


def test_a_monotone_failure_names_the_line_two_values_and_the_repair():
    (_code, problem), *_rest = failures(with_line(AGENT, "conversion", rules=(CONVERSION,)))
    assert problem.place.line == "conversion"
    assert problem.words[0].startswith("转化率：1.00 % 得 2 分，0.70 % 得 3 分")
    assert problem.repair.effects == (D(-2), D(-3), D(-5))
    mended = tiers(
        *(("<", t, str(e)) for t, e in zip(("0.015", "0.01", "0.005"), problem.repair.effects, strict=True))
    )
    assert not failures(with_line(AGENT, "conversion", rules=(mended,)))


def test_all_problems_are_named_at_once():
    broken = replace(with_line(AGENT, "conversion", rules=(CONVERSION,), weight=D(4)), bands=AGENT.bands[:-1])
    assert {code for code, _problem in failures(broken)} == {"weights", "monotone", "bands"}


def test_rules_are_judged_together():
    rule = Steps(D(1), off=Step(D("0.5"), D(2)))
    offset = tiers(("<", "0.5", "2"))
    alone = one_line(offset, measure="sales_completion", bonus_limit=D(2))
    both = one_line(rule, offset, measure="sales_completion", bonus_limit=D(2))
    assert [code for code, _p in failures(alone)] == ["monotone"]
    assert [p.words[0] for _c, p in failures(both)], "98 at 50 %, 100 below: still a rise"
    heavier = one_line(Steps(D(1), off=Step(D("0.49"), D(3))), offset, measure="sales_completion")
    assert failures(heavier), "97 at 0.5, 99 below"


def test_every_count_of_events_is_looked_at():
    bands = tuple(Band(D(at), D(1), 0, "", "") for at in (70, 60, 0))
    every_25 = replace(one_line(Events(D(-25)), measure="disputes"), bands=bands)
    every_5 = replace(one_line(Events(D(-5)), measure="disputes"), bands=bands)
    assert [problem.code for _check, problem in failures(every_25)] == ["unreachable"]
    assert not failures(every_5)


def test_a_huge_threshold_costs_no_time():
    far = tiers((">=", "999999999", "-5"), (">=", "2", "-1"))
    assert not failures(one_line(far, measure="disputes"))
