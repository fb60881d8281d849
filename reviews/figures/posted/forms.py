"""What a posted row may hold: the same columns and checks as a file's, named by the field's own name."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.figures.fields import AGENT_FIELDS, LABELS, SHOP_FIELDS
from reviews.figures.formats import (
    ACCOUNT,
    AGENT_SOURCES,
    COMPUTED,
    DAY,
    LAST_DAY,
    OWN,
    REFUND_SHEET,
    SHOP_SOURCES,
    SOURCE_NAMES,
    STAFF_NO,
    Column,
    Format,
    Kind,
    Unit,
)
from reviews.figures.own import DAILY_FORMAT
from reviews.models import AgentFigures, ShopFigures
from staff.money import MoneyField

DATE, LAST_DATE, SOURCE = "date", "last_date", "source"
HEAD = (DATE, LAST_DATE, ACCOUNT, STAFF_NO, SOURCE)
# What we compute ourselves nobody sends.
OURS = frozenset({COMPUTED, REFUND_SHEET})
SOURCES: dict[Kind, tuple[str, ...]] = {
    Kind.AGENT: tuple(source for source in AGENT_SOURCES if source not in OURS),
    Kind.SHOP: tuple(source for source in SHOP_SOURCES if source not in OURS),
}
CODES = {name: code for code, name in SOURCE_NAMES.items()} | {code: code for code in SOURCE_NAMES}


def unit_of(model: type[models.Model], name: str) -> Unit:
    """Return how a field's values are written, by the column that stores them."""
    field = model._meta.get_field(name)  # noqa: SLF001  Django's documented API
    if isinstance(field, MoneyField):
        return Unit.MONEY
    if not isinstance(field, models.DecimalField):
        return Unit.COUNT
    if name.endswith("_seconds"):
        return Unit.SECONDS
    return Unit.RATIO if name.endswith("_ratio") else Unit.RATE


def _columns(model: type[models.Model], names: dict[str, str | Promise]) -> tuple[Column, ...]:
    days = (Column(DATE, DAY, Unit.DAY, required=True), Column(LAST_DATE, LAST_DAY, Unit.DAY))
    owner = (Column(ACCOUNT, ACCOUNT, Unit.TEXT), Column(STAFF_NO, STAFF_NO, Unit.TEXT))
    figures = tuple(Column(name, name, unit_of(model, name), note=LABELS[name]) for name in names)
    return (*days, *(owner if model is AgentFigures else ()), *figures)


AGENT_ROWS = Format(
    "api_daily",
    "API: agents' figures",
    Kind.AGENT,
    _columns(AgentFigures, AGENT_FIELDS),
    title=_("API: agents' figures"),
    any_of=(STAFF_NO, ACCOUNT),
    checks=DAILY_FORMAT.checks,
    source=OWN,
)
SHOP_ROWS = Format(
    "api_shop",
    "API: shop figures",
    Kind.SHOP,
    _columns(ShopFigures, SHOP_FIELDS),
    title=_("API: shop figures"),
    source=OWN,
)
API_FORMATS = (AGENT_ROWS, SHOP_ROWS)
FORM_OF = {Kind.AGENT: AGENT_ROWS, Kind.SHOP: SHOP_ROWS}
