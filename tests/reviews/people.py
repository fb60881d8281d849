"""A small company for tests of the month: a team of two branches' size, with everybody who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from reviews.models import Card, Review
from staff.models import Person, PlatformAccount, Unit, User
from tests import factories


@dataclass
class Company:
    """Who is who: one shop with a team of agents and the people above it."""

    root: Unit
    shop: Unit
    team: Unit
    lin: Person  # agent
    chen: Person  # agent
    wang: Person  # supervisor of the team
    zhao: Person  # manager of the shop
    qian: Person  # director
    sun: Person  # HR
    li: Person  # HR, the second
    zhou: Person  # finance
    wu: Person  # general office
    review: Review
    account: PlatformAccount | None = None  # of 林小满, where a test gives one

    def card(self, subject: Person | None = None, **changed: object) -> Card:
        """A draft card of an agent with the right people set."""
        eyes = {"assessor": self.wang, "approver": self.qian, "decider": self.zhao}
        return factories.card(subject or self.lin, self.review, **{**eyes, **changed})  # type: ignore[arg-type]


def user(person: Person) -> User:
    """A fresh log-in of a person, as a request would load it."""
    return User.objects.select_related("person").filter(person=person).earliest("pk")


def company() -> Company:
    """Build the company; every role since 2025."""
    root = factories.unit("company", kind="company")
    shop = factories.unit("shop", parent=root, kind="branch", shop=factories.shop(), reviewed=True)
    team = factories.unit("team", parent=shop)
    presales = factories.position()
    office = factories.position("office", subject_kind="none")
    lead = factories.position("supervisor", subject_kind="supervisor")
    boss = factories.position("manager", subject_kind="manager")
    level = factories.level(presales)

    def someone(name: str, unit: Unit, position: object, role: str = "", over: Unit | None = None) -> Person:
        made = factories.person(
            name,
            unit=unit,
            position=position,
            level=level if position is presales else None,  # type: ignore[arg-type]
        )
        if role:
            factories.role(made, role, over or unit)
        return made

    return Company(
        root=root,
        shop=shop,
        team=team,
        lin=someone("林小满", team, presales),
        chen=someone("陈一帆", team, presales),
        wang=someone("王组长", team, lead, "supervisor"),
        zhao=someone("赵经理", shop, boss, "manager"),
        qian=someone("钱总监", root, office, "director"),
        sun=someone("孙人事", root, office, "hr"),
        li=someone("李人事", root, office, "hr"),
        zhou=someone("周财务", root, office, "finance"),
        wu=someone("吴总办", root, office, "general_office"),
        review=factories.review(shop),
    )


def november(day: int, hour: int = 10) -> datetime:
    """A moment of November 2026, when October is reviewed."""
    return datetime(2026, 11, day, hour - 8, tzinfo=UTC)
