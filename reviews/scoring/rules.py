"""The five kinds of rule: a value goes in, points on or off come out, exact.

Ratios are ratios here (95 % is 0.95, "5 points" is 0.05). "Worse" and "better"
follow the measure: for seconds and refunds a higher value is the worse one.
Source: spec/scorecard.md, "The engine's meaning", 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import ClassVar, Literal

Operator = Literal["<", "<=", ">=", ">"]
OPERATORS: tuple[Operator, ...] = ("<", "<=", ">=", ">")
LOW_SIDE = frozenset({"<", "<="})
HUNDRED = Fraction(100)
MOST_EDGES = 2000


@dataclass(frozen=True)
class Case:
    """What a rule looks at: the line's weight, the value and its direction."""

    weight: Decimal
    value: Fraction
    higher_is_better: bool
    events: Fraction | None = None

    def better(self, one: Fraction, other: Fraction) -> bool:
        """Tell whether `one` is at least as good as `other`."""
        return one >= other if self.higher_is_better else one <= other

    def ahead(self, standard: Decimal) -> Fraction:
        """Return how far the value is on the better side of a standard."""
        distance = self.value - Fraction(standard)
        return distance if self.higher_is_better else -distance


@dataclass(frozen=True)
class Applied:
    """One step that a rule took: its code, its points and the figures in it.

    `values` are in the measure's unit, `gaps` are differences of two such,
    `numbers` are plain counts or points.
    """

    code: str
    points: Fraction
    values: Mapping[str, Fraction] = field(default_factory=dict)
    gaps: Mapping[str, Fraction] = field(default_factory=dict)
    numbers: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """So many points for every whole step of a size (both above zero)."""

    size: Decimal
    points: Decimal


@dataclass(frozen=True)
class Mark:
    """So many points once, on reaching a mark."""

    at: Decimal
    points: Decimal


@dataclass(frozen=True)
class Steps:
    """A standard; points off per whole step below, on per whole step above."""

    kind: ClassVar[str] = "steps"
    standard: Decimal
    off: Step | None = None
    on: Step | None = None
    once: Mark | None = None
    small_sample: bool = False

    def apply(self, case: Case) -> tuple[Applied, ...]:
        """Return the steps taken, nothing at the standard itself."""
        ahead = case.ahead(self.standard)
        found = []
        if self.off and ahead < 0:
            found += _whole_steps("steps_off", -ahead, self.off, -1)
        if self.on and ahead > 0:
            found += _whole_steps("steps_on", ahead, self.on, 1)
        if self.once and case.better(case.value, Fraction(self.once.at)):
            at = {"mark": Fraction(self.once.at)}
            found.append(Applied("once", Fraction(self.once.points), at))
        return tuple(found)

    def edges(self, *, higher_is_better: bool, room: Fraction) -> set[Fraction]:
        """Return the values where the points change, within `room` points.

        Beyond `room` (weight plus bonus plus what other rules can add) the
        line's bounds hide every further step.
        """
        sign = 1 if higher_is_better else -1
        start = Fraction(self.standard)
        found = {start}
        for step, side in ((self.off, -sign), (self.on, sign)):
            if step is not None and step.size > 0 and step.points > 0:
                count = min(MOST_EDGES, floor(room / Fraction(step.points)) + 2)
                size = Fraction(step.size) * side
                found.update(start + size * n for n in range(1, count + 1))
        if self.once:
            found.add(Fraction(self.once.at))
        return found


def _whole_steps(code: str, gap: Fraction, step: Step, sign: int) -> list[Applied]:
    count = floor(gap / Fraction(step.size))
    return [
        Applied(
            code,
            Fraction(step.points) * count * sign,
            gaps={"gap": gap, "size": Fraction(step.size)},
            numbers={"count": Fraction(count)},
        )
    ]


@dataclass(frozen=True)
class Tier:
    """A threshold and what it adds (plus) or deducts (minus)."""

    operator: Operator
    threshold: Decimal
    effect: Decimal

    def holds(self, value: Fraction) -> bool:
        """Compare exactly."""
        limit = Fraction(self.threshold)
        return {
            "<": value < limit,
            "<=": value <= limit,
            ">=": value >= limit,
            ">": value > limit,
        }[self.operator]

    @property
    def is_low(self) -> bool:
        """Tell the side: `<` and `<=` are one, `>=` and `>` the other."""
        return self.operator in LOW_SIDE

    @property
    def reach(self) -> tuple[Fraction, int]:
        """Order tiers of one side: the furthest is the greatest."""
        limit = Fraction(self.threshold)
        return (-limit if self.is_low else limit, self.operator in {"<", ">"})


