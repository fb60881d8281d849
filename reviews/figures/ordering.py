"""The order of sources as a person is shown it: who comes first for each field, and what another order would change.

Source: data.md, after "Formats that work out of the box".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models.functions import TruncMonth
from django.utils.functional import Promise

from reviews.figures.counting import SHOPS_OWN, Order, Value
from reviews.figures.days import Span, month_span
from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS, shown_value
from reviews.figures.formats import AGENT_SOURCES, SHOP_SOURCES
from reviews.figures.profiles.registry import in_order, source_labels
from reviews.models import AgentFigures, ShopFigures, SourceOrder
from staff.models import Shop

EXAMPLES = 10
EVERY = ""  # as a field: every field

# Values of one field by source, of one owner and span: (owner in words, first day, last day, values).
Place = tuple[str, date, date, dict[str, Value]]


@dataclass(frozen=True, slots=True)
class Turned:
    """A value that another order would change."""

    who: str
    span: Span
    label: str
    source: str
    value: str
    new_source: str
    new_value: str


@dataclass(slots=True)
class FieldOrder:
    """One field of the agents' or the shop's own figures: the sources that fill it, the first counts."""

    key: str
    label: str
    sources: list[tuple[str, str]]
    turned: bool
    differing: int = 0


@dataclass(slots=True)
class Effect:
    """What another order would change: how many values, and the first of them."""

    count: int = 0
    examples: list[Turned] = field(default_factory=list)


@dataclass(slots=True)
class Figures:
    """All values in force of a shop and month by field, where more than one source fills it; two queries."""

    shop: Shop
    month: date
    places: dict[str, list[Place]] = field(default_factory=dict)

    @classmethod
    def load(cls, shop: Shop, month: date) -> Figures:
        """Read a month's rows in force."""
        last = month_span(month.year, month.month).last
        spans = {"shop": shop, "current": True, "first_day__gte": month, "last_day__lte": last}
        columns = ("first_day", "last_day", "source")
        one = cls(shop, month)
        agents = AgentFigures.objects.filter(**spans).order_by("first_day", "account__name", "pk")
        whose = ("account_id", "person_id", "account__name", "person__name")
        one._add("", tuple(AGENT_FIELDS), agents.values_list(*whose, *columns, *AGENT_FIELDS))
        own = ShopFigures.objects.filter(**spans).order_by("first_day", "pk")
        named = ("shop_id", "shop_id", "shop__name", "shop__name")
        one._add(SHOPS_OWN, tuple(SHOP_FIELDS), own.values_list(*named, *columns, *SHOP_FIELDS))
        return one

    def _add(self, own: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        found: dict[tuple[Any, ...], dict[str, dict[str, Value]]] = defaultdict(lambda: defaultdict(dict))
        for account_id, person_id, account, person, first, last, source, *values in rows:
            by_field = found[account_id, person_id, account or person, first, last]
            for name, value in zip(names, values, strict=True):
                if value is not None:
                    by_field[name][source] = value
        for (*_ids, who, first, last), by_field in found.items():
            for name, by_source in by_field.items():
                if len(by_source) > 1:
                    self.places.setdefault(own + name, []).append((who, first, last, by_source))


class Orders:
    """The orders of a shop's agents' figures and of its own, which have other sources; two queries."""

    def __init__(self, shop: Shop, *, months: bool = True) -> None:
        """Load them; without `months` only those that hold for every month."""
        self.shop_id = shop.pk
        self.agents = Order([shop.pk], AGENT_SOURCES, months=months)
        self.own = Order([shop.pk], SHOP_SOURCES, months=months)

    def places(self, month: date, key: str) -> dict[str, int]:
        """Return each source's place for a field in a month."""
        order = self.own if key.startswith(SHOPS_OWN) else self.agents
        return order.places(self.shop_id, month, key)

    def shipped(self, key: str) -> Sequence[str]:
        """Return the order a field has where nothing was turned."""
        return (self.own if key.startswith(SHOPS_OWN) else self.agents).shipped

    def turn(self, month: date | None, *, key: str, first: str) -> None:
        """Put a source first, here and not in the database."""
        for order in (self.agents, self.own):
            order.rules = turned_rules(order.rules, shop_id=self.shop_id, month=month, key=key, first=first)
            order.known.clear()


def latest_month(shop: Shop) -> date | None:
    """Return the last month in which a shop's agents have figures in force."""
    rows = AgentFigures.objects.filter(shop=shop, current=True).order_by("-first_day")
    first = rows.values_list("first_day", flat=True).first()
    return first.replace(day=1) if first else None


def months_of(shop: Shop) -> list[date]:
    """Return the months of a shop with figures in force, the latest first, two years at most."""
    rows = AgentFigures.objects.filter(shop=shop, current=True).order_by()
    months = rows.annotate(month=TruncMonth("first_day")).values_list("month", flat=True).distinct()
    return sorted(months, reverse=True)[:24]


def order_of(shop: Shop, month: date | None) -> list[FieldOrder]:
    """Return each field that more than one source fills, in a month or, for every month, in the latest one.

    Without a month the orders are those that hold where no month has its own.
    """
    looked_at = month or latest_month(shop)
    if looked_at is None:
        return []
    figures = Figures.load(shop, looked_at)
    orders = Orders(shop, months=month is not None)
    labels = source_labels()
    found = []
    for key in _keys():
        places = figures.places.get(key, [])
        if not places:
            continue
        ranks = orders.places(looked_at, key)
        sources = sorted({source for place in places for source in place[3]}, key=ranks.__getitem__)
        one = FieldOrder(key, label_of(key), [(s, str(labels[s])) for s in sources], turned=False)
        one.turned = sources != sorted(sources, key=orders.shipped(key).index)
        one.differing = sum(len(set(place[3].values())) > 1 for place in places)
        found.append(one)
    return found


def effect_of(shop: Shop, month: date | None, *, key: str, first: str) -> Effect:
    """Return what would change if a source came first for a field (or for every field) of a shop."""
    looked_at = month or latest_month(shop)
    if looked_at is None:
        return Effect()
    figures = Figures.load(shop, looked_at)
    before, after = Orders(shop), Orders(shop)
    after.turn(month, key=key, first=first)
    effect = Effect()
    labels = source_labels()
    for name, places in figures.places.items():
        old, new = (one.places(looked_at, name) for one in (before, after))
        for place in places:
            _count(effect, name, place, old, new, labels)
    return effect


def _count(
    effect: Effect,
    key: str,
    place: Place,
    old: Mapping[str, int],
    new: Mapping[str, int],
    labels: Mapping[str, str | Promise],
) -> None:
    who, first, last, values = place
    was, will = min(values, key=old.__getitem__), min(values, key=new.__getitem__)
    if values[was] == values[will]:
        return
    effect.count += 1
    if len(effect.examples) < EXAMPLES:
        name = key.removeprefix(SHOPS_OWN)
        effect.examples.append(
            Turned(
                who,
                Span(first, last),
                label_of(key),
                str(labels[was]),
                shown_value(name, values[was]),
                str(labels[will]),
                shown_value(name, values[will]),
            )
        )


Rules = Mapping[tuple[int, date | None, str], Mapping[str, int]]


def turned_rules(
    rules: Rules, *, shop_id: int, month: date | None, key: str, first: str
) -> dict[tuple[int, date | None, str], dict[str, int]]:
    """Return the rules with a source put first: those put first before it follow in their order.

    For every field the rules of single fields of the same shop and month fall away, because they would
    hide it.
    """
    own = key.startswith(SHOPS_OWN)
    every = key in (EVERY, SHOPS_OWN)
    kept = {
        place: dict(ranks)
        for place, ranks in rules.items()
        if not (every and place[:2] == (shop_id, month) and place[2].startswith(SHOPS_OWN) == own)
    }
    held = rules.get((shop_id, month, key), {})
    after = [source for source in sorted(held, key=held.__getitem__) if source != first]
    kept[shop_id, month, key] = {source: rank for rank, source in enumerate([first, *after], start=1)}
    return kept


def has_rules(shop: Shop, month: date | None) -> bool:
    """Whether a shop (in a month, or in every month) has an order of its own."""
    return SourceOrder.objects.filter(shop=shop, month=month).exists()


def label_of(key: str) -> str:
    """Return a field's name in words; the shop's own figures say that they are the shop's."""
    if key.startswith(SHOPS_OWN):
        return str(SHOP_FIELDS.get(key.removeprefix(SHOPS_OWN), ""))
    return str(AGENT_FIELDS.get(key, ""))


def known(key: str, first: str) -> bool:
    """Whether there is such a field, or every field, and such a source of it."""
    return (key in (EVERY, SHOPS_OWN) or key in _keys()) and first in _shipped(key)


def _keys() -> Sequence[str]:
    return [*AGENT_FIELDS, *(SHOPS_OWN + name for name in SHOP_FIELDS)]


def _shipped(key: str) -> Sequence[str]:
    return in_order(SHOP_SOURCES if key.startswith(SHOPS_OWN) else AGENT_SOURCES)


def sources_of(fields: Iterable[FieldOrder], *, own: bool) -> list[tuple[str, str]]:
    """Return the sources that fill any of the agents' fields, or of the shop's own, once each."""
    found = {s: label for one in fields if one.key.startswith(SHOPS_OWN) == own for s, label in one.sources}
    return sorted(found.items(), key=lambda pair: _shipped(SHOPS_OWN if own else EVERY).index(pair[0]))
