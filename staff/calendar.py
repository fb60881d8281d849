"""Working days by the Chinese calendar, make-up days included. The table is HR's to edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, Value
from django.db.models.functions import Cast

from staff.models import CalendarYear, Holiday

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A working day found, and whether its year's holidays are not published yet."""

    day: date
    estimated: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that differ from their weekday, and the years the state has published."""

    exceptions: Mapping[date, bool]
    published: frozenset[int]

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def nth_after(self, last_day: date, number: int) -> WorkingDay:
        """Return the n-th working day after a day (n from 1)."""
        day = last_day
        while number:
            day += timedelta(days=1)
            number -= self.works(day)
        return WorkingDay(day, estimated=day.year not in self.published)

    def ordinal(self, last_day: date, on: date) -> int:
        """Return how many working days have begun after `last_day` up to and including `on`."""
        days = (on - last_day).days
        return sum(self.works(last_day + timedelta(days=n)) for n in range(1, days + 1))


def load() -> Calendar:
    """Read the calendar in one query: every page of the month needs it."""
    days = Holiday.objects.order_by().annotate(year=Value(0)).values_list("year", "date", "works")
    no_day = Cast(Value(None), DateField())
    years = CalendarYear.objects.order_by().filter(published=True).annotate(day=no_day)
    exceptions: dict[date, bool] = {}
    published: set[int] = set()
    # A year has no day: the types of the two halves differ.
    rows: Iterable[tuple[int, date | None, bool]] = list[Any](
        days.union(years.values_list("year", "day", "published"), all=True)
    )
    for year, day, works in rows:
        if day is None:
            published.add(year)
        else:
            exceptions[day] = bool(works)
    return Calendar(exceptions, frozenset(published))


def first_of_next(month: date) -> date:
    """Return the first day of the month after the one a day is in."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_day_of(month: date) -> date:
    """Return the last day of the month a day is in."""
    return first_of_next(month) - timedelta(days=1)


def add_months(month: date, count: int) -> date:
    """Return the first day of the month `count` months later (or earlier)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
