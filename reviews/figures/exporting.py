"""Stored rows as plain objects, for integrators and for comparing what went in with what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, SHOP_FIELDS
from reviews.figures.holders import Holders, moment
from reviews.figures.profiles.registry import source_names
from reviews.models import AgentFigures, ShopFigures
from staff.models import AccountHolder, Person, Shop


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows in force of a shop: those that begin between two days; an empty text narrows nothing.

    `staff_no` are rows that are this person's on their days, by staff number or by account.
    """

    shop: Shop
    first: date
    last: date
    account: str = ""
    staff_no: str = ""
    source: str = ""


class Exported:
    """The rows of a shop and span as objects, agents' rows first, in an order that stays; sliced or whole.

    Amounts, rates and seconds are text with their decimals, counts are integers. `staff_no` is
    whose the row is on its days, null where nobody is matched. Shop rows have account null.
    """

    def __init__(self, wanted: Wanted) -> None:
        """Ask for nothing yet, except whose rows a staff number means."""
        self.wanted = wanted
        self.holders = Holders(wanted.first, wanted.last)
        span = Q(current=True, shop=wanted.shop, first_day__gte=wanted.first, first_day__lte=wanted.last)
        if wanted.source:
            span &= Q(source=wanted.source)
        agents = AgentFigures.objects.filter(span)
        if wanted.account:
            agents = agents.filter(account__name=wanted.account)
        if wanted.staff_no:
            agents = self._of_person(agents)
        of_shop = not (wanted.account or wanted.staff_no)
        shops = ShopFigures.objects.filter(span) if of_shop else ShopFigures.objects.none()
        self.agents = agents.select_related("account", "person").order_by(
            "first_day", "last_day", "account__name", "source", "person__staff_no", "pk"
        )
        self.shops = shops.order_by("first_day", "last_day", "source", "pk")

    def _of_person(self, rows: QuerySet[AgentFigures]) -> QuerySet[AgentFigures]:
        person = Person.objects.filter(staff_no=self.wanted.staff_no).first()
        if person is None:
            return rows.none()
        end = moment(self.wanted.last + timedelta(days=1))
        held = AccountHolder.objects.filter(person=person, starts_at__lt=end).values("account")
        near = rows.filter(Q(person=person) | Q(account__in=held))
        keys = near.values_list("pk", "account_id", "person_id", "first_day", "last_day")
        mine = [
            key
            for key, account, whose, first, last in keys
            if self._whose(account, whose, first, last) == person.pk
        ]
        return rows.filter(pk__in=mine)

    def _whose(self, account_id: int | None, person_id: int | None, first: date, last: date) -> int | None:
        return person_id if account_id is None else self.holders.person(account_id, (first, last))

    @cached_property
    def of_agents(self) -> int:
        """How many rows of agents there are."""
        return self.agents.count()

    @cached_property
    def names(self) -> dict[str, str]:
        """What each source is called."""
        return source_names()

    def count(self) -> int:
        """Return how many rows there are."""
        return self.of_agents + self.shops.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        """Return a page of rows."""
        agents = self.of_agents
        start, stop = part.start or 0, part.stop
        found = self._agents(self.agents[start:stop])
        after = None if stop is None else max(stop - agents, 0)
        return found + _shops(self.shops[max(start - agents, 0) : after], self.names)

    def all(self) -> list[dict[str, Any]]:
        """Return all rows."""
        return self._agents(self.agents) + _shops(self.shops, self.names)

    def _agents(self, rows: Iterable[AgentFigures]) -> list[dict[str, Any]]:
        rows = list(rows)
        owners = [self._whose(row.account_id, row.person_id, row.first_day, row.last_day) for row in rows]
        numbers = dict(
            Person.objects.filter(pk__in={owner for owner in owners if owner}).values_list("pk", "staff_no")
        )
        return [
            _head(row, row.account.name if row.account else None, numbers.get(owner or 0), self.names)
            | _fields(row, AGENT_FIELDS)
            for row, owner in zip(rows, owners, strict=True)
        ]


def exported_rows(shop: Shop, *, first: date, last: date) -> list[dict[str, Any]]:
    """Return one object per row in force that begins between two days, shop rows with account null."""
    return Exported(Wanted(shop, first, last)).all()


def _shops(rows: Iterable[ShopFigures], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_head(row, None, None, names) | _fields(row, SHOP_FIELDS) for row in rows]


def _head(
    row: AgentFigures | ShopFigures, account: str | None, staff_no: str | None, names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "date": row.first_day.isoformat(),
        "last_date": row.last_day.isoformat(),
        "account": account,
        "staff_no": staff_no,
        "source": names.get(row.source, row.source),
    }


def _fields(row: AgentFigures | ShopFigures, names: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _written(name, value) for name, value in values.items() if value is not None}


def _written(name: str, value: int | Decimal) -> int | str:
    if isinstance(value, int):
        return value
    return str(value) if name in AMOUNTS or name == "silent_sales" else f"{value.normalize():f}"
