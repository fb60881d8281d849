"""What the adapters of sheets share: people by their numbers, counting rows, taking over what a service says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from reviews.figures.days import Span
from reviews.figures.planned import CHANGED, MAX_CHANGES, NEW, UNCHANGED, Change, PlannedFile
from reviews.figures.rows import ERROR, Row
from staff.access import people_below, scope_of
from staff.models import Person, User
from staff.services.outcome import Outcome, Problem


def people_by_number(file: PlannedFile) -> dict[str, int]:
    """Return the people a sheet names; note rows that name nobody, or nobody the importing user looks after."""
    numbers = {row.staff_no for row in file.read.rows}
    found = dict(Person.objects.filter(staff_no__in=numbers).values_list("staff_no", "pk"))
    if file.by is not None and (reach := _reach(file.by, file.read.rows)) is not None:
        found = {number: pk for number, pk in found.items() if pk in reach}
    unknown = {row.staff_no: row.number for row in reversed(file.read.rows) if row.staff_no not in found}
    for number, first in reversed(unknown.items()):
        file.unknown.setdefault(number, [])
        file.note(ERROR, "unknown_person", first, file.header_of("staff_no"), text=number)
    return found


def _reach(by: User, rows: Iterable[Row]) -> set[int] | None:
    """Return the people a user looks after now or looked after on a sheet's days; None for everybody."""
    today = timezone.localdate()
    scope = scope_of(by, on=today)
    if scope.everything:
        return None
    days = {today}
    spans = [row.span for row in rows if row.span]
    if spans:
        days |= {min(span.first for span in spans), max(span.last for span in spans)}
    return {
        pk for day in days for pk in people_below(scope.unit_paths, on=day).values_list("person", flat=True)
    }


def count_row(file: PlannedFile, row: Row, status: str, *cells: tuple[str, Any, Any], day: date) -> None:
    """Count a row by what becomes of it, and keep its changed cells to be shown."""
    file.counts[status] += 1
    if status == CHANGED and len(file.changes) < MAX_CHANGES:
        span = Span(day, day)
        file.changes += [
            Change(row.number, row.staff_no, span, name, "–" if old is None else str(old), str(new))
            for name, old, new in cells
            if old != new
        ]


def take_over(file: PlannedFile, outcome: Outcome, problems: Sequence[Problem]) -> None:
    """Put what staff's services say of a sheet into the file's counts, changes and messages."""
    file.counts.update({NEW: outcome.new, CHANGED: outcome.changed, UNCHANGED: outcome.unchanged})
    for problem in problems:
        row = int(problem.where) if problem.where.isdigit() else None
        file.note(ERROR, "refused_row", row, str(problem.column), reason=str(problem.text))
    for change in outcome.changes[:MAX_CHANGES]:
        if change.old:
            row_number = int(change.where) if change.where.isdigit() else 0
            file.changes.append(
                Change(row_number, change.who, None, str(change.what), change.old, change.new)
            )
