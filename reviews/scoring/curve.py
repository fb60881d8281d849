"""Points over value: the exact shape of a line, for checks and for the chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line
from reviews.scoring.rules import Linear, Rule
from reviews.scoring.score import apply_rules
from reviews.scoring.trace import line_edges

# Far smaller than any step of a rule can hide in, see `samples`.
NEAR = Fraction(1, 10**9)


@dataclass(frozen=True)
class Sample:
    """One point of the curve: a value and the exact, bounded points it gives."""

    value: Fraction
    points: Fraction


@dataclass(frozen=True)
class Curve:
    """A line's points over the values that can occur, in rising order of value.

    `sloped` tells that points run straight between samples; otherwise they stay
    the same from each edge to the next.
    """

    samples: tuple[Sample, ...]
    sloped: bool

    @property
    def least(self) -> Fraction:
        """Return the fewest points a value can give."""
        return min(sample.points for sample in self.samples)

    @property
    def most(self) -> Fraction:
        """Return the most points a value can give."""
        return max(sample.points for sample in self.samples)


def points_at(line: Line, measure: Measure, rules: tuple[Rule, ...], value: Fraction) -> Fraction:
    """Return the exact points of a value; events behind a rate count as none."""
    events = None if measure.unit is Unit.COUNT else Fraction(0)
    return apply_rules(line, measure, rules, value, events)[1]


def curve(line: Line, measure: Measure, *, small_sample: bool = False) -> Curve:
    """Return a line's curve under its normal rules or its small sample's."""
    rules = tuple(rule for rule in line.rules if rule.small_sample is small_sample)
    edges = sorted(line_edges(line, measure)) or [Fraction(0)]
    if measure.unit is Unit.COUNT:
        values: Iterable[Fraction] = _whole(edges)
    else:
        values = _around(edges, measure)
    low, high = measure.least, measure.most
    kept = {value for value in values if (low is None or value >= low) and (high is None or value <= high)}
    kept |= {Fraction(bound) for bound in (low, high) if bound is not None}
    samples = tuple(Sample(value, points_at(line, measure, rules, value)) for value in sorted(kept))
    return Curve(samples, any(isinstance(rule, Linear) for rule in rules))


def _whole(edges: list[Fraction]) -> set[Fraction]:
    """Return the whole numbers at and beside every edge."""
    found: set[Fraction] = set()
    for edge in edges:
        found.update(map(Fraction, range(floor(edge) - 1, ceil(edge) + 2)))
    return found


def _around(edges: list[Fraction], measure: Measure) -> set[Fraction]:
    """Return every edge, both its sides, and one value beyond the outer ones.

    Between two neighbouring edges a line is constant or straight, so these
    values hold its least, its most and every jump.
    """
    gaps = [b - a for a, b in pairwise(edges)]
    width = edges[-1] - edges[0] or abs(edges[0]) or Fraction(1)
    near = min([*gaps, width]) * NEAR
    found = {edges[0] - width / 2, edges[-1] + width / 2}
    for edge in edges:
        found.update((edge - near, edge, edge + near))
    return found
