"""How the spot-check marks of one supervisor's team stand to those of the others: pure comparison, one query.

A supervisor who marks more mildly or more strictly than the others moves whole teams over a bound. The
mean of a few people gives single ones away, so it is compared only with groups one may show.
Source: month.md, "In bulk, exceptions first" and "Who sees what".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, Sum

from reviews.models import SpotCheck
from staff.calendar import first_of_next

APART = Decimal("0.5")
CENT = Decimal("0.01")
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks a supervisor's team got this month: their sum in halves, how many, of how many people."""

    halves: int
    count: int
    people: int

    @property
    def mean(self) -> Decimal:
        """The mean mark from 0 to 5, half-up to 0.01: what is compared is what is shown."""
        return (Decimal(self.halves) / 2 / self.count).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two means over half a mark apart: the own team's, and that of the others' means."""

    own: Decimal
    others: Decimal


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked of one person this month, and by whose team it counts."""

    person_id: int
    assessor_id: int
    review_id: int
    sold: int = 0
    unsold: int = 0
    halves: int = 0
    marks: int = 0


def apart(own: Marks | None, others: Sequence[Marks], *, all_seen: bool) -> Apart | None:
    """Return both means where they are more than 0.5 apart, else None.

    Each of the other supervisors counts once, however many checks there are. Where the reader does not see
    all their cards (`all_seen`), others of fewer than five people are not compared.
    """
    others = [one for one in others if one.count]
    if own is None or not own.count or not others:
        return None
    if not all_seen and sum(one.people for one in others) < FEWEST:
        return None
    mean = (sum((one.mean for one in others), Decimal(0)) / len(others)).quantize(CENT, ROUND_HALF_UP)
    return Apart(own.mean, mean) if abs(own.mean - mean) > APART else None


def checked(month: date) -> dict[int, Checked]:
    """Return what was checked of everybody with a card of a month, by person. One query."""
    rows = (
        SpotCheck.objects.counting()
        .filter(chat_on__gte=month, chat_on__lt=first_of_next(month), person__cards__month=month)
        .order_by()
        .values_list("person", "person__cards__assessor", "person__cards__review", "sold")
        .annotate(
            checks=Count("pk", distinct=True),
            halves=Sum("marks__halves", filter=Q(marks__superseded=False)),
            given=Count("marks__halves", filter=Q(marks__superseded=False)),
        )
    )
    found: dict[int, Checked] = {}
    for person, assessor, review, sold, checks, halves, given in rows:
        before = found.get(person, Checked(person, assessor, review))
        found[person] = Checked(
            person,
            assessor,
            review,
            before.sold + (checks if sold else 0),
            before.unsold + (0 if sold else checks),
            before.halves + (halves or 0),
            before.marks + given,
        )
    return found


def apart_by_assessor(
    people: Mapping[int, Checked], *, reviews: Collection[int], seen: Collection[int]
) -> dict[tuple[int, int], Apart]:
    """Return by (review, assessor) whose team's mean stands apart from the other assessors' of the review.

    Where nobody else assesses in the review, the company's other assessors are compared. `seen`: the
    people whose cards the reader sees.
    """
    groups: dict[tuple[int, int], list[Checked]] = defaultdict(list)
    for one in people.values():
        if one.marks:
            groups[one.review_id, one.assessor_id].append(one)
    found = {}
    for (review, assessor), own in groups.items():
        if review not in reviews:
            continue
        others = {key: rows for key, rows in groups.items() if key[1] != assessor}
        here = {key: rows for key, rows in others.items() if key[0] == review}
        compared = list((here or others).values())
        all_seen = all(one.person_id in seen for rows in compared for one in rows)
        if stands := apart(_summed(own), [_summed(rows) for rows in compared], all_seen=all_seen):
            found[review, assessor] = stands
    return found


def _summed(rows: Iterable[Checked]) -> Marks:
    listed = list(rows)
    return Marks(sum(one.halves for one in listed), sum(one.marks for one in listed), len(listed))
