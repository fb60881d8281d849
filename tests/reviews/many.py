"""A review of many cards, copied row by row from one scored card: for budgets and benchmarks."""

from __future__ import annotations

from reviews.models import Card, CardFact, CardLine, CardSegment, CardVersion
from staff.models import Assignment, Employment, Person, Unit
from staff.services import place_unit
from tests import factories
from tests.reviews.people import Company

TEAM = 20


def many_cards(firm: Company, count: int, *, lacking: int = 0) -> list[Card]:
    """Draft cards in teams of twenty, each team with its supervisor; the first `lacking` of them incomplete."""
    whole = firm.card()
    part = firm.card(firm.chen, facts={"sales": "90000.00", "sales_target": "100000.00"})
    teams, leads = _teams(firm, -(-count // TEAM))
    people = _people(firm, count, teams)
    made = Card.objects.bulk_create(
        Card(
            review=firm.review,
            person=person,
            month=firm.review.month,
            unit=teams[number // TEAM],
            position=whole.position,
            assessor=leads[number // TEAM],
            approver=firm.qian,
            decider=firm.zhao,
        )
        for number, person in enumerate(people)
    )
    _copy(part, made[:lacking])
    _copy(whole, made[lacking:])
    return made


def _teams(firm: Company, count: int) -> tuple[list[Unit], list[Person]]:
    teams, leads = [], []
    for number in range(count):
        team = place_unit(Unit(code=f"many{number}", name=f"{number + 1}组"), parent=firm.shop)
        lead = factories.person(f"组长{number + 1}", staff_no=f"ML{number:03}", login=number == 0)
        factories.role(lead, "supervisor", team)
        teams.append(team)
        leads.append(lead)
    return teams, leads


def _people(firm: Company, count: int, teams: list[Unit]) -> list[Person]:
    position = factories.position()
    people = Person.objects.bulk_create(
        Person(staff_no=f"M{number:04}", name=f"客服{number}", pinyin=f"kf{number} kefu{number}")
        for number in range(count)
    )
    Employment.objects.bulk_create(Employment(person=one, hired_on=factories.HIRED) for one in people)
    Assignment.objects.bulk_create(
        Assignment(
            person=one, starts_on=factories.HIRED, unit=teams[number // TEAM], position=position,
            level=factories.level(position),
        )
        for number, one in enumerate(people)
    )  # fmt: skip
    return people


def _copy(model: Card, cards: list[Card]) -> None:
    """Give cards the version of a model, with its segment, facts and lines."""
    first = model.current
    assert first is not None
    columns = {
        field.attname: getattr(first, field.attname)
        for field in CardVersion._meta.concrete_fields
        if field.attname not in {"id", "card_id"}
    }
    versions = CardVersion.objects.bulk_create(CardVersion(card=card, **columns) for card in cards)
    for card, version in zip(cards, versions, strict=True):
        card.current = version
    Card.objects.bulk_update(cards, ["current"], batch_size=500)
    segment = CardSegment.objects.get(version=first)
    segments = CardSegment.objects.bulk_create(
        CardSegment(**{**_row(segment, CardSegment), "version_id": version.pk}) for version in versions
    )
    for kind in (CardFact, CardLine):
        rows = [_row(one, kind) for one in kind.objects.filter(segment=segment)]
        kind.objects.bulk_create(
            [kind(**{**row, "segment_id": one.pk}) for one in segments for row in rows], batch_size=500
        )


def _row(one: object, kind: type) -> dict[str, object]:
    return {
        field.attname: getattr(one, field.attname)
        for field in kind._meta.concrete_fields  # type: ignore[attr-defined]
        if field.attname != "id"
    }
