"""Which shop a unit belongs to, and which units belong to a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from staff.models import Unit


def shops_by_unit() -> dict[int, int]:
    """Return each unit's shop: its own, else that of the nearest unit above; one query."""
    return nearest(list(Unit.objects.values_list("pk", "path", "shop_id")))


def nearest(rows: Sequence[tuple[int, str, int | None]]) -> dict[int, int]:
    """Return each unit's shop from rows of unit, path and own shop."""
    own: Mapping[int, int] = {pk: shop for pk, _path, shop in rows if shop}
    found = {}
    for pk, path, _shop in rows:
        for part in reversed(path.strip("/").split("/")):
            if int(part) in own:
                found[pk] = own[int(part)]
                break
    return found
