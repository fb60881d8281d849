"""Stored rows as plain objects, for integrators and for comparing what went in with what is there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, SHOP_FIELDS
from reviews.figures.formats import SOURCE_NAMES
from reviews.figures.holders import Holders
from reviews.models import AgentFigures, ShopFigures
from staff.models import Person, Shop


def exported_rows(shop: Shop, *, first: date, last: date) -> list[dict[str, Any]]:
    """Return one object per row in force that begins between two days, shop rows with account null.

    Amounts, rates and seconds are text with their decimals, counts are integers. `staff_no` is
    whose the row is on its days, null where nobody is matched.
    """
    rows = AgentFigures.objects.filter(shop=shop, current=True, first_day__gte=first, first_day__lte=last)
    rows = rows.select_related("account", "person").order_by(
        "first_day", "last_day", "account__name", "source"
    )
    holders = Holders(first, last)
    numbers = dict(Person.objects.values_list("pk", "staff_no"))
    found = []
    for row in rows:
        person_id = row.person_id
        if row.account_id is not None:
            person_id = holders.person(row.account_id, (row.first_day, row.last_day))
        head = _head(row, row.account.name if row.account else None, numbers.get(person_id or 0))
        found.append(head | _fields(row, AGENT_FIELDS))
    own = ShopFigures.objects.filter(shop=shop, current=True, first_day__gte=first, first_day__lte=last)
    ordered = own.order_by("first_day", "last_day", "source")
    return found + [_head(row, None, None) | _fields(row, SHOP_FIELDS) for row in ordered]


def _head(row: AgentFigures | ShopFigures, account: str | None, staff_no: str | None) -> dict[str, Any]:
    return {
        "date": row.first_day.isoformat(),
        "last_date": row.last_day.isoformat(),
        "account": account,
        "staff_no": staff_no,
        "source": SOURCE_NAMES.get(row.source, row.source),
    }


def _fields(row: AgentFigures | ShopFigures, names: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _written(name, value) for name, value in values.items() if value is not None}


def _written(name: str, value: int | Decimal) -> int | str:
    if isinstance(value, int):
        return value
    return str(value) if name in AMOUNTS else f"{value.normalize():f}"
