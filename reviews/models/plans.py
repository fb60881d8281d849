"""Plans as rows: what HR edits, and what is frozen once published."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from staff.models import EmploymentKind, Person, Position, Unit


def in_reader_language(zh: str, en: str) -> str:
    """Return the text in the reader's language; the Chinese one where no English was given."""
    return en if en and (get_language() or "").startswith("en") else zh


class Plan(models.Model):
    """A scorecard for a kind of work; its rules stand in dated versions. Never deleted once published."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)


class PlanVersion(models.Model):
    """One version of a plan, in force from a day until the next one starts. Published versions never change."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    class Inapplicable(models.TextChoices):
        FULL = "full", _("the line gives its full weight")
        SPREAD = "spread", _("the weight is spread over the other lines")

    class GrowthBase(models.TextChoices):
        PREVIOUS_MONTH = "previous_month", _("previous month")
        SAME_MONTH_LAST_YEAR = "same_month_last_year", _("same month last year")
        SHOP_RELATIVE = "shop_relative", _("relative to the shop's own growth")

    class Proposals(models.TextChoices):
        YEAR_AVERAGE = "year_average", _("from the year's average")
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        STREAK = "streak", _("several months in a row")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name=_("plan"))
    number = models.PositiveSmallIntegerField(_("version"))
    starts_on = models.DateField(_("in force from"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    source = models.CharField(_("policy and clause"), max_length=200)
    inapplicable = models.CharField(
        _("lines that do not apply"), max_length=10, choices=Inapplicable, default=Inapplicable.FULL
    )
    growth_base = models.CharField(
        _("growth against"), max_length=20, choices=GrowthBase, default=GrowthBase.PREVIOUS_MONTH
    )
    proposals = models.CharField(
        _("level changes are proposed"), max_length=14, choices=Proposals, default=Proposals.YEAR_AVERAGE
    )
    streak_months = models.PositiveSmallIntegerField(_("months in a row"), default=3)
    adjustment_limit = models.DecimalField(
        _("adjustment line, at most ±"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    note = models.TextField(_("what changed"), blank=True)

    class Meta:
        verbose_name = _("plan version")
        verbose_name_plural = _("plan versions")
        ordering: ClassVar = ["plan", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="reviews_planversion_number_unique",
                violation_error_message=_("This version of the plan exists already."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="reviews_planversion_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return _("%(plan)s, version %(number)s") % {"plan": self.plan, "number": self.number}


class PlanLine(models.Model):
    """One line of a plan version: a measure, its weight and the rules that turn it into points."""

    class Group(models.TextChoices):
        QUANTITATIVE = "quantitative", _("quantitative lines")
        QUALITATIVE = "qualitative", _("qualitative lines")

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="lines")
    order = models.PositiveSmallIntegerField(_("order"))
    code = models.SlugField(_("code"), max_length=40)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    group = models.CharField(_("group"), max_length=14, choices=Group, default=Group.QUANTITATIVE)
    radar = models.CharField(_("corner of the radar"), max_length=20, blank=True)
    measure = models.CharField(_("measure"), max_length=40)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2)
    standard = models.DecimalField(
        _("count standard"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("What the measure divides by, e.g. 450 answered consultations."),
    )
    bonus_limit = models.DecimalField(_("bonus at most"), max_digits=6, decimal_places=2, default=Decimal(0))

    class Meta:
        verbose_name = _("plan line")
        verbose_name_plural = _("plan lines")
        ordering: ClassVar = ["version", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="reviews_planline_code_unique",
                violation_error_message=_("This plan has a line of that code already."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0, bonus_limit__gte=0), name="reviews_planline_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.name_zh, self.name_en)


class PlanRule(models.Model):
    """One rule of a line. Which numbers count depends on its kind; the rules of a line add up."""

    class Kind(models.TextChoices):
        STEPS = "steps", _("steps")
        TIERS = "tiers", _("tiers")
        GRADES = "grades", _("grades")
        LINEAR = "linear", _("linear")
        EVENTS = "events", _("events")

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="rules")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind of rule"), max_length=6, choices=Kind)
    standard = models.DecimalField(_("standard"), max_digits=16, decimal_places=6, null=True, blank=True)
    below_step = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    below_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    above_step = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    above_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    mark_at = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    mark_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    worst = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    best = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    per_event = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    at_most = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    otherwise_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    small_sample_below = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar = ["line", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "order"], name="reviews_planrule_order_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.kind}"


class Tier(models.Model):
    """One threshold of a rule of tiers (effect in points) or grades (effect in percent of the weight)."""

    rule = models.ForeignKey(PlanRule, models.CASCADE, related_name="tiers")
    operator = models.CharField(
        _("comparison"), max_length=2, choices=[("<", "<"), ("<=", "≤"), (">=", "≥"), (">", ">")]
    )
    threshold = models.DecimalField(_("threshold"), max_digits=16, decimal_places=6)
    effect = models.DecimalField(_("effect"), max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "operator", "threshold"], name="reviews_tier_unique"),
            models.CheckConstraint(
                condition=Q(operator__in=["<", "<=", ">=", ">"]), name="reviews_tier_operator_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator} {self.threshold}"


class Band(models.Model):
    """A range of totals from `at_least` up to the next band, with its multiplier and level change."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="bands")
    at_least = models.DecimalField(_("from total"), max_digits=7, decimal_places=2)
    multiplier = models.DecimalField(_("multiplier"), max_digits=5, decimal_places=3)
    level_change = models.SmallIntegerField(_("level change"), null=True, blank=True)
    or_none = models.BooleanField(_("or none, HR picks"), default=False)
    observe = models.BooleanField(_("under observation"), default=False)
    dismissal = models.BooleanField(_("dismissal suggested, a person decides"), default=False)
    name_zh = models.CharField(_("Chinese name"), max_length=40, blank=True)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    advice_zh = models.CharField(_("Chinese advice"), max_length=80, blank=True)
    advice_en = models.CharField(_("English advice"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("band")
        verbose_name_plural = _("bands")
        ordering: ClassVar = ["version", "-at_least"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "at_least"], name="reviews_band_unique"),
            models.CheckConstraint(
                condition=Q(at_least__gte=0, multiplier__gte=0), name="reviews_band_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"≥ {self.at_least}"


class Veto(models.Model):
    """A confirmed critical failure caps the total at a figure, from so many failures on."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="vetoes")
    code = models.SlugField(_("code"), max_length=40, default="critical_failures")
    failures = models.PositiveSmallIntegerField(_("failures needed"), default=1)
    cap = models.DecimalField(_("total at most"), max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = _("veto")
        verbose_name_plural = _("vetoes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="reviews_veto_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ≤ {self.cap}"


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
