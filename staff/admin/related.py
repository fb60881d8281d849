"""Filters by a related object that offer only what exists for the reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter


class OwnRelated(RelatedDropdownFilter):
    """The related objects of the pages of their own model: nobody reads foreign names in a filter."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Return their keys and names."""
        owner = model_admin.admin_site._registry[field.related_model]  # noqa: SLF001  as Django's pickers ask it
        return [(one.pk, str(one)) for one in owner.get_queryset(request)]
