"""Reminders of what waits: by themselves on working days, and by HR's own button. Each said once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.acting import actor_of
from reviews.deadlines import Due, dues
from reviews.models import Card, CardState
from reviews.reminding import Holding, Tone, Waiting, reminders
from reviews.standing_in import Seats
from staff import access, calendar
from staff.models import User
from staff.services.messages import Notice, tell_all

RELATED = ("review__procedure", "review__unit", "position", "unit")
URGED = "urged"


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many notices went to how many people; fewer than chosen where somebody was reminded already."""

    notices: int
    people: int


@dataclass(frozen=True, slots=True)
class _Said:
    """One notice before it is written: to whom, about which act of which cards of a review."""

    person_id: int
    act: str
    tone: str
    cards: tuple[Card, ...]


def remind_due(at: datetime) -> int:
    """Remind everybody of what is due on the next working day or past; return how many were told.

    Said once a day however often it is asked for; nothing on days off.
    """
    days, today = calendar.load(), timezone.localdate(at)
    if not days.works(today):
        return 0
    cards = {card.pk: card for card in _unpaid()}
    seats = Seats(on=today)
    holdings = [Holding(seat.holder_id, seat.role, seat.path) for seat in seats.seats]
    waiting = _waiting(cards, dues(cards.values(), calendar=days, at=at), seats, today)
    said = [
        _Said(one.person, one.act, one.tone, tuple(cards[pk] for pk in one.cards))
        for one in reminders(waiting, today=today, works=days.works, holdings=holdings)
    ]
    return len(_tell(said, seats, at=at))


def remind(cards: Sequence[Card], *, by: User, at: datetime) -> Reminded:
    """Remind those who have to act on chosen cards, for HR.

    At most once a day for each person, act and review; whoever presses is not reminded. Raises
    PermissionDenied where a card is not looked after by `by`.
    """
    on = timezone.localdate(at)
    actor = actor_of(by, on=on)
    reach = [held.path for held in actor.roles if held.role == "hr"]
    rows = Card.objects.filter(pk__in=[card.pk for card in cards]).exclude(state=CardState.PAID)
    chosen = {card.pk: card for card in rows.select_related(*RELATED).order_by("pk")}
    if any(not card.unit.path.startswith(tuple(reach)) for card in chosen.values()):
        raise PermissionDenied(_("Only HR of this branch sends reminders."))
    seats = Seats(on=on)
    found = dues(chosen.values(), calendar=calendar.load(), at=at)
    groups: dict[tuple[int, str, int], list[Card]] = {}
    for pk, due in found.items():
        card = chosen[pk]
        for person_id in _people(card, due, seats) - {by.person_id}:
            groups.setdefault((person_id, due.act, card.review_id), []).append(card)
    said = [_Said(person, act, URGED, tuple(few)) for (person, act, _review), few in sorted(groups.items())]
    written = _tell(said, seats, at=at)
    return Reminded(len(written), len({notice.person_id for notice in written}))


def _unpaid() -> list[Card]:
    rows = Card.objects.exclude(state=CardState.PAID).select_related(*RELATED)
    return [card for card in rows.order_by("pk") if not _pointless(card)]


def _pointless(card: Card) -> bool:
    """Whether nobody can act on a card now: a trial month is not paid, what is set aside is closed later."""
    if card.state == CardState.APPROVED:
        return card.review.trial
    aside = card.set_aside_at is not None and card.review.closed_at is None
    return aside and card.state == CardState.CONFIRMED


def _waiting(cards: Mapping[int, Card], found: Mapping[int, Due], seats: Seats, today: date) -> list[Waiting]:
    """Say for each card who can act on it, and where they work."""
    works_in = dict(access.current_assignments(today).values_list("person", "unit__path"))
    rows = []
    for pk, due in found.items():
        card = cards[pk]
        people = {
            person_id: works_in.get(person_id, card.unit.path) for person_id in _people(card, due, seats)
        }
        day = timezone.localdate(due.at)
        rows.append(Waiting(pk, card.review_id, due.act, due.role, day, due.late, people))
    return rows


def _people(card: Card, due: Due, seats: Seats) -> set[int]:
    """Return who can take the act a card waits for: the named person or the nearest holders, and deputies."""
    if due.act == "confirm":
        return {card.person_id}
    if due.person_id is not None:
        return seats.of_person(due.person_id, due.role, card.unit.path) - {card.person_id}
    return seats.nearest(due.role, card.unit.path) - {card.person_id}


def _tell(said: Sequence[_Said], seats: Seats, *, at: datetime) -> list[Notice]:
    day = timezone.localdate(at)
    written = []
    for one in said:
        review = one.cards[0].review
        params = {"month": f"{review.month:%Y-%m}", "unit": review.unit.name, "count": len(one.cards)}
        key = f"{review.pk}:{day:%Y-%m-%d}"
        written.append(Notice(one.person_id, f"{one.tone}_{one.act}", key, _path(one, seats), params))
    return tell_all(written, at=at)


def _path(one: _Said, seats: Seats) -> str:
    """Lead to the card where it is one, else to the page of the month the reader has."""
    first = one.cards[0]
    if one.act in {"hand_over", "pay"} and one.tone != Tone.ABOVE:
        return reverse("admin:reviews_review_change", args=[first.review_id])
    if len(one.cards) == 1:
        return reverse("card", args=[first.public_id])
    if seats.leads(one.person_id):
        return reverse("board", args=[first.review.public_id])
    return reverse("admin:reviews_review_change", args=[first.review_id])
