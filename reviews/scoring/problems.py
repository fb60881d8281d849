"""A failed check: its words in both languages and the place it points to."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reviews.scoring.words import Pair


@dataclass(frozen=True)
class Place:
    """Where in a plan: a line's code, a rule or band by index, a field's name."""

    line: str = ""
    rule: int | None = None
    band: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Repair:
    """An obvious repair of a tiers rule: its effects in the order of its tiers."""

    line: str
    rule: int
    effects: tuple[Decimal, ...]
    words: Pair


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `span` is the stretch of values it lies in."""

    code: str
    words: Pair
    place: Place = Place()
    repair: Repair | None = None
    span: tuple[Fraction, Fraction] | None = None
