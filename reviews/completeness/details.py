"""One cell opened: who is missing and what is known of them, what came from which batch, and what disagrees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.completeness.grid import SHOP_DAYS, Cell, Grid, State, Stored
from reviews.completeness.reading import read_facts
from reviews.completeness.wording import source_name
from reviews.figures.counting import Order, moment
from reviews.figures.fields import AMOUNTS, LABELS, RATES
from reviews.figures.formats import AGENT_SOURCES
from reviews.models import FigureExcuse, ImportBatch
from staff.models import Attendance, Leave, Person, PlatformAccount, Shift, Shop

TELLING = (
    "receptions",
    "answered",
    "inquiries",
    "sales",
)  # what another source is quoted by, the first it has
MOST_DIFFERENCES = 12


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody without figures, and what else is known of that day."""

    person: Person
    account: PlatformAccount | None
    shift: str
    attendance: str
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two sources fill differently: which value counts, and the other one."""

    who: str
    field: str
    counts: str
    value: str
    other: str
    other_value: str


@dataclass(slots=True)
class Opened:
    """All that a cell tells."""

    shop: Shop
    source: str
    cell: Cell
    absent: list[Absent]
    batches: list[ImportBatch]
    spans: list[str]
    differences: list[Difference]
    excuses: list[FigureExcuse] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The source in words."""
        return source_name(self.source)

    @property
    def open(self) -> bool:
        """Whether something is to do."""
        return self.cell.state in (State.PARTIAL, State.MISSING)


def opened(shop: Shop, source: str, day: date, *, today: date) -> Opened | None:
    """Return an opened cell, None where there is no such cell. The number of queries is fixed."""
    grid = Grid(read_facts([shop.pk], day.replace(day=1), today=today))
    if source not in grid.sources_of(shop.pk):
        return None
    cell = next(grid.cells(shop.pk, source, [day]))
    stored = grid.stored(shop.pk, source, day)
    batches = ImportBatch.objects.filter(pk__in={row.batch_id for row in stored}).select_related("by__person")
    excuses = FigureExcuse.objects.filter(shop=shop, source=source, day=day).select_related(
        "account", "by__person"
    )
    return Opened(
        shop,
        source,
        cell,
        _absent(grid, shop, source, cell),
        list(batches.order_by("pk")),
        sorted({_days(row) for row in stored if row.first != row.last}),
        _differences(grid, shop, source, day),
        list(excuses.order_by("pk")),
    )


def _days(row: Stored) -> str:
    return _("{first} to {last}").format(first=f"{row.first:%Y-%m-%d}", last=f"{row.last:%m-%d}")


def _absent(grid: Grid, shop: Shop, source: str, cell: Cell) -> list[Absent]:
    people = Person.objects.in_bulk(cell.missing)
    day, after = moment(cell.day), moment(cell.day + timedelta(days=1))
    shifts: dict[int, list[str]] = {}
    rows = Shift.objects.filter(
        person__in=people, published_at__isnull=False, starts_at__gte=day, starts_at__lt=after
    )
    for shift in rows.order_by("starts_at"):
        begins, until = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
        shifts.setdefault(shift.person_id, []).append(f"{begins:%H:%M}–{until:%H:%M}")
    attendance = _attendance(people, cell.day)
    leaves = set(
        Leave.objects.filter(person__in=people, starts_at__lt=after, ends_at__gt=day).values_list(
            "person_id", flat=True
        )
    )
    accounts = _accounts(grid, shop, cell)
    return [
        Absent(
            people[key],
            accounts.get(key),
            "、".join(shifts.get(key, ())),
            _("leave for some hours") if key in leaves else attendance.get(key, ""),
            tuple(_elsewhere(grid, shop, source, cell.day, key)),
        )
        for key in sorted(people, key=lambda key: people[key].staff_no)
    ]


def _attendance(people: Iterable[int], day: date) -> dict[int, str]:
    found = {}
    rows = Attendance.objects.filter(person__in=people, day=day, superseded=False).order_by("-source")
    for row in rows:
        if not row.present:
            found[row.person_id] = _("absent")
        else:
            found[row.person_id] = _("late") if row.late else _("present")
    return found


def _accounts(grid: Grid, shop: Shop, cell: Cell) -> dict[int, PlatformAccount]:
    keys = {
        held.person_id: held.account_id
        for held in grid.members[shop.pk]
        if held.covers(cell.day) and held.person_id in cell.missing
    }
    accounts = PlatformAccount.objects.in_bulk(set(keys.values()))
    return {person: accounts[key] for person, key in keys.items()}


def _elsewhere(grid: Grid, shop: Shop, source: str, day: date, person: int) -> Iterable[str]:
    for other in grid.sources_of(shop.pk):
        rows = [row for row in grid.stored(shop.pk, other, day) if person in grid.whose(row, day)]
        if other in (source, SHOP_DAYS) or not rows:
            continue
        for name in TELLING:
            if name in rows[0].values:
                yield _("{source}: {field} {value}").format(
                    source=source_name(other), field=LABELS[name], value=_shown(name, rows[0].values[name])
                )
                break
        else:
            yield source_name(other)


def _shown(name: str, value: Any) -> str:
    """Return a value as people read it: grouped, rates in percent, no idle zeros but those of amounts."""
    if isinstance(value, int):
        return f"{value:,}"
    if name in RATES:
        return f"{(value * 100).normalize():f}%"
    return f"{value:,.2f}" if name in AMOUNTS else f"{value.normalize():,f}"


def _differences(grid: Grid, shop: Shop, source: str, day: date) -> list[Difference]:
    """Return what other sources of the same owner and span say otherwise, of this source's rows that day."""
    mine = grid.stored(shop.pk, source, day)
    others = [
        row
        for other in grid.sources_of(shop.pk)
        if other != source or source == SHOP_DAYS
        for row in grid.stored(shop.pk, other, day)
    ]
    pairs = [(one, other) for one in mine for other in others if _same_place(one, other)]
    owners = _owners(shop, pairs)
    order = Order([shop.pk], AGENT_SOURCES)
    found = []
    for one, other in pairs:
        for name, value in one.values.items():
            if other.values.get(name, value) == value:
                continue
            places = order.places(shop.pk, one.first, name)
            first = places.get(one.source, 99) <= places.get(other.source, 99)
            best, rest = (one, other) if first else (other, one)
            found.append(
                Difference(
                    owners.get((one.account_id, one.person_id), shop.name),
                    str(LABELS[name]),
                    source_name(best.source),
                    _shown(name, best.values[name]),
                    source_name(rest.source),
                    _shown(name, rest.values[name]),
                )
            )
    return found[:MOST_DIFFERENCES]


def _same_place(one: Stored, other: Stored) -> bool:
    return one is not other and (one.account_id, one.person_id, one.first, one.last) == (
        other.account_id,
        other.person_id,
        other.first,
        other.last,
    )


def _owners(shop: Shop, pairs: Sequence[tuple[Stored, Stored]]) -> dict[tuple[int | None, int | None], str]:
    """Return the names of accounts and people, by what a row keeps of its owner."""
    accounts = {one.account_id for one, _other in pairs if one.account_id}
    people = {one.person_id for one, _other in pairs if one.person_id}
    names: dict[tuple[int | None, int | None], str] = {}
    for key, name in PlatformAccount.objects.filter(shop=shop, pk__in=accounts).values_list("pk", "name"):
        names[key, None] = name
    for key, name in Person.objects.filter(pk__in=people).values_list("pk", "name"):
        names[None, key] = name
    return names
