"""The working calendar, shifts, leave and attendance."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeDateTimeFilter

from staff.admin.base import RoleAdmin
from staff.models import Attendance, CalendarYear, Holiday, Leave, Shift, ShiftType

LEADERS = frozenset({"manager", "director"})
OF_PERSON = ("person__name", "person__pinyin", "person__staff_no")


@admin.register(Holiday)
class HolidayAdmin(RoleAdmin):
    """Days off and make-up working days."""

    readers = frozenset({"manager", "director", "general_office", "finance"})
    deletes = True
    list_display = ("date", "name", "works")
    list_filter = (("date", RangeDateFilter), "works")
    list_filter_submit = True
    search_fields = ("name",)
    ordering = ("-date",)


@admin.register(CalendarYear)
class CalendarYearAdmin(RoleAdmin):
    """Years whose holidays the state has published."""

    readers = frozenset({"manager", "director", "general_office", "finance"})
    list_display = ("year", "published")


@admin.register(Leave)
class LeaveAdmin(RoleAdmin):
    """Approved leave."""

    readers = LEADERS
    of_person = "person"
    deletes = True
    list_display = ("person", "kind", "starts_at", "ends_at", "hours", "approved_by")
    list_select_related = ("person", "approved_by")
    list_filter = (("kind", ChoicesDropdownFilter), ("starts_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = OF_PERSON
    autocomplete_fields = ("person", "approved_by")


@admin.register(ShiftType)
class ShiftTypeAdmin(RoleAdmin):
    """Named shifts with their usual hours."""

    readers = LEADERS
    list_display = ("name", "code", "starts", "ends")
    search_fields = ("name", "code")


@admin.register(Shift)
class ShiftAdmin(RoleAdmin):
    """Shifts, as published from a sheet or entered one by one."""

    readers = LEADERS
    of_person = "person"
    deletes = True
    list_display = ("person", "shift_type", "starts_at", "ends_at", "published_at")
    list_select_related = ("person", "shift_type")
    list_filter = (("starts_at", RangeDateTimeFilter),)
    list_filter_submit = True
    search_fields = OF_PERSON
    autocomplete_fields = ("person", "shift_type")
    fields: ClassVar = ["person", "shift_type", "starts_at", "ends_at"]


@admin.register(Attendance)
class AttendanceAdmin(RoleAdmin):
    """Attendance by day and source."""

    readers = LEADERS
    of_person = "person"
    deletes = True
    list_display = ("person", "day", "source", "present", "late", "absent")
    list_select_related = ("person",)
    list_filter = (("day", RangeDateFilter), "present")
    list_filter_submit = True
    search_fields = OF_PERSON
    autocomplete_fields = ("person",)
