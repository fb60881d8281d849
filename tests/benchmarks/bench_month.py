"""A month's run for 1,000 agents: records in, cards out, and the second run that changes nothing.

    pytest -m bench -s tests/benchmarks/bench_month.py

Aim: at most 60 s. On the test database; the run alone is timed, not the making of its data.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reviews.models import AgentFigures, Card, CardLine, ImportFile, PlanAssignment, Target, WorkSummary
from reviews.services import month
from staff import jobs
from staff.models import AccountHolder, Assignment, Employment, Person, PlatformAccount, Unit
from staff.services import place_unit
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.people import Company, company, november
from training.models import ExamMark

AGENTS, TEAM = 1000, 20
AIM_SECONDS = 60
START = datetime(2025, 1, 1, tzinfo=UTC)


def people(firm: Company) -> list[Person]:
    """Agents in teams of twenty, each with a supervisor and an account."""
    position = factories.position()
    level = factories.level(position)
    teams: list[Unit] = []
    for number in range(AGENTS // TEAM):
        team = place_unit(Unit(code=f"team{number}", name=f"{number} 组"), parent=firm.shop)
        teams.append(team)
        lead = factories.person(f"组长{number}", staff_no=f"L{number:03}", login=False)
        factories.role(lead, "supervisor", team)
    made = Person.objects.bulk_create(
        Person(staff_no=f"A{number:04}", name=f"客服{number}") for number in range(AGENTS)
    )
    Employment.objects.bulk_create(Employment(person=one, hired_on=factories.HIRED) for one in made)
    Assignment.objects.bulk_create(
        Assignment(
            person=one,
            starts_on=factories.HIRED,
            unit=teams[number // TEAM],
            position=position,
            level=level,
        )
        for number, one in enumerate(made)
    )
    return made


def figures(firm: Company, agents: list[Person]) -> None:
    """Two months of daily figures from two sources: 122,000 rows."""
    shop = firm.shop.shop
    assert shop is not None
    accounts = PlatformAccount.objects.bulk_create(
        PlatformAccount(shop=shop, name=f"店:{one.staff_no}") for one in agents
    )
    AccountHolder.objects.bulk_create(
        AccountHolder(account=account, person=one, starts_at=START)
        for account, one in zip(accounts, agents, strict=True)
    )
    for first in (date(2026, 9, 1), date(2026, 10, 1)):
        days = 30 if first.month == 9 else 31
        for source in ("qianniu_performance", "qianniu_service"):
            file = data.import_file(shop, f"{source}_{first:%Y%m}.xlsx")
            AgentFigures.objects.bulk_create(rows(accounts, file, source, first, days), batch_size=500)
    data.shop_days(shop, file=data.import_file(shop))


def rows(
    accounts: list[PlatformAccount], file: ImportFile, source: str, first: date, days: int
) -> list[AgentFigures]:
    """One source's rows of a month: sales from one, receptions from the other."""
    made = []
    for number, account in enumerate(accounts):
        for day in range(days):
            seed = (number * 31 + day) % 50
            fields = (
                {"sales": Decimal(1000 + seed * 40), "orders": 10 + seed % 7, "refunded_orders": seed % 2}
                if source == "qianniu_performance"
                else {
                    "answered": 15 + seed % 9,
                    "receptions": 18 + seed % 9,
                    "average_response_seconds": Decimal(20 + seed),
                }
            )
            made.append(
                data.day_row(account, first + timedelta(days=day), file=file, source=source, **fields)
            )
    return made


def marks(agents: list[Person], by: Person) -> None:
    """Targets, exams and summaries for all; spot checks stay open."""
    Target.objects.bulk_create(
        Target(person=one, month=data.OCTOBER, kind="sales", amount=Decimal(60000)) for one in agents
    )
    ExamMark.objects.bulk_create(
        ExamMark(person=one, kind=kind, sat_on=date(2026, 10, 20), mark=85, source="考试.xlsx")
        for one in agents
        for kind in ("product", "skills")
    )
    at = datetime(2026, 10, 25, tzinfo=UTC)
    WorkSummary.objects.bulk_create(
        WorkSummary(
            person=one,
            month=data.OCTOBER,
            text="总结",
            due_at=at,
            handed_in_at=at,
            halves=8,
            marked_by=by,
            marked_at=at,
        )
        for one in agents
    )


def timed(firm: Company) -> tuple[float, float]:
    """Run the month; return seconds of the clock and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    job = month.start_run(firm.review, by=None, at=november(2))
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return time.perf_counter() - clock, time.process_time() - cpu


@pytest.mark.bench
@pytest.mark.django_db
def test_month_of_1000_agents():
    """The run, and the second one that finds nothing to write."""
    firm = company()
    agents = people(firm)
    figures(firm, agents)
    marks(agents, firm.wang)
    plan = factories.published_plan().plan
    PlanAssignment.objects.create(
        plan=plan, unit=firm.root, position=factories.position(), starts_on=date(2025, 1, 1)
    )
    first, cpu = timed(firm)
    again, again_cpu = timed(firm)
    cards = Card.objects.count()
    print(f"\nmonth run: {cards} cards, {AgentFigures.objects.count()} figure rows, ", end="")
    print(f"{first:.1f} s ({cpu:.1f} s CPU); again {again:.1f} s ({again_cpu:.1f} s CPU)")
    assert cards == AGENTS + 2
    assert CardLine.objects.filter(status="scored").count() > AGENTS * 8
    # The clock also counts whatever else the machine does meanwhile.
    assert cpu <= AIM_SECONDS
