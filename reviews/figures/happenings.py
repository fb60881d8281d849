"""Disputes, complaints and reviews from our own sheet: recorded as open events, each once."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from reviews.figures.adapting import people_by_number
from reviews.figures.planned import NEW, UNCHANGED, PlannedFile
from reviews.figures.rows import ERROR
from reviews.models import ImportFile
from reviews.records import EventGiven, plan_events, record_events
from staff.models import Shop, User


def compare(file: PlannedFile, shop: Shop) -> None:
    """Fill in what a sheet of events would add."""
    plan = plan_events(_given(file), shop=shop, by=file.by, at=timezone.now())
    file.counts.update({NEW: len(plan.new), UNCHANGED: plan.unchanged})
    for where, column, reason in plan.problems:
        file.note(ERROR, "refused_row", int(where), file.header_of(column), reason=reason)


def apply(file: PlannedFile, _stored: ImportFile, shop: Shop, by: User | None, at: datetime) -> None:
    """Record a sheet's events."""
    record_events(_given(file), shop=shop, by=by, at=at)


def _given(file: PlannedFile) -> list[EventGiven]:
    people = people_by_number(file)
    return [
        EventGiven(
            where=str(row.number),
            person_id=people[row.staff_no],
            kind=row.values["event"],
            day=row.span.first,
            account=row.values["story"],
            order=row.values.get("order", ""),
            cause=row.values.get("cause", ""),
            handling=row.values.get("handling", ""),
        )
        for row in file.read.rows
        if row.span and row.staff_no in people
    ]
