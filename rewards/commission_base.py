"""What sales commission is paid on, after refunds that came late. Pure: standard library only.

A refund that completes after its month's card is frozen reopens no card: it reduces the commission base
of the month in which it completes. A base is never below zero; what a month cannot bear is carried on to
the next. All amounts are CNY and exact: nothing is rounded here.

Source: data.md, "Refunds".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MonthBase:
    """One person's base of a month: sales, what reduces them, what is left and what is carried on.

    `sales` and `after` are None where the month's sales are not known: such a month bears nothing.
    """

    month: date
    sales: Decimal | None
    carried_in: Decimal
    late: Decimal
    reduction: Decimal
    carried_on: Decimal

    @property
    def after(self) -> Decimal | None:
        """Sales that commission is paid on."""
        return None if self.sales is None else self.sales - self.reduction


def bases(
    sales: Mapping[date, Decimal], late: Mapping[date, Decimal], *, months: Sequence[date]
) -> list[MonthBase]:
    """Return the bases of consecutive months, oldest first, carrying on what a month cannot bear.

    `sales` and `late` are by month (its first day); a month without sales in the mapping has none known.
    Raises ValueError for negative amounts: a refund that gives money back to the shop is none.
    """
    if any(amount < 0 for amount in late.values()):
        raise ValueError("a late refund below zero")
    found = []
    carried = ZERO
    for month in months:
        own, came = sales.get(month), late.get(month, ZERO)
        due = carried + came
        reduction = min(due, max(own if own is not None else ZERO, ZERO))
        found.append(MonthBase(month, own, carried, came, reduction, due - reduction))
        carried = due - reduction
    return found


def is_late(*, paid_on: date, completed_on: date, frozen_on: date, window_days: int) -> bool:
    """Whether a refund comes late for its order's month and still within the shop's window.

    The window runs from the day of payment. A refund completed on the very day of the freeze is late:
    files that were imported by then end the day before.
    """
    return frozen_on <= completed_on <= paid_on + timedelta(days=window_days)


def earner(paying: str | None, ordering: str | None, *, mode: str) -> str | None:
    """Return the account that earns an order: "" nobody (silent), None not computed yet.

    The mode says which of the two goes first; where that one is silent the other earns it.
    """
    first, other = (ordering, paying) if mode == "order_first" else (paying, ordering)
    return other if first == "" else first
