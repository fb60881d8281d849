"""What the month's figures lack, from the calendar of figures; and accounts that nobody is matched to.

The calendar reads every row of a month. Its outcome is kept for two minutes, and anew at once when a batch
was applied or undone, a day was excused, or an account got another holder or kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Value
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from reviews.completeness.grid import Cell, Grid, Row, State
from reviews.completeness.reading import read_facts
from reviews.completeness.wording import names_in_short, row_end, source_name
from reviews.figures.accounts import waiting_accounts
from reviews.models import FigureExcuse, ImportBatch
from reviews.today.cards import last_ended
from reviews.today.items import Item, opens
from reviews.today.reader import Reader
from staff.calendar import Calendar, last_day_of
from staff.models import AccountHolder, Person, PlatformAccount, Shop
from staff.services import shops_looked_after

KEPT_SECONDS = 120
# A day stands for all shops as for the one in which it stands worst.
WORST = (
    State.MISSING,
    State.PARTIAL,
    State.WAITING,
    State.COMPLETE,
    State.EXCUSED,
    State.FUTURE,
    State.NOT_EXPECTED,
)
FIGURES_DUE = 3  # working days after the month: "figures are in"
NAMED = 3


@dataclass(frozen=True, slots=True)
class Strip:
    """A source's month over all shops: a state for each day, and its end in words."""

    source: str
    name: str
    states: tuple[State, ...]
    end: str
    tone: str


