"""What somebody has typed and not sent yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Person


class Draft(models.Model):
    """One form one person has begun: its fields as typed, so that a lost connection costs no words.

    Overwritten while typing, deleted when the form is sent. It counts for nothing.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("person"))
    form = models.CharField(_("form"), max_length=80)
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("unsent draft")
        verbose_name_plural = _("unsent drafts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "form"], name="reviews_draft_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.form}"
