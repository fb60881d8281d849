"""The chart of points over value: shapes only, true to the rules."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from reviews.measures import MEASURES
from reviews.scoring.rules import Linear
from reviews.scoring_chart import band_bar, points_over_value, weight_bar
from reviews.shipped import AGENT, GRADED
from tests.reviews.scoring.builders import D, line, tiers

LINES = [*AGENT.lines, *GRADED.lines]


def path_of(chart):
    return re.findall(r'd="M([^"]+)"', chart.svg)[-1].replace("L", "").split()


@pytest.mark.parametrize("one", LINES, ids=[f"{one.source} {one.code}" for one in LINES])
def test_nothing_but_shapes_and_numbers(one):
    chart = points_over_value(one, MEASURES[one.measure], "en")
    assert set(re.findall(r"<(\w+)", chart.svg)) <= {"svg", "path", "rect"}
    assert not re.search(r"NaN|\de|style|class|<text|script", chart.svg)
    numbers = [float(n) for n in path_of(chart)]
    assert all(0 <= x <= 160 for x in numbers[::2])
    assert all(0 <= y <= 44 for y in numbers[1::2])
    assert numbers[::2] == sorted(numbers[::2]), "from left to right"
    assert chart.svg == points_over_value(one, MEASURES[one.measure], "en").svg


def test_a_slope_runs_from_corner_to_corner():
    one = line("work_summary", Linear(D(0), D(5)), weight="5")
    assert path_of(points_over_value(one, MEASURES["work_summary"], "zh"))[:2] == ["0", "41"]
    assert path_of(points_over_value(one, MEASURES["work_summary"], "zh"))[-2:] == ["160", "3"]


def test_a_step_falls_where_its_threshold_is():
    one = line("average_response_seconds", tiers((">", "30", "-5"), (">", "50", "-10")), weight="10")
    chart = points_over_value(one, MEASURES["average_response_seconds"], "zh")
    assert [(label.text, label.strong) for label in chart.labels] == [("55 秒", False), ("30 秒", True)]
    assert set(path_of(chart)[1::2]) == {"3", "22", "41"}


def test_the_failing_stretch_is_marked():
    one = AGENT.line("conversion")
    span = (Fraction(1, 200), Fraction(1, 100))
    chart = points_over_value(one, MEASURES["conversion"], "zh", span=span)
    assert 'fill="#F9DCD9"' in chart.svg
    assert "#B3261E" in chart.svg


def test_bars_fill_their_width():
    assert band_bar([Fraction(0), Fraction(50)], Fraction(100)).count("<rect") == 2
    bar = weight_bar([(Fraction(65), True), (Fraction(35), False)])
    assert re.findall(r'x="([\d.]+)"', bar) == ["0", "104"]


def test_a_count_holds_until_the_next_whole_one():
    one = line("disputes", tiers((">=", "1", "-40"), (">=", "3", "-80")))
    path = path_of(points_over_value(one, MEASURES["disputes"], "zh"))
    assert path[:6] == ["0", "3", "40", "3", "40", "18.2"]
    far = line("disputes", tiers((">=", "999999999", "-40")))
    assert points_over_value(far, MEASURES["disputes"], "zh").svg
