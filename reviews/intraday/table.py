"""A shop's day hour by hour, from its snapshots: whose figures, what was done in each span, who leads.

Reading decides whose an account's figures are and which source fills a field, as for whole days; no
figure of a day is read here and none of these is read there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.figures.counting import Holders, Order
from reviews.figures.fields import LABELS
from reviews.figures.formats import AGENT_SOURCES, SOURCE_LABELS
from reviews.intraday.hours import FELL, NOT_AFTER, NOT_BEFORE, Done, Value, places, spans
from reviews.models import Snapshot
from staff.models import Person, PlatformAccount, Shop

FIELDS = ("sales", "inquiries", "receptions")
AMOUNTS = frozenset({"sales"})
BAR = 120  # width of the longest bar, in SVG units
OF_NOBODY = frozenset({"shared", "robot", "main", "company"})
Whose = Hashable
Series = dict[datetime, dict[Whose, Value]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a span in words: what was done, the cumulative figure, or why it is not known."""

    label: str
    done: str
    total: str
    why: str = ""


@dataclass(slots=True)
class HourRow:
    """One person (or account of nobody) in a span. `bar` is the width of the bar of sales."""

    name: str
    staff_no: str
    note: str
    place: int | None
    bar: int
    cells: list[Cell]


@dataclass(slots=True)
class Span:
    """One span between two snapshots, with the shop's sums of what is known."""

    begins: datetime
    ends: datetime
    rows: list[HourRow] = field(default_factory=list)
    sums: list[Cell] = field(default_factory=list)


@dataclass(slots=True)
class Day:
    """A day's spans, the latest first, and the snapshots they come from in words."""

    spans: list[Span]
    sources: list[str]
    labels: list[str]
    unmatched: int = 0


@dataclass(slots=True)
class _Owner:
    name: str
    staff_no: str = ""
    note: str = ""
    ranked: bool = True
    unmatched: bool = False


def hourly(shop: Shop, day: date) -> Day:
    """Return a shop's day by hours; four queries whatever its size."""
    columns = ("source", "account_name", "taken_at", *FIELDS)
    found = list(Snapshot.objects.filter(shop=shop, day=day, current=True).values_list(*columns))
    if not found:
        return Day([], [], [])
    owners, owner_of = _owners(shop, day, {row[1] for row in found})
    order = Order([shop.pk], AGENT_SOURCES)
    series = {
        name: _series(shop, day, name, index, found, owner_of, order) for index, name in enumerate(FIELDS, 3)
    }
    leading = next((name for name in FIELDS if series[name]), FIELDS[0])
    hours = sorted(series[leading])
    midnight = timezone.make_aware(datetime.combine(day, time()))
    done = {name: spans(series[name], midnight=midnight, at=hours) for name in FIELDS if series[name]}
    drawn = [
        _span(begin, end, {name: parts[number] for name, parts in done.items()}, owners)
        for number, (begin, end) in enumerate(pairwise([midnight, *hours]))
        if begin != end
    ]
    unmatched = sum(owner.unmatched for owner in owners.values())
    return Day(drawn[::-1], _sources(found), [str(LABELS[name]) for name in done], unmatched)


def _owners(shop: Shop, day: date, names: set[str]) -> tuple[dict[Whose, _Owner], dict[str, Whose]]:
    """Return who stands behind the accounts: a person who holds it all day, else the account itself."""
    accounts = PlatformAccount.objects.filter(shop=shop, name__in=names)
    holders = Holders(day, day)
    held = {account.name: (account, holders.person(account.pk, (day, day))) for account in accounts}
    people = Person.objects.in_bulk([person for _account, person in held.values() if person])
    owners: dict[Whose, _Owner] = {}
    owner_of: dict[str, Whose] = {}
    for name in names:
        account, person_id = held.get(name, (None, None))
        if person_id:
            owner_of[name] = person_id
            owners[person_id] = _Owner(people[person_id].name, people[person_id].staff_no)
            continue
        owner_of[name] = name
        if account is not None and account.kind in OF_NOBODY:
            owners[name] = _Owner(name, note=str(account.get_kind_display()), ranked=False)
        else:
            owners[name] = _Owner(name, note=_("not matched to anybody"), unmatched=True)
    return owners, owner_of


