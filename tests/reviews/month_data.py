"""Records of a month for tests: figures, targets, checks, exams, straight into rows."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from reviews.models import (
    AgentFigures,
    ImportBatch,
    ImportFile,
    Plan,
    PlanAssignment,
    ShopFigures,
    Target,
    WorkSummary,
)
from reviews.rubrics import load_rubric
from staff.models import Person, PlatformAccount, Shop, Unit
from tests import factories
from training.models import ExamMark

OCTOBER = date(2026, 10, 1)


def import_file(shop: Shop, name: str = "客服业绩.xlsx") -> ImportFile:
    """An applied batch of one file."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    batch = ImportBatch.objects.create(shop=shop, state="applied", applied_at=at)
    return ImportFile.objects.create(batch=batch, name=name, sha256=uuid.uuid4().hex * 2)


def day_figures(
    account: PlatformAccount, day: date, *, file: ImportFile, source: str = "own_daily", **fields: Any
) -> AgentFigures:
    """One day of one account."""
    row = day_row(account, day, file=file, source=source, **fields)
    row.save()
    return row


def day_row(
    account: PlatformAccount, day: date, *, file: ImportFile, source: str = "own_daily", **fields: Any
) -> AgentFigures:
    """One day of one account, not saved yet."""
    return AgentFigures(
        batch=file.batch,
        file=file,
        row=1,
        shop=account.shop,
        source=source,
        first_day=day,
        last_day=day,
        current=True,
        account=account,
        account_name=account.name,
        **fields,
    )


DAY = {
    "sales": Decimal("3000.00"),
    "orders": 12,
    "refunded_orders": 0,
    "answered": 20,
    "receptions": 22,
    "average_response_seconds": Decimal("24.0"),
}


def days(
    account: PlatformAccount, *, file: ImportFile, month: date = OCTOBER, count: int = 20, **fields: Any
) -> None:
    """The same figures on the first days of a month."""
    AgentFigures.objects.bulk_create(
        day_row(account, month + timedelta(days=number), file=file, **{**DAY, **fields})
        for number in range(count)
    )


def shop_days(shop: Shop, *, file: ImportFile, month: date = OCTOBER, count: int = 31) -> None:
    """Visitors and buyers of a shop on the first days of a month."""
    spans = [month + timedelta(days=number) for number in range(count)]
    ShopFigures.objects.bulk_create(
        ShopFigures(
            batch=file.batch,
            file=file,
            row=1,
            shop=shop,
            source="shop_daily",
            first_day=day,
            last_day=day,
            current=True,
            visitors=2000,
            buyers=40,
            sales=Decimal("20000.00"),
        )
        for day in spans
    )


def target(person: Person, amount: str = "60000.00", *, month: date = OCTOBER, kind: str = "sales") -> Target:
    """What a person is to reach in a full month."""
    return Target.objects.create(person=person, month=month, kind=kind, amount=Decimal(amount))


def complete(person: Person, by: Person) -> None:
    """The qualitative records of October: a sold and an unsold check, both exams, a marked summary."""
    load_rubric()
    at = datetime(2026, 10, 23, 4, tzinfo=UTC)
    for sold in (True, False):
        factories.check(person, by=by, at=at, sold=sold)
    for kind in ("product", "skills"):
        ExamMark.objects.create(
            person=person, kind=kind, sat_on=date(2026, 10, 20), mark=90, source="考试.xlsx"
        )
    WorkSummary.objects.create(
        person=person,
        month=OCTOBER,
        text="本月总结",
        due_at=datetime(2026, 10, 31, 16, tzinfo=UTC),
        handed_in_at=at,
        halves=9,
        marked_by=by,
        marked_at=at,
    )


def assign_plan(unit: Unit, position: Any) -> Plan:
    """The shipped agent's plan for a position of a unit and all below."""
    plan = factories.published_plan().plan
    PlanAssignment.objects.create(plan=plan, unit=unit, position=position, starts_on=date(2025, 1, 1))
    return plan
