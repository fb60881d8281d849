"""Today as a whole: the list, the counts of the menu, and the month beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from reviews.completeness.monthly import Item as Meter
from reviews.completeness.monthly import items_of
from reviews.models import Band, Card, CardSegment, OpeningMonth
from reviews.today.cards import Open, last_ended, open_cards
from reviews.today.distribution import Distribution, distribution
from reviews.today.figures import Kept, Strip, figure_items, shops_of
from reviews.today.items import Listed, listed
from reviews.today.months import Month, month_of
from reviews.today.reader import Reader, reader_at
from reviews.today.returns import return_items
from reviews.today.steps import card_items
from reviews.today.upkeep import upkeep_items
from staff import calendar
from staff.calendar import Calendar, add_months, last_day_of
from staff.models import Job

MONTHS_OFFERED = 13


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a reader now, whatever month is looked at; and what it was read from."""

    reader: Reader
    days: Calendar
    list: Listed
    cards: Open
    kept: Kept
    next_day: date | None
    jobs: int

    @property
    def badges(self) -> dict[str, int]:
        """The counts of the menu, by the name of the entry's page."""
        found = {"admin:index": self.list.count}
        if self.reader.sees_months:
            found["admin:reviews_review_changelist"] = len(self.cards.of_review())
        if self.reader.is_hr:
            found["admin:staff_platformaccount_changelist"] = self.kept.unmatched().count
            found["admin:staff_job_changelist"] = self.jobs
        return found


@dataclass(frozen=True, slots=True)
class Today:
    """The page: the work, the month chosen, and its panels where they exist for the reader."""

    work: Work
    months: tuple[date, ...]
    month: date
    working_day: int
    standing: Month | None
    totals: Distribution | None


def work_of(user: Any, at: datetime) -> Work:
    """Return what waits for a reader; the number of queries does not grow with shops, cards or people."""
    reader, days = reader_at(user, at), calendar.load()
    cards = open_cards(reader, calendar=days)
    kept = Kept(shops_of(reader), today=reader.on)
    items = [
        *card_items(reader, cards, calendar=days),
        *return_items(reader, cards.procedures),
        *figure_items(reader, kept, calendar=days),
        *upkeep_items(reader, calendar=days),
    ]
    return Work(
        reader, days, listed(items, today=reader.on), cards, kept, _next_day(reader, cards), _running(reader)
    )


def _next_day(reader: Reader, cards: Open) -> date | None:
    """Return the next deadline of a card the reader sees, for the day on which nothing is to do."""
    ahead = [due.at.date() for due in cards.due.values() if not due.late and due.at >= reader.at]
    return min(ahead, default=None)


def _running(reader: Reader) -> int:
    if not reader.is_hr:
        return 0
    return Job.objects.visible_to(reader.user, on=reader.on).filter(state__in=Job.ACTIVE).count()


def today_of(work: Work, month: date | None = None) -> Today:
    """Return the page for a month: without one the last that has ended."""
    reader = work.reader
    latest = last_ended(reader.on)
    chosen = month or latest
    months = tuple(add_months(latest, 1 - count) for count in range(MONTHS_OFFERED))
    number = work.days.ordinal(last_day_of(latest), reader.on)
    if not reader.sees_months:
        return Today(work, months, chosen, number, None, None)
    standing = month_of(reader, chosen, calendar=work.days, procedures=work.cards.procedures)
    return Today(work, months, chosen, number, standing, _totals(reader, standing))


def _totals(reader: Reader, standing: Month) -> Distribution | None:
    """Return how the totals spread, and those of the month before; four queries."""
    if not standing.branches:
        return None
    month, before = standing.month, add_months(standing.month, -1)
    visible = Card.objects.visible_to(reader.user, on=reader.on)
    scored = visible.filter(month__in=(month, before), current__total__isnull=False)
    rows = list(scored.order_by().values_list("month", "current__total", "person_id"))
    now = [total for of, total, _person in rows if of == month and total is not None]
    past = {person: total for of, total, person in rows if of == before and total is not None}
    opened = OpeningMonth.objects.filter(month=before, total__isnull=False)
    taken_over = opened.filter(person__in=visible.filter(month=month).values("person"))
    for person, total in taken_over.values_list("person_id", "total"):
        if total is not None:
            past.setdefault(person, total)
    return distribution(now, list(past.values()), cards=standing.cards, bands=_bands(visible, month))


def _bands(visible: Any, month: date) -> Sequence[tuple[Decimal, Decimal | None]]:
    """Return the bands of the plan by which most of the month's cards were scored; two queries."""
    versions = CardSegment.objects.filter(version__in=visible.filter(month=month).values("current"))
    used = Counter(versions.order_by().values_list("plan_version_id", flat=True))
    if not used:
        return ()
    most, _count = used.most_common(1)[0]
    return list(Band.objects.filter(Q(version=most)).values_list("at_least", "multiplier"))


@dataclass(frozen=True, slots=True)
class Completeness:
    """How the figures of a month stand, for the shops the reader looks after."""

    month: date
    strips: tuple[Strip, ...]
    meters: tuple[Meter, ...]


def completeness_of(user: Any, at: datetime, month: date | None = None) -> Completeness | None:
    """Return a month's completeness, or None where the reader looks after no shop's figures."""
    reader = reader_at(user, at)
    shops = shops_of(reader)
    if not shops:
        return None
    chosen = month or last_ended(reader.on)
    strips = Kept(shops, today=reader.on).standing(chosen).strips
    return Completeness(chosen, strips, tuple(items_of([shop.pk for shop in shops], chosen, at=at)))