@dataclass(frozen=True, slots=True)
class Lack:
    """The days a source of a shop lacks altogether, or of which people are missing."""

    source: str
    missing: tuple[date, ...]
    partial: int
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a month's figures stand: over all shops, and what each shop lacks, by its id."""

    strips: tuple[Strip, ...]
    lacks: dict[int, tuple[Lack, ...]]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Accounts with figures that count for nobody."""

    count: int = 0
    sales: Decimal = Decimal(0)
    shops: tuple[str, ...] = ()


def shops_of(reader: Reader) -> list[Shop]:
    """Return the shops whose figures the reader looks after, by name; one query."""
    if not reader.is_hr:
        return []
    return list(shops_looked_after(reader.user, on=reader.on).order_by("name", "pk"))


class Kept:
    """What some shops' figures lack, read at most once in two minutes and after each change."""

    def __init__(self, shops: Sequence[Shop], *, today: date) -> None:
        """Name what is kept by all that changes it; two queries."""
        self.shops, self.today = shops, today
        self.ids = [shop.pk for shop in shops]
        self.stamp = _stamp(self.ids) if shops else ""
        self.found: dict[str, Any] = {}

    def standing(self, month: date) -> Standing:
        """Return how a month's figures stand; one query where it is known, else fifteen."""
        found: Standing = self._get(f"month.{month:%Y%m}.{self.today:%Y%m%d}", lambda: self._read(month))
        return found

    def unmatched(self) -> Unmatched:
        """Return what waits in the queue of accounts; one query where it is known, else nine."""
        found: Unmatched = self._get("accounts", self._waiting)
        return found

    def _get(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self.found:
            joined = ".".join([name, get_language() or "", *map(str, self.ids), self.stamp])
            key = f"today:{hashlib.sha256(joined.encode()).hexdigest()}"
            found = cache.get(key)
            if found is None:
                found = read()
                cache.set(key, found, KEPT_SECONDS)
            self.found[name] = found
        return self.found[name]

    def _read(self, month: date) -> Standing:
        return _read(self.ids, month, self.today) if self.ids else Standing((), {})

    def _waiting(self) -> Unmatched:
        waiting = waiting_accounts(shop_ids=self.ids) if self.ids else []
        names = tuple(dict.fromkeys(one.shop.name for one in waiting))
        return Unmatched(len(waiting), sum((one.stake.sales for one in waiting), Decimal(0)), names)


def _stamp(ids: Sequence[int]) -> str:
    """Return what is another after a batch, an excuse, or another holder or kind of an account."""
    batches = ImportBatch.objects.filter(shop__in=ids).aggregate(
        Max("applied_at"), Max("undone_at"), Count("pk")
    )
    parts = [
        rows.order_by()
        .values(of=Value(number))
        .annotate(last=Max(key), many=Count(key))
        .values_list("of", "last", "many")
        for number, (rows, key) in enumerate(
            (
                (FigureExcuse.objects.filter(shop__in=ids), "pk"),
                (AccountHolder.history.all(), "history_id"),
                (PlatformAccount.history.all(), "history_id"),
            )
        )
    ]
    rows = sorted(parts[0].union(*parts[1:], all=True))
    return f"{list(batches.values())}{rows}"


def _read(ids: Sequence[int], month: date, today: date) -> Standing:
    rows = Grid(read_facts(ids, month, today=today)).rows()
    lacks: dict[int, list[Lack]] = {}
    by_source: dict[str, list[Row]] = {}
    wanted = {person for row in rows for cell in row.cells for person in cell.missing}
    names = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name"))
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
        missing = tuple(cell.day for cell in row.cells if cell.state is State.MISSING)
        partial = row.count(State.PARTIAL)
        people = dict.fromkeys(
            person for cell in row.cells if cell.state is State.PARTIAL for person in cell.missing
        )
        if missing or partial:
            lack = Lack(row.source, missing, partial, tuple(names[person] for person in people))
            lacks.setdefault(row.shop_id, []).append(lack)
    strips = tuple(_strip(source, several) for source, several in by_source.items())
    return Standing(strips, {shop: tuple(some) for shop, some in lacks.items()})


def _strip(source: str, rows: Sequence[Row]) -> Strip:
    days = zip(*(row.cells for row in rows), strict=True)
    states = tuple(min((cell.state for cell in cells), key=WORST.index) for cells in days)
    cells = tuple(Cell(cell.day, state) for cell, state in zip(rows[0].cells, states, strict=True))
    end, tone = row_end(Row(0, source, cells))
    return Strip(source, source_name(source), states, end, tone)


def figure_items(reader: Reader, kept: Kept, *, calendar: Calendar) -> list[Item]:
    """Return the rows of days without figures in the last month that ended, of accounts, and of batches."""
    if not kept.shops:
        return []
    month = last_ended(reader.on)
    lacks_of = kept.standing(month).lacks
    due = calendar.nth_after(last_day_of(month), FIGURES_DUE).day
    late = calendar.ordinal(due, reader.on) if reader.on > due else 0
    return [
        *(
            _lack_item(shop, lacks_of[shop.pk], month, due, late)
            for shop in kept.shops
            if shop.pk in lacks_of
        ),
        *_account_items(kept.unmatched()),
        *_batch_items(reader),
    ]


def _lack_item(shop: Shop, lacks: Sequence[Lack], month: date, due: date, late: int) -> Item:
    worst = max(lacks, key=lambda lack: (len(lack.missing), lack.partial))
    if worst.missing:
        fact = _("%(shop)s: no %(source)s for %(days)s")
        parts = [_("lines that need them stay open until they are imported")]
    else:
        fact = _("%(shop)s: %(source)s incomplete on %(days)s")
        parts = [_("missing: %(what)s") % {"what": names_in_short(worst.people, most=NAMED)}]
    others = [source_name(lack.source) for lack in lacks if lack is not worst]
    if others:
        parts.append(_("also incomplete: %(sources)s") % {"sources": names_in_short(others, most=NAMED)})
    first = f"{worst.missing[0]:%Y-%m-%d}" if worst.missing else ""
    days = days_words(worst.missing) if worst.missing else _days(worst.partial)
    return Item(
        "figures",
        fact % {"shop": shop.name, "source": source_name(worst.source), "days": days},
        pgettext("between parts of a sentence", "; ").join(parts),
        due,
        late,
        opens(
            pgettext("action", "Import"),
            "admin:reviews_importbatch_changelist",
            query=f"shop={shop.pk}&first={first}",
        )
        if first
        else opens(
            pgettext("action", "Look at"),
            "admin:reviews_figureexcuse_changelist",
            query=f"shop={shop.pk}&month={month:%Y-%m}&gaps=1",
        ),
    )


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def days_words(days: Sequence[date]) -> str:
    """Say which days: the span where they follow each other, else how many."""
    if len(days) == 1:
        return f"{days[0]:%m-%d}"
    if (days[-1] - days[0]).days + 1 == len(days):
        return _("%(first)s to %(last)s") % {"first": f"{days[0]:%m-%d}", "last": f"{days[-1]:%m-%d}"}
    return _days(len(days))


def _account_items(waiting: Unmatched) -> list[Item]:
    if not waiting.count:
        return []
    fact = ngettext(
        "%(count)s platform account is matched to nobody",
        "%(count)s platform accounts are matched to nobody",
        waiting.count,
    )
    why = _("%(shops)s; sales of %(sales)s CNY count for nobody until then")
    return [
        Item(
            "accounts",
            fact % {"count": waiting.count},
            why % {"shops": names_in_short(waiting.shops, most=NAMED), "sales": f"{waiting.sales:,.2f}"},
            None,
            0,
            opens(pgettext("action", "Match"), "admin:reviews_importbatch_accounts"),
        )
    ]


def _batch_items(reader: Reader) -> list[Item]:
    """Return a row for the batches that were read and wait for a decision."""
    states = [ImportBatch.State.STAGED, ImportBatch.State.FAULTY]
    batches = ImportBatch.objects.visible_to(reader.user, on=reader.on).filter(state__in=states)
    waiting = list(batches.select_related("shop").order_by("-pk"))
    if not waiting:
        return []
    faulty = sum(batch.state == ImportBatch.State.FAULTY for batch in waiting)
    fact = ngettext(
        "%(count)s import waits for a decision", "%(count)s imports wait for a decision", len(waiting)
    )
    shops = names_in_short(dict.fromkeys(batch.shop.name for batch in waiting), most=NAMED)
    why = _("%(shops)s; nothing of it is stored yet") % {"shops": shops}
    if faulty:
        words = ngettext("%(count)s with errors", "%(count)s with errors", faulty) % {"count": faulty}
        why = pgettext("between parts of a sentence", "; ").join([why, words])
    one = opens(pgettext("action", "Look at"), "admin:reviews_importbatch_change", waiting[0].pk)
    several = opens(pgettext("action", "Look at"), "admin:reviews_importbatch_changelist")
    return [
        Item("batches", fact % {"count": len(waiting)}, why, None, 0, one if len(waiting) == 1 else several)
    ]
