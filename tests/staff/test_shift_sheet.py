"""Shifts by sheet: a person's day in the sheet takes the place of what stood on it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from staff.models import Shift, ShiftType
from staff.services import SheetRefused, ShiftRow, plan_shifts, record_shifts

AT = datetime(2026, 10, 1, 12, tzinfo=timezone.get_default_timezone())


def shift(where: str, day: int, start: int, hours: int, *, who: str = "agent", kind: str = "") -> ShiftRow:
    begins = datetime(2026, 10, day, start, tzinfo=timezone.get_default_timezone())
    return ShiftRow(where, who, begins, begins + timedelta(hours=hours), kind)


def starts() -> list[str]:
    return [f"{timezone.localtime(s.starts_at):%d %H}" for s in Shift.objects.order_by("starts_at")]


def test_a_sheet_is_published_and_again_changes_nothing(company):
    rows = [shift("2", 5, 9, 8), shift("3", 6, 22, 8)]
    by = company.hr.users.get()
    assert record_shifts(rows, by=by, at=AT).new == 2
    again = record_shifts(rows, by=None, at=AT + timedelta(days=1))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert set(Shift.objects.values_list("published_at", "published_by")) == {(AT, by.pk)}


def test_a_day_in_the_sheet_replaces_that_day_only(company):
    record_shifts([shift("2", 5, 9, 8), shift("3", 6, 9, 8)], by=None, at=AT)
    outcome = record_shifts([shift("2", 5, 13, 8)], by=None, at=AT)
    assert (outcome.changed, starts()) == (1, ["05 13", "06 09"])
    (change,) = outcome.changes
    assert (change.old, change.new) == ("2026-10-05 09:00–17:00", "2026-10-05 13:00–21:00")


def test_a_shift_type_is_found_by_code_or_name(company):
    late = ShiftType.objects.create(code="late", name="晚班", starts="14:00", ends="22:00")
    record_shifts([shift("2", 5, 14, 8, kind="晚班"), shift("3", 6, 14, 8, kind="late")], by=None, at=AT)
    assert set(Shift.objects.values_list("shift_type", flat=True)) == {late.pk}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (shift("2", 5, 9, 8, who="nobody"), "工号"),
        (shift("2", 5, 9, 0), "24 小时"),
        (shift("2", 5, 9, 25), "24 小时"),
        (shift("2", 5, 9, 8, kind="bat"), "班次类型"),
        (shift("2", 4, 20, 14), "重叠"),
    ],
    ids=["unknown person", "no length", "longer than a day", "unknown type", "overlap over midnight"],
)
def test_a_faulty_row_stops_the_whole_sheet(row, word, company):
    with pytest.raises(SheetRefused) as refused:
        record_shifts([row, shift("3", 5, 8, 9)], by=None, at=AT)
    assert any(word in str(problem.text) for problem in refused.value.problems)
    assert not Shift.objects.exists()


def test_two_faults_are_two_messages(company):
    plan = plan_shifts([shift("2", 5, 9, 8, who="nobody"), shift("3", 5, 9, 25)])
    assert [problem.where for problem in plan.problems] == ["2", "3"]
