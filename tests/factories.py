"""Makers of test data. People have names and roles; add makers here, one per kind of object."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from reviews import copies
from reviews.checks import CheckGiven, save_check
from reviews.checks import MarkGiven as CheckMark
from reviews.fact_keys import read as read_fact
from reviews.measures import MEASURES
from reviews.models import Card, CardVersion, PlanVersion, Review, SpotCheck
from reviews.plans import core_plans, create_draft
from reviews.plans import publish as publish_plan
from reviews.procedures import load_procedures
from reviews.scoring.facts import Fact
from reviews.scoring.plan import Plan as CorePlan
from reviews.shipped import AGENT
from staff.models import (
    AccountHolder,
    Assignment,
    Employment,
    Level,
    LevelAmount,
    Person,
    PlatformAccount,
    Position,
    RoleHolding,
    Shop,
    Unit,
    User,
)
from staff.services import place_unit

HIRED = date(2025, 1, 6)


def unit(
    code: str,
    *,
    parent: Unit | None = None,
    shop: Shop | None = None,
    kind: str = "team",
    reviewed: bool = False,
) -> Unit:
    """A unit of the tree named by its code."""
    return place_unit(Unit(code=code, name=code, kind=kind, shop=shop, reviewed=reviewed), parent=parent)


def shop(name: str = "示例旗舰店") -> Shop:
    """A shop on Tmall."""
    return Shop.objects.create(name=name)


def position(code: str = "presales", *, subject_kind: str = "agent") -> Position:
    """A position, made once per test."""
    found, _ = Position.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": code,
            "name_en": code,
            "subject_kind": subject_kind,
            "has_card": subject_kind != "none",
        },
    )
    return found


def level(pos: Position, *, base: str = "3500.00", performance: str = "1500.00", rank: int = 1) -> Level:
    """A pay level with amounts from 2025 on."""
    found, made = Level.objects.get_or_create(
        position=pos, code=f"L{rank}", defaults={"name": f"L{rank}", "rank": rank}
    )
    if made:
        LevelAmount.objects.create(
            level=found,
            starts_on=date(2025, 1, 1),
            base_salary=Decimal(base),
            performance_salary=Decimal(performance),
        )
    return found


def person(
    name: str,
    *,
    staff_no: str | None = None,
    unit: Unit | None = None,
    position: Position | None = None,
    level: Level | None = None,
    hired: date = HIRED,
    left: date | None = None,
    login: bool = True,
) -> Person:
    """Somebody employed, assigned where a unit is given, with a log-in named by the staff number."""
    made = Person.objects.create(staff_no=staff_no or f"S{Person.objects.count() + 1:04}", name=name)
    Employment.objects.create(person=made, hired_on=hired, left_on=left)
    if unit and position:
        Assignment.objects.create(person=made, starts_on=hired, unit=unit, position=position, level=level)
    if login:
        User.objects.create_user(username=made.staff_no, password="pass", person=made)
    return made


def role(holder: Person, role: str, unit: Unit, *, since: date = HIRED) -> RoleHolding:
    """A role over a unit and all below it."""
    return RoleHolding.objects.create(person=holder, role=role, unit=unit, starts_on=since)


def account(name: str, *, shop: Shop, holder: Person | None = None) -> PlatformAccount:
    """A platform account, held from 2025 on where a holder is given."""
    made = PlatformAccount.objects.create(shop=shop, name=name)
    if holder:
        AccountHolder.objects.create(account=made, person=holder, starts_at=datetime(2025, 1, 1, tzinfo=UTC))
    return made


def check_given(**changed: Any) -> CheckGiven:
    """A spot check of 22 October with full marks, as the page posts it; keywords change it."""
    items = ("response_time", "service_attitude", "communication", "follow_up")
    full = {code: CheckMark() for code in items}
    marks = {**full, **changed.pop("marks", {})}
    given = {"chat_on": date(2026, 10, 22), "sold": True, "buyer": "小明同学8", **changed}
    return CheckGiven(marks=marks, **given)


def check(person: Person, *, by: Person, at: datetime, **changed: Any) -> SpotCheck:
    """A saved spot check."""
    return save_check(
        person=person, given=check_given(**changed), by=by.users.get(), at=at, form_key=uuid.uuid4()
    )


def published_plan(core: CorePlan = AGENT, *, starts_on: date = date(2025, 1, 1)) -> PlanVersion:
    """A published version of a plan, the shipped agent's plan unless another is given."""
    found = PlanVersion.objects.filter(plan__code=core.code, state="published").first()
    if found:
        return found
    draft = create_draft(core, starts_on=starts_on, by=None)
    return publish_plan(draft, by=None, at=datetime(2025, 1, 1, tzinfo=UTC), on=date(2024, 12, 31))


FULL_FACTS = {
    "sales": "92340.00",
    "sales_target": "100000.00",
    "previous_sales": "90000.00",
    "shop_buyers": "1200",
    "shop_visitors": "60000",
    "orders": "400",
    "refunded_orders": "2",
    "consultations": "460",
    "disputes": "0",
    "team_orders": "4000",
    "team_headcount": "10",
    "response_seconds": "25.5",
    "service_attitude": "4.5",
    "communication": "4.5",
    "follow_up": "4",
    "product_exam": "90",
    "skills_exam": "88",
    "work_summary": "4.5",
}


def review(unit: Unit, *, month: date = date(2026, 10, 1), procedure: str = "full") -> Review:
    """A unit's review of October 2026 by the full procedure."""
    return Review.objects.create(unit=unit, month=month, procedure=load_procedures()[procedure])


def card(
    subject: Person,
    review: Review,
    *,
    assessor: Person,
    approver: Person,
    decider: Person | None = None,
    facts: dict[str, str] | None = None,
) -> Card:
    """A draft card scored under the shipped agent's plan, complete unless `facts` leave something out."""
    given = FULL_FACTS if facts is None else facts
    version = published_plan()
    assigned = subject.assignments.select_related("unit", "position").get()
    keys = sorted({key for line in AGENT.lines for key in MEASURES[line.measure].inputs})
    values = {key: Fact.present(Decimal(given[key])) for key in keys if key in given}
    part = copies.SegmentCopy(
        first_day=review.month,
        last_day=date(2026, 10, 31),
        days_worked=22,
        share=Decimal(1),
        plan_version_id=version.pk,
        plan_sha256=version.sha256,
        facts=tuple(
            copies.FactCopy.of(key, values.get(key) or read_fact({}, key), estimated=False) for key in keys
        ),
    )
    pay = copies.Pay(None, "L1", Decimal("3500.00"), Decimal("1500.00"))
    whole = copies.scored(copies.Copy((part,), pay), plans=core_plans([version.pk]))
    made = Card.objects.create(
        review=review,
        person=subject,
        month=review.month,
        unit=assigned.unit,
        position=assigned.position,
        assessor=assessor,
        approver=approver,
        decider=decider,
    )
    first = CardVersion.objects.create(
        card=made, number=1, **copies.columns(whole, at=datetime(2026, 11, 1, tzinfo=UTC))
    )
    copies.write_parts([(first, whole)])
    Card.objects.filter(pk=made.pk).update(current=first)
    return Card.objects.select_related("review__procedure", "unit", "position", "person", "current").get(
        pk=made.pk
    )
