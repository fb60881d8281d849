"""What came in through the API, by the sender's own key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.imports import ImportBatch
from staff.models import ApiToken


class ApiImport(models.Model):
    """One answered request of an integration: the same key and body get the same answer again. Never changed."""

    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="imports")
    key = models.CharField(_("idempotency key"), max_length=80)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(default=dict)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="api_imports")
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("request of an integration")
        verbose_name_plural = _("requests of integrations")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "key"], name="reviews_apiimport_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.token} {self.key}"
