"""Exam marks in, corrected by superseding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from staff.models import User
from staff.money import to_cents
from training.models import ExamMark

FULL_MARK = Decimal(100)


@dataclass(frozen=True, slots=True)
class MarkGiven:
    """One sitting's mark as a sheet or a form has it; `where` says which row, for messages."""

    person_id: int
    kind: str
    sat_on: date
    mark: Decimal
    full_mark: Decimal = FULL_MARK
    where: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many marks were new, changed an earlier one, or were there already."""

    new: int
    changed: int
    unchanged: int


@transaction.atomic
def record_marks(
    marks: Sequence[MarkGiven], *, by: User | None, source: str, file_id: int | None = None
) -> Recorded:
    """Keep marks, all or none. One for the same person, exam and day supersedes the earlier, which stays.

    Raises ValidationError with a sentence for every mark that cannot be, before anything is written.
    Three queries, whatever the number of marks.
    """
    if problems := mark_problems(marks):
        raise ValidationError(problems)
    last = {(given.person_id, given.kind, given.sat_on): given for given in marks}
    held = _held(marks)
    changed, fresh = [], []
    for key, given in last.items():
        row = held.get(key)
        if row is not None and (row.mark, row.full_mark) == (given.mark, given.full_mark):
            continue
        if row is not None:
            changed.append(row.pk)
        fresh.append(
            ExamMark(
                person_id=given.person_id,
                kind=given.kind,
                sat_on=given.sat_on,
                mark=given.mark,
                full_mark=given.full_mark,
                source=source,
                file_id=file_id,
                recorded_by=by,
            )
        )
    ExamMark.objects.filter(pk__in=changed).update(superseded=True)
    ExamMark.objects.bulk_create(fresh, batch_size=500)
    return Recorded(len(fresh) - len(changed), len(changed), len(last) - len(fresh))


def _held(marks: Sequence[MarkGiven]) -> dict[tuple[int, str, date], ExamMark]:
    """Return the marks in force of the same people and days."""
    people, days = {given.person_id for given in marks}, {given.sat_on for given in marks}
    rows = ExamMark.objects.filter(superseded=False, person__in=people, sat_on__in=days)
    return {(row.person_id, row.kind, row.sat_on): row for row in rows}


def mark_problems(marks: Sequence[MarkGiven]) -> list[str]:
    """Return a sentence for everything that is wrong, in order."""
    problems = []
    seen: dict[tuple[int, str, date], MarkGiven] = {}
    for given in marks:
        where = {"where": given.where or given.sat_on.isoformat()}
        if given.kind not in ExamMark.Kind.values:
            problems.append(_("%(where)s: there is no such exam.") % where)
        if not (given.mark.is_finite() and given.full_mark.is_finite() and given.full_mark > 0):
            problems.append(_("%(where)s: the mark and the full mark must be numbers.") % where)
        elif not 0 <= given.mark <= given.full_mark:
            problems.append(_("%(where)s: the mark must be between 0 and the full mark.") % where)
        elif given.mark != to_cents(given.mark) or given.full_mark != to_cents(given.full_mark):
            problems.append(_("%(where)s: a mark has at most two decimals.") % where)
        key = (given.person_id, given.kind, given.sat_on)
        twice = seen.setdefault(key, given)
        if twice is not given and (twice.mark, twice.full_mark) != (given.mark, given.full_mark):
            problems.append(
                _("%(where)s: this person has two different marks for that exam and day.") % where
            )
    return problems
