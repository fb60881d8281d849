"""What people call a plan's parts, and which months these stand for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from reviews.models import TargetNode
from staff.calendar import add_months

NAMES_SHOWN = 8


def label_of(node: TargetNode) -> str:
    """Return what people call a part: 2027, 2027 Q1, 2027-03, a team, an agent."""
    month = node.first_month
    if node.level == TargetNode.Level.YEAR:
        return str(month.year)
    if node.level == TargetNode.Level.QUARTER:
        return f"{month.year} Q{(month.month + 2) // 3}"
    if node.level == TargetNode.Level.MONTH:
        return f"{month:%Y-%m}"
    return str(node.unit if node.person is None else node.person)


def full_label_of(node: TargetNode) -> str:
    """Return a part's label where parts of several months stand together: 2027-03 林娜 A1."""
    if node.level in (TargetNode.Level.TEAM, TargetNode.Level.AGENT):
        return f"{node.first_month:%Y-%m} {label_of(node)}"
    return label_of(node)


def some(names: Iterable[str]) -> str:
    """Return names as a list that stays short."""
    found = list(dict.fromkeys(names))
    more = ["…"] if len(found) > NAMES_SHOWN else []
    return "、".join([*found[:NAMES_SHOWN], *more])


def covered(node: TargetNode) -> list[date]:
    """Return the months a part stands for."""
    count = {TargetNode.Level.YEAR: 12, TargetNode.Level.QUARTER: 3}.get(TargetNode.Level(node.level), 1)
    return [add_months(node.first_month, number) for number in range(count)]


def amount_of(node: TargetNode) -> Decimal:
    """Return a part's amount, CNY; every stored part has one."""
    return node.amount if node.amount is not None else Decimal(0)
