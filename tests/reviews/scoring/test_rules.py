"""The five kinds of rule, each by a table of values and points."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from reviews.scoring.facts import Fact
from reviews.scoring.rules import Events, Grade, Grades, Linear, Mark, Step, Steps
from tests.reviews.scoring.builders import agent_line, line, points, tiers

COMPLETION = Steps(D(1), off=Step(D("0.05"), D(1)), on=Step(D("0.1"), D(2)), once=Mark(D("1.5"), D(3)))


@pytest.mark.parametrize(
    ("sales", "earned"),
    [
        pytest.param("100000", "30.00", id="at the standard"),
        pytest.param("95000.01", "30.00", id="not a whole step below"),
        pytest.param("95000", "29.00", id="one whole step below"),
        pytest.param("90000.01", "29.00", id="one and almost another"),
        pytest.param("109999.99", "30.00", id="not a whole step above"),
        pytest.param("110000", "32.00", id="one whole step above"),
        pytest.param("140000", "38.00", id="four steps above"),
        pytest.param("150000", "40.00", id="five steps and the mark stop at the bonus limit"),
        pytest.param("0", "10.00", id="twenty steps below"),
    ],
)
def test_steps(sales, earned):
    one = line("sales_completion", COMPLETION, weight="30", bonus_limit=D(10))
    assert points(one, sales=sales, sales_target="100000") == D(earned)


def test_steps_run_the_other_way_where_less_is_better():
    rule = Steps(D(30), off=Step(D(10), D(2)), on=Step(D(5), D(1)))
    one = line("average_response_seconds", rule, weight="10", bonus_limit=D(3))
    by_value = {s: points(one, response_seconds=s) for s in ("39.99", "40", "60", "25", "25.01", "0")}
    assert by_value == {"39.99": 10, "40": 8, "60": 4, "25": 11, "25.01": 10, "0": 13}


@pytest.mark.parametrize(
    ("value", "earned"),
    [
        pytest.param("2", "6", id="furthest low tier, strict"),
        pytest.param("2.5", "8", id="between: only the near low tier"),
        pytest.param("3", "8", id="at the inclusive threshold"),
        pytest.param("3.01", "10", id="between the sides"),
        pytest.param("4", "11", id="near high tier"),
        pytest.param("4.5", "11", id="strict threshold not yet passed"),
        pytest.param("4.51", "13", id="furthest high tier, not the sum"),
    ],
)
def test_tiers_take_the_furthest_of_each_side(value, earned):
    rule = tiers(("<=", "3", "-2"), ("<", "2.5", "-4"), (">=", "4", "1"), (">", "4.5", "3"))
    one = line("work_summary", rule, weight="10", bonus_limit=D(5))
    assert points(one, work_summary=value) == D(earned)


def test_at_the_same_threshold_the_strict_comparison_is_the_further_one():
    one = line("work_summary", tiers(("<=", "3", "-1"), ("<", "3", "-4")), weight="10")
    assert [points(one, work_summary=v) for v in ("3", "2.9")] == [9, 6]


def test_the_rules_of_a_line_add_up_before_it_is_bounded():
    rule, other = tiers(("<", "3", "-8")), tiers(("<", "2", "-5"))
    one = line("work_summary", rule, other, weight="10")
    assert [points(one, work_summary=v) for v in ("2.5", "1")] == [2, 0]


@pytest.mark.parametrize(
    ("seconds", "earned"),
    [
        pytest.param("35", "5.00", id="on the first mark"),
        pytest.param("35.01", "4.00", id="just past it"),
        pytest.param("55", "3.00", id="on the last mark"),
        pytest.param("56", "0.00", id="past all"),
    ],
)
def test_grades_where_less_is_better(seconds, earned):
    rule = Grades((Grade(D(45), D(80)), Grade(D(35), D(100)), Grade(D(55), D(60))))
    assert points(line("average_response_seconds", rule, weight="5"), response_seconds=seconds) == D(earned)


def test_grades_below_the_last_mark_give_the_rest():
    rule = Grades((Grade(D(0), D(100)), Grade(D(3), D(80))), D(60))
    one = line("attendance", rule, weight="5")
    assert [points(one, late_or_absent=n) for n in (0, 1, 3, 4)] == [5, 4, 4, 3]


@pytest.mark.parametrize(
    ("mark", "earned"),
    [
        pytest.param("0", "0.00", id="worst"),
        pytest.param("100", "5.00", id="best"),
        pytest.param("33.3", "1.67", id="half up"),
    ],
)
def test_linear(mark, earned):
    assert points(line("product_exam", Linear(D(0), D(100)), weight="5"), product_exam=mark) == D(earned)


def test_linear_is_clamped_and_may_fall():
    one = line("average_response_seconds", Linear(D(60), D(30)), weight="10")
    assert [points(one, response_seconds=s) for s in ("20", "45", "70")] == [10, 5, 0]


def test_a_bonus_may_follow_a_slope():
    one = line("work_summary", Linear(D(0), D(5)), tiers((">=", "5", "2")), weight="5", bonus_limit=D(2))
    assert [points(one, work_summary=v) for v in ("4", "5")] == [4, 7]


def test_events_count_each_one():
    one = line("disputes", Events(D("-1.5")), weight="5")
    assert [points(one, disputes=n) for n in (0, 1, 3, 4)] == [D(5), D("3.5"), D("0.5"), D(0)]


def test_a_small_sample_swaps_the_rules():
    one = line(
        "refund_rate",
        tiers((">=", "0.01", "-5")),
        Events(D(-2), small_sample=True),
        weight="5",
        small_sample_below=D(100),
    )
    assert points(one, refunded_orders=1, orders=99) == 3, "one refund, 1.01 %, counted"
    assert points(one, refunded_orders=1, orders=100) == 0, "1 % of enough orders"
    assert points(one, refunded_orders=0, orders=20) == 5


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        pytest.param("sales_completion", {"sales": "94999"}, 29, id="94.999 % is one whole step"),
        pytest.param("sales_growth", {"sales": "104999.99"}, 8, id="growth just below 5 %"),
        pytest.param("sales_growth", {"sales": "79999.99"}, 7, id="fell by more than 20 %"),
        pytest.param("sales_growth", {"sales": "60000"}, 7, id="fell by exactly 40 %"),
        pytest.param("featured_products", {"featured_sales": "24000"}, 5, id="featured at 80 %"),
        pytest.param("featured_products", {"featured_sales": "23999.99"}, 4, id="featured just below"),
        pytest.param("consultations", {"consultations": 269}, 2, id="under 60 % of 450"),
        pytest.param("consultations", {"consultations": 135}, 2, id="30 % of 450 exactly"),
        pytest.param("consultations", {"consultations": 134}, 0, id="under 30 % of 450"),
        pytest.param("disputes", {"disputes": 1}, 3, id="one dispute"),
        pytest.param("disputes", {"disputes": 9}, 0, id="more disputes than the table"),
        pytest.param("order_share", {"orders": 124}, 0, id="just under half an equal share"),
        pytest.param("response_time", {"response_seconds": "120"}, 2, id="120 s is not over 120"),
    ],
)
def test_lines_of_the_default_plan(code, changes, expected):
    assert agent_line(code, **changes) == ("scored", D(expected))


def test_a_fact_that_is_no_number_cannot_be_made():
    with pytest.raises(ValueError, match="not a finite number"):
        Fact.present(D("NaN"))
