"""Monthly reviews and the procedure they follow."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from staff import access
from staff.models import Person, Role, Unit


def second_roles() -> list[str]:
    """Return the roles that may give the second consent to a return, as shipped."""
    return [Role.HR, Role.MANAGER, Role.DIRECTOR, Role.GENERAL_OFFICE]


class CardState(models.TextChoices):
    """Where a card stands; the order is the path."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    PUBLISHED = "published", _("published")
    OBJECTED = "objected", _("objected")
    CONFIRMED = "confirmed", _("confirmed")
    CLOSED = "closed", _("closed")
    APPROVED = "approved", _("approved by HR")
    PAID = "paid", _("paid")


class Procedure(models.Model):
    """Who acts at which step and by which working day: small, medium or full. Data HR can edit."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    approver_may_decide = models.BooleanField(
        _("the approver may answer objections"),
        default=False,
        help_text=_("Only where no third person is there; the card says so."),
    )
    second_roles = models.JSONField(
        _("who may consent to a return"),
        default=second_roles,
        help_text=_("HR asks for the return with a reason; one of these, another person, consents."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class ProcedureStep(models.Model):
    """One act of a procedure for one kind of subject: the role that does it, and its working day."""

    class Act(models.TextChoices):
        ASSESS = "assess", _("submits")
        APPROVE = "approve", _("approves")
        DECIDE = "decide", _("answers objections")
        CONFIRM = "confirm", _("confirms or objects")
        CLOSE = "close", _("closes the month")
        HAND_OVER = "hand_over", _("hands over to finance")
        PAY = "pay", _("pays")

    procedure = models.ForeignKey(
        Procedure, models.CASCADE, related_name="steps", verbose_name=_("procedure")
    )
    act = models.CharField(_("act"), max_length=10, choices=Act)
    subject_kind = models.CharField(_("of"), max_length=12, help_text=_("agent, supervisor, manager"))
    role = models.CharField(_("role"), max_length=16, choices=[*Role.choices, ("subject", _("the agent"))])
    working_day = models.PositiveSmallIntegerField(_("by working day"))
    in_one_go = models.BooleanField(
        _("in one go with the step before"),
        default=False,
        help_text=_("Where one person holds both roles, the step before takes this one too."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("procedure step")
        verbose_name_plural = _("procedure steps")
        ordering: ClassVar = ["procedure", "subject_kind", "working_day"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["procedure", "act", "subject_kind"], name="reviews_procedurestep_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.act}"


class BranchSetting(models.Model):
    """How a branch runs its months: by which procedure, and on which day pay is due. One per branch.

    Reviews copy both when they are made: a change counts for the months that follow.
    """

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="branch_setting", verbose_name=_("unit"))
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name=_("procedure"))
    pay_day = models.PositiveSmallIntegerField(
        _("pay day"),
        null=True,
        blank=True,
        help_text=_(
            "Day of the following month on which pay is due, 1 to 31; the last one where it is shorter."
        ),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("setting of a branch")
        verbose_name_plural = _("settings of branches")
        ordering: ClassVar = ["unit"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(pay_day__isnull=True) | Q(pay_day__gte=1, pay_day__lte=31),
                name="reviews_branchsetting_pay_day_in_month",
                violation_error_message=_("A pay day is from 1 to 31."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.procedure}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Monthly reviews."""

    def visible_to(self, user: Any, *, on: date) -> ReviewQuerySet:
        """Return reviews of units a manager or director leads or HR looks after, and those a supervisor's team is in."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        reach = Q(pk__in=[])
        for path in scope.unit_paths:
            reach |= Q(unit__path__startswith=path) | Q(cards__unit__path__startswith=path)
        return self.filter(reach).distinct()


class Review(models.Model):
    """One month of one branch of the tree: gathers its cards and ends in pay. One per unit and month."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reviews", verbose_name=_("unit"))
    month = models.DateField(_("month"), help_text=_("The month's first day."))
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name=_("procedure"))
    trial = models.BooleanField(_("trial month"), default=False)
    pay_on = models.DateField(_("pay is due on"), null=True, blank=True)
    computed_at = models.DateTimeField(_("computed"), null=True, editable=False)
    closed_at = models.DateTimeField(
        _("closed"),
        null=True,
        editable=False,
        help_text=_("Once closed it stays so; cards that come later go into supplementary hand-overs."),
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly review")
        verbose_name_plural = _("monthly reviews")
        ordering: ClassVar = ["-month", "unit"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "month"],
                name="reviews_review_unique",
                violation_error_message=_("This unit has a review of that month already."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="reviews_review_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m}"


class NoCard(models.Model):
    """Somebody of the review who gets no card this month, and why. Rewritten with each run of the month."""

    class Reason(models.TextChoices):
        POSITION = "position", _("The position gets no card.")
        ON_LEAVE = "on_leave", _("On leave all month.")
        TOO_FEW_DAYS = "too_few_days", _("Worked %(days)s days, fewer than the %(needed)s needed.")
        NO_PLAN = "no_plan", _("No published plan is assigned to the unit and position.")
        FOUR_EYES = "four_eyes", _("The procedure finds nobody else to assess, approve and decide.")
        ELSEWHERE = "elsewhere", _("The card stands in another review and has left the draft.")

    review = models.ForeignKey(Review, models.CASCADE, related_name="no_cards", verbose_name=_("review"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("person without a card")
        verbose_name_plural = _("people without a card")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "person"], name="reviews_nocard_unique"),
            models.CheckConstraint(
                condition=Q(
                    reason__in=["position", "on_leave", "too_few_days", "no_plan", "four_eyes", "elsewhere"]
                ),
                name="reviews_nocard_reason_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.reason}"

    @property
    def words(self) -> str:
        """The reason as a sentence in the reader's language."""
        return str(self.get_reason_display()) % self.params if self.params else str(self.get_reason_display())
