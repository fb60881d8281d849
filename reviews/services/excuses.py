"""HR's word that figures are rightly absent."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reviews.completeness.reading import known_sources
from reviews.models import FigureExcuse
from staff.models import PlatformAccount, Shop, User

LONGEST = 200


def excuse(
    shop: Shop, *, source: str, day: date, account: PlatformAccount | None, reason: str, by: User, today: date
) -> FigureExcuse:
    """Say that a day's figures of a source are rightly absent: of one account, or without one of the shop.

    Said twice it stands once, as it was said first. Raises ValidationError.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError(_("Say why."))
    if len(reason) > LONGEST:
        raise ValidationError(_("Say why in at most %(most)s characters.") % {"most": LONGEST})
    if source not in known_sources() or day > today or (account is not None and account.shop_id != shop.pk):
        raise ValidationError(_("There is no such day of figures."))
    try:
        with transaction.atomic():
            return FigureExcuse.objects.create(
                shop=shop, source=source, day=day, account=account, reason=reason, by=by
            )
    except IntegrityError:
        return FigureExcuse.objects.get(shop=shop, source=source, day=day, account=account)


def withdraw(said: FigureExcuse) -> None:
    """Take the word back: the day is expected again."""
    said.delete()
