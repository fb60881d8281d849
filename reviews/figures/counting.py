"""Which figures count: of all rows in force, the best source of each field, and whose they are.

Reading decides, not importing: a changed order of sources, a matched account or an undone batch
shows in the next reading without another import.

Source: data.md, after "Formats" and after the table of fields.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, BASES, COUNTS, PARTS, SHOP_FIELDS
from reviews.figures.formats import AGENT_SOURCES, SHOP_SOURCES
from reviews.figures.holders import ALONE, Rosters, split_amount, split_count
from reviews.figures.holders import Holders as Holders
from reviews.figures.holders import moment as moment
from reviews.figures.profiles.registry import in_order
from reviews.models import AgentFigures, ShopFigures, SourceOrder
from staff.models import AccountHolder

Value = int | Decimal
Span = tuple[date, date]
EQUAL = "equal"
SHOPS_OWN = (
    "shop."  # before a field in the order of sources: the shop's own figures, which have other sources
)


@dataclass(frozen=True, slots=True)
class Other:
    """A value of another source, kept and shown, not counted."""

    source: str
    value: Value
    file_id: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The value of one field that counts, and where it comes from."""

    value: Value
    source: str
    file_id: int
    batch_id: int
    estimated: bool = False
    others: tuple[Other, ...] = ()


@dataclass(slots=True)
class CountedRow:
    """One account's (or person's) counting figures of one shop and span.

    `person_id` is None where the figures stay with the shop: nobody is matched, several people
    held the account within the span, or it is a robot, main or company account. A shared account has
    a row for each person who had it, with that person's estimated part.
    """

    shop_id: int
    account_id: int | None
    person_id: int | None
    first_day: date
    last_day: date
    fields: dict[str, Counted] = field(default_factory=dict)

    def value(self, name: str) -> Value | None:
        """Return a field's counting value, None where it is not known."""
        found = self.fields.get(name)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class Average:
    """An average over rows with its base: what it was weighed by ('equal': each row alike) and how much of it."""

    value: Decimal
    base: str
    weight: int
    rows: int


class Order:
    """The order of sources per shop, month and field; asked once for many rows."""

    def __init__(
        self, shop_ids: Collection[int] | None, shipped: Sequence[str], *, months: bool = True
    ) -> None:
        """Load the shops' own orders; without `months` only those that hold for every month."""
        self._shipped = shipped
        self.rules: dict[tuple[int, date | None, str], dict[str, int]] = defaultdict(dict)
        self.known: dict[tuple[int, date, str], dict[str, int]] = {}
        rows = (
            SourceOrder.objects.all() if shop_ids is None else SourceOrder.objects.filter(shop__in=shop_ids)
        )
        for shop_id, month, name, source, rank in rows.values_list(
            "shop_id", "month", "field", "source", "rank"
        ):
            if month is not None and not months:
                continue
            self.rules[shop_id, month, name][source] = rank

    @cached_property
    def shipped(self) -> Sequence[str]:
        """The order where nothing was turned; asked for only where two sources meet."""
        return in_order(self._shipped)

    def places(self, shop_id: int, day: date, name: str) -> dict[str, int]:
        """Return each source's place for a field: month before shop, field before all fields.

        A shop's own field is named with SHOPS_OWN before it.
        """
        every = SHOPS_OWN if name.startswith(SHOPS_OWN) else ""
        month = day.replace(day=1)
        key = (shop_id, month, name)
        if key not in self.known:
            chosen: Mapping[str, int] = {}
            for rule in (
                (shop_id, month, name),
                (shop_id, month, every),
                (shop_id, None, name),
                (shop_id, None, every),
            ):
                if rule in self.rules:
                    chosen = self.rules[rule]
                    break
            ordered = sorted(chosen, key=lambda source: chosen[source])
            ordered += [source for source in self.shipped if source not in chosen]
            self.known[key] = {source: place for place, source in enumerate(ordered)}
        return self.known[key]


