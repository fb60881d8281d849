"""The filter by shop, with the shops that exist for the reader only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from reviews.admin.figures import shops_of


class OwnShops(RelatedDropdownFilter):
    """Shops the reader looks after."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Return their keys and names."""
        return [(shop.pk, str(shop)) for shop in shops_of(request)]
