"""Attendance from a sheet: a person's day of one source takes the place of that source's earlier row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import Attendance, Person
from staff.services.outcome import Change, Outcome, Problem, SheetRefused

MOST = 32_767  # times late or absent, as the table holds them
CHUNK = 500

Key = tuple[int, date]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One person's day as a sheet has it. `where` names the row for its reader."""

    where: str
    staff_no: str
    day: date
    present: bool
    late: int = 0
    absent: int = 0


@dataclass(slots=True)
class AttendancePlan:
    """What a sheet of attendance would do."""

    outcome: Outcome = field(default_factory=Outcome)
    problems: list[Problem] = field(default_factory=list)
    create: list[Attendance] = field(default_factory=list)
    supersede: list[int] = field(default_factory=list)


def plan_attendance(
    rows: Sequence[AttendanceRow], *, source: str, among: Collection[str] | None = None
) -> AttendancePlan:
    """Return what the rows would do, with all their faults; write nothing.

    People are found by their staff number exactly, of `among` only where it is given; a number that
    is nobody's is named once, whatever the number of its rows.
    """
    plan = AttendancePlan()
    numbers = {row.staff_no for row in rows}
    if among is not None:
        numbers &= set(among)
    people: dict[str, Person] = {}
    for chunk in _chunks(sorted(numbers)):
        people |= {one.staff_no: one for one in Person.objects.filter(staff_no__in=chunk)}
    plan.problems.extend(_faults(rows, people))
    if not plan.problems:
        _compare(plan, rows, people, source)
    return plan


def _faults(rows: Sequence[AttendanceRow], people: dict[str, Person]) -> Iterable[Problem]:
    named: set[str] = set()
    seen: dict[tuple[str, date], str] = {}
    for row in rows:
        if row.staff_no not in people:
            if row.staff_no not in named:
                text = _("Nobody has the staff number %(number)s.") % {"number": row.staff_no}
                yield Problem(row.where, gettext_lazy("staff number"), text)
            named.add(row.staff_no)
        if not (0 <= row.late <= MOST and 0 <= row.absent <= MOST):
            text = _("Times late and absent are whole numbers from 0.")
            yield Problem(row.where, gettext_lazy("times late"), text)
        first = seen.setdefault((row.staff_no, row.day), row.where)
        if first != row.where:
            text = _("The same person and day stand in row %(row)s already.") % {"row": first}
            yield Problem(row.where, gettext_lazy("day"), text)


def _compare(
    plan: AttendancePlan, rows: Sequence[AttendanceRow], people: dict[str, Person], source: str
) -> None:
    """Set the sheet's days beside those in force; days that are the same stay."""
    held = _held({person.pk for person in people.values()}, [row.day for row in rows], source)
    for row in rows:
        person = people[row.staff_no]
        before = held.get((person.pk, row.day))
        new = (row.present, row.late, row.absent)
        if before is not None and (before.present, before.late, before.absent) == new:
            plan.outcome.unchanged += 1
            continue
        plan.create.append(
            Attendance(
                person=person,
                day=row.day,
                source=source,
                present=row.present,
                late=row.late,
                absent=row.absent,
            )
        )
        if before is None:
            plan.outcome.new += 1
            continue
        plan.supersede.append(before.pk)
        plan.outcome.changed += 1
        old = _words(present=before.present, late=before.late, absent=before.absent)
        after = _words(present=row.present, late=row.late, absent=row.absent)
        who = f"{person} {row.day.isoformat()}"
        plan.outcome.changes.append(Change(row.where, who, gettext_lazy("attendance"), old, after))


def _held(people: Collection[int], days: Sequence[date], source: str) -> dict[Key, Attendance]:
    """Return a source's rows in force of some people between the first and the last of some days."""
    found: dict[Key, Attendance] = {}
    for chunk in _chunks(sorted(people)):
        rows = Attendance.objects.filter(
            person__in=chunk, source=source, superseded=False, day__gte=min(days), day__lte=max(days)
        )
        found |= {(row.person_id, row.day): row for row in rows}
    return found


def _words(*, present: bool, late: int, absent: int) -> str:
    came = _("present") if present else _("not present")
    return _("%(came)s, late %(late)s, absent %(absent)s") % {"came": came, "late": late, "absent": absent}


def _chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


@transaction.atomic
def record_attendance(
    rows: Sequence[AttendanceRow],
    *,
    source: str,
    file_id: int | None = None,
    among: Collection[str] | None = None,
) -> Outcome:
    """Keep the days of a sheet, all of them or none; the same sheet again changes nothing.

    An earlier row of the same person, day and source is superseded, never changed. Raises
    SheetRefused with every fault.
    """
    plan = plan_attendance(rows, source=source, among=among)
    if plan.problems:
        raise SheetRefused(plan.problems)
    for chunk in _chunks(plan.supersede):
        Attendance.objects.filter(pk__in=chunk).update(superseded=True)
    for one in plan.create:
        one.file_id = file_id
    Attendance.objects.bulk_create(plan.create, batch_size=CHUNK)
    return plan.outcome


@transaction.atomic
def take_back_attendance(file_ids: Collection[int], *, taken_back: Collection[int]) -> None:
    """Let what stood before some files' rows hold again; `taken_back` are files that were undone before.

    The latest earlier row of the same person, day and source holds, unless its own file was undone.
    """
    if not file_ids:
        return
    mine = Attendance.objects.filter(file_id__in=file_ids, superseded=False)
    freed = {(row.person_id, row.day, row.source): row.pk for row in mine}
    if not freed:
        return
    mine.update(superseded=True)
    void = {*file_ids, *taken_back}
    again: dict[tuple[int, date, str], int] = {}
    days = [day for _person, day, _source in freed]
    for chunk in _chunks(sorted({person for person, _day, _source in freed})):
        rows = Attendance.objects.filter(person__in=chunk, day__gte=min(days), day__lte=max(days))
        rows = rows.filter(Q(file_id__isnull=True) | ~Q(file_id__in=file_ids))
        for pk, person, day, source, file_id in rows.values_list(
            "pk", "person_id", "day", "source", "file_id"
        ):
            key = (person, day, source)
            if file_id not in void and pk < freed.get(key, 0):
                again[key] = max(pk, again.get(key, 0))
    for keys in _chunks(sorted(again.values())):
        Attendance.objects.filter(pk__in=keys).update(superseded=False)
