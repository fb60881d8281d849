"""Refunds that came after their month was frozen, whose they are, and the commission bases they leave.

Set-based: a fixed number of queries, however many refunds and people there are. What a month's refunds
are is read anew each time; a sheet imported later shows in the month in which its refunds completed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from reviews.figures.counting import counted_agent_figures
from reviews.models import Card, CardFact, CardState, ShopMonth, ShopOrder, ShopRefund
from rewards.commission_base import ZERO, MonthBase, bases, earner, is_late
from staff.access import current_assignments, people_below, scope_of
from staff.calendar import add_months, last_day_of
from staff.models import AccountHolder, Person, Shop, User

SILENT, NOT_COMPUTED, NO_HOLDER, NO_ORDER = "silent", "not_computed", "no_holder", "no_order"
OF_NOBODY = ("robot", "main", "company")


@dataclass(frozen=True, slots=True)
class LateRefund:
    """One refund that came late: its order, the order's month, when it completed and how much, CNY."""

    person_id: int
    shop: str
    refund_number: str
    order_number: str
    order_month: date
    completed_on: date
    amount: Decimal


@dataclass(slots=True)
class Unassigned:
    """Refunds of earlier months' orders that are nobody's, by why: they reduce no base."""

    why: str
    refunds: int = 0
    amount: Decimal = ZERO


@dataclass(slots=True)
class PersonBase:
    """One person's base of a month and the refunds that came late in it."""

    person: Person
    unit: str
    base: MonthBase
    refunds: list[LateRefund] = field(default_factory=list)


@dataclass(slots=True)
class MonthBases:
    """A month's bases with their sums, and the refunds that are nobody's."""

    month: date
    rows: list[PersonBase]
    unassigned: list[Unassigned]

    def total(self, name: str) -> Decimal:
        """Return the control sum of a column of the bases, unknown ones left out."""
        return sum((getattr(row.base, name) or ZERO for row in self.rows), ZERO)


def people_shown(user: User, month: date, *, on: date) -> QuerySet[Person]:
    """Return whose bases a user sees: HR's own branches; finance those whose month HR has handed over."""
    scope = scope_of(user, on=on)
    if scope.everything:
        return Person.objects.all()
    day = min(last_day_of(month), on)
    paths = scope.roles.get("hr", ())
    payable = Card.objects.payable_to(user, on=on).filter(month=month).values("person")
    return Person.objects.filter(pk__in=people_below(paths, on=day)) | Person.objects.filter(pk__in=payable)


def month_bases(month: date, *, people: QuerySet[Person], shops: QuerySet[Shop] | None) -> MonthBases:
    """Return the commission bases of a month; refunds of nobody only of `shops`, none where that is None."""
    last = last_day_of(month)
    found, nobody = _attributed(until=last, month=month, shop_ids=_keys(shops))
    shown = {person.pk: person for person in people.order_by("staff_no")}
    late = [one for one in found if one.person_id in shown]
    first = min((one.completed_on.replace(day=1) for one in late), default=month)
    months = _months(first, month)
    sales = _sales(list(shown), first=first, last=last)
    by_month: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    mine: dict[int, list[LateRefund]] = defaultdict(list)
    for one in late:
        by_month[one.person_id][one.completed_on.replace(day=1)] += one.amount
        if one.completed_on >= month:
            mine[one.person_id].append(one)
    units = dict(current_assignments(last).filter(person__in=shown).values_list("person", "unit__name"))
    rows = []
    for pk, person in shown.items():
        own, came = sales.get(pk, {}), by_month.get(pk, {})
        base = bases(own, came, months=months)[-1]
        if base.sales is not None or base.carried_in or base.late:
            refunds = sorted(mine[pk], key=lambda one: (one.completed_on, one.refund_number))
            rows.append(PersonBase(person, units.get(pk, ""), base, refunds))
    return MonthBases(month, rows, nobody)


def _keys(shops: QuerySet[Shop] | None) -> set[int]:
    return set(shops.values_list("pk", flat=True)) if shops is not None else set()


def _months(first: date, last: date) -> list[date]:
    months = [first]
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    return months


def _attributed(
    *, until: date, month: date, shop_ids: Collection[int]
) -> tuple[list[LateRefund], list[Unassigned]]:
    """Return every late refund completed by a day with its person, and this month's refunds of nobody."""
    rows = _refund_rows(until)
    shops = {shop.pk: shop for shop in Shop.objects.filter(pk__in={row["shop_id"] for row in rows})}
    modes = _modes(shops, rows)
    holders = _Holders(shops)
    frozen = _frozen({row["paid_on"].replace(day=1) for row in rows if row["paid_on"]})
    late: list[LateRefund] = []
    nobody: dict[str, Unassigned] = {}
    for row in rows:
        shop, paid_on, done_on = shops[row["shop_id"]], row["paid_on"], row["completed_on"]
        whose = _whose(row, modes, holders)
        if isinstance(whose, str):
            if shop.pk in shop_ids and done_on >= month and _may_be_late(paid_on, done_on, shop):
                one = nobody.setdefault(whose, Unassigned(whose))
                one.refunds, one.amount = one.refunds + 1, one.amount + row["amount"]
            continue
        order_month = paid_on.replace(day=1)
        frozen_on = frozen.get((whose, order_month))
        if frozen_on and is_late(
            paid_on=paid_on, completed_on=done_on, frozen_on=frozen_on, window_days=shop.refund_days
        ):
            numbers = (row["number"], row["order_number"])
            late.append(LateRefund(whose, shop.name, *numbers, order_month, done_on, row["amount"]))
    return late, sorted(nobody.values(), key=lambda one: one.why)


