"""The totals of earlier months beside a card, and their copy when a card is published.

A card on paper never changes with later corrections of other months: what the trend
shows is copied into the version as comparisons `total:2026-09`, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from reviews.models import Card, Comparison, OpeningMonth
from reviews.models.cards import SEEN_BY_SUBJECT
from staff.calendar import add_months

MONTHS = 6
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class PastTotal:
    """A month's total in points, own and the team's average, None where there is none."""

    month: date
    own: Decimal | None
    team: Decimal | None
    people: int = 0


def key_of(month: date) -> str:
    """The key under which an earlier month's total is copied."""
    return f"{TOTAL}:{month:%Y-%m}"


def months_before(month: date) -> list[date]:
    """The months of a trend before its last one, oldest first."""
    return [add_months(month, count - MONTHS) for count in range(1, MONTHS)]


def past_totals(people: Sequence[int], *, months: Sequence[date]) -> dict[tuple[int, date], PastTotal]:
    """Totals of people's months that were published or taken over, by person and month.

    Three queries for any number of people; a month that has neither is not in the result.
    """
    span = Q(person__in=people, month__in=months)
    found: dict[tuple[int, date], PastTotal] = {}
    opened = OpeningMonth.objects.filter(span, total__isnull=False)
    for person, month, total in opened.values_list("person", "month", "total"):
        found[person, month] = PastTotal(month, total, None)
    cards = Card.objects.filter(span, state__in=SEEN_BY_SUBJECT, current__total__isnull=False)
    rows = list(cards.values_list("person", "month", "current__total", "current"))
    compared = Comparison.objects.filter(version__in=[row[3] for row in rows], key=TOTAL)
    teams = {row.version_id: row for row in compared} if rows else {}
    for person, month, own, version in rows:
        team = teams.get(version)
        found[person, month] = PastTotal(month, own, team.team if team else None, team.people if team else 0)
    return found


def copies(cards: Sequence[Card]) -> list[Comparison]:
    """Comparisons, not yet written, that keep the trend of cards of one month with their versions."""
    if not cards:
        return []
    months = sorted({before for card in cards for before in months_before(card.month)})
    found = past_totals([card.person_id for card in cards], months=months)
    rows = []
    for card in cards:
        for month in months_before(card.month):
            past = found.get((card.person_id, month))
            if past is None or past.own is None or card.current_id is None:
                continue
            rows.append(
                Comparison(
                    version_id=card.current_id,
                    key=key_of(month),
                    own=past.own,
                    team=past.team,
                    people=past.people,
                )
            )
    return rows
