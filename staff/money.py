"""Money: Decimal outside, an integer of 0.01 CNY in the database.

SQLite keeps Decimal as a float: sums lose cents. Integers do not.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")
LARGEST = Decimal(90000000000000)  # keeps every sum of a table inside 64 bits


def to_cents(amount: Decimal) -> Decimal:
    """Return an amount in CNY rounded half-up to 0.01; the only rounding of money in storage."""
    return amount.quantize(CENT, ROUND_HALF_UP)


if TYPE_CHECKING:
    _Base = models.BigIntegerField[Decimal | int | str | None, Decimal | None]
else:
    _Base = models.BigIntegerField


class MoneyField(_Base):
    """An amount in CNY with two decimals. Takes Decimal, int or text; gives Decimal; refuses floats."""

    description = _("Amount in CNY")

    def to_python(self, value: Any) -> Decimal | None:
        """Return Decimal CNY, or raise ValidationError."""
        if value is None or value == "":
            return None
        if isinstance(value, float | bool):
            raise ValidationError(_("Amounts are given as decimals, not as floats."))
        try:
            amount = Decimal(value)
        except (InvalidOperation, ValueError, TypeError):
            raise ValidationError(_("Enter an amount in CNY, e.g. 1234.50.")) from None
        if not amount.is_finite() or abs(amount) > LARGEST:
            raise ValidationError(_("This amount is too large."))
        return to_cents(amount)

    def from_db_value(self, value: int | Decimal | None, *_args: object) -> Decimal | None:
        """Return Decimal CNY from stored cents; also for sums."""
        return None if value is None else Decimal(value).scaleb(-2).quantize(CENT)

    def get_prep_value(self, value: Any) -> Any:
        """Return stored cents."""
        if hasattr(value, "resolve_expression"):
            return value
        amount = self.to_python(value)
        return None if amount is None else int(amount.scaleb(2))

    def value_to_string(self, obj: models.Model) -> str:
        """Return the amount as text, for fixtures and exports."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """Return a decimal field with two places."""
        return forms.DecimalField(
            max_digits=16,
            decimal_places=2,
            required=not self.blank,
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
            initial=kwargs.get("initial"),
            widget=kwargs.get("widget"),
        )

    @cached_property
    def validators(self) -> list[Any]:
        """Return none of the integer range validators: the value is a Decimal here, its range is LARGEST."""
        return []
