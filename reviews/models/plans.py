"""Plans as rows: what HR edits, and what is frozen once published."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reviews.models.guards import Freezable, FreezableQuerySet, refuse
from reviews.scoring.plan import Radar
from staff import access


def in_reader_language(zh: str, en: str) -> str:
    """Return the text in the reader's language; the Chinese one where no English was given."""
    return en if en and (get_language() or "").startswith("en") else zh


class VersionQuerySet(FreezableQuerySet["PlanVersion"]):
    """Versions of plans; the published ones neither change nor go."""

    def published(self) -> VersionQuerySet:
        """Return the published versions."""
        return self.filter(state="published")

    def visible_to(self, user: Any, *, on: date) -> VersionQuerySet:
        """Return what a user may read: HR and superusers all, who leads or approves the published ones."""
        scope = access.scope_of(user, on=on)
        if scope.superuser or scope.has("hr"):
            return self.all()
        if scope.has("manager", "director", "general_office"):
            return self.published()
        return self.none()


class PartQuerySet(FreezableQuerySet[Any]):
    """Parts of versions; those of published ones neither change nor go, nor are any added."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Add rows, or refuse all if one belongs to a published version."""
        rows = list(objs)
        if any(row.plan_version().published_at is not None for row in rows):
            raise refuse(self.model)
        return super().bulk_create(rows, *args, **kwargs)


class PlanPart(models.Model):
    """A row of a plan version, which stands still once the version is published."""

    FROZEN_PATH: ClassVar[str] = "version__published_at"

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row unless its version is published."""
        self._refuse_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row unless its version is published."""
        self._refuse_published()
        return super().delete(*args, **kwargs)

    def plan_version(self) -> PlanVersion:
        """Return the version this row belongs to."""
        version: PlanVersion = getattr(self, "version")  # noqa: B009
        return version

    def _refuse_published(self) -> None:
        if PlanVersion.objects.filter(pk=self.plan_version().pk).frozen().exists():
            raise refuse(type(self))


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


class PlanVersion(Freezable):
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

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
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

    FROZEN_PATH: ClassVar[str] = "published_at"

    objects = VersionQuerySet.as_manager()

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


class PlanLine(PlanPart):
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
    radar = models.CharField(
        _("corner of the radar"), max_length=20, choices=[(one.value, one.value) for one in Radar]
    )
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
    small_sample_below = models.PositiveIntegerField(
        _("small sample below"),
        null=True,
        blank=True,
        help_text=_("Below so many counted cases the rules for small samples apply instead."),
    )
    source = models.CharField(_("policy and clause"), max_length=200, blank=True)

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


class PlanRule(PlanPart):
    """One rule of a line. Which numbers count depends on its kind; the rules of a line add up."""

    class Kind(models.TextChoices):
        STEPS = "steps", _("steps")
        TIERS = "tiers", _("tiers")
        GRADES = "grades", _("grades")
        LINEAR = "linear", _("linear")
        EVENTS = "events", _("events")

    FROZEN_PATH: ClassVar[str] = "line__version__published_at"

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
    otherwise_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    small_sample = models.BooleanField(_("for small samples"), default=False)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar = ["line", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "order"], name="reviews_planrule_order_unique"),
            models.CheckConstraint(
                condition=Q(kind="steps", standard__isnull=False) | ~Q(kind="steps"),
                name="reviews_planrule_steps_have_standard",
                violation_error_message=_("A rule of steps needs its standard."),
            ),
            models.CheckConstraint(
                condition=Q(below_step__isnull=True, below_points__isnull=True)
                | Q(below_step__gt=0, below_points__isnull=False),
                name="reviews_planrule_below_whole",
                violation_error_message=_("Points off need a step above 0."),
            ),
            models.CheckConstraint(
                condition=Q(above_step__isnull=True, above_points__isnull=True)
                | Q(above_step__gt=0, above_points__isnull=False),
                name="reviews_planrule_above_whole",
                violation_error_message=_("Points on need a step above 0."),
            ),
            models.CheckConstraint(
                condition=Q(mark_at__isnull=True, mark_points__isnull=True)
                | Q(mark_at__isnull=False, mark_points__isnull=False),
                name="reviews_planrule_mark_whole",
                violation_error_message=_("A mark needs its points."),
            ),
            models.CheckConstraint(
                condition=Q(kind="grades", otherwise_percent__isnull=False) | ~Q(kind="grades"),
                name="reviews_planrule_grades_have_rest",
                violation_error_message=_("Grades need a percentage for the rest."),
            ),
            models.CheckConstraint(
                condition=(Q(kind="linear", worst__isnull=False, best__isnull=False) & ~Q(worst=F("best")))
                | ~Q(kind="linear"),
                name="reviews_planrule_linear_has_ends",
                violation_error_message=_("A slope needs a worst and a best value that differ."),
            ),
            models.CheckConstraint(
                condition=Q(kind="events", per_event__isnull=False) | ~Q(kind="events"),
                name="reviews_planrule_events_have_points",
                violation_error_message=_("A rule of events needs its points per event."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["steps", "tiers", "grades", "linear", "events"]),
                name="reviews_planrule_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.kind}"

    def plan_version(self) -> PlanVersion:
        """Return the version this row belongs to."""
        return self.line.version


class Tier(PlanPart):
    """One threshold of a rule of tiers (effect in points) or grades (effect in percent of the weight)."""

    FROZEN_PATH: ClassVar[str] = "rule__line__version__published_at"

    rule = models.ForeignKey(PlanRule, models.CASCADE, related_name="tiers")
    order = models.PositiveSmallIntegerField(default=0)
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

    def plan_version(self) -> PlanVersion:
        """Return the version this row belongs to."""
        return self.rule.line.version


class Band(PlanPart):
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
            models.CheckConstraint(
                condition=Q(dismissal=True, level_change__isnull=True)
                | Q(dismissal=False, level_change__isnull=False),
                name="reviews_band_dismissal_or_change",
                violation_error_message=_(
                    "A band names a level change, or a dismissal that a person decides."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"≥ {self.at_least}"


class Veto(PlanPart):
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
