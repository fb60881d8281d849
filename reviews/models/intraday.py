"""A day's figures at a certain hour, beside the day and never mixed with it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.figures import AgentColumns
from reviews.models.imports import ImportBatch, ImportFile
from staff.models import Person, PlatformAccount, Shop
from staff.money import MoneyField


class Snapshot(AgentColumns):
    """One account's figures of a day up to an hour, as a file exported then has them. Never changed.

    Cumulative: what was done in an hour is the difference of two snapshots.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="snapshot_rows")
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="snapshot_rows")
    row = models.PositiveIntegerField(_("row"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    source = models.CharField(_("source"), max_length=30)
    account = models.ForeignKey(
        PlatformAccount, models.PROTECT, null=True, related_name="+", verbose_name=_("platform account")
    )
    account_name = models.CharField(_("account in the file"), max_length=120)
    taken_at = models.DateTimeField(_("taken at"))
    day = models.DateField(_("day"))
    current = models.BooleanField(_("counts"), default=False, editable=False)

    class Meta:
        verbose_name = _("intraday figures")
        verbose_name_plural = _("intraday figures")
        ordering: ClassVar = ["shop", "day", "taken_at", "account_name"]
        indexes: ClassVar = [models.Index(fields=["shop", "day"], name="reviews_snapshot_day")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "source", "account_name", "taken_at"],
                condition=Q(current=True),
                name="reviews_snapshot_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_name} {self.taken_at:%Y-%m-%d %H:%M}"


class HourLeader(models.Model):
    """One of an hour's top three as the lead typed it, where no snapshots are exported."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    day = models.DateField(_("day"))
    hour = models.PositiveSmallIntegerField(_("hour"), help_text=_("The hour that begins then, 0 to 23."))
    place = models.PositiveSmallIntegerField(_("place"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    sales = MoneyField(_("Sales"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("typed in by")
    )
    at = models.DateTimeField(_("typed in"), auto_now=True)

    class Meta:
        verbose_name = _("leader of an hour")
        verbose_name_plural = _("leaders of hours")
        ordering: ClassVar = ["shop", "-day", "hour", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "day", "hour", "place"], name="reviews_hourleader_place_once"
            ),
            models.UniqueConstraint(
                fields=["shop", "day", "hour", "person"],
                name="reviews_hourleader_person_once",
                violation_error_message=_("One person stands on one place of an hour."),
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, place__gte=1, place__lte=3), name="reviews_hourleader_top_three"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.day} {self.hour} {self.place}"
