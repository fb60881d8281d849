"""Rows of a plan version to the core's plan, and back."""

from __future__ import annotations

from decimal import Decimal

from reviews.measures import MEASURES
from reviews.models import Band, PlanLine, PlanRule, PlanVersion, Tier, Veto
from reviews.scoring import plan as core
from reviews.scoring import rules

PARTS = ("lines__rules__tiers", "bands", "vetoes")


def core_of(version: PlanVersion) -> core.Plan:
    """Return a version as the core's plan, from prefetched rows or by querying."""
    streak = version.proposals == PlanVersion.Proposals.STREAK
    lines = version.lines.all().prefetch_related("rules__tiers")
    prefetched = getattr(version, "_prefetched_objects_cache", {})
    if "lines" in prefetched:
        lines = version.lines.all()
    return core.Plan(
        code=version.plan.code,
        name_zh=version.plan.name_zh,
        name_en=version.plan.name_en,
        source=version.source,
        lines=tuple(_line_of(row) for row in sorted(lines, key=lambda row: row.order)),
        bands=tuple(_band_of(row) for row in sorted(version.bands.all(), key=lambda row: -row.at_least)),
        vetoes=tuple(
            core.Veto(row.code, row.cap, row.failures)
            for row in sorted(version.vetoes.all(), key=lambda row: row.code)
        ),
        inapplicable=core.Inapplicable(version.inapplicable),
        growth_base=core.GrowthBase(version.growth_base),
        cadence=core.Cadence(version.proposals),
        cadence_months=version.streak_months if streak else None,
        adjustment_limit=version.adjustment_limit,
    )


def _line_of(row: PlanLine) -> core.Line:
    found = sorted(row.rules.all(), key=lambda rule: rule.order)
    below = row.small_sample_below
    return core.Line(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        group=core.Group(row.group),
        radar=core.Radar(row.radar),
        measure=row.measure,
        weight=row.weight,
        rules=tuple(_rule_of(rule) for rule in found),
        bonus_limit=row.bonus_limit,
        standard=row.standard,
        small_sample_below=None if below is None else Decimal(below),
        source=row.source,
    )


def _rule_of(row: PlanRule) -> rules.Rule:
    match row.kind:
        case PlanRule.Kind.STEPS:
            return rules.Steps(
                _sure(row.standard),
                _step(row.below_step, row.below_points),
                _step(row.above_step, row.above_points),
                _mark(row.mark_at, row.mark_points),
                row.small_sample,
            )
        case PlanRule.Kind.TIERS:
            tiers = [
                rules.Tier(_operator(tier.operator), tier.threshold, tier.effect) for tier in _in_order(row)
            ]
            return rules.Tiers(tuple(tiers), row.small_sample)
        case PlanRule.Kind.GRADES:
            grades = [rules.Grade(tier.threshold, tier.effect) for tier in _in_order(row)]
            otherwise = _sure(row.otherwise_percent)
            return rules.Grades(tuple(grades), otherwise, row.small_sample)
        case PlanRule.Kind.LINEAR:
            return rules.Linear(_sure(row.worst), _sure(row.best), row.small_sample)
        case PlanRule.Kind.EVENTS:
            return rules.Events(_sure(row.per_event), row.small_sample)
    raise ValueError(f"a rule of the unknown kind {row.kind}")


def _in_order(row: PlanRule) -> list[Tier]:
    return sorted(row.tiers.all(), key=lambda tier: tier.order)


def _sure(number: Decimal | None) -> Decimal:
    if number is None:
        raise ValueError("a rule without its number")
    return number


def _operator(text: str) -> rules.Operator:
    for operator in rules.OPERATORS:
        if operator == text:
            return operator
    raise ValueError(f"a tier with the unknown operator {text}")


def _step(size: Decimal | None, points: Decimal | None) -> rules.Step | None:
    return None if size is None or points is None else rules.Step(size, points)


def _mark(at: Decimal | None, points: Decimal | None) -> rules.Mark | None:
    return None if at is None or points is None else rules.Mark(at, points)


