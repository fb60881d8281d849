"""What is to be reached, and what holds for a shop and month: order of sources, mode, promotion."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reviews.models.imports import ImportBatch
from staff.models import Person, Shop, Unit
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


class TargetNode(models.Model):
    """One part of a year's sales plan: the year, a quarter, a month, a team's month or an agent's month.

    The parts of a node always add up to it, to the cent. A part changed by hand is kept when the rest is
    spread again.
    """

    class Level(models.TextChoices):
        YEAR = "year", _("year")
        QUARTER = "quarter", _("quarter")
        MONTH = "month", _("month")
        TEAM = "team", _("team")
        AGENT = "agent", _("agent")

    class Key(models.TextChoices):
        EQUAL = "equal", _("equal parts")
        SEASON = "season", _("last year's seasonality")
        HOURS = "hours", _("scheduled hours")
        LEVEL = "level", _("level weight")

    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    level = models.CharField(_("level"), max_length=8, choices=Level)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="target_nodes", verbose_name=_("unit"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="target_nodes", verbose_name=_("person")
    )
    first_month = models.DateField(_("first month"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    amount = MoneyField(_("amount"))
    by_hand = models.BooleanField(_("changed by hand"), default=False)
    key = models.CharField(_("parts spread by"), max_length=8, choices=Key, default=Key.EQUAL)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("part of a year's plan")
        verbose_name_plural = _("parts of a year's plan")
        ordering: ClassVar = ["first_month", "level", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "first_month"],
                condition=Q(level="year"),
                name="reviews_targetnode_one_year",
                violation_error_message=_("This unit has a plan for that year already."),
            ),
            models.UniqueConstraint(
                fields=["parent", "first_month", "unit", "person"],
                condition=Q(person__isnull=False),
                name="reviews_targetnode_agent_once",
            ),
            models.UniqueConstraint(
                fields=["parent", "first_month", "unit"],
                condition=Q(person__isnull=True, parent__isnull=False),
                name="reviews_targetnode_part_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="reviews_targetnode_not_negative",
                violation_error_message=_("A target cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(level__in=["year", "quarter", "month", "team", "agent"])
                & Q(key__in=["equal", "season", "hours", "level"]),
                name="reviews_targetnode_words_known",
            ),
            models.CheckConstraint(
                condition=Q(level="year", parent__isnull=True) | ~Q(level="year") & Q(parent__isnull=False),
                name="reviews_targetnode_year_on_top",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.level} {self.first_month:%Y-%m}"
