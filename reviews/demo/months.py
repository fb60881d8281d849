"""The demo's months: run, and moved by the right people at the right hour; the last one stands half-way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reviews import workflow
from reviews.demo import cast, work
from reviews.demo.clock import Clock
from reviews.models import Card, CardLine, CardState, Review
from reviews.services.cards import record_opening
from reviews.services.month import review_for, start_run
from reviews.workflow import Answer
from staff import jobs
from staff.models import Job, Unit, User

CONFIRMED_OF_TEN = 6
SILENT_OF = 19  # one of so many lets the time pass


class Year:
    """Moves the reviews of both shops through their steps."""

    def __init__(self, *, clock: Clock, users: Mapping[str, User]) -> None:
        """Keep the demo's clock and its log-ins by name."""
        self.clock, self.users = clock, users
        self.by_role = {one.login: users[one.name] for one in cast.OFFICES}

    def compute(self, month: date) -> list[Review]:
        """Run a month of both shops, here, without a worker."""
        reviews = []
        for plan in cast.SHOPS:
            review = review_for(Unit.objects.get(code=plan.code), month)
            job = start_run(review, by=self.by_role["hr"], at=self.clock.working(month, 2, 9))
            jobs.work(job.pk)
            job.refresh_from_db()
            if job.state != Job.State.DONE:
                raise RuntimeError(f"The run of {plan.name} {month:%Y-%m} ended as {job.state}: {job.error}")
            reviews.append(review)
        return reviews

    def finish(self, month: date) -> None:
        """Move a month from draft to paid, with an objection now and then."""
        reviews = self.compute(month)
        self._submit(_cards(reviews, CardState.DRAFT), month)
        self._publish(_cards(reviews, CardState.SUBMITTED), month)
        for number, card in enumerate(_cards(reviews, CardState.PUBLISHED)):
            if number == month.month * 3 % 20:
                self._object_and_settle(card, month)
            elif number % SILENT_OF == month.month % SILENT_OF:
                self._stay_silent(card, month)
            else:
                self._confirm(card, month, number)
        for act, login, day, hour in (
            ("close", "manager", 8, 10),
            ("approve", "hr", 10, 10),
            ("pay", "finance", 10, 16),
        ):
            cards = list(Card.objects.filter(review__in=reviews).select_related("review"))
            workflow.take_many(act, cards, by=self.by_role[login], at=self.clock.working(month, day, hour))

    def leave_half_way(self, month: date) -> None:
        """Leave the last month as a review looks in its middle: something for everybody to do.

        The first team is published, confirmed by most and objected to by two; the second is submitted;
        the third has open lines; the fourth is confirmed.
        """
        reviews = self.compute(month)
        drafts = {team.code: _cards(reviews, CardState.DRAFT, unit=team.code) for team in cast.TEAMS}
        first, second, _third, fourth = (drafts[team.code] for team in cast.TEAMS)
        self._submit([*first, *second, *fourth], month)
        self._publish([*_again(first), *_again(fourth)], month)
        published = _again(first)
        others = [card for card in published if card.person.name != cast.AGENT]
        for number, card in enumerate(others[:CONFIRMED_OF_TEN]):
            self._confirm(card, month, number)
        self._object(others[-1], month)
        settled = others[-2]
        self._object(settled, month)
        self._answer(settled, month)
        for number, card in enumerate(_again(fourth)):
            self._confirm(card, month, number)

    def _submit(self, cards: Sequence[Card], month: date) -> None:
        """Let each supervisor submit the cards of the team that are ready."""
        ready = [card for card in cards if not _open(card)]
        for team in cast.TEAMS:
            mine = [card for card in ready if card.unit.code == team.code]
            if mine:
                at = self.clock.working(month, 3, 10)
                workflow.take_many("submit", mine, by=self.users[team.lead], at=at)

    def _publish(self, cards: Sequence[Card], month: date) -> None:
        waiting = [card for card in cards if card.state == CardState.SUBMITTED]
        at = self.clock.working(month, 5, 15)
        workflow.take_many("publish", waiting, by=self.by_role["director"], at=at)

    def _opened(self, card: Card, at: datetime) -> User:
        user = self.users[card.person.name]
        record_opening(card, by=user, at=at)
        return user

    def _confirm(self, card: Card, month: date, number: int) -> None:
        user = self._opened(card, self.clock.working(month, 6, 9, number % 60))
        workflow.take("confirm", card, by=user, at=self.clock.working(month, 6, 11, number % 60))

    def _stay_silent(self, card: Card, month: date) -> None:
        """Let an agent open the card and not answer: the time that passes confirms it."""
        user = self._opened(card, self.clock.working(month, 5, 16))
        ends = card.window_ends_at
        if ends is not None and ends < self.clock.working(month, 8, 9):
            workflow.take("silence", card, by=None, at=ends + timedelta(minutes=10))
        else:
            workflow.take("confirm", card, by=user, at=self.clock.working(month, 6, 11))

    def _object(self, card: Card, month: date) -> None:
        user = self._opened(card, self.clock.working(month, 6, 9))
        line = _worst(card)
        reasons = {line: "这项的数据和我自己记的不一样，请核对。"}
        at = self.clock.working(month, 6, 12)
        workflow.take("object", card, by=user, at=at, objections=reasons)

    def _answer(self, card: Card, month: date) -> None:
        objection = card.current.objections.get() if card.current else None
        if objection is None:
            return
        answer = Answer(objection.line, upheld=False, text="已和导入文件核对，数据一致，维持原分。")
        at = self.clock.working(month, 7, 10)
        workflow.take("answer", card, by=self.by_role["manager"], at=at, answers=[answer])

    def _object_and_settle(self, card: Card, month: date) -> None:
        self._object(card, month)
        self._answer(card, month)
        user = self.users[card.person.name]
        workflow.take("agree", card, by=user, at=self.clock.working(month, 7, 15))


def _cards(reviews: Sequence[Review], state: str, **where: Any) -> list[Card]:
    """Return cards of reviews in a state, with all that the workflow looks at."""
    if "unit" in where:
        where["unit__code"] = where.pop("unit")
    rows = Card.objects.filter(review__in=reviews, state=state, **where)
    related = rows.select_related("review__procedure", "person", "unit", "position", "current")
    return list(related.order_by("person__staff_no"))


def _again(cards: Sequence[Card]) -> list[Card]:
    """Read cards anew after they have moved."""
    rows = Card.objects.filter(pk__in=[card.pk for card in cards]).exclude(state=CardState.DRAFT)
    related = rows.select_related("review__procedure", "person", "unit", "position", "current")
    return list(related.order_by("person__staff_no"))


def _open(card: Card) -> bool:
    """Whether a line of a card is still open."""
    return CardLine.objects.filter(segment__version=card.current_id, status=CardLine.Status.MISSING).exists()


def _worst(card: Card) -> str:
    """Return the line that lost most points."""
    lines = CardLine.objects.filter(segment__version=card.current_id, points__isnull=False)
    return max(lines, key=lambda line: (line.weight - (line.points or 0), line.code)).code


def attendance_of(code: str, day: date) -> tuple[int, int]:
    """Return how often somebody was late and absent on a day: rarely."""
    roll = work.dice("attendance", code, day).randrange(100)
    return int(roll < 3), int(roll == 99)
