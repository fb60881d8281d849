"""What a card still lacks: which line, why, and whose it is to fill in.

Source: month.md, "What is missing is listed by whom it can be filled, with a link".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language

from reviews.models import Card, CardLine
from reviews.scoring.explain import reason_text
from reviews.scoring.ways import TYPED
from reviews.scoring.words import Lang


class Place(StrEnum):
    """Where a figure is entered."""

    CHECKS = "checks"
    SUMMARIES = "summaries"
    EVENTS = "events"
    EXAMS = "exams"
    TARGETS = "targets"
    ATTENDANCE = "attendance"
    TYPED = "typed"
    FIGURES = "figures"


# The role that enters what comes from a place.
OWNERS = {
    Place.CHECKS: "supervisor",
    Place.SUMMARIES: "supervisor",
    Place.EVENTS: "supervisor",
    Place.EXAMS: "trainer",
    Place.TARGETS: "manager",
    Place.ATTENDANCE: "hr",
    Place.TYPED: "supervisor",
    Place.FIGURES: "hr",
}
PLACES = {
    "service_attitude": Place.CHECKS,
    "communication": Place.CHECKS,
    "follow_up": Place.CHECKS,
    "check_knowledge": Place.CHECKS,
    "work_summary": Place.SUMMARIES,
    "disputes": Place.EVENTS,
    "product_exam": Place.EXAMS,
    "skills_exam": Place.EXAMS,
    "sales_target": Place.TARGETS,
    "featured_target": Place.TARGETS,
    "late_or_absent": Place.ATTENDANCE,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One open line of one card: its name, why it is open, where and by whom it is filled."""

    card_id: int
    line: str
    name: str
    why: str
    place: Place
    owner: str


def gaps_of(cards: Sequence[Card]) -> dict[int, list[Gap]]:
    """Return the open lines of some cards' current versions, by card id, in the plan's order. One query."""
    by_version = {card.current_id: card.pk for card in cards}
    rows = CardLine.objects.filter(
        segment__version__in=[pk for pk in by_version if pk], status=CardLine.Status.MISSING
    )
    found: dict[int, list[Gap]] = {}
    for row in rows.select_related("segment").order_by("segment__order", "order"):
        card_id = by_version[row.segment.version_id]
        found.setdefault(card_id, []).append(_gap(card_id, row))
    return found


def _gap(card_id: int, row: CardLine) -> Gap:
    lang: Lang = "en" if (get_language() or "").startswith("en") else "zh"
    named = row.explanation["line"]
    name = named["name_en"] if lang == "en" and named["name_en"] else named["name_zh"]
    lacking = next((given for given in row.explanation["inputs"] if given["state"] == "missing"), None)
    place = place_of(lacking)
    why = reason_text(lacking["reason"], lang) if lacking and lacking["reason"] else ""
    return Gap(card_id, row.code, str(name), why, place, OWNERS[place])


def place_of(lacking: dict[str, Any] | None) -> Place:
    """Return where the first missing input of a line is entered."""
    key = str(lacking["key"]).partition(".")[0] if lacking else ""
    if key.startswith(TYPED):
        return Place.TYPED
    return PLACES.get(key, Place.FIGURES)
