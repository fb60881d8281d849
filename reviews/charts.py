"""Charts as SVG shapes: the same on page and paper.

Shapes only, colours as attributes, no text, class, script or link: labels are HTML
beside the picture. Every function takes Decimals and puts nothing but numbers into
the markup, so there is nothing to escape. The same numbers give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

INK = "#15211F"
ACCENT = "#0B5D56"
ACCENT_MID = "#64988F"
ACCENT_SOFT = "#E4F0EE"
QUIET = "#5F6C69"
RULE = "#CBD3D0"
TRACK = "#E1E7E5"

FULL = Decimal(100)
RADAR_CENTRE = Decimal(40)
WEIGHT_SHARE = Decimal(88)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A bound on a chart's axis: its value and its place, percent from the top."""

    value: Decimal
    top: Decimal

    @property
    def text(self) -> str:
        """The value without needless zeros."""
        return number(self.value)


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the marks of its axis, whose words are HTML beside it."""

    svg: SafeString
    marks: tuple[AxisMark, ...] = ()


def number(value: float | Decimal) -> str:
    """Write a coordinate with at most two decimals, never as −0."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def picture(width: int, height: int, shapes: SafeString, *, fit: str = "") -> SafeString:
    """Wrap shapes into an SVG of this drawing size that fills its container."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"{}'
        ' width="100%" height="100%" aria-hidden="true" focusable="false">{}</svg>',
        width,
        height,
        format_html(' preserveAspectRatio="{}"', fit) if fit else "",
        shapes,
    )


def joined(shapes: Sequence[SafeString]) -> SafeString:
    """Put shapes one after another."""
    return format_html_join("", "{}", ((shape,) for shape in shapes))


def bar(x: Decimal, width: Decimal, y: int, height: int, fill: str) -> SafeString:
    """A filled rectangle."""
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
        number(x),
        y,
        number(max(width, Decimal(0))),
        height,
        fill,
    )


def path_of(points: Sequence[Point], *, closed: bool = False) -> str:
    """The path data through these points."""
    middle = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f"M{middle}{'Z' if closed else ''}"


def stroke(data: str, colour: str, width: str, *, dash: str = "") -> SafeString:
    """An unfilled line along path data, dashed where asked."""
    return format_html(
        '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"{}/>',
        data,
        colour,
        width,
        format_html(' stroke-dasharray="{}"', dash) if dash else "",
    )


# --- rulers --------------------------------------------------------------------


def total_ruler(*, total: Decimal | None, bounds: Sequence[Decimal], highest: Decimal) -> Chart:
    """The total on the plan's whole range, in points: bands as pieces with gaps.

    What is reached is filled, the current band's part darker, the total itself is
    an ink mark. Without a total only the track is drawn. `bounds` are the bands'
    lower bounds; the marks repeat them with their place from the left in percent.
    """
    top = max(highest, total or highest, *bounds)
    scale = Decimal(1000) / top
    edges = sorted({Decimal(0), *bounds, top})
    shapes: list[SafeString] = []
    for low, high in pairwise(edges):
        start, end = low * scale + (3 if low else 0), high * scale
        shapes.append(bar(start, end - start, 6, 12, TRACK))
        if total is None or total <= low:
            continue
        reached = min(total, high) * scale
        current = total < high or high == top
        colour = ACCENT if current else ACCENT_MID
        shapes.append(bar(start, reached - start, 6, 12, colour))
    if total is not None:
        at = min(max(total * scale - 3, Decimal(0)), Decimal(994))
        shapes.append(bar(at, Decimal(6), 0, 24, INK))
    marks = tuple(AxisMark(bound, bound * scale / 10) for bound in edges[1:-1])
    return Chart(picture(1000, 24, joined(shapes), fit="none"), marks)


def line_ruler(*, points: Decimal | None, weight: Decimal, bonus_limit: Decimal) -> Chart:
    """One line's points as share of its own weight.

    88 % of the width is the full weight on every line, so that ticks stand under
    each other; right of the tick is bonus, scaled to the bonus limit. Without
    points only the track and the tick are drawn.
    """
    rest = FULL - WEIGHT_SHARE
    shapes = [bar(Decimal(0), WEIGHT_SHARE, 4, 4, TRACK)]
    if bonus_limit > 0:
        shapes.append(bar(WEIGHT_SHARE, rest, 5, 2, TRACK))
    if points is not None and weight > 0:
        share = min(points, weight) / weight * WEIGHT_SHARE
        if points > weight and bonus_limit > 0:
            share += min((points - weight) / bonus_limit, Decimal(1)) * rest
        shapes.append(bar(Decimal(0), share, 4, 4, ACCENT))
    shapes.append(bar(WEIGHT_SHARE - Decimal("0.4"), Decimal("0.8"), 1, 10, INK))
    return Chart(picture(100, 12, joined(shapes), fit="none"))


# --- trend ---------------------------------------------------------------------

TREND_WIDTH = 620
TREND_HEIGHT = 190
TREND_PAD = 16


@dataclass(frozen=True, slots=True)
class Axis:
    """The range of a trend in points and the band bounds inside it."""

    low: Decimal
    high: Decimal
    bounds: tuple[Decimal, ...]

    def y(self, value: Decimal) -> float:
        """Where a value stands, in units of the drawing from its top."""
        room = TREND_HEIGHT - 2 * TREND_PAD
        share = (self.high - value) / (self.high - self.low)
        return float(TREND_PAD + share * room)


def axis_for(values: Sequence[Decimal], bounds: Sequence[Decimal]) -> Axis:
    """Choose the range from band bounds: the nearest below, one more above."""
    least, most = min(values), max(values)
    low = max((b for b in bounds if 0 < b <= least), default=None)
    if low is None:
        low = max(Decimal(0), least // 10 * 10)
    above = min((b for b in bounds if b > low), default=low + 10)
    high = max(most, above)
    inside = tuple(sorted({low, *(b for b in bounds if low <= b <= high)}))
    return Axis(low, high, inside)


def runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """Split a series at its gaps."""
    for present, group in groupby(points, key=lambda point: point is not None):
        if present:
            yield [point for point in group if point is not None]


def dot(point: Point, *, last: bool) -> SafeString:
    """A value of one's own: hollow, and filled and larger for this month."""
    return format_html(
        '<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="4"/>',
        number(point[0]),
        number(point[1]),
        10 if last else 7,
        ACCENT if last else "#FFFFFF",
        ACCENT,
    )


