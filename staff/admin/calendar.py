"""The working calendar, shifts, leave and attendance."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeDateTimeFilter

from staff.admin.base import RoleAdmin, user_of
from staff.admin.reference_sheets import ReferenceSheets
from staff.models import Attendance, CalendarYear, Holiday, Leave, Shift, ShiftType
from staff.resources import HolidayResource, LeaveResource
from staff.services import seed_calendar

LEADERS = frozenset({"manager", "director"})
OF_PERSON = ("person__name", "person__pinyin", "person__staff_no")


READERS = frozenset({"manager", "director", "general_office", "finance"})


@admin.register(Holiday)
class HolidayAdmin(ReferenceSheets):
    """Days off and make-up working days."""

    resource_classes: ClassVar = [HolidayResource]
    readers = READERS
    deletes = True
    list_display = ("date", "weekday", "name", "works")
    list_filter = (("date", RangeDateFilter), "works")
    list_filter_submit = True
    search_fields = ("name_zh", "name_en")
    ordering = ("-date",)
    list_before_template = "staff/admin/calendar_tools.html"

    @admin.display(description=_("weekday"))
    def weekday(self, holiday: Holiday) -> str:
        """Return the weekday's name."""
        return date_format(holiday.date, "l")

    @admin.display(description=_("name"), ordering="name_zh")
    def name(self, holiday: Holiday) -> str:
        """Return the name in the reader's language."""
        return holiday.name

    def get_urls(self) -> list[URLPattern]:
        """Put the button's address beside the list."""
        seed = self.admin_site.admin_view(require_POST(self.seed))
        urls: list[URLPattern] = super().get_urls()
        return [path("seed/", seed, name="staff_holiday_seed"), *urls]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say which years are not published, and offer to fill in the published ones to those who may."""
        extra = {
            "may_seed": self.has_add_permission(request),
            "unpublished": list(CalendarYear.objects.filter(published=False).values_list("year", flat=True)),
            **(extra_context or {}),
        }
        page: HttpResponse = super().changelist_view(request, extra)
        return page

    def seed(self, request: HttpRequest) -> HttpResponse:
        """Add the state's holidays that are not in the table yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        seeded = seed_calendar(by=user_of(request))
        if seeded.days:
            text = ngettext("%(count)s day was added.", "%(count)s days were added.", seeded.days)
            messages.success(request, text % {"count": seeded.days})
        else:
            messages.info(request, _("All published holidays stand in the table already."))
        return HttpResponseRedirect(reverse("admin:staff_holiday_changelist"))


@admin.register(CalendarYear)
class CalendarYearAdmin(RoleAdmin):
    """Years whose holidays the state has published."""

    readers = READERS
    list_display = ("year", "published")


@admin.register(Leave)
class LeaveAdmin(ReferenceSheets):
    """Approved leave."""

    resource_classes: ClassVar = [LeaveResource]
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in force: what a later sheet has superseded counts no more."""
        return super().get_queryset(request).filter(superseded=False)
