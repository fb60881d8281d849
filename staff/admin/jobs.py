"""Long work: who started what, how far it is, and how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from staff.admin.base import ReadOnlyAdmin, scope
from staff.models import Job
from staff.progress import title_of


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work."""

    list_display = ("title", "state", "steps", "started_by", "created_at", "finished_at")
    list_select_related = ("started_by__person",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    fields: ClassVar = ["title", "state", "steps", "started_by", "created_at", "finished_at"]
    readonly_fields = ("title", "steps")
    change_form_before_template = "staff/admin/job.html"

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Show the technical error to those who run the installation."""
        return [*self.fields, "error"] if scope(request).superuser else list(self.fields)

    @admin.display(description=_("work"), ordering="kind")
    def title(self, job: Job) -> str:
        """Return the words of its kind."""
        return title_of(job.kind)

    @admin.display(description=_("steps"))
    def steps(self, job: Job) -> str:
        """Return how many steps are done of how many."""
        return f"{job.done} / {job.total}"
