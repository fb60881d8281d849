"""Facts and a plan in, a scored and explained card out. Pure and exact.

Source: spec/scorecard.md, "The engine's meaning".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from reviews.scoring.facts import FactKey, Facts, State
from reviews.scoring.measure import Measure, Measured
from reviews.scoring.plan import Band, Data, Inapplicable, Line, Plan, Veto
from reviews.scoring.rounding import round_money, round_points, round_value
from reviews.scoring.rules import HUNDRED, SETTING_KINDS, Applied, Case, Rule
from reviews.scoring.trace import Outcome, explain_line
from reviews.scoring.ways import LineWay, Way, fed, measured


class Status(StrEnum):
    """What became of a line."""

    SCORED = "scored"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    WAIVED = "waived"


@dataclass(frozen=True)
class PayLevel:
    """The pay level's two amounts a month, in CNY."""

    base_salary: Decimal | None
    performance_salary: Decimal | None


@dataclass(frozen=True)
class Adjustment:
    """Points over the 100, plus or minus, with the supervisor's reason."""

    points: Decimal
    reason: str


@dataclass(frozen=True)
class ScoredLine:
    """One line of a card. `points` is None exactly when the line is missing.

    `value` is the measure's value rounded to 0.000001 for keeping; ratios are
    ratios. `explanation` is JSON-able and holds everything that explains it.
    """

    line: Line
    status: Status
    value: Decimal | None
    points: Decimal | None
    explanation: Data


@dataclass(frozen=True)
class ScoredCard:
    """One person's scored month. With a line missing there is no total.

    `lines_total` is the sum of the lines, `total_before_cap` that plus the
    adjustment and at least 0, `total` the same under the veto's cap.
    """

    plan: Plan
    lines: tuple[ScoredLine, ...]
    missing: tuple[str, ...]
    adjustment: Adjustment | None
    veto: Veto | None
    lines_total: Decimal | None
    total_before_cap: Decimal | None
    total: Decimal | None
    band: Band | None
    performance_pay: Decimal | None


def active_rules(line: Line, measured_base: Fraction | None) -> tuple[Rule, ...]:
    """Return the rules that apply: the small sample's, or the others."""
    small = (
        line.small_sample_below is not None
        and measured_base is not None
        and measured_base < Fraction(line.small_sample_below)
    )
    return tuple(rule for rule in line.rules if rule.small_sample is small)


def apply_rules(
    line: Line,
    measure: Measure,
    rules: tuple[Rule, ...],
    value: Fraction,
    events: Fraction | None = None,
) -> tuple[tuple[Applied, ...], Fraction]:
    """Return every step the rules take and the bounded points, not rounded.

    Effects add up from the full weight; the bounds are 0 and weight plus bonus.
    """
    case = Case(line.weight, value, measure.higher_is_better, events)
    ordered = sorted(rules, key=lambda rule: not isinstance(rule, SETTING_KINDS))
    steps = tuple(step for rule in ordered for step in rule.apply(case))
    points = Fraction(line.weight) + sum((step.points for step in steps), Fraction(0))
    most = Fraction(line.weight) + Fraction(line.bonus_limit)
    return steps, min(max(points, Fraction(0)), most)


def score_card(
    plan: Plan,
    facts: Facts,
    *,
    measures: Mapping[str, Measure],
    keys: Mapping[str, FactKey],
    level: PayLevel | None,
    waived: Mapping[str, str],
    adjustment: Adjustment | None,
    failures: Mapping[str, int],
    ways: Mapping[str, LineWay] | None = None,
) -> ScoredCard:
    """Score one person's facts under a plan.

    Units: facts in the unit of their key, points from 0 to weight plus bonus,
    amounts in CNY. Each line is rounded half-up to 0.01, the total not at all,
    so that the lines a reader sees add up to the total. `ways` says by line code what
    feeds a line in the person's shop instead of its own measure. Raises ValueError for an
    adjustment above the plan's limit, KeyError for an unregistered measure.
    """
    _refuse_wide_adjustment(plan, adjustment)
    given = ways or {}
    found = [_outcome(line, measures, facts, waived, given.get(line.code)) for line in plan.lines]
    outcomes = _spread(plan, found)
    lines = tuple(_finish(outcome, plan, keys) for outcome in outcomes)
    missing = tuple(one.line.code for one in lines if one.points is None)
    veto = _strictest_veto(plan, failures)
    card = ScoredCard(plan, lines, missing, adjustment, veto, None, None, None, None, None)
    return card if missing else _totals(card, level)


