"""Two people, or one with two windows, press at the same moment: one transition, one clear message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from reviews.models import Card, CardEvent, CardState, Comparison, HandOver
from reviews.workflow import BulkRefused, WrongState, take, take_many
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm() -> Company:
    return company()


def both(*presses) -> list[str]:
    """Run every press in a thread of its own, all from the same moment on; return how each ended."""
    start = Barrier(len(presses))

    def press(act) -> str:
        try:
            start.wait()
            act()
        except WrongState as refused:
            return refused.refusal.message
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(presses)) as pool:
        return sorted(pool.map(press, presses), key=lambda end: end != "done")


def test_two_parallel_approvals_make_one(firm):
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    approver = user(firm.qian)

    def approve() -> None:
        take("publish", Card.objects.get(pk=card.pk), by=approver, at=november(4))

    ends = both(approve, approve)
    assert ends[0] == "done"
    assert "钱总监" in ends[1]
    assert Card.objects.get().state == CardState.PUBLISHED
    assert CardEvent.objects.filter(act="publish").count() == 1
    assert Comparison.objects.filter(key="total").count() == 1


def test_an_approval_and_a_return_to_draft_make_one(firm):
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    approver = user(firm.qian)
    ends = both(
        lambda: take("publish", Card.objects.get(pk=card.pk), by=approver, at=november(4)),
        lambda: take("send_back", Card.objects.get(pk=card.pk), by=approver, at=november(4), note="再看看"),
    )
    assert ends[0] == "done"
    assert "done" not in ends[1:]
    assert CardEvent.objects.count() == 2


def test_a_dozen_at_once_make_one(firm):
    card = firm.card()
    assessor = user(firm.wang)
    ends = both(*[lambda: take("submit", Card.objects.get(pk=card.pk), by=assessor, at=november(3))] * 12)
    assert ends.count("done") == 1
    assert CardEvent.objects.count() == 1


def test_a_team_submitted_twice_is_submitted_once(firm):
    cards = [firm.card(), firm.card(firm.chen)]
    assessor = user(firm.wang)

    def submit() -> None:
        try:
            take_many("submit", cards, by=assessor, at=november(3))
        except BulkRefused as refused:
            raise WrongState(refused.refusals[0]) from None

    assert both(submit, submit).count("done") == 1
    assert CardEvent.objects.count() == 2


def test_two_of_hr_hand_over_at_once_and_the_numbers_have_no_gap(firm):
    cards = [firm.card(), firm.card(firm.chen)]
    for act, who in (("submit", firm.wang), ("publish", firm.qian)):
        take_many(act, cards, by=user(who), at=november(3))
    for card in cards:
        take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(4))
    take_many("close", cards, by=user(firm.zhao), at=november(10))
    people = {cards[0].pk: user(firm.sun), cards[1].pk: user(firm.li)}
    ends = both(
        *(
            lambda pk=pk, by=by: take("approve", Card.objects.get(pk=pk), by=by, at=november(11))
            for pk, by in people.items()
        )
    )
    assert ends == ["done", "done"]
    assert list(HandOver.objects.order_by("number").values_list("number", "cards")) == [(1, 1), (2, 1)]
