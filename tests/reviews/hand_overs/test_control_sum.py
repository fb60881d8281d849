"""The control sum of a hand-over: the same pay gives the same sum, any other pay another."""

from dataclasses import replace
from decimal import Decimal as D
from hashlib import sha256

import pytest

from reviews.control_sum import PayLine, control_sum

LIN = PayLine("K017", D("94.30"), D(1), D(3600), D(1800), D("1800.00"), "ab" * 32)
MA = PayLine("K018", D("71.05"), D("0.8"), D(3600), D(1800), D("1440.00"), "cd" * 32)


def test_sum_is_the_sha256_of_the_lines_in_order():
    text = (
        f"K017\t94.30\t1.000\t3600.00\t1800.00\t1800.00\t{'ab' * 32}\n"
        f"K018\t71.05\t0.800\t3600.00\t1800.00\t1440.00\t{'cd' * 32}\n"
    )
    assert control_sum([MA, LIN]) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([MA, LIN], id="in another order"),
        pytest.param([replace(LIN, total=D("94.3"), base_salary=D("3600.00")), MA], id="other zeros"),
        pytest.param([replace(LIN, staff_no=" K017 "), MA], id="blanks around the number"),
    ],
)
def test_same_pay_same_sum(lines):
    assert control_sum(lines) == control_sum([LIN, MA])


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([LIN], id="a line less"),
        pytest.param([LIN, LIN, MA], id="a line twice"),
        pytest.param([replace(LIN, performance_pay=D("1800.01")), MA], id="a cent more"),
        pytest.param([replace(LIN, base_salary=D(1800), performance_salary=D(3600)), MA], id="swapped"),
        pytest.param([replace(LIN, multiplier=None), MA], id="no multiplier"),
        pytest.param([replace(LIN, digest="ef" * 32), MA], id="another version of the card"),
        pytest.param([replace(LIN, staff_no="K019"), MA], id="another person"),
        pytest.param(
            [replace(LIN, staff_no="K018"), replace(MA, staff_no="K017")], id="two people's pay swapped"
        ),
    ],
)
def test_other_pay_other_sum(lines):
    assert control_sum(lines) != control_sum([LIN, MA])
