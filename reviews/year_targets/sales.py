"""Last year's counting sales, for seasonality and to compare with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reviews.figures.counting import counted_agent_figures
from reviews.models import OpeningMonth, TargetNode
from reviews.year_targets.labels import covered
from reviews.year_targets.people import a_year_before, months_of, stints
from staff.calendar import last_day_of
from staff.models import Unit


@dataclass(slots=True)
class Sales:
    """Sales of a year by month: of each person, each team, and all; a month without figures is not there."""

    person: dict[tuple[date, int], Decimal] = field(default_factory=dict)
    team: dict[tuple[date, int], Decimal] = field(default_factory=dict)
    whole: dict[date, Decimal] = field(default_factory=dict)
    days: dict[date, int] = field(default_factory=dict)

    def of(self, node: TargetNode) -> tuple[Decimal | None, list[date]]:
        """Return a part's sales in the same months of this year's table, and the months that are missing."""
        found: list[Decimal] = []
        missing = []
        for month in map(a_year_before, covered(node)):
            value = self._month(node, month)
            if value is None:
                missing.append(month)
            else:
                found.append(value)
        return (sum(found, Decimal(0)) if found else None), missing

    def _month(self, node: TargetNode, month: date) -> Decimal | None:
        if node.person_id is not None:
            return self.person.get((month, node.person_id))
        if node.level == TargetNode.Level.TEAM:
            return self.team.get((month, node.unit_id))
        return self.whole.get(month)


def sales_of(unit: Unit, year: int, *, on: date) -> Sales:
    """Return the counting sales of a unit's people in a year's months that are over on a day.

    Read month by month, so that memory does not grow with the year.
    """
    found = Sales()
    months = months_of(year)
    people = stints(unit, months, with_targets=False)
    opening = {
        (month, person_id): sales
        for month, person_id, sales in OpeningMonth.objects.filter(
            month__in=months, sales__isnull=False
        ).values_list("month", "person_id", "sales")
    }
    for month in months:
        last = last_day_of(month)
        if last >= on or not people[month]:
            continue
        teams = {one.person_id: one.unit.pk for one in people[month]}
        sums: dict[int, Decimal] = defaultdict(Decimal)
        days: set[date] = set()
        for row in counted_agent_figures(first_day=month, last_day=last, person_ids=list(teams)):
            value = row.value("sales")
            if value is not None and row.person_id is not None:
                sums[row.person_id] += value
                days |= {row.first_day, row.last_day}
        for person_id, team in teams.items():
            value = sums.get(person_id, opening.get((month, person_id)))
            if value is not None:
                found.person[month, person_id] = value
                found.team[month, team] = found.team.get((month, team), Decimal(0)) + value
                found.whole[month] = found.whole.get(month, Decimal(0)) + value
        if days and (max(days) < last or min(days) > month):
            found.days[month] = (max(days) - min(days)).days + 1
    return found
