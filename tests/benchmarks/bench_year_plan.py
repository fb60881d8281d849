"""A year's plan for 1,000 agents: started by last year's season, broken down, shown, published.

    pytest -m bench -s tests/benchmarks/bench_year_plan.py

Last year has three months of daily figures (90,000 rows) and nine taken over. On the test database; only the
acts are timed, not the making of their data. CPU seconds. Aim: no act above 10 s.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from reviews.models import AgentFigures, OpeningMonth, TargetNode
from reviews.year_targets.saving import open_month, publish, save_edits, start_plan
from reviews.year_targets.stored import version_of
from reviews.year_targets.tree import Edit
from staff.models import AccountHolder, Person, PlatformAccount
from tests.benchmarks.bench_month import START, people
from tests.reviews import month_data as data
from tests.reviews.people import Company, company, user

AIM_SECONDS = 10
MARCH, TODAY = date(2027, 3, 1), date(2027, 1, 10)
NOW = datetime(2027, 1, 10, tzinfo=UTC)


def last_year(firm: Company, agents: list[Person]) -> None:
    """Daily figures from January to March, months taken over for the rest."""
    file = data.import_file(firm.shop.shop)
    accounts = PlatformAccount.objects.bulk_create(
        PlatformAccount(shop=firm.shop.shop, name=f"店:{one.staff_no}") for one in agents
    )
    AccountHolder.objects.bulk_create(
        AccountHolder(account=account, person=one, starts_at=START)
        for account, one in zip(accounts, agents, strict=True)
    )
    for month in (1, 2, 3):
        AgentFigures.objects.bulk_create(
            (
                data.day_row(account, date(2026, month, day), file=file, sales=Decimal(1000 + day))
                for account in accounts
                for day in range(1, 29)
            ),
            batch_size=2000,
        )
    OpeningMonth.objects.bulk_create(
        OpeningMonth(person=one, month=date(2026, month, 1), sales=Decimal(30_000))
        for one in agents
        for month in range(4, 13)
    )


@pytest.mark.bench
@pytest.mark.django_db
def test_a_year_plan_for_a_thousand_agents():
    """Every act once, the page twice."""
    firm = company()
    last_year(firm, people(firm))
    unit, by = firm.shop, user(firm.sun)
    seconds = {}

    def timed(name, act):
        begun = time.process_time()
        found = act()
        seconds[name] = time.process_time() - begun
        return found

    root, _saved = timed("start", lambda: start_plan(
        unit=unit, year=2027, amount=Decimal(500_000_000), key="season", by=by, at=NOW, on=TODAY
    ))  # fmt: skip

    def act(function, *args, **more):
        root.refresh_from_db()
        root.unit = unit
        if function is not publish:
            more["at"] = datetime.now(tz=UTC)
        return function(root, *args, seen=version_of(root), by=by, on=TODAY, **more)

    timed("break down", lambda: act(open_month, MARCH))
    month = TargetNode.objects.get(level="month", first_month=MARCH)
    timed("save by level", lambda: act(save_edits, {month.pk: Edit(key="level", amount=month.amount + 1)}))
    timed("publish", lambda: act(publish, [MARCH]))
    client = Client()
    client.force_login(by)
    address = f"/admin/reviews/targetnode/?year=2027&unit={unit.code}&month=2027-03"
    assert timed("page", lambda: client.get(address)).status_code == 200
    assert timed("page again", lambda: client.get(address)).status_code == 200
    sheet = f"/admin/reviews/targetnode/{root.pk}/sheet/"
    assert timed("sheet", lambda: client.get(sheet)).status_code == 200
    print({name: round(one, 1) for name, one in seconds.items()})
    assert max(seconds.values()) < AIM_SECONDS
