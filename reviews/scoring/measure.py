"""What a measure is: a named number computed from facts, exact and explained."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from reviews.scoring.facts import Fact, Facts, State


class Unit(StrEnum):
    """How a value is written; a ratio of 0.95 is shown as 95 %."""

    RATIO = "ratio"
    CNY = "cny"
    COUNT = "count"
    SECONDS = "seconds"
    RUBRIC = "rubric"
    MARK_5 = "mark_5"
    MARK_100 = "mark_100"
    NUMBER = "number"


class Direction(StrEnum):
    """Which values of a measure are the better ones."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True)
class Measured:
    """A measure's outcome for one person: a value, or the reason for none.

    `working` is the calculation with its figures ("92,340.00 ÷ 100,000.00").
    `base` and `events` are the counts behind a rate, for small samples.
    """

    state: State
    value: Fraction | None = None
    reason: str = ""
    inputs: tuple[tuple[str, Fact], ...] = ()
    working: str = ""
    base: Fraction | None = None
    events: Fraction | None = None

    def with_inputs(self, inputs: tuple[tuple[str, Fact], ...]) -> "Measured":
        """Return the same outcome that names the facts it was made from."""
        return replace(self, inputs=inputs)


Compute = Callable[[Facts, Decimal | None], Measured]


@dataclass(frozen=True)
class Measure:
    """One registered measure. Registered once, never computed elsewhere.

    `least` and `most` bound the values that can occur (None: no bound).
    `events_key` and `base_key` name the counts an `events` rule and a small
    sample look at; `events_good` says whether an event is a good thing.
    `takes_standard` marks a measure that is divided by its line's standard.
    """

    code: str
    name_zh: str
    name_en: str
    unit: Unit
    better: Direction
    inputs: tuple[str, ...]
    formula_zh: str
    formula_en: str
    absences_zh: str
    absences_en: str
    source: str
    compute: Compute
    least: Decimal | None = Decimal(0)
    most: Decimal | None = None
    takes_standard: bool = False
    base_key: str = ""
    events_key: str = ""
    events_good: bool = False
    counter_zh: str = ""
    counter_en: str = ""

    @property
    def higher_is_better(self) -> bool:
        """Tell whether more is better."""
        return self.better is Direction.HIGHER