def _series(
    shop: Shop,
    day: date,
    name: str,
    index: int,
    found: Sequence[tuple[object, ...]],
    owner_of: dict[str, Whose],
    order: Order,
) -> Series:
    """Return one field's cumulative figures by hour and owner, from the best source that has it.

    An owner of several accounts has a figure at an hour only where all of them have: a part is no whole.
    """
    places_of = order.places(shop.pk, day, name)
    having = [row for row in found if row[index] is not None]
    best = min((str(row[0]) for row in having), key=lambda s: places_of.get(s, len(places_of)), default="")
    accounts: dict[Whose, set[str]] = defaultdict(set)
    by_hour: dict[datetime, dict[Whose, dict[str, Value]]] = defaultdict(lambda: defaultdict(dict))
    for row in having:
        account, taken_at, value = str(row[1]), row[2], row[index]
        if row[0] != best or not isinstance(taken_at, datetime) or not isinstance(value, int | Decimal):
            continue
        accounts[owner_of[account]].add(account)
        by_hour[taken_at][owner_of[account]][account] = value
    return {
        hour: {
            owner: sum(values.values(), Decimal(0) if name in AMOUNTS else 0)
            for owner, values in found_then.items()
            if len(values) == len(accounts[owner])
        }
        for hour, found_then in by_hour.items()
    }


def _span(
    begin: datetime, end: datetime, done: Mapping[str, Mapping[Whose, Done]], owners: Mapping[Whose, _Owner]
) -> Span:
    leading = next(iter(done))
    ranked = places({who: one for who, one in done[leading].items() if owners[who].ranked})
    most = max((one.value for one in done[leading].values() if one.value), default=None)
    who_order = sorted(
        {who for parts in done.values() for who in parts},
        key=lambda who: (not owners[who].ranked, -_known(done[leading].get(who)), owners[who].name),
    )
    span = Span(begin, end)
    for who in who_order:
        owner, first = owners[who], done[leading].get(who)
        cells = [_cell(name, parts.get(who), begin, end) for name, parts in done.items()]
        bar = int(BAR * first.value / most) if first and first.value and most else 0
        span.rows.append(HourRow(owner.name, owner.staff_no, owner.note, ranked.get(who), bar, cells))
    span.sums = [_sum(name, parts.values()) for name, parts in done.items()]
    return span


def _known(one: Done | None) -> Value:
    return one.value if one and one.value is not None else -1


def _cell(name: str, one: Done | None, begin: datetime, end: datetime) -> Cell:
    label = str(LABELS[name])
    if one is None:
        return Cell(label, "–", "–")
    return Cell(label, shown(name, one.value), shown(name, one.total), why(name, one, begin, end))


def why(name: str, one: Done, begin: datetime, end: datetime) -> str:
    """Say why a figure of a span is not known, or nothing."""
    hours = {"begin": f"{timezone.localtime(begin):%H:%M}", "end": f"{timezone.localtime(end):%H:%M}"}
    if one.why == FELL:
        said = _("fell from {before} at {begin} to {after} at {end}")
        return said.format(before=shown(name, one.before), after=shown(name, one.total), **hours)
    if one.why == NOT_BEFORE:
        return _("not in the file of {begin}").format(**hours)
    if one.why == NOT_AFTER:
        return _("not in the file of {end}").format(**hours)
    return ""


def _sum(name: str, parts: Collection[Done]) -> Cell:
    """Add up what is known of a span; say how many are not."""
    known = [one.value for one in parts if one.value is not None]
    lacking = len(parts) - len(known)
    said = _("without {count} that are not known").format(count=lacking) if lacking else ""
    return Cell(str(LABELS[name]), shown(name, sum(known)) if known else "–", "", said)


def shown(name: str, value: Value | None) -> str:
    """Return a figure as people read it: grouped, amounts with two decimals, – where it is not known."""
    if value is None:
        return "–"
    return f"{value:,.2f}" if name in AMOUNTS else f"{value:,}"


def _sources(found: Sequence[tuple[object, ...]]) -> list[str]:
    """Say which sources have snapshots of which hours."""
    hours: dict[str, set[str]] = defaultdict(set)
    for row in found:
        if isinstance(row[2], datetime):
            hours[str(row[0])].add(f"{timezone.localtime(row[2]):%H:%M}")
    return [
        _("{source}: {hours}").format(source=SOURCE_LABELS.get(source, source), hours="、".join(sorted(at)))
        for source, at in sorted(hours.items())
    ]
