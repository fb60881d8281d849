"""Differences of cumulative snapshots: the pure core."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.days import Span, moment_in_name
from reviews.intraday.hours import FELL, NOT_AFTER, NOT_BEFORE, Done, difference, places, spans

MIDNIGHT = datetime.combine(date(2026, 11, 11), time())
TEN, ELEVEN, NOON = (MIDNIGHT + timedelta(hours=hour) for hour in (10, 11, 12))
DAY = Span(MIDNIGHT.date(), MIDNIGHT.date())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(10, 25, Done(15, 25, 10), id="what was added"),
        pytest.param(10, 10, Done(0, 10, 10), id="nothing done is a zero"),
        pytest.param(
            Decimal("0.10"), Decimal("0.30"), Done(Decimal("0.20"), Decimal("0.30"), Decimal("0.10")), id="to the cent"
        ),
        pytest.param(25, 10, Done(None, 10, 25, FELL), id="a fall is never a negative figure"),
        pytest.param(None, 10, Done(None, 10, None, NOT_BEFORE), id="missing before is not zero before"),
        pytest.param(10, None, Done(None, None, 10, NOT_AFTER), id="missing after"),
        pytest.param(None, None, Done(None, None, None, NOT_AFTER), id="missing in both"),
    ],
)  # fmt: skip
def test_difference(before, after, expected):
    assert difference(before, after) == expected


def test_the_first_span_begins_at_midnight_with_nothing_done():
    found = spans({TEN: {"yu": 7}, ELEVEN: {"yu": 9}}, midnight=MIDNIGHT, at=[TEN, ELEVEN])
    assert [one["yu"].value for one in found] == [7, 2]


def test_who_is_missing_in_one_hour_is_unknown_in_both_spans_beside_it():
    series = {TEN: {"yu": 1, "he": 5}, ELEVEN: {"yu": 2}, NOON: {"yu": 3, "he": 9}}
    found = spans(series, midnight=MIDNIGHT, at=[TEN, ELEVEN, NOON])
    assert [(one["he"].value, one["he"].why) for one in found] == [
        (5, ""),
        (None, NOT_AFTER),
        (None, NOT_BEFORE),
    ]
    assert found[2]["he"].total == 9


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 50)), min_size=1, max_size=6))
def test_known_figures_are_never_negative_and_add_up_to_the_last_total(totals):
    hours = [TEN + timedelta(hours=number) for number in range(len(totals))]
    found = spans(dict(zip(hours, totals, strict=True)), midnight=MIDNIGHT, at=hours)
    for who in {key for total in totals for key in total}:
        done = [one[who] for one in found]
        assert all(one.value is None or one.value >= 0 for one in done)
        assert all((one.value is None) == bool(one.why) for one in done)
        if all(one.value is not None for one in done):
            assert sum(one.value for one in done) == totals[-1][who]


def test_equals_share_a_place_and_nothing_is_no_place():
    done = {name: Done(value, value) for name, value in zip("abcdef", (9, 7, 7, 3, 0, None), strict=True)}
    assert places(done) == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("客服业绩_20261111_1030.xlsx", None, "10:30"),
        ("客服业绩 2026-11-11 10.30.xlsx", None, "10:30"),
        ("客服业绩 2026-11-11 10:30:15.csv", None, "10:30"),
        ("客服业绩_20261111_9点.xlsx", None, "09:00"),
        ("客服业绩_20261111 9点05分.xlsx", None, "09:05"),
        ("客服业绩_1030.xlsx", DAY, "10:30"),
        ("客服业绩_1030.xlsx", None, None),
        ("客服业绩_20261111_1130.xlsx", None, None),
        ("客服业绩_20261111_1130.xlsx", DAY, "11:30"),
        ("客服业绩_20261111_1130.xlsx", Span(date(2026, 11, 11), date(2026, 11, 30)), None),
        ("客服业绩_20261111_1145.xlsx", None, "11:45"),
        ("客服业绩_1111.xlsx", DAY, None),
        ("客服业绩_20261111.xlsx", None, None),
        ("客服业绩_20261111_2400.xlsx", None, None),
        ("客服业绩_20261111103015.xlsx", None, None),
        ("客服业绩_20261111_103015.xlsx", None, None),
        ("客服业绩_20261101_20261107.xlsx", None, None),
        ("客服业绩_2026-11-01_2026-11-07.xlsx", None, None),
        ("客服业绩_2026-11-01至2026-11-30.xlsx", None, None),
        ("客服业绩_20261111 (1).xlsx", None, None),
    ],
)  # fmt: skip
def test_the_hour_in_a_file_name(name, asked, expected):
    found = moment_in_name(name, asked)
    assert (f"{found:%H:%M}" if found else None) == expected
    assert found is None or found.date() == DAY.first
