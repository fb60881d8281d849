"""The default plan worked out a second time, in plain fractions and written another way."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest

from reviews.measures import score_facts
from reviews.scoring.facts import Fact
from reviews.scoring.score import PayLevel
from reviews.shipped import AGENT
from tests.reviews.scoring.builders import D


def cents(points: F) -> int:
    """Points in hundredths, halves up; never below 0 here."""
    return int(points * 100 + F(1, 2))


def off(ratio: F, *marks: tuple[str, int]) -> int:
    """Points off for the furthest mark the ratio lies under."""
    return max([points for mark, points in marks if ratio < F(mark)], default=0)


def expected(f: dict[str, F]) -> tuple[int, list[int]]:
    """Total and lines of the default plan, in hundredths."""
    done = f["sales"] / f["sales_target"]
    completion = 30 - max(0, (1 - done) * 20 // 1) + (2 if done >= F("1.1") else 0)
    grown = f["sales"] / f["previous_sales"] - 1
    growth = 8 + min(8, max(0, grown * 20 // 1)) - off(grown, ("-0.2", 1), ("-0.4", 2))
    conversion = 5 - off(f["shop_buyers"] / f["shop_visitors"], ("0.015", 2), ("0.01", 3), ("0.005", 5))
    featured_ratio = f["featured_sales"] / f["featured_target"]
    featured = 5 + (featured_ratio >= 1) - off(featured_ratio, ("0.8", 1))
    refunds = 0 if f["orders"] and f["refunded_orders"] * 100 >= f["orders"] else 5
    chats = 5 - off(f["consultations"] / 450, ("0.8", 2), ("0.6", 3), ("0.3", 5))
    disputes = [5, 3, 1, 0][min(3, int(f["disputes"]))]
    share = 0 if f["orders"] * f["team_headcount"] * 2 < f["team_orders"] else 2
    seconds = f["response_seconds"]
    response = 5 if seconds <= 30 else 4 if seconds <= 60 else 2 if seconds <= 120 else 0
    hard = [max(0, completion), growth, conversion, featured, refunds, chats, disputes, share, response]
    soft = [f["service_attitude"], f["communication"], f["follow_up"], f["product_exam"] / 20,
            f["skills_exam"] / 20, f["work_summary"]]  # fmt: skip
    lines = [cents(F(points)) for points in hard + soft]
    return sum(lines), lines


def month(seed: int) -> dict[str, F]:
    """A made-up month, figures on and around the edges."""
    pick = random.Random(seed)
    target = pick.choice([50000, 80000, 100000, 123456])
    orders = pick.randint(0, 600)
    return {
        "sales": F(pick.choice([target * pick.randint(0, 30) * F(5, 100), pick.randint(0, 2 * target)])),
        "sales_target": F(target),
        "previous_sales": F(pick.choice([target, pick.randint(1, 2 * target)])),
        "shop_buyers": F(pick.choice([0, 250, 500, 750, pick.randint(0, 1500)])),
        "shop_visitors": F(50000),
        "featured_sales": F(pick.choice([24000, 30000, pick.randint(0, 60000)])),
        "featured_target": F(30000),
        "refunded_orders": F(min(orders, pick.randint(0, 6))),
        "orders": F(orders),
        "consultations": F(pick.choice([135, 270, 360, pick.randint(0, 700)])),
        "disputes": F(pick.randint(0, 5)),
        "team_orders": F(pick.randint(1, 2500)),
        "team_headcount": F(pick.randint(1, 9)),
        "response_seconds": F(pick.choice([30, 60, 120, F(pick.randint(0, 20000), 100)])),
        **{key: F(pick.randint(0, 5000), 1000) for key in ("service_attitude", "communication", "follow_up")},
        "product_exam": F(pick.randint(0, 1000), 10),
        "skills_exam": F(pick.randint(0, 100)),
        "work_summary": F(pick.randint(0, 10), 2),
    }


@pytest.mark.parametrize("seed", range(10))
def test_months_equal_the_oracle(seed):
    for each in range(25):
        figures = month(seed * 1000 + each)
        given = {k: Fact.present(D(v.numerator) / D(v.denominator)) for k, v in figures.items()}
        card = score_facts(AGENT, given, level=PayLevel(None, D("1234.05")))
        total, lines = expected(figures)
        got = [int(one.points * 100) for one in card.lines]
        assert got == lines, figures
        assert int(card.total * 100) == total
        multiplier = next(m for bound, m in BANDS if total >= bound * 100)
        assert card.performance_pay * 100 == cents(F("1234.05") * F(multiplier))


BANDS = [(100, "1.2"), (90, "0.9"), (80, "0.8"), (60, "0.7"), (50, "0.6"), (0, "0.4")]
