"""People, with everything dated about them on one page."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from staff.access import current_assignments
from staff.admin.base import RoleAdmin, RoleTabular, scope
from staff.admin.logins import first_password_page
from staff.admin.people_sheets import PeopleSheets
from staff.admin.related_history import related_history
from staff.admin.roles import ActingMixin, HoldingForm
from staff.admin.spans import EmploymentFormSet, SpanForm
from staff.models import AccountHolder, Assignment, Employment, Person, RoleHolding, Unit, User
from staff.services import make_login

LEADERS = frozenset({"manager", "director"})


class EmploymentInline(RoleTabular):
    """When the person worked here."""

    model = Employment
    form = SpanForm
    formset = EmploymentFormSet
    readers = LEADERS
    deletes = True
    fields: ClassVar = ["hired_on", "left_on"]


class AssignmentInline(RoleTabular):
    """Unit, position, level and kind, each until the next begins."""

    model = Assignment
    readers = LEADERS
    deletes = True
    fields: ClassVar = ["starts_on", "unit", "position", "level", "employment_kind"]
    autocomplete_fields = ("unit", "position", "level")
    ordering = ("-starts_on",)
    verbose_name_plural = _("assignments, each until the next begins")


class AccountInline(RoleTabular):
    """Platform accounts the person holds or held."""

    model = AccountHolder
    readers = LEADERS
    deletes = True
    fields: ClassVar = ["account", "starts_at", "ends_at"]
    autocomplete_fields = ("account",)


class RoleInline(ActingMixin, RoleTabular):
    """Roles the person holds or held."""

    model = RoleHolding
    form = HoldingForm
    readers = LEADERS
    fields: ClassVar = ["role", "unit", "starts_on", "ends_on"]
    autocomplete_fields = ("unit",)


class LoginInline(RoleTabular):
    """Log-ins of the person; made by the button above."""

    model = User
    fields: ClassVar = ["username", "language", "is_active", "last_login"]
    readonly_fields = ("username", "language", "is_active", "last_login")
    show_change_link = True
    hide_title = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Log-ins are made with a first password, by the button."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Log-ins are changed on their own page."""
        return False


class EmployedFilter(admin.SimpleListFilter):
    """Who works here today, who has left, who comes."""

    title = _("employment")
    parameter_name = "employed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("now", _("employed")), ("left", _("left")), ("coming", _("not begun"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        """Narrow the list."""
        today = timezone.localdate()
        now = Employment.objects.filter(hired_on__lte=today).exclude(left_on__lte=today).values("person")
        if self.value() == "now":
            return queryset.filter(pk__in=now)
        past = Employment.objects.filter(left_on__lte=today).values("person")
        if self.value() == "left":
            return queryset.filter(pk__in=past).exclude(pk__in=now)
        if self.value() == "coming":
            return queryset.exclude(pk__in=now).exclude(pk__in=past)
        return queryset


class UnitFilter(admin.SimpleListFilter):
    """People of a unit and all below it, as assigned today."""

    title = _("unit")
    parameter_name = "unit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the units that exist for the user."""
        return [
            (str(unit.pk), f"{'　' * max(unit.path.count('/') - 2, 0)}{unit.name}")
            for unit in Unit.objects.visible_to(request.user, on=timezone.localdate())
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        """Narrow the list."""
        value = self.value() or ""
        unit = Unit.objects.filter(pk=int(value)).first() if value.isascii() and value.isdigit() else None
        if unit is None:
            return queryset
        here = current_assignments(timezone.localdate()).filter(unit__path__startswith=unit.path)
        return queryset.filter(pk__in=here.values("person"))


class LoginForm(forms.Form):
    """The name of a new log-in."""

    username = forms.CharField(label=_("log-in name"), max_length=150, widget=UnfoldAdminTextInputWidget)


@admin.register(Person)
class PersonAdmin(RoleAdmin):
    """People who work or worked here."""

    readers = LEADERS
    pickers = frozenset({"trainer"})
    of_person = "self"
    list_display = ("name_and_number", "unit", "position", "level", "kind", "employed")
    list_filter = (EmployedFilter, UnitFilter)
    list_filter_submit = True
    search_fields = ("name", "pinyin", "staff_no", "phone")
    search_help_text = _("Name, pinyin or its initials, staff number, phone")
    fields: ClassVar = [("staff_no", "name", "phone")]
    inlines = (EmploymentInline, AssignmentInline, RoleInline, AccountInline, LoginInline)
    actions_detail = ("make_login",)
    list_before_template = "staff/admin/people_tools.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Bring along what the list shows."""
        held = Assignment.objects.select_related("unit", "position", "level").order_by("-starts_on")
        spans = Employment.objects.order_by("-hired_on")
        found: QuerySet[Person] = super().get_queryset(request)
        return found.prefetch_related(Prefetch("assignments", held), Prefetch("employments", spans))

    def get_urls(self) -> list[URLPattern]:
        """Put the pages about sheets beside the list."""
        urls: list[URLPattern] = super().get_urls()
        return PeopleSheets(self).urls() + urls

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Show what changed about the person, and about all that is dated beside it."""
        related = related_history(object_id, models=(Employment, Assignment, RoleHolding, AccountHolder))
        return super().history_view(request, object_id, {"related": related, **(extra_context or {})})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer import to whom it is for."""
        extra = {"may_import": scope(request).everything, **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, extra)
        return page

    def _current(self, person: Person) -> Assignment | None:
        today = timezone.localdate()
        return next((row for row in person.assignments.all() if row.starts_on <= today), None)

    @admin.display(description=_("person"), ordering="name")
    def name_and_number(self, person: Person) -> str:
        """Return name and number."""
        return format_html('<b>{}</b> <span class="keji-quiet">{}</span>', person.name, person.staff_no)

    @admin.display(description=_("unit"))
    def unit(self, person: Person) -> str:
        """Return today's unit."""
        row = self._current(person)
        return row.unit.name if row else "–"

    @admin.display(description=_("position"))
    def position(self, person: Person) -> str:
        """Return today's position."""
        row = self._current(person)
        return row.position.name if row else "–"

    @admin.display(description=_("pay level"))
    def level(self, person: Person) -> str:
        """Return today's level."""
        row = self._current(person)
        return row.level.name if row and row.level else "–"

    @admin.display(description=_("employment kind"))
    def kind(self, person: Person) -> str:
        """Return today's employment kind."""
        row = self._current(person)
        return row.get_employment_kind_display() if row else "–"

    @admin.display(description=_("employment"))
    def employed(self, person: Person) -> str:
        """Return since when, or until when, the person works here."""
        span = next(iter(person.employments.all()), None)
        if span is None:
            return "–"
        if span.left_on is None:
            return _("since %(day)s") % {"day": _day(span.hired_on)}
        return _("%(first)s to %(end)s") % {"first": _day(span.hired_on), "end": _day(span.left_on)}

    @action(description=_("Make a log-in"), url_path="make-login", permissions=["change"])
    def make_login(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a name, make the log-in, and show its first password once."""
        person = self.get_object(request, object_id)
        if person is None:
            raise Http404
        form = LoginForm(request.POST or None, initial={"username": person.staff_no})
        if request.method == "POST" and form.is_valid():
            try:
                user, password = make_login(person, username=form.cleaned_data["username"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return first_password_page(self, request, user=user, password=password)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make a log-in"),
            "person": person,
            "form": form,
        }
        return TemplateResponse(request, "staff/admin/make_login.html", context)


def _day(day: date) -> str:
    return day.isoformat()
