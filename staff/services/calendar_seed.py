"""The state's holidays as a start; the table is HR's to edit."""

from __future__ import annotations

from dataclasses import dataclass

from chinese_calendar import constants
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from staff.models import CalendarYear, Holiday, User


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many days were added, the last year the state has published, and the one after it."""

    days: int
    last_year: int
    open_year: int


@transaction.atomic
def seed_calendar(*, by: User | None) -> Seeded:
    """Add every published holiday and make-up day that is not in the table; days HR has edited stay.

    The year after the last published one is entered as not published, so that its dates say they are
    estimates. Source: the notices of the State Council, as collected by chinesecalendar.
    """
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    known = set(Holiday.objects.values_list("date", flat=True))
    days = [
        Holiday(date=day, works=works, name_zh=chinese.get(name, ""), name_en=name)
        for works, table in ((False, constants.holidays), (True, constants.workdays))
        for day, name in sorted(table.items())
        if day not in known
    ]
    if days:
        bulk_create_with_history(days, Holiday, batch_size=500, default_user=by)
    years = sorted({day.year for day in constants.holidays})
    for year in years:
        CalendarYear.objects.update_or_create(year=year, defaults={"published": True})
    open_year = years[-1] + 1
    CalendarYear.objects.get_or_create(year=open_year)
    return Seeded(days=len(days), last_year=years[-1], open_year=open_year)


@transaction.atomic
def publish_year(year: int, *, published: bool) -> None:
    """Let a year count as published, so that its dates are no estimates any more; or take that back.

    Raises ValidationError for a year without a single holiday in the table: nobody has entered it yet.
    """
    if published and not Holiday.objects.filter(date__year=year, works=False).exists():
        raise ValidationError(
            _("No holiday of %(year)s is in the table yet. Enter its holidays first.") % {"year": year}
        )
    CalendarYear.objects.update_or_create(year=year, defaults={"published": published})
