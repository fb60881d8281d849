"""A line's points over its value as SVG shapes; the words stand beside it as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reviews.scoring.curve import Curve, curve, points_at
from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line
from reviews.scoring.rounding import round_half_up
from reviews.scoring.rules import Linear, Rule, Steps, Tiers
from reviews.scoring.sentences import Wording, line_standard
from reviews.scoring.shown import mark
from reviews.scoring.words import Lang

WIDTH, HEIGHT, EDGE = 160, 44, 3
ACCENT, MID, RULE, QUIET = "#0B5D56", "#64988F", "#E5E7EB", "#6B7280"
BAD, BAD_SOFT = "#B3261E", "#F9DCD9"
BAR = 10
STEPS_SHOWN = 8
CROWDED = 40


@dataclass(frozen=True)
class Label:
    """A word under the chart and its place, percent from the left in fives."""

    text: str
    place: int
    strong: bool = False


@dataclass(frozen=True)
class LineChart:
    """A drawn curve: the picture, its labels, and the points at its foot and top."""

    svg: SafeString
    labels: tuple[Label, ...]
    top: str


def points_over_value(
    line: Line,
    measure: Measure,
    lang: Lang,
    *,
    span: tuple[Fraction, Fraction] | None = None,
) -> LineChart:
    """Draw what each value earns; `span` is a stretch that fails a check, in red.

    The picture is 160 × 44 units; 0 points at the foot, weight plus bonus on top.
    """
    rules = tuple(rule for rule in line.rules if not rule.small_sample)
    shape = curve(line, measure)
    low, high = _window(rules, shape, measure)
    points = _points(line, measure, rules, shape, (low, high))
    most = Fraction(line.weight) + Fraction(line.bonus_limit)
    scale = _Scale(low, high, most)
    standard = line_standard(line, Wording.of(measure))
    at = None if standard is None else Fraction(standard.value)
    marks = [] if at is None or not low < at < high else [at]
    svg = _picture(scale, points, marks, span)
    return LineChart(svg, _labels(scale, measure, lang, marks), mark(round_half_up(most, 2), Unit.NUMBER))


@dataclass(frozen=True)
class _Scale:
    """Where values and points lie in the picture."""

    low: Fraction
    high: Fraction
    most: Fraction

    def x(self, value: Fraction) -> Fraction:
        inside = min(max(value, self.low), self.high)
        return (inside - self.low) / (self.high - self.low) * WIDTH

    def y(self, points: Fraction) -> Fraction:
        room = HEIGHT - 2 * EDGE
        return HEIGHT - EDGE - (points / self.most * room if self.most else Fraction(0))


def _window(rules: tuple[Rule, ...], shape: Curve, measure: Measure) -> tuple[Fraction, Fraction]:
    """Return the stretch of values worth seeing: all marks, and some room around."""
    named: set[Fraction] = set()
    sign = 1 if measure.higher_is_better else -1
    for rule in rules:
        if isinstance(rule, Steps):
            named.add(Fraction(rule.standard))
            if rule.off:
                named.add(Fraction(rule.standard) - sign * Fraction(rule.off.size) * STEPS_SHOWN)
            if rule.on:
                named.add(Fraction(rule.standard) + sign * Fraction(rule.on.size) * STEPS_SHOWN)
            if rule.once:
                named.add(Fraction(rule.once.at))
        elif not isinstance(rule, Linear):
            named |= rule.edges(higher_is_better=measure.higher_is_better, room=Fraction(0))
        else:
            named |= {Fraction(rule.worst), Fraction(rule.best)}
    if not named:
        named = {Fraction(0), Fraction(5)}
    low, high = min(named), max(named)
    room = (high - low) / 4 or abs(low) / 2 or Fraction(1)
    sloped = any(isinstance(rule, Linear) for rule in rules)
    low, high = (low, high) if sloped else (low - room, high + room)
    if measure.unit is Unit.COUNT:
        low, high = Fraction(0), Fraction(-(-high // 1))
    if measure.least is not None:
        low = max(low, Fraction(measure.least))
    if measure.most is not None:
        high = min(high, Fraction(measure.most))
    return (low, high) if low < high else (low, low + 1)


def _points(
    line: Line,
    measure: Measure,
    rules: tuple[Rule, ...],
    shape: Curve,
    window: tuple[Fraction, Fraction],
) -> list[tuple[Fraction, Fraction]]:
    """Return the corners of the drawn line from left to right."""
    low, high = window
    inside = [(s.value, s.points) for s in shape.samples if low <= s.value <= high]
    ends = [(value, points_at(line, measure, rules, value)) for value in (low, high)]
    corners = [ends[0], *inside, ends[1]]
    if measure.unit is not Unit.COUNT or shape.sloped:
        return corners
    # A count stays what it is until the next whole one.
    held = [((after[0], before[1]), after) for before, after in pairwise(corners)]
    return [corners[0], *(point for pair in held for point in pair)]


def _picture(
    scale: _Scale,
    points: Sequence[tuple[Fraction, Fraction]],
    marks: Sequence[Fraction],
    span: tuple[Fraction, Fraction] | None,
) -> SafeString:
    foot = _n(scale.y(Fraction(0)))
    shapes = [format_html('<path d="M0 {} H{}" stroke="{}" fill="none"/>', foot, WIDTH, RULE)]
    if span is not None:
        shapes.insert(0, _failing(scale, span))
    dashed = '<path d="M{} 0 V{}" stroke="{}" stroke-dasharray="2 2" fill="none"/>'
    shapes.extend(format_html(dashed, _n(scale.x(value)), HEIGHT, QUIET) for value in marks)
    corners = [f"{_n(scale.x(value))} {_n(scale.y(earned))}" for value, earned in points]
    corners = [corners[0], *(now for before, now in pairwise(corners) if now != before)]
    line = '<path d="M{}" stroke="{}" stroke-width="2" fill="none" stroke-linejoin="round"/>'
    shapes.append(format_html(line, " L".join(corners), ACCENT if span is None else BAD))
    return _framed(shapes, HEIGHT)


def _failing(scale: _Scale, span: tuple[Fraction, Fraction]) -> SafeString:
    left, right = scale.x(span[0]), scale.x(span[1])
    width = max(right - left, Fraction(2))
    rect = '<rect x="{}" y="0" width="{}" height="{}" fill="{}"/>'
    return format_html(rect, _n(left), _n(width), HEIGHT, BAD_SOFT)


def _framed(shapes: Sequence[SafeString], height: int) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>',
        WIDTH,
        height,
        format_html_join("", "{}", ((shape,) for shape in shapes)),
    )


def _n(value: Fraction | int) -> str:
    """Write a coordinate with at most two decimals."""
    text = f"{round_half_up(Fraction(value), 2):f}".rstrip("0").rstrip(".")
    return text or "0"


def _labels(scale: _Scale, measure: Measure, lang: Lang, marks: Sequence[Fraction]) -> tuple[Label, ...]:
    wording = Wording.of(measure)

    def text(value: Fraction) -> str:
        return wording.value(round_half_up(value, 4), lang)

    labels = {0: Label(text(scale.low), 0), 100: Label(text(scale.high), 100)}
    for value in marks:
        place = round(scale.x(value) * 20 / WIDTH) * 5
        # The standard's label takes the room of an end it would run into.
        for end in (0, 100):
            if abs(place - end) < CROWDED:
                labels.pop(end, None)
        labels[place] = Label(text(value), min(max(place, 15), 85), strong=True)
    return tuple(labels.values())


def band_bar(bounds: Sequence[Fraction], most: Fraction) -> SafeString:
    """Draw the bands' ranges from 0 to the highest total; what no band covers is white.

    `bounds` rise; shades get darker upwards. The picture is 160 × 10 units.
    """
    shades = ("#D1D5DB", "#B5D9DC", "#7FBDC3", "#3F97A0", "#0B5D56", "#0A2F37")
    top = max([most, *bounds, Fraction(1)])
    ends = [*bounds[1:], top]
    shapes = []
    for index, (start, end) in enumerate(zip(bounds, ends, strict=True)):
        shade = shades[min(index * len(shades) // max(len(bounds), 1), len(shades) - 1)]
        shapes.append(_block(start / top, end / top, shade))
    return _framed(shapes, BAR)


def weight_bar(weights: Sequence[tuple[Fraction, bool]]) -> SafeString:
    """Draw the weights in the order of the lines; the flag says quantitative. 160 × 10 units."""
    total = max(sum((weight for weight, _flag in weights), Fraction(0)), Fraction(100))
    shapes, left = [], Fraction(0)
    for weight, quantitative in weights:
        shapes.append(_block(left / total, (left + weight) / total, ACCENT if quantitative else MID))
        left += weight
    return _framed(shapes, BAR)


def _block(start: Fraction, end: Fraction, colour: str) -> SafeString:
    """Draw one part of a bar from share to share, with a hair of white after it."""
    width = max((end - start) * WIDTH - Fraction(1, 2), Fraction(1, 2))
    rect = '<rect x="{}" y="0" width="{}" height="{}" fill="{}"/>'
    return format_html(rect, _n(start * WIDTH), _n(width), BAR, colour)


def has_shape(line: Line) -> bool:
    """Tell whether a line has rules to draw."""
    return any(not isinstance(rule, Tiers) or rule.tiers for rule in line.rules)
