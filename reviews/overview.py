"""Who stands where in a month's review: deadlines, states, gaps, and the cards, most urgent first.

Everything is read in a fixed number of queries, however many cards. Source: month.md; design/hr.md B2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from reviews.acting import reader_of
from reviews.models import Card, CardState, Review
from reviews.overview_rows import SHOWS, Choice, Row, Table, cards_of, fits, table_of
from reviews.overview_steps import Lacking, Milestone, lacking, milestones
from reviews.pay_warnings import warning_of
from staff import calendar
from staff.models import User

__all__ = [
    "PAGE",
    "SHOWS",
    "Choice",
    "Lacking",
    "Milestone",
    "Overview",
    "Pay",
    "Row",
    "Table",
    "cards_of",
    "chosen",
    "overview",
    "pay_of",
    "read",
    "sum_of",
]

PAGE = 25


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the review's page shows. `counts` are of all cards, `rows` of the page asked for."""

    review: Review
    milestones: tuple[Milestone, ...]
    today: date
    working_day: int
    states: tuple[tuple[CardState, int], ...]
    lacking: tuple[Lacking, ...]
    late_figures: int
    counts: Mapping[str, int]
    units: tuple[str, ...]
    plans: tuple[str, ...]
    pay_warning: str
    rows: tuple[Row, ...]
    found: int
    pages: int
    page: int


def read(review: Review, user: User, *, at: datetime) -> Table:
    """Return all rows of a review that a user may see, the most urgent first."""
    on = timezone.localdate(at)
    return table_of(review, cards_of(review, user, on=on), actor=reader_of(user, on=on), at=at)


def chosen(table: Table, choice: Choice) -> list[Row]:
    """Return the rows that are asked for, of all pages."""
    return [row for row in table.rows if fits(row, choice)]


def overview(table: Table, *, choice: Choice, at: datetime) -> Overview:
    """Return the page of a review from its rows."""
    review, rows, on = table.review, table.rows, timezone.localdate(at)
    found = chosen(table, choice)
    pages = max(-(-len(found) // PAGE), 1)
    page = min(max(choice.page, 1), pages)
    counts = {name: sum(test(row) for row in rows) for name, test in SHOWS.items()}
    states = [row.card.state for row in rows]
    return Overview(
        review=review,
        milestones=milestones(table, at=at),
        today=on,
        working_day=table.days.ordinal(calendar.last_day_of(review.month), on),
        states=tuple((state, states.count(state)) for state in CardState),
        lacking=lacking(table),
        late_figures=sum(bool(row.card.late_figures) for row in rows),
        counts={"": len(rows), **counts},
        units=tuple(sorted({row.card.unit.name for row in rows})),
        plans=table.plans,
        pay_warning=warning_of(review, days=table.days),
        rows=tuple(found[(page - 1) * PAGE : page * PAGE]),
        found=len(found),
        pages=pages,
        page=page,
    )


@dataclass(frozen=True, slots=True)
class Pay:
    """One person's pay of the month as the card has it, CNY, or the sums of several."""

    card: Card | None
    base: Decimal
    performance: Decimal

    @property
    def total(self) -> Decimal:
        """Base salary and performance pay, CNY."""
        return self.base + self.performance


def pay_of(review: Review, user: object, *, on: date) -> list[Pay]:
    """Return what finance reads of a review: the pay of the cards that HR has handed over."""
    cards = Card.objects.payable_to(user, on=on).filter(review=review)
    related = cards.select_related("review__procedure", "unit", "position", "person", "current")
    return [
        Pay(card, card.current.base_salary or Decimal(0), card.current.performance_pay or Decimal(0))
        for card in related.order_by("unit__path", "person__staff_no")
        if card.current is not None
    ]


def sum_of(rows: Sequence[Pay]) -> Pay:
    """Return the control sums of a list of pay."""
    return Pay(
        None, sum((row.base for row in rows), Decimal(0)), sum((row.performance for row in rows), Decimal(0))
    )
