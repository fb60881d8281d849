"""Days, months and hours; what a file's name says."""

from datetime import date, datetime, time

import pytest

from reviews.figures import days
from reviews.figures.cells import Fault, Missing
from reviews.figures.days import Span


def code(value):
    return value.code if isinstance(value, Fault) else value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("2026-10-01", date(2026, 10, 1), id="ISO"),
        pytest.param("2026/10/1", date(2026, 10, 1), id="slashes"),
        pytest.param("2026.10.01", date(2026, 10, 1), id="dots"),
        pytest.param("2026年1月2日", date(2026, 1, 2), id="Chinese"),
        pytest.param("20261001", date(2026, 10, 1), id="compact"),
        pytest.param(20261001.0, date(2026, 10, 1), id="compact, as a number"),
        pytest.param("2026-10-01 23:59:59", date(2026, 10, 1), id="with a time"),
        pytest.param(datetime(2026, 10, 1, 23), date(2026, 10, 1), id="a date and time"),  # noqa: DTZ001
        pytest.param(date(2024, 2, 29), date(2024, 2, 29), id="leap day"),
        pytest.param("26-10-01 星期四", date(2026, 10, 1), id="two-digit year with its weekday"),
        pytest.param("2026-10-01(周四)", date(2026, 10, 1), id="weekday in brackets"),
        pytest.param("26-10-01 星期三", "not_a_date", id="a weekday of another day"),
        pytest.param("2026-02-30", "no_such_day", id="30 February"),
        pytest.param("26-1-2", "not_a_date", id="two-digit year"),
        pytest.param("01/02/2026", "not_a_date", id="American or not"),
        pytest.param("2026-10/01", "not_a_date", id="mixed"),
        pytest.param("2026-10-01T00:00:00+08:00", "not_a_date", id="time zone"),
        pytest.param("9999-12-31", "year_out_of_range", id="year 9999"),
        pytest.param("0000-01-01", "no_such_day", id="year 0"),
        pytest.param(60.0, "not_a_date", id="a bare serial number"),
        pytest.param(date(1904, 3, 1), "year_out_of_range", id="a number that was no date"),
        pytest.param("", Missing("blank"), id="blank"),
    ],
)
def test_day(cell, value):
    assert code(days.read_day(cell)) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("2026-10", date(2026, 10, 1), id="ISO"),
        pytest.param("2026年10月", date(2026, 10, 1), id="Chinese"),
        pytest.param("202610", date(2026, 10, 1), id="compact"),
        pytest.param(202610.0, date(2026, 10, 1), id="a number"),
        pytest.param(date(2026, 10, 17), date(2026, 10, 1), id="any day of it"),
        pytest.param("2026-13", "not_a_month", id="month 13"),
        pytest.param("10月", "not_a_month", id="no year"),
    ],
)
def test_month(cell, value):
    assert code(days.read_month(cell)) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("9:00", time(9), id="one digit"),
        pytest.param("24:00", time(0), id="end of the day"),
        pytest.param(time(18, 30), time(18, 30), id="a spreadsheet's time"),
        pytest.param("24:30", "not_a_time", id="after midnight"),
        pytest.param("9点", "not_a_time", id="words"),
        pytest.param("", Missing("blank"), id="blank"),
    ],
)
def test_clock(cell, value):
    assert code(days.read_clock(cell)) == value


OCTOBER = Span(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("name", "span"),
    [
        pytest.param("客服业绩_20240301.xlsx", Span(date(2024, 3, 1), date(2024, 3, 1)), id="compact day"),
        pytest.param("绩效2024-03-01至2024-03-31.xlsx", Span(date(2024, 3, 1), date(2024, 3, 31)), id="至"),
        pytest.param("a_2026-10-01_2026-10-31.csv", OCTOBER, id="underscore"),
        pytest.param("a20261001-20261031.csv", OCTOBER, id="compact, hyphen"),
        pytest.param("a 2026-10-01~2026-10-31.csv", OCTOBER, id="tilde"),
        pytest.param("a_2026年10月1日.csv", Span(date(2026, 10, 1), date(2026, 10, 1)), id="Chinese day"),
        pytest.param("a_2026-10.csv", OCTOBER, id="month"),
        pytest.param("2026年10月客服.xlsx", OCTOBER, id="Chinese month"),
        pytest.param("a_202610.csv", OCTOBER, id="compact month"),
        pytest.param("a_20261001 (1).xlsx", Span(date(2026, 10, 1), date(2026, 10, 1)), id="a copy"),
        pytest.param("ExportOrderList202611010900.csv", None, id="a time stamp is no day"),
        pytest.param("a_2026-10-01至10-31.csv", OCTOBER, id="an end without its year"),
        pytest.param("a_2026年10月1日至10月31日.csv", OCTOBER, id="a Chinese end without its year"),
        pytest.param("a_20261001~1031.csv", OCTOBER, id="a compact end without its year"),
        pytest.param("a_20261001-1031.csv", "several_spans", id="an end or a time of day"),
        pytest.param("a_20261001_0930.csv", Span(date(2026, 10, 1), date(2026, 10, 1)), id="a time of day"),
        pytest.param("客服业绩.xlsx", None, id="none"),
        pytest.param("a_20261301.xlsx", "no_such_day", id="month 13"),
        pytest.param("a_20261001_b_20261005.xlsx", "several_spans", id="two days with words between"),
    ],
)
def test_span_in_a_file_name(name, span):
    assert code(days.span_in_name(name)) == span


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        pytest.param(date(2026, 10, 1), date(2026, 10, 31), "", id="a month"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 4), "", id="a week over a month's end"),
        pytest.param(date(2026, 9, 27), date(2026, 10, 4), "span_two_months", id="eight days over it"),
        pytest.param(date(2026, 10, 2), date(2026, 10, 1), "span_backwards", id="backwards"),
    ],
)
def test_spans_that_are_refused(first, last, problem):
    assert Span(first, last).problem == problem


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("自定义报表_客服绩效_付款优先判定_2026-09.xlsx", "pay_first"),
        ("下单优先判定.xlsx", "order_first"),
        ("客服业绩.xlsx", ""),
    ],
)
def test_mode_in_a_file_name(name, mode):
    assert days.mode_in_name(name) == mode
