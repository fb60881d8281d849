"""When things happen in the demo: the months, their working days, moments in the company's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from staff.calendar import Calendar, add_months, last_day_of

MONTHS = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """The demo's calendar and its `count` months. Nothing happens later than `now`."""

    calendar: Calendar
    now: datetime
    last_month: date
    count: int = MONTHS

    @property
    def months(self) -> list[date]:
        """The months, earliest first."""
        return [add_months(self.last_month, n - self.count + 1) for n in range(self.count)]

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a moment of a day, or a moment before now where it has not come."""
        moment = timezone.make_aware(datetime.combine(day, time(hour, minute)))
        return min(moment, self.now - timedelta(minutes=1))

    def working(self, month: date, number: int, hour: int, minute: int = 0) -> datetime:
        """Return an hour of the n-th working day after a month."""
        return self.at(self.calendar.nth_after(last_day_of(month), number).day, hour, minute)


def days_of(month: date) -> list[date]:
    """Return all days of a month."""
    return [date(month.year, month.month, n + 1) for n in range(last_day_of(month).day)]
