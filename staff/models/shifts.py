"""Leave, shifts, attendance and the working calendar."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from staff.models.people import Person


class Leave(models.Model):
    """Approved leave of a person, from a moment until before another. Nobody approves the own leave."""

    class Kind(models.TextChoices):
        ANNUAL = "annual", _("annual leave")
        SICK = "sick", _("sick leave")
        PERSONAL = "personal", _("personal leave")
        MATERNITY = "maternity", _("maternity leave")
        OTHER = "other", _("other leave")

    person = models.ForeignKey(Person, models.PROTECT, related_name="leaves", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until before"))
    hours = models.DecimalField(_("working hours missed"), max_digits=7, decimal_places=2)
    approved_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("approved by"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering: ClassVar = ["person", "starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="staff_leave_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=~Q(person=F("approved_by")),
                name="staff_leave_not_approved_by_oneself",
                violation_error_message=_("Nobody approves the own leave."),
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="staff_leave_has_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at:%Y-%m-%d}"


class ShiftType(models.Model):
    """A named shift (early, late, night) with its usual hours. A night shift ends the next day."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))

    class Meta:
        verbose_name = _("shift type")
        verbose_name_plural = _("shift types")
        ordering: ClassVar = ["starts"]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """One shift of one person, from moment to moment. A published one changes only by a new publication."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="shifts", verbose_name=_("person"))
    shift_type = models.ForeignKey(
        ShiftType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shift type")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering: ClassVar = ["person", "starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "starts_at"],
                name="staff_shift_start_unique",
                violation_error_message=_("This person has a shift from that hour already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="staff_shift_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at:%Y-%m-%d %H:%M}"


class Attendance(models.Model):
    """One person's one day by one source: present or not, times late or absent.

    A later sheet of the same source adds a row; the earlier one is superseded, never changed.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="attendance", verbose_name=_("person"))
    day = models.DateField(_("day"))
    source = models.CharField(_("source"), max_length=30)
    present = models.BooleanField(_("present"), default=True)
    late = models.PositiveSmallIntegerField(_("times late"), default=0)
    absent = models.PositiveSmallIntegerField(_("times absent"), default=0)
    file_id = models.PositiveBigIntegerField(null=True, editable=False)
    superseded = models.BooleanField(_("superseded"), default=False, editable=False)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering: ClassVar = ["person", "day"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "day", "source"],
                condition=Q(superseded=False),
                name="staff_attendance_unique",
                violation_error_message=_("This person has that day's attendance already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.day}"


class Holiday(models.Model):
    """A day that differs from its weekday: off, or a make-up working day (调休). HR edits it."""

    date = models.DateField(_("day"), unique=True)
    works = models.BooleanField(_("working day"), default=False)
    name_zh = models.CharField(_("Chinese name"), max_length=40, blank=True)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class CalendarYear(models.Model):
    """Whether the state has published a year's holidays; without it dates are estimates and say so."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    published = models.BooleanField(_("published"), default=False)

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        ordering: ClassVar = ["year"]

    def __str__(self) -> str:
        return str(self.year)
