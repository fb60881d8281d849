"""The month's timeline: which step is due by which working day, what is past, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from reviews.deadlines import StepDay, timeline
from reviews.models import Card, CardState, Review
from reviews.procedures import roles_of
from reviews.sheets.chain import ROLES
from reviews.views import words
from staff import calendar

# The line ends with the last step of the month itself; what comes later stands at its end.
LAST_WORKING_DAY = 10
LABELS: dict[str, Promise] = {
    "assess": gettext_lazy("Submit the cards"),
    "approve": gettext_lazy("Approve and publish"),
    "confirm": gettext_lazy("Confirm or object"),
    "close": gettext_lazy("Close the month"),
    "hand_over": gettext_lazy("Levels and pay"),
}
# A step is open as long as cards stand before it.
BEFORE = {
    "assess": {CardState.DRAFT},
    "approve": {CardState.DRAFT, CardState.SUBMITTED},
    "confirm": {CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED},
}


@dataclass(frozen=True, slots=True)
class Node:
    """One step on the timeline: its working day, its date, whose it is, and how it stands.

    `tone` is done, next, late or nothing; `late` words how many working days; `place` is the node's
    distance from the month's end in whole percent of the line.
    """

    act: str
    number: int
    label: str
    day: str
    weekday: str
    who: str
    place: int
    tone: str
    late: str
    open_cards: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The nodes in order, and where today stands on the line."""

    nodes: tuple[Node, ...]
    today: str
    today_number: int
    today_place: int

    @property
    def ticks(self) -> list[int]:
        """Where each working day stands on the line, in whole percent."""
        return [place_of(number) for number in range(1, LAST_WORKING_DAY + 1)]

    @property
    def next(self) -> Node | None:
        """The first step that is not done yet."""
        return next((node for node in self.nodes if node.tone != "done"), None)


def timeline_of(review: Review, cards: Sequence[Card], *, at: datetime) -> Timeline:
    """Place the steps of a review's month for agents' cards."""
    days = calendar.load()
    on = timezone.localdate(at)
    last = calendar.last_day_of(review.month)
    today = days.ordinal(last, on)
    states = [card.state for card in cards]
    nodes: list[Node] = []
    for step in timeline(review, calendar=days, roles=roles_of(review.procedure)):
        if step.act in LABELS:
            waiting = not any(node.tone in {"next", "late"} for node in nodes)
            nodes.append(_node(step, states, waiting=waiting, days=days, at=at))
    return Timeline(tuple(nodes), words.day_words(on), max(today, 0), place_of(today))


def place_of(number: int) -> int:
    """Return a working day's distance from the month's end, in whole percent of the line."""
    return min(max(number, 0), LAST_WORKING_DAY) * 100 // LAST_WORKING_DAY


def _node(
    step: StepDay, states: Sequence[str], *, waiting: bool, days: calendar.Calendar, at: datetime
) -> Node:
    day: date = timezone.localdate(step.at)
    open_cards = sum(state in _before(step.act) for state in states)
    late = max(days.ordinal(day, timezone.localdate(at)), 1) if open_cards and at > step.at else 0
    tone = "late" if late else "done" if not open_cards else "next" if waiting else ""
    overdue = ngettext("%(count)s working day late", "%(count)s working days late", late) % {"count": late}
    role = str(ROLES.get(step.role, step.role))
    return Node(
        act=step.act,
        number=step.number,
        label=str(LABELS[step.act]),
        day=words.short_day(day),
        weekday=str(words.WEEKDAYS[day.weekday()]),
        who=role[:1].upper() + role[1:],
        place=place_of(step.number),
        tone=tone,
        late=overdue if late else "",
        open_cards=open_cards,
    )


def _before(act: str) -> set[str]:
    if act in BEFORE:
        return {str(state) for state in BEFORE[act]}
    done = {CardState.CLOSED, CardState.APPROVED, CardState.PAID}
    if act == "hand_over":
        done = {CardState.APPROVED, CardState.PAID}
    return {str(state) for state in CardState} - {str(state) for state in done}
