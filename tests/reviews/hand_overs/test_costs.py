"""The general office reads what a month costs, from five people on, and nobody's line."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews import hand_overs
from tests.reviews.people import user


@pytest.fixture
def page(client, firm):
    def read() -> str:
        client.force_login(user(firm.wu))
        return client.get(reverse("admin:reviews_review_change", args=[firm.review.pk])).content.decode()

    return read


def test_before_the_hand_over_nothing_is_said_to_be_handed_over(page, closed):
    assert "人力还没有移交" in page()


def test_a_sum_of_few_people_would_tell_their_pay(page, made):
    seen = page()
    assert "满五人才显示合计" in seen
    assert f"{made.base_sum:,.2f}" not in seen


def test_from_five_people_on_the_sums_are_shown_without_names(page, made, firm, monkeypatch):
    monkeypatch.setattr(hand_overs, "FEWEST", made.cards)
    seen = page()
    assert f"{made.base_sum + made.performance_sum:,.2f}" in seen
    assert firm.lin.name not in seen
