"""The demo's people: units, positions, levels, assignments, accounts, roles, log-ins, plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from reviews.demo import cast
from reviews.models import BranchSetting, Plan, PlanAssignment
from reviews.procedures import load_procedures
from reviews.rubrics import load_rubric
from staff.models import Level, LevelAmount, Person, Position, RoleHolding, Shop, Unit, User
from staff.services.people import upsert_people
from staff.services.people_plan import PersonRow
from staff.services.units import place_unit

HIRED = date(2025, 3, 3)
FROM = date(2025, 1, 1)
ROOT = "company"
PAY_DAY = 20  # of the following month
RANKS = {cast.PRESALES: ("P", 6, 3200, 1300), cast.AFTERSALES: ("S", 4, 3000, 1100)}  # CNY at rank 1
STEP_BASE, STEP_PERFORMANCE = 260, 240  # CNY a rank
NAMES = {
    cast.PRESALES: ("售前客服", "Pre-sales agent", "agent"),
    cast.AFTERSALES: ("售后客服", "After-sales agent", "agent"),
    cast.LEAD: ("客服主管", "Supervisor", "supervisor"),
    cast.OFFICE: ("职能", "Office", "none"),
}
PLANS = {cast.PRESALES: "customer-service-agent", cast.AFTERSALES: "graded-sheet"}


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent as the generators see it: number in the whole company, team, shop, account name."""

    number: int
    staff_no: str
    name: str
    team: cast.TeamPlan
    shop: cast.ShopPlan
    account: str
    hired_on: date
    left_on: date | None


def agents(months: list[date]) -> list[Agent]:
    """Return the forty agents of the demo; joiner and leaver come and go in the last month."""
    found: list[Agent] = []
    for team_number, team in enumerate(cast.TEAMS):
        shop = cast.SHOPS[team.shop]
        for place, name in enumerate(team.agents, start=1):
            number = len(found)
            found.append(
                Agent(
                    number=number,
                    staff_no=cast.staff_no(team_number, place),
                    name=name,
                    team=team,
                    shop=shop,
                    account=f"{shop.name}:{'小阿'[number % 2]}{name[-1]}{team_number + 1}",
                    hired_on=months[-1] + timedelta(days=5) if name == cast.JOINER else HIRED,
                    left_on=months[-1] + timedelta(days=20) if name == cast.LEAVER else None,
                )
            )
    return found


def build(months: list[date]) -> None:
    """Create the company: reference data, people with their log-ins, roles, plans."""
    full = load_procedures()["full"]
    load_rubric()
    call_command("load_plans", verbosity=0, stdout=_Quiet())
    positions = {
        code: Position.objects.create(
            code=code, name_zh=zh, name_en=en, subject_kind=kind, has_card=code in PLANS
        )
        for code, (zh, en, kind) in NAMES.items()
    }
    for code, position in positions.items():
        _levels(position, code)
    units = _units()
    for shop in cast.SHOPS:
        BranchSetting.objects.create(unit=units[shop.code], procedure=full, pay_day=PAY_DAY)
    _people(months)
    _roles(units)
    _logins()
    for code, plan in PLANS.items():
        PlanAssignment.objects.create(
            plan=Plan.objects.get(code=plan), unit=units[ROOT], position=positions[code], starts_on=FROM
        )


class _Quiet:
    """Takes what a command prints."""

    def write(self, _text: str) -> None:
        """Drop it."""


def _levels(position: Position, code: str) -> None:
    if code not in RANKS:
        return
    letter, count, base, performance = RANKS[code]
    for rank in range(1, count + 1):
        level = Level.objects.create(
            position=position, code=f"{letter}{rank}", name=f"{letter}{rank}", rank=rank
        )
        LevelAmount.objects.create(
            level=level,
            starts_on=FROM,
            base_salary=Decimal(base + STEP_BASE * (rank - 1)),
            performance_salary=Decimal(performance + STEP_PERFORMANCE * (rank - 1)),
        )


