"""HR's pages of spot checks, events, work summaries and waivers. What moves a score goes through the services."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from reviews import records
from reviews.models import PlanLine, RubricVersion, ServiceEvent, SpotCheck, Waiver, WorkSummary
from staff.admin.base import ReadOnlyAdmin, RoleAdmin
from staff.calendar import add_months
from staff.models import User

MONTHS_OFFERED = 4
LEADERS = frozenset({"manager", "director"})
HR = frozenset({"hr"})
OF_PERSON = ("person__name", "person__pinyin", "person__staff_no")


def actor(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@admin.register(SpotCheck)
class SpotCheckAdmin(ReadOnlyAdmin):
    """Checks as they were made; marks are read in the portal's page of the check."""

    readers = HR | LEADERS
    of_person = "person"
    list_display = ("person", "chat_on", "buyer", "sold", "checker", "mark", "page")
    list_select_related = ("person", "checker")
    list_filter = (("chat_on", RangeDateFilter), "sold")
    list_filter_submit = True
    search_fields = (*OF_PERSON, "checker__name")
    ordering = ("-chat_on", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpotCheck]:
        """Return the checks with their marks in two queries."""
        return super().get_queryset(request).prefetch_related("marks")

    @display(description=gettext_lazy("Mark"))
    def mark(self, check: SpotCheck) -> str:
        """Say the sum of the marks."""
        marks = [row.mark for row in check.marks.all() if not row.superseded and row.mark is not None]
        return f"{sum(marks, 0):g} / {5 * len(marks)}"

    @display(description=gettext_lazy("Chat"))
    def page(self, check: SpotCheck) -> str:
        """Link to the chat and its marks."""
        return format_html('<a href="{}">{}</a>', reverse("check", args=[check.public_id]), _("open"))


@admin.register(RubricVersion)
class RubricVersionAdmin(ReadOnlyAdmin):
    """The wordings of the rubric, to read."""

    readers = HR | LEADERS
    list_display = ("rubric", "number", "starts_on", "quota", "source")
    list_select_related = ("rubric",)


@admin.register(ServiceEvent)
class ServiceEventAdmin(ReadOnlyAdmin):
    """Disputes, complaints and reviews; they are recorded and decided on the portal's page, by those who may."""

    readers = HR | LEADERS
    of_person = "person"
    list_display = (
        "person",
        "kind",
        "day",
        "order_tail",
        "cause",
        "state",
        "by_service",
        "decided_by",
        "page",
    )
    list_select_related = ("person", "decided_by")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("day", RangeDateFilter),
    )
    list_filter_submit = True
    search_fields = OF_PERSON

    @display(description=gettext_lazy("Decision"))
    def page(self, event: ServiceEvent) -> str:
        """Link to the event's page."""
        return format_html('<a href="{}">{}</a>', reverse("event", args=[event.public_id]), _("open"))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """HR records as supervisors do."""
        return self.may(request, HR)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the page on which events are recorded."""
        return redirect("events")


@admin.register(WorkSummary)
class WorkSummaryAdmin(RoleAdmin):
    """Summaries and their marks to read; HR gives somebody more time."""

    readers = LEADERS
    of_person = "person"
    list_display = ("person", "month", "due_at", "handed_in_at", "given_mark", "marked_by")
    list_select_related = ("person", "marked_by")
    list_filter = (("month", RangeDateFilter),)
    list_filter_submit = True
    search_fields = OF_PERSON
    autocomplete_fields = ("person",)
    fields = ("person", "month", "due_at", "handed_in_at", "text", "given_mark", "comment", "marked_by")

    @display(description=gettext_lazy("Mark"))
    def given_mark(self, summary: WorkSummary) -> str:
        """Say the mark."""
        return "–" if summary.mark is None else f"{summary.mark:g} / 5"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Only the deadline of a summary that is not handed in can be moved."""
        fixed = ("handed_in_at", "text", "given_mark", "comment", "marked_by")
        if not isinstance(obj, WorkSummary):
            return fixed
        return ("person", "month", *fixed, *(["due_at"] if obj.handed_in_at else []))

    def save_model(
        self, request: HttpRequest, obj: WorkSummary, _form: forms.ModelForm[Any], _change: object
    ) -> None:
        """Give more time, by the service."""
        month = obj.month.replace(day=1)
        made = records.extend_summary(person=obj.person, month=month, due_at=obj.due_at, by=actor(request))
        obj.pk = made.pk


class WaiverForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A waiver as HR gives it: the month and the line are picked from what exists."""

    month = forms.ChoiceField(label=gettext_lazy("Month"), widget=UnfoldAdminSelectWidget)
    line = forms.ChoiceField(label=gettext_lazy("Line"), widget=UnfoldAdminSelectWidget)
    by: User

    class Meta:
        model = Waiver
        fields = ("month", "line", "person", "unit", "shop", "employment_kind", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the running month and the three before, and every plan's lines once."""
        super().__init__(*args, **kwargs)
        first = timezone.localdate().replace(day=1)
        months = [add_months(first, -count) for count in range(MONTHS_OFFERED)]
        english = (get_language() or "").startswith("en")
        names = {line.code: line.name_en if english else line.name_zh for line in PlanLine.objects.all()}
        self.fields["month"].choices = [(f"{day:%Y-%m-%d}", f"{day:%Y-%m}") for day in months]  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{months[1]:%Y-%m-%d}"
        self.fields["line"].choices = sorted(names.items(), key=lambda pair: pair[1])  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        """Return the month's first day."""
        return date.fromisoformat(self.cleaned_data["month"])

    def scope(self) -> records.Scope:
        """Return whom the waiver reaches."""
        clean = self.cleaned_data
        return records.Scope(
            clean.get("person"), clean.get("unit"), clean.get("shop"), clean.get("employment_kind") or ""
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what the service would refuse, beside the fields."""
        clean = self.cleaned_data
        found = records.waiver_problems(
            line=clean.get("line", ""), reason=clean.get("reason", ""), scope=self.scope(), by=self.by
        )
        for name, said in found.items():
            if name not in self.errors:
                self.add_error(name, said)
        return clean


@admin.register(Waiver)
class WaiverAdmin(RoleAdmin):
    """Lines that count in full for somebody or for many, each with its reason."""

    readers = LEADERS
    form = WaiverForm
    list_display = ("month", "line", "whom", "reason", "by", "given_at", "withdrawn_at")
    list_select_related = ("person", "unit", "shop", "by__person")
    list_filter = (("month", RangeDateFilter),)
    list_filter_submit = True
    search_fields = ("line", "reason", "person__name", "person__pinyin", "unit__name")
    autocomplete_fields = ("person", "unit", "shop")
    actions: ClassVar = ["withdraw"]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm[Any]]:
        """Tell the form who gives the waiver."""
        form = super().get_form(request, *args, **kwargs)
        return type("WaiverForm", (form,), {"by": actor(request)})

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A waiver does not change: it is taken back and given again."""
        return obj is None and self.may(request, HR)

    @display(description=gettext_lazy("Whom"))
    def whom(self, waiver: Waiver) -> str:
        """Name whom it reaches."""
        return str(waiver.person or waiver.unit or waiver.shop or waiver.get_employment_kind_display())

    def save_model(self, request: HttpRequest, obj: Waiver, form: WaiverForm, _change: object) -> None:
        """Give the waiver, by the service."""
        clean = form.cleaned_data
        made = records.waive(
            month=clean["month"],
            line=clean["line"],
            reason=clean["reason"],
            scope=form.scope(),
            by=actor(request),
            at=timezone.now(),
        )
        obj.pk = made.pk

    @admin.action(description=gettext_lazy("Take back the chosen waivers"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Waiver]) -> None:
        """Take waivers back; cards that are submitted keep them."""
        at, by = timezone.now(), actor(request)
        count = sum(records.withdraw_waiver(waiver, by=by, at=at) for waiver in chosen)
        messages.success(request, _("Waivers taken back: %(count)s.") % {"count": count})
