"""A company whose cards of October are confirmed, closed or handed over, on Thursday 12 November 2026."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.utils import translation

from reviews import workflow
from reviews.models import Card, HandOver
from staff.models import Person
from tests.reviews.people import Company, company, november, user


@pytest.fixture
def firm(db) -> Company:
    """One shop with a team and everybody who acts."""
    return company()


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """It is Thursday 12 November 2026, ten o'clock, the tenth working day."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(12))
    with translation.override("zh-hans"):
        yield


WAY = ("submit", "publish", "confirm", "close", "approve", "pay")


def take_all(firm: Company, cards: Sequence[Card], until: str, *, day: int = 3) -> None:
    """Take the usual acts with all cards, up to one of them and it too."""
    who = {
        "submit": firm.wang,
        "publish": firm.qian,
        "close": firm.zhao,
        "approve": firm.sun,
        "pay": firm.zhou,
    }
    for act in WAY[: WAY.index(until) + 1]:
        fresh = list(Card.objects.filter(pk__in=[card.pk for card in cards]).order_by("pk"))
        if act == "confirm":
            for card in fresh:
                workflow.take(act, card, by=user(card.person), at=november(day))
        else:
            workflow.take_many(act, fresh, by=user(who[act]), at=november(day))


def give_back(firm: Company, subject: Person, *, day: int = 12) -> Card:
    """HR asks for a card's return, the second HR consents."""
    card = Card.objects.get(person=subject)
    workflow.take("ask_return", card, by=user(firm.sun), at=november(day), note="退款表传错了")
    workflow.take("return", card, by=user(firm.li), at=november(day))
    return card


@pytest.fixture
def closed(firm) -> list[Card]:
    """林小满's and 陈一帆's cards, closed on the 11th."""
    cards = [firm.card(), firm.card(firm.chen)]
    take_all(firm, cards, "close", day=11)
    return list(Card.objects.order_by("pk"))


@pytest.fixture
def made(firm, closed) -> HandOver:
    """Both cards handed over on the 12th."""
    workflow.take_many("approve", closed, by=user(firm.sun), at=november(12, 9))
    return HandOver.objects.get()
