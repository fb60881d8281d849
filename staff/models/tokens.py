"""Tokens of integrations."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models.people import Shop


class ApiToken(models.Model):
    """An integration's key to one shop's figures: to read or to write them. Only its hash is kept.

    Revoked, never deleted, so that what it brought in keeps its sender.
    """

    class Scope(models.TextChoices):
        READ = "read", _("reads figures")
        WRITE = "write", _("writes figures")

    name = models.CharField(_("name"), max_length=60, help_text=_("The program that uses it."))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="tokens", verbose_name=_("shop"))
    scope = models.CharField(_("may"), max_length=5, choices=Scope)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("token of an integration")
        verbose_name_plural = _("tokens of integrations")
        ordering: ClassVar = ["shop", "name", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scope__in=["read", "write"]), name="staff_apitoken_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.hint}…"

    def works(self, at: datetime) -> bool:
        """Return whether it opens anything at a moment."""
        return self.revoked_at is None and at < self.expires_at
