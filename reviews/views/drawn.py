"""A worded card with its pictures: what the portal's templates need beside a `CardSheet`.

Drawing computes nothing about the score; it places marks and cuts a total into its two sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.safestring import SafeString

from reviews import charts
from reviews.sheet import BandStrip, CardSheet, LineGroup, Segment, SheetLine, Trend

FEWEST_CORNERS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside a picture and its place in whole percent; `here` where it bounds the current band."""

    text: str
    place: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Ruler:
    """The total's ruler and its marks from the left."""

    svg: SafeString
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A total in its two sizes: `94` and `.30`."""

    whole: str
    decimals: str


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line and its ruler."""

    line: SheetLine
    ruler: SafeString


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """A group of lines and their rulers."""

    group: LineGroup
    lines: tuple[DrawnLine, ...]


@dataclass(frozen=True, slots=True)
class DrawnSegment:
    """A part of the month and its groups."""

    segment: Segment
    groups: tuple[DrawnGroup, ...]


@dataclass(frozen=True, slots=True)
class Corner:
    """A corner of the radar: its words, its side, and how far down in whole percent."""

    name: str
    own: str
    team: str
    side: str
    place: int


@dataclass(frozen=True, slots=True)
class DrawnRadar:
    """The radar and its corners."""

    svg: SafeString
    corners: tuple[Corner, ...]
    with_team: bool


@dataclass(frozen=True, slots=True)
class DrawnTrend:
    """The trend's picture and the marks of its axis from the top."""

    trend: Trend
    svg: SafeString
    marks: tuple[Mark, ...]
    known: int


def whole(value: Decimal) -> int:
    """Round a percent half-up to the nearest whole one."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def total_of(text: str) -> Total:
    """Cut a total into its whole part and its decimals; words stay whole."""
    before, point, after = text.partition(".")
    return Total(before, point + after)


def ruler_of(total: Decimal | None, bands: BandStrip) -> Ruler:
    """Draw a total on its plan's range; the bounds of the current band are marked."""
    bounds = sorted(box.at_least for box in bands.boxes)
    chart = charts.total_ruler(total=total, bounds=bounds, highest=bands.highest)
    current = next((box.at_least for box in bands.boxes if box.current), None)
    upper = min((bound for bound in bounds if current is not None and bound > current), default=None)
    marks = tuple(
        Mark(format(mark.value.normalize(), "f"), whole(mark.top), mark.value in (current, upper))
        for mark in chart.marks
    )
    return Ruler(chart.svg, marks)


def segments_of(sheet: CardSheet) -> tuple[DrawnSegment, ...]:
    """Put a ruler to every line."""
    return tuple(
        DrawnSegment(segment, tuple(group_of(group) for group in segment.groups))
        for segment in sheet.segments
    )


def group_of(group: LineGroup) -> DrawnGroup:
    """Put a ruler to every line of a group."""
    return DrawnGroup(group, tuple(DrawnLine(line, line_ruler_of(line)) for line in group.lines))


def line_ruler_of(line: SheetLine) -> SafeString:
    """Draw a line's points as share of its own weight."""
    chart = charts.line_ruler(
        points=line.points_value, weight=line.weight_value, bonus_limit=line.bonus_limit
    )
    return chart.svg


def radar_of(sheet: CardSheet) -> DrawnRadar | None:
    """Draw the radar, or nothing for fewer than three groups."""
    axes = sheet.radar.axes
    if len(axes) < FEWEST_CORNERS:
        return None
    chart = charts.radar(own=[axis.own for axis in axes], team=[axis.team for axis in axes])
    corners = tuple(
        Corner(axis.name, percent(axis.own), percent(axis.team), corner.side, whole(corner.top))
        for axis, corner in zip(axes, charts.corner_places(len(axes)), strict=True)
    )
    return DrawnRadar(chart.svg, corners, any(axis.team is not None for axis in axes))


def percent(share: Decimal | None) -> str:
    """Word a share without its sign: `103`, or a dash for what is not known."""
    return "–" if share is None else str(whole(share))


def trend_of(trend: Trend) -> DrawnTrend:
    """Draw the totals of six months."""
    chart = charts.trend(
        own=[month.own for month in trend.months],
        team=[month.team for month in trend.months],
        bounds=trend.bounds,
    )
    marks = tuple(Mark(format(mark.value.normalize(), "f"), whole(mark.top)) for mark in chart.marks)
    known = sum(month.own is not None for month in trend.months)
    return DrawnTrend(trend, chart.svg, marks, known)


def lines_in(segments: Sequence[Segment]) -> list[SheetLine]:
    """Return the lines of a card in order, each once: of several parts of a month the last one's."""
    groups = [group for segment in segments for group in segment.groups]
    return list({line.code: line for group in groups for line in group.lines}.values())


def group_names(segments: Sequence[Segment]) -> dict[str, str]:
    """Return the name of each line's group."""
    groups = [group for segment in segments for group in segment.groups]
    return {line.code: group.name for group in groups for line in group.lines}
