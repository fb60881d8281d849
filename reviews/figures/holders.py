"""Who had which account when, and how the figures of a shared account are divided among those who had it.

Source: data.md, "Import rules, for every format" (platform accounts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone

from staff.models import AccountHolder, PlatformAccount, Shift

Span = tuple[date, date]
Held = tuple[int, datetime, datetime | None]
ALONE = -1  # a share that says: the whole span, nobody else
CENT = Decimal("0.01")


class Holders:
    """Who had which account when, in whole days of the company's time zone; one query."""

    def __init__(self, first_day: date, last_day: date) -> None:
        """Load the holders of personal, unmatched and shared accounts who touch some days."""
        kinds = PlatformAccount.Kind
        start, end = moment(first_day), moment(last_day + timedelta(days=1))
        spans = AccountHolder.objects.filter(
            Q(account__kind__in=[kinds.PERSON, kinds.UNKNOWN, kinds.SHARED], starts_at__lt=end)
            & (Q(ends_at__isnull=True) | Q(ends_at__gt=start))
        )
        self.first_day, self.last_day = first_day, last_day
        self.of: dict[int, list[Held]] = defaultdict(list)
        self.shared: dict[int, list[Held]] = defaultdict(list)
        columns = ("account_id", "account__kind", "person_id", "starts_at", "ends_at")
        for account_id, kind, person_id, starts, ends in spans.order_by("pk").values_list(*columns):
            (self.shared if kind == kinds.SHARED else self.of)[account_id].append((person_id, starts, ends))

    def person(self, account_id: int, span: Span) -> int | None:
        """Return the one person who had the account within a span, None if nobody or several, or if shared."""
        people = self.people(account_id, span)
        return next(iter(people)) if len(people) == 1 else None

    def people(self, account_id: int, span: Span) -> set[int]:
        """Return all who had the account at some time of a span; none of a shared one."""
        held = self.of.get(account_id)
        if not held:
            return set()
        if len(held) == 1 and held[0][2] is None and held[0][1] <= moment(span[0]):
            return {held[0][0]}
        start, end = moment(span[0]), moment(span[1] + timedelta(days=1))
        return {person for person, starts, ends in held if starts < end and (ends is None or ends > start)}


class Rosters:
    """How the days of shared accounts divide among those who had them; one query, none without shared accounts."""

    def __init__(self, holders: Holders, account_ids: Collection[int]) -> None:
        """Load the published shifts of everybody who had one of these accounts while it was shared."""
        self.held = {pk: held for pk, held in holders.shared.items() if pk in account_ids}
        self.shifts: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        people = {person for held in self.held.values() for person, _starts, _ends in held}
        if not people:
            return
        start, end = moment(holders.first_day), moment(holders.last_day + timedelta(days=1))
        shifts = Shift.objects.filter(person__in=people, published_at__isnull=False)
        shifts = shifts.filter(starts_at__lt=end, ends_at__gt=start)
        for person_id, starts, ends in shifts.values_list("person_id", "starts_at", "ends_at"):
            self.shifts[person_id].append((starts, ends))

    def shares(self, account_id: int, span: Span) -> list[tuple[int, int]]:
        """Return who had a shared account within a span, by person: rostered seconds while they had it.

        Where the roster says nothing of any of them, the seconds they had it. One who alone had it for the
        whole span has the share ALONE. Empty where the account is not shared, or nobody had it.
        """
        start, end = moment(span[0]), moment(span[1] + timedelta(days=1))
        had: dict[int, int] = defaultdict(int)
        rostered: dict[int, int] = defaultdict(int)
        for person, starts, ends in self.held.get(account_id, ()):
            since, until = max(starts, start), min(ends or end, end)
            if since >= until:
                continue
            had[person] += _seconds(since, until)
            rostered[person] += sum(
                _seconds(max(begins, since), min(finishes, until))
                for begins, finishes in self.shifts[person]
                if begins < until and finishes > since
            )
        if len(had) == 1 and had.get(person := next(iter(had))) == _seconds(start, end):
            return [(person, ALONE)]
        weights = rostered if any(rostered.values()) else had
        return [(person, weight) for person, weight in sorted(weights.items()) if weight]


def split_count(whole: int, weights: Sequence[int]) -> list[int]:
    """Divide a count by weights into whole parts that add up to it: largest remainder, then order of the list."""
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in by_remainder[: whole - sum(parts)]:
        parts[index] += 1
    return parts


def split_amount(whole: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Divide an amount in CNY by weights into parts that add up to it, to the cent."""
    cents = split_count(int(whole.scaleb(2)), weights)
    return [Decimal(part).scaleb(-2).quantize(CENT) for part in cents]


def _seconds(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(seconds=1)


@lru_cache(maxsize=1024)
def moment(day: date) -> datetime:
    """Return the first moment of a day in the company's time zone."""
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
