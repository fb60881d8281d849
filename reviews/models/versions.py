"""What a version of a card is made of: segments, inputs, lines, comparisons."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.cards import CardVersion
from reviews.models.guards import AppendOnly, AppendOnlyQuerySet, Freezable, FreezableQuerySet
from staff.models import Person
from staff.money import MoneyField


class CardSegment(Freezable):
    """A run of days of the month under one plan version; most cards have one."""

    version = models.ForeignKey(CardVersion, models.CASCADE, related_name="segments")
    order = models.PositiveSmallIntegerField(default=0)
    first_day = models.DateField()
    last_day = models.DateField()
    days_worked = models.PositiveSmallIntegerField()
    share = models.DecimalField(
        max_digits=9, decimal_places=8, default=Decimal(1), help_text=_("Share of the month, 0 to 1.")
    )
    plan_version = models.ForeignKey("reviews.PlanVersion", models.PROTECT, related_name="+")
    plan_sha256 = models.CharField(max_length=64)
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True)

    objects = FreezableQuerySet.as_manager()

    class Meta:
        verbose_name = _("card segment")
        verbose_name_plural = _("card segments")
        ordering: ClassVar = ["version", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "order"], name="reviews_cardsegment_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.order}"


class CardFact(Freezable):
    """One input of a segment as it was taken: value, or why there is none, and where it came from."""

    FROZEN_PATH: ClassVar[str] = "segment__version__frozen_at"

    class State(models.TextChoices):
        PRESENT = "present", _("present")
        MISSING = "missing", _("missing")
        NOT_APPLICABLE = "not_applicable", _("not applicable")

    segment = models.ForeignKey(CardSegment, models.CASCADE, related_name="facts")
    key = models.CharField(max_length=40)
    state = models.CharField(max_length=14, choices=State)
    # Text keeps every digit of the input; a money or rate column would have to guess its scale.
    value = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    source = models.JSONField(default=dict)
    estimated = models.BooleanField(default=False)

    objects = FreezableQuerySet.as_manager()

    class Meta:
        verbose_name = _("card fact")
        verbose_name_plural = _("card facts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "key"], name="reviews_cardfact_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


class CardLine(Freezable):
    """One scored line: value, points and the explanation the reader opens. Rendering computes nothing."""

    FROZEN_PATH: ClassVar[str] = "segment__version__frozen_at"

    class Status(models.TextChoices):
        SCORED = "scored", _("scored")
        NOT_APPLICABLE = "not_applicable", _("not applicable")
        MISSING = "missing", _("missing")
        WAIVED = "waived", _("waived")

    segment = models.ForeignKey(CardSegment, models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    status = models.CharField(max_length=14, choices=Status)
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    value = models.CharField(max_length=60, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    explanation = models.JSONField(default=dict)

    objects = FreezableQuerySet.as_manager()

    class Meta:
        verbose_name = _("card line")
        verbose_name_plural = _("card lines")
        ordering: ClassVar = ["segment", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "code"], name="reviews_cardline_unique"),
            models.CheckConstraint(
                condition=Q(status="missing", points__isnull=True)
                | (~Q(status="missing") & Q(points__isnull=False)),
                name="reviews_cardline_missing_has_no_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.points}"


class Comparison(AppendOnly):
    """The own and the team's average share of one radar group, copied when the version is published.

    `team` is empty where the team has fewer than five cards: an average would give others' figures away.
    Key `total` holds the totals for the trend. Rows are only added.
    """

    version = models.ForeignKey(CardVersion, models.CASCADE, related_name="comparisons")
    key = models.CharField(max_length=40)
    own = models.DecimalField(max_digits=7, decimal_places=2)
    team = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    people = models.PositiveSmallIntegerField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "key"], name="reviews_comparison_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.key}"


class OpeningMonth(models.Model):
    """A past month taken over at the start: a total without lines, marked so. Feeds trend and averages."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="opening_months", verbose_name=_("person")
    )
    month = models.DateField(_("month"))
    sales = MoneyField(_("sales"), null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=7, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("opening month")
        verbose_name_plural = _("opening months")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "month"], name="reviews_openingmonth_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"
