"""What a card still lacks: which line, why, and whose it is to fill in.

Source: month.md, "What is missing is listed by whom it can be filled, with a link".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.db.models.fields.json import KT
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
    """Return the open lines of some cards' current versions, by card id, in the plan's order. One query.

    Of an explanation only the parts a gap is told by are read: a month of 1,000 cards has thousands of
    open lines while it is being filled in.
    """
    by_version = {card.current_id: card.pk for card in cards if card.current_id}
    rows = CardLine.objects.filter(segment__version__in=by_version, status=CardLine.Status.MISSING)
    read = _reader()
    found: dict[int, list[Gap]] = {}
    for version, code, named, inputs in rows.order_by("segment__order", "order").values_list(
        "segment__version_id", "code", KT("explanation__line"), KT("explanation__inputs")
    ):
        card_id = by_version[version]
        found.setdefault(card_id, []).append(read(card_id, code, named, inputs))
    return found


def _reader() -> Callable[[int, str, str, str], Gap]:
    """Return how a row becomes a gap; equal rows of several cards are read once."""
    lang: Lang = "en" if (get_language() or "").startswith("en") else "zh"

    @cache
    def told(named: str, inputs: str) -> tuple[str, str, Place]:
        line = json.loads(named)
        name = line["name_en"] if lang == "en" and line["name_en"] else line["name_zh"]
        lacking = next((given for given in json.loads(inputs) if given["state"] == "missing"), None)
        why = reason_text(lacking["reason"], lang) if lacking and lacking["reason"] else ""
        return str(name), why, place_of(lacking)

    def read(card_id: int, code: str, named: str, inputs: str) -> Gap:
        name, why, place = told(named, inputs)
        return Gap(card_id, code, name, why, place, OWNERS[place])

    return read


def place_of(lacking: dict[str, Any] | None) -> Place:
    """Return where the first missing input of a line is entered."""
    key = str(lacking["key"]).partition(".")[0] if lacking else ""
    if key.startswith(TYPED):
        return Place.TYPED
    return PLACES.get(key, Place.FIGURES)
