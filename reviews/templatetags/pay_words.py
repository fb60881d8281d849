"""Amounts and names on the pages of hand-overs."""

from __future__ import annotations

from decimal import Decimal

from django import template

from reviews import pay_file
from reviews.hand_overs import Costs
from reviews.models import HandOver, HandOverExport, HandOverLine

register = template.Library()


@register.filter
def cny(amount: Decimal | None) -> str:
    """Write an amount with its thousands apart and two decimals; – where there is none."""
    if amount is None:
        return "–"
    return f"{amount:,.2f}".replace("-", "−")


@register.filter
def number_words(made: HandOver) -> str:
    """Name a hand-over: the month's, or which supplementary one."""
    return pay_file.number_words(made)


@register.filter
def by_words(made: HandOver) -> str:
    """Name who handed over, and for whom."""
    return pay_file.by_words(made)


@register.filter
def copy_words(export: HandOverExport) -> str:
    """Say whether an export is the original or which copy."""
    return pay_file.copy_words(export)


@register.filter
def both(made: HandOver | Costs) -> Decimal:
    """Return base salaries and performance pay of a hand-over, or of several, together, CNY."""
    return (made.base_sum or Decimal(0)) + (made.performance_sum or Decimal(0))


@register.filter
def line_sum(line: HandOverLine) -> Decimal:
    """Return a line's base salary and performance pay together, CNY."""
    return (line.base_salary or Decimal(0)) + (line.performance_pay or Decimal(0))
