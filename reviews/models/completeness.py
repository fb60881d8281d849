"""Why figures that were expected are not there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import PlatformAccount, Shop


class FigureExcuse(models.Model):
    """HR's word that a day's figures of a source are rightly absent: of one account, or of the whole shop."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    source = models.CharField(_("source"), max_length=30)
    day = models.DateField(_("day"))
    account = models.ForeignKey(
        PlatformAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("platform account"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("excused day")
        verbose_name_plural = _("excused days")
        ordering: ClassVar = ["shop", "source", "-day"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "source", "day", "account"],
                condition=Q(account__isnull=False),
                name="reviews_figureexcuse_account_once",
            ),
            models.UniqueConstraint(
                fields=["shop", "source", "day"],
                condition=Q(account__isnull=True),
                name="reviews_figureexcuse_shop_once",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reviews_figureexcuse_has_reason",
                violation_error_message=_("Say why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.source} {self.day}"
