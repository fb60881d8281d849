"""Sheets handed in: looked through and shown before anything of them is written."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models.jobs import Job


class SheetImportQuerySet(models.QuerySet["SheetImport"]):
    """Sheets handed in."""

    def visible_to(self, user: Any) -> SheetImportQuerySet:
        """Return the sheets a user handed in; nobody sees another's."""
        return self.filter(uploaded_by=user)


class SheetImport(models.Model):
    """One sheet of people somebody handed in. It is theirs alone, is written at most once, and then keeps no content.

    `shown_hash` is the digest of the differences that were shown: what is written must be the same.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        SHOWN = "shown", _("waiting for a decision")
        WRITING = "writing", _("being written")
        WRITTEN = "written", _("written")
        DROPPED = "dropped", _("dropped")

    OPEN: ClassVar = [State.CHECKING, State.SHOWN, State.WRITING]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sheet_imports", verbose_name=_("handed in by")
    )
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True, editable=False)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKING, editable=False)
    shown_hash = models.CharField(max_length=64, blank=True, editable=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("handed in"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet import")
        verbose_name_plural = _("sheet imports")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "shown", "writing"]) | Q(content__isnull=True),
                name="staff_sheetimport_keeps_no_content",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SheetPart(models.Model):
    """What one slice of a sheet would do, as found by one step of its check. Never changed."""

    sheet = models.ForeignKey(SheetImport, models.CASCADE, related_name="parts")
    seq = models.PositiveIntegerField()
    found = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("part of a sheet")
        verbose_name_plural = _("parts of a sheet")
        ordering: ClassVar = ["sheet", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "seq"], name="staff_sheetpart_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.seq}"
