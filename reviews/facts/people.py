"""Whose month it is: the people of a branch, where they stand and how much of the month they were there.

Source: month.md, "The month's cards from outside the normal case"; scorecard.md, "Days worked".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from reviews.figures.sources import DINGTALK, OWN
from staff.calendar import first_of_next, last_day_of
from staff.models import Assignment, Attendance, Employment, Leave, Shift, Unit

Span = tuple[date, date]
# A leave of less than this on one day takes that part of the day.
HOURS_A_DAY = Decimal(8)
CENT = Decimal("0.01")
# A sheet by the name its platform gives it, as files are named on the card.
SHEETS = {DINGTALK: "钉钉 每日统计", OWN: "自有模板"}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a branch in a month, with the assignments that reach into it, oldest first.

    `spans` are the employed days of the month, both ends included; the last day decides unit,
    position and employment kind.
    """

    person_id: int
    spans: tuple[Span, ...]
    assignments: tuple[Assignment, ...]

    @property
    def first_day(self) -> date:
        """The first employed day of the month."""
        return self.spans[0][0]

    @property
    def last_day(self) -> date:
        """The last employed day of the month."""
        return self.spans[-1][1]

    @property
    def home(self) -> Assignment:
        """The assignment in force on the last employed day."""
        return self.on(self.last_day)

    @property
    def team(self) -> tuple[int, int]:
        """Unit and position: whose orders are compared."""
        return self.home.unit_id, self.home.position_id

    def on(self, day: date) -> Assignment:
        """Return the assignment in force on a day (the first one before any began)."""
        begun = [one for one in self.assignments if one.starts_on <= day]
        return begun[-1] if begun else self.assignments[0]

    def days(self) -> Iterable[date]:
        """Return every employed day of the month."""
        for first, last in self.spans:
            for number in range((last - first).days + 1):
                yield first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a month somebody was there.

    `part` ÷ `whole` is the share of the month, exactly; `worked` are attendance days, else None.
    """

    employed: int
    month_days: int
    leave_days: Decimal
    part: Decimal
    whole: Decimal
    attended: int | None
    late_or_absent: int | None
    attendance_source: str = ""

    @property
    def share(self) -> Decimal:
        """The share of the month, to 8 decimals: for keeping and head counts."""
        return (self.part / self.whole).quantize(Decimal("1e-8")) if self.whole else Decimal(0)

    def days_worked(self, figure_days: int | None) -> int:
        """Return attendance days, else days with any figure, else employed days; never more than these."""
        known = figure_days if self.attended is None else self.attended
        return self.employed if known is None else min(known, self.employed)


def members(unit: Unit, month: date, *, unit_ids: Collection[int] | None = None) -> dict[int, Member]:
    """Return the people of a branch in a month by person id, in three queries.

    Somebody belongs where the assignment of the last employed day of the month is. Branches below
    with reviews of their own are left out. `unit_ids` narrows it to some units of the branch.
    """
    last = last_day_of(month)
    inside = Assignment.objects.filter(unit__path__startswith=unit.path, starts_on__lte=last)
    if unit_ids is not None:
        inside = inside.filter(unit__in=unit_ids)
    spans = employed_spans(inside.values("person"), month)
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(person__in=spans, starts_on__lte=last).order_by("starts_on")
    for row in rows.select_related("unit", "position", "level", "person"):
        assignments[row.person_id].append(row)
    below = Unit.objects.below(unit).filter(reviewed=True).exclude(pk=unit.pk)
    others = tuple(below.values_list("path", flat=True))
    found = {}
    for person_id, held in assignments.items():
        one = Member(person_id, spans[person_id], tuple(held))
        path = one.home.unit.path
        if unit_ids is not None and one.home.unit_id not in unit_ids:
            continue
        if path.startswith(unit.path) and not path.startswith(others):
            found[person_id] = one
    return dict(
        sorted(found.items(), key=lambda pair: (pair[1].home.unit.path, pair[1].home.person.staff_no))
    )


def employed_spans(
    person_ids: Collection[int] | QuerySet[Assignment, Any], month: date
) -> dict[int, tuple[Span, ...]]:
    """Return the employed days of a month as spans, for those employed in it at all; one query."""
    last = last_day_of(month)
    rows = Employment.objects.filter(person__in=person_ids, hired_on__lte=last).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=month)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for person_id, hired, left in rows.order_by("hired_on").values_list("person_id", "hired_on", "left_on"):
        ends = last if left is None else min(last, left - timedelta(days=1))
        found[person_id].append((max(month, hired), ends))
    return {person_id: tuple(spans) for person_id, spans in found.items()}


def presences(spans: Mapping[int, tuple[Span, ...]], month: date) -> dict[int, Presence]:
    """Return how much of a month people were there, in three queries.

    With a roster the share is employed days ÷ days of the month × (1 − leave hours ÷ scheduled
    hours), without one (employed days − leave days) ÷ days of the month.
    """
    leaves = _leaves(spans, month)
    scheduled = _scheduled_hours(spans, month)
    attendance = _attendance(spans, month)
    month_days = last_day_of(month).day
    found = {}
    for person_id, mine in spans.items():
        employed = sum((last - first).days + 1 for first, last in mine)
        away = [leave for leave in leaves.get(person_id, []) if _touches(leave, mine)]
        days = min(sum((_leave_days(leave, mine) for leave in away), Decimal(0)), Decimal(employed))
        hours = scheduled.get(person_id, Decimal(0))
        if hours:
            missed = min(sum((_hours_in(leave, month) for leave in away), Decimal(0)), hours)
            part, whole = employed * (hours - missed), month_days * hours
        else:
            part, whole = Decimal(employed) - days, Decimal(month_days)
        attended, late, source = attendance.get(person_id, (None, None, ""))
        found[person_id] = Presence(employed, month_days, days, part, whole, attended, late, source)
    return found


def _bounds(month: date) -> tuple[datetime, datetime]:
    return midnight(month), midnight(first_of_next(month))


def midnight(day: date) -> datetime:
    """Return the first moment of a day in the company's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _leaves(person_ids: Collection[int], month: date) -> dict[int, list[Leave]]:
    starts, ends = _bounds(month)
    found: dict[int, list[Leave]] = defaultdict(list)
    for leave in Leave.objects.filter(person__in=person_ids, starts_at__lt=ends, ends_at__gt=starts):
        found[leave.person_id].append(leave)
    return found