@dataclass(frozen=True)
class Tiers:
    """Thresholds; of those on one side that hold, the furthest one applies."""

    kind: ClassVar[str] = "tiers"
    tiers: tuple[Tier, ...]
    small_sample: bool = False

    def apply(self, case: Case) -> tuple[Applied, ...]:
        """Return at most one step of each side."""
        found = []
        for low in (True, False):
            holding = [t for t in self.side(low=low) if t.holds(case.value)]
            if holding:
                tier = max(holding, key=lambda one: one.reach)
                limit = {"threshold": Fraction(tier.threshold)}
                found.append(Applied(TIER_CODES[tier.operator], Fraction(tier.effect), limit))
        return tuple(found)

    def side(self, *, low: bool) -> tuple[Tier, ...]:
        """Return the tiers of one side, nearest first."""
        mine = [tier for tier in self.tiers if tier.is_low is low]
        return tuple(sorted(mine, key=lambda one: one.reach))

    def edges(self, *, higher_is_better: bool, room: Fraction) -> set[Fraction]:
        """Return the values where the points change."""
        return {Fraction(tier.threshold) for tier in self.tiers}


TIER_CODES: dict[str, str] = {
    "<": "tier_below",
    "<=": "tier_at_most",
    ">=": "tier_at_least",
    ">": "tier_above",
}


@dataclass(frozen=True)
class Grade:
    """A mark to reach and the percentage of the weight it gives."""

    threshold: Decimal
    percent: Decimal


@dataclass(frozen=True)
class Grades:
    """Marks that give a percentage of the weight, and `otherwise` below all."""

    kind: ClassVar[str] = "grades"
    grades: tuple[Grade, ...]
    otherwise: Decimal = Decimal(0)
    small_sample: bool = False

    def ordered(self, *, higher_is_better: bool) -> tuple[Grade, ...]:
        """Return the grades, the hardest mark first."""
        return tuple(sorted(self.grades, key=lambda g: g.threshold, reverse=higher_is_better))

    def apply(self, case: Case) -> tuple[Applied, ...]:
        """Return the one grade reached; its effect is value minus weight."""
        weight = Fraction(case.weight)
        for grade in self.ordered(higher_is_better=case.higher_is_better):
            if case.better(case.value, Fraction(grade.threshold)):
                share = Fraction(grade.percent)
                found = {"mark": Fraction(grade.threshold)}
                code = "grade"
                break
        else:
            share, found, code = Fraction(self.otherwise), {}, "grade_none"
        points = weight * share / HUNDRED
        numbers = {"percent": share, "gives": points}
        return (Applied(code, points - weight, found, numbers=numbers),)

    def edges(self, *, higher_is_better: bool, room: Fraction) -> set[Fraction]:
        """Return the values where the points change."""
        return {Fraction(grade.threshold) for grade in self.grades}


@dataclass(frozen=True)
class Linear:
    """Zero points at the worst value, full weight at the best, straight between."""

    kind: ClassVar[str] = "linear"
    worst: Decimal
    best: Decimal
    small_sample: bool = False

    def apply(self, case: Case) -> tuple[Applied, ...]:
        """Return the one step; its effect is value minus weight."""
        worst, best = Fraction(self.worst), Fraction(self.best)
        reached = (case.value - worst) / (best - worst)
        share = min(max(reached, Fraction(0)), Fraction(1))
        weight = Fraction(case.weight)
        points = weight * share
        values = {"value": case.value, "worst": worst, "best": best}
        numbers = {"weight": weight, "gives": points}
        code = "linear" if worst else "linear_from_zero"
        if share != reached:
            code = "linear_full" if share else "linear_none"
        return (Applied(code, points - weight, values, numbers=numbers),)

    def edges(self, *, higher_is_better: bool, room: Fraction) -> set[Fraction]:
        """Return the two ends of the slope."""
        return {Fraction(self.worst), Fraction(self.best)}


@dataclass(frozen=True)
class Events:
    """So many points off (minus) or on (plus) for each counted event."""

    kind: ClassVar[str] = "events"
    points: Decimal
    small_sample: bool = False

    def apply(self, case: Case) -> tuple[Applied, ...]:
        """Return one step for all events, nothing where there is none."""
        count = case.value if case.events is None else case.events
        if not count:
            return ()
        each = Fraction(self.points)
        return (Applied("events", each * count, numbers={"count": count, "each": each}),)

    def edges(self, *, higher_is_better: bool, room: Fraction) -> set[Fraction]:
        """Return nothing: behind a rate, events are counted and not measured."""
        return set()

    def counts(self, room: Fraction) -> set[Fraction]:
        """Return the counts that matter where the value itself is the count."""
        if not self.points:
            return {Fraction(0)}
        most = min(MOST_EDGES, floor(room / abs(Fraction(self.points))) + 2)
        return {Fraction(count) for count in range(most + 1)}


Rule = Steps | Tiers | Grades | Linear | Events
KINDS: dict[str, type[Rule]] = {
    "steps": Steps,
    "tiers": Tiers,
    "grades": Grades,
    "linear": Linear,
    "events": Events,
}
# These two set the points instead of changing them.
SETTING_KINDS = (Grades, Linear)
