"""A plan's parts as they are stored: read as one tree, found by what people know, written where they changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from simple_history.utils import bulk_update_with_history

from reviews.models import TargetNode
from reviews.year_targets.labels import amount_of, full_label_of
from reviews.year_targets.tree import Part
from staff.models import User

CHUNK = 500


class Overtaken(Exception):
    """Somebody else has changed the plan since it was shown; nothing was written."""

    def __init__(self, plan: TargetNode) -> None:
        self.by = plan.changed_by
        self.at = plan.changed_at
        super().__init__(f"{plan} was changed at {plan.changed_at}")


class Refused(ValidationError):
    """A plan was to be changed and cannot be; the messages are everything that is in the way."""


@dataclass(frozen=True, slots=True)
class Move:
    """One part whose amount changed, CNY; `typed` where somebody changed it by hand just now."""

    label: str
    old: Decimal
    new: Decimal
    typed: bool

    @property
    def old_text(self) -> str:
        """The amount before, as pages write it."""
        return f"{self.old:,.2f}"

    @property
    def new_text(self) -> str:
        """The amount now, as pages write it."""
        return f"{self.new:,.2f}"


@dataclass
class Plan:
    """One year's plan as stored: all its parts in order, each with those it is spread over."""

    root: TargetNode
    nodes: dict[int, TargetNode]
    below: dict[int, list[TargetNode]]

    @property
    def year(self) -> int:
        """The year it is for."""
        return self.root.first_month.year

    def months(self) -> list[TargetNode]:
        """Return the twelve months."""
        return [node for node in self.nodes.values() if node.level == TargetNode.Level.MONTH]

    def in_order(self, node: TargetNode | None = None) -> list[TargetNode]:
        """Return a part and all below it, from the top, in the order of the list."""
        here = node or self.root
        found = [here]
        for part in self.below.get(here.pk, ()):
            found += self.in_order(part)
        return found

    def tree(self) -> Part:
        """Return the plan for the core."""
        return self._part(self.root)

    def _part(self, node: TargetNode) -> Part:
        parts = [self._part(part) for part in self.below.get(node.pk, ())]
        return Part(node.pk, amount_of(node), node.by_hand, node.key, parts)


def read_plan(root: TargetNode) -> Plan:
    """Read a whole plan in as many queries as it has levels."""
    nodes: dict[int, TargetNode] = {root.pk: root}
    below: dict[int, list[TargetNode]] = defaultdict(list)
    level = [root.pk]
    while level:
        rows = TargetNode.objects.filter(parent__in=level).select_related("unit", "person")
        level = []
        for node in rows.order_by("first_month", "order", "pk"):
            nodes[node.pk] = node
            below[node.parent_id or 0].append(node)
            level.append(node.pk)
    return Plan(root, nodes, dict(below))


def version_of(root: TargetNode) -> str:
    """Return what a page or sheet remembers, to see whether the plan has changed since."""
    return root.changed_at.isoformat()


def take(root: TargetNode, *, seen: str, by: User | None, at: datetime) -> None:
    """Claim a plan for a change, inside a transaction: of two who saw the same, the second is Overtaken."""
    try:
        shown = datetime.fromisoformat(seen)
    except ValueError:
        shown = None
    mine = TargetNode.objects.filter(pk=root.pk, changed_at=shown) if shown and shown.tzinfo else None
    if mine is None or not mine.update(changed_at=at, changed_by=by):
        raise Overtaken(TargetNode.objects.select_related("changed_by__person").get(pk=root.pk))
    root.changed_at, root.changed_by = at, by


def hold(root: TargetNode, *, seen: str) -> None:
    """Hold a plan still while something is made from it, inside a transaction. Raises Overtaken."""
    stored = TargetNode.objects.select_for_update(of=("self",)).select_related("changed_by__person")
    row = stored.get(pk=root.pk)
    if version_of(row) != seen:
        raise Overtaken(row)


def write(plan: Plan, settled: Part, *, typed: set[int], by: User | None, at: datetime) -> list[Move]:
    """Write what a settled tree changed, each with its history; return the amounts that moved."""
    moves, changed = [], []
    for part in settled.walk():
        node = plan.nodes[part.id]
        if node.amount != part.amount:
            moves.append(Move(full_label_of(node), amount_of(node), part.amount, part.id in typed))
        if (node.amount, node.by_hand, node.key) != (part.amount, part.by_hand, part.key):
            node.amount, node.by_hand, node.key = part.amount, part.by_hand, part.key
            node.changed_by, node.changed_at = by, at
            changed.append(node)
    fields = ["amount", "by_hand", "key", "changed_by", "changed_at"]
    bulk_update_with_history(changed, TargetNode, fields, batch_size=CHUNK, default_user=by)
    return moves
