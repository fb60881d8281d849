"""Positions, pay levels and who holds what since when."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from staff.models.people import Person, Shop, Unit
from staff.money import MoneyField


class EmploymentKind(models.TextChoices):
    FULL = "full", _("full-time")
    TRIAL = "trial", _("trial period")
    PART_TIME = "part_time", _("part-time")
    INTERN = "intern", _("intern")
    TEMPORARY = "temporary", _("temporary")
    OUTSOURCED = "outsourced", _("outsourced")


class Role(models.TextChoices):
    SUPERVISOR = "supervisor", _("supervisor")
    MANAGER = "manager", _("customer-service manager")
    DIRECTOR = "director", _("operations director")
    HR = "hr", _("HR")
    FINANCE = "finance", _("finance")
    GENERAL_OFFICE = "general_office", _("general office")
    TRAINER = "trainer", _("trainer")


class Position(models.Model):
    """A kind of work with its own plan and ladder: pre-sales agent, supervisor, packer. Never deleted in use."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    has_card = models.BooleanField(_("gets a monthly card"), default=True)
    subject_kind = models.CharField(
        _("reviewed as"),
        max_length=12,
        choices=[
            ("agent", _("agent")),
            ("supervisor", _("supervisor")),
            ("manager", _("manager")),
            ("none", _("not reviewed")),
        ],
        default="agent",
        help_text=_("Decides who assesses, approves and decides, by the procedure."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Level(models.Model):
    """One step of a position's pay ladder; its amounts are dated rows. Never deleted in use."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="levels", verbose_name=_("position"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the lowest."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("pay level")
        verbose_name_plural = _("pay levels")
        ordering: ClassVar = ["position", "rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["position", "code"], name="staff_level_code_unique"),
            models.UniqueConstraint(fields=["position", "rank"], name="staff_level_rank_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class LevelAmount(models.Model):
    """What a level pays from a day on, CNY a month; the next row ends it. Used amounts never change."""

    level = models.ForeignKey(Level, models.PROTECT, related_name="amounts", verbose_name=_("pay level"))
    starts_on = models.DateField(_("from"))
    base_salary = MoneyField(_("base salary"))
    performance_salary = MoneyField(_("performance salary"))
    commission_rate = models.DecimalField(_("commission rate"), max_digits=7, decimal_places=5, default=0)
    authority_limit = MoneyField(_("authority limit"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("level amount")
        verbose_name_plural = _("level amounts")
        ordering: ClassVar = ["level", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "starts_on"], name="staff_levelamount_start_unique"),
            models.CheckConstraint(
                condition=Q(base_salary__gte=0, performance_salary__gte=0, authority_limit__gte=0)
                & Q(commission_rate__gte=0, commission_rate__lt=1),
                name="staff_levelamount_not_negative",
                violation_error_message=_("Amounts cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.starts_on}"


class Assignment(models.Model):
    """Unit, position, level and employment kind of a person from a day on; the next row ends it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", verbose_name=_("person"))
    starts_on = models.DateField(_("from"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments", verbose_name=_("unit"))
    position = models.ForeignKey(Position, models.PROTECT, related_name="+", verbose_name=_("position"))
    level = models.ForeignKey(
        Level, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pay level")
    )
    employment_kind = models.CharField(
        _("employment kind"), max_length=12, choices=EmploymentKind, default=EmploymentKind.FULL
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering: ClassVar = ["person", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "starts_on"],
                name="staff_assignment_start_unique",
                violation_error_message=_("This person has an assignment from that day already."),
            ),
            models.CheckConstraint(
                condition=Q(employment_kind__in=EmploymentKind.values), name="staff_assignment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"

    def clean(self) -> None:
        """Refuse a level of another position."""
        if self.level is not None and self.position_id and self.level.position_id != self.position_id:
            raise ValidationError({"level": _("This pay level belongs to another position.")})


class RoleHolding(models.Model):
    """A role a person holds over a unit and all below it, from a day until before another (open: no end)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="roles", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="roles", verbose_name=_("unit"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until before"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role holding")
        verbose_name_plural = _("role holdings")
        ordering: ClassVar = ["unit", "role", "starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "role", "unit", "starts_on"], name="staff_roleholding_unique"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="staff_roleholding_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="staff_roleholding_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()} {self.unit}"

    def clean(self) -> None:
        """Refuse to hold one role over one unit twice at a time."""
        if not self.person_id or not self.unit_id or not self.starts_on:
            return
        others = RoleHolding.objects.filter(person=self.person_id, role=self.role, unit=self.unit_id)
        if self.ends_on is not None:
            others = others.filter(starts_on__lt=self.ends_on)
        if others.exclude(pk=self.pk).exclude(ends_on__lte=self.starts_on).exists():
            raise ValidationError(_("This person holds that role over the unit already at that time."))


class Deputy(models.Model):
    """Somebody who stands for one holder's one role for a span of days; history shows both names."""

    holding = models.ForeignKey(
        RoleHolding, models.PROTECT, related_name="deputies", verbose_name=_("role holding")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="deputy_for", verbose_name=_("deputy"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until before"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="staff_deputy_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.holding}"

    def clean(self) -> None:
        """Refuse to stand in for oneself, outside the holder's own time, or for or by somebody stood in for."""
        if not self.holding_id or not self.starts_on:
            return
        if self.person_id == self.holding.person_id:
            raise ValidationError({"person": _("Nobody stands in for oneself.")})
        ends = self.holding.ends_on
        if self.starts_on < self.holding.starts_on or (ends and self.ends_on and self.ends_on > ends):
            raise ValidationError(_("A deputy stands in only while the holder has the role."))
        if self.person_id and self.ends_on:
            self._refuse_chains()

    def _refuse_chains(self) -> None:
        """Refuse a circle or a chain: whoever stands in has to be there, or nobody would act."""
        holder = self.holding.person
        meanwhile = Deputy.objects.exclude(pk=self.pk).filter(
            starts_on__lt=self.ends_on, ends_on__gt=self.starts_on
        )
        away = meanwhile.filter(holding__person=self.person_id).select_related("person").first()
        if away is not None and away.person_id == holder.pk:
            raise ValidationError(
                {
                    "person": ValidationError(
                        _("%(name)s stands in for this person at that time: each would wait for the other."),
                        params={"name": holder.name},
                    )
                }
            )
        if away is not None:
            raise ValidationError(
                {
                    "person": ValidationError(
                        _("%(deputy)s stands in for this person at that time. Choose somebody who is there."),
                        params={"deputy": away.person.name},
                    )
                }
            )
        other = meanwhile.filter(person=holder.pk).select_related("holding__person").first()
        if other is not None:
            raise ValidationError(
                _("%(name)s stands in for %(other)s at that time and has to be there. End that first."),
                params={"name": holder.name, "other": other.holding.person.name},
            )


class PlatformAccount(models.Model):
    """A customer-service account on a platform (旺旺子账号), kept as the files write it. Never deleted."""

    class Kind(models.TextChoices):
        PERSON = "person", _("one person")
        SHARED = "shared", _("shared")
        ROBOT = "robot", _("robot")
        MAIN = "main", _("main account")
        COMPANY = "company", _("company account")
        UNKNOWN = "unknown", _("not matched yet")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="accounts", verbose_name=_("shop"))
    name = models.CharField(_("account"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PERSON)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("platform account")
        verbose_name_plural = _("platform accounts")
        ordering: ClassVar = ["shop", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "name"],
                name="staff_platformaccount_unique",
                violation_error_message=_("This shop has that account already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccountHolder(models.Model):
    """Who has an account, from a moment until before another. Spans overlap on shared accounts only."""

    account = models.ForeignKey(
        PlatformAccount, models.PROTECT, related_name="holders", verbose_name=_("platform account")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until before"), null=True, blank=True)
    # Set by a form that changes several spans at once and compares them itself.
    checked_together = False

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("account holder")
        verbose_name_plural = _("account holders")
        ordering: ClassVar = ["account", "starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "person", "starts_at"], name="staff_accountholder_unique"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="staff_accountholder_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.person}"

    def clean(self) -> None:
        """Refuse a span that overlaps another holder's, unless the account is shared."""
        if self.checked_together or not self.account_id or not self.starts_at:
            return
        others = AccountHolder.objects.filter(account=self.account_id).exclude(pk=self.pk)
        if self.account.kind == PlatformAccount.Kind.SHARED:
            others = others.filter(person=self.person_id)
        if self.ends_at is not None:
            others = others.filter(starts_at__lt=self.ends_at)
        other = others.exclude(ends_at__lte=self.starts_at).select_related("person").first()
        if other is not None:
            raise ValidationError(
                _(
                    "%(holder)s has this account at that time. End that first, "
                    "or declare the account as shared."
                ),
                params={"holder": other.person.name},
            )
