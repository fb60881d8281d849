"""Loads the demo: everything or nothing, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from reviews.demo import cast, company, work
from reviews.demo.clock import MONTHS, Clock, days_of
from reviews.demo.files import Desk
from reviews.demo.months import Year, attendance_of
from reviews.demo.quality import Room
from reviews.figures.sources import DINGTALK
from reviews.models import OpeningMonth, Target, TargetNode
from reviews.refunds.reasons import seed_reasons
from reviews.year_targets.saving import save_edits, start_plan
from reviews.year_targets.stored import version_of
from reviews.year_targets.tree import Edit
from staff import calendar
from staff.models import Attendance, Message, Person, Unit, User
from staff.money import to_cents
from staff.services import seed_calendar

NOVEMBER = Decimal("1.3")  # of an even share: 双11

Say = Callable[[str], object]


@transaction.atomic
def load(*, last_month: date, now: datetime, say: Say, count: int = MONTHS) -> None:
    """Build the company and live `count` months of it, the last one ending half-way through its review.

    One transaction: an interrupted load leaves an empty database, and one commit is quicker than thousands.
    """
    seed_calendar(by=None)
    seed_reasons(by=None)
    clock = Clock(calendar.load(), now, last_month, count)
    say("people, plans, roles")
    company.build(clock.months)
    agents = company.agents(clock.months)
    room = Room(clock=clock, agents=agents)
    year = Year(clock=clock, users=room.users)
    _attend(agents, clock)
    _take_over(agents, clock)
    with TemporaryDirectory(prefix="keji-demo-") as folder:
        desk = Desk(Path(folder), by=room.users["顾宁"], clock=clock, agents=agents)
        for month in clock.months:
            say(f"{month:%Y-%m}: figures, checks, cards")
            for plan in cast.SHOPS:
                desk.import_month(plan, month)
            room.fill(month)
            if month == last_month:
                year.leave_half_way(month)
            else:
                year.finish(month)
                # What is over has been read.
                Message.objects.filter(opened_at__isnull=True).update(opened_at=F("at"))
        say("year plan")
        _plan(last_month, now=now, by=room.users["顾宁"])


def _plan(month: date, *, now: datetime, by: User) -> None:
    """Plan the year of the last month: the targets of all its months are as high, November's by hand higher."""
    targets = Target.objects.current().filter(month=month, kind=Target.Kind.SALES)
    amount = (targets.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)) * 12
    on = timezone.localdate(now)
    root, _saved = start_plan(
        unit=Unit.objects.get(code=company.ROOT),
        year=month.year,
        amount=amount,
        key=TargetNode.Key.HOURS,
        by=by,
        at=now,
        on=on,
    )
    quarter = TargetNode.objects.get(level=TargetNode.Level.QUARTER, first_month=date(month.year, 10, 1))
    november = TargetNode.objects.get(parent=quarter, first_month=date(month.year, 11, 1))
    higher = Edit(amount=to_cents((november.amount or Decimal(0)) * NOVEMBER))
    at = now + timedelta(seconds=1)
    save_edits(root, {november.pk: higher}, seen=version_of(root), by=by, at=at, on=on)


def _attend(agents: list[company.Agent], clock: Clock) -> None:
    """Write everybody's attendance; the after-sales agents' plan counts it."""
    people = dict(Person.objects.values_list("staff_no", "pk"))
    rows = []
    for agent in agents:
        for day in (day for month in clock.months for day in days_of(month)):
            if work.works(agent, day):
                late, absent = attendance_of(agent.staff_no, day)
                rows.append(
                    Attendance(
                        person_id=people[agent.staff_no],
                        day=day,
                        source=DINGTALK,
                        present=not absent,
                        late=late,
                        absent=absent,
                    )
                )
    Attendance.objects.bulk_create(rows, batch_size=500)


def _take_over(agents: list[company.Agent], clock: Clock) -> None:
    """Take over the sales of the month before the first one, with which growth is compared."""
    month = calendar.add_months(clock.months[0], -1)
    people = dict(Person.objects.values_list("staff_no", "pk"))
    OpeningMonth.objects.bulk_create(
        OpeningMonth(
            person_id=people[agent.staff_no],
            month=month,
            sales=Decimal(
                sum(work.day_of(agent, day).sales for day in days_of(month) if work.works(agent, day))
            ).scaleb(-2),
        )
        for agent in agents
        if agent.hired_on < month
    )


def last_month_before(now: datetime) -> date:
    """Return the first day of the month before a moment."""
    return calendar.add_months(timezone.localdate(now).replace(day=1), -1)
