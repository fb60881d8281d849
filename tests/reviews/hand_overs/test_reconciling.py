"""Sum of cards = sum of hand-overs, and every way in which it can be wrong is said in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from reviews import workflow
from reviews.models import Card, CardVersion, HandOver, HandOverLine, Review
from reviews.models.cards import CardQuerySet
from reviews.models.guards import FreezableQuerySet
from reviews.services.reconciling import mismatches
from tests.reviews.hand_overs.conftest import give_back, take_all
from tests.reviews.people import november, user


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def found() -> str:
    return " ".join(one.words for one in mismatches(Review.objects.all()))


def test_it_fits_at_every_step_of_the_way(firm, made):
    assert found() == ""
    card = give_back(firm, firm.lin)
    assert found() == ""
    take_all(firm, [card], "approve", day=13)
    assert list(HandOver.objects.values_list("number", "cards")) == [(1, 1), (2, 1)]
    assert found() == ""
    for one in HandOver.objects.all():
        cards = Card.objects.filter(hand_over_lines__hand_over=one, hand_over_lines__withdrawn_at=None)
        workflow.take_many("pay", list(cards), by=user(firm.zhou), at=november(13))
    assert found() == ""


def pay_moved(_firm) -> None:
    HandOverLine.objects.filter(name="林小满").update(performance_pay=Decimal("1350.01"))


def line_lost(_firm) -> None:
    HandOverLine.objects.filter(name="林小满").update(withdrawn_at=november(12))


def sum_moved(_firm) -> None:
    HandOver.objects.update(base_sum=Decimal("7000.01"))


def sum_forged(_firm) -> None:
    HandOver.objects.update(control_sum="0" * 64)


def card_gone_back(firm) -> None:
    super(CardQuerySet, Card.objects.filter(person=firm.lin)).update(state="draft")


def card_replaced(firm) -> None:
    version = CardVersion.objects.get(card__person=firm.lin)
    version.pk, version.number, version.frozen_at = None, 2, None
    version._state.adding = True
    version.save()
    Card.objects.filter(person=firm.lin).update(current=version)


def card_raised(firm) -> None:
    versions = CardVersion.objects.filter(card__person=firm.lin)
    super(FreezableQuerySet, versions).update(base_salary=Decimal("3500.01"))


def signed_early(firm) -> None:
    HandOver.objects.update(acknowledged_at=november(12), acknowledged_by=firm.zhou)


def paid_unsigned(_firm) -> None:
    super(CardQuerySet, Card.objects.all()).update(state="paid")


BROKEN = {
    "a cent more on a line": (pay_moved, "says other figures"),
    "a card on no line": (line_lost, "stands on 0 lines"),
    "another sum": (sum_moved, "sums or its control sum"),
    "another control sum": (sum_forged, "sums or its control sum"),
    "a line without its card": (card_gone_back, "not taken over"),
    "another version": (card_replaced, "another version"),
    "a cent more on the card": (card_raised, "says other figures"),
    "acknowledged and not paid": (signed_early, "not all its cards are paid"),
    "paid and not acknowledged": (paid_unsigned, "nobody has acknowledged"),
}


def test_what_does_not_fit_is_said(firm, made):
    for what, (broken, words) in BROKEN.items():
        with transaction.atomic():
            broken(firm)
            assert words in found(), what
            transaction.set_rollback(True)
    assert found() == ""


def test_verify_reviews_tells_it(firm, made, capsys):
    call_command("verify_reviews", month="2026-10", verbosity=0)
    sum_moved(firm)
    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify_reviews", month="2026-10", verbosity=0)
    assert "shop 2026-10: Hand-over 1" in capsys.readouterr().out
