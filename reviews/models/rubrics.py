"""What a spot check is marked by: versioned items with a meaning for each mark."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from staff.models import Position

FULL_HALVES = 10


class Named(models.Model):
    """Something with a Chinese and an English name."""

    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Rubric(Named):
    """What chats of a position are marked by; without a position, those of all others. Never deleted."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    position = models.OneToOneField(
        Position, models.PROTECT, null=True, blank=True, related_name="rubric", verbose_name=_("position")
    )

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering: ClassVar = ["code"]


class RubricVersion(models.Model):
    """One wording of a rubric from a day on; the next one ends it. A version that was used never changes."""

    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="versions", verbose_name=_("rubric"))
    number = models.PositiveSmallIntegerField(_("version"))
    starts_on = models.DateField(_("from"))
    source = models.CharField(_("source"), max_length=200)
    slow_seconds = models.PositiveSmallIntegerField(_("slow reply from, seconds"), default=30)
    very_slow_seconds = models.PositiveSmallIntegerField(_("very slow reply from, seconds"), default=60)
    quota = models.PositiveSmallIntegerField(_("checks per agent and month"), default=5)
    quota_sold = models.PositiveSmallIntegerField(_("of which sold, at least"), default=2)
    quota_unsold = models.PositiveSmallIntegerField(_("of which unsold, at least"), default=2)

    class Meta:
        verbose_name = _("rubric version")
        verbose_name_plural = _("rubric versions")
        ordering: ClassVar = ["rubric", "-starts_on", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rubric", "number"], name="reviews_rubricversion_unique"),
            models.CheckConstraint(
                condition=Q(quota__gte=models.F("quota_sold") + models.F("quota_unsold")),
                name="reviews_rubricversion_quota_holds_parts",
                violation_error_message=_("The quota is at least its sold and unsold parts together."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rubric} v{self.number}"


class RootCause(Named):
    """Why a mark fell short, from a list. No longer offered once inactive, never deleted in use."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        ordering: ClassVar = ["pk"]


class RubricItem(Named):
    """One item of a version: marked 0 to 5, or critical: it happened or it did not.

    `measure` is the fact its average feeds; an item without one is for coaching only.
    """

    version = models.ForeignKey(RubricVersion, models.CASCADE, related_name="items")
    code = models.SlugField(_("code"), max_length=40)
    short_zh = models.CharField(_("short Chinese name"), max_length=12, blank=True)
    short_en = models.CharField(_("short English name"), max_length=16, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))
    critical = models.BooleanField(_("critical"), default=False)
    measure = models.CharField(_("feeds"), max_length=40, blank=True)
    causes = models.ManyToManyField(RootCause, blank=True, related_name="+", verbose_name=_("root causes"))

    class Meta:
        verbose_name = _("rubric item")
        verbose_name_plural = _("rubric items")
        ordering: ClassVar = ["version", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="reviews_rubricitem_code_unique"),
        ]

    @property
    def short(self) -> str:
        """The name for narrow places, in the reader's language."""
        english = (get_language() or "").startswith("en")
        return (self.short_en if english else self.short_zh) or self.name


class RubricMark(models.Model):
    """What one mark of an item means, in words. Halves without a row of their own lie between two meanings."""

    item = models.ForeignKey(RubricItem, models.CASCADE, related_name="meanings")
    halves = models.PositiveSmallIntegerField(_("mark in halves"))
    meaning_zh = models.CharField(_("meaning in Chinese"), max_length=120)
    meaning_en = models.CharField(_("meaning in English"), max_length=160)

    class Meta:
        verbose_name = _("meaning of a mark")
        verbose_name_plural = _("meanings of marks")
        ordering: ClassVar = ["item", "-halves"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "halves"], name="reviews_rubricmark_unique"),
            models.CheckConstraint(
                condition=Q(halves__lte=FULL_HALVES), name="reviews_rubricmark_within_full"
            ),
        ]

    def __str__(self) -> str:
        return self.meaning

    @property
    def meaning(self) -> str:
        """The meaning in the reader's language."""
        return self.meaning_en if (get_language() or "").startswith("en") else self.meaning_zh
