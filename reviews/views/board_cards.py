"""All cards of a board with just what it counts, sorts and filters by: a fixed number of queries.

Details (lines, names of who owes them) are read for the rows that are shown, in `board_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from reviews import attention, means
from reviews.checking import Coverage
from reviews.deadlines import Due, dues
from reviews.models import Card, CardEvent, CardState, Review
from reviews.standings import FINISHED, Reader, is_ready, submitter
from reviews.views import common, seen
from staff.calendar import Calendar
from staff.models import User

PAGE = 25
RELATED = ("unit", "position", "person", "current")
NEEDED = (
    "public_id", "review", "month", "state", "assessor", "approver", "decider", "seq", "submitted_at",
    "published_at", "delivered_at", "window_ends_at", "set_aside_at", "unit__name", "unit__path",
    "position__subject_kind", "person__public_id", "person__name", "person__staff_no", "person__pinyin",
    "current__total", "current__total_before_cap", "current__band_at_least", "current__multiplier",
    "current__adjustment", "current__estimated", "current__open_lines", "current__frozen_at", "current__sha256",
)  # fmt: skip
# The last of these entries says how a card came to where it stands.
MARKING = ("submit", "send_back", "ask_return", "return", "set_aside", "take_back", "publish", "object",
           "answer", "confirm", "agree", "maintain", "silence", "close")  # fmt: skip
RETURNED = frozenset({"send_back", "return"})
CLOSED = frozenset({CardState.CLOSED, CardState.APPROVED, CardState.PAID})
# The act that moves a card on, by its state, where a reader may take it.
ACTS: Mapping[str, str] = {
    CardState.DRAFT: "submit",
    CardState.SUBMITTED: "publish",
    CardState.OBJECTED: "answer",
    CardState.CONFIRMED: "close",
}
EYES = frozenset({CardState.DRAFT, CardState.SUBMITTED})
SHOWS = ("eyes", "returned", "asked", "late")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a board is asked for."""

    team: str = ""
    state: str = ""
    show: str = ""
    search: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Choice:
        """Read it from a query; what means nothing counts as not asked."""
        page = str(given.get("page", ""))
        show = str(given.get("show", ""))
        return cls(
            team=str(given.get("team", ""))[:20],
            state=str(given.get("state", ""))[:12],
            show=show if show in SHOWS else "",
            search=str(given.get("q", "")).strip()[:60],
            page=max(int(page), 1) if page.isdecimal() and len(page) < PAGE else 1,
        )

    def query(self, **changed: Any) -> str:
        """Write it as a query; `changed` in it, and page 1 unless that is given."""
        asked = replace(self, **{"page": 1, **changed})
        named = {"team": asked.team, "state": asked.state, "show": asked.show, "q": asked.search}
        parts = {name: value for name, value in named.items() if value}
        if asked.page > 1:
            parts["page"] = str(asked.page)
        return f"?{urlencode(parts)}" if parts else ""

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.team or self.state or self.show or self.search)


@dataclass(frozen=True, slots=True)
class Light:
    """One card of a board: its column, what the reader may do with it now, and why it needs eyes."""

    card: Card
    code: str
    act: str
    flags: tuple[str, ...]
    opened: bool
    cover: Coverage | None
    due: Due | None

    @property
    def needs_eyes(self) -> bool:
        """Whether the card is to be opened before it is passed on."""
        return bool(self.flags) and not self.opened

    @property
    def late(self) -> int:
        """How many working days the card is late, 0 while there is time."""
        return self.due.late if self.due else 0

    @property
    def last_act(self) -> str:
        """The last entry that says how the card came to where it stands."""
        return str(self.card.__dict__.get("last_act") or "")

    @property
    def returned(self) -> bool:
        """Whether the card was sent back or returned and stands in draft since."""
        return self.card.state == CardState.DRAFT and self.last_act in RETURNED

    @property
    def asked(self) -> bool:
        """Whether HR has asked to return the card and waits for a second person."""
        return self.last_act == "ask_return"


