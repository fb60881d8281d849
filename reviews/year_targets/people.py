"""Who is there in which month of a plan: the agents below its unit, with their team, level and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from reviews.measures import MEASURES
from reviews.models import PlanLine
from reviews.plans import plan_finder
from staff.calendar import add_months, last_day_of
from staff.models import Assignment, Employment, Unit

TARGET_MEASURES = sorted(code for code, measure in MEASURES.items() if "sales_target" in measure.inputs)


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's month in the team of the last employed day; `days` are the employed days of the month."""

    month: date
    person_id: int
    staff_no: str
    name: str
    unit: Unit
    position_id: int
    level_id: int | None
    days: tuple[date, ...]

    @property
    def month_days(self) -> int:
        """How many days the month has."""
        return last_day_of(self.month).day


def months_of(year: int) -> list[date]:
    """Return the twelve months of a year by their first days."""
    return [date(year, number, 1) for number in range(1, 13)]


def stints(unit: Unit, months: Sequence[date], *, with_targets: bool) -> dict[date, list[Stint]]:
    """Return who works below a unit in each month, by team and staff number; two queries, with targets five.

    Somebody belongs where the last employed day of the month is. `with_targets` leaves only agents, and of
    these out whoever's plan in force knows no sales target; an agent without a plan stays.
    """
    first, last = months[0], last_day_of(months[-1])
    inside = Assignment.objects.filter(unit__path__startswith=unit.path, starts_on__lte=last)
    rows = Assignment.objects.filter(person__in=inside.values("person"), starts_on__lte=last)
    held: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows.select_related("unit", "position", "person").order_by("starts_on"):
        held[row.person_id].append(row)
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    employed = Employment.objects.filter(person__in=inside.values("person"), hired_on__lte=last)
    employed = employed.filter(Q(left_on__isnull=True) | Q(left_on__gt=first))
    for person_id, hired, left in employed.values_list("person_id", "hired_on", "left_on"):
        spans[person_id].append((hired, last if left is None else left - timedelta(days=1)))
    found = {
        month: [
            one
            for person_id, mine in spans.items()
            if (one := _stint(month, mine, held.get(person_id, []))) is not None
            and one.unit.path.startswith(unit.path)
        ]
        for month in months
    }
    known = _known_agents(held.values(), on=months[-1]) if with_targets else None
    for month, people in found.items():
        if known is not None:
            people = [one for one in people if (one.unit.pk, one.position_id, one.person_id) in known]
        found[month] = sorted(people, key=lambda one: (one.unit.path, one.staff_no))
    return found


def _stint(month: date, spans: Iterable[tuple[date, date]], held: Sequence[Assignment]) -> Stint | None:
    last = last_day_of(month)
    days = sorted(
        {
            month + timedelta(days=number)
            for starts, ends in spans
            for number in range((max(starts, month) - month).days, (min(ends, last) - month).days + 1)
        }
    )
    begun = [one for one in held if days and one.starts_on <= days[-1]]
    if not begun:
        return None
    home = begun[-1]
    return Stint(
        month,
        home.person_id,
        home.person.staff_no,
        home.person.name,
        home.unit,
        home.position_id,
        home.level_id,
        tuple(days),
    )


def _known_agents(held: Iterable[Sequence[Assignment]], *, on: date) -> set[tuple[int, int, int]]:
    """Return (unit, position, person) of the agents whose plan, where they have one, knows a sales target."""
    finder = plan_finder(on=on)
    lines = PlanLine.objects.filter(measure__in=TARGET_MEASURES)
    with_target = set(lines.values_list("version_id", flat=True))
    found = set()
    for one in (row for rows in held for row in rows):
        if one.position.subject_kind != "agent" or not one.position.has_card:
            continue
        version = finder.version_id(one.unit, one.position_id, one.employment_kind)
        if version is None or version in with_target:
            found.add((one.unit_id, one.position_id, one.person_id))
    return found


def a_year_before(month: date) -> date:
    """Return the same month of the year before."""
    return add_months(month, -12)
