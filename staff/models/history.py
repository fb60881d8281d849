"""What was done, by whom, for whom: chained rows that are only ever added."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One act on one subject's chain. Rows are added and never changed or deleted.

    `hash` covers the row and `prev_hash`, so that a changed, swapped or missing row shows. One chain
    per subject: a single chain would queue everybody behind one head.
    """

    chain = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    person = models.ForeignKey(
        "staff.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    for_person = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="+")
    door = models.CharField(_("by way of"), max_length=20)
    action = models.CharField(_("action"), max_length=40)
    row = models.CharField(_("object"), max_length=120)
    change = models.JSONField(_("change"), default=dict)
    digest = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering: ClassVar = ["chain", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="staff_auditevent_seq_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"


class AuditText(models.Model):
    """Free text beside a history entry, which holds only its salted digest: it can be erased and the chain stays whole."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="text")
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        verbose_name = _("history text")
        verbose_name_plural = _("history texts")

    def __str__(self) -> str:
        return str(self.event)