def cards_on(user: User, review: Review) -> list[Card]:
    """Return the review's cards a reader may see, but the own one, with what a board needs. One query."""
    visible = Card.objects.visible_to(user, on=common.today()).filter(review=review)
    others = visible.exclude(Q(person=user.person_id or 0))
    rows = attention.marked(others, month=review.month).select_related(*RELATED).only(*NEEDED)
    last = CardEvent.objects.filter(card=OuterRef("pk"), act__in=MARKING).order_by("-seq")
    cards: list[Card] = list(
        rows.annotate(
            submitted_by=submitter(),
            last_act=Subquery(last.values("act")[:1]),
            last_by=Subquery(last.values("person__name")[:1]),
            last_note=Subquery(last.values("note__text")[:1]),
            assessor_name=F("assessor__name"),
            approver_name=F("approver__name"),
            decider_name=F("decider__name"),
            unfinished=_unfinished(review),
        ).order_by("unit__path", "person__staff_no")
    )
    for card in cards:
        # One object: its procedure is read once.
        card.review = review
    return cards


def _unfinished(review: Review) -> Subquery:
    """How many cards of the whole review keep the month from closing, the reader's own among them."""
    rows: QuerySet[Card] = Card.objects.filter(review=review, set_aside_at__isnull=True)
    counted = rows.exclude(state__in=FINISHED).order_by().values("review").annotate(n=Count("pk"))
    return Subquery(counted.values("n"), output_field=IntegerField())


def lights_of(
    request: HttpRequest, cards: Sequence[Card], *, reader: Reader, days: Calendar, at: datetime
) -> list[Light]:
    """Put beside each card what is counted and filtered by. Two queries, however many cards."""
    if not cards:
        return []
    month = cards[0].month
    checks = means.checked(month)
    cover = attention.coverage_of(cards, checks, month=month)
    flags = attention.flags_of(cards, checks=checks, cover=cover)
    answered = {card.pk for card in cards if card.state == CardState.OBJECTED and not open_objections(card)}
    due = dues(cards, calendar=days, at=at, answered=answered)
    opened = seen.opened(request)
    found = []
    for card in cards:
        act = _act(reader, card)
        # What was passed on already needs no eyes of those who do not act on it any more.
        eyes = flags.get(card.pk, ()) if act or card.state in EYES else ()
        light = Light(
            card,
            code_of(card),
            act,
            tuple(eyes),
            seen.mark_of(card) in opened,
            cover.get(card.person_id),
            due.get(card.pk),
        )
        found.append(light)
    return found


def open_objections(card: Card) -> int:
    """Return how many objections of a card's version wait for their answer."""
    return int(card.__dict__.get("objections_open") or 0)


def _act(reader: Reader, card: Card) -> str:
    act = ACTS.get(card.state, "")
    if not act or not reader.may(act, card):
        return ""
    if act == "answer" and not open_objections(card):
        return ""
    unfinished = card.__dict__.get("unfinished") or 0
    if act == "close" and unfinished and card.review.closed_at is None:
        return ""
    return act


def code_of(card: Card) -> str:
    """Return the column a card stands in."""
    if card.state in CLOSED:
        return "closed"
    if card.set_aside_at is not None:
        return "aside"
    if card.state == CardState.DRAFT:
        return "ready" if is_ready(card) else "lacking"
    return str(card.state)


def chosen(lights: Sequence[Light], choice: Choice) -> list[Light]:
    """Return the cards of a choice, all states of it: what needs eyes first, then by unit and number."""
    asked = choice.search.lower()
    kept = [
        light
        for light in lights
        if (not choice.team or str(light.card.unit_id) == choice.team)
        and _shows(light, choice.show)
        and asked
        in f"{light.card.person.name} {light.card.person.staff_no} {light.card.person.pinyin}".lower()
    ]
    kept.sort(key=lambda light: (not light.needs_eyes, not light.flags, not light.returned))
    return kept


def _shows(light: Light, show: str) -> bool:
    if show == "eyes":
        return bool(light.flags)
    if show == "returned":
        return light.returned
    if show == "asked":
        return light.asked
    return bool(light.late) if show == "late" else True


def reader_for(user: User, *, at: datetime) -> Reader:
    """Return the reader of boards at a moment."""
    return Reader(user, timezone.localdate(at))
