"""What the database knows that a set of files is compared with; a fixed number of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reviews.figures.days import Span
from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS
from reviews.figures.formats import Kind
from reviews.figures.holders import Holders
from reviews.figures.packed import Packed
from reviews.figures.planned import TABLES, PlannedFile, PlannedRow
from reviews.figures.reading import ReadFile
from reviews.figures.rows import ERROR, Row
from reviews.models import AgentFigures, Card, CardState, ShopFigures, ShopMonth
from staff.models import Person, PlatformAccount, Shop

Key = tuple[Any, ...]
Owner = tuple[int | None, int | None]
CHUNK = 2_000  # rows held at once beside what is kept of them
OF_NOBODY = frozenset({"shared", "robot", "main", "company"})


class Stored(Packed):
    """A row in force: its fields that are not null."""

    __slots__ = ("pk", "source", "span")

    def __init__(self, pk: int, source: str, span: Span, values: dict[str, Any]) -> None:
        """Keep what is stored."""
        super().__init__(values)
        self.pk, self.source, self.span = pk, source, span


@dataclass(slots=True)
class Known:
    """Accounts, people, rows in force, modes and frozen months that a set of files touches."""

    shop: Shop
    accounts: dict[str, tuple[int, str]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    stored: dict[Key, Stored] = field(default_factory=dict)
    modes: dict[date, str] = field(default_factory=dict)
    frozen: set[tuple[int, date]] = field(default_factory=set)
    holders: Holders | None = None

    @classmethod
    def load(cls, shop: Shop, reads: Sequence[ReadFile]) -> Known:
        """Ask for everything at once."""
        known = cls(shop)
        rows = [row for read in reads for row in read.rows if row.span]
        if not rows:
            return known
        first = min(row.span.first for row in rows if row.span)
        last = max(row.span.last for row in rows if row.span)
        kinds = {read.form.kind for read in reads if read.form}
        if Kind.SHOP in kinds:
            known.read_shop_rows(first, last)
        if Kind.AGENT in kinds:
            accounts = PlatformAccount.objects.filter(shop=shop).values_list("name", "pk", "kind")
            known.accounts = {name: (pk, kind) for name, pk, kind in accounts}
            numbers = {row.staff_no for row in rows if row.staff_no}
            if numbers:
                known.people = dict(Person.objects.filter(staff_no__in=numbers).values_list("staff_no", "pk"))
            known.holders = Holders(first, last)
            known.modes = _modes(shop, first, last)
            cards = Card.objects.filter(month__gte=first.replace(day=1), month__lte=last)
            known.frozen = set(cards.exclude(state=CardState.DRAFT).values_list("person_id", "month"))
            known.read_agent_rows(first, last)
        return known

    def read_agent_rows(self, first: date, last: date) -> None:
        """Load the agents' rows in force that touch some days."""
        names = tuple(AGENT_FIELDS)
        rows = AgentFigures.objects.filter(
            shop=self.shop, current=True, first_day__lte=last, last_day__gte=first
        ).values_list("pk", "source", "first_day", "last_day", "account_id", "person_id", *names)
        spans: dict[tuple[date, date], Span] = {}
        sources: dict[str, str] = {}  # one object for the many rows of a day and of a source
        for pk, code, start, end, account_id, person_id, *values in rows.iterator(CHUNK):
            source = sources.setdefault(code, code)
            span = spans.setdefault((start, end), Span(start, end))
            key = (AgentFigures, source, account_id, person_id, "", span)
            found = {n: v for n, v in zip(names, values, strict=True) if v is not None}
            self.stored[key] = Stored(pk, source, span, found)

    def read_shop_rows(self, first: date, last: date) -> None:
        """Load the shop's own rows in force that touch some days."""
        names = tuple(SHOP_FIELDS)
        rows = ShopFigures.objects.filter(
            shop=self.shop, current=True, first_day__lte=last, last_day__gte=first
        ).values_list("pk", "source", "first_day", "last_day", *names)
        for pk, source, start, end, *values in rows:
            span = Span(start, end)
            found = {n: v for n, v in zip(names, values, strict=True) if v is not None}
            self.stored[ShopFigures, source, None, None, "", span] = Stored(pk, source, span, found)

    def owner(self, row: Row, file: PlannedFile) -> Owner | None:
        """Return the account or person a row belongs to; note unknown ones in the file.

        An unknown account is not an error: its figures wait for a match. An unknown staff number
        is, because it can be nobody's.
        """
        if file.model is ShopFigures:
            return None, None
        if row.account:
            pk, kind = self.accounts.get(row.account, (None, ""))
            if pk is None or (kind not in OF_NOBODY and not self._holders_of(pk, row)):
                file.unknown.setdefault(row.account, []).append(row)
            return pk, None
        person_id = self.people.get(row.staff_no)
        if person_id is None:
            file.note(ERROR, "unknown_person", row.number, file.header_of("staff_no"), text=row.staff_no)
            return None
        return None, person_id

    def _holders_of(self, account_id: int, row: Row) -> set[int]:
        if self.holders is None or row.span is None:
            return set()
        return self.holders.people(account_id, (row.span.first, row.span.last))

    def key(self, model: Any, source: str, row: Row, owner: Owner, span: Span) -> Key:
        """Return what makes a row the same row: source, owner and span."""
        return (model, source, *owner, "" if any(owner) else row.account, span)

    def owner_of(self, key: Key) -> Key:
        """Return the owner's part of a key."""
        return key[0], key[2], key[3], key[4]

    def owner_of_row(self, model: Any, planned: PlannedRow) -> Key:
        """Return the owner of a planned row as a key has it."""
        account = "" if planned.account_id or planned.person_id else planned.row.account
        return model, planned.account_id, planned.person_id, account

    def is_late(self, planned: PlannedRow, span: Span) -> bool:
        """Whether the row's person has a card of that month which is no longer a draft."""
        person_id = planned.person_id
        if person_id is None and planned.account_id is not None and self.holders is not None:
            person_id = self.holders.person(planned.account_id, (span.first, span.last))
        return person_id is not None and (person_id, span.first.replace(day=1)) in self.frozen

    def fingerprint(self, more: str = "") -> str:
        """Return a digest of the stored state: if it is the same later, a comparison still holds."""
        rows = [(key[0].__name__, stored.pk) for key, stored in self.stored.items()]
        return _digest(rows, self.modes, more)


def state_digest(shop: Shop, *, first: date, last: date, kinds: Collection[Kind], more: str = "") -> str:
    """Return the digest that `Known.fingerprint` would give now, without loading values."""
    rows: list[tuple[str, int]] = []
    modes: dict[date, str] = {}
    for kind, model in TABLES.items():
        if kind in kinds:
            touching = model.objects.filter(shop=shop, current=True, first_day__lte=last, last_day__gte=first)
            rows += [(model.__name__, pk) for pk in touching.values_list("pk", flat=True)]
    if Kind.AGENT in kinds:
        modes = _modes(shop, first, last)
    return _digest(rows, modes, more)


def _modes(shop: Shop, first: date, last: date) -> dict[date, str]:
    months = ShopMonth.objects.filter(shop=shop, month__gte=first.replace(day=1), month__lte=last)
    return {month: mode for month, mode in months.values_list("month", "mode") if mode}


def _digest(rows: list[tuple[str, int]], modes: dict[date, str], more: str) -> str:
    text = repr((sorted(rows), sorted(modes.items()), more))
    return hashlib.sha256(text.encode()).hexdigest()
