"""Long work: who started what, how far it is, and how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from staff.admin.base import ReadOnlyAdmin
from staff.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work."""

    list_display = ("kind", "state", "done", "total", "started_by", "created_at", "finished_at")
    list_select_related = ("started_by__person",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    fields: ClassVar = ["kind", "state", "done", "total", "error", "started_by", "created_at", "finished_at"]
