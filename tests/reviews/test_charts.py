"""Charts are shapes: right places, gaps kept, nothing but numbers inside."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import charts

BOUNDS = [Decimal(bound) for bound in (0, 50, 60, 80, 90, 100)]
points = st.decimals(0, 150, places=2)
SHAPES = {"svg", "rect", "path", "circle"}


def decimals(*texts: str | None) -> list[Decimal | None]:
    """Texts as Decimals, None stays."""
    return [None if text is None else Decimal(text) for text in texts]


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    """All shapes of one kind."""
    found = ElementTree.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{name}")
    return list(found)


def widths(chart: charts.Chart, fill: str) -> list[str]:
    """Widths of the bars of one colour, in order."""
    bars = elements(chart.svg, "rect")
    return [bar.attrib["width"] for bar in bars if bar.attrib["fill"] == fill]


@pytest.mark.parametrize(
    ("score", "weight", "bonus", "filled"),
    [
        pytest.param("5", "5", "0", "88", id="full weight ends at the tick"),
        pytest.param("2.5", "5", "0", "44", id="half"),
        pytest.param("0", "5", "0", "0", id="nothing"),
        pytest.param("6", "5", "1", "100", id="whole bonus ends at the edge"),
        pytest.param("12", "8", "8", "94", id="half the bonus"),
        pytest.param("7", "5", "0", "88", id="without a bonus limit nothing is beyond"),
    ],
)
def test_line_ruler(score, weight, bonus, filled):
    chart = charts.line_ruler(points=Decimal(score), weight=Decimal(weight), bonus_limit=Decimal(bonus))
    assert widths(chart, charts.ACCENT) == [filled]


def test_open_line_has_a_track_and_no_points():
    chart = charts.line_ruler(points=None, weight=Decimal(5), bonus_limit=Decimal(0))
    assert widths(chart, charts.ACCENT) == []
    assert widths(chart, charts.TRACK) == ["88"]


def test_total_ruler_is_true_to_scale():
    chart = charts.total_ruler(total=Decimal(93), bounds=BOUNDS, highest=Decimal(125))
    assert [mark.top for mark in chart.marks] == [40, 48, 64, 72, 80]
    assert widths(chart, charts.ACCENT) == ["21"]
    assert elements(chart.svg, "rect")[-1].attrib["x"] == "741"


def test_total_ruler_without_a_total_shows_no_mark():
    chart = charts.total_ruler(total=None, bounds=BOUNDS, highest=Decimal(125))
    assert widths(chart, charts.INK) == []
    assert len(widths(chart, charts.TRACK)) == 6


@pytest.mark.parametrize(
    ("own", "lines", "dots"),
    [
        pytest.param(decimals("80", "85", "90"), 1, 3, id="no gap"),
        pytest.param(decimals("80", None, "90"), 2, 2, id="a month without a card is a gap"),
        pytest.param(decimals(None, None, "90"), 1, 1, id="new hire: one point"),
        pytest.param(decimals(None, None, None), 0, 0, id="no card yet"),
    ],
)
def test_trend_keeps_gaps(own, lines, dots):
    chart = charts.trend(own=own, team=decimals(None, None, None), bounds=BOUNDS)
    drawn = [p for p in elements(chart.svg, "path") if p.attrib["stroke"] == charts.ACCENT]
    assert len(drawn) == lines
    assert len(elements(chart.svg, "circle")) == dots


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        pytest.param(["84.75", "93.00"], [80, 90], id="two bounds"),
        pytest.param(["91", "93"], [90, 100], id="one more above a narrow range"),
        pytest.param(["101", "120"], [100], id="above the last bound"),
        pytest.param(["43", "55"], [40, 50], id="below the first: a round ten"),
    ],
)
def test_trend_axis_runs_between_band_bounds(values, marks):
    chart = charts.trend(own=decimals(*values), team=decimals(None, None), bounds=BOUNDS)
    assert [mark.value for mark in chart.marks] == marks


def test_radar_bounds_what_lies_outside():
    def corner(share: str) -> tuple[float, float]:
        return charts.corners([Decimal(share), Decimal(100), Decimal(100)])[0]

    assert corner("110") == corner("100") == (100.0, 4.0)
    assert corner("12") == corner("40") == (100.0, 100.0)


def test_radar_without_a_team_draws_the_own_figure_alone():
    own = decimals("90", "80", "100", "70")
    alone = charts.radar(own=own, team=decimals(None, None, None, None))
    both = charts.radar(own=own, team=decimals("80", "80", "80", "80"))
    assert len(elements(both.svg, "path")) - len(elements(alone.svg, "path")) == 1


def test_radar_needs_three_corners():
    assert charts.radar(own=decimals("90", "80"), team=decimals(None, None)).svg == ""


def test_labels_stand_beside_their_corners():
    sides = [corner.side for corner in charts.corner_places(6)]
    assert sides == ["top", "right", "right", "bottom", "left", "left"]


@given(
    st.lists(st.none() | points, min_size=6, max_size=6),
    st.lists(st.none() | points, min_size=6, max_size=6),
)
def test_charts_are_shapes_of_numbers(own, team):
    pictures = [
        charts.trend(own=own, team=team, bounds=BOUNDS),
        charts.radar(own=own, team=team),
        charts.total_ruler(total=own[0], bounds=BOUNDS, highest=Decimal(121)),
    ]
    again = charts.trend(own=own, team=team, bounds=BOUNDS)
    assert pictures[0] == again
    for chart in pictures:
        for element in ElementTree.fromstring(chart.svg).iter():
            assert element.tag.rpartition("}")[2] in SHAPES
            assert not (element.text or "").strip()
            assert not {"class", "style", "href", "id"} & set(element.attrib)
        assert not re.search(r"\b(nan|inf)\b|\de[+-]", chart.svg)