def counted_agent_figures(
    *,
    first_day: date,
    last_day: date,
    shop_ids: Collection[int] | None = None,
    person_ids: Collection[int] | None = None,
) -> list[CountedRow]:
    """Return the counting figures of whole spans between two days, six queries whatever their number.

    With `person_ids` only rows of these people's accounts and staff numbers. Amounts are CNY, rates shares
    of 1, times seconds. A shared account's counts and amounts are divided among those who had it, marked as
    estimated. A week across a month's end belongs to no month.
    """
    rows = AgentFigures.objects.filter(current=True, first_day__gte=first_day, last_day__lte=last_day)
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    if person_ids is not None:
        held = AccountHolder.objects.filter(person__in=person_ids).values("account")
        rows = rows.filter(Q(person__in=person_ids) | Q(account__in=held))
    holders = Holders(first_day, last_day)
    order = Order(shop_ids, AGENT_SOURCES)
    result: list[CountedRow] = []
    names = tuple(AGENT_FIELDS)
    found = _by_place(rows, names)
    wanted = None if person_ids is None else set(person_ids)
    rosters = Rosters(holders, {account_id for _shop, account_id, _person, _span in found if account_id})
    for (shop_id, account_id, person_id, span), sources in found.items():
        owner = person_id if account_id is None else holders.person(account_id, span)
        shares = rosters.shares(account_id, span) if account_id is not None else []
        if wanted is not None and owner not in wanted and not wanted.intersection(p for p, _w in shares):
            continue
        one = CountedRow(shop_id, account_id, owner, *span)
        one.fields = _choose(sources, names, order, shop_id, span[0], offset=9)
        result += [part for part in _divide(one, shares) if wanted is None or part.person_id in wanted]
    _settle_people(result, order)
    return result


def _by_place(
    rows: QuerySet[AgentFigures], names: Sequence[str]
) -> dict[tuple[int, int | None, int | None, Span], list[Any]]:
    """Return the sources' rows by shop, account, person and span, in the layout that `_choose` reads."""
    found: dict[tuple[int, int | None, int | None, Span], list[Any]] = defaultdict(list)
    columns = ("shop_id", "account_id", "person_id", "first_day", "last_day", "source", "file_id", "batch_id")
    for row in rows.values_list(*columns, "estimated", *names):
        found[row[0], row[1], row[2], (row[3], row[4])].append(row)
    return found


def _divide(row: CountedRow, shares: Sequence[tuple[int, int]]) -> list[CountedRow]:
    """Divide a shared account's row among people by their shares; parts add up to the whole, to the cent.

    Averages and rates cannot be divided: they stay with the shop, in a row of nobody's. Where one person
    had the account for the whole span all of it is that person's, and nothing is estimated.
    """
    if not shares:
        return [row]
    if shares[0][1] == ALONE:
        row.person_id = shares[0][0]
        return [row]
    people, weights = [person for person, _w in shares], [weight for _p, weight in shares]
    parts = [CountedRow(row.shop_id, row.account_id, p, row.first_day, row.last_day) for p in people]
    rest = CountedRow(row.shop_id, row.account_id, None, row.first_day, row.last_day)
    for name, whole in row.fields.items():
        if name in COUNTS:
            values: Sequence[Value] = split_count(int(whole.value), weights)
        elif name in AMOUNTS:
            values = split_amount(Decimal(whole.value), weights)
        else:
            rest.fields[name] = whole
            continue
        for part, value in zip(parts, values, strict=True):
            part.fields[name] = replace(whole, value=value, estimated=True, others=())
    return [*parts, rest] if rest.fields else parts


def _choose(
    rows: Sequence[Any],
    names: Sequence[str],
    order: Order,
    shop_id: int,
    day: date,
    *,
    offset: int,
    own: str = "",
) -> dict[str, Counted]:
    """Return for each field the value of the best-placed source that has one."""
    chosen = {}
    if len(rows) == 1:
        row = rows[0]
        for index, name in enumerate(names, start=offset):
            if row[index] is not None:
                chosen[name] = Counted(row[index], row[5], row[6], row[7], row[8])
        return chosen
    for index, name in enumerate(names, start=offset):
        having = [row for row in rows if row[index] is not None]
        if not having:
            continue
        if len(having) > 1:
            places = order.places(shop_id, day, own + name)
            having.sort(key=lambda row: places.get(row[5], len(places)))
        best, rest = having[0], having[1:]
        others = tuple(Other(row[5], row[index], row[6]) for row in rest)
        chosen[name] = Counted(best[index], best[5], best[6], best[7], best[8], others)
    return chosen


