"""Very many scored drafts in one review, written in bulk from one that was computed."""

from __future__ import annotations

from reviews.models import Card, CardLine, CardSegment, CardVersion
from staff.models import Assignment, Person
from tests import factories
from tests.reviews.people import Company

TEAM = 20
LACKING = ("service_attitude", "communication", "follow_up")


def fill(firm: Company, count: int) -> None:
    """Let a company's review hold so many drafts in teams of twenty, each with three lines open."""
    facts = {key: value for key, value in factories.FULL_FACTS.items() if key not in LACKING}
    first = firm.card(facts=facts)
    position, version = first.position, first.current
    assert version is not None
    [segment] = CardSegment.objects.filter(version=version)
    lines = list(CardLine.objects.filter(segment=segment))
    teams = [factories.unit(f"team{number}", parent=firm.shop) for number in range(-(-count // TEAM))]
    people = Person.objects.bulk_create(
        Person(staff_no=f"A{number:04}", name=f"客服{number}", pinyin=f"kefu{number}")
        for number in range(count - 1)
    )
    Assignment.objects.bulk_create(
        Assignment(person=one, starts_on=factories.HIRED, unit=teams[number // TEAM], position=position)
        for number, one in enumerate(people)
    )
    cards = Card.objects.bulk_create(
        Card(
            review=firm.review,
            person=one,
            month=first.month,
            unit=teams[number // TEAM],
            position=position,
            assessor=firm.wang,
            approver=firm.qian,
            decider=firm.zhao,
        )
        for number, one in enumerate(people)
    )
    versions = CardVersion.objects.bulk_create(_copies(version, "card", cards))
    for card, made in zip(cards, versions, strict=True):
        card.current = made
    Card.objects.bulk_update(cards, ["current"], batch_size=200)
    segments = CardSegment.objects.bulk_create(_copies(segment, "version", versions))
    CardLine.objects.bulk_create(
        [copy for line in lines for copy in _copies(line, "segment", segments)], batch_size=500
    )


def _copies(row, owner, owners):
    """Return unsaved copies of a row, one for each owner."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    values = {name: getattr(row, name) for name in names if name != f"{owner}_id"}
    return [type(row)(**values, **{f"{owner}_id": one.pk}) for one in owners]
