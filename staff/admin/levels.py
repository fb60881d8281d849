"""Positions and pay levels. Amounts are for HR and finance alone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from staff.admin.base import RoleAdmin, RoleTabular
from staff.admin.reference_sheets import ReferenceSheets
from staff.models import Level, LevelAmount, Position
from staff.resources import LevelAmountResource, LevelResource

READERS = frozenset({"manager", "director", "general_office", "finance"})
MONEY_READERS = frozenset({"finance"})


@admin.register(Position)
class PositionAdmin(RoleAdmin):
    """Kinds of work."""

    readers = READERS
    list_display = ("name", "code", "subject_kind", "has_card")
    search_fields = ("code", "name_zh", "name_en")

    @admin.display(description=_("position"), ordering="code")
    def name(self, position: Position) -> str:
        """Return the name in the reader's language."""
        return position.name


class LevelAmountInline(RoleTabular):
    """What the level pays, by starting day."""

    model = LevelAmount
    readers = MONEY_READERS
    fields: ClassVar = [
        "starts_on",
        "base_salary",
        "performance_salary",
        "commission_rate",
        "authority_limit",
    ]
    verbose_name_plural = _("amounts in CNY a month, each until the next begins")


@admin.register(Level)
class LevelAdmin(ReferenceSheets):
    """The ladder of each position."""

    resource_classes: ClassVar = [LevelResource]

    readers = READERS
    list_display = ("name", "code", "position", "rank")
    list_select_related = ("position",)
    list_filter = ("position",)
    search_fields = ("name", "code", "position__name_zh", "position__name_en")
    autocomplete_fields = ("position",)
    inlines = (LevelAmountInline,)


@admin.register(LevelAmount)
class LevelAmountAdmin(ReferenceSheets):
    """Amounts of all levels in one list, with their history."""

    resource_classes: ClassVar = [LevelAmountResource]
    readers = MONEY_READERS
    list_display = (
        "level",
        "starts_on",
        "base_salary",
        "performance_salary",
        "commission_rate",
        "authority_limit",
    )
    list_select_related = ("level__position",)
    list_filter = ("level__position",)
    autocomplete_fields = ("level",)
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Order as the ladder goes."""
        return super().get_queryset(request).order_by("level__position", "level__rank", "-starts_on")
