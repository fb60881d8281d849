"""When pay is due and when HR hands it over: pure dates, no clock, no table.

Pay of a month is due on the pay day of the month that follows. HR hands the results over on a working day
after the month's end; where holidays push that day behind the pay day, base pay goes first and performance
pay follows as a second run. Source: month.md, "Steps and deadlines".
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

MONTHS = 12


@dataclass(frozen=True, slots=True)
class PayDate:
    """The pay of one month: its first day, when it is due, and when HR hands the results over.

    `estimated` says that the holidays between are not published yet.
    """

    month: date
    pay_on: date
    hand_over: date
    estimated: bool = False

    @property
    def early(self) -> bool:
        """Whether pay is due before its results are handed over."""
        return self.pay_on < self.hand_over


def pay_date(month: date, pay_day: int) -> date:
    """Return the day on which a month's pay is due: in the month that follows, its last day where it is shorter."""
    year, following = month.year + month.month // 12, month.month % 12 + 1
    return date(year, following, min(pay_day, monthrange(year, following)[1]))


def months_from(month: date, count: int = MONTHS) -> list[date]:
    """Return the first days of so many months, beginning with the one a day is in."""
    indexes = range(month.year * 12 + month.month - 1, month.year * 12 + month.month - 1 + count)
    return [date(index // 12, index % 12 + 1, 1) for index in indexes]


def pay_dates(
    months: list[date], *, pay_day: int, hand_over: Callable[[date], tuple[date, bool]]
) -> list[PayDate]:
    """Return the pay dates of some months.

    `hand_over` gives a month's day of handing over, and whether it is an estimate.
    """
    return [PayDate(month, pay_date(month, pay_day), *hand_over(month)) for month in months]
