"""Who is reminded of what on a day. Pure: days, people and the calendar come as values; no clock, no rows.

The working day before a deadline, and on every working day once it is past, whoever has to act is
reminded; from the second late working day on the superior is told too. Nothing is ever locked by being
late. Source: month.md, "Steps and deadlines".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ESCALATED_FROM = 2  # working days late
# Who can be somebody's superior in this, from below upwards.
SUPERIORS = ("manager", "director", "hr")


class Tone(StrEnum):
    """Why somebody is told: a deadline comes, is past, or is past in the unit below."""

    DUE = "due"
    LATE = "late"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One card that waits: for which act, by which day, how late, and for whom.

    `late` counts the working days begun after the deadline, 0 while there is time. `people` maps who can
    act to the path of the unit each of them works in.
    """

    card: int
    group: int
    act: str
    role: str
    due: date
    late: int
    people: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """One role over one unit."""

    person: int
    role: str
    path: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to say to one person: so many cards of a group wait for this act."""

    person: int
    act: str
    tone: Tone
    group: int
    cards: tuple[int, ...]


def reminders(
    waiting: Iterable[Waiting],
    *,
    today: date,
    works: Callable[[date], bool],
    holdings: Sequence[Holding],
) -> list[Reminder]:
    """Return what is to be said on a day, one reminder for each person, act, tone and group."""
    if not works(today):
        return []
    found: dict[tuple[int, str, Tone, int], list[int]] = {}
    for one in waiting:
        for person, tone in _told(one, today=today, works=works, holdings=holdings):
            found.setdefault((person, one.act, tone, one.group), []).append(one.card)
    return [
        Reminder(person, act, tone, group, tuple(sorted(cards)))
        for (person, act, tone, group), cards in sorted(found.items())
    ]


def _told(
    one: Waiting, *, today: date, works: Callable[[date], bool], holdings: Sequence[Holding]
) -> set[tuple[int, Tone]]:
    if not one.late:
        soon = day_before(one.due, works=works) == today
        return {(person, Tone.DUE) for person in one.people} if soon else set()
    told = {(person, Tone.LATE) for person in one.people}
    if one.late >= ESCALATED_FROM:
        for person, path in one.people.items():
            above = superior(person, one.role, path, holdings)
            # Who has to act is not told twice.
            if above is not None and above not in one.people:
                told.add((above, Tone.ABOVE))
    return told


def day_before(day: date, *, works: Callable[[date], bool]) -> date:
    """Return the last working day before a day."""
    found = day - timedelta(days=1)
    while not works(found):
        found -= timedelta(days=1)
    return found


def superior(person: int, role: str, path: str, holdings: Sequence[Holding]) -> int | None:
    """Return the nearest manager, director or HR upwards from somebody's unit, of a higher role, or None.

    Over one unit the manager comes before the director, and the director before HR. HR and whoever stands
    beside the ladder look up to any of them.
    """
    higher = SUPERIORS[SUPERIORS.index(role) + 1 :] if role in SUPERIORS[:-1] else SUPERIORS
    fitting = [
        held
        for held in holdings
        if held.role in higher and held.person != person and path.startswith(held.path)
    ]
    if not fitting:
        return None
    nearest = min(fitting, key=lambda held: (-len(held.path), higher.index(held.role)))
    return nearest.person
