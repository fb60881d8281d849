"""What feeds a plan's line in a shop where no imported format does: HR's decision, and values typed by hand."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reviews.models.plans import Plan
from staff.models import Person, Shop


class LineSource(models.Model):
    """HR's way out for one line of a plan in one shop, from a month on; the next row ends it.

    It changes no published version: cards of the shop's people are scored by it and say so.
    """

    class Way(models.TextChoices):
        FIGURES = "figures", _("the plan's own measure")
        NOT_APPLICABLE = "not_applicable", _("not applicable, spread over the other lines")
        MEASURE = "measure", _("another measure")
        MANUAL = "manual", _("typed in by hand")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="line_sources", verbose_name=_("shop"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="line_sources", verbose_name=_("plan"))
    line = models.SlugField(_("line"), max_length=40)
    starts_on = models.DateField(_("from month"))
    way = models.CharField(_("fed by"), max_length=16, choices=Way)
    measure = models.CharField(_("measure"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"), auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("source of a line")
        verbose_name_plural = _("sources of lines")
        ordering: ClassVar = ["shop", "plan", "line", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "plan", "line", "starts_on"], name="reviews_linesource_unique"
            ),
            models.CheckConstraint(
                condition=Q(way="measure") & ~Q(measure="") | ~Q(way="measure") & Q(measure=""),
                name="reviews_linesource_measure_named",
                violation_error_message=_("Choose the measure that feeds the line instead."),
            ),
            models.CheckConstraint(
                condition=Q(way__in=["figures", "not_applicable", "measure", "manual"]),
                name="reviews_linesource_way_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="reviews_linesource_has_reason",
                violation_error_message=_("Say why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.line} {self.starts_on:%Y-%m}"


class ManualValue(models.Model):
    """A value of a line typed in by hand for one person and month. Never changed: a new row supersedes it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="manual_values", verbose_name=_("person"))
    month = models.DateField(_("month"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", verbose_name=_("plan"))
    line = models.SlugField(_("line"), max_length=40)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=6, null=True)
    superseded = models.BooleanField(_("superseded"), default=False, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("typed in by")
    )
    at = models.DateTimeField(_("typed in"), auto_now_add=True)

    class Meta:
        verbose_name = _("value typed in")
        verbose_name_plural = _("values typed in")
        ordering: ClassVar = ["-month", "person", "line", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "month", "plan", "line"],
                condition=Q(superseded=False),
                name="reviews_manualvalue_one_current",
                violation_error_message=_("Somebody else has just typed in this value."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m} {self.line}"
