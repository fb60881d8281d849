"""Batches of imported files, what was read in them and what a person was shown."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.access import scope_of
from staff.models import Job, Shop


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Batches of imported files."""

    def visible_to(self, user: Any, *, on: date) -> ImportBatchQuerySet:
        """Return the batches a user may open: HR's, of shops whose units HR looks after."""
        scope = scope_of(user, on=on)
        if scope.everything:
            return self.all()
        reach = Q(pk__in=[])
        for path in scope.roles.get("hr", ()):
            reach |= Q(shop__units__path__startswith=path)
        return self.filter(reach).distinct()


class ImportBatch(models.Model):
    """Files that go in together or not at all. Never deleted once it was applied.

    Its rows count while it is applied. What a person was shown before applying is fixed by `shown_hash`.
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        STAGED = "staged", _("ready to apply")
        FAULTY = "faulty", _("has errors")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        UNDONE = "undone", _("undone")
        DISCARDED = "discarded", _("discarded")

    class Overlap(models.TextChoices):
        ASK = "ask", _("ask")
        KEEP = "keep", _("keep what is there")
        REPLACE = "replace", _("replace what is there")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="import_batches", verbose_name=_("shop"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING, editable=False)
    overlap = models.CharField(_("overlapping spans"), max_length=8, choices=Overlap, default=Overlap.ASK)
    asked = models.JSONField(_("days and mode asked for"), default=dict, blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", editable=False)
    replaces = models.JSONField(default=list, blank=True, editable=False)  # [old row, new row] of other spans
    shown_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import batch")
        verbose_name_plural = _("import batches")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undone"]) | Q(applied_at__isnull=False),
                name="reviews_importbatch_applied_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.shop}"


class ImportFile(models.Model):
    """One file of a batch as it was read: fingerprint, format, span, mode, counts. Never changed later."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="files")
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    stored = models.CharField(max_length=120, blank=True, editable=False)
    format = models.CharField(_("format"), max_length=30, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    first_day = models.DateField(_("first day"), null=True)
    last_day = models.DateField(_("last day"), null=True)
    mode = models.CharField(_("attribution mode"), max_length=12, blank=True)
    mode_named = models.BooleanField(_("mode named by the file"), default=False)
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("same file as")
    )
    read = models.BooleanField(_("read"), default=False)
    left_out = models.BooleanField(_("left out"), default=False)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    faulty = models.PositiveIntegerField(_("faulty"), default=0)
    unknown = models.PositiveIntegerField(_("unknown accounts"), default=0)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering: ClassVar = ["batch", "pk"]

    def __str__(self) -> str:
        return self.name


class ImportIssue(models.Model):
    """One error that stops a batch, or a note: where it stands and what was read. Never changed."""

    class Severity(models.TextChoices):
        ERROR = "error", _("error")
        NOTE = "note", _("note")

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="issues")
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    code = models.CharField(max_length=40)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    row = models.PositiveIntegerField(_("row"), null=True)
    column = models.CharField(_("column"), max_length=100, blank=True)
    letter = models.CharField(max_length=3, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import message")
        verbose_name_plural = _("import messages")
        ordering: ClassVar = ["file", "pk"]

    def __str__(self) -> str:
        return f"{self.code} {self.letter}{self.row or ''}"


class ImportChange(models.Model):
    """One cell that a batch replaces or another source fills differently. Kept as it was shown."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("changed")
        DIFFERS = "differs", _("differs from another source")

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CHANGED)
    row = models.PositiveIntegerField(_("row"))
    who = models.CharField(_("whose"), max_length=120, blank=True)
    first_day = models.DateField(_("first day"), null=True)
    last_day = models.DateField(_("last day"), null=True)
    field = models.CharField(_("field"), max_length=60)
    old = models.CharField(_("old value"), max_length=120, blank=True)
    new = models.CharField(_("new value"), max_length=120, blank=True)
    source = models.CharField(_("other source"), max_length=30, blank=True)
    wins = models.BooleanField(_("the new value counts"), default=True)

    class Meta:
        verbose_name = _("changed cell")
        verbose_name_plural = _("changed cells")
        ordering: ClassVar = ["file", "pk"]

    def __str__(self) -> str:
        return f"{self.field} {self.old} {self.new}"
