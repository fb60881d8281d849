"""What is at stake with an account that nobody holds: its days, receptions and sales, no source counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reviews.figures.counting import Order
from reviews.figures.formats import AGENT_SOURCES
from reviews.figures.planned import PlannedFile
from reviews.figures.rows import NOTE, Issue
from staff.models import Shop

UNMATCHED = "unmatched"  # the code of the note that keeps it with a batch
FIELDS = ("receptions", "sales")


@dataclass(frozen=True, slots=True)
class Figures:
    """The two figures of one row that tell a person how much depends on a match; None is not known."""

    shop_id: int
    source: str
    first_day: date
    last_day: date
    receptions: int | None
    sales: Decimal | None


@dataclass(slots=True)
class Stake:
    """The days from the first to the last, how many rows, and what they hold in all."""

    first_day: date
    last_day: date
    rows: int = 0
    receptions: int = 0
    sales: Decimal = Decimal(0)


def at_stake(rows: Iterable[Figures], order: Order) -> Stake | None:
    """Add rows of one account; of several sources of the same days the one that would count."""
    best: dict[tuple[date, date, str], tuple[int, Any]] = {}
    stake: Stake | None = None
    for row in rows:
        stake = stake or Stake(row.first_day, row.last_day)
        stake.first_day, stake.last_day = (
            min(stake.first_day, row.first_day),
            max(stake.last_day, row.last_day),
        )
        stake.rows += 1
        for name in FIELDS:
            value = getattr(row, name)
            places = order.places(row.shop_id, row.first_day, name)
            place = places.get(row.source, len(places))
            key = (row.first_day, row.last_day, name)
            if value is not None and (key not in best or place < best[key][0]):
                best[key] = place, value
    if stake is not None:
        for (_first, _last, name), (_place, value) in best.items():
            setattr(stake, name, getattr(stake, name) + value)
    return stake


def note_unmatched(files: Sequence[PlannedFile], shop: Shop) -> None:
    """Note each account of a plan that nobody holds in the first file that names it, with what is at stake."""
    found: dict[str, list[Figures]] = defaultdict(list)
    first_in: dict[str, PlannedFile] = {}
    for file in files:
        source = file.read.form.source if file.read.form else ""
        for name, rows in file.unknown.items():
            first_in.setdefault(name, file)
            found[name] += [
                Figures(shop.pk, source, row.span.first, row.span.last, *map(row.values.get, FIELDS))
                for row in rows
                if row.span is not None
            ]
    if not found:
        return
    order = Order([shop.pk], AGENT_SOURCES)
    for name, figures in found.items():
        stake = at_stake(figures, order)
        if stake is not None:
            params = {
                "account": name,
                "first": stake.first_day.isoformat(),
                "last": stake.last_day.isoformat(),
                "rows": stake.rows,
                "receptions": stake.receptions,
                "sales": str(stake.sales),
            }
            first_in[name].issues.append(Issue(NOTE, UNMATCHED, params=params))
