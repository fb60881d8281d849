"""What a level pays for a month: amounts of each employed day, added up and rounded once.

Source: month.md, "Part of a month": salaries by employed calendar days ÷ days of the month, half-up
to 0.01; a changed level is day-weighted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from reviews.copies import Pay
from reviews.facts.people import Member
from reviews.scoring.rounding import round_money
from staff.calendar import last_day_of
from staff.models import LevelAmount

Amounts = Mapping[int, list[tuple[date, Fraction, Fraction]]]


def level_amounts(members: Iterable[Member], month: date) -> Amounts:
    """Return the dated amounts of the levels of some people, oldest first; one query."""
    levels = {one.level_id for member in members for one in member.assignments if one.level_id}
    rows = LevelAmount.objects.filter(level__in=levels, starts_on__lte=last_day_of(month))
    found: dict[int, list[tuple[date, Fraction, Fraction]]] = defaultdict(list)
    for level_id, starts, base, performance in rows.order_by("starts_on").values_list(
        "level_id", "starts_on", "base_salary", "performance_salary"
    ):
        if base is not None and performance is not None:
            found[level_id].append((starts, Fraction(base), Fraction(performance)))
    return found


def pay_of(member: Member, amounts: Amounts, month: date) -> Pay:
    """Return a month's base and performance salary, CNY; None where a day has no level or amount."""
    level = member.home.level
    base = performance = Fraction(0)
    for day in member.days():
        level_id = member.on(day).level_id
        begun = [row for row in amounts.get(level_id or 0, ()) if row[0] <= day]
        if not begun:
            return Pay(level.pk if level else None, level.name if level else "")
        base += begun[-1][1]
        performance += begun[-1][2]
    days = last_day_of(month).day
    return Pay(
        level_id=level.pk if level else None,
        level_name=level.name if level else "",
        base_salary=round_money(base / days),
        performance_salary=round_money(performance / days),
    )
