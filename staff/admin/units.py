"""Shops and the organisation tree."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from staff.admin.base import RoleAdmin
from staff.models import Shop, Unit
from staff.services import place_unit

READERS = frozenset({"manager", "director", "general_office", "finance"})


@admin.register(Shop)
class ShopAdmin(RoleAdmin):
    """Shops: where figures come from."""

    readers = READERS
    of_unit = "units"
    list_display = ("name", "platform", "city", "cost_centre", "attribution_mode")
    list_filter = ("platform",)
    search_fields = ("name", "city", "cost_centre")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shop]:
        """Return the shops of the units that exist for the user."""
        return super().get_queryset(request).distinct()


@admin.register(Unit)
class UnitAdmin(RoleAdmin):
    """The tree. A unit that moves takes everything below it along."""

    readers = READERS
    of_unit = "self"
    list_display = ("in_tree", "code", "kind", "shop", "reviewed")
    list_select_related = ("shop",)
    list_filter = ("kind", "reviewed")
    search_fields = ("name", "code")
    autocomplete_fields = ("parent", "shop")
    ordering = ("path",)
    fields: ClassVar = ["code", "name", "kind", "parent", "shop", "reviewed"]

    @admin.display(description=_("unit"), ordering="path")
    def in_tree(self, unit: Unit) -> str:
        """Return the name, set in by its depth."""
        depth = max(unit.path.count("/") - 2, 0)
        return format_html('<span class="keji-depth keji-depth-{}">{}</span>', min(depth, 6), unit.name)

    def save_model(self, request: HttpRequest, obj: Unit, form: forms.ModelForm[Unit], change: bool) -> None:  # noqa: FBT001
        """Save through the service, which keeps the paths."""
        place_unit(obj, parent=obj.parent)
