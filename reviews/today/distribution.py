"""How the totals of a month spread: bins of five points, half-open, and their picture. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reviews import charts

WIDTH = 5  # points
LOWEST, HIGHEST = 50, 110  # drawn even where nobody stands there
COLUMN, HEIGHT = 100, 220  # units of the drawing
# Left free above the highest bar for its count.
HEADROOM = 20
SHADES = ("#CDD3D6", "#A9B5BA", "#7E9AA0", "#3F8890", "#0B5D64", "#0A3F46")


@dataclass(frozen=True, slots=True)
class BandPart:
    """A band on the axis: its bound, its multiplier, its shade, and how many bins it covers."""

    at_least: Decimal
    multiplier: Decimal | None
    shade: str
    start: Decimal
    end: Decimal


@dataclass(frozen=True, slots=True)
class Bin:
    """Totals from `low` up to, but not including, `high`: this month's and the last one's."""

    low: int
    high: int
    count: int
    before: int
    shade: str
    height: int
    mark: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The bins of a month. `counted` cards have a total, of `cards` in all; the average is of the counted."""

    bins: tuple[Bin, ...]
    bands: tuple[BandPart, ...]
    counted: int
    cards: int
    before: int
    average: Decimal | None
    svg: SafeString

    @property
    def width(self) -> int:
        """How wide the drawing of the bands is."""
        return len(self.bins) * COLUMN


def distribution(
    totals: Sequence[Decimal],
    before: Sequence[Decimal],
    *,
    cards: int,
    bands: Sequence[tuple[Decimal, Decimal | None]] = (),
) -> Distribution:
    """Count totals into bins. `bands` are lower bounds with their multipliers, in any order."""
    now, past = Counter(map(bin_of, totals)), Counter(map(bin_of, before))
    known = [*now, *past]
    first, last = min([LOWEST, *known]), max([HIGHEST - WIDTH, *known])
    bounds = sorted(bands)
    most = max([*now.values(), *past.values()], default=0)
    room = HEIGHT - HEADROOM
    bins = tuple(
        Bin(
            low,
            low + WIDTH,
            now[low],
            past[low],
            _shade(Decimal(low), bounds),
            now[low] * room // most if most else 0,
            past[low] * room // most if most else 0,
        )
        for low in range(first, last + WIDTH, WIDTH)
    )
    average = None
    if totals:
        mean = sum(totals, Decimal(0)) / len(totals)
        average = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Distribution(
        bins, _bands(bounds, first, last + WIDTH), len(totals), cards, len(before), average, _picture(bins)
    )


def bin_of(total: Decimal) -> int:
    """Return the lower bound of the bin a total falls into: 85.00 is in 85, 84.99 in 80."""
    return int(total // WIDTH) * WIDTH


def _shade(low: Decimal, bounds: Sequence[tuple[Decimal, Decimal | None]]) -> str:
    """Return the shade of the band in which a bin begins: the higher the darker, the highest darkest."""
    reached = sum(bound <= low for bound, _multiplier in bounds)
    if not reached:
        return SHADES[0] if bounds else SHADES[2]
    step = (len(SHADES) - 1) * (reached - 1) // max(len(bounds) - 1, 1)
    return SHADES[step]


def _bands(bounds: Sequence[tuple[Decimal, Decimal | None]], first: int, end: int) -> tuple[BandPart, ...]:
    """Return the bands as parts of the axis between two bounds, in units of the drawing."""
    found = []
    for number, (low, multiplier) in enumerate(bounds):
        high = bounds[number + 1][0] if number + 1 < len(bounds) else Decimal(end)
        start, stop = max(low, Decimal(first)), min(high, Decimal(end))
        if start < stop:
            scale = Decimal(COLUMN) / WIDTH
            places = (start - first) * scale, (stop - first) * scale
            found.append(BandPart(low, multiplier, _shade(low, bounds), *places))
    return tuple(found)


def _picture(bins: Sequence[Bin]) -> SafeString:
    """Draw the bars, and where the last month stood as dashes over them; shapes only."""
    shapes = [
        charts.bar(
            Decimal(number * COLUMN + 6), Decimal(COLUMN - 12), HEIGHT - one.height, one.height, one.shade
        )
        for number, one in enumerate(bins)
        if one.count
    ]
    for number, one in enumerate(bins):
        if one.before:
            left, right, y = number * COLUMN + 6, (number + 1) * COLUMN - 6, HEIGHT - one.mark
            shapes += [
                _line(left, right, y, "#FFFFFF", "3"),
                _line(left, right, y, charts.INK, "1.6", dash="4 2.5"),
            ]
    return charts.picture(len(bins) * COLUMN, HEIGHT, charts.joined(shapes), fit="none")


def _line(left: int, right: int, y: int, colour: str, width: str, *, dash: str = "") -> SafeString:
    """A level line of the same thickness however wide the picture is drawn."""
    return format_html(
        '<path d="M{} {}H{}" stroke="{}" stroke-width="{}"{} vector-effect="non-scaling-stroke" fill="none"/>',
        left,
        y,
        right,
        colour,
        width,
        format_html(' stroke-dasharray="{}"', dash) if dash else "",
    )


def band_strip(found: Distribution) -> SafeString:
    """Draw the bands under the axis, each in the shade of its bars."""
    shapes = [charts.bar(one.start + 6, one.end - one.start - 12, 0, 4, one.shade) for one in found.bands]
    return charts.picture(found.width, 4, charts.joined(shapes), fit="none")
