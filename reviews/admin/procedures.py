"""How months are run: the procedures as tables of act and kind of subject, and what each branch goes by."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from reviews import pay_warnings, procedure_table
from reviews.models import BranchSetting, Procedure, Review
from reviews.pay_dates import MONTHS
from reviews.procedure_table import Grid
from reviews.services.procedures import save_procedure
from staff import calendar
from staff.admin.base import RoleAdmin, user_of
from staff.admin.calendar import HolidayAdmin

READERS = frozenset({"manager", "director", "general_office"})


@admin.register(Procedure)
class ProcedureAdmin(RoleAdmin):
    """Procedures: read by who leads, changed by HR of the whole company."""

    readers = READERS
    search_fields = ("code",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The shipped profiles are changed, not added to: all use the same states and steps."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every procedure as a table, and how many open months go by it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        open_ones = Count("pk", filter=Q(closed_at__isnull=True))
        used = dict(Review.objects.order_by().values_list("procedure").annotate(count=open_ones))
        tables = [
            (one, procedure_table.grid_of(one), used.get(one.pk, 0))
            for one in Procedure.objects.prefetch_related("steps")
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Procedures"),
            "tables": tables,
            "may_edit": self.has_change_permission(request),
        }
        return TemplateResponse(request, "reviews/admin/procedures.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one procedure with its fields; HR of the whole company changes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        procedure = get_object_or_404(Procedure.objects.prefetch_related("steps"), pk=int(object_id))
        if not self.has_change_permission(request):
            if request.method == "POST":
                raise PermissionDenied
            return redirect("admin:reviews_procedure_changelist")
        grid, faults = procedure_table.grid_of(procedure), []
        if request.method == "POST":
            grid = procedure_table.grid_from(request.POST, procedure)
            try:
                save_procedure(procedure, grid, by=user_of(request))
            except ValidationError as refused:
                faults = refused.messages
            else:
                messages.success(request, _("“%(procedure)s” is kept.") % {"procedure": procedure})
                for warning in procedure_table.warnings(grid):
                    messages.warning(request, warning)
                return redirect("admin:reviews_procedure_changelist")
        return self._form(request, procedure, grid, faults)

    def _form(
        self, request: HttpRequest, procedure: Procedure, grid: Grid, faults: list[str]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(procedure),
            "procedure": procedure,
            "grid": grid,
            "faults": faults,
            "warnings": procedure_table.warnings(grid),
            "roles": procedure_table.roles(),
            "consenting": procedure_table.consenting(),
            "open_months": Review.objects.filter(procedure=procedure, closed_at__isnull=True).count(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return TemplateResponse(request, "reviews/admin/procedure.html", context, status=status)


@admin.register(BranchSetting)
class BranchSettingAdmin(RoleAdmin):
    """By which procedure a branch runs its months, and on which day pay is due: HR's to set."""

    of_unit = "unit"
    list_display = ("unit", "procedure", "pay_day", "clashes")
    list_select_related = ("unit", "procedure")
    fields = ("unit", "procedure", "pay_day")

    @display(description=gettext_lazy("pay before the hand-over, next 12 months"))
    def clashes(self, setting: BranchSetting) -> str:
        """Name the months whose pay would be due before the results are handed over."""
        first = calendar.add_months(timezone.localdate(), -1)
        found = pay_warnings.branch_warnings([setting], first=first, days=calendar.load())
        return "、".join(f"{one.date.month:%Y-%m}" for one in found) or "–"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the units that have reviews of their own."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "unit" and field is not None:
            field.queryset = field.queryset.filter(reviewed=True)
        return field

    def save_model(
        self, request: HttpRequest, obj: BranchSetting, form: forms.ModelForm[Any], change: Any
    ) -> None:
        """Keep the setting, and warn at once where pay would come too early."""
        super().save_model(request, obj, form, change)
        first = calendar.add_months(timezone.localdate(), -1)
        for one in pay_warnings.branch_warnings([obj], first=first, days=calendar.load()):
            messages.warning(request, one.words)


def pay_notes(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the warnings of the coming 12 months for the calendar's page, each with its branch."""
    on = timezone.localdate()
    found = pay_warnings.warnings(request.user, on=on, count=MONTHS)
    return [(one.unit.name, one.words) for one in found]


# The calendar belongs to the lower app and knows no pay: it is told.
HolidayAdmin.notes.append(pay_notes)
