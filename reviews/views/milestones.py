"""The month's timeline: which step is due by which working day, whose it is, what is past, what is late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews.deadlines import StepDay, evening, latest_end, timeline
from reviews.models import Card, CardState, Review
from reviews.procedures import Roles, roles_of
from reviews.sheets.chain import ROLES
from reviews.views import words
from reviews.views.reminded import Told
from staff import calendar

# Plans for the coming months are changed by working day 15, after the month itself has ended.
PLANS, PLANS_DAY = "plans", 15
LAST_WORKING_DAY = PLANS_DAY
LABELS: dict[str, Promise] = {
    "assess": gettext_lazy("Submit the cards"),
    "approve": gettext_lazy("Approve and publish"),
    "confirm": gettext_lazy("Confirm or object"),
    "close": gettext_lazy("Close the month"),
    "hand_over": gettext_lazy("Levels and pay"),
    PLANS: gettext_lazy("Coming plans"),
}
# Two steps of one day share a node.
SHARED = {"confirm": "decide", "hand_over": "pay"}
# A step is open as long as cards stand before it.
BEFORE = {
    "assess": {CardState.DRAFT},
    "approve": {CardState.DRAFT, CardState.SUBMITTED},
    "confirm": {CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED},
}
DONE = {
    "close": {CardState.CLOSED, CardState.APPROVED, CardState.PAID},
    "hand_over": {CardState.APPROVED, CardState.PAID},
}


@dataclass(frozen=True, slots=True)
class Node:
    """One step on the timeline: its working day, its date, whose it is, and how it stands.

    `tone` is done, next, late or nothing; `late` words how many working days; `told` names who has been
    reminded of it; `place` is the node's distance from the month's end in whole percent of the line.
    """

    act: str
    number: int
    label: str
    day: str
    weekday: str
    soon: str
    who: str
    place: int
    tone: str
    late: str
    told: str
    open_cards: int
    estimated: bool
    left: str


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
        steps = (node for node in self.nodes if node.act != PLANS)
        return next((node for node in steps if node.tone != "done"), None)


@dataclass(frozen=True, slots=True)
class Look:
    """What the nodes are drawn from: the cards' states, the calendar, now, who the reader is and who was told."""

    states: Sequence[str]
    days: calendar.Calendar
    at: datetime
    mine: Callable[[str], bool]
    told: Mapping[str, Sequence[Told]]

    @property
    def today(self) -> date:
        """The day of now."""
        return timezone.localdate(self.at)


def timeline_of(
    review: Review,
    cards: Sequence[Card],
    *,
    days: calendar.Calendar,
    at: datetime,
    mine: Callable[[str], bool] = lambda _act: False,
    told: Mapping[str, Sequence[Told]] | None = None,
) -> Timeline:
    """Place the steps of a review's month for agents' cards.

    `mine` says whether a step waits for the reader; `told` who was reminded, by step. Cards set aside keep
    no step open.
    """
    states = [card.state for card in cards if card.set_aside_at is None or card.state in DONE["close"]]
    look = Look(states, days, at, mine, told or {})
    last = calendar.last_day_of(review.month)
    today = days.ordinal(last, look.today)
    roles = roles_of(review.procedure)
    nodes: list[Node] = []
    for step in timeline(review, calendar=days, roles=roles):
        if step.act in LABELS:
            if step.act == "confirm":
                step = replace(step, at=latest_end(step.at, cards))
            waiting = not any(node.tone in {"next", "late"} for node in nodes)
            nodes.append(_node(step, look, roles, waiting=waiting))
    nodes.append(_plans(review, look, roles))
    return Timeline(tuple(nodes), words.day_words(look.today), max(today, 0), place_of(today))


def place_of(number: int) -> int:
    """Return a working day's distance from the month's end, in whole percent of the line."""
    return min(max(number, 0), LAST_WORKING_DAY) * 100 // LAST_WORKING_DAY


def _node(step: StepDay, look: Look, roles: Roles, *, waiting: bool) -> Node:
    day = timezone.localdate(step.at)
    open_cards = sum(state in _before(step.act) for state in look.states)
    late = max(look.days.ordinal(day, look.today), 1) if open_cards and look.at > step.at else 0
    tone = "late" if late else "done" if not open_cards else "next" if waiting else ""
    overdue = ngettext("%(count)s working day late", "%(count)s working days late", late) % {"count": late}
    return Node(
        act=step.act,
        number=step.number,
        label=str(LABELS[step.act]),
        day=words.short_day(day),
        weekday=str(words.WEEKDAYS[day.weekday()]),
        soon=soon_words(day, look.today) if tone == "next" else "",
        who=_who(step, look, roles),
        place=place_of(step.number),
        tone=tone,
        late=overdue if late else "",
        told=told_words(look.told.get(step.act, ())) if late else "",
        open_cards=open_cards,
        estimated=step.estimated,
        left=left_words(day, look),
    )


def _plans(review: Review, look: Look, roles: Roles) -> Node:
    """The last node stands for the months to come; it keeps nothing open and is never late."""
    found = look.days.nth_after(calendar.last_day_of(review.month), PLANS_DAY)
    decides = "general_office" if "general_office" in roles.named.values() else "director"
    return Node(
        act=PLANS,
        number=PLANS_DAY,
        label=str(LABELS[PLANS]),
        day=words.short_day(found.day),
        weekday=str(words.WEEKDAYS[found.day.weekday()]),
        soon="",
        who=role_word(decides),
        place=place_of(PLANS_DAY),
        tone="done" if look.at > evening(found.day) else "",
        late="",
        told="",
        open_cards=0,
        estimated=found.estimated,
        left="",
    )


def role_word(role: str) -> str:
    """Name a role in a short word, as a heading would."""
    said = str(ROLES.get(role, role))
    return said[:1].upper() + said[1:]


def soon_words(day: date, today: date) -> str:
    """Say today or tomorrow, nothing for other days."""
    if day == today:
        return _("today")
    return _("tomorrow") if day - today == timedelta(days=1) else ""


def left_words(day: date, look: Look) -> str:
    """Say how many working days are left until a day, today not counted."""
    left = look.days.ordinal(look.today, day)
    if left <= 0:
        return _("today") if day == look.today else ""
    return ngettext("%(count)s working day left", "%(count)s working days left", left) % {"count": left}


def told_words(told: Sequence[Told]) -> str:
    """Say who has been reminded of a late step, and when the last of them."""
    if not told:
        return ""
    names = list(dict.fromkeys(one.name for one in told))
    when = words.minute_words(max(one.at for one in told))
    return _("Reminded %(when)s: %(names)s") % {"when": when, "names": words.listed(names)}


def _who(step: StepDay, look: Look, roles: Roles) -> str:
    other = roles.of(SHARED.get(step.act, ""), "agent")
    named = [role_word(role) for role in dict.fromkeys([step.role, other]) if role]
    said = words.listed([named[0], *(name[:1].lower() + name[1:] for name in named[1:])])
    if look.mine(step.act):
        return _("%(role)s (you)") % {"role": said}
    return said


def _before(act: str) -> set[str]:
    if act in BEFORE:
        return {str(state) for state in BEFORE[act]}
    return {str(state) for state in CardState} - {str(state) for state in DONE[act]}
