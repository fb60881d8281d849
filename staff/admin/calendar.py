"""The working calendar, shifts, leave and attendance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeDateTimeFilter

from staff.admin.base import RoleAdmin, user_of
from staff.admin.reference_sheets import ReferenceSheets
from staff.models import Attendance, CalendarYear, Holiday, Leave, Shift, ShiftType
from staff.resources import HolidayResource, LeaveResource
from staff.services import publish_year, seed_calendar
from staff.year_calendar import FIRST_YEAR, LAST_YEAR, year_page

LEADERS = frozenset({"manager", "director"})
OF_PERSON = ("person__name", "person__pinyin", "person__staff_no")
YEAR_DIGITS = 4

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
    # What other apps have to say on the calendar's page: pairs of a title and a sentence.
    notes: ClassVar[list[Callable[[HttpRequest], list[tuple[str, str]]]]] = []

    @admin.display(description=_("weekday"))
    def weekday(self, holiday: Holiday) -> str:
        """Return the weekday's name."""
        return date_format(holiday.date, "l")

    @admin.display(description=_("name"), ordering="name_zh")
    def name(self, holiday: Holiday) -> str:
        """Return the name in the reader's language."""
        return holiday.name

    def get_urls(self) -> list[URLPattern]:
        """Put the buttons' addresses beside the list."""
        wrap = self.admin_site.admin_view
        own = [
            path("seed/", wrap(require_POST(self.seed)), name="staff_holiday_seed"),
            path("year/<int:year>/publish/", wrap(require_POST(self.publish)), name="staff_holiday_publish"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a year with its days off and make-up days, and whether its dates are estimates."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == YEAR_DIGITS else 0
        page = year_page(year if FIRST_YEAR <= year <= LAST_YEAR else today.year, today=today)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Working calendar"),
            "page": page,
            "before": page.year - 1 if page.year > FIRST_YEAR else None,
            "after": page.year + 1 if page.year < LAST_YEAR else None,
            "may_edit": self.has_add_permission(request),
            "may_import": self.has_import_permission(request),
            "notes": [note for notes in self.notes for note in notes(request)],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "staff/admin/year_calendar.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str]:
        """Begin with the day that was pressed."""
        return {name: str(value) for name, value in request.GET.items() if name in ("date", "works")}

    def response_add(self, request: HttpRequest, obj: Holiday, post_url_continue: Any = None) -> HttpResponse:
        """Go back to the year of the day."""
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return self._to_year(answer, obj.date.year)

    def response_change(self, request: HttpRequest, obj: Holiday) -> HttpResponse:
        """Go back to the year of the day."""
        answer: HttpResponse = super().response_change(request, obj)
        return self._to_year(answer, obj.date.year)

    def _to_year(self, answer: HttpResponse, year: int) -> HttpResponse:
        here = reverse("admin:staff_holiday_changelist")
        if isinstance(answer, HttpResponseRedirect) and answer.url.partition("?")[0] == here:
            return HttpResponseRedirect(f"{here}?year={year}")
        return answer

    def publish(self, request: HttpRequest, year: int) -> HttpResponse:
        """Let a year count as published, or as an estimate again."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        here = f"{reverse('admin:staff_holiday_changelist')}?year={year}"
        try:
            publish_year(year, published=request.POST.get("published") == "1")
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, gettext("Kept: deadlines follow at once."))
        return HttpResponseRedirect(here)

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
