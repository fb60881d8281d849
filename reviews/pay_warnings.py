"""Where pay would be due before its results are handed over: told to HR in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews.models import BranchSetting, Procedure, Review
from reviews.pay_dates import MONTHS, PayDate, months_from, pay_dates
from reviews.procedures import WORKING_DAYS, roles_of
from staff import access, calendar
from staff.calendar import Calendar, last_day_of
from staff.models import Unit

LOOKED_AHEAD = 3


@dataclass(frozen=True, slots=True)
class PayWarning:
    """One month of one branch whose pay is due too early, and the sentence that says so."""

    unit: Unit
    date: PayDate
    words: str


def warning_of(review: Review, *, days: Calendar) -> str:
    """Return why a review's pay is due too early, or an empty text. Needs `procedure` selected."""
    if review.pay_on is None or review.closed_at is not None or review.trial:
        return ""
    found = _hand_over(review.month, review.procedure, days)
    told = PayDate(review.month, review.pay_on, *found)
    return words_of(told) if told.early else ""


def words_of(told: PayDate) -> str:
    """Say that pay is due before the results are handed over, with both dates and what to do."""
    words = {
        "pay": date_format(told.pay_on, "m-d"),
        "hand_over": date_format(told.hand_over, "m-d"),
        "month": date_format(told.month, "YEAR_MONTH_FORMAT"),
    }
    if told.estimated:
        return (
            _(
                "Pay of %(month)s is due on %(pay)s, the results are handed over on %(hand_over)s (estimated). "
                "Pay base salaries first and performance pay as a second run."
            )
            % words
        )
    return (
        _(
            "Pay of %(month)s is due on %(pay)s, the results are handed over on %(hand_over)s. "
            "Pay base salaries first and performance pay as a second run."
        )
        % words
    )


def settings_of(user: Any, *, on: date) -> list[BranchSetting]:
    """Return the settings of the branches a user looks after as HR."""
    scope = access.scope_of(user, on=on)
    reach = Q() if scope.everything else Q(pk__in=[])
    for path in scope.roles.get("hr", ()):
        reach |= Q(unit__path__startswith=path)
    rows = BranchSetting.objects.filter(reach).select_related("unit", "procedure").order_by("unit__path")
    found = list(rows)
    # One object per procedure: each reads its steps once.
    shared = {one.procedure_id: one.procedure for one in found}
    for one in found:
        one.procedure = shared[one.procedure_id]
    return found


def warnings(user: Any, *, on: date, count: int = LOOKED_AHEAD) -> list[PayWarning]:
    """Return the warnings of the coming months for the branches a user looks after as HR.

    They begin with the month that has just ended, whose pay is next.
    """
    first = calendar.add_months(on, -1)
    return branch_warnings(settings_of(user, on=on), first=first, count=count, days=calendar.load())


def branch_warnings(
    settings: Sequence[BranchSetting], *, first: date, days: Calendar, count: int = MONTHS
) -> list[PayWarning]:
    """Return the months of some branches whose pay is due too early. What a review says goes before its branch."""
    months = months_from(first, count)
    own = {
        (unit, month): (pay_on, closed)
        for unit, month, pay_on, closed in Review.objects.filter(
            unit__in=[one.unit_id for one in settings], month__in=months
        ).values_list("unit_id", "month", "pay_on", "closed_at")
    }
    found = []
    for setting in settings:
        for told in _dates(setting, months, days):
            pay_on, closed = own.get((setting.unit_id, told.month), (None, None))
            if pay_on is not None:
                told = PayDate(told.month, pay_on, told.hand_over, told.estimated)
            if told.early and not closed:
                found.append(PayWarning(setting.unit, told, words_of(told)))
    return sorted(found, key=lambda one: (one.date.month, one.unit.path))


def _dates(setting: BranchSetting, months: list[date], days: Calendar) -> list[PayDate]:
    if setting.pay_day is None:
        return []
    return pay_dates(
        months,
        pay_day=setting.pay_day,
        hand_over=lambda month: _hand_over(month, setting.procedure, days),
    )


def _hand_over(month: date, procedure: Procedure, days: Calendar) -> tuple[date, bool]:
    number = roles_of(procedure).days.get(("hand_over", "agent"), WORKING_DAYS["hand_over"])
    found = days.nth_after(last_day_of(month), number)
    return found.day, found.estimated
