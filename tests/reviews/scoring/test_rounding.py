"""One direction of rounding: halves away from zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from reviews.scoring.rounding import round_money, round_points


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        pytest.param("2.665", "2.67", id="half up where the default rounds to even"),
        pytest.param("2.675", "2.68", id="half up on an odd digit"),
        pytest.param("4.995", "5.00", id="carries"),
        pytest.param("-0.005", "-0.01", id="half of a minus goes away from zero"),
        pytest.param("-0.004", "0.00", id="no minus zero"),
        pytest.param("2.66499999999", "2.66", id="just below half"),
    ],
)
def test_half_up(exact, rounded):
    assert str(round_points(Decimal(exact))) == rounded
    assert str(round_money(Fraction(exact))) == rounded


def test_a_third_is_rounded_once():
    assert str(round_points(Fraction(100, 3))) == "33.33"
