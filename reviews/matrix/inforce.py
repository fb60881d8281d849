"""Which ways of feeding lines hold for a month, and which values were typed in; read for many at once.

Source: spec/scorecard.md, "The engine's meaning", 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.measures import MEASURES
from reviews.models import LineSource, ManualValue
from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line, Plan
from reviews.scoring.rules import Events
from reviews.scoring.ways import LineWay, Way, typed_key

# By shop and the plan's code: a line's row in force.
Held = Mapping[tuple[int, str], Mapping[str, LineSource]]


@dataclass(frozen=True, slots=True)
class Typed:
    """A value typed in for one person, month and line, in the unit of the line's measure."""

    value: Decimal
    by: str


def sources_in_force(month: date, *, shop_ids: Collection[int] | None = None) -> Held:
    """Return the ways that hold for a month by shop and plan; one query. Those turned back are left out."""
    rows = LineSource.objects.filter(starts_on__lte=month)
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    found: dict[tuple[int, str], dict[str, LineSource]] = {}
    for row in rows.select_related("plan", "set_by__person").order_by("starts_on"):
        found.setdefault((row.shop_id, row.plan.code), {})[row.line] = row
    return {
        key: {line: row for line, row in lines.items() if row.way != LineSource.Way.FIGURES}
        for key, lines in found.items()
    }


def typed_values(person_ids: Collection[int], month: date) -> dict[tuple[int, str], dict[str, Typed]]:
    """Return the values typed in by person and plan's code, then line; one query."""
    rows = ManualValue.objects.filter(
        person__in=person_ids, month=month, superseded=False, value__isnull=False
    ).select_related("plan", "by__person")
    found: dict[tuple[int, str], dict[str, Typed]] = {}
    for row in rows:
        if row.value is not None:
            by = str(row.by) if row.by else ""
            found.setdefault((row.person_id, row.plan.code), {})[row.line] = Typed(row.value, by)
    return found


def ways_of(plan: Plan, rows: Mapping[str, LineSource]) -> dict[str, LineWay]:
    """Return what feeds a plan's lines in a shop, by line code.

    A row whose line a newer version no longer has, or no longer can be fed so, is left out: the
    plan's own measure stands, and the matrix shows the field as it then is.
    """
    found = {}
    for number, line in enumerate(plan.lines, start=1):
        row = rows.get(line.code)
        if row is None:
            continue
        if row.way == LineSource.Way.NOT_APPLICABLE:
            found[line.code] = LineWay(Way.NOT_APPLICABLE, row.reason)
        elif row.way == LineSource.Way.MANUAL and can_type(line):
            key = typed_key(MEASURES[line.measure].unit, number)
            found[line.code] = LineWay(Way.MANUAL, row.reason, key=key)
        elif row.way == LineSource.Way.MEASURE and can_take(line, row.measure):
            found[line.code] = LineWay(Way.MEASURE, row.reason, measure=row.measure)
    return found


def can_take(line: Line, code: str) -> bool:
    """Whether a line's rules mean the same over another measure: same unit and direction, same counts behind."""
    own, other = MEASURES[line.measure], MEASURES.get(code)
    if other is None or code == line.measure:
        return False
    alike = (own.unit, own.better, own.takes_standard) == (other.unit, other.better, other.takes_standard)
    return alike and _counts_behind(line, other)


def can_type(line: Line) -> bool:
    """Whether one typed value is all that a line's rules need: no count stands behind it."""
    return line.small_sample_below is None and (
        MEASURES[line.measure].unit is Unit.COUNT or not _has_events(line)
    )


def _counts_behind(line: Line, measure: Measure) -> bool:
    if line.small_sample_below is not None and not measure.base_key:
        return False
    if not _has_events(line):
        return True
    counted = measure.unit is Unit.COUNT or bool(measure.events_key)
    return counted and measure.events_good == MEASURES[line.measure].events_good


def _has_events(line: Line) -> bool:
    return any(isinstance(rule, Events) for rule in line.rules)


def measures_of(plan: Plan, ways: Mapping[str, LineWay]) -> Iterable[tuple[Line, Measure | None]]:
    """Return each line with the measure that is read from the month's records, None where there is none."""
    for line in plan.lines:
        way = ways.get(line.code)
        if way is None:
            yield line, MEASURES[line.measure]
        else:
            yield line, MEASURES[way.measure] if way.way is Way.MEASURE else None
