"""The engine's ways of feeding a line: nothing, another measure, a typed value. Rules only, no database."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.fact_keys import FACT_KEYS
from reviews.matrix.feeds import FEEDS, NEXT_BEST
from reviews.matrix.inforce import can_take, can_type
from reviews.measures import MEASURES, score_facts
from reviews.scoring.explain import counted_weight, render_line, sentence
from reviews.scoring.facts import Fact, Source
from reviews.scoring.ways import LineWay, Way
from reviews.shipped import AGENT, GRADED
from tests.reviews.scoring.builders import facts

BY_AMOUNT = {"refund_rate": LineWay(Way.MEASURE, "本店无退款单数。九月起", measure="refund_amount_rate")}
TYPED = {"refund_rate": LineWay(Way.MANUAL, "平台不给退款单", key="typed_rate.5")}
AWAY = {"refund_rate": LineWay(Way.NOT_APPLICABLE, "本店不做退款")}


def line_of(card, code):
    return next(one for one in card.lines if one.line.code == code)


def total(card):
    return sum((one.points for one in card.lines if one.points is not None), D(0))


def test_another_measure_is_scored_by_the_lines_own_rule_and_said():
    given_facts = {**facts(refunded_orders=None), "refund_amount": Fact.present(D(2000))}
    card = score_facts(AGENT, given_facts, ways=BY_AMOUNT)
    line = line_of(card, "refund_rate")
    assert (line.status, line.points) == ("scored", D("0.00"))
    assert line.line.measure == "refund_amount_rate"
    zh, en = (sentence(line.explanation, lang) for lang in ("zh", "en"))
    assert "本店按退款金额率计算（本店无退款单数）" in zh
    assert "九月起" not in zh
    assert "This shop counts Refund amount rate" in en
    assert AGENT.line("refund_rate").measure == "refund_rate"


@pytest.mark.parametrize(
    ("typed", "status", "points", "said"),
    [
        pytest.param("0.009", "scored", D("5.00"), "本店按录入值计算", id="below the mark"),
        pytest.param("0.01", "scored", D("0.00"), "赵静 录入", id="at the mark"),
        pytest.param(None, "missing", None, "值未录入", id="not typed in yet"),
    ],
)
def test_a_typed_value_is_the_measures_value(typed, status, points, said):
    source = Source.of("manual", by="赵静")
    fact = Fact.missing("not_typed") if typed is None else Fact.present(D(typed), source)
    card = score_facts(AGENT, {**facts(refunded_orders=None), "typed_rate.5": fact}, ways=TYPED)
    line = line_of(card, "refund_rate")
    assert (line.status, line.points) == (status, points)
    text = render_line(line.explanation, "zh")
    words = " ".join([text.note, text.summary, *(one.source for one in text.inputs)])
    assert said in words
    assert [one.name for one in text.inputs] == ["录入值"]


def test_what_does_not_apply_in_the_shop_gives_its_weight_to_the_others():
    card = score_facts(AGENT, facts(refunded_orders=None), ways=AWAY)
    full = score_facts(AGENT, facts())
    away = line_of(card, "refund_rate")
    assert (away.status, away.points) == ("not_applicable", D("0.00"))
    text = render_line(away.explanation, "zh")
    assert text.note == "本店不适用，权重由其他项分担：本店不做退款。"
    assert text.verdict == "权重已分担"
    sales, before = line_of(card, "sales_completion"), line_of(full, "sales_completion")
    assert sales.points == (before.points * 100 / 95).quantize(D("0.01"))
    assert card.total == total(card)


def test_a_spread_weight_moves_no_share_of_weight():
    card = score_facts(AGENT, facts(refunded_orders=None), ways=AWAY)
    weights = {line.line.code: counted_weight(line.explanation) for line in card.lines}
    assert weights["refund_rate"] == 0
    assert weights["sales_completion"] == Fraction(3000, 95)
    assert sum(weights.values()) == 100
    # 4.6 of 5 stays 92 %, however many points a full line gives.
    share = Fraction(line_of(card, "service_attitude").points) / weights["service_attitude"]
    assert round(share, 3) == Fraction(92, 100)


def test_lines_that_do_not_apply_of_themselves_keep_their_full_weight_beside_one_the_shop_spreads():
    card = score_facts(AGENT, facts(refunded_orders=None, previous_sales=None), ways=AWAY)
    growth = line_of(card, "sales_growth")
    assert (growth.status, growth.points) == ("not_applicable", D("8.42"))
    assert growth.explanation["policy"] == "full"


def test_a_plan_without_a_line_left_keeps_the_full_weights():
    ways = {line.code: LineWay(Way.NOT_APPLICABLE, "停业") for line in AGENT.lines}
    assert score_facts(AGENT, {}, ways=ways).total == 100


def test_no_way_changes_nothing():
    one, other = score_facts(AGENT, facts()), score_facts(AGENT, facts(), ways={})
    assert [line.explanation for line in one.lines] == [line.explanation for line in other.lines]
    assert all("shop_way" not in line.explanation for line in one.lines)


CODES = [line.code for line in AGENT.lines]
VALUES = st.fixed_dictionaries(
    {
        "sales": st.integers(0, 300_000),
        "previous_sales": st.one_of(st.none(), st.integers(1, 200_000)),
        "refunded_orders": st.integers(0, 400),
        "consultations": st.integers(0, 900),
        "disputes": st.integers(0, 4),
    }
)


@given(away=st.sets(st.sampled_from(CODES), max_size=14), values=VALUES)
def test_spread_points_stay_within_bounds_and_add_up(away, values):
    ways = {code: LineWay(Way.NOT_APPLICABLE, "x") for code in away}
    card = score_facts(AGENT, facts(**values), ways=ways)
    bonus = sum((line.bonus_limit for line in AGENT.lines if line.code not in away), D(0))
    # Each line is rounded by itself, so the sum may pass the bound by half a hundredth a line.
    assert 0 <= card.total <= 100 + bonus + D("0.005") * len(CODES)
    assert card.total == total(card)
    assert all(line_of(card, code).points == 0 for code in away)


@pytest.mark.parametrize(
    ("line", "measure", "fits"),
    [
        ("refund_rate", "refund_amount_rate", True),
        ("order_share", "order_share_by_buyers", True),
        ("conversion", "conversion_by_orders", True),
        ("refund_rate", "refund_rate", False),
        ("refund_rate", "conversion", False),
        ("refund_rate", "disputes", False),
        ("refund_rate", "no_such_measure", False),
        ("consultations", "conversion", False),
    ],
)
def test_only_a_measure_of_the_same_unit_and_direction_fits(line, measure, fits):
    assert can_take(AGENT.line(line), measure) is fits


def test_every_measures_inputs_have_their_feed_and_every_next_best_fits():
    inputs = {key for measure in MEASURES.values() for key in measure.inputs}
    assert inputs | {"shop_sales", "previous_shop_sales"} <= set(FEEDS) <= set(FACT_KEYS)
    for plan in (AGENT, GRADED):
        for line in plan.lines:
            assert line.measure not in NEXT_BEST or can_take(line, NEXT_BEST[line.measure])
            assert can_type(line)
