"""What feeds a line instead of the plan's own measure, in one shop: nothing, another measure, a typed value.

Source: spec/scorecard.md, "The engine's meaning", 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Self

from reviews.scoring.facts import FactKind, Facts, State
from reviews.scoring.measure import Measure, Measured, Unit
from reviews.scoring.plan import Data, Line

TYPED_NAMES = ("按录入值计", "the value typed in")
# A typed value is a fact of the measure's own unit.
TYPED_KINDS = {
    Unit.RATIO: FactKind.RATE,
    Unit.CNY: FactKind.AMOUNT,
    Unit.COUNT: FactKind.COUNT,
    Unit.SECONDS: FactKind.SECONDS,
    Unit.RUBRIC: FactKind.RUBRIC,
    Unit.MARK_5: FactKind.MARK_5,
    Unit.MARK_100: FactKind.MARK_100,
    Unit.NUMBER: FactKind.NUMBER,
}
NOT_FOR_SHOP = "not_for_shop"
TYPED = "typed_"


class Way(StrEnum):
    """How a shop's line is fed."""

    NOT_APPLICABLE = "not_applicable"  # its weight goes to the other lines
    MEASURE = "measure"
    MANUAL = "manual"


@dataclass(frozen=True)
class LineWay:
    """The way of one line: its reason in words, the other measure's code or the typed value's fact key."""

    way: Way
    reason: str
    measure: str = ""
    key: str = ""

    def to_data(self) -> Data:
        """Return the JSON form, as a line's explanation keeps it."""
        return {"way": self.way.value, "reason": self.reason, "measure": self.measure, "key": self.key}

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> Self:
        """Rebuild a way from `to_data`."""
        return cls(Way(data["way"]), data["reason"], data["measure"], data["key"])


def typed_key(unit: Unit, number: int) -> str:
    """Return the fact key of the value typed for the plan's line of a number (from 1)."""
    return f"{TYPED}{TYPED_KINDS[unit].value}.{number}"


def fed(line: Line, measures: Mapping[str, Measure], way: LineWay | None) -> tuple[Line, Measure]:
    """Return the line and the measure it is scored by in the way given; both the plan's own without one."""
    measure = measures[line.measure]
    if way is None:
        return line, measure
    if way.way is Way.MEASURE:
        return replace(line, measure=way.measure), measures[way.measure]
    if way.way is Way.MANUAL:
        return line, _typed(measure, way.key)
    return line, replace(measure, inputs=())


def _typed(measure: Measure, key: str) -> Measure:
    """Return a measure whose value is typed in: same name, unit and direction."""

    def compute(facts: Facts, standard: object) -> Measured:
        fact = facts.get(key)
        if fact is None:
            return Measured(State.MISSING, None, "not_typed")
        pairs = ((key, fact),)
        if fact.value is None:
            return Measured(fact.state, None, fact.reason, pairs)
        value = Fraction(fact.value)
        events = value if measure.unit is Unit.COUNT else None
        return Measured(State.PRESENT, value, inputs=pairs, events=events)

    zh, en = TYPED_NAMES
    return replace(
        measure, inputs=(key,), formula_zh=zh, formula_en=en, compute=compute, base_key="", events_key=""
    )


def measured(line: Line, measure: Measure, facts: Facts, way: LineWay | None) -> Measured:
    """Return what a line's measure comes to; of a line that does not apply in the shop, that."""
    if way is not None and way.way is Way.NOT_APPLICABLE:
        return Measured(State.NOT_APPLICABLE, None, NOT_FOR_SHOP)
    return measure.compute(facts, line.standard)
