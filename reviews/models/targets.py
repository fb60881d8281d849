"""What is to be reached, and what holds for a shop and month: order of sources, mode, promotion."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.imports import ImportBatch
from staff.models import Person, Shop
from staff.money import MoneyField


class SourceOrder(models.Model):
    """One source's place for one field of a shop. Deleted only to go back to the shipped order."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="source_orders", verbose_name=_("shop"))
    month = models.DateField(_("month"), null=True, blank=True, help_text=_("Empty: every month."))
    field = models.CharField(_("field"), max_length=40, blank=True, help_text=_("Empty: every field."))
    source = models.CharField(_("source"), max_length=30)
    rank = models.PositiveSmallIntegerField(_("place"), help_text=_("1 counts first."))

    class Meta:
        verbose_name = _("order of sources")
        verbose_name_plural = _("orders of sources")
        ordering: ClassVar = ["shop", "month", "field", "rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "month", "field", "source"],
                name="reviews_sourceorder_unique",
                violation_error_message=_("This source has a place for that field already."),
            ),
            models.UniqueConstraint(
                fields=["shop", "field", "source"],
                condition=Q(month__isnull=True),
                name="reviews_sourceorder_unique_always",
                violation_error_message=_("This source has a place for that field already."),
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="reviews_sourceorder_rank_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.field} {self.source}"


class ShopMonth(models.Model):
    """What holds for one shop and month: attribution mode of its figures, promotion or not."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="months", verbose_name=_("shop"))
    month = models.DateField(_("month"))
    mode = models.CharField(_("attribution mode"), max_length=12, blank=True)
    promotion = models.BooleanField(_("promotion month"), default=False)

    class Meta:
        verbose_name = _("shop's month")
        verbose_name_plural = _("shops' months")
        ordering: ClassVar = ["shop", "-month"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "month"],
                name="reviews_shopmonth_unique",
                violation_error_message=_("This shop has that month already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.month:%Y-%m}"


class TargetQuerySet(models.QuerySet["Target"]):
    """Targets."""

    def current(self) -> TargetQuerySet:
        """Return the latest version of each person's, month's and kind's target."""
        return self.filter(superseded=False)


class Target(models.Model):
    """One version of what a person is to reach in a month. Never changed: a new version supersedes it."""

    class Kind(models.TextChoices):
        SALES = "sales", _("sales target")
        FEATURED = "featured", _("featured-product target")

    person = models.ForeignKey(Person, models.PROTECT, related_name="targets", verbose_name=_("person"))
    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    amount = MoneyField(_("amount"), null=True, blank=True, help_text=_("Empty: taken back."))
    superseded = models.BooleanField(_("superseded"), default=False, editable=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    batch = models.ForeignKey(
        ImportBatch, models.SET_NULL, null=True, blank=True, related_name="targets", editable=False
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering: ClassVar = ["-month", "person", "kind", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "month", "kind", "version"], name="reviews_target_version_unique"
            ),
            models.UniqueConstraint(
                fields=["person", "month", "kind"],
                condition=Q(superseded=False),
                name="reviews_target_one_current",
                violation_error_message=_("Somebody else has just set this target."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="reviews_target_not_negative",
                violation_error_message=_("A target cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m} {self.kind}"