def _leave_span(leave: Leave) -> Span:
    """Return the first and the last day a leave touches; one that ends at midnight ends the day before."""
    last = timezone.localdate(leave.ends_at - timedelta(microseconds=1))
    return timezone.localdate(leave.starts_at), last


def _touches(leave: Leave, spans: tuple[Span, ...]) -> bool:
    first, last = _leave_span(leave)
    return any(first <= end and start <= last for start, end in spans)


def _leave_days(leave: Leave, spans: tuple[Span, ...]) -> Decimal:
    """Return the employed days of the month a leave takes; a short one takes its part of the day."""
    first, last = _leave_span(leave)
    if first == last and leave.hours < HOURS_A_DAY:
        return leave.hours / HOURS_A_DAY
    days = sum(max((min(last, end) - max(first, start)).days + 1, 0) for start, end in spans)
    return Decimal(days)


def _hours_in(leave: Leave, month: date) -> Decimal:
    """Return the working hours a leave takes of a month; of one across its end, by its length."""
    starts, ends = _bounds(month)
    if starts <= leave.starts_at and leave.ends_at <= ends:
        return leave.hours
    inside = min(leave.ends_at, ends) - max(leave.starts_at, starts)
    whole = leave.ends_at - leave.starts_at
    return (leave.hours * (inside // timedelta(minutes=1)) / (whole // timedelta(minutes=1))).quantize(CENT)


def _scheduled_hours(person_ids: Collection[int], month: date) -> dict[int, Decimal]:
    starts, ends = _bounds(month)
    found: dict[int, Decimal] = defaultdict(Decimal)
    rows = Shift.objects.filter(person__in=person_ids, published_at__isnull=False).filter(
        starts_at__gte=starts, starts_at__lt=ends
    )
    for person_id, begins, until in rows.values_list("person_id", "starts_at", "ends_at"):
        found[person_id] += Decimal((until - begins) // timedelta(minutes=1)) / 60
    return {person_id: hours.quantize(CENT) for person_id, hours in found.items()}


def _attendance(person_ids: Collection[int], month: date) -> dict[int, tuple[int, int, str]]:
    rows = Attendance.objects.filter(
        person__in=person_ids, day__gte=month, day__lt=first_of_next(month), superseded=False
    )
    days: dict[int, dict[date, tuple[bool, int]]] = defaultdict(dict)
    sources: dict[int, dict[str, None]] = defaultdict(dict)
    # Of several sources of one day the first by name counts, so that nothing counts twice.
    for person_id, day, source, present, late, absent in rows.order_by("source").values_list(
        "person_id", "day", "source", "present", "late", "absent"
    ):
        days[person_id].setdefault(day, (present, late + absent))
        sources[person_id][SHEETS.get(source, source)] = None
    return {
        person_id: (
            sum(present for present, _count in by_day.values()),
            sum(count for _present, count in by_day.values()),
            "、".join(sources[person_id]),
        )
        for person_id, by_day in days.items()
    }
