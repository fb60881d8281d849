"""At which step reviews stand, for the list of months: their latest unfinished step, and when it is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from reviews.deadlines import NEXT_ACT, timeline
from reviews.models import Card, CardState, Review
from reviews.procedures import roles_of
from staff import calendar

Parts = Sequence[tuple[CardState, int]]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One month of a branch: how many cards stand in which state, and the step that is unfinished.

    `act` is empty where all is done, `due` None where no step is open; `late` counts working days.
    """

    review: Review
    parts: Parts
    total: int
    act: str = ""
    due: datetime | None = None
    estimated: bool = False
    late: int = 0


def rows_of(reviews: Sequence[Review], counts: Mapping[int, Parts], *, on: date) -> list[ReviewRow]:
    """Return the rows of some reviews. Three queries and one per procedure; needs `procedure` selected."""
    days = calendar.load()
    shared = {review.procedure_id: review.procedure for review in reviews}
    windows = _windows(reviews)
    found = []
    for review in reviews:
        parts = counts.get(review.pk, [])
        total = sum(count for _state, count in parts)
        # Cards before the first state that holds some are done; a month without cards waits for its first step.
        first = next((NEXT_ACT.get(state, "") for state, count in parts if count), "assess")
        if review.trial and first == "pay":
            first = ""
        review.procedure = shared[review.procedure_id]
        steps = timeline(review, calendar=days, roles=roles_of(review.procedure))
        step = next((one for one in steps if one.act == first), None)
        if step is None:
            found.append(ReviewRow(review, parts, total))
            continue
        ends = max(step.at, windows.get(review.pk, step.at)) if first == "confirm" else step.at
        due_day = timezone.localdate(ends)
        late = max(days.ordinal(due_day, on), 1) if due_day < on else 0
        found.append(ReviewRow(review, parts, total, first, ends, step.estimated, late))
    return found


def _windows(reviews: Sequence[Review]) -> dict[int, datetime]:
    """Return by review the latest end of the windows that run: it moves the deadline of confirming."""
    running = Card.objects.filter(
        review__in=[review.pk for review in reviews],
        state__in=[CardState.PUBLISHED, CardState.OBJECTED],
        window_ends_at__isnull=False,
    )
    return dict(running.order_by().values_list("review").annotate(Max("window_ends_at")))
