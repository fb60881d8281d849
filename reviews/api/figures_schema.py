"""How the figures are described for integrators: one field for each figure, with its unit and an example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS
from reviews.figures.formats import Unit
from reviews.figures.posted.forms import unit_of
from reviews.models import AgentFigures, ShopFigures

UNITS = {
    Unit.COUNT: "A count.",
    Unit.MONEY: "CNY, as text with at most two decimals.",
    Unit.SECONDS: "Seconds, as text.",
    Unit.RATE: "A share from 0 to 1, as text.",
    Unit.RATIO: "A ratio that may exceed 1, as text.",
}


def _figures(**more: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    units = {name: unit_of(ShopFigures, name) for name in SHOP_FIELDS}
    units |= {name: unit_of(AgentFigures, name) for name in AGENT_FIELDS}
    return more | {name: _field(unit) for name, unit in units.items()}


def _field(unit: Unit) -> serializers.Field[Any, Any, Any, Any]:
    if unit is Unit.COUNT:
        return serializers.IntegerField(required=False, min_value=0, help_text=UNITS[unit])
    return serializers.CharField(required=False, help_text=UNITS[unit])


_OWNER = {
    "account": serializers.CharField(
        required=False, allow_null=True, help_text="The platform account; null for a row of the shop."
    ),
    "staff_no": serializers.CharField(required=False, allow_null=True, help_text="The staff number."),
}
StoredRow = type(
    "StoredFigures",
    (serializers.Serializer,),
    {
        "__doc__": "One stored row with the figures that are known; a missing figure is not 0.",
        **_figures(
            date=serializers.DateField(help_text="The first day."),
            last_date=serializers.DateField(help_text="The last day."),
            **_OWNER,
            source=serializers.CharField(help_text="Where it comes from."),
        ),
    },
)
PostedRow = type(
    "PostedFigures",
    (serializers.Serializer,),
    {
        "__doc__": "One row: of an account, of a staff number, or, with neither, of the shop. Null is not known.",
        **_figures(
            date=serializers.DateField(help_text="The first day."),
            last_date=serializers.DateField(required=False, help_text="Where a row stands for several days."),
            **_OWNER,
            source=serializers.CharField(
                required=False, help_text="Where this row comes from, if not from the source of the request."
            ),
        ),
    },
)


class PostedBody(serializers.Serializer[Any]):
    """Up to 5,000 rows, 2 MB."""

    rows = PostedRow(many=True)
    source = serializers.CharField(  # type: ignore[assignment]  # the field's name is the request's
        required=False, help_text="A source's name or code, as GET prints it; `own` without it."
    )
    mode = serializers.ChoiceField(choices=["pay_first", "order_first"], required=False)
    overlap = serializers.ChoiceField(
        choices=["keep", "replace"],
        required=False,
        help_text="Where rows of other spans fill the same field: keep those, or replace them. Refused without it.",
    )


class SaidSerializer(serializers.Serializer[Any]):
    """One thing to know, with its place."""

    where = serializers.CharField(help_text="As in rows[17].sales.")
    code = serializers.CharField()
    message = serializers.CharField(help_text="A sentence in the language of Accept-Language.")


class ImportedSerializer(serializers.Serializer[Any]):
    """What a request changed."""

    batch = serializers.UUIDField(allow_null=True, help_text="Null where nothing was new.")
    rows = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    unknown_accounts = serializers.ListField(
        child=serializers.CharField(), help_text="Stored; they count as soon as somebody is matched."
    )
    late = serializers.IntegerField(help_text="Rows of months whose cards are submitted: kept, not counted.")
    notes = SaidSerializer(many=True)


class RefusedSerializer(serializers.Serializer[Any]):
    """Why nothing was done."""

    detail = serializers.CharField()
    errors = SaidSerializer(many=True, required=False)  # type: ignore[assignment]  # as above
    more = serializers.IntegerField(required=False, help_text="How many more there are than are named.")


ROW = {
    "date": "2026-10-01",
    "account": "云杉家居旗舰店:小满",
    "inquiries": 49,
    "paid_inquiries": 30,
    "sales": "2637.68",
    "average_response_seconds": "33.46",
}
REFUSED = {
    "detail": "Nothing was done. Correct what is named below and send it again.",
    "errors": [
        {
            "where": "rows[17].sales",
            "code": "inexact",
            "message": 'write amounts, rates and seconds as text, as in "12.50", counts as whole numbers.',
        }
    ],
}
IMPORTED = {
    "batch": "6f1d2c1e-9a4b-4c57-8a54-3f2f7a3d9d10",
    "rows": 1,
    "new": 1,
    "changed": 0,
    "unchanged": 0,
    "unknown_accounts": [],
    "late": 0,
    "notes": [],
}


def _refusal(text: str) -> OpenApiResponse:
    return OpenApiResponse(RefusedSerializer, description=text)


SHARED = {
    401: _refusal("No token, or one that is wrong, expired or revoked: all alike."),
    403: _refusal("The token's scope is the other one, or the reader is not HR."),
    404: _refusal("Another shop's, or no such shop: both alike."),
    429: _refusal("Too many requests; wait as Retry-After says."),
}
SHOP = OpenApiParameter("shop", OpenApiTypes.INT, description="Its number; a token has its own shop already.")

reads: Callable[..., Any] = extend_schema(
    operation_id="figures_list",
    summary="Read the stored figures of a shop",
    description="The objects of `manage.py export_figures`: agents' rows, then the shop's, in an order that stays.",
    parameters=[
        OpenApiParameter("month", OpenApiTypes.STR, description="As in 2026-10."),
        OpenApiParameter("date", OpenApiTypes.DATE),
        OpenApiParameter("from", OpenApiTypes.DATE, description="With `to`, in one month."),
        OpenApiParameter("to", OpenApiTypes.DATE),
        OpenApiParameter("account", OpenApiTypes.STR),
        OpenApiParameter("staff_no", OpenApiTypes.STR, description="Whose rows these are on their days."),
        OpenApiParameter("source", OpenApiTypes.STR),
        SHOP,
    ],
    responses={200: StoredRow(many=True), 400: _refusal("A filter is unknown, doubled or wrong."), **SHARED},
    examples=[
        OpenApiExample(
            "A row",
            value={**ROW, "last_date": "2026-10-01", "staff_no": "0017", "source": "own template"},
            response_only=True,
            status_codes=["200"],
        )
    ],
)
writes: Callable[..., Any] = extend_schema(
    operation_id="figures_create",
    summary="Send figures of a shop",
    description=(
        "All rows go in or none. The same key with the same body is answered as the first time and changes "
        "nothing; a refused request uses up no key."
    ),
    parameters=[
        OpenApiParameter(
            "Idempotency-Key",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            required=True,
            description="1 to 80 printable ASCII characters, a new one for each request.",
        ),
        SHOP,
    ],
    request={"application/json": PostedBody},
    responses={
        200: ImportedSerializer,
        400: _refusal("No key, or a body that is no request."),
        409: _refusal(
            "The key came with another body, or somebody else changed the same days at that moment."
        ),
        413: _refusal("More than 5,000 rows or 2 MB."),
        415: _refusal("Not application/json."),
        422: _refusal("Rows that are wrong, each named."),
        **SHARED,
    },
    examples=[
        OpenApiExample(
            "Two rows", value={"rows": [ROW, {"date": "2026-10-01", "visitors": 14632}]}, request_only=True
        ),
        OpenApiExample("Imported", value=IMPORTED, response_only=True, status_codes=["200"]),
        OpenApiExample("A wrong row", value=REFUSED, response_only=True, status_codes=["422"]),
    ],
)
