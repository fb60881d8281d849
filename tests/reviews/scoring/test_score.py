"""States of lines, totals, caps and bands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest

from reviews.measures import score_facts
from reviews.scoring.facts import Fact
from reviews.scoring.plan import Inapplicable, Veto
from reviews.scoring.rules import Linear, Mark, Steps
from reviews.scoring.score import Adjustment, PayLevel
from reviews.shipped import AGENT, GRADED
from tests.reviews.scoring.builders import agent_line, facts, line, plan, tiers

NA, MISSING = "not_applicable", "missing"


@pytest.mark.parametrize(
    ("code", "changes", "status"),
    [
        pytest.param("sales_completion", {"sales": None}, MISSING, id="no sales"),
        pytest.param("sales_completion", {"sales": "0"}, "scored", id="sales of 0 are a figure"),
        pytest.param("sales_completion", {"sales_target": None}, MISSING, id="no target"),
        pytest.param("sales_completion", {"sales_target": "0"}, MISSING, id="a target of 0"),
        pytest.param("sales_growth", {"previous_sales": None}, NA, id="new hire"),
        pytest.param("sales_growth", {"previous_sales": "0"}, NA, id="growth from 0"),
        pytest.param("sales_growth", {"previous_sales": "-5"}, NA, id="growth from below 0"),
        pytest.param("sales_growth", {"sales": None}, MISSING, id="growth without sales"),
        pytest.param("sales_growth", {"sales": None, "previous_sales": None}, NA, id="neither month"),
        pytest.param("sales_growth", {"previous_sales": Fact.missing()}, MISSING, id="a month to import"),
        pytest.param("conversion", {"shop_visitors": 0}, MISSING, id="0 visitors"),
        pytest.param("featured_products", {"featured_target": None}, NA, id="no featured target"),
        pytest.param("featured_products", {"featured_target": "0"}, NA, id="featured target 0"),
        pytest.param("featured_products", {"featured_sales": None}, MISSING, id="target, no figure"),
        pytest.param("refund_rate", {"orders": 0, "refunded_orders": None}, NA, id="no orders"),
        pytest.param("refund_rate", {"refunded_orders": None}, MISSING, id="refunds not imported"),
        pytest.param("order_share", {"team_orders": 0}, NA, id="0 team orders"),
        pytest.param("order_share", {"team_headcount": None}, MISSING, id="no head count"),
        pytest.param("disputes", {"disputes": None}, MISSING, id="a dispute not decided"),
        pytest.param("consultations", {"consultations": 0}, "scored", id="0 consultations are a figure"),
        pytest.param("service_attitude", {"service_attitude": None}, MISSING, id="no check"),
        pytest.param("service_attitude", {"service_attitude": "0"}, "scored", id="a mark of 0"),
    ],
)
def test_status(code, changes, status):
    assert agent_line(code, **changes)[0] == status


@pytest.mark.parametrize("key", ["inquiries", "buyers", "receptions"])
def test_the_graded_sheet_has_no_line_for_what_did_not_happen(key):
    given = {
        "sales": 9, "sales_target": 9, "inquiries": 9, "paid_inquiries": 0, "buyers": 9,
        "receptions": 9, "unanswered": 0, "response_seconds": 9, "late_or_absent": 0, key: 0,
    }  # fmt: skip
    card = score_facts(GRADED, {k: Fact.present(v) for k, v in given.items()})
    states = [one.status.value for one in card.lines]
    assert states.count(NA) == 1
    assert card.total is not None


def test_without_all_lines_there_is_no_total_but_every_other_line():
    card = score_facts(AGENT, facts(service_attitude=None, sales_target=None), level=PayLevel(D(1), D(1)))
    assert card.missing == ("sales_completion", "service_attitude")
    assert (card.total, card.band, card.performance_pay, card.total_before_cap) == (None, None, None, None)
    assert sum(one.points is not None for one in card.lines) == 13


def test_a_waived_line_gives_its_full_weight_whatever_its_value():
    card = score_facts(AGENT, facts(response_seconds="500"), waived={"response_time": "outage"})
    waived = card.lines[8]
    assert (waived.status, waived.points, waived.value) == ("waived", 5, 500)


def test_the_weight_of_lines_that_do_not_apply_is_spread_without_bonuses():
    spread = replace(AGENT, inapplicable=Inapplicable.SPREAD)
    card = score_facts(spread, facts(previous_sales=None, sales="110000", communication="4.005"))
    got = {one.line.code: one.points for one in card.lines}
    assert got["sales_growth"] == 0
    assert got["sales_completion"] == D("34.61"), "30 × 100 ÷ 92 + 2"
    assert got["communication"] == D("4.35"), "4.005 × 100 ÷ 92 rounded once"
    assert card.total == sum(got.values())


def test_where_nothing_applies_every_line_keeps_its_weight():
    one = plan(line("sales_growth", tiers(("<", "0", "-1"))), inapplicable=Inapplicable.SPREAD)
    assert score_facts(one, {}).total == 100


@pytest.mark.parametrize(
    ("points", "failures", "before", "total"),
    [
        pytest.param("5", 0, "101.30", "101.30", id="up to the limit"),
        pytest.param("-5", 0, "91.30", "91.30", id="down to the limit"),
        pytest.param("5", 1, "101.30", "59.99", id="the cap comes last"),
    ],
)
def test_adjustment_then_cap(points, failures, before, total):
    card = score_facts(
        AGENT, facts(), adjustment=Adjustment(D(points), "helped out"), critical_failures=failures
    )
    assert (card.lines_total, card.total_before_cap, card.total) == (D("96.30"), D(before), D(total))


def test_a_total_is_never_below_zero():
    one = plan(line("work_summary", Linear(D(0), D(5))), adjustment_limit=D(5))
    card = score_facts(one, {"work_summary": Fact.present(0)}, adjustment=Adjustment(D(-5), "x"))
    assert card.total == 0


@pytest.mark.parametrize("base", [AGENT, GRADED], ids=["limit 5", "no adjustment line"])
def test_an_adjustment_above_the_limit_is_refused(base):
    with pytest.raises(ValueError, match="above the limit"):
        score_facts(base, facts(), adjustment=Adjustment(D("5.01"), "too much"))


def test_a_cap_never_lifts_a_total_and_the_strictest_counts():
    vetoes = (Veto("critical_failures", D("59.99")), Veto("critical_failures", D(40), from_count=2))
    one = plan(line("work_summary", Linear(D(0), D(5))), vetoes=vetoes)
    totals = [
        score_facts(one, {"work_summary": Fact.present(mark)}, critical_failures=count).total
        for mark, count in ((5, 1), (5, 2), (1, 1))
    ]
    assert totals == [D("59.99"), D(40), D(20)]


@pytest.mark.parametrize(
    ("total", "multiplier"),
    [
        ("100.01", "1.2"), ("100", "1.2"), ("99.99", "0.9"), ("90", "0.9"), ("89.99", "0.8"),
        ("80", "0.8"), ("79.99", "0.7"), ("60", "0.7"), ("59.99", "0.6"), ("50", "0.6"),
        ("49.99", "0.4"), ("0", "0.4"),
    ],
)  # fmt: skip
def test_band_edges(total, multiplier):
    assert AGENT.band_for(D(total)).multiplier == D(multiplier)


def test_every_cent_is_in_exactly_one_band():
    bands = AGENT.bands_from_top()
    for cents in range(12001):
        total = D(cents) / 100
        inside = [
            band
            for band, above in zip(bands, (None, *bands), strict=False)
            if total >= band.at_least and (above is None or total < above.at_least)
        ]
        assert inside == [AGENT.band_for(total)]


def test_pay_is_rounded_half_up_to_the_cent():
    card = score_facts(AGENT, facts(), level=PayLevel(None, D("1234.05")))
    assert card.performance_pay == D("1110.65"), "1234.05 × 0.9 = 1110.645"


def test_several_shops_are_weighed_by_receptions():
    shops = {
        "shop_buyers.1": 20, "shop_visitors.1": 1000, "shop_receptions.1": 300,
        "shop_buyers.2": 5, "shop_visitors.2": 1000, "shop_receptions.2": 100,
        "shop_buyers.3": None, "shop_visitors.3": 0, "shop_receptions.3": 0,
    }  # fmt: skip
    card = score_facts(AGENT, facts(shop_buyers=None, shop_visitors=None, **shops))
    assert card.lines[2].value == D("0.01625")
    assert "(300 × 20 ÷ 1,000 + 100 × 5 ÷ 1,000) ÷ (300 + 100)" in card.lines[2].explanation["working"]


def test_part_of_a_month_scales_targets_and_standards_exactly():
    part = {"share_part": 20, "share_whole": 30, "consultations": 240, "sales": "66666.66"}
    card = score_facts(AGENT, facts(**part))
    assert card.lines[5].points == 5, "240 of 450 × 20 ÷ 30 is exactly 80 %"
    assert card.lines[0].value == D("1.000000")
    assert card.lines[0].points == 30


def test_growth_compares_full_months():
    half = {"previous_share_part": 15, "previous_share_whole": 30, "previous_sales": "50000"}
    assert agent_line("sales_growth", **half) == ("scored", 8)


def test_growth_may_be_measured_against_the_shops_own():
    shop = {"sales": "120000", "shop_sales": 110, "previous_shop_sales": 100}
    assert agent_line("sales_growth", **shop) == ("scored", 10)
    none = {"previous_shop_sales": Fact.not_applicable("no_comparison_base"), "shop_sales": 1}
    assert agent_line("sales_growth", **none) == (NA, 8)


def test_large_figures_stay_exact():
    huge = {"sales": "949999999999.99", "sales_target": "1000000000000.00"}
    assert agent_line("sales_completion", **huge) == ("scored", 29)


def test_a_line_can_never_give_more_than_weight_and_bonus():
    one = line("sales_completion", Steps(D(1), once=Mark(D(1), D(50))), weight="10", bonus_limit=D(2))
    card = score_facts(plan(one), facts())
    assert card.total == 12
    assert card.lines[0].explanation["steps"][-1]["code"] == "at_most"
