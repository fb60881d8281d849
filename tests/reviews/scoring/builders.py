"""Makers of plans, lines and facts for tests of the scoring core."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

from reviews.measures import score_facts
from reviews.scoring.facts import Fact
from reviews.scoring.plan import Band, Group, Line, Plan, Radar
from reviews.scoring.rules import Rule, Tier, Tiers
from reviews.shipped import AGENT

SOLID: dict[str, Any] = {
    "sales": "100000",
    "sales_target": "100000",
    "previous_sales": "100000",
    "shop_buyers": 900,
    "shop_visitors": 50000,
    "featured_sales": "27000",
    "featured_target": "30000",
    "refunded_orders": 2,
    "orders": 310,
    "consultations": 470,
    "disputes": 0,
    "team_orders": 1500,
    "team_headcount": 6,
    "response_seconds": "28.4",
    "service_attitude": "4.6",
    "communication": "4.2",
    "follow_up": "4",
    "product_exam": 92,
    "skills_exam": 88,
    "work_summary": "4.5",
}


def facts(**changes: Any) -> dict[str, Fact]:
    """A solid month's facts with changes; None takes a fact away, a Fact stands as it is."""
    made = {}
    for key, value in {**SOLID, **changes}.items():
        if isinstance(value, Fact):
            made[key] = value
        elif value is not None:
            made[key] = Fact.present(D(value))
    return made


def tiers(*rows: tuple[str, str, str]) -> Tiers:
    """Tiers from rows of operator, threshold and effect."""
    return Tiers(tuple(Tier(op, D(at), D(effect)) for op, at, effect in rows))  # type: ignore[arg-type]


def line(measure: str, *rules: Rule, weight: str = "100", **more: Any) -> Line:
    """A line named by its measure."""
    return Line(measure, "指标", "Line", Group.QUANTITATIVE, Radar.SALES, measure, D(weight), rules, **more)


def plan(*lines: Line, **more: Any) -> Plan:
    """A plan of these lines with one band from 0."""
    bands = more.pop("bands", (Band(D(0), D(1), 0, "建议不变", "No change"),))
    return Plan("trial", "试", "Trial", "clause 1", lines, bands, **more)


def points(one: Line, **figures: Any) -> D | None:
    """The points a line gives for these facts alone."""
    given = {key: Fact.present(D(value)) for key, value in figures.items()}
    return score_facts(plan(one), given).lines[0].points


def agent_line(code: str, **figures: Any) -> tuple[str, D | None]:
    """Status and points of one line of the default plan in a solid month with changes."""
    card = score_facts(AGENT, facts(**figures))
    found = next(each for each in card.lines if each.line.code == code)
    return found.status.value, found.points


def with_line(base: Plan, code: str, **changes: Any) -> Plan:
    """A plan with one of its lines changed."""
    lines = tuple(replace(each, **changes) if each.code == code else each for each in base.lines)
    return replace(base, lines=lines)
