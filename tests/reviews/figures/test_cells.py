"""One cell, one value: every spelling the platforms print, and every one that must be refused."""

from datetime import date, time, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures import cells
from reviews.figures.cells import Fault, Missing


def code(value):
    return value.code if isinstance(value, Fault) else value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("1,234.50", D("1234.50"), id="thousands"),
        pytest.param("12元", D("12.00"), id="unit"),
        pytest.param("59.80元", D("59.80"), id="unit and cents"),
        pytest.param("¥12", D("12.00"), id="sign in front"),
        pytest.param("￥1，234.5", D("1234.50"), id="full-width sign and comma"),
        pytest.param("１２．５", D("12.50"), id="full-width digits"),
        pytest.param('="123456"', D("123456.00"), id="formula text"),
        pytest.param("'123", D("123.00"), id="leading quote"),
        pytest.param("  7 ", D("7.00"), id="blanks round it"),
        pytest.param("\u00a07\u00a0", D("7.00"), id="no-break spaces"),
        pytest.param(0.1 + 0.2, D("0.30"), id="a spreadsheet's sum has 15 digits"),
        pytest.param(2637.68, D("2637.68"), id="a spreadsheet's number"),
        pytest.param("-0", D("0.00"), id="minus nought is nought"),
        pytest.param("12.340", D("12.34"), id="a third decimal that is 0"),
        pytest.param("-", Missing("dash"), id="dash"),
        pytest.param("--", Missing("dash"), id="two dashes"),
        pytest.param("—", Missing("dash"), id="long dash"),
        pytest.param("", Missing("blank"), id="empty"),
        pytest.param(None, Missing("blank"), id="no cell"),
        pytest.param("  ", Missing("blank"), id="blanks only"),
        pytest.param("null", Missing("dash"), id="null"),
        pytest.param("NULL", Missing("dash"), id="NULL"),
        pytest.param("无", Missing("dash"), id="none"),
        pytest.param("延迟统计", Missing("not_final"), id="not final"),
        pytest.param("NaN", "not_a_number", id="NaN"),
        pytest.param("sNaN", "not_a_number", id="sNaN"),
        pytest.param("Infinity", "not_a_number", id="Infinity"),
        pytest.param("-inf", "not_a_number", id="-inf"),
        pytest.param(float("nan"), "not_a_number", id="a float that is none"),
        pytest.param("1e309", "not_a_number", id="1e309"),
        pytest.param("1e500000", "not_a_number", id="1e500000"),
        pytest.param("1e15", "too_large", id="1e15"),
        pytest.param("9" * 41, "not_a_number", id="41 digits"),
        pytest.param("1.234,5", "not_a_number", id="German"),
        pytest.param("1,23", "not_a_number", id="comma in the wrong place"),
        pytest.param("(12)", "not_a_number", id="brackets for minus"),
        pytest.param("1_000", "not_a_number", id="underscore"),
        pytest.param("0x10", "not_a_number", id="hexadecimal"),
        pytest.param("1.2万", "not_a_number", id="ten thousands are rounded"),
        pytest.param("12.345", "below_a_cent", id="below a cent"),
        pytest.param("-5", "negative_amount", id="negative"),
        pytest.param(True, "not_a_number", id="a truth value"),
        pytest.param(date(2026, 1, 2), "not_a_number", id="a number formatted as a date"),
        pytest.param("#N/A", "not_a_number", id="an error as text"),
    ],
)
def test_money(cell, value):
    assert code(cells.read_money(cell)) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param(30.0, 30, id="a spreadsheet's whole number"),
        pytest.param("30人", 30, id="unit"),
        pytest.param("14,632", 14632, id="thousands"),
        pytest.param("30.00", 30, id="decimals that are 0"),
        pytest.param(0, 0, id="nought is a figure"),
        pytest.param("-28", "negative_count", id="negative"),
        pytest.param("30.5", "not_whole", id="a half"),
        pytest.param("1e10", "too_large", id="ten milliards"),
    ],
)
def test_count(cell, value):
    assert code(cells.read_count(cell)) == value


