"""Whom a plan is for, and who has signed it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.plans import Plan, PlanVersion
from staff.models import EmploymentKind, Person, Position, Unit


class PlanAssignment(models.Model):
    """Which plan a unit's position is scored by, from a day on; inherited downwards, the most specific wins."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="assignments", verbose_name=_("plan"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    position = models.ForeignKey(Position, models.PROTECT, related_name="+", verbose_name=_("position"))
    employment_kind = models.CharField(
        _("employment kind"),
        max_length=12,
        choices=EmploymentKind,
        blank=True,
        help_text=_("Empty: every kind."),
    )
    starts_on = models.DateField(_("from"))

    class Meta:
        verbose_name = _("plan assignment")
        verbose_name_plural = _("plan assignments")
        ordering: ClassVar = ["unit", "position", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "position", "employment_kind", "starts_on"],
                name="reviews_planassignment_unique",
                violation_error_message=_("This unit and position have a plan from that day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.position} {self.starts_on}"


class Acknowledgement(models.Model):
    """A person's signature under a plan version (签收). Rows are only added."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="acknowledgements")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"))
    device = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "version"], name="reviews_acknowledgement_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.version}"
