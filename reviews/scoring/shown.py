"""Numbers as people read them: digits only, the same in every language."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from reviews.scoring.measure import Unit
from reviews.scoring.rounding import round_half_up

MINUS = "−"
MOST_PLACES = 8
PLACES = {
    Unit.RATIO: 2,
    Unit.CNY: 2,
    Unit.COUNT: 2,
    Unit.SECONDS: 2,
    Unit.RUBRIC: 2,
    Unit.MARK_5: 2,
    Unit.MARK_100: 2,
    Unit.NUMBER: 2,
}
FIXED = frozenset({Unit.RATIO, Unit.CNY, Unit.RUBRIC})


def plain(number: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros ("0.90" -> "0.9")."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def fixed(number: Decimal) -> str:
    """Write points or an amount with its two decimals, hyphen for minus."""
    return format(number + Decimal(0), ".2f")


def grouped(number: Decimal, places: int) -> str:
    """Write a figure with thousands separators and a true minus."""
    return f"{number:,.{places}f}".replace("-", MINUS)


def signed(points: Fraction | Decimal) -> str:
    """Write points with their sign and two decimals ("+2.00", "−1.00", "0.00")."""
    rounded = round_half_up(points, 2)
    mark = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{mark}{abs(rounded):.2f}"


def _in_unit(value: Fraction | Decimal, unit: Unit) -> Fraction:
    return Fraction(value) * (100 if unit is Unit.RATIO else 1)


def mark(value: Fraction | Decimal, unit: Unit) -> str:
    """Write a threshold or step as short as it is exact (0.015 -> "1.5")."""
    number = round_half_up(_in_unit(value, unit), MOST_PLACES)
    text = f"{number:,f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def shown(value: Fraction | Decimal, unit: Unit, edges: Iterable[Fraction] = ()) -> str:
    """Write a value for people; ratios in percent, without the unit's sign.

    A value near a threshold gets as many decimals as it takes not to look equal
    to it: 94.9999 % is never shown as 95.00 %.
    """
    exact = _in_unit(value, unit)
    scaled = {_in_unit(edge, unit) for edge in edges} - {exact}
    places = PLACES[unit]
    while places < MOST_PLACES and Fraction(round_half_up(exact, places)) in scaled:
        places += 1
    number = round_half_up(exact, places)
    if unit in FIXED or places > PLACES[unit]:
        return grouped(number, places)
    return mark(number / (100 if unit is Unit.RATIO else 1), unit)
