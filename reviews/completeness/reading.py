"""The facts of a month's calendar for some shops, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from reviews.completeness.grid import ATTENDANCE, SHOP_DAYS, Facts, Held, PersonDay, Place, Stored
from reviews.figures.counting import moment
from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS
from reviews.figures.formats import AGENT_SOURCES, REFUND_SHEET
from reviews.figures.profiles.registry import in_order
from reviews.models import AgentFigures, FigureExcuse, ShopFigures
from staff.calendar import add_months, last_day_of
from staff.models import AccountHolder, Attendance, Employment, Leave, PlatformAccount, Shift

# Refunds complete when they complete: no day and nobody must have one.
NOT_EXPECTED = (REFUND_SHEET,)
NOT_FINAL = "not_final"
WHOLE_DAY = Decimal(8)  # working hours


def known_sources() -> tuple[str, ...]:
    """Return every source a shop may be expected to have, import profiles too, in the order of their rows."""
    agents = (source for source in in_order(AGENT_SOURCES) if source not in NOT_EXPECTED)
    return (*agents, SHOP_DAYS, ATTENDANCE)


def read_facts(shop_ids: Sequence[int], month: date, *, today: date) -> Facts:
    """Return what is known of some shops' month; eleven queries, however many shops, people and rows."""
    last = last_day_of(month)
    days = [month + timedelta(days=number) for number in range(last.day)]
    held = _held(shop_ids, month, last)
    people = {one.person_id for one in held}
    return Facts(
        days=days,
        today=today,
        shop_ids=shop_ids,
        sources=known_sources(),
        rows=_agent_rows(shop_ids, month, last) + _shop_rows(shop_ids, month, last),
        held=held,
        employed=_employed(people, month, last),
        away=_away(people, month, last),
        rostered=_rostered(people, month, last),
        attended=frozenset(
            Attendance.objects.filter(
                person__in=people, day__gte=month, day__lte=last, superseded=False
            ).values_list("person_id", "day")
        ),
        excused=_excused(shop_ids, month, last),
        before=_before(shop_ids, month),
    )


def _touching(model: Any, shop_ids: Sequence[int], first: date, last: date) -> Any:
    return model.objects.filter(shop__in=shop_ids, current=True, first_day__lte=last, last_day__gte=first)


def _agent_rows(shop_ids: Sequence[int], first: date, last: date) -> list[Stored]:
    head = (
        "shop_id",
        "source",
        "first_day",
        "last_day",
        "batch_id",
        "account_id",
        "person_id",
        "flags",
    )
    rows = _touching(AgentFigures, shop_ids, first, last).exclude(source__in=NOT_EXPECTED)
    return [
        Stored(
            shop,
            source,
            start,
            end,
            batch,
            account,
            person,
            final=NOT_FINAL not in flags.split(","),
            values=_values(AGENT_FIELDS, values),
        )
        for shop, source, start, end, batch, account, person, flags, *values in rows.values_list(
            *head, *AGENT_FIELDS
        )
    ]


def _shop_rows(shop_ids: Sequence[int], first: date, last: date) -> list[Stored]:
    """Return the shops' own rows; whatever brought them, they fill the one row of shop days."""
    rows = _touching(ShopFigures, shop_ids, first, last)
    head = ("shop_id", "first_day", "last_day", "batch_id", "flags")
    return [
        Stored(
            shop,
            SHOP_DAYS,
            start,
            end,
            batch,
            final=NOT_FINAL not in flags.split(","),
            values=_values(SHOP_FIELDS, values),
        )
        for shop, start, end, batch, flags, *values in rows.values_list(*head, *SHOP_FIELDS)
    ]


def _values(names: Mapping[str, Any], values: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _held(shop_ids: Sequence[int], first: date, last: date) -> list[Held]:
    spans = AccountHolder.objects.filter(
        account__shop__in=shop_ids, starts_at__lt=moment(last + timedelta(days=1))
    ).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment(first)))
    values = spans.values_list(
        "account_id", "account__shop_id", "account__kind", "person_id", "starts_at", "ends_at"
    )
    return [
        Held(
            account,
            shop,
            person,
            timezone.localdate(starts),
            _last_touched(ends) if ends else None,
            kind == PlatformAccount.Kind.PERSON,
        )
        for account, shop, kind, person, starts, ends in values.order_by("account_id", "starts_at")
    ]


def _last_touched(end: datetime) -> date:
    """Return the last day a span touches that ends before a moment."""
    return timezone.localdate(end - timedelta(microseconds=1))


def _employed(people: set[int], first: date, last: date) -> dict[int, list[tuple[date, date]]]:
    rows = Employment.objects.filter(person__in=people, hired_on__lte=last).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=first)
    )
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for person, hired, left in rows.values_list("person_id", "hired_on", "left_on"):
        found[person].append((hired, left - timedelta(days=1) if left else last))
    return dict(found)


def _away(people: set[int], first: date, last: date) -> frozenset[PersonDay]:
    """Return the person-days of leave; a leave of some hours leaves the day a working day."""
    leaves = Leave.objects.filter(
        person__in=people, starts_at__lt=moment(last + timedelta(days=1)), ends_at__gt=moment(first)
    )
    found: set[PersonDay] = set()
    for person, starts, ends, hours in leaves.values_list("person_id", "starts_at", "ends_at", "hours"):
        start, end = timezone.localdate(starts), _last_touched(ends)
        if start == end and hours < WHOLE_DAY:
            continue
        start, end = max(start, first), min(end, last)
        found |= {(person, start + timedelta(days=number)) for number in range((end - start).days + 1)}
    return frozenset(found)


def _rostered(people: set[int], first: date, last: date) -> frozenset[PersonDay]:
    shifts = Shift.objects.filter(
        person__in=people,
        published_at__isnull=False,
        starts_at__gte=moment(first),
        starts_at__lt=moment(last + timedelta(days=1)),
    )
    return frozenset(
        (person, timezone.localdate(starts))
        for person, starts in shifts.values_list("person_id", "starts_at")
    )


def _excused(
    shop_ids: Sequence[int], first: date, last: date
) -> dict[tuple[int, str, date], frozenset[int | None]]:
    found: dict[tuple[int, str, date], set[int | None]] = defaultdict(set)
    rows = FigureExcuse.objects.filter(shop__in=shop_ids, day__gte=first, day__lte=last)
    for shop, source, day, account in rows.values_list("shop_id", "source", "day", "account_id"):
        found[shop, source, day].add(account)
    return {place: frozenset(accounts) for place, accounts in found.items()}


def _before(shop_ids: Sequence[int], month: date) -> frozenset[Place]:
    """Return the places with rows in the month before."""
    first, last = add_months(month, -1), month - timedelta(days=1)
    agents = _touching(AgentFigures, shop_ids, first, last).exclude(source__in=NOT_EXPECTED)
    shops = _touching(ShopFigures, shop_ids, first, last).values_list("shop_id", flat=True)
    found = set(agents.order_by().values_list("shop_id", "source").distinct())
    return frozenset(found | {(shop, SHOP_DAYS) for shop in shops.order_by().distinct()})
