"""What a card still lacks, who fills it, and where: one answer for boards, pages and the command.

Source: month.md, "What is missing is listed by whom it can be filled, with a link".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reviews.models import Card, CardLine
from staff.models import Role


class Place(StrEnum):
    """Where a missing input is entered."""

    IMPORT = "import"
    SHOP_IMPORT = "shop_import"
    TARGETS = "targets"
    CHECKS = "checks"
    EVENTS = "events"
    SUMMARY = "summary"
    EXAM = "exam"
    ATTENDANCE = "attendance"


@dataclass(frozen=True, slots=True)
class Gap:
    """One open line of one card. `person_id` is who owes it where that is one person, else None.

    `keys` are the missing inputs, `reason` the code of why (`reviews.scoring.explain` words it).
    """

    card_id: int
    line: str
    explanation: Mapping[str, Any]
    keys: tuple[str, ...]
    place: Place
    role: str
    person_id: int | None


PLACES: Mapping[str, Place] = {
    "sales_target": Place.TARGETS,
    "featured_target": Place.TARGETS,
    "shop_sales": Place.SHOP_IMPORT,
    "previous_shop_sales": Place.SHOP_IMPORT,
    "shop_buyers": Place.SHOP_IMPORT,
    "shop_visitors": Place.SHOP_IMPORT,
    "disputes": Place.EVENTS,
    "negative_reviews": Place.EVENTS,
    "praises": Place.EVENTS,
    "service_attitude": Place.CHECKS,
    "communication": Place.CHECKS,
    "follow_up": Place.CHECKS,
    "check_knowledge": Place.CHECKS,
    "product_exam": Place.EXAM,
    "skills_exam": Place.EXAM,
    "work_summary": Place.SUMMARY,
    "late_or_absent": Place.ATTENDANCE,
}
# Everything else comes with a file of figures.
ROLES: Mapping[Place, str] = {
    Place.IMPORT: Role.HR,
    Place.SHOP_IMPORT: Role.HR,
    Place.TARGETS: Role.HR,
    Place.ATTENDANCE: Role.HR,
    Place.EXAM: Role.TRAINER,
    Place.CHECKS: Role.SUPERVISOR,
    Place.EVENTS: Role.SUPERVISOR,
    Place.SUMMARY: Role.SUPERVISOR,
}


def gaps_of(cards: Sequence[Card]) -> dict[int, list[Gap]]:
    """Return the open lines of the current versions of some cards, by card id, in one query."""
    by_version = {card.current_id: card for card in cards if card.current_id}
    found: dict[int, list[Gap]] = {card.pk: [] for card in cards}
    lines = CardLine.objects.filter(segment__version__in=by_version, status=CardLine.Status.MISSING)
    rows = lines.order_by("segment__order", "order").values_list(
        "segment__version_id", "code", "explanation"
    )
    for version_id, code, explanation in rows:
        card = by_version[version_id]
        found[card.pk].append(gap_of(card, code, explanation))
    return found


def gap_of(card: Card, line: str, explanation: Mapping[str, Any]) -> Gap:
    """Return one open line with the place where its first missing input is entered, and who owes it."""
    keys = tuple(str(given["key"]) for given in explanation["inputs"] if given["state"] == "missing")
    place = PLACES.get(keys[0].partition(".")[0], Place.IMPORT) if keys else Place.IMPORT
    role = ROLES[place]
    # What a supervisor owes is owed by this card's assessor, whatever role assesses it.
    owes = card.assessor_id if role == Role.SUPERVISOR else None
    return Gap(card.pk, line, explanation, keys, place, role, owes)
