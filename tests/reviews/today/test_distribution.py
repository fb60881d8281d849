"""The spread of totals: half-open bins, the last month beside, an average of the counted only."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from reviews.today.distribution import bin_of, distribution

BANDS = [(D(0), D("0.5")), (D(60), D("0.7")), (D(80), D("0.8")), (D(90), D("1.0"))]


@pytest.mark.parametrize(
    ("total", "low"),
    [
        pytest.param("79.99", 75, id="just below a bound"),
        pytest.param("80.00", 80, id="on the bound: the upper bin"),
        pytest.param("84.99", 80, id="just below the next"),
        pytest.param("0.00", 0, id="nothing"),
        pytest.param("110.00", 110, id="with every bonus"),
    ],
)
def test_bins_are_half_open(total, low):
    assert bin_of(D(total)) == low


def test_counts_and_the_average_are_of_the_cards_with_a_total():
    found = distribution([D("79.99"), D("80.00"), D("84.99")], [D("91.00")], cards=5, bands=BANDS)
    counts = {one.low: (one.count, one.before) for one in found.bins if one.count or one.before}
    assert counts == {75: (1, 0), 80: (2, 0), 90: (0, 1)}
    assert (found.counted, found.cards, found.before) == (3, 5, 1)
    assert found.average == D("81.66")


def test_nobody_is_left_out_below_or_above_the_axis():
    found = distribution([D("12.50"), D("131.00")], [], cards=2)
    assert sum(one.count for one in found.bins) == 2
    assert (found.bins[0].low, found.bins[-1].high) == (10, 135)


def test_without_a_total_there_is_no_average():
    found = distribution([], [D("80.00")], cards=3, bands=BANDS)
    assert found.average is None
    assert found.counted == 0


def test_bins_of_one_band_have_one_shade_and_a_higher_band_another():
    found = distribution([D(85)], [], cards=1, bands=BANDS)
    shades = {one.low: one.shade for one in found.bins}
    assert shades[80] == shades[85]
    assert len({shades[55], shades[60], shades[80], shades[90]}) == 4
    assert [(one.at_least, one.start, one.end) for one in found.bands][1] == (D(60), D(200), D(600))


def test_the_picture_holds_shapes_only():
    svg = distribution([D(85)], [D(70)], cards=1, bands=BANDS).svg
    assert "<text" not in svg
    assert "class=" not in svg
