"""What shops have really imported in two months: per shop and field, from which source, for how many days.

A fixed number of queries for any number of shops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max

from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS
from reviews.figures.profiles.registry import with_profile_name
from reviews.matrix.places import shops_by_unit
from reviews.models import AgentFigures, ShopFigures, Target
from staff.access import current_assignments
from staff.calendar import add_months, last_day_of
from staff.models import Attendance

MONTHS_LOOKED_AT = 2


@dataclass(slots=True)
class Filled:
    """How far one source (of an import profile: its name too) fills one field in a shop: days and rows."""

    source: str
    profile: str = ""
    days: set[date] = field(default_factory=set)
    rows: int = 0
    of_rows: int = 0


@dataclass(slots=True)
class Imported:
    """What one shop has: fields by name, the days with any figure, kinds of targets, sources of attendance."""

    agent: dict[str, dict[str, Filled]] = field(default_factory=dict)
    shop: dict[str, dict[str, Filled]] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)
    attendance: set[str] = field(default_factory=set)

    @property
    def has_figures(self) -> bool:
        """Whether anything at all was imported."""
        return bool(self.days)


def last_month_with_figures(shop_ids: Collection[int], *, on: date) -> date:
    """Return the first day of the latest month in which any of the shops has figures, else of the day's month."""
    rows = AgentFigures.objects.filter(current=True, shop__in=shop_ids, last_day__lte=on)
    last = rows.aggregate(last=Max("last_day"))["last"]
    return (last or on).replace(day=1)


def imported(shop_ids: Collection[int], month: date) -> Mapping[int, Imported]:
    """Return what each shop has for a month and the one before; six queries."""
    first, last = add_months(month, 1 - MONTHS_LOOKED_AT), last_day_of(month)
    found: dict[int, Imported] = {shop: Imported() for shop in shop_ids}
    spans = {"current": True, "shop__in": shop_ids, "first_day__gte": first, "last_day__lte": last}
    columns = ("shop_id", "source", "profile_name", "first_day", "last_day")
    for names, rows, part in (
        (tuple(AGENT_FIELDS), AgentFigures.objects.filter(**spans), "agent"),
        (tuple(SHOP_FIELDS), ShopFigures.objects.filter(**spans), "shop"),
    ):
        counts = {f"n_{name}": Count(name) for name in names}
        grouped = with_profile_name(rows).order_by().values_list(*columns).annotate(n=Count("pk"), **counts)
        for row in grouped:
            mine = found[row[0]]
            _add(getattr(mine, part), mine.days, row, names)
    _add_people(found, first, last)
    return found


def _add(
    fields: dict[str, dict[str, Filled]], all_days: set[date], row: tuple[Any, ...], names: Iterable[str]
) -> None:
    _shop, source, profile, begins, ends, total, *counts = row
    days = {begins + timedelta(days=number) for number in range((ends - begins).days + 1)}
    all_days |= days
    for name, count in zip(names, counts, strict=True):
        if count:
            one = fields.setdefault(name, {}).setdefault(source, Filled(source, profile or ""))
            one.days |= days
            one.rows += count
            one.of_rows += total


def _add_people(found: dict[int, Imported], first: date, last: date) -> None:
    """Add what hangs on people, by the shop of the unit they stand in at the month's end."""
    of_unit = shops_by_unit()
    placed = current_assignments(last).values_list("person_id", "unit_id")
    shop_of: dict[int, int] = {person: of_unit[unit] for person, unit in placed if unit in of_unit}
    by_kind: dict[int, set[str]] = defaultdict(set)
    # A target for the month to come is there before the month's figures are.
    months = Target.objects.current().filter(
        month__gte=first, month__lte=add_months(last, 1), amount__isnull=False
    )
    for person, kind in months.order_by().values_list("person_id", "kind").distinct():
        by_kind[shop_of.get(person, 0)].add(kind)
    kept = Attendance.objects.filter(day__gte=first, day__lte=last, superseded=False)
    sources: dict[int, set[str]] = defaultdict(set)
    for person, source in kept.order_by().values_list("person_id", "source").distinct():
        sources[shop_of.get(person, 0)].add(source)
    for shop, mine in found.items():
        mine.targets, mine.attendance = by_kind[shop], sources[shop]
