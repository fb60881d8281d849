"""Sheets that are no figures (targets, marks, shifts, people, attendance, events), each by its own service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reviews.figures import attending, happenings, snapshots
from reviews.figures.adapting import count_row, people_by_number, take_over
from reviews.figures.columns import Kind
from reviews.figures.planned import CHANGED, NEW, UNCHANGED, PlannedFile
from reviews.figures.rows import ERROR, Row
from reviews.models import ImportBatch, ImportFile, Target
from reviews.targets import TargetGiven, current_targets, set_targets, take_back
from staff.models import Shop, User
from staff.services import PersonRow, ShiftRow, plan_people, plan_shifts, record_shifts, upsert_people
from training.models import ExamMark
from training.services import MarkGiven, record_marks

FULL_MARK = Decimal(100)
REVERSIBLE = frozenset({Kind.AGENT, Kind.SHOP, Kind.TARGETS, Kind.EXAMS, Kind.ATTENDANCE, Kind.SNAPSHOTS})


def compare(file: PlannedFile, *, shop: Shop) -> None:
    """Fill in what a sheet that is no figures would change."""
    kind = file.read.kind
    if kind is not None and (not file.errors or kind in (Kind.ATTENDANCE, Kind.EVENTS)):
        COMPARERS[kind](file, shop)


def apply(file: PlannedFile, stored: ImportFile, *, shop: Shop, by: User | None, at: datetime) -> None:
    """Write a sheet that is no figures; called inside the batch's transaction."""
    kind = file.read.kind
    if kind is not None and kind in APPLIERS:
        APPLIERS[kind](file, stored, shop, by, at)


def undo(batch: ImportBatch) -> None:
    """Let what stood before a batch's targets, attendance, exam marks and snapshots hold again."""
    take_back(batch)
    attending.undo(batch)
    snapshots.take_back(batch)
    files = list(batch.files.values_list("pk", flat=True))
    for mark in ExamMark.objects.filter(file_id__in=files, superseded=False):
        ExamMark.objects.filter(pk=mark.pk).update(superseded=True)
        same = ExamMark.objects.filter(person=mark.person_id, kind=mark.kind, sat_on=mark.sat_on)
        undone = ImportFile.objects.filter(batch__state=ImportBatch.State.UNDONE).values("pk")
        before = same.filter(pk__lt=mark.pk).exclude(file_id__in=undone).exclude(file_id__in=files)
        if (earlier := before.order_by("-pk").first()) is not None:
            ExamMark.objects.filter(pk=earlier.pk).update(superseded=False)


def fingerprint(files: Iterable[PlannedFile]) -> str:
    """Return a digest of what sheets that are no figures would change."""
    digest = hashlib.sha256()
    for file in files:
        if file.model is None and file.read.form is not None:
            cells = [(change.row, change.field, change.old, change.new) for change in file.changes]
            digest.update(repr((file.read.sha256, file.counts, cells)).encode())
    return digest.hexdigest()


def _targets_of(file: PlannedFile, people: dict[str, int]) -> list[tuple[Row, TargetGiven]]:
    return [
        (row, TargetGiven(people[row.staff_no], row.values["month"], kind, row.values[kind]))
        for row in file.read.rows
        for kind in Target.Kind.values
        if kind in row.values and row.staff_no in people
    ]


def _compare_targets(file: PlannedFile, _shop: Shop) -> None:
    given = _targets_of(file, people_by_number(file))
    if not given:
        return
    months = [one.month for _row, one in given]
    people = {one.person_id for _row, one in given}
    held = current_targets(people, first_month=min(months), last_month=max(months))
    by_row: dict[int, list[tuple[str, Any, Any]]] = {}
    rows = {row.number: row for row, _one in given}
    for row, one in given:
        before = held.get((one.person_id, one.month, one.kind))
        by_row.setdefault(row.number, []).append((one.kind, before.amount if before else None, one.amount))
    for number, cells in by_row.items():
        changed = any(old != new for _name, old, new in cells)
        status = NEW if all(old is None for _n, old, _v in cells) else CHANGED if changed else UNCHANGED
        count_row(file, rows[number], status, *cells, day=rows[number].values["month"])


def _apply_targets(
    file: PlannedFile, stored: ImportFile, _shop: Shop, by: User | None, _at: datetime
) -> None:
    given = [one for _row, one in _targets_of(file, people_by_number(file))]
    set_targets(given, by=by, source=stored.name[:200], batch=stored.batch)


