"""Shifts from a sheet: a person's day in the sheet takes the place of what stood on that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import Person, Shift, ShiftType, User
from staff.services.outcome import Change, Outcome, Problem, SheetRefused, Words

LONGEST = timedelta(hours=24)
CHUNK = 500

PersonDay = tuple[str, date]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift as a sheet has it. `where` names the row for its reader; `shift_type` is a code or a name."""

    where: str
    staff_no: str
    starts_at: datetime
    ends_at: datetime
    shift_type: str = ""


@dataclass(slots=True)
class ShiftPlan:
    """What a sheet of shifts would do."""

    outcome: Outcome = field(default_factory=Outcome)
    problems: list[Problem] = field(default_factory=list)
    create: list[Shift] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)


def in_chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Yield the distinct values, sorted, in lists that every database takes in one query."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def plan_shifts(rows: Sequence[ShiftRow]) -> ShiftPlan:
    """Return what the rows would do, with all their faults; write nothing."""
    plan = ShiftPlan()
    people = {
        person.staff_no: person
        for chunk in in_chunks(row.staff_no for row in rows)
        for person in Person.objects.filter(staff_no__in=chunk)
    }
    types = {key: kind for kind in ShiftType.objects.all() for key in (kind.name, kind.code)}
    wanted: dict[PersonDay, list[ShiftRow]] = defaultdict(list)
    for row in rows:
        faults = list(_faults(row, people=people, types=types))
        plan.problems.extend(faults)
        if not faults:
            wanted[row.staff_no, timezone.localdate(row.starts_at)].append(row)
    plan.problems.extend(_overlaps(wanted))
    if not plan.problems:
        _compare(plan, wanted, people=people, types=types)
    return plan


def _faults(row: ShiftRow, *, people: dict[str, Person], types: dict[str, ShiftType]) -> Iterable[Problem]:
    if row.staff_no not in people:
        text: Words = _("Nobody has this staff number. Correct it, or import the person first.")
        yield Problem(row.where, _("staff number"), text)
    if not timedelta() < row.ends_at - row.starts_at <= LONGEST:
        text = _("A shift ends after it starts and lasts 24 hours at most.")
        yield Problem(row.where, _("until"), text)
    if row.shift_type and row.shift_type not in types:
        text = _("No shift type has this code or name. Add it first, or leave the cell empty.")
        yield Problem(row.where, _("shift type"), text)


def _overlaps(wanted: dict[PersonDay, list[ShiftRow]]) -> Iterable[Problem]:
    by_person: dict[str, list[ShiftRow]] = defaultdict(list)
    for (staff_no, _day), shifts in wanted.items():
        by_person[staff_no].extend(shifts)
    for shifts in by_person.values():
        shifts.sort(key=lambda row: row.starts_at)
        for earlier, later in pairwise(shifts):
            if later.starts_at < earlier.ends_at:
                yield Problem(
                    later.where, _("from"), _("This shift overlaps another one of the same person.")
                )


def _compare(
    plan: ShiftPlan,
    wanted: dict[PersonDay, list[ShiftRow]],
    *,
    people: dict[str, Person],
    types: dict[str, ShiftType],
) -> None:
    """Set the sheet's days beside those that stand; shifts that are the same stay."""
    standing = _standing(wanted)
    for key, shifts in wanted.items():
        old = {(s.starts_at, s.ends_at, s.shift_type_id): s for s in standing.get(key, [])}
        for row in shifts:
            kind = types[row.shift_type] if row.shift_type else None
            if old.pop((row.starts_at, row.ends_at, kind.pk if kind else None), None):
                plan.outcome.unchanged += 1
                continue
            person = people[row.staff_no]
            plan.create.append(
                Shift(person=person, shift_type=kind, starts_at=row.starts_at, ends_at=row.ends_at)
            )
            before = ", ".join(_span(shift.starts_at, shift.ends_at) for shift in old.values())
            after = _span(row.starts_at, row.ends_at)
            plan.outcome.changes.append(Change(row.where, str(person), _("shift"), before, after))
            if before:
                plan.outcome.changed += 1
            else:
                plan.outcome.new += 1
        plan.remove.extend(shift.pk for shift in old.values())


def _standing(wanted: dict[PersonDay, list[ShiftRow]]) -> dict[PersonDay, list[Shift]]:
    found: dict[PersonDay, list[Shift]] = defaultdict(list)
    if not wanted:
        return found
    days = [day for _staff_no, day in wanted]
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=2)
    zone = timezone.get_default_timezone()
    span = (datetime(*first.timetuple()[:3], tzinfo=zone), datetime(*last.timetuple()[:3], tzinfo=zone))
    for chunk in in_chunks(staff_no for staff_no, _day in wanted):
        shifts = Shift.objects.filter(person__staff_no__in=chunk, starts_at__range=span)
        for shift in shifts.select_related("person"):
            found[shift.person.staff_no, timezone.localdate(shift.starts_at)].append(shift)
    return found


def _span(starts_at: datetime, ends_at: datetime) -> str:
    return f"{timezone.localtime(starts_at):%Y-%m-%d %H:%M}–{timezone.localtime(ends_at):%H:%M}"


@transaction.atomic
def record_shifts(rows: Sequence[ShiftRow], *, by: User | None, at: datetime) -> Outcome:
    """Publish the shifts of a sheet, all of them or none; the same sheet again changes nothing.

    Raises SheetRefused with every fault.
    """
    plan = plan_shifts(rows)
    if plan.problems:
        raise SheetRefused(plan.problems)
    for start in range(0, len(plan.remove), CHUNK):
        Shift.objects.filter(pk__in=plan.remove[start : start + CHUNK]).delete()
    for shift in plan.create:
        shift.published_at, shift.published_by = at, by
    Shift.objects.bulk_create(plan.create, batch_size=CHUNK)
    return plan.outcome
