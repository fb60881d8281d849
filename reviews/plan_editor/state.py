"""The editor's form as data: every field as the text that stands in it.

Ratios are typed in percent here (95 for 0.95); the core has ratios. A state can
hold anything a person types; only `reading` decides whether it is a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reviews.measures import MEASURES
from reviews.scoring import plan as core
from reviews.scoring import rules
from reviews.scoring.measure import Unit
from reviews.scoring.shown import plain

DISMISSAL = "dismissal"
LEVEL_CHANGES = ("3", "2", "1", "0", "-1", "-2", "-3", DISMISSAL)
# The number fields of each kind of rule, by their names in the form.
NUMBERS = {
    "steps": (
        "standard",
        "off_size",
        "off_points",
        "on_size",
        "on_points",
        "mark_at",
        "mark_points",
    ),
    "tiers": (),
    "grades": ("otherwise",),
    "linear": ("worst", "best"),
    "events": ("each",),
}


@dataclass
class TierState:
    """One threshold of a rule of tiers or grades; `sign` is + or - for tiers."""

    operator: str = "<"
    threshold: str = ""
    sign: str = "-"
    effect: str = ""


@dataclass
class RuleState:
    """One rule: its kind, its numbers by name, its tiers."""

    kind: str
    numbers: dict[str, str] = field(default_factory=dict)
    tiers: list[TierState] = field(default_factory=list)
    small: bool = False
    sign: str = "-"


@dataclass
class LineState:
    """One line of the form."""

    code: str
    name_zh: str
    name_en: str
    group: str
    radar: str
    measure: str
    weight: str = ""
    bonus_limit: str = "0"
    standard: str = ""
    small_below: str = ""
    source: str = ""
    rules: list[RuleState] = field(default_factory=list)

    @property
    def is_percent(self) -> bool:
        """Tell whether values of this line are typed in percent."""
        known = MEASURES.get(self.measure)
        return known is not None and known.unit is Unit.RATIO

    @property
    def higher_is_better(self) -> bool:
        """Tell whether more is better on this line."""
        known = MEASURES.get(self.measure)
        return known is None or known.higher_is_better


@dataclass
class BandState:
    """One band of the form; `level_change` is a whole number or `dismissal`."""

    at_least: str = ""
    multiplier: str = ""
    level_change: str = "0"
    or_none: bool = False
    observe: bool = False
    name_zh: str = ""
    name_en: str = ""
    advice_zh: str = ""
    advice_en: str = ""


@dataclass
class PlanState:
    """The whole form."""

    name_zh: str
    name_en: str
    source: str
    starts_on: str
    note: str = ""
    inapplicable: str = "full"
    growth_base: str = "previous_month"
    cadence: str = "year_average"
    cadence_months: str = "3"
    adjustment_limit: str = "0"
    veto: bool = False
    veto_cap: str = "59.99"
    veto_from: str = "1"
    lines: list[LineState] = field(default_factory=list)
    bands: list[BandState] = field(default_factory=list)


def written(number: Decimal | None, *, percent: bool = False) -> str:
    """Write a number as it stands in a field, "" for none."""
    if number is None:
        return ""
    return plain(number * 100 if percent else number)


def state_of(plan: core.Plan, *, starts_on: date, note: str = "") -> PlanState:
    """Return the form that a plan fills."""
    veto = plan.vetoes[0] if plan.vetoes else None
    return PlanState(
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        source=plan.source,
        starts_on=starts_on.isoformat(),
        note=note,
        inapplicable=plan.inapplicable.value,
        growth_base=plan.growth_base.value,
        cadence=plan.cadence.value,
        cadence_months=str(plan.cadence_months or 3),
        adjustment_limit=written(plan.adjustment_limit),
        veto=veto is not None,
        veto_cap=written(veto.cap) if veto else "59.99",
        veto_from=str(veto.from_count) if veto else "1",
        lines=[_line_state(line) for line in plan.lines],
        bands=[_band_state(band) for band in plan.bands_from_top()],
    )


def _line_state(line: core.Line) -> LineState:
    state = LineState(
        code=line.code,
        name_zh=line.name_zh,
        name_en=line.name_en,
        group=line.group.value,
        radar=line.radar.value,
        measure=line.measure,
        weight=written(line.weight),
        bonus_limit=written(line.bonus_limit),
        standard=written(line.standard),
        small_below=written(line.small_sample_below),
        source=line.source,
    )
    state.rules = [_rule_state(rule, percent=state.is_percent) for rule in line.rules]
    return state


def _rule_state(rule: rules.Rule, *, percent: bool) -> RuleState:
    state = RuleState(rule.kind, small=rule.small_sample)
    match rule:
        case rules.Steps():
            state.numbers = _steps_numbers(rule, percent=percent)
        case rules.Tiers():
            state.tiers = [
                TierState(
                    tier.operator,
                    written(tier.threshold, percent=percent),
                    "-" if tier.effect < 0 else "+",
                    written(abs(tier.effect)),
                )
                for tier in rule.tiers
            ]
        case rules.Grades():
            state.numbers = {"otherwise": written(rule.otherwise)}
            state.tiers = [
                TierState(
                    threshold=written(grade.threshold, percent=percent),
                    effect=written(grade.percent),
                )
                for grade in rule.grades
            ]
        case rules.Linear():
            state.numbers = {
                "worst": written(rule.worst, percent=percent),
                "best": written(rule.best, percent=percent),
            }
        case rules.Events():
            state.numbers = {"each": written(abs(rule.points))}
            state.sign = "-" if rule.points < 0 else "+"
    return state


def _steps_numbers(rule: rules.Steps, *, percent: bool) -> dict[str, str]:
    off, on, once = rule.off, rule.on, rule.once
    return {
        "standard": written(rule.standard, percent=percent),
        "off_size": written(off.size if off else None, percent=percent),
        "off_points": written(off.points if off else None),
        "on_size": written(on.size if on else None, percent=percent),
        "on_points": written(on.points if on else None),
        "mark_at": written(once.at if once else None, percent=percent),
        "mark_points": written(once.points if once else None),
    }


def _band_state(band: core.Band) -> BandState:
    return BandState(
        at_least=written(band.at_least),
        multiplier=written(band.multiplier),
        level_change=DISMISSAL if band.level_change is None else str(band.level_change),
        or_none=band.or_none,
        observe=band.under_observation,
        name_zh=band.name_zh,
        name_en=band.name_en,
        advice_zh=band.advice_zh,
        advice_en=band.advice_en,
    )