@pytest.mark.parametrize(
    ("cell", "rate", "ratio"),
    [
        pytest.param("45%", D("0.45"), D("0.45"), id="percent"),
        pytest.param("0.45", D("0.45"), D("0.45"), id="share"),
        pytest.param(0.9529, D("0.9529"), D("0.9529"), id="a number shown as percent"),
        pytest.param("1", D(1), D(1), id="1 is all"),
        pytest.param("1%", D("0.01"), D("0.01"), id="1 percent"),
        pytest.param("４５％", D("0.45"), D("0.45"), id="full-width"),
        pytest.param("45", "rate_above_1", D(45), id="bare 45"),
        pytest.param("102.80%", "rate_above_1", D("1.028"), id="above all"),
        pytest.param(1.01, "rate_above_1", D("1.01"), id="above 1"),
        pytest.param("-1%", "negative_rate", "negative_rate", id="negative"),
        pytest.param("0.6122448979591837", D("0.612245"), D("0.612245"), id="six decimals, half up"),
        pytest.param("4%5", "not_a_number", "not_a_number", id="percent inside"),
        pytest.param("-", Missing("dash"), Missing("dash"), id="dash"),
    ],
)
def test_rate_and_ratio(cell, rate, ratio):
    assert code(cells.read_rate(cell)) == rate
    assert code(cells.read_ratio(cell)) == ratio


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("33.46", D("33.46"), id="seconds"),
        pytest.param(33.46, D("33.46"), id="a number"),
        pytest.param("33.46秒", D("33.46"), id="unit"),
        pytest.param("2分30秒", D(150), id="minutes and seconds"),
        pytest.param("7小时41分52秒", D(27712), id="hours, minutes, seconds"),
        pytest.param("8分48秒", D(528), id="8 min 48 s"),
        pytest.param("5分", D(300), id="minutes"),
        pytest.param("1天2小时", D(93600), id="a day and two hours"),
        pytest.param("00:02:30", D(150), id="clock"),
        pytest.param(time(0, 2, 30), D(150), id="a spreadsheet's time"),
        pytest.param(timedelta(seconds=90), D(90), id="a spreadsheet's duration"),
        pytest.param("2:30", "not_a_number", id="minutes or hours"),
        pytest.param("-3", "negative_time", id="negative"),
        pytest.param("2678401", "too_large", id="longer than a month"),
        pytest.param("延迟统计", Missing("not_final"), id="not final"),
        pytest.param("", Missing("blank"), id="blank"),
    ],
)
def test_seconds(cell, value):
    assert code(cells.read_seconds(cell)) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("示例旗舰店:小雅 ", "示例旗舰店:小雅", id="a blank behind"),
        pytest.param("'00123", "00123", id="quote and zeros"),
        pytest.param('="00123"', "00123", id="formula text and zeros"),
        pytest.param(17.0, "17", id="a number used as a name"),
        pytest.param("㐂𠮷😀", "㐂𠮷😀", id="rare characters"),
        pytest.param("=HYPERLINK(1)", "=HYPERLINK(1)", id="a formula's text stays text"),
        pytest.param(1234567890123456.0, "digits_lost", id="16 digits in a float"),
        pytest.param("x" * 201, "too_long", id="too long"),
        pytest.param("a\x07b", "unprintable", id="control character"),
        pytest.param("a\u202eb", "unprintable", id="right-to-left override"),
        pytest.param(True, "not_text", id="a truth value"),
        pytest.param("-", Missing("dash"), id="dash"),
    ],
)
def test_text(cell, value):
    assert code(cells.read_text(cell)) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("平均响应时长（秒)", "平均响应时长(秒）", id="brackets"),
        pytest.param(" 订单付款时间 ", "订单付款时间", id="blanks round it"),
        pytest.param("User Id", "ｕｓｅｒＩＤ", id="letters, width and case"),
        pytest.param("询单 人数", "询单人数", id="blank inside"),
        pytest.param("\ufeff旺旺昵称", "旺旺昵称", id="byte-order mark"),
    ],
)
def test_headers_that_are_equal(one, other):
    assert cells.header_key(one) == cells.header_key(other)


@pytest.mark.parametrize(
    "name",
    ["汇总", "汇总值", "均值", "平均值", "全店汇总值", "同行同层优秀", "店铺汇总值", "店铺平均值"],
)
def test_summary_rows(name):
    assert cells.is_summary(name)


@pytest.mark.parametrize("name", ["示例旗舰店:小雅", "均值哥", "全店通:小雅", "平均"])
def test_names_that_are_no_summary(name):
    assert not cells.is_summary(name)


READERS = [
    cells.read_count,
    cells.read_money,
    cells.read_rate,
    cells.read_ratio,
    cells.read_seconds,
    cells.read_mark,
    cells.read_text,
]


@given(st.sampled_from(READERS), st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_raises_and_no_figure_is_negative_or_endless(reader, cell):
    value = reader(cell)
    if isinstance(value, D):
        assert value.is_finite()
        assert value >= 0
    else:
        assert isinstance(value, int | str | Missing | Fault)


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_an_amount_reads_the_same_plain_and_grouped(amount):
    assert cells.read_money(str(amount)) == cells.read_money(f"{amount:,}") == amount


@pytest.mark.parametrize(
    ("cell", "step"),
    [
        pytest.param("61.22%", D("0.0001"), id="two decimals of a percent"),
        pytest.param("61%", D("0.01"), id="whole percent"),
        pytest.param(0.9529, D("0.0001"), id="a number"),
    ],
)
def test_printed_step(cell, step):
    assert cells.printed_step(cell) == step
