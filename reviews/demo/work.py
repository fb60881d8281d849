"""A day of an agent in figures: deterministic, whole numbers, amounts in fen. Nothing here knows the database."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.demo import cast
from reviews.demo.company import Agent

SEED = 20
DAYS_OFF = 2
WEEK = 7


@dataclass(frozen=True, slots=True)
class Day:
    """What one agent did on one day. Money in 0.01 CNY, times in 0.1 s."""

    consulted: int
    receptions: int
    unanswered: int
    answered: int
    inquiries: int
    paid: int
    orders: int
    items: int
    refunded: int
    sales: int
    featured: int
    refunds: int
    first: int
    average: int
    slow: int
    satisfied: int
    rated: int


def dice(*what: object) -> random.Random:
    """Return a source of numbers that is the same for the same things on every machine."""
    return random.Random("/".join(map(str, (SEED, *what))))  # noqa: S311  a demo, no secret


def works(agent: Agent, day: date) -> bool:
    """Whether an agent works on a day: five days of seven, turn by turn, while employed."""
    employed = agent.hired_on <= day and (agent.left_on is None or day < agent.left_on)
    return employed and (day.toordinal() + agent.number * 3) % WEEK >= DAYS_OFF


def strength(agent: Agent) -> int:
    """Return how good an agent is, percent: from 76 to 114, the same for ever."""
    return 76 + dice(agent.staff_no).randrange(39)


def season(month: date) -> int:
    """Return how strong a month is, percent."""
    return 97 + (month.month * 5) % 7


def day_of(agent: Agent, day: date) -> Day:
    """Return an agent's day. After-sales agents sell little, to few, at a higher price."""
    roll = dice(agent.staff_no, day)
    good = strength(agent) * season(day) // 100
    sells = agent.team.position == cast.PRESALES
    inquiries = max((38 if sells else 14) * good // 100 + roll.randrange(-5, 6), 4)
    share = (48 if sells else 42) + (good - 95) // 4 + roll.randrange(-6, 7)
    paid = max((inquiries * share + 50) // 100, 1)
    price = (8_600 if sells else 23_800 + (strength(agent) - 98) * 70) + roll.randrange(-1_500, 1_501)
    receptions = inquiries * (24 if sells else 60) // 10 + roll.randrange(0, 9)
    unanswered = (
        roll.choice((0, 0, 0, 1, 1, 2))
        if sells
        else receptions * roll.randrange((130 - strength(agent)) // 4) // 100
    )
    orders = paid + roll.randrange(0, 3)
    sales = paid * price
    average = 24_0 + (100 - good) * 5 + roll.randrange(-60, 90) + (0 if sells else 140)
    rated = max(paid // 2, 1)
    return Day(
        consulted=receptions + roll.randrange(0, 5),
        receptions=receptions,
        unanswered=unanswered,
        answered=receptions - unanswered,
        inquiries=inquiries,
        paid=paid,
        orders=orders,
        items=orders + roll.randrange(orders + 1),
        refunded=int(roll.randrange(1000) < orders * (125 - strength(agent)) // 4),
        sales=sales,
        featured=sales * roll.randrange(8, 19) // 100 if sells else 0,
        refunds=roll.randrange(0, 30_000),
        first=max(average * 6 // 10, 30),
        average=max(average, 60),
        slow=roll.randrange(0, 6),
        satisfied=rated - (roll.randrange(10) == 0),
        rated=rated,
    )


def sales_target(agent: Agent, month: date) -> Decimal:
    """Return what an agent is asked to sell in a full month, CNY, to the hundred."""
    sells = agent.team.position == cast.PRESALES
    usual = (
        38 * 48 * 86 * 22 if sells else 14 * 38 * 235 * 22
    )  # percent of CNY: inquiries, share, price, days
    asked = usual // 100 * (98 + dice("target", agent.staff_no, month).randrange(9)) // 100
    return Decimal(asked * season(month) // 100 // 100 * 100)


def shop_day(shop: cast.ShopPlan, day: date) -> tuple[int, int, int, int]:
    """Return a shop's visitors, paying buyers, orders and sales (0.01 CNY) of a day."""
    roll = dice(shop.code, day)
    visitors = shop.visitors * season(day) // 100 + roll.randrange(-1_500, 1_501)
    buyers = visitors * roll.randrange(13, 20) // 1000
    orders = buyers + buyers // 10
    return visitors, buyers, orders, orders * roll.randrange(9_000, 13_000)
