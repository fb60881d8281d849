"""The teams of a branch on one board: how far each is, what is open, what is late and who is awaited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reviews.views.board_cards import Choice, Light
from reviews.views.board_rows import COLUMNS, late_words

# The scale of states that every page has: darker with progress, amber for an exception. Words stand beside it.
COLOURS = {
    "lacking": "#8A5A00",
    "ready": "#D1D5DB",
    "submitted": "#B5D9DC",
    "published": "#7FBDC3",
    "objected": "#F0A92E",
    "confirmed": "#3F97A0",
    "aside": "#84908C",
    "closed": "#1F747F",
}
WIDTH = 1000
AWAITED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a team's bar, in thousandths of its width, and its words."""

    code: str
    name: str
    count: int
    left: int
    width: int
    colour: str


@dataclass(frozen=True, slots=True)
class Team:
    """One team's line in the summary."""

    unit_id: int
    name: str
    count: int
    parts: tuple[Part, ...]
    open_lines: int
    eyes: int
    late: str
    awaited: tuple[str, ...]
    more_awaited: int
    address: str
    here: bool


def teams_of(lights: Sequence[Light], choice: Choice) -> list[Team]:
    """Return one line for each unit with cards, in the order of the tree."""
    by_unit: dict[int, list[Light]] = {}
    for light in lights:
        by_unit.setdefault(light.card.unit_id, []).append(light)
    return [_team(unit, rows, choice) for unit, rows in by_unit.items()]


def _team(unit: int, lights: Sequence[Light], choice: Choice) -> Team:
    awaited = Counter(name for light in lights if (name := awaited_by(light)))
    ordered = sorted(awaited.items(), key=lambda pair: (-pair[1], pair[0]))
    said = tuple(
        _("%(name)s %(count)s") % {"name": name, "count": count} for name, count in ordered[:AWAITED]
    )
    return Team(
        unit_id=unit,
        name=lights[0].card.unit.name,
        count=len(lights),
        parts=parts_of(lights),
        open_lines=sum(_open_lines(light) for light in lights),
        eyes=sum(light.needs_eyes for light in lights),
        late=late_words(max(light.late for light in lights)),
        awaited=said,
        more_awaited=max(len(ordered) - AWAITED, 0),
        address=choice.query(team="" if choice.team == str(unit) else str(unit)),
        here=choice.team == str(unit),
    )


def parts_of(lights: Sequence[Light]) -> tuple[Part, ...]:
    """Return the pieces of a bar over all cards of a team, in the order of the path, without gaps."""
    counts = Counter(light.code for light in lights)
    parts, before = [], 0
    for code, kind in COLUMNS.items():
        if count := counts[code]:
            left, right = before * WIDTH // len(lights), (before + count) * WIDTH // len(lights)
            parts.append(Part(code, str(kind.name), count, left, right - left, COLOURS[code]))
            before += count
    return tuple(parts)


def awaited_by(light: Light) -> str:
    """Return whom a card waits for: the person's name, or all agents together, or the role; "" for nobody."""
    if light.due is None:
        return ""
    extra = light.card.__dict__
    named = {
        "assess": extra.get("assessor_name"),
        "approve": extra.get("approver_name"),
        "decide": extra.get("decider_name"),
        "confirm": _("agents"),
        "close": _("close"),
        "hand_over": _("HR"),
        "pay": _("finance"),
    }
    return str(named.get(light.due.act) or "")


def _open_lines(light: Light) -> int:
    version = light.card.current
    return version.open_lines if version is not None and light.code == "lacking" else 0
