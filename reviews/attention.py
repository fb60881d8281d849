"""Which cards need eyes before they are passed on, and why, in words.

Source: month.md, "In bulk, exceptions first".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews import checks, trends
from reviews.checking import Coverage
from reviews.models import Band, Card, CardLine, CardSegment, CardVersion
from reviews.scoring.shown import fixed, plain
from reviews.trends import PastTotal
from staff.calendar import add_months

NEAR = Decimal("0.5")
FAR = Decimal(10)


def flags_of(cards: Sequence[Card]) -> dict[int, list[str]]:
    """Return for each card that needs eyes the reasons, by card id; cards that need none are left out.

    The cards need `current` and `position` selected and are of one month. Eight queries, however many cards.
    """
    scored = [card for card in cards if card.current is not None and card.current.total is not None]
    if not scored:
        return {}
    bounds = _bounds(scored)
    before = _before(scored)
    waived = _waived(scored)
    covered = _coverage(scored)
    found: dict[int, list[str]] = {}
    for card in scored:
        version = card.current
        if version is None:
            continue
        said = reasons_of(
            version,
            bounds=bounds.get(version.pk, []),
            past=before.get((card.person_id, add_months(card.month, -1))),
            waived=waived.get(version.pk, 0),
            cover=covered.get(card.person_id),
        )
        if said:
            found[card.pk] = said
    return found


def reasons_of(
    version: CardVersion,
    *,
    bounds: Sequence[Decimal],
    past: PastTotal | None,
    waived: int,
    cover: Coverage | None,
) -> list[str]:
    """Return why one scored version needs eyes, from what has been read already; a version without a total needs none."""
    if version.total is None:
        return []
    reasons = [
        _near(version.total, bounds),
        _moved(version.total, past),
        _waived_words(waived),
        _few_checks(cover),
        *_own(version),
    ]
    return [reason for reason in reasons if reason]


def _bounds(cards: Sequence[Card]) -> dict[int, list[Decimal]]:
    """Return the band bounds above zero of each version's plan, by version id, two queries."""
    last = CardSegment.objects.filter(version__in=[card.current_id for card in cards]).order_by("order")
    plans = dict(last.values_list("version_id", "plan_version_id"))
    bounds: dict[int, list[Decimal]] = {}
    rows = Band.objects.filter(version__in=set(plans.values()), at_least__gt=0)
    for plan, at_least in rows.values_list("version_id", "at_least"):
        bounds.setdefault(plan, []).append(at_least)
    return {version: bounds.get(plan, []) for version, plan in plans.items()}


def _before(cards: Sequence[Card]) -> dict[tuple[int, date], PastTotal]:
    months = sorted({add_months(card.month, -1) for card in cards})
    return trends.past_totals([card.person_id for card in cards], months=months)


def _waived(cards: Sequence[Card]) -> dict[int, int]:
    rows = CardLine.objects.filter(
        segment__version__in=[card.current_id for card in cards], status=CardLine.Status.WAIVED
    )
    counts: dict[int, int] = {}
    for version in rows.values_list("segment__version_id", flat=True):
        counts[version] = counts.get(version, 0) + 1
    return counts


def _coverage(cards: Sequence[Card]) -> dict[int, Coverage]:
    agents = {card.person_id: card.position_id for card in cards if card.position.subject_kind == "agent"}
    return checks.coverage(agents, month=cards[0].month) if agents else {}


def _near(total: Decimal, bounds: Sequence[Decimal]) -> str:
    nearest = min(bounds, key=lambda bound: abs(bound - total), default=None)
    if nearest is None or abs(nearest - total) > NEAR:
        return ""
    words = {"bound": plain(nearest), "points": fixed(abs(nearest - total))}
    if total < nearest:
        return _("%(points)s below the %(bound)s band") % words
    return _("%(points)s above the bound of the %(bound)s band") % words


def _moved(total: Decimal, past: PastTotal | None) -> str:
    if past is None or past.own is None or abs(total - past.own) <= FAR:
        return ""
    words = {
        "points": fixed(abs(total - past.own)),
        "month": date_format(past.month, pgettext("date format of a month's name", "F")),
    }
    if total > past.own:
        return _("%(points)s above %(month)s") % words
    return _("%(points)s below %(month)s") % words


def _waived_words(count: int) -> str:
    return (
        ngettext("%(count)s line waived", "%(count)s lines waived", count) % {"count": count} if count else ""
    )


def _few_checks(cover: Coverage | None) -> str:
    # A quota not reached is a reason to look, not a missing line.
    if cover is None or not cover.short:
        return ""
    return _("spot checks: %(done)s of %(quota)s") % {"done": cover.done, "quota": cover.quota}


def _own(version: CardVersion) -> list[str]:
    reasons = []
    if version.adjustment:
        reasons.append(_("holds an adjustment line"))
    if version.estimated:
        reasons.append(_("holds estimated figures"))
    if version.total_before_cap is not None and version.total_before_cap != version.total:
        reasons.append(_("the total is capped by a veto"))
    return reasons
