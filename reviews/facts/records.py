"""Everything a month's facts are made from, read for many people at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from reviews.checking import check_facts
from reviews.fact_keys import SHOP_REFUNDS
from reviews.facts.people import Member, Presence, employed_spans, presences
from reviews.facts.totals import Files, Totals, all_files, person_totals, shop_refund_totals, shop_totals
from reviews.matrix.inforce import Held, Typed, sources_in_force, typed_values, ways_of
from reviews.matrix.places import shops_by_unit
from reviews.measures import MEASURES
from reviews.models import CardFact, CardState, OpeningMonth, ShopMonth, Target
from reviews.scoring.facts import Fact
from reviews.scoring.plan import Plan
from reviews.scoring.ways import LineWay
from reviews.targets import current_targets
from staff.calendar import add_months


@dataclass(slots=True)
class Compared:
    """What the sales of one month are compared with: the same people's other month."""

    month: date
    presence: Mapping[int, Presence] = field(default_factory=dict)
    totals: Mapping[int, Totals] = field(default_factory=dict)
    frozen: Mapping[int, Decimal] = field(default_factory=dict)
    opening: Mapping[int, Decimal] = field(default_factory=dict)
    shops: Mapping[int, Totals] = field(default_factory=dict)


@dataclass(slots=True)
class Records:
    """One month's records of some people, their teams included."""

    month: date
    members: Mapping[int, Member]
    presence: Mapping[int, Presence]
    totals: Mapping[int, Totals]
    shops: Mapping[int, Totals]
    shop_of_unit: Mapping[int, int]
    targets: Mapping[tuple[int, date, str], Target]
    checks: Mapping[int, Mapping[str, Fact]]
    promoted: frozenset[int]
    compared: Mapping[date, Compared]
    files: Files
    ways: Held
    typed: Mapping[tuple[int, str], Mapping[str, Typed]]
    shop_refunds: Mapping[int, Totals] = field(default_factory=dict)

    def shops_of(self, person_id: int) -> list[int]:
        """Return the shops a person works for: where the figures stand, else the unit's own."""
        found = self.totals[person_id].shop_ids() if person_id in self.totals else []
        own = self.shop_of_unit.get(self.members[person_id].home.unit_id)
        return found or ([own] if own else [])

    def ways_of(self, person_id: int, plan: Plan) -> dict[str, LineWay]:
        """Return what feeds a plan's lines for a person: the shop of the person's own unit says it.

        Figures of other shops in which the person has accounts are summed and named, and change nothing.
        """
        shop = self.shop_of_unit.get(self.members[person_id].home.unit_id)
        held = self.ways.get((shop, plan.code)) if shop else None
        return ways_of(plan, held) if held else {}

    def days_worked(self, person_id: int) -> int:
        """Return the days worked in the month."""
        return days_worked(self.presence[person_id], self.totals.get(person_id))


def days_worked(presence: Presence, totals: Totals | None) -> int:
    """Return attendance days, else days with any figure, else employed days."""
    return presence.days_worked(totals.figure_days() if totals else None)


def read_records(
    members: Mapping[int, Member],
    month: date,
    *,
    compared_with: Collection[date],
    at: datetime,
    with_shop_refunds: bool = False,
) -> Records:
    """Read some people's month; `with_shop_refunds` where a plan states refunds relative to the shop's."""
    ids = list(members)
    totals = person_totals(ids, month)
    shop_of_unit = shops_by_unit()
    shop_ids = {shop for one in totals.values() for shop in one.shop_ids()}
    own_shops = {
        shop_of_unit[one.home.unit_id] for one in members.values() if one.home.unit_id in shop_of_unit
    }
    shop_ids |= own_shops
    shops = shop_totals(shop_ids, month)
    compared = {other: _compared(ids, other, shop_ids) for other in compared_with}
    ways = sources_in_force(month, shop_ids=own_shops)
    refunds = shop_refund_totals(shop_ids, month) if with_shop_refunds or _relative(ways) else {}
    others = [group for one in compared.values() for group in (one.totals, one.shops)]
    return Records(
        month=month,
        members=members,
        presence=presences({person: one.spans for person, one in members.items()}, month),
        totals=totals,
        shops=shops,
        shop_of_unit=shop_of_unit,
        targets=current_targets(ids, first_month=month, last_month=month),
        checks=check_facts(ids, month, at=at),
        promoted=_promoted(shop_ids, month),
        compared=compared,
        files=Files(all_files(totals, shops, refunds, *others)),
        ways=ways,
        typed=typed_values(ids, month),
        shop_refunds=refunds,
    )


def _relative(ways: Held) -> bool:
    """Return whether a shop feeds a line by refunds relative to the shop's instead of the plan's measure."""
    instead = (row.measure for lines in ways.values() for row in lines.values() if row.measure)
    return any(SHOP_REFUNDS in MEASURES[code].inputs for code in instead)


def _promoted(shop_ids: Collection[int], month: date) -> frozenset[int]:
    """Return the shops for which this month or the one before is marked as promotion."""
    rows = ShopMonth.objects.filter(
        shop__in=shop_ids, month__in=[month, add_months(month, -1)], promotion=True
    )
    return frozenset(rows.values_list("shop_id", flat=True))


def _compared(ids: list[int], month: date, shop_ids: Collection[int]) -> Compared:
    """Read the month compared with: frozen cards first, figures only of those who have none."""
    spans = employed_spans(ids, month)
    frozen: dict[int, Decimal] = defaultdict(Decimal)
    rows = CardFact.objects.filter(
        segment__version__current_of__person__in=ids,
        segment__version__current_of__month=month,
        key="sales",
        state=CardFact.State.PRESENT,
    ).exclude(segment__version__current_of__state=CardState.DRAFT)
    for person_id, value in rows.values_list("segment__version__current_of__person_id", "value"):
        frozen[person_id] += Decimal(value)
    rest = [person for person in spans if person not in frozen]
    opening = OpeningMonth.objects.filter(person__in=ids, month=month, sales__isnull=False)
    return Compared(
        month=month,
        presence=presences(spans, month),
        totals=person_totals(rest, month) if rest else {},
        frozen=frozen,
        opening={
            person: sales for person, sales in opening.values_list("person_id", "sales") if sales is not None
        },
        shops=shop_totals(shop_ids, month),
    )
