"""What holds for every plan and every input."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.measures import MEASURES, score_facts
from reviews.scoring.checks import check_plan
from reviews.scoring.curve import points_at
from reviews.scoring.facts import Fact
from reviews.scoring.plan import Band, Group, Line, Plan, Radar, Veto, canonical_bytes
from reviews.scoring.plan_data import plan_from_data, plan_sha256, plan_to_data
from reviews.scoring.rules import (
    Events,
    Grade,
    Grades,
    Linear,
    Mark,
    Step,
    Steps,
    Tier,
    Tiers,
)
from reviews.shipped import AGENT
from tests.reviews.scoring.builders import SOLID

# One measure of each shape: ratio up, ratio down, seconds down, count down, mark up.
SHAPES = {
    "sales_completion": ("sales", 2),
    "refund_rate": ("refunded_orders", 1),
    "average_response_seconds": ("response_seconds", 200),
    "disputes": ("disputes", 12),
    "work_summary": ("work_summary", 5),
}


def decimals(low: str, high: str, places: int = 2) -> st.SearchStrategy[D]:
    return st.decimals(D(low), D(high), places=places, allow_nan=False, allow_infinity=False)


def values_of(measure: str) -> st.SearchStrategy[D]:
    if measure == "disputes":
        return st.integers(0, 12).map(D)
    return decimals("0", str(SHAPES[measure][1]), 3)


@st.composite
def steps(draw, measure):
    step = st.none() | st.builds(Step, values_of(measure).filter(lambda n: n > 0), decimals("0.1", "9"))
    made = Steps(
        draw(values_of(measure)),
        draw(step),
        draw(step),
        draw(st.none() | st.builds(Mark, values_of(measure), decimals("0", "5"))),
    )
    return made if made.off or made.on or made.once else Steps(made.standard, Step(D(1), D(1)))


@st.composite
def tiers(draw, measure):
    rows = draw(
        st.lists(
            st.builds(Tier, st.sampled_from(["<", "<=", ">=", ">"]), values_of(measure), decimals("-9", "9")),
            min_size=1,
            max_size=4,
            unique_by=lambda tier: (tier.operator, tier.threshold),
        )
    )
    return Tiers(tuple(rows))


def grades(measure):
    return st.builds(
        Grades,
        st.lists(
            st.builds(Grade, values_of(measure), decimals("0", "100")),
            min_size=1,
            max_size=4,
            unique_by=lambda grade: grade.threshold,
        ).map(tuple),
        decimals("0", "100"),
    )


def slopes(measure):
    ends = st.tuples(values_of(measure), values_of(measure)).filter(lambda pair: pair[0] != pair[1])
    return ends.map(lambda pair: Linear(*pair))


@st.composite
def lines(draw, measure, weight):
    changing = st.one_of(steps(measure), tiers(measure))
    if measure == "disputes":
        changing |= st.builds(Events, decimals("-9", "9").filter(bool))
    rules = draw(
        st.one_of(
            st.lists(changing, min_size=1, max_size=3).map(tuple),
            st.tuples(grades(measure)),
            st.tuples(slopes(measure)),
        )
    )
    return Line(
        measure,
        "指标",
        "Line",
        Group.QUANTITATIVE,
        Radar.SALES,
        measure,
        weight,
        rules,
        draw(decimals("0", "10")),
    )


@st.composite
def plans(draw):
    """Any plan with whole numbers, most of them not monotone; weights always sum to 100."""
    chosen = draw(st.lists(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=5, unique=True))
    cuts = draw(
        st.lists(
            st.integers(1, 9999),
            min_size=len(chosen) - 1,
            max_size=len(chosen) - 1,
            unique=True,
        )
    )
    bounds = [0, *sorted(cuts), 10000]
    weights = [D(b - a) / 100 for a, b in itertools.pairwise(bounds)]
    made = [draw(lines(m, w)) for m, w in zip(chosen, weights, strict=True)]
    bands = (Band(D(60), D(1), 0, "好", "Good"), Band(D(0), D("0.5"), None, "差", "Poor"))
    return Plan("any", "任意", "Any", "clause", tuple(made), bands, (Veto("critical_failures", D(50)),))


@st.composite
def inputs(draw):
    """Facts of all shapes, some of them missing."""
    made = {
        "sales_target": Fact.present(D(1000)),
        "orders": Fact.present(draw(st.integers(0, 300))),
    }
    amounts = {
        "sales": decimals("0", "3000"),
        "refunded_orders": st.integers(0, 300).map(D),
        "response_seconds": decimals("0", "300", 3),
        "disputes": st.integers(0, 12).map(D),
        "work_summary": decimals("0", "5", 3),
    }
    for key, strategy in amounts.items():
        value = draw(st.none() | strategy)
        if value is not None:
            made[key] = Fact.present(value)
    return made


@given(plans(), inputs(), st.integers(0, 2))
@settings(max_examples=80)
def test_lines_add_up_and_stay_in_their_bounds(plan, facts, failures):
    card = score_facts(plan, facts, critical_failures=failures)
    points = [one.points for one in card.lines]
    for one in card.lines:
        assert (one.points is None) == (one.line.code in card.missing)
        if one.points is not None:
            assert 0 <= one.points <= one.line.weight + one.line.bonus_limit
            assert one.points == one.points.quantize(D("0.01"))
    if card.missing:
        assert card.total is None
    else:
        assert card.lines_total == card.total_before_cap == sum(points)
        assert card.total == (min(card.lines_total, D(50)) if failures else card.lines_total)


@given(plans(), inputs())
@settings(max_examples=40)
def test_the_same_input_gives_the_same_bytes(plan, facts):
    def written():
        card = score_facts(plan, dict(reversed(facts.items())))
        return canonical_bytes({"lines": [one.explanation for one in card.lines], "total": str(card.total)})

    first = written()
    facts = dict(sorted(facts.items()))
    assert first == written()
    assert json.loads(first)["lines"][0]["schema"] == 1


@given(plans())
@settings(max_examples=60)
def test_a_plan_survives_the_round_trip_through_data(plan):
    text = json.dumps(plan_to_data(plan), ensure_ascii=False)
    again = plan_from_data(json.loads(text))
    assert again == plan
    assert plan_sha256(again) == plan_sha256(plan)


@given(st.data())
@settings(max_examples=200)
def test_what_passes_as_monotone_is_monotone_and_what_fails_is_not(data):
    measure = MEASURES[data.draw(st.sampled_from(sorted(SHAPES)))]
    line = data.draw(lines(measure.code, D(100)))
    plan = Plan("one", "一", "One", "clause", (line,), (Band(D(0), D(1), 0, "", ""),))
    checks = {check.code: check for check in check_plan(plan, MEASURES)}
    if not checks["numbers"].passed:
        return
    problems = checks["monotone"].problems
    if problems:
        low, high = problems[0].span
        a, b = (points_at(line, measure, line.rules, value) for value in (low, high))
        assert (a > b) if measure.higher_is_better else (a < b), "the two values named prove it"
        return
    pair = sorted(data.draw(st.tuples(values_of(measure.code), values_of(measure.code))))
    low, high = (points_at(line, measure, line.rules, Fraction(value)) for value in pair)
    assert (low <= high) if measure.higher_is_better else (low >= high)


BETTER = {
    "sales": "up", "featured_sales": "up", "consultations": "up", "service_attitude": "up",
    "communication": "up", "follow_up": "up", "product_exam": "up", "skills_exam": "up",
    "work_summary": "up", "shop_buyers": "up", "refunded_orders": "down", "disputes": "down",
    "response_seconds": "down",
}  # fmt: skip


@given(st.sampled_from(sorted(BETTER)), st.data())
@settings(max_examples=120)
def test_better_never_scores_less_on_the_default_plan(key, data):
    tops = {"service_attitude": 5, "communication": 5, "follow_up": 5, "work_summary": 5,
            "product_exam": 100, "skills_exam": 100, "refunded_orders": 310}  # fmt: skip
    top = tops.get(key, 200_000)
    low, high = sorted(data.draw(st.tuples(decimals("0", str(top)), decimals("0", str(top)))))
    worse, better = (low, high) if BETTER[key] == "up" else (high, low)
    totals = []
    for value in (worse, better):
        given_facts = {k: Fact.present(D(v)) for k, v in {**SOLID, key: value}.items()}
        totals.append(score_facts(AGENT, given_facts).total)
    assert totals[0] <= totals[1]
