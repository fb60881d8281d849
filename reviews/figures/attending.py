"""Attendance from a platform's sheet or our own: what each row says of a person's day.

Source: data.md, "Formats that work out of the box" (钉钉 每日统计).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from reviews.figures.adapting import people_by_number, take_over
from reviews.figures.planned import PlannedFile
from reviews.figures.rows import ERROR, NOTE, Row
from reviews.models import Card, CardState, ImportBatch, ImportFile
from staff.models import Attendance, Shop, User
from staff.services import AttendanceRow, plan_attendance, record_attendance, take_back_attendance

LATE, ABSENT, REST = "迟到", "旷工", "休息"
ONE_DAY = Decimal(1)


def compare(file: PlannedFile, _shop: Shop) -> None:
    """Fill in what a sheet of attendance would change."""
    people = people_by_number(file)
    rows = _rows(file)
    if file.errors:
        return
    plan = plan_attendance(rows, source=_source(file), among=people.keys())
    take_over(file, plan.outcome, plan.problems)
    if plan.create and (late := _late(plan.create)):
        file.late = late
        file.note(NOTE, "frozen", count=late)


def _late(rows: Sequence[Attendance]) -> int:
    """Return how many rows are of months whose cards are submitted."""
    people, days = {row.person_id for row in rows}, [row.day for row in rows]
    cards = Card.objects.filter(
        person__in=people, month__gte=min(days).replace(day=1), month__lte=max(days)
    ).exclude(state=CardState.DRAFT)
    frozen = set(cards.values_list("person_id", "month"))
    return sum((row.person_id, row.day.replace(day=1)) in frozen for row in rows)


def apply(file: PlannedFile, stored: ImportFile, _shop: Shop, _by: User | None, _at: datetime) -> None:
    """Keep a sheet's attendance."""
    record_attendance(_rows(file), source=_source(file), file_id=stored.pk)


def undo(batch: ImportBatch) -> None:
    """Let the attendance from before a batch hold again."""
    undone = ImportFile.objects.filter(batch__state=ImportBatch.State.UNDONE).exclude(batch=batch)
    take_back_attendance(
        list(batch.files.values_list("pk", flat=True)), taken_back=set(undone.values_list("pk", flat=True))
    )


def _source(file: PlannedFile) -> str:
    return file.read.form.source if file.read.form else ""


def _rows(file: PlannedFile) -> list[AttendanceRow]:
    """Return what each row says; rows of which nothing is known are left out and counted."""
    rows, silent = [], 0
    for row in file.read.rows:
        if "present" in row.values:
            one = _own(file, row)
        elif row.values.keys() & {"present_days", "late", "absent_days"}:
            one = _dingtalk(file, row)
        else:
            one, silent = None, silent + 1
        if one is not None:
            rows.append(one)
    if silent:
        file.note(NOTE, "no_attendance", count=silent)
    return rows


def _own(file: PlannedFile, row: Row) -> AttendanceRow | None:
    missing = [name for name in ("late", "absent") if name not in row.values]
    for name in missing:
        file.note(ERROR, "empty_cell", row.number, file.header_of(name))
    if missing or row.span is None:
        return None
    values = row.values
    present = values["present"] == "yes"
    return AttendanceRow(
        str(row.number), row.staff_no, row.span.first, present, values["late"], values["absent"]
    )


def _dingtalk(file: PlannedFile, row: Row) -> AttendanceRow | None:
    """Return a day of 钉钉; a blank count is read from the results of clocking in and out, never taken for 0."""
    values = row.values
    for name in ("present_days", "absent_days"):
        if values.get(name, 0) > ONE_DAY:
            file.note(ERROR, "more_than_a_day", row.number, file.header_of(name), text=str(values[name]))
            return None
    results = [values[name] for name in ("came", "went") if name in values]
    rests = REST in values.get("shift", "")
    late, absent = values.get("late"), values.get("absent_days")
    if late is None and (results or rests):
        late = int(any(LATE in text for text in results))
    if absent is None and (results or rests):
        absent = Decimal(any(ABSENT in text for text in results))
    days = values.get("present_days")
    if days is None and absent is not None:
        days = ONE_DAY - absent if absent or late else None
    for name, value in (("present_days", days), ("late", late), ("absent_days", absent)):
        if value is None:
            file.note(ERROR, "empty_cell", row.number, file.header_of(name))
            return None
    if days is None or late is None or absent is None or row.span is None:
        return None
    return AttendanceRow(str(row.number), row.staff_no, row.span.first, days > 0, late, int(absent > 0))
