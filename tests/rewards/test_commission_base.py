"""What commission is paid on, after late refunds: the pure core."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.commission_base import bases, earner, is_late
from staff.calendar import add_months

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
MONTHS = [OCTOBER, NOVEMBER, DECEMBER]


def months(sales, late):
    given_sales = {month: D(value) for month, value in zip(MONTHS, sales, strict=True) if value is not None}
    found = bases(given_sales, {month: D(v) for month, v in zip(MONTHS, late, strict=True)}, months=MONTHS)
    return [(str(one.after), str(one.carried_on)) for one in found]


@pytest.mark.parametrize(
    ("sales", "late", "expected"),
    [
        pytest.param([100, 100, 100], [0, 30, 0], [("100", "0"), ("70", "0"), ("100", "0")], id="in its month only"),
        pytest.param([100, 20, 100], [0, 30, 0], [("100", "0"), ("0", "10"), ("90", "0")], id="the rest next month"),
        pytest.param([5, 20, 30], [50, 0, 0], [("0", "45"), ("0", "25"), ("5", "0")], id="over several months"),
        pytest.param([100, None, 40], [0, 30, 0], [("100", "0"), ("None", "30"), ("10", "0")], id="unknown bears nothing"),
        pytest.param(["0.10", "0.20", "0.30"], ["0.30", 0, 0], [("0.00", "0.20"), ("0.00", "0.00"), ("0.30", "0.00")],
                     id="cents"),
    ],
)  # fmt: skip
def test_bases(sales, late, expected):
    assert months(sales, late) == expected


AMOUNTS = st.decimals(0, 10**7, places=2)


@given(st.lists(st.tuples(st.none() | AMOUNTS, AMOUNTS), min_size=1, max_size=14))
def test_a_base_is_never_negative_and_nothing_is_lost(found):
    span = [add_months(OCTOBER, number) for number in range(len(found))]
    sales = {month: own for month, (own, _late) in zip(span, found, strict=True) if own is not None}
    late = {month: came for month, (_own, came) in zip(span, found, strict=True)}
    rows = bases(sales, late, months=span)
    assert all(row.after is None or row.after >= 0 for row in rows)
    assert all(row.reduction >= 0 and row.carried_on >= 0 for row in rows)
    assert sum(row.reduction for row in rows) + rows[-1].carried_on == sum(late.values())
    assert [row.carried_in for row in rows[1:]] == [row.carried_on for row in rows[:-1]]


def test_a_negative_refund_is_an_error():
    with pytest.raises(ValueError, match="below zero"):
        bases({}, {OCTOBER: D(-1)}, months=[OCTOBER])


@pytest.mark.parametrize(
    ("completed_on", "expected"),
    [
        (date(2026, 11, 3), False),
        (date(2026, 11, 4), True),
        (date(2026, 12, 4), True),
        (date(2026, 12, 5), False),
    ],
)
def test_late_is_from_the_freeze_to_the_windows_end(completed_on, expected):
    frozen, paid = date(2026, 11, 4), date(2026, 10, 20)
    assert is_late(paid_on=paid, completed_on=completed_on, frozen_on=frozen, window_days=45) is expected


@pytest.mark.parametrize(
    ("paying", "ordering", "pay_first", "order_first"),
    [
        ("a", "b", "a", "b"),
        ("", "b", "b", "b"),
        ("a", "", "a", "a"),
        ("", "", "", ""),
        (None, None, None, None),
        (None, "b", None, "b"),
        ("", None, None, None),
    ],
)
def test_the_earner_by_mode(paying, ordering, pay_first, order_first):
    assert earner(paying, ordering, mode="pay_first") == pay_first
    assert earner(paying, ordering, mode="order_first") == order_first
