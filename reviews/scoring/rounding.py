"""The one place where a figure loses digits, and the reason for each loss.

Everything before these functions is exact (`Fraction` or `Decimal`); nothing
after them is rounded again.
"""

from decimal import Decimal
from fractions import Fraction

POINT_PLACES = 2
MONEY_PLACES = 2
VALUE_PLACES = 6


def round_half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero (2.665 -> 2.67).

    The trade and Chinese payroll round 四舍五入; Python's own default would
    round halves to even and give 2.66.
    """
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    rounded = Decimal(whole).scaleb(-places)
    return -rounded if exact < 0 and whole else rounded


def round_points(points: Fraction | Decimal) -> Decimal:
    """Round a line's points half-up to 0.01; the total is never rounded.

    Source: spec/scorecard.md, "The engine's meaning", 2.
    """
    return round_half_up(points, POINT_PLACES)


def round_money(amount: Fraction | Decimal) -> Decimal:
    """Round an amount half-up to 0.01 CNY.

    Source: spec/scorecard.md, "Bands".
    """
    return round_half_up(amount, MONEY_PLACES)


def round_value(value: Fraction | Decimal) -> Decimal:
    """Round a measure's value half-up to 0.000001 for keeping and showing only.

    Rules never see this figure: they compare the exact one.
    """
    return round_half_up(value, VALUE_PLACES)
