"""What the page of a year's plan shows and takes: rows of parts, and what was typed into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from reviews.figures.cells import Fault, Missing, read_money
from reviews.figures.messages import sentence
from reviews.models import AgentFigures, TargetNode
from reviews.year_targets.labels import amount_of, label_of
from reviews.year_targets.sales import Sales, sales_of
from reviews.year_targets.tree import Edit
from staff.models import AccountHolder, Unit

Levels = TargetNode.Level
KEPT_FOR = 900  # seconds; the sales of a large company's year take a while to add up
LONGEST = 40


@dataclass(slots=True)
class Row:
    """One part as the page shows it; `sum` is what its parts add up to, None where it has none."""

    node: TargetNode
    label: str
    depth: int
    text: str
    before: Decimal | None
    gaps: bool
    sum: Decimal | None
    count: int
    by_hand: bool
    key: str
    problem: str = ""

    @property
    def before_text(self) -> str:
        """Last year's sales as the page writes amounts."""
        return f"{self.before or 0:,.2f}"

    @property
    def sum_text(self) -> str:
        """The sum of the parts as the page writes amounts."""
        return f"{self.sum or 0:,.2f}"

    @property
    def spreads(self) -> bool:
        """Whether it is spread over parts, now or later."""
        return self.node.level != Levels.AGENT

    @property
    def growth(self) -> Decimal | None:
        """How much more than last year, in percent, None where there is nothing whole to compare with."""
        if not self.before or self.gaps:
            return None
        return ((amount_of(self.node) / self.before - 1) * 100).quantize(Decimal("0.1"))


def shown_nodes(root: TargetNode, *, month: date | None, team: Unit | None) -> list[TargetNode]:
    """Return the parts to show: quarters and months, the teams of one month, the agents of one team."""
    wanted = Q(pk=root.pk) | Q(parent=root) | Q(parent__parent=root)
    if month is not None:
        of_month = Q(parent__parent__parent=root, first_month=month)
        wanted |= of_month & Q(level=Levels.TEAM)
        if team is not None:
            agents = Q(parent__parent__parent__parent=root, first_month=month, unit=team)
            wanted |= agents & Q(level=Levels.AGENT)
    rows = TargetNode.objects.filter(wanted).select_related("unit", "person", "parent")
    rows = rows.annotate(parts_sum=Sum("parts__amount"), parts_count=Count("parts"))
    below: dict[int | None, list[TargetNode]] = {}
    for node in rows.order_by("first_month", "order", "pk"):
        below.setdefault(node.parent_id, []).append(node)
    return _in_order(below, None)


def _in_order(below: Mapping[int | None, Sequence[TargetNode]], parent: int | None) -> list[TargetNode]:
    found = []
    for node in below.get(parent, ()):
        found += [node, *_in_order(below, node.pk)]
    return found


DEPTHS = {level: depth for depth, level in enumerate(Levels.values)}


def rows_of(nodes: Sequence[Any], sales: Sales | None) -> list[Row]:
    """Return the rows of some parts, with last year's sales beside them where these are given."""
    rows = []
    for node in nodes:
        before, missing = sales.of(node) if sales else (None, [])
        rows.append(
            Row(
                node,
                label_of(node),
                DEPTHS[node.level],
                f"{amount_of(node):,.2f}",
                before,
                bool(missing),
                node.parts_sum,
                node.parts_count,
                node.by_hand,
                node.key,
            )
        )
    return rows


def last_year(root: TargetNode, *, on: date) -> Sales:
    """Return the sales of the year before a plan; kept for a while, until figures or holders change."""
    year = root.first_month.year - 1
    figures = AgentFigures.objects.filter(first_day__year=year)
    seen = figures.aggregate(last=Max("pk"), current=Count("pk", filter=Q(current=True)))
    seen |= AccountHolder.objects.aggregate(holders=Count("pk"), newest=Max("pk"))
    marks = "-".join(str(value) for value in seen.values())
    key = f"year-plan-sales-{root.unit_id}-{year}-{on.isoformat()}-{marks}"
    found: Sales | None = cache.get(key)
    if found is None:
        found = sales_of(root.unit, year, on=on)
        cache.set(key, found, KEPT_FOR)
    return found


def read_edits(post: Mapping[str, str], rows: Sequence[Row]) -> dict[int, Edit]:
    """Return what was typed against what is stored; what cannot be read is said in its row's `problem`.

    A part whose amount differs is kept by hand from then on; one whose pin was taken off is released.
    """
    edits = {}
    for row in rows:
        name = f"amount-{row.node.pk}"
        if name not in post:
            continue
        row.text = post[name].strip()[:LONGEST]
        row.by_hand, row.key = f"pin-{row.node.pk}" in post, post.get(f"key-{row.node.pk}", row.node.key)
        amount = read_money(row.text)
        if isinstance(amount, Fault):
            row.problem = sentence(amount.code, {"text": amount.text})
            continue
        if isinstance(amount, Missing):
            row.problem = _("An amount must stand here; 0 is one.")
            continue
        if row.key not in TargetNode.Key.values:
            row.problem = _("Choose one of the keys.")
            continue
        edit = edit_of(row.node, amount=amount, by_hand=row.by_hand, key=row.key)
        if edit is not None:
            edits[row.node.pk] = edit
    return edits


def edit_of(node: TargetNode, *, amount: Decimal, by_hand: bool, key: str) -> Edit | None:
    """Return what differs from a stored part, None where nothing does."""
    typed = amount if amount != amount_of(node) else None
    pinned = None if node.level == Levels.YEAR or typed is not None or by_hand == node.by_hand else by_hand
    other = key if key != node.key and node.level != Levels.AGENT else None
    if typed is None and pinned is None and other is None:
        return None
    return Edit(amount=typed, by_hand=pinned, key=other)


def overlapping(root: TargetNode) -> QuerySet[TargetNode]:
    """Return the same year's plans of units above or below: they speak of the same people."""
    others = TargetNode.objects.filter(level=Levels.YEAR, first_month=root.first_month).exclude(pk=root.pk)
    above = root.unit.ancestor_ids()
    return others.filter(Q(unit__path__startswith=root.unit.path) | Q(unit__in=above)).select_related("unit")


def years_of(nodes: QuerySet[TargetNode]) -> list[int]:
    """Return the years that have a plan, newest first."""
    return sorted(set(nodes.values_list(F("first_month__year"), flat=True)), reverse=True)
