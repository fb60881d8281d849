"""Rows that were read -> the calendar's cells. Plain values in and out: no database, no clock.

Source: design/hr.md B5; issue "completeness calendar".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

ATTENDANCE, SHOP_DAYS = "attendance", "shop_days"

Place = tuple[int, str]  # shop, source
PersonDay = tuple[int, date]


class State(StrEnum):
    """What a cell says."""

    COMPLETE = "complete"
    PARTIAL = "partial"  # some people are missing
    MISSING = "missing"  # nothing at all
    WAITING = "waiting"  # the platform has not finished its figures
    EXCUSED = "excused"  # HR says that it is rightly absent
    NOT_EXPECTED = "none"
    FUTURE = "future"


OPEN = frozenset({State.PARTIAL, State.MISSING, State.WAITING})
# Cells that should be full, of which the page counts how many are.
DUE = OPEN | {State.COMPLETE, State.EXCUSED}


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored row in force: whose, of which days and source, from which batch, with its values."""

    shop_id: int
    source: str
    first: date
    last: date
    batch_id: int
    account_id: int | None = None
    person_id: int | None = None
    final: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """One person's days with an account, both ends included; without `last` still held."""

    account_id: int
    shop_id: int
    person_id: int
    first: date
    last: date | None
    own: bool  # an account of one person: figures are expected of its holder

    def covers(self, day: date) -> bool:
        """Whether the account was held on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(slots=True)
class Facts:
    """All that a page of the calendar is made of, for some shops and one month.

    `away` are person-days of leave, `rostered` of published shifts, `attended` of attendance rows.
    `excused` maps shop, source and day to the accounts it excuses, None for the whole shop.
    `before` are places with rows in the month before.
    """

    days: Sequence[date]
    today: date
    shop_ids: Sequence[int]
    sources: Sequence[str]  # in the order in which rows are drawn
    rows: Sequence[Stored] = ()
    held: Sequence[Held] = ()
    employed: Mapping[int, Sequence[tuple[date, date]]] = field(default_factory=dict)
    away: frozenset[PersonDay] = frozenset()
    rostered: frozenset[PersonDay] = frozenset()
    attended: frozenset[PersonDay] = frozenset()
    excused: Mapping[tuple[int, str, date], frozenset[int | None]] = field(default_factory=dict)
    before: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Cell:
    """One shop, source and day."""

    day: date
    state: State
    missing: tuple[int, ...] = ()  # people
    expected: int = 0
    there: int = 0  # of the expected, those with figures
    differs: bool = False  # another source fills a field of that day with another value
    spans: bool = False  # a row stands for several days


@dataclass(frozen=True, slots=True)
class Row:
    """One source of a shop, a cell for each day of the month."""

    shop_id: int
    source: str
    cells: tuple[Cell, ...]

    def count(self, state: State) -> int:
        """How many of its cells stand so."""
        return sum(cell.state is state for cell in self.cells)

    @property
    def open(self) -> bool:
        """Whether anything is to do in it."""
        return any(cell.state in OPEN for cell in self.cells)


class Grid:
    """The calendar of some shops and a month."""

    def __init__(self, facts: Facts) -> None:
        """Sort the facts by place and day once."""
        self.facts = facts
        self.holders: dict[int, list[Held]] = defaultdict(list)
        self.members: dict[int, list[Held]] = defaultdict(list)
        for held in facts.held:
            self.holders[held.account_id].append(held)
            if held.own:
                self.members[held.shop_id].append(held)
        self.present: dict[Place, dict[date, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.rows_of: dict[Place, dict[date, list[Stored]]] = defaultdict(lambda: defaultdict(list))
        self.seen: dict[int, dict[date, dict[int, set[str]]]] = defaultdict(lambda: defaultdict(dict))
        for row in facts.rows:
            self._sort(row)
        self.differing = differing(facts.rows)
        self.with_roster = {
            shop
            for shop, members in self.members.items()
            if any((one.person_id, day) in facts.rostered for one in members for day in facts.days)
        }

    def _sort(self, row: Stored) -> None:
        place = row.shop_id, row.source
        for day in self._within(row):
            self.rows_of[place][day].append(row)
            if row.source == SHOP_DAYS:
                continue
            for person in self.whose(row, day):
                self.present[place][day].add(person)
                self.seen[row.shop_id][day].setdefault(person, set()).add(row.source)

    def _within(self, row: Stored) -> Iterator[date]:
        first, last = max(row.first, self.facts.days[0]), min(row.last, self.facts.days[-1])
        for number in range((last - first).days + 1):
            yield first + timedelta(days=number)

    def whose(self, row: Stored, day: date) -> set[int]:
        """Return whose a row is on a day."""
        if row.account_id is None:
            return set() if row.person_id is None else {row.person_id}
        return {held.person_id for held in self.holders[row.account_id] if held.covers(day)}

    def rows(self) -> list[Row]:
        """Return the rows of all shops, in the order of shops and sources."""
        return [
            Row(shop, source, tuple(self.cells(shop, source, self.facts.days)))
            for shop in self.facts.shop_ids
            for source in self.sources_of(shop)
        ]

    def sources_of(self, shop_id: int) -> list[str]:
        """Return what a shop is expected to have: sources of this or the last month, shop days, attendance."""
        known = {source for shop, source in self.rows_of if shop == shop_id}
        known |= {source for shop, source in self.facts.before if shop == shop_id}
        return [
            source for source in self.facts.sources if source in known or source in (SHOP_DAYS, ATTENDANCE)
        ]

    def starts(self, shop_id: int, source: str) -> date | None:
        """Return the first day a source is expected on: the month's first, or the day it first appeared."""
        any_source = source in (SHOP_DAYS, ATTENDANCE)
        if any(shop == shop_id and (any_source or one == source) for shop, one in self.facts.before):
            return self.facts.days[0]
        places = [
            days
            for (shop, one), days in self.rows_of.items()
            if shop == shop_id and (any_source or one == source)
        ]
        return min((min(days) for days in places if days), default=None)

    def expected(self, shop_id: int, source: str, day: date) -> set[int]:
        """Return the people whose figures a source should have that day.

        Somebody employed who holds an account of the shop, is not on leave, and either has a shift
        that day or is seen in another source.
        """
        facts, seen = self.facts, self.seen[shop_id][day]
        found = set()
        for held in self.members[shop_id]:
            person = held.person_id
            if not held.covers(day) or (person, day) in facts.away or not self._employed(person, day):
                continue
            if (person, day) in facts.rostered or seen.get(person, set()) - {source}:
                found.add(person)
        return found

    def _employed(self, person: int, day: date) -> bool:
        return any(first <= day <= last for first, last in self.facts.employed.get(person, ()))

    def excused(self, shop_id: int, source: str, day: date) -> tuple[bool, set[int]]:
        """Return whether a whole day is excused, and the people whose accounts are."""
        accounts = self.facts.excused.get((shop_id, source, day), frozenset())
        people = {held.person_id for one in accounts if one for held in self.holders[one] if held.covers(day)}
        return None in accounts, people

    def stored(self, shop_id: int, source: str, day: date) -> Sequence[Stored]:
        """Return the rows of a shop, source and day."""
        return self.rows_of.get((shop_id, source), {}).get(day, ())

    def cells(self, shop_id: int, source: str, days: Iterable[date]) -> Iterator[Cell]:
        """Return what stands for some days of a shop and source."""
        starts = self.starts(shop_id, source)
        for day in days:
            yield self._cell(shop_id, source, day, starts)

    def _cell(self, shop_id: int, source: str, day: date, starts: date | None) -> Cell:
        stored = self.stored(shop_id, source, day)
        whole, excused = self.excused(shop_id, source, day)
        expected = set() if source == SHOP_DAYS else self.expected(shop_id, source, day)
        if source == ATTENDANCE:
            present = {person for person in expected if (person, day) in self.facts.attended}
        else:
            present = self.present[shop_id, source][day]
        missing = expected - present - excused
        there = bool(stored or present)
        if not there and day >= self.facts.today:
            state = State.FUTURE
        elif starts is None or day < starts:
            state = State.NOT_EXPECTED
        elif there:
            final = all(row.final for row in stored)
            state = (State.PARTIAL if missing else State.COMPLETE) if final else State.WAITING
        else:
            state = self._empty(shop_id, source, expected=expected, missing=missing)
        if whole and state in (State.PARTIAL, State.MISSING):
            state = State.EXCUSED
        return Cell(
            day,
            state,
            tuple(sorted(missing)) if state in (State.PARTIAL, State.MISSING) else (),
            len(expected),
            len(expected & present),
            differs=(shop_id, source, day) in self.differing,
            spans=any(row.first != row.last for row in stored),
        )

    def _empty(self, shop_id: int, source: str, *, expected: set[int], missing: set[int]) -> State:
        """Return how a day without any row stands: nobody was to have one, all are excused, or it is missing."""
        if source != SHOP_DAYS and not expected and (source == ATTENDANCE or shop_id in self.with_roster):
            return State.NOT_EXPECTED
        return State.EXCUSED if expected and not missing else State.MISSING


def differing(rows: Iterable[Stored]) -> set[tuple[int, str, date]]:
    """Return the shops, sources and days on which two sources fill a field of one owner and span differently."""
    by_owner: dict[tuple[Any, ...], list[Stored]] = defaultdict(list)
    for row in rows:
        by_owner[row.shop_id, row.account_id, row.person_id, row.first, row.last].append(row)
    found: set[tuple[int, str, date]] = set()
    for (shop, _account, _person, first, last), several in by_owner.items():
        if len(several) < 2:
            continue
        for source in _disagreeing(several):
            found |= {(shop, source, first + timedelta(days=n)) for n in range((last - first).days + 1)}
    return found


def _disagreeing(rows: Sequence[Stored]) -> set[str]:
    found: set[str] = set()
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            if any(other.values.get(name, value) != value for name, value in one.values.items()):
                found |= {one.source, other.source}
    return found
