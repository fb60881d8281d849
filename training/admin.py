"""Exam marks: entered by hand here, by sheet on the import page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from staff.admin.base import RoleAdmin
from staff.models import User
from training.models import ExamMark
from training.services import MarkGiven, mark_problems, record_marks


class ExamMarkForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's is not generic at run time
    """A mark entered by hand; one for the same person, exam and day supersedes the earlier."""

    class Meta:
        model = ExamMark
        fields = ("person", "kind", "sat_on", "mark", "full_mark")

    def given(self) -> MarkGiven:
        """Return the mark as the service takes it."""
        clean = self.cleaned_data
        return MarkGiven(
            clean["person"].pk, clean["kind"], clean["sat_on"], clean["mark"], clean["full_mark"]
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what the service would refuse."""
        if not self.errors:
            for problem in mark_problems([self.given()]):
                self.add_error("mark", problem)
        return self.cleaned_data

    def validate_constraints(self) -> None:
        """Leave the constraints to the service, which supersedes before it adds."""


@admin.register(ExamMark)
class ExamMarkAdmin(RoleAdmin):
    """Marks of exams. A corrected mark is entered again for the same day: it supersedes the earlier one."""

    writers = frozenset({"hr", "trainer"})
    readers = frozenset({"manager", "director"})
    of_person = "person"
    list_display = ("person", "kind", "sat_on", "mark", "full_mark", "source", "superseded", "recorded_by")
    list_select_related = ("person", "recorded_by__person")
    list_filter = (("kind", ChoicesDropdownFilter), ("sat_on", RangeDateFilter), "superseded")
    list_filter_submit = True
    search_fields = ("person__name", "person__pinyin", "person__staff_no")
    form = ExamMarkForm
    autocomplete_fields = ("person",)
    fields = ("person", "kind", "sat_on", "mark", "full_mark")
    ordering = ("-sat_on", "person__staff_no")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A mark is corrected by a new one."""
        return False

    def save_model(self, request: HttpRequest, obj: ExamMark, form: ExamMarkForm, _change: object) -> None:
        """Record the mark, by the service."""
        by = request.user if isinstance(request.user, User) else None
        record_marks([form.given()], by=by, source=_("entered by hand"))
        obj.pk = ExamMark.objects.get(
            person=obj.person_id, kind=obj.kind, sat_on=obj.sat_on, superseded=False
        ).pk