def _band_of(row: Band) -> core.Band:
    return core.Band(
        at_least=row.at_least,
        multiplier=row.multiplier,
        level_change=row.level_change,
        advice_zh=row.advice_zh,
        advice_en=row.advice_en,
        name_zh=row.name_zh,
        name_en=row.name_en,
        or_none=row.or_none,
        under_observation=row.observe,
    )


def write_parts(version: PlanVersion, plan: core.Plan) -> None:
    """Write a plan's whole content under a draft version; the caller holds the transaction."""
    version.source = plan.source
    version.inapplicable = plan.inapplicable.value
    version.growth_base = plan.growth_base.value
    version.proposals = plan.cadence.value
    version.streak_months = plan.cadence_months or 3
    version.adjustment_limit = plan.adjustment_limit
    version.save()
    for part in (version.lines, version.bands, version.vetoes):
        part.all().delete()
    lines = PlanLine.objects.bulk_create(
        _line_row(version, order, line) for order, line in enumerate(plan.lines)
    )
    found = [
        (_rule_row(row, order, rule), rule, line.measure)
        for row, line in zip(lines, plan.lines, strict=True)
        for order, rule in enumerate(line.rules)
    ]
    PlanRule.objects.bulk_create(row for row, _rule, _measure in found)
    Tier.objects.bulk_create(tier for row, rule, measure in found for tier in _tier_rows(row, rule, measure))
    Band.objects.bulk_create(_band_row(version, band) for band in plan.bands)
    Veto.objects.bulk_create(
        Veto(version=version, code=veto.fact, failures=veto.from_count, cap=veto.cap) for veto in plan.vetoes
    )


def _line_row(version: PlanVersion, order: int, line: core.Line) -> PlanLine:
    below = line.small_sample_below
    return PlanLine(
        version=version,
        order=order,
        code=line.code,
        name_zh=line.name_zh,
        name_en=line.name_en,
        group=line.group.value,
        radar=line.radar.value,
        measure=line.measure,
        weight=line.weight,
        standard=line.standard,
        bonus_limit=line.bonus_limit,
        small_sample_below=None if below is None else int(below),
        source=line.source,
    )


def _rule_row(line: PlanLine, order: int, rule: rules.Rule) -> PlanRule:
    row = PlanRule(line=line, order=order, kind=rule.kind, small_sample=rule.small_sample)
    match rule:
        case rules.Steps():
            row.standard = rule.standard
            if rule.off:
                row.below_step, row.below_points = rule.off.size, rule.off.points
            if rule.on:
                row.above_step, row.above_points = rule.on.size, rule.on.points
            if rule.once:
                row.mark_at, row.mark_points = rule.once.at, rule.once.points
        case rules.Grades():
            row.otherwise_percent = rule.otherwise
        case rules.Linear():
            row.worst, row.best = rule.worst, rule.best
        case rules.Events():
            row.per_event = rule.points
        case rules.Tiers():
            pass
    return row


def _tier_rows(row: PlanRule, rule: rules.Rule, measure: str) -> list[Tier]:
    match rule:
        case rules.Tiers():
            return [
                Tier(
                    rule=row,
                    order=order,
                    operator=tier.operator,
                    threshold=tier.threshold,
                    effect=tier.effect,
                )
                for order, tier in enumerate(rule.tiers)
            ]
        case rules.Grades():
            known = MEASURES.get(measure)
            higher = known is None or known.higher_is_better
            return [
                Tier(
                    rule=row,
                    order=order,
                    operator=">=" if higher else "<=",
                    threshold=grade.threshold,
                    effect=grade.percent,
                )
                for order, grade in enumerate(rule.grades)
            ]
        case _:
            return []


def _band_row(version: PlanVersion, band: core.Band) -> Band:
    return Band(
        version=version,
        at_least=band.at_least,
        multiplier=band.multiplier,
        level_change=band.level_change,
        or_none=band.or_none,
        observe=band.under_observation,
        dismissal=band.is_dismissal,
        name_zh=band.name_zh,
        name_en=band.name_en,
        advice_zh=band.advice_zh,
        advice_en=band.advice_en,
    )