def _marks_of(file: PlannedFile, people: dict[str, int]) -> list[tuple[Row, MarkGiven]]:
    found = []
    for row in file.read.rows:
        full = row.values.get("full_mark", FULL_MARK)
        if row.values["mark"] > full:
            file.note(ERROR, "mark_above_full", row.number, mark=str(row.values["mark"]), full=str(full))
        elif row.staff_no in people:
            kind, day = row.values["exam"], row.values["day"]
            given = MarkGiven(people[row.staff_no], kind, day, row.values["mark"], full, str(row.number))
            found.append((row, given))
    return found


def _compare_marks(file: PlannedFile, _shop: Shop) -> None:
    given = _marks_of(file, people_by_number(file))
    held = {
        (mark.person_id, mark.kind, mark.sat_on): mark
        for mark in ExamMark.objects.filter(superseded=False, sat_on__in={one.sat_on for _r, one in given})
    }
    for row, one in given:
        before = held.get((one.person_id, one.kind, one.sat_on))
        if before is None:
            count_row(file, row, NEW, day=one.sat_on)
            continue
        cells = (("mark", before.mark, one.mark), ("full_mark", before.full_mark, one.full_mark))
        changed = any(old != new for _name, old, new in cells)
        count_row(file, row, CHANGED if changed else UNCHANGED, *cells, day=one.sat_on)


def _apply_marks(file: PlannedFile, stored: ImportFile, _shop: Shop, by: User | None, _at: datetime) -> None:
    given = [one for _row, one in _marks_of(file, people_by_number(file))]
    record_marks(given, by=by, source=stored.name[:200], file_id=stored.pk)


def _shifts_of(file: PlannedFile) -> list[ShiftRow]:
    zone = timezone.get_default_timezone()
    rows = []
    for row in file.read.rows:
        day, starts, ends = row.values["day"], row.values["starts"], row.values["ends"]
        start = datetime.combine(day, starts, tzinfo=zone)
        end = datetime.combine(day if ends > starts else day + timedelta(days=1), ends, tzinfo=zone)
        rows.append(ShiftRow(str(row.number), row.staff_no, start, end, row.values.get("shift", "")))
    return rows


def _compare_shifts(file: PlannedFile, _shop: Shop) -> None:
    plan = plan_shifts(_shifts_of(file))
    take_over(file, plan.outcome, plan.problems)


def _apply_shifts(file: PlannedFile, _stored: ImportFile, _shop: Shop, by: User | None, at: datetime) -> None:
    record_shifts(_shifts_of(file), by=by, at=at)


PERSON_COLUMNS = ("phone", "hired_on", "unit", "position", "level", "employment_kind", "starts_on")


def _people_of(file: PlannedFile) -> list[PersonRow]:
    return [
        PersonRow(
            where=str(row.number),
            staff_no=row.staff_no,
            name=row.values.get("name"),
            account=row.account or None,
            **{name: row.values.get(name) for name in PERSON_COLUMNS},
        )
        for row in file.read.rows
    ]


def _compare_people(file: PlannedFile, shop: Shop) -> None:
    plan = plan_people(_people_of(file), shop=shop)
    take_over(file, plan.outcome, plan.problems)


def _apply_people(file: PlannedFile, _stored: ImportFile, shop: Shop, by: User | None, _at: datetime) -> None:
    upsert_people(_people_of(file), by=by, shop=shop)


Comparer = Callable[[PlannedFile, Shop], None]
Applier = Callable[[PlannedFile, ImportFile, Shop, "User | None", datetime], None]
COMPARERS: dict[Kind, Comparer] = {
    Kind.TARGETS: _compare_targets,
    Kind.EXAMS: _compare_marks,
    Kind.SHIFTS: _compare_shifts,
    Kind.PEOPLE: _compare_people,
    Kind.ATTENDANCE: attending.compare,
    Kind.EVENTS: happenings.compare,
    Kind.SNAPSHOTS: snapshots.compare,
}
APPLIERS: dict[Kind, Applier] = {
    Kind.TARGETS: _apply_targets,
    Kind.EXAMS: _apply_marks,
    Kind.SHIFTS: _apply_shifts,
    Kind.PEOPLE: _apply_people,
    Kind.ATTENDANCE: attending.apply,
    Kind.EVENTS: happenings.apply,
    Kind.SNAPSHOTS: snapshots.apply,
}
