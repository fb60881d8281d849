"""Import profiles: how HR has mapped a sheet that no shipped format knows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

PREFIX = "profile_"


class ImportProfile(models.Model):
    """A named mapping of a sheet's headers to fields; files with these headers are recognised by it.

    Its figures stand under the source `profile_<key>`. One that has brought figures is retired, never deleted.
    """

    class Kind(models.TextChoices):
        AGENT = "agent_figures", _("agents' figures")
        SHOP = "shop_figures", _("shop's figures")

    class Encoding(models.TextChoices):
        UTF8 = "utf-8", "UTF-8"
        GB18030 = "gb18030", "GB18030 (GBK)"

    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("rows are"), max_length=20, choices=Kind, default=Kind.AGENT)
    active = models.BooleanField(_("recognised in new files"), default=True)
    # Only where no header tells it: a header outside ASCII is recognised in the right encoding alone.
    encoding = models.CharField(_("encoding of text files"), max_length=10, blank=True, choices=Encoding)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["agent_figures", "shop_figures"]),
                name="reviews_importprofile_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """Its format's code, which is the source its figures stand under."""
        return f"{PREFIX}{self.pk}"


class ProfileColumn(models.Model):
    """One header of a profile: what it fills and how its cells are read; an empty meaning is known, not stored."""

    profile = models.ForeignKey(ImportProfile, models.CASCADE, related_name="columns")
    order = models.PositiveSmallIntegerField()
    header = models.CharField(_("header"), max_length=100)
    meaning = models.CharField(_("fills"), max_length=40, blank=True)
    unit = models.CharField(_("cells are"), max_length=10)
    required = models.BooleanField(_("must be there"), default=False)

    class Meta:
        verbose_name = _("column of a profile")
        verbose_name_plural = _("columns of a profile")
        ordering: ClassVar = ["profile", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "order"], name="reviews_profilecolumn_order_unique"),
            models.UniqueConstraint(
                fields=["profile", "meaning"],
                condition=~Q(meaning=""),
                name="reviews_profilecolumn_meaning_once",
                violation_error_message=_("Two columns fill the same field."),
            ),
        ]

    def __str__(self) -> str:
        return self.header