def _refund_rows(until: date) -> list[dict[str, Any]]:
    """Return the refunds in force completed by a day, each with what its order says."""
    order = ShopOrder.objects.filter(
        shop=OuterRef("shop"), number=OuterRef("order_number"), current=True
    ).order_by()
    refunds = ShopRefund.objects.filter(current=True, completed_on__lte=until).order_by()
    names = ("paid", "paid_on", "paying_account", "ordering_account")
    rows = refunds.annotate(**{name: Subquery(order.values(name)[:1]) for name in names})
    return list(rows.values("shop_id", "number", "order_number", "completed_on", "amount", *names))


def _may_be_late(paid_on: date | None, completed_on: date, shop: Shop) -> bool:
    """Whether a refund of nobody would be one of an earlier month; an order that is not there may be any."""
    if paid_on is None:
        return True
    first = add_months(paid_on.replace(day=1), 1)
    return is_late(paid_on=paid_on, completed_on=completed_on, frozen_on=first, window_days=shop.refund_days)


def _modes(shops: Mapping[int, Shop], rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, date], str]:
    """Return who goes first in each shop and month of payment: the month's own mode, else the shop's."""
    places = {(row["shop_id"], row["paid_on"].replace(day=1)) for row in rows if row["paid_on"]}
    held = ShopMonth.objects.filter(shop__in=shops).values_list("shop_id", "month", "mode")
    own = {(shop, month): mode for shop, month, mode in held if mode}
    return {place: own.get(place) or shops[place[0]].attribution_mode for place in places}


def _whose(row: Mapping[str, Any], modes: Mapping[tuple[int, date], str], holders: _Holders) -> int | str:
    """Return the person who earned a refund's order, or why it is nobody's."""
    if row["paid_on"] is None:
        return NO_ORDER
    mode = modes[row["shop_id"], row["paid_on"].replace(day=1)]
    account = earner(row["paying_account"], row["ordering_account"], mode=mode)
    if account is None:
        return NOT_COMPUTED
    if not account:
        return SILENT
    return holders.at(row["shop_id"], account, datetime.fromtimestamp(row["paid"], UTC)) or NO_HOLDER


class _Holders:
    """Who had which account at which moment; one query."""

    def __init__(self, shops: Collection[int]) -> None:
        rows = AccountHolder.objects.filter(account__shop__in=shops).exclude(account__kind__in=OF_NOBODY)
        self.spans: dict[tuple[int, str], list[tuple[int, datetime, datetime | None]]] = defaultdict(list)
        columns = ("account__shop_id", "account__name", "person_id", "starts_at", "ends_at")
        for shop, name, person, start, end in rows.values_list(*columns):
            self.spans[shop, name].append((person, start, end))

    def at(self, shop_id: int, name: str, moment: datetime) -> int | None:
        """Return the one person who had an account then; None for nobody and for several."""
        held = {
            person
            for person, start, end in self.spans.get((shop_id, name), ())
            if start <= moment and (end is None or moment < end)
        }
        return held.pop() if len(held) == 1 else None


def _frozen(months: Collection[date]) -> dict[tuple[int, date], date]:
    """Return since which day people's cards of some months stand frozen; one query."""
    cards = Card.objects.filter(month__in=months, submitted_at__isnull=False).exclude(state=CardState.DRAFT)
    return {
        (person, month): timezone.localdate(at)
        for person, month, at in cards.values_list("person_id", "month", "submitted_at")
        if at is not None
    }


def _sales(ids: Sequence[int], *, first: date, last: date) -> dict[int, dict[date, Decimal]]:
    """Return people's sales by month, CNY: what the frozen card has, else the figures that count."""
    figures: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for row in counted_agent_figures(first_day=first, last_day=last, person_ids=ids):
        month, value = row.first_day.replace(day=1), row.value("sales")
        if row.person_id is not None and value is not None and row.last_day.replace(day=1) == month:
            own = figures[row.person_id]
            own[month] = own.get(month, ZERO) + value
    cards = CardFact.objects.filter(
        segment__version__current_of__person__in=ids,
        segment__version__current_of__month__range=(first, last),
        key="sales",
    ).exclude(segment__version__current_of__state=CardState.DRAFT)
    frozen: dict[tuple[int, date], Decimal | None] = {}
    columns = (
        "segment__version__current_of__person_id",
        "segment__version__current_of__month",
        "state",
        "value",
    )
    for person, month, state, text in cards.values_list(*columns):
        before = frozen.get((person, month), ZERO)
        known = state == CardFact.State.PRESENT and before is not None
        frozen[person, month] = (before or ZERO) + Decimal(text) if known else None
    for (person, month), amount in frozen.items():
        figures[person].pop(month, None)
        if amount is not None:
            figures[person][month] = amount
    return figures
