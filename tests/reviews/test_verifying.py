"""Verifying: a card is scored again from its own copy, and any change behind the models' back shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation

from reviews.models import Card, Document
from reviews.pdf import files, render
from reviews.pdf.documents import card_pdf
from reviews.services import verifying
from reviews.services.verifying import Seen, differences
from reviews.workflow import take
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.KEJI_VAR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def firm() -> Company:
    """A company with one card that went the whole way to finance."""
    firm = company()
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    local = november(4).astimezone(ZoneInfo("Asia/Shanghai"))  # as a caller may well pass it
    take("publish", card, by=user(firm.qian), at=local, note="同意")
    take("confirm", card, by=user(firm.lin), at=november(5))
    take("close", card, by=user(firm.zhao), at=november(6))
    take("approve", card, by=user(firm.sun), at=november(9))
    return firm


def verify(*args: str) -> str:
    out = StringIO()
    call_command("verify_reviews", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def said(*args: str) -> str:
    """What is printed where something differs; it fails where nothing does."""
    out = StringIO()
    with pytest.raises(CommandError, match="found"):
        call_command("verify_reviews", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def change(*statements: str) -> None:
    """Change rows behind the models' back; the tests' transaction never ends, so no key is checked."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_what_was_written_comes_out_again(firm):
    out = verify()
    assert "cards 1, frozen versions 1, history entries 5, files of papers 0, reviews added up 1" in out
    assert "Everything is as it was written." in out


def test_month_and_unit_choose(firm):
    assert "cards 1," in verify("--month", "2026-10", "--unit", firm.shop.code)
    assert "cards 0," in verify("--month", "2026-09")
    team = verify("--unit", firm.team.code)
    assert "cards 1," in team
    assert "reviews added up 0" in team  # a team's cards alone make no hand-over


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param(("--month", "2026-13"), "is no month", id="month"),
        pytest.param(("--unit", "nowhere"), "no unit with the code nowhere", id="unit"),
    ],
)
def test_nonsense_is_refused(firm, given, words):
    with pytest.raises(CommandError, match=words):
        verify(*given)


def test_it_says_how_far_it_is(firm, monkeypatch):
    monkeypatch.setattr(verifying, "BATCH", 1)
    firm.card(firm.chen)
    out = StringIO()
    call_command("verify_reviews", stdout=StringIO(), stderr=out)
    assert out.getvalue().splitlines() == ["1 of 2 cards", "2 of 2 cards"]


