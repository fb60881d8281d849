"""A small team with scored cards of the default plan, made by the code that runs the month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from reviews import copies, plans, shipped, workflow
from reviews.models import Card, CardVersion, PlanVersion, Review
from reviews.procedures import load_procedures
from reviews.scoring.facts import Fact, Source
from staff.models import Person, Position, Shop, Unit
from tests import factories

MONTH = date(2026, 10, 1)
AT = datetime(2026, 11, 3, 9, 26, tzinfo=UTC)

# A month of the default plan: 93 points with one short and one extra line.
FIGURES = {
    "sales": "186420.50",
    "sales_target": "180000",
    "previous_sales": "171300.00",
    "shop_buyers": "2410",
    "shop_visitors": "186300",
    "featured_sales": "39520.00",
    "featured_target": "52000",
    "refunded_orders": "4",
    "orders": "538",
    "consultations": "612",
    "disputes": "1",
    "team_orders": "2980",
    "team_headcount": "6",
    "response_seconds": "28.4",
    "service_attitude": "4.80",
    "communication": "4.50",
    "follow_up": "4.20",
    "product_exam": "92",
    "skills_exam": "88",
    "work_summary": "4.5",
}
SOURCES = {
    "sales": Source.of("import", name="客服业绩_20261001.xlsx", batch="118"),
    "sales_target": Source.of("target", at="2026-09-28", version="1"),
    "service_attitude": Source.of("checks", unsold="3", sold="3", by="周敏"),
    "product_exam": Source.of("exam", day="2026-10-21"),
    "work_summary": Source.of("summary", by="周敏"),
}


@dataclass(frozen=True)
class Team:
    """A shop's team with those who act on its cards, all with a log-in."""

    shop: Shop
    branch: Unit
    unit: Unit
    position: Position
    supervisor: Person
    manager: Person
    director: Person
    hr: Person
    plan: PlanVersion


def team() -> Team:
    """Company, shop and team; supervisor 周敏, manager 沈国栋, director 何俊, HR 韩雪."""
    shop = factories.shop("云杉家居旗舰店")
    company = factories.unit("总部", kind="company")
    branch = factories.unit("云杉店", parent=company, shop=shop, kind="branch", reviewed=True)
    unit = factories.unit("售前二组", parent=branch)
    position = factories.position("presales")
    lead = factories.position("supervisor", subject_kind="supervisor")
    made = {
        role: factories.person(name, staff_no=number, unit=place, position=lead)
        for role, name, number, place in (
            ("supervisor", "周敏", "KF-0001", unit),
            ("manager", "沈国栋", "KF-0002", branch),
            ("director", "何俊", "KF-0003", company),
            ("hr", "韩雪", "KF-0004", company),
        )
    }
    factories.role(made["supervisor"], "supervisor", unit)
    factories.role(made["manager"], "manager", branch)
    factories.role(made["director"], "director", company)
    factories.role(made["hr"], "hr", company)
    draft = plans.create_draft(shipped.AGENT, starts_on=date(2026, 1, 1), by=None)
    plan = plans.publish(draft, by=None, at=AT, on=AT.date())
    return Team(shop=shop, branch=branch, unit=unit, position=position, plan=plan, **made)


def copy_of(
    plan: PlanVersion,
    figures: Mapping[str, str | None],
    *,
    waived: Mapping[str, str] | None = None,
    failures: int = 0,
    comment: str = "",
) -> copies.Copy:
    """Figures scored under a plan; None leaves a figure missing."""
    facts = []
    for key, value in figures.items():
        source = SOURCES.get(key, Source())
        fact = Fact.missing("not_imported") if value is None else Fact.present(Decimal(value), source)
        facts.append(copies.FactCopy.of(key, fact, estimated=False))
    segment = copies.SegmentCopy(
        first_day=MONTH,
        last_day=date(2026, 10, 31),
        days_worked=22,
        share=Decimal(1),
        plan_version_id=plan.pk,
        plan_sha256=plan.sha256,
        facts=tuple(facts),
    )
    whole = copies.Copy(
        segments=(segment,),
        pay=copies.Pay(
            level_name="中级二档",
            base_salary=Decimal("4200.00"),
            performance_salary=Decimal("1800.00"),
        ),
        comment=comment,
        critical_failures=failures,
    )
    return copies.scored(whole, plans=plans.core_plans([plan.pk]), waived=waived)


def card(
    team: Team,
    person: Person,
    *,
    figures: Mapping[str, str | None] | None = None,
    month: date = MONTH,
    waived: Mapping[str, str] | None = None,
    failures: int = 0,
    comment: str = "",
    trial: bool = False,
) -> Card:
    """A draft card of the default plan, as a run of the month leaves it."""
    review, _ = Review.objects.get_or_create(
        unit=team.branch,
        month=month,
        defaults={"procedure": load_procedures()["full"], "trial": trial},
    )
    made = Card.objects.create(
        review=review,
        person=person,
        month=month,
        unit=team.unit,
        position=team.position,
        assessor=team.supervisor,
        approver=team.director,
        decider=team.manager,
    )
    copy = copy_of(
        team.plan, {**FIGURES, **(figures or {})}, waived=waived, failures=failures, comment=comment
    )
    version = CardVersion.objects.create(card=made, number=1, **copies.columns(copy, at=AT))
    copies.write_parts([(version, copy)])
    Card.objects.filter(pk=made.pk).update(current=version)
    made.refresh_from_db()
    return made


def act(name: str, card: Card, person: Person, *, hours: int = 0, **given: object) -> None:
    """One step of the workflow by the person's first log-in, some hours after the submission."""
    take = partial(workflow.take, name, card, by=person.users.get(), at=AT + timedelta(hours=hours))
    take(**given)


def published(team: Team, person: Person, **given: object) -> Card:
    """A card that its agent can see."""
    made = card(team, person, **given)
    act("submit", made, team.supervisor)
    act("publish", made, team.director, hours=40)
    return made
