"""The trace of a line: every input, step and bound as data, for `explain`.

All figures are written here, once; rendering a trace computes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reviews.scoring.facts import Fact, FactKey, FactKind
from reviews.scoring.measure import Measure, Measured, Unit
from reviews.scoring.plan import Data, Inapplicable, Line
from reviews.scoring.plan_data import line_to_data
from reviews.scoring.rounding import round_half_up
from reviews.scoring.rules import Applied, Events, Linear, Rule, Tiers
from reviews.scoring.shown import fixed, grouped, mark, plain, shown, signed
from reviews.scoring.ways import LineWay, Way

TRACE_SCHEMA = 1
KIND_UNITS = {
    FactKind.AMOUNT: Unit.CNY,
    FactKind.COUNT: Unit.COUNT,
    FactKind.SECONDS: Unit.SECONDS,
    FactKind.RUBRIC: Unit.RUBRIC,
    FactKind.MARK_5: Unit.MARK_5,
    FactKind.MARK_100: Unit.MARK_100,
    FactKind.RATE: Unit.RATIO,
    FactKind.NUMBER: Unit.NUMBER,
}


@dataclass(frozen=True)
class Outcome:
    """A line on its way to the card: exact points and how they came about.

    `way` is what feeds it in the shop instead of the plan's own measure; `is_spread` says that its weight
    went to the other lines.
    """

    line: Line
    measure: Measure
    measured: Measured
    status: str
    points: Fraction | None
    steps: tuple[Applied, ...] = ()
    rules: tuple[Rule, ...] = ()
    reason: str = ""
    spread_weight: Fraction = Fraction(0)
    is_spread: bool = False
    way: LineWay | None = None


def line_edges(line: Line, measure: Measure) -> set[Fraction]:
    """Return all values at which a line's rules change what they give."""
    room = Fraction(line.weight) + Fraction(line.bonus_limit)
    for rule in line.rules:
        if isinstance(rule, Tiers):
            room += sum((abs(Fraction(tier.effect)) for tier in rule.tiers), Fraction(0))
    found: set[Fraction] = set()
    for rule in line.rules:
        found |= rule.edges(higher_is_better=measure.higher_is_better, room=room)
        if isinstance(rule, Events) and measure.unit is Unit.COUNT:
            found |= rule.counts(room)
    return found


def explain_line(
    outcome: Outcome,
    points: Decimal | None,
    policy: Inapplicable,
    keys: Mapping[str, FactKey],
) -> Data:
    """Return the JSON-able explanation of one line; `points` are rounded ones."""
    line, measure, measured = outcome.line, outcome.measure, outcome.measured
    data: Data = {
        "schema": TRACE_SCHEMA,
        "line": line_to_data(line),
        "measure": _measure_data(measure),
        "status": outcome.status,
        "reason": outcome.reason or measured.reason,
        "policy": _policy(outcome, policy).value,
        "value": None,
        "working": measured.working,
        "inputs": [_input_data(code, fact, keys) for code, fact in measured.inputs],
        "steps": _step_data(outcome),
        "points": None if points is None else fixed(points),
        "weight": fixed(line.weight),
        "difference": None if points is None else signed(points - line.weight),
    }
    if measured.value is not None:
        # A slope has no step to fall off, so its ends need no extra decimals.
        rules = [rule for rule in line.rules if not isinstance(rule, Linear)]
        edges = line_edges(line, measure) if rules else set()
        data["value"] = shown(measured.value, measure.unit, edges)
    if outcome.way is not None:
        data["shop_way"] = outcome.way.to_data()
    return data


def _policy(outcome: Outcome, policy: Inapplicable) -> Inapplicable:
    """Return what became of the line's weight: a shop's way spreads it whatever the plan says."""
    if outcome.way is None or outcome.way.way is not Way.NOT_APPLICABLE:
        return policy
    return Inapplicable.SPREAD if outcome.is_spread else Inapplicable.FULL


def _measure_data(measure: Measure) -> Data:
    return {
        "code": measure.code,
        "name_zh": measure.name_zh,
        "name_en": measure.name_en,
        "formula_zh": measure.formula_zh,
        "formula_en": measure.formula_en,
        "unit": measure.unit.value,
        "higher_is_better": measure.higher_is_better,
        "counter_zh": measure.counter_zh,
        "counter_en": measure.counter_en,
    }


def _input_data(code: str, fact: Fact, keys: Mapping[str, FactKey]) -> Data:
    base, _, number = code.partition(".")
    key = keys[base]
    unit = KIND_UNITS[key.kind]
    return {
        "key": code,
        "number": number if key.numbered else "",
        "name_zh": key.name_zh,
        "name_en": key.name_en,
        "unit": unit.value,
        "state": fact.state.value,
        "reason": fact.reason,
        "value": None if fact.value is None else plain(fact.value),
        "shown": None if fact.value is None else _input_shown(fact.value, unit),
        "source": fact.source.to_data(),
    }


def _input_shown(value: Decimal, unit: Unit) -> str:
    if unit in (Unit.CNY, Unit.RUBRIC):
        digits = plain(value).partition(".")[2]
        return grouped(value, max(2, len(digits)))
    return mark(value, unit)


def _step_data(outcome: Outcome) -> list[Data]:
    if outcome.status != "scored":
        return _spread_data(outcome)
    unit = outcome.measure.unit
    rows = [_applied_data(step, unit) for step in outcome.steps]
    sets_points = bool(outcome.steps) and "gives" in outcome.steps[0].numbers
    if not sets_points:
        start = {"code": "start", "amount": fixed(outcome.line.weight)}
        rows = [start, *(rows or [{"code": "nothing", "amount": "0.00"}])]
    total = Fraction(outcome.line.weight) + sum((step.points for step in outcome.steps), Fraction(0))
    most = Fraction(outcome.line.weight) + Fraction(outcome.line.bonus_limit)
    if total < 0:
        rows.append({"code": "at_least_zero", "amount": "0.00"})
    elif total > most:
        rows.append({"code": "at_most", "amount": fixed(round_half_up(most, 2))})
    return rows + _spread_data(outcome)


def _spread_data(outcome: Outcome) -> list[Data]:
    if not outcome.spread_weight or outcome.is_spread:
        return []
    amount = fixed(round_half_up(outcome.points or Fraction(0), 2))
    rest = round_half_up(Fraction(100) - outcome.spread_weight, 2)
    gone = round_half_up(outcome.spread_weight, 2)
    return [{"code": "spread", "amount": amount, "rest": plain(rest), "gone": plain(gone)}]


def _applied_data(step: Applied, unit: Unit) -> Data:
    data: Data = {"code": step.code, "amount": signed(step.points)}
    for name, value in step.values.items():
        data[name] = shown(value, unit) if name == "value" else mark(value, unit)
    for name, gap in step.gaps.items():
        data[name] = mark(gap, unit) if name == "size" else _gap(gap, unit)
    for name, number in step.numbers.items():
        data[name] = mark(number, Unit.NUMBER)
    if "gives" in step.numbers:
        # These rules set the points, so the amount is what they give.
        data["amount"] = fixed(round_half_up(step.numbers["gives"], 2))
        data["gives"] = data["amount"]
    return data


def _gap(gap: Fraction, unit: Unit) -> str:
    """Write a distance from the standard; shortened towards zero, never rounded up.

    A gap of 4.9999 points is no whole step of 5 and must not look like one.
    """
    scale = 100 if unit is Unit.RATIO else 1
    cut = Fraction(int(abs(gap) * scale * 100), 100)
    return grouped(round_half_up(cut, 2), 2) if cut else "<0.01"
