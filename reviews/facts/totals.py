"""A month's counting figures of people and shops, added up, with the files they stand in.

Source: data.md, "Fields, and which column fills them"; scorecard.md, "From the month's records to facts".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reviews.figures.counting import CountedRow, average, counted_agent_figures, counted_shop_figures
from reviews.figures.fields import AMOUNTS, COUNTS
from reviews.models import ImportFile
from reviews.scoring.facts import Fact, Source
from staff.calendar import last_day_of

ADDED = (*COUNTS, *AMOUNTS)


@dataclass(slots=True)
class Sum:
    """One field of a month added up: how much, from which files, estimated or not."""

    value: Decimal = Decimal(0)
    files: set[int] = field(default_factory=set)
    estimated: bool = False


@dataclass(slots=True)
class Totals:
    """One person's or shop's month."""

    sums: dict[str, Sum] = field(default_factory=dict)
    rows: list[CountedRow] = field(default_factory=list)
    receptions_instead: bool = False

    def add(self, name: str, value: Decimal | int, file_id: int, *, estimated: bool = False) -> None:
        """Add one value of a field."""
        one = self.sums.setdefault(name, Sum())
        one.value += value
        one.files.add(file_id)
        one.estimated |= estimated

    def figure_days(self) -> int | None:
        """Return how many days have any figure; None where there are none or spans of several days."""
        if not self.rows or any(row.first_day != row.last_day for row in self.rows):
            return None
        return len({row.first_day for row in self.rows})

    def shop_ids(self) -> list[int]:
        """Return the shops in which there are figures."""
        return sorted({row.shop_id for row in self.rows})

    def receptions_in(self, shop_id: int) -> Sum | None:
        """Return the person's receptions in one shop, None where they are not known."""
        found: Sum | None = None
        for row in self.rows:
            counted = row.fields.get("receptions") if row.shop_id == shop_id else None
            if counted is not None:
                found = found or Sum()
                found.value += counted.value
                found.files.add(counted.file_id)
        return found


class Files:
    """Names of import files; read once for all facts of a run."""

    def __init__(self, ids: Collection[int]) -> None:
        """Read the names of some files, one query."""
        rows = ImportFile.objects.filter(pk__in=ids).values_list("pk", "name", "batch_id")
        self._named = {pk: (name, batch) for pk, name, batch in rows}

    def source(self, file_ids: Collection[int], kind: str = "") -> Source:
        """Return the source for figures of some files; `kind` is a suffix for a special reading of them."""
        named = sorted({self._named[pk] for pk in file_ids if pk in self._named}, key=lambda pair: pair[::-1])
        if not named:
            return Source.of(f"import{kind}", name="", batch="")
        batches = sorted({batch for _name, batch in named})
        batch = str(batches[0]) if len(batches) == 1 else f"{batches[0]}–{batches[-1]}"
        if len(named) == 1:
            return Source.of(f"import{kind}", name=named[0][0], batch=batch)
        return Source.of(f"imports{kind}", name=named[0][0], count=str(len(named)), batch=batch)


def person_totals(person_ids: Collection[int], month: date) -> dict[int, Totals]:
    """Return the added-up figures of people's month, of all shops; five queries.

    Consultations are the answered ones, on days without them the receptions, and it is noted.
    """
    found: dict[int, Totals] = defaultdict(Totals)
    rows = counted_agent_figures(first_day=month, last_day=last_day_of(month), person_ids=person_ids)
    for row in rows:
        if row.person_id is None:
            continue
        mine = found[row.person_id]
        mine.rows.append(row)
        for name, counted in row.fields.items():
            if name in COUNTS or name in AMOUNTS:
                mine.add(name, counted.value, counted.file_id, estimated=counted.estimated)
        answered = row.fields.get("answered")
        instead = row.fields.get("receptions")
        counted_as = answered or instead
        if counted_as is not None:
            mine.add("consultations", counted_as.value, counted_as.file_id, estimated=counted_as.estimated)
            mine.receptions_instead |= answered is None
    return found


def shop_totals(shop_ids: Collection[int], month: date) -> dict[int, Totals]:
    """Return the shops' own figures of a month added up; two queries."""
    found: dict[int, Totals] = defaultdict(Totals)
    for row in counted_shop_figures(first_day=month, last_day=last_day_of(month), shop_ids=shop_ids):
        for name, counted in row.fields.items():
            found[row.shop_id].add(name, counted.value, counted.file_id)
    return found


def shop_refund_totals(shop_ids: Collection[int], month: date) -> dict[int, Totals]:
    """Return orders and refunded orders of all agents of some shops; five queries.

    Only rows that know both, so that no order stands there whose refund nobody knows.
    """
    found: dict[int, Totals] = defaultdict(Totals)
    for row in counted_agent_figures(first_day=month, last_day=last_day_of(month), shop_ids=shop_ids):
        orders, refunded = row.fields.get("orders"), row.fields.get("refunded_orders")
        if orders is not None and refunded is not None:
            found[row.shop_id].add("orders", orders.value, orders.file_id, estimated=orders.estimated)
            found[row.shop_id].add("refunded_orders", refunded.value, refunded.file_id)
    return found


@dataclass(frozen=True, slots=True)
class Averaged:
    """A response time over a month, s, with what it was weighed by."""

    value: Decimal
    base: str
    files: frozenset[int]
    estimated: bool


def response(totals: Totals, name: str) -> Averaged | None:
    """Return a response time weighed over the month's figures, without estimated ones; None if there is none.

    To 0.001 s, half-up by the database's scale: days' averages have no more.
    """
    rows = [row for row in totals.rows if name in row.fields and not row.fields[name].estimated]
    found = average(rows, name)
    if found is None:
        return None
    files = frozenset(row.fields[name].file_id for row in rows)
    return Averaged(found.value, found.base, files, estimated=False)


def summed(totals: Totals | None, name: str, files: Files) -> Fact | None:
    """Return a field's sum as a fact with its source, None where no file has it."""
    one = totals.sums.get(name) if totals else None
    if one is None:
        return None
    instead = name == "consultations" and totals is not None and totals.receptions_instead
    return Fact.present(one.value, files.source(one.files, "_receptions" if instead else ""))


def all_files(*groups: Mapping[int, Totals]) -> set[int]:
    """Return the ids of all files that some totals stand in."""
    return {
        file_id
        for group in groups
        for totals in group.values()
        for one in totals.sums.values()
        for file_id in one.files
    } | {
        counted.file_id
        for group in groups
        for totals in group.values()
        for row in totals.rows
        for counted in row.fields.values()
    }
