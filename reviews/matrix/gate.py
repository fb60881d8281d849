"""Before a plan is assigned to a unit: no shop below may have a line that nothing feeds.

A shop without any figures yet cannot be judged and is let through with a warning: on the first day plans are
chosen before or while the first files come in (spec/setup.md). Source: spec/scorecard.md, 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from reviews.matrix.cells import Cell, cells_of
from reviews.matrix.imported import imported, last_month_with_figures
from reviews.matrix.inforce import sources_in_force
from reviews.matrix.places import nearest
from reviews.models import Plan, PlanVersion
from reviews.plans import to_core, version_in_force
from staff.models import Shop, Unit


@dataclass(frozen=True, slots=True)
class Verdict:
    """The red fields of the shops a unit reaches, and the shops that have no figures yet."""

    red: tuple[tuple[Shop, Cell], ...]
    without_figures: tuple[Shop, ...]


def shops_under(unit: Unit) -> list[Shop]:
    """Return the shops whose people a plan for a unit would score: its own (or the one above's) and those below."""
    rows = list(Unit.objects.values_list("pk", "path", "shop_id"))
    below = {pk for pk, path, _shop in rows if path.startswith(unit.path)}
    of_unit = nearest(rows)
    ids = {of_unit[pk] for pk in below if pk in of_unit}
    return list(Shop.objects.filter(pk__in=ids).order_by("pk"))


def judge(plan: Plan, unit: Unit, *, starts_on: date, on: date) -> Verdict:
    """Return what stands in the way of scoring a unit by a plan from a day on."""
    version = version_in_force(plan, on=starts_on)
    shops = shops_under(unit)
    if version is None or not shops:
        return Verdict((), ())
    ids = [shop.pk for shop in shops]
    month = last_month_with_figures(ids, on=on)
    have = imported(ids, month)
    # A way counts from its month on: what begins later than the plan feeds nobody's first card.
    cells = cells_of(
        to_core(version), have, sources_in_force(max(month, starts_on.replace(day=1)), shop_ids=ids)
    )
    red = [(shop, cell) for by_shop in cells.values() for shop in shops if (cell := by_shop[shop.pk]).red]
    without = [shop for shop in shops if not have[shop.pk].has_figures]
    return Verdict(tuple(red), tuple(without))


def red_fields(version: PlanVersion, shops: Sequence[Shop], *, on: date) -> list[tuple[Shop, Cell, str]]:
    """Return the red fields of a version in some shops as they stand today, each with its line's name."""
    ids = [shop.pk for shop in shops]
    have = imported(ids, last_month_with_figures(ids, on=on))
    cells = cells_of(to_core(version), have, sources_in_force(on.replace(day=1), shop_ids=ids))
    found = [cell for by_shop in cells.values() for cell in by_shop.values() if cell.red]
    of_id = {shop.pk: shop for shop in shops}
    return [(of_id[cell.shop_id], cell, named(cell)) for cell in found]


def named(cell: Cell) -> str:
    """Name a field's line in the reader's language."""
    english = (get_language() or "").startswith("en")
    return cell.line.name_en if english and cell.line.name_en else cell.line.name_zh
