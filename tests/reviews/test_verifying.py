"""Verifying: a card is scored again from its own copy, and any change behind the models' back shows."""

from __future__ import annotations

from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reviews.workflow import take
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    firm = company()
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    local = november(4).astimezone(ZoneInfo("Asia/Shanghai"))  # as a caller may well pass it
    take("publish", card, by=user(firm.qian), at=local, note="同意")
    return firm


def verify(*args: str) -> str:
    out = StringIO()
    call_command("verify_reviews", *args, stdout=out)
    return out.getvalue()


def test_what_was_written_comes_out_again(firm):
    assert "1" in verify()
    assert "0" in verify("2026-09")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE reviews_cardfact SET value = '1' WHERE key = 'sales'", id="an input"),
        pytest.param("UPDATE reviews_cardline SET points = 1 WHERE code = 'disputes'", id="points of a line"),
        pytest.param("UPDATE reviews_cardversion SET total = 120", id="the total"),
        pytest.param("UPDATE reviews_cardversion SET performance_pay = 999999", id="the pay"),
        pytest.param(
            "UPDATE reviews_planline SET weight = 29 WHERE code = 'sales_completion'", id="the plan"
        ),
        pytest.param("UPDATE reviews_cardevent SET act = 'confirm' WHERE seq = 2", id="an act"),
        pytest.param("UPDATE reviews_cardnote SET text = '不同意'", id="the words"),
        pytest.param("UPDATE reviews_card SET seq = 3", id="a lost entry"),
    ],
)
def test_a_change_behind_the_models_shows(firm, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(CommandError, match="1"):
        verify()