def _settle_people(rows: Iterable[CountedRow], order: Order) -> None:
    """Where a person has both accounts' figures and some by staff number, count each field once.

    The better-placed source stays; of overlapping spans the same rule holds. What loses becomes
    an "other" of what stays.
    """
    by_person: dict[tuple[int, int], list[CountedRow]] = defaultdict(list)
    direct: set[tuple[int, int]] = set()
    for row in rows:
        if row.person_id is not None:
            by_person[row.shop_id, row.person_id].append(row)
            if row.account_id is None:
                direct.add((row.shop_id, row.person_id))
    for key in direct:
        mine = [row for row in by_person[key] if row.account_id is None]
        accounts = [row for row in by_person[key] if row.account_id is not None]
        for row in mine:
            rivals = [a for a in accounts if a.first_day <= row.last_day and row.first_day <= a.last_day]
            for name in list(row.fields):
                _settle_field(name, row, [rival for rival in rivals if name in rival.fields], order)


def _settle_field(name: str, row: CountedRow, rivals: Sequence[CountedRow], order: Order) -> None:
    if not rivals:
        return
    places = order.places(row.shop_id, row.first_day, name)
    own = places.get(row.fields[name].source, len(places))
    best = min(places.get(rival.fields[name].source, len(places)) for rival in rivals)
    losers, winner = ([row], rivals[0]) if best < own else (list(rivals), row)
    kept = winner.fields[name]
    others = kept.others
    for loser in losers:
        lost = loser.fields.pop(name)
        others = (*others, Other(lost.source, lost.value, lost.file_id))
    winner.fields[name] = Counted(
        kept.value, kept.source, kept.file_id, kept.batch_id, kept.estimated, others
    )


def average(rows: Iterable[CountedRow], name: str) -> Average | None:
    """Return the average of a response time, rate or ratio over rows, weighed by its base.

    A rate whose parts are there is recomputed from them. Otherwise each row weighs by its
    receptions; where a row lacks them all rows weigh by answered, else by inquiries, else alike.
    None where no row has the field.
    """
    having = [row for row in rows if name in row.fields or _parts(row, name)]
    if not having:
        return None
    if name in PARTS and all(_parts(row, name) for row in having):
        return _from_parts(having, name)
    values = [(row, Decimal(row.fields[name].value)) for row in having if name in row.fields]
    for base in BASES:
        weights = [row.value(base) for row, _value in values]
        if all(weight is not None for weight in weights) and (total := sum(int(w or 0) for w in weights)):
            weighed = sum(
                (value * int(w or 0) for (_r, value), w in zip(values, weights, strict=True)), Decimal()
            )
            return Average(weighed / total, base, total, len(values))
    return Average(
        sum((value for _row, value in values), Decimal()) / len(values), EQUAL, len(values), len(values)
    )


def _parts(row: CountedRow, name: str) -> tuple[Value, Value] | None:
    part, whole = PARTS.get(name, ("", ""))
    found = row.value(part), row.value(whole)
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _from_parts(rows: Sequence[CountedRow], name: str) -> Average | None:
    pairs = [pair for row in rows if (pair := _parts(row, name))]
    part, whole = sum(int(pair[0]) for pair in pairs), sum(int(pair[1]) for pair in pairs)
    if not whole:
        return None
    share = Decimal(part) / Decimal(whole)
    value = 1 - share if name == "reply_rate" else share
    return Average(value, PARTS[name][1], whole, len(pairs))


@dataclass(slots=True)
class CountedShopRow:
    """One shop's counting figures of one span."""

    shop_id: int
    first_day: date
    last_day: date
    fields: dict[str, Counted] = field(default_factory=dict)


def counted_shop_figures(
    *, first_day: date, last_day: date, shop_ids: Collection[int] | None = None
) -> list[CountedShopRow]:
    """Return the shops' own counting figures (visitors, paying buyers, orders, sales) between two days."""
    rows = ShopFigures.objects.filter(current=True, first_day__gte=first_day, last_day__lte=last_day)
    if shop_ids is not None:
        rows = rows.filter(shop__in=shop_ids)
    order = Order(shop_ids, SHOP_SOURCES)
    names = tuple(SHOP_FIELDS)
    found: dict[tuple[int, Span], list[Any]] = defaultdict(list)
    columns = ("shop_id", "first_day", "last_day", "source", "file_id", "batch_id")
    for shop_id, first, last, source, file_id, batch_id, *values in rows.values_list(*columns, *names):
        # the layout that _choose reads: source, file, batch and estimated stand at 5 to 8
        found[shop_id, (first, last)].append((0, 0, 0, 0, 0, source, file_id, batch_id, False, *values))
    return [
        CountedShopRow(
            shop_id, *span, _choose(sources, names, order, shop_id, span[0], offset=9, own=SHOPS_OWN)
        )
        for (shop_id, span), sources in found.items()
    ]
