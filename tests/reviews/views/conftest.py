"""A company with cards, and clients logged in as its people."""

from __future__ import annotations

import pytest
from django.test import Client

from reviews import workflow
from reviews.models import Card
from staff.models import Person
from tests.reviews.people import Company, company, november, user


@pytest.fixture
def firm(db) -> Company:
    """One shop with a team and everybody who acts."""
    return company()


@pytest.fixture(autouse=True)
def _november(monkeypatch):
    """It is Friday 6 November 2026, ten o'clock, when October is reviewed."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(6))


def enter(person: Person, language: str = "zh-hans") -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user(person))
    client.post("/i18n/setlang/", {"language": language, "next": "/"})
    return client


def pass_on(firm: Company, card: Card, until: str) -> Card:
    """Move a card along the usual way: submitted on the 3rd, published on the 5th, confirmed on the 6th."""
    way = [("submit", firm.wang, 3), ("publish", firm.qian, 5), ("confirm", card.person, 6)]
    states = {"submitted": 1, "published": 2, "confirmed": 3}
    for act, who, day in way[: states[until]]:
        workflow.take(act, card, by=user(who), at=november(day))
    return card


@pytest.fixture
def published(firm) -> Card:
    """Lin's card, published and not opened yet."""
    return pass_on(firm, firm.card(), "published")