def trend(
    *,
    own: Sequence[Decimal | None],
    team: Sequence[Decimal | None],
    bounds: Sequence[Decimal],
) -> Chart:
    """Totals of some months, oldest first, in points: own solid, team dashed.

    A month without a card (None) is a gap. The axis runs between band bounds, not
    from zero; the marks name them. Columns are of equal width, so that a table of
    as many cells above or below stands over the points.
    """
    values = [value for value in (*own, *team) if value is not None]
    if not values:
        return Chart(picture(TREND_WIDTH, TREND_HEIGHT, SafeString()))
    axis = axis_for(values, bounds)

    def placed(series: Sequence[Decimal | None]) -> list[Point | None]:
        column = TREND_WIDTH / len(own)
        return [
            None if value is None else ((place + 0.5) * column, axis.y(value))
            for place, value in enumerate(series)
        ]

    mine = placed(own)
    shapes = [stroke(path_of([(0, axis.y(b)), (TREND_WIDTH, axis.y(b))]), RULE, "2") for b in axis.bounds]
    shapes += [stroke(path_of(run), QUIET, "3", dash="9 7") for run in runs(placed(team)) if len(run) > 1]
    shapes += [stroke(path_of(run), ACCENT, "5") for run in runs(mine)]
    dots = [(place, point) for place, point in enumerate(mine) if point is not None]
    shapes += [dot(point, last=place == len(own) - 1) for place, point in dots]
    marks = tuple(
        AxisMark(bound, Decimal(number(axis.y(bound) / TREND_HEIGHT * 100))) for bound in axis.bounds
    )
    return Chart(picture(TREND_WIDTH, TREND_HEIGHT, joined(shapes)), marks)


# --- radar ---------------------------------------------------------------------

RADAR_SIZE = 200
RADAR_RADIUS = 96


def corners(shares: Sequence[Decimal]) -> list[Point]:
    """Corners of a polygon whose shares (percent) go from 40 to 100, top first."""
    middle = RADAR_SIZE / 2
    points: list[Point] = []
    for place, share in enumerate(shares):
        bounded = min(max(share, RADAR_CENTRE), FULL)
        length = float((bounded - RADAR_CENTRE) / (FULL - RADAR_CENTRE)) * RADAR_RADIUS
        angle = 2 * pi * place / len(shares)
        points.append((middle + length * sin(angle), middle - length * cos(angle)))
    return points


@dataclass(frozen=True, slots=True)
class Corner:
    """Where a corner's label belongs: its side and how far down, in percent."""

    side: str
    top: Decimal


def corner_places(count: int) -> list[Corner]:
    """For each corner of a radar top, right, bottom or left, and its height."""
    places = []
    for x, y in corners([FULL] * count):
        aside = x - RADAR_SIZE / 2
        upper = "top" if y < RADAR_SIZE / 2 else "bottom"
        side = upper if abs(aside) < 1 else "right" if aside > 0 else "left"
        places.append(Corner(side, Decimal(number(y / RADAR_SIZE * 100))))
    return places


def radar(*, own: Sequence[Decimal | None], team: Sequence[Decimal | None]) -> Chart:
    """Shares of weight by group, in percent, clockwise from the top.

    Rings at 60, 80 and 100 (darker), the centre is 40; what lies outside is drawn
    at the edge and told by its label. A polygon is drawn only when all its corners
    are known, and there is no picture under three corners.
    """
    count = len(own)
    if count < 3:
        return Chart(SafeString())
    shapes = [
        stroke(path_of(corners([Decimal(ring)] * count), closed=True), RULE, "0.8") for ring in (60, 80)
    ]
    edge = corners([FULL] * count)
    middle = (RADAR_SIZE / 2, RADAR_SIZE / 2)
    shapes += [stroke(path_of([middle, corner]), RULE, "0.8") for corner in edge]
    shapes.append(stroke(path_of(edge, closed=True), QUIET, "1.2"))
    mine = [share for share in own if share is not None]
    others = [share for share in team if share is not None]
    if len(mine) == count:
        shapes.append(
            format_html(
                '<path d="{}" fill="{}" fill-opacity="0.12" stroke="{}"'
                ' stroke-width="2.4" stroke-linejoin="round"/>',
                path_of(corners(mine), closed=True),
                ACCENT,
                ACCENT,
            )
        )
    if len(others) == count:
        data = path_of(corners(others), closed=True)
        shapes.append(stroke(data, INK, "1.6", dash="5 4"))
    return Chart(picture(RADAR_SIZE, RADAR_SIZE, joined(shapes)))