def _totals(card: ScoredCard, level: PayLevel | None) -> ScoredCard:
    """Add up the lines, the adjustment and the cap; find the band and the pay."""
    points = [line.points for line in card.lines if line.points is not None]
    lines_total = sum(points, Decimal("0.00"))
    extra = card.adjustment.points if card.adjustment else Decimal(0)
    before = max(lines_total + round_points(extra), Decimal("0.00"))
    total = min(before, round_points(card.veto.cap)) if card.veto else before
    band = card.plan.band_for(total)
    pay = None
    if level is not None and level.performance_salary is not None:
        pay = round_money(Fraction(level.performance_salary) * Fraction(band.multiplier))
    return replace(
        card,
        lines_total=lines_total,
        total_before_cap=before,
        total=total,
        band=band,
        performance_pay=pay,
    )


def _refuse_wide_adjustment(plan: Plan, adjustment: Adjustment | None) -> None:
    if adjustment is None:
        return
    if abs(adjustment.points) > plan.adjustment_limit:
        raise ValueError(f"an adjustment of {adjustment.points} is above the limit")


def _strictest_veto(plan: Plan, failures: Mapping[str, int]) -> Veto | None:
    hit = [veto for veto in plan.vetoes if failures.get(veto.fact, 0) >= veto.from_count]
    return min(hit, key=lambda veto: veto.cap, default=None)


def _outcome(
    line: Line,
    measures: Mapping[str, Measure],
    facts: Facts,
    waived: Mapping[str, str],
    way: LineWay | None,
) -> Outcome:
    line, measure = fed(line, measures, way)
    found = measured(line, measure, facts, way)
    weight = Fraction(line.weight)
    if line.code in waived:
        outcome = Outcome(line, measure, found, Status.WAIVED, weight, reason=waived[line.code])
    elif found.value is not None:
        outcome = _scored(line, measure, found, found.value)
    elif found.state is State.MISSING:
        outcome = Outcome(line, measure, found, Status.MISSING, None)
    else:
        outcome = Outcome(line, measure, found, Status.NOT_APPLICABLE, weight)
    return outcome if way is None else replace(outcome, way=way)


def _scored(line: Line, measure: Measure, measured: Measured, value: Fraction) -> Outcome:
    rules = active_rules(line, measured.base)
    steps, points = apply_rules(line, measure, rules, value, measured.events)
    return Outcome(line, measure, measured, Status.SCORED, points, steps=steps, rules=rules)


def _spread(plan: Plan, outcomes: list[Outcome]) -> list[Outcome]:
    """Give the weight of lines that do not apply to the others, if the plan or the shop's way says so.

    Points up to the weight grow by 100 ÷ (100 − inapplicable weights), bonuses do
    not. Where no line applies, each keeps its full weight.
    """
    away = {one.line.code for one in outcomes if _goes_away(plan, one)}
    gone = sum((Fraction(one.line.weight) for one in outcomes if one.line.code in away), Fraction(0))
    if not away or gone >= HUNDRED:
        return outcomes
    factor = HUNDRED / (HUNDRED - gone)
    spread = []
    for one in outcomes:
        if one.line.code in away:
            spread.append(replace(one, points=Fraction(0), spread_weight=gone, is_spread=True))
        elif one.points is None:
            spread.append(one)
        else:
            inside = min(one.points, Fraction(one.line.weight))
            points = inside * factor + (one.points - inside)
            spread.append(replace(one, points=points, spread_weight=gone))
    return spread


def _goes_away(plan: Plan, one: Outcome) -> bool:
    if one.status != Status.NOT_APPLICABLE:
        return False
    by_shop = one.way is not None and one.way.way is Way.NOT_APPLICABLE
    return by_shop or plan.inapplicable is Inapplicable.SPREAD


def _finish(outcome: Outcome, plan: Plan, keys: Mapping[str, FactKey]) -> ScoredLine:
    points = None if outcome.points is None else round_points(outcome.points)
    value = outcome.measured.value
    return ScoredLine(
        outcome.line,
        Status(outcome.status),
        None if value is None else round_value(value),
        points,
        explain_line(outcome, points, plan.inapplicable, keys),
    )