def _units() -> dict[str, Unit]:
    company = place_unit(Unit(code=ROOT, name=cast.COMPANY, kind=Unit.Kind.COMPANY), parent=None)
    units = {ROOT: company}
    units["offices"] = place_unit(
        Unit(code="offices", name="职能部门", kind=Unit.Kind.BRANCH), parent=company
    )
    shops = []
    for plan in cast.SHOPS:
        shop = Shop.objects.create(name=plan.name, city="杭州")
        shops.append(shop)
        units[plan.code] = place_unit(
            Unit(code=plan.code, name=plan.name, kind=Unit.Kind.BRANCH, shop=shop, reviewed=True),
            parent=company,
        )
    for team in cast.TEAMS:
        units[team.code] = place_unit(
            Unit(code=team.code, name=team.name, kind=Unit.Kind.TEAM),
            parent=units[cast.SHOPS[team.shop].code],
        )
    return units


def _level_of(number: int, code: str) -> int:
    """Return an agent's rank at the start: most in the middle."""
    return 1 + (number * 7 + 3) % (RANKS[code][1] - 1)


def _people(months: list[date]) -> None:
    """Write all people as a people sheet would, shop by shop, and the level changes after it."""
    everybody = agents(months)
    for plan in cast.SHOPS:
        rows = [_row(agent) for agent in everybody if agent.shop is plan]
        upsert_people(rows, by=None, shop=Shop.objects.get(name=plan.name))
    offices = [
        PersonRow("", f"9{n:02}", one.name, hired_on=HIRED, unit="offices", position=cast.OFFICE)
        for n, one in enumerate(cast.OFFICES, start=1)
    ]
    leads = [
        PersonRow("", cast.staff_no(n, 0), team.lead, hired_on=HIRED, unit=team.code, position=cast.LEAD)
        for n, team in enumerate(cast.TEAMS)
    ]
    upsert_people([*offices, *leads, *_changes(everybody, months)], by=None)


def _row(agent: Agent) -> PersonRow:
    letter = RANKS[agent.team.position][0]
    return PersonRow(
        where="",
        staff_no=agent.staff_no,
        name=agent.name,
        hired_on=agent.hired_on,
        left_on=agent.left_on,
        unit=agent.team.code,
        position=agent.team.position,
        level=f"{letter}{_level_of(agent.number, agent.team.position)}",
        employment_kind="full",
        account=None if agent.name == cast.WITHOUT_FIGURES else agent.account,
    )


def _changes(everybody: list[Agent], months: list[date]) -> list[PersonRow]:
    """Return the level changes of the seven months."""
    by_name = {agent.name: agent for agent in everybody}
    steps = [(name, place, 1) for name, place in cast.PROMOTED]
    steps += [(name, place, -1) for name, place in cast.DEMOTED]
    rows = []
    for name, place, step in steps:
        agent = by_name[name]
        code = agent.team.position
        rank = min(max(_level_of(agent.number, code) + step, 1), RANKS[code][1])
        rows.append(
            PersonRow(
                where="",
                staff_no=agent.staff_no,
                unit=agent.team.code,
                position=code,
                level=f"{RANKS[code][0]}{rank}",
                employment_kind="full",
                starts_on=months[min(place, len(months) - 1)],
            )
        )
    return rows


def _roles(units: dict[str, Unit]) -> None:
    people = {person.name: person for person in Person.objects.all()}
    holdings = [
        RoleHolding(person=people[one.name], role=one.role, unit=units[ROOT], starts_on=HIRED)
        for one in cast.OFFICES
    ]
    holdings += [
        RoleHolding(person=people[team.lead], role="supervisor", unit=units[team.code], starts_on=HIRED)
        for team in cast.TEAMS
    ]
    for holding in holdings:
        holding.save()


def _logins() -> None:
    """Give everybody a log-in; the password is hashed once, for hashing is slow on purpose."""
    named = {one.name: one.login for one in cast.OFFICES}
    named |= {team.lead: team.lead_login for team in cast.TEAMS}
    named[cast.AGENT] = cast.AGENT_LOGIN
    hashed = make_password(cast.PASSWORD)
    User.objects.bulk_create(
        User(username=named.get(person.name, person.staff_no), password=hashed, person=person)
        for person in Person.objects.order_by("staff_no")
    )


def user_of(name: str) -> User:
    """Return somebody's log-in by the person's name."""
    return User.objects.select_related("person").get(person__name=name)
