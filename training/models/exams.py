"""Marks of exams; papers and sittings come beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff.models import Person


class ExamMark(models.Model):
    """One sitting's mark of one person. A corrected mark is a new row; the earlier one is superseded, never changed."""

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product exam")
        SKILLS = "skills", _("practical exam")

    person = models.ForeignKey(Person, models.PROTECT, related_name="exam_marks", verbose_name=_("person"))
    kind = models.CharField(_("exam"), max_length=10, choices=Kind)
    sat_on = models.DateField(_("handed in on"))
    mark = models.DecimalField(_("mark"), max_digits=7, decimal_places=2)
    full_mark = models.DecimalField(_("full mark"), max_digits=7, decimal_places=2, default=Decimal(100))
    source = models.CharField(_("source"), max_length=200, help_text=_("The file, or who entered it."))
    file_id = models.PositiveBigIntegerField(null=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    superseded = models.BooleanField(_("superseded"), default=False, editable=False)

    class Meta:
        verbose_name = _("exam mark")
        verbose_name_plural = _("exam marks")
        ordering: ClassVar = ["person", "kind", "sat_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(mark__gte=0, full_mark__gt=0, mark__lte=F("full_mark")),
                name="training_exammark_within_full",
                violation_error_message=_("The mark must be between 0 and the full mark."),
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "sat_on"],
                condition=Q(superseded=False),
                name="training_exammark_one_current",
                violation_error_message=_("This person has a mark for that exam and day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.kind} {self.sat_on}"
