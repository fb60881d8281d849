"""The strip of a source's month: a small field for each day. Shapes only; the words stand beside it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reviews import charts
from reviews.completeness.grid import State

STEP, WIDE, HIGH = 10, 8, 16


def strip(states: Sequence[State]) -> SafeString:
    """Draw the days: complete pale, partial hatched, missing outlined, waiting dashed, others nearly blank."""
    shapes = [shape for number, state in enumerate(states) for shape in _day(number * STEP + 1, state)]
    return charts.picture(len(states) * STEP, HIGH, charts.joined(shapes), fit="none")


def _day(x: int, state: State) -> list[SafeString]:
    if state in (State.COMPLETE, State.EXCUSED):
        return [_field(x, "#A6D1D5", "#A6D1D5")]
    if state is State.PARTIAL:
        return [
            _field(x, "#FBD999", "#F0A92E"),
            *(charts.stroke(f"M{x} {y}L{x + WIDE} {y - 6}", "#F0A92E", "2") for y in (8, 13)),
        ]
    if state is State.MISSING:
        return [_field(x, "#FFFFFF", "#B3261E")]
    if state is State.WAITING:
        return [_field(x, "#FFFFFF", "#8A5A00", dash="2 2")]
    return [_field(x, "#F3F4F6", "#F3F4F6")]


def _field(x: int, fill: str, line: str, *, dash: str = "") -> SafeString:
    return format_html(
        '<rect x="{}" y="1" width="{}" height="14" fill="{}" stroke="{}" stroke-width="1.2"{}/>',
        x,
        WIDE,
        fill,
        line,
        format_html(' stroke-dasharray="{}"', dash) if dash else "",
    )
