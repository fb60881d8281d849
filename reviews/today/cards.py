"""The cards that have not been paid yet, read once for the whole list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from reviews.deadlines import NEXT_ACT, Due, dues
from reviews.models import Card, CardState, Procedure, Review
from reviews.today.reader import Reader
from staff.access import in_span
from staff.calendar import Calendar
from staff.models import Message, RoleHolding

# The tones in which those who have to act are reminded past a deadline: by the clock, and by HR.
REMINDED = ("late", "urged")
LOOKED_BACK = timedelta(days=31)
FIELDS = (
    "id", "public_id", "month", "state", "seq", "review_id", "person_id", "unit_id", "position_id", "current_id",
    "assessor_id", "approver_id", "decider_id", "window_ends_at", "delivered_at", "set_aside_at", "late_figures",
    "person__name", "assessor__name", "approver__name", "decider__name",
    "unit__path", "unit__name", "position__subject_kind", "current__open_lines",
    "review__month", "review__trial", "review__unit_id", "review__procedure_id", "review__closed_at",
    "review__unit__name", "review__unit__path",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """The unpaid cards a reader sees, what each waits for, and the names of who is awaited."""

    cards: Sequence[Card]
    due: Mapping[int, Due]
    names: Mapping[int, str]
    holders: Sequence[tuple[str, str, str]]
    # Reviews with a card that is neither confirmed nor set aside.
    unconfirmed: frozenset[int] = frozenset()
    # Those of the cards' reviews, by id, their roles read.
    procedures: dict[int, Procedure] = field(default_factory=dict)
    # By review and act: the last day on which people were reminded, and who was.
    reminded: Mapping[tuple[int, str], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def of_review(self) -> dict[int, list[Card]]:
        """Return the cards by review, in the order of months and branches."""
        found: dict[int, list[Card]] = {}
        for card in self.cards:
            found.setdefault(card.review_id, []).append(card)
        return found

    def who(self, card: Card) -> list[str]:
        """Return the names of those a card waits for: the person named, or the nearest holders of the role."""
        due = self.due[card.pk]
        if due.person_id is not None:
            return [self.names[due.person_id]] if due.person_id in self.names else []
        reaching = [
            (path, name)
            for role, path, name in self.holders
            if role == due.role and card.unit.path.startswith(path)
        ]
        nearest = max((path for path, _name in reaching), key=len, default="")
        return [name for path, name in reaching if path == nearest]


def open_cards(reader: Reader, *, calendar: Calendar) -> Open:
    """Return the unpaid cards of ended months that exist for a reader; five queries and one per procedure."""
    if not reader.decides:
        return Open((), {}, {}, ())
    rows = Card.objects.visible_to(reader.user, on=reader.on).filter(month__lt=reader.on.replace(day=1))
    # A trial month ends with its hand-over: it creates no pay.
    ended = Q(state=CardState.PAID) | Q(state=CardState.APPROVED, review__trial=True)
    related = rows.exclude(ended).select_related(
        "review__unit", "unit", "position", "person", "current", "assessor", "approver", "decider"
    )
    cards = list(related.only(*FIELDS).order_by("month", "review__unit__path", "person__staff_no", "pk"))
    procedures: dict[int, Procedure] = {}
    share_procedures([card.review for card in cards], procedures)
    due = dues(cards, calendar=calendar, at=reader.at)
    seats = [(card.person, card.assessor, card.approver, card.decider) for card in cards]
    names = {one.pk: one.name for four in seats for one in four if one is not None}
    held = RoleHolding.objects.filter(in_span(reader.on), role__in={one.role for one in due.values()})
    holders = held.order_by("unit__path", "person__staff_no").values_list(
        "role", "unit__path", "person__name"
    )
    early = {CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED}
    unconfirmed = {card.review_id for card in cards if card.state in early and card.set_aside_at is None}
    told = _reminded({card.review_id for card in cards}, reader) if reader.is_hr else {}
    return Open(cards, due, names, list(holders), frozenset(unconfirmed), procedures, told)


def _reminded(reviews: Collection[int], reader: Reader) -> dict[tuple[int, str], tuple[str, tuple[str, ...]]]:
    """Return who was reminded last of an overdue step, as the messages keep it: kind `late_assess`, key `12:2026-11-05`."""
    acts = {f"{tone}_{act}": act for tone in REMINDED for act in NEXT_ACT.values()}
    rows = Message.objects.filter(kind__in=acts, at__gte=reader.at - LOOKED_BACK)
    found: dict[tuple[int, str], dict[str, list[str]]] = {}
    for kind, key, name in rows.order_by("pk").values_list("kind", "key", "person__name"):
        review, _colon, day = key.partition(":")
        if review.isdecimal() and int(review) in reviews:
            found.setdefault((int(review), acts[kind]), {}).setdefault(day, []).append(name)
    return {place: (max(days), tuple(dict.fromkeys(days[max(days)]))) for place, days in found.items()}


def share_procedures(reviews: Sequence[Review], known: dict[int, Procedure]) -> None:
    """Give reviews of one procedure the same object, so that its roles are read once; adds to `known`."""
    if unknown := {review.procedure_id for review in reviews} - set(known):
        known |= Procedure.objects.in_bulk(unknown)
    for review in reviews:
        review.procedure = known[review.procedure_id]


def last_ended(on: date) -> date:
    """Return the first day of the last month that has ended."""
    year, month = (on.year, on.month - 1) if on.month > 1 else (on.year - 1, 12)
    return date(year, month, 1)
