"""By when each step is due and who has to act. Working days by the Chinese calendar; no clock is read here.

Lateness is told and escalates; it never locks a step. Source: month.md, "Steps and deadlines".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from reviews.models import Card, CardState, Objection, Review
from reviews.procedures import Roles, roles_of
from staff.calendar import Calendar, last_day_of
from staff.models import Shift

# A deadline is the end of the office day.
END_OF_DAY = time(18)
WINDOW_HOURS = 48
WINDOW_WORKING_DAYS = 2
# After an answer the agent has one own working day to agree or maintain.
REPLY_WORKING_DAYS = 1

NEXT_ACT: Mapping[str, str] = {
    CardState.DRAFT: "assess",
    CardState.SUBMITTED: "approve",
    CardState.PUBLISHED: "confirm",
    CardState.OBJECTED: "decide",
    CardState.CONFIRMED: "close",
    CardState.CLOSED: "hand_over",
    CardState.APPROVED: "pay",
}


@dataclass(frozen=True, slots=True)
class Due:
    """What a card waits for: the act, the role that does it, and by when.

    `person_id` is the named person where the card names one, else None: whoever holds the role.
    `estimated` says that the year's holidays are not published yet; `late` counts working days past
    the deadline's day, 0 while there is time.
    """

    act: str
    role: str
    person_id: int | None
    at: datetime
    estimated: bool
    late: int


@dataclass(frozen=True, slots=True)
class StepDay:
    """One step of a review's month and the moment it is due."""

    act: str
    role: str
    number: int
    at: datetime
    estimated: bool


def timeline(review: Review, *, calendar: Calendar, roles: Roles, kind: str = "agent") -> list[StepDay]:
    """Return the steps of a review's month for a kind of subject, in order of their days."""
    found = []
    for (act, of_kind), number in roles.days.items():
        if of_kind == kind:
            day = calendar.nth_after(last_day_of(review.month), number)
            found.append(StepDay(act, roles.named[act, kind], number, evening(day.day), day.estimated))
    return sorted(found, key=lambda step: (step.number, step.act))


def evening(day: date) -> datetime:
    """Return the end of the office day in the company's time zone."""
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))


def dues(
    cards: Iterable[Card], *, calendar: Calendar, at: datetime, answered: Collection[int] | None = None
) -> dict[int, Due]:
    """Return what each unpaid card waits for, by card id.

    The cards need `review__procedure` and `position` selected. One query and one per procedure, however
    many cards; none for `answered`, the ids of cards with all objections answered, where that is known.
    """
    rows = list(cards)
    answered = _all_answered(rows) if answered is None else answered
    roles: dict[int, Roles] = {}
    found: dict[int, Due] = {}
    for card in rows:
        act = NEXT_ACT.get(card.state)
        if act is None:
            continue
        if act == "decide" and card.pk in answered:
            act = "confirm"
        procedure = card.review.procedure
        if procedure.pk not in roles:
            roles[procedure.pk] = roles_of(procedure)
        due = _due(card, act, roles[procedure.pk], calendar=calendar, at=at)
        if due is not None:
            found[card.pk] = due
    return found


def _all_answered(cards: list[Card]) -> set[int]:
    objected = [card.pk for card in cards if card.state == CardState.OBJECTED]
    open_ones = Objection.objects.standing().filter(version__card__in=objected, outcome="", reply="")
    return set(objected) - set(open_ones.values_list("version__card_id", flat=True))


def _due(card: Card, act: str, roles: Roles, *, calendar: Calendar, at: datetime) -> Due | None:
    kind = card.position.subject_kind
    number = roles.days.get((act, kind))
    if number is None:
        return None
    last = last_day_of(card.month)
    found = calendar.nth_after(last, number)
    moment = evening(found.day)
    if act == "confirm" and card.window_ends_at is not None:
        moment = max(moment, card.window_ends_at)
    person = {
        "assess": card.assessor_id,
        "approve": card.approver_id,
        "decide": card.decider_id,
        "confirm": card.person_id,
    }.get(act)
    today, due_day = timezone.localdate(at), timezone.localdate(moment)
    late = max(calendar.ordinal(due_day, today), 1) if at > moment else 0
    return Due(act, roles.named[act, kind], person, moment, found.estimated, late)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """Which days a person works: by the roster where it reaches, else by the company's calendar.

    `shifts` are the rostered days with the moment their last shift ends, `last` the last of them.
    """

    calendar: Calendar
    shifts: Mapping[date, datetime]
    last: date

    def works(self, day: date) -> bool:
        """Whether a day is an own working day."""
        return day in self.shifts if day <= self.last else self.calendar.works(day)

    def end_of(self, day: date) -> datetime:
        """Return when an own working day ends: with the office day, or with a shift that goes on after it."""
        return max(evening(day), self.shifts.get(day, evening(day)))


def window_end(
    delivered_at: datetime,
    *,
    works: Callable[[date], bool],
    step_day: date,
    end_of: Callable[[date], datetime] = evening,
) -> datetime:
    """Return the end of an agent's time to confirm or object.

    At least 48 hours and two whole own working days from delivery (`works` says which days those
    are, `end_of` when one ends), and never before the step's own day; to the full hour.
    """
    last = _nth_own(delivered_at, WINDOW_WORKING_DAYS, works)
    hours = delivered_at + timedelta(hours=WINDOW_HOURS)
    return max(_full_hour(hours), _full_hour(end_of(last)), evening(step_day))


def reply_end(
    delivered_at: datetime,
    *,
    works: Callable[[date], bool],
    end_of: Callable[[date], datetime] = evening,
) -> datetime:
    """Return the end of an agent's time to agree or maintain: one whole own working day from delivery."""
    return _full_hour(end_of(_nth_own(delivered_at, REPLY_WORKING_DAYS, works)))


def _nth_own(delivered_at: datetime, number: int, works: Callable[[date], bool]) -> date:
    day = timezone.localdate(delivered_at)
    while number:
        day += timedelta(days=1)
        number -= works(day)
    return day


def _full_hour(moment: datetime) -> datetime:
    """Return a moment, or the next full hour."""
    rounded = moment.replace(minute=0, second=0, microsecond=0)
    return rounded if rounded == moment else rounded + timedelta(hours=1)


def own_days(person_id: int, *, after: date, calendar: Calendar) -> OwnDays:
    """Return a person's own working days after a day, by the shifts that are published. One query."""
    shifts = Shift.objects.filter(person=person_id, published_at__isnull=False, starts_at__gt=evening(after))
    rostered: dict[date, datetime] = {}
    for starts, ends in shifts.values_list("starts_at", "ends_at"):
        day = timezone.localdate(starts)
        rostered[day] = max(ends, rostered.get(day, ends))
    return OwnDays(calendar, rostered, max(rostered, default=after))


def latest_end(step_at: datetime, cards: Iterable[Card]) -> datetime:
    """Return when the step of confirming is due: a window that ends later moves the deadline."""
    running = (CardState.PUBLISHED, CardState.OBJECTED)
    ends = [card.window_ends_at for card in cards if card.window_ends_at and card.state in running]
    return max([step_at, *ends])


def confirm_day(card: Card, *, calendar: Calendar, roles: Roles) -> date:
    """Return the day by which the procedure wants the card confirmed."""
    number = roles.days.get(("confirm", card.position.subject_kind), 7)
    return calendar.nth_after(last_day_of(card.month), number).day
