"""Which exam mark counts when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from training.models import ExamMark

VALID_DAYS = 90


def valid_marks(person_ids: Collection[int], *, last_day: date) -> dict[tuple[int, str], ExamMark]:
    """Return per person and kind the mark that counts for the month that ends on `last_day`. One query.

    The best mark handed in within the month; else the latest earlier exam's best mark, handed in at most
    90 days before the last day. Marks are compared as a share of their full mark. Source: spec/scorecard.md.
    """
    first_day = last_day.replace(day=1)
    rows = ExamMark.objects.filter(
        person__in=person_ids,
        superseded=False,
        sat_on__gte=last_day - timedelta(days=VALID_DAYS),
        sat_on__lte=last_day,
    ).order_by("pk")
    best: dict[tuple[int, str], ExamMark] = {}
    for row in rows:
        key = (row.person_id, row.kind)
        held = best.get(key)
        if held is None or _rank(row, first_day) > _rank(held, first_day):
            best[key] = row
    return best


def _rank(row: ExamMark, first_day: date) -> tuple[bool, date, object, int]:
    """Order marks: any of the month before any earlier one; earlier ones by day; then by share."""
    within = row.sat_on >= first_day
    return within, first_day if within else row.sat_on, row.mark / row.full_mark, row.pk
