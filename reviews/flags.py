"""What needs eyes before a card is submitted or approved: said in words, exceptions first.

Source: month.md, "In bulk, exceptions first".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from reviews.conditions import line_name
from reviews.models import Band, Card, CardLine, CardSegment
from reviews.trends import past_totals
from staff.calendar import add_months

NEAR = Decimal("0.5")
MOVED = Decimal(10)


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to look at a card, with the figures in it."""

    code: str
    text: Promise
    values: Mapping[str, str]

    def __str__(self) -> str:
        """Return the reason as a sentence in the reader's language."""
        return str(self.text) % self.values


@dataclass(frozen=True, slots=True)
class Looked:
    """A card's flags and its total in the month before, in points."""

    flags: tuple[Flag, ...]
    previous: Decimal | None
    change: Decimal | None


BELOW = _("%(points)s points below the %(bound)s band")
ABOVE = _("%(points)s points above the bound of %(bound)s")
HIGHER = _("%(points)s higher than the month before")
LOWER = _("%(points)s lower than the month before")
WAIVED = _("Waived: %(lines)s")
ADJUSTED = _("Adjusted by %(points)s")
ESTIMATED = _("Contains estimated figures")
CAPPED = _("Capped by a critical failure, %(points)s before")


def look(cards: Sequence[Card]) -> dict[int, Looked]:
    """Return what needs eyes on some cards with `current` selected, by card id. At most six queries."""
    versions = {card.current_id: card for card in cards if card.current_id}
    bounds = _bounds(versions)
    waived = _waived(versions)
    months = sorted({add_months(card.month, -1) for card in cards})
    past = past_totals([card.person_id for card in cards], months=months)
    found = {}
    for card in cards:
        before = past.get((card.person_id, add_months(card.month, -1)))
        previous = before.own if before else None
        found[card.pk] = _look(
            card, bounds.get(card.current_id or 0, ()), waived.get(card.current_id or 0, ()), previous
        )
    return found


def _bounds(version_ids: Iterable[int]) -> dict[int, list[Decimal]]:
    """Return the bounds of the plan each version's last segment was scored under."""
    segments = CardSegment.objects.filter(version__in=list(version_ids)).order_by("order")
    plans = dict(segments.values_list("version_id", "plan_version_id"))
    by_plan: dict[int, list[Decimal]] = {}
    rows = Band.objects.filter(version__in=set(plans.values()), at_least__gt=0)
    for plan_id, at_least in rows.values_list("version_id", "at_least"):
        by_plan.setdefault(plan_id, []).append(at_least)
    return {version_id: by_plan.get(plan_id, []) for version_id, plan_id in plans.items()}


def _waived(version_ids: Iterable[int]) -> dict[int, list[CardLine]]:
    found: dict[int, list[CardLine]] = {}
    lines = CardLine.objects.filter(segment__version__in=list(version_ids), status=CardLine.Status.WAIVED)
    for line in lines.select_related("segment").order_by("order"):
        found.setdefault(line.segment.version_id, []).append(line)
    return found


def _look(
    card: Card, bounds: Sequence[Decimal], waived: Sequence[CardLine], previous: Decimal | None
) -> Looked:
    version = card.current
    if version is None:
        return Looked((), previous, None)
    flags: list[Flag] = []
    change = None
    if version.total is not None:
        flags += _near(version.total, bounds)
        if previous is not None:
            change = version.total - previous
            if abs(change) > MOVED:
                flags.append(Flag("moved", HIGHER if change > 0 else LOWER, {"points": f"{abs(change):.2f}"}))
        if version.total_before_cap is not None and version.total_before_cap != version.total:
            flags.append(Flag("capped", CAPPED, {"points": f"{version.total_before_cap:.2f}"}))
    if waived:
        names = pgettext("between names", ", ").join(line_name(line) for line in waived)
        flags.append(Flag("waived", WAIVED, {"lines": names}))
    if version.adjustment:
        flags.append(Flag("adjusted", ADJUSTED, {"points": f"{version.adjustment:+.2f}"}))
    if version.estimated:
        flags.append(Flag("estimated", ESTIMATED, {}))
    return Looked(tuple(flags), previous, change)


def _near(total: Decimal, bounds: Sequence[Decimal]) -> list[Flag]:
    """Return a flag for the nearest bound within half a point, on either side."""
    near = sorted((abs(bound - total), bound) for bound in bounds if abs(bound - total) <= NEAR)
    if not near:
        return []
    distance, bound = near[0]
    values = {"points": f"{distance:.2f}", "bound": f"{bound.normalize():f}"}
    return [Flag("near", BELOW if total < bound else ABOVE, values)]