VERSION = "The stored card is not the one that was submitted."
ENTRY = "Entry {} of the card's history does not fit the chain."
SUBMITTER = "(SELECT person_id FROM reviews_cardevent WHERE seq = 1)"
FAULTS = {
    "an input": ("UPDATE reviews_cardfact SET value = '1' WHERE key = 'sales'", VERSION),
    "points of a line": ("UPDATE reviews_cardline SET points = 1 WHERE code = 'disputes'", VERSION),
    "the total": ("UPDATE reviews_cardversion SET total = 120", VERSION),
    "the pay": ("UPDATE reviews_cardversion SET performance_pay = 999999", VERSION),
    "the plan": (
        "UPDATE reviews_planline SET weight = 29 WHERE code = 'sales_completion'",
        "The plan version is not the one the card was scored by.",
    ),
    "an act": ("UPDATE reviews_cardevent SET act = 'confirm' WHERE seq = 2", ENTRY.format(2)),
    "the words": ("UPDATE reviews_cardnote SET text = '不同意'", ENTRY.format(2)),
    "a lost entry": ("UPDATE reviews_card SET seq = 6", ENTRY.format(6)),
    "the state": (
        "UPDATE reviews_card SET state = 'paid'",
        "The card stands in another state than its history says.",
    ),
    "a skipped step": (
        "UPDATE reviews_cardevent SET from_state = 'published' WHERE seq = 4",
        "Entry 4 of the card's history begins elsewhere than the one before ended.",
    ),
    "one person for two": (
        f"UPDATE reviews_cardevent SET person_id = {SUBMITTER} WHERE seq = 2",
        "Entries 1 and 2 are of one person; they need two.",
    ),
    "the subject as approver": (
        "UPDATE reviews_cardevent SET for_person_id = subject_id WHERE seq = 2",
        "Entry 2 was made by the card's own person, or for them by another.",
    ),
    "another confirmed for the agent": (
        f"UPDATE reviews_cardevent SET person_id = {SUBMITTER} WHERE seq = 3",
        "Entry 3 was made by the card's own person, or for them by another.",
    ),
    "another subject": (
        f"UPDATE reviews_cardevent SET subject_id = {SUBMITTER} WHERE seq = 4",
        "Entry 4 names somebody else as the card's person.",
    ),
    "nobody approved": (
        "UPDATE reviews_cardevent SET act = 'reassign' WHERE seq = 2",
        "The card was published without a submission and an approval.",
    ),
    "no version in force": (
        "UPDATE reviews_card SET current_id = NULL",
        "The version in force is not the card's last one.",
    ),
    "a lost version": (
        "UPDATE reviews_cardversion SET number = 2",
        "The versions of the card are not numbered one after another.",
    ),
    "thawed": (
        "UPDATE reviews_cardversion SET frozen_at = NULL",
        "is frozen while it is a draft, or not frozen although it was submitted.",
    ),
    "no averages": (
        "DELETE FROM reviews_comparison",
        "The averages were not copied when the card was published.",
    ),
    "another share": (
        "UPDATE reviews_comparison SET own = 1 WHERE key = 'total'",
        "The shares copied for the comparison are not those of the card's lines.",
    ),
    "an average of one": (
        "UPDATE reviews_comparison SET team = 80",
        "An average of fewer than five cards was copied, or one of five was left out.",
    ),
    "a lost line of the hand-over": (
        "DELETE FROM reviews_handoverline",
        "was taken over, but stands on 0 lines.",
    ),
    "other pay on the hand-over": (
        "UPDATE reviews_handoverline SET performance_pay = 999999",
        "hand-over 1 says other figures than the card.",
    ),
    "another sum": (
        "UPDATE reviews_handover SET performance_sum = 1",
        "Hand-over 1: its sums or its control sum are not those of its lines.",
    ),
}


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is changed inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_change_behind_the_models_shows_in_words(firm):
    for name, (statement, words) in FAULTS.items():
        with undone():
            change(statement)
            assert words in said(), name
    assert "Everything is as it was written." in verify()


def test_a_paper_that_was_changed_shows_and_one_that_was_lost_does_not(firm, monkeypatch):
    monkeypatch.setattr(render, "render_card", lambda sheet: b"%PDF")
    card = Card.objects.select_related("current").get()
    code = card_pdf(card.current, language="zh-hans", audience="team", at=november(9)).code
    assert "files of papers 1" in verify()
    path = files.folder() / f"{code}.pdf"
    path.write_bytes(b"%PDF but not ours")
    assert f"The file of paper {code} is not the one that was issued." in said()
    path.unlink()
    assert "files of papers 0" in verify()
    assert Document.objects.count() == 1


def test_an_earlier_version_that_thawed_shows(firm):
    card = Card.objects.get()
    take("ask_return", card, by=user(firm.sun), at=november(9), note="销售额有误")
    take("return", card, by=user(firm.zhao), at=november(9))
    assert "frozen versions 1" in verify()
    change("UPDATE reviews_cardversion SET frozen_at = NULL")
    assert "An earlier version of the card is not frozen." in said()


def test_a_return_needs_two(firm):
    card = Card.objects.get()
    take("ask_return", card, by=user(firm.sun), at=november(9), note="销售额有误")
    take("return", card, by=user(firm.zhao), at=november(9))
    change(f"UPDATE reviews_cardevent SET person_id = {firm.sun.pk} WHERE act = 'return'")
    assert "Entries 6 and 7 are of one person; they need two." in said()


def test_queries_do_not_grow_with_the_cards(firm, django_assert_max_num_queries):
    firm.card(firm.chen)
    seen = Seen()
    with django_assert_max_num_queries(19):
        assert list(differences(Card.objects.all(), seen=seen)) == []
    assert seen.cards == 2
