"""Pages of closing and handing over cost the same queries however many cards there are, 25 rows at a time."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews.models import HandOver
from tests import factories
from tests.reviews.hand_overs.conftest import take_all
from tests.reviews.views.conftest import enter

MOST = 15


@pytest.mark.slow
def test_thirty_cards_on_every_page(firm, django_assert_max_num_queries):
    cards = [
        firm.card(factories.person(f"客服{number:02}", unit=firm.team, position=factories.position()))
        for number in range(30)
    ]
    closing = reverse("month_close", args=[firm.review.public_id])
    prepare = reverse("admin:reviews_handover_prepare", args=[firm.review.pk])
    manager, hr, finance = enter(firm.zhao), enter(firm.sun), enter(firm.zhou)

    def rows(client, address, name):
        client.get(address)
        with django_assert_max_num_queries(MOST):
            answer = client.get(address)
        return len(answer.context[name].object_list)

    assert rows(manager, closing, "waiting") == 25
    take_all(firm, cards, "confirm")
    assert rows(manager, closing, "closable") == 25
    for card in cards:
        card.refresh_from_db()
    take_all_from_confirmed(firm, cards)
    assert rows(hr, prepare, "page") == 25
    shown = hr.get(prepare).context["preview"].control_sum
    hr.post(prepare, {"control_sum": shown})
    page = reverse("admin:reviews_handover_change", args=[HandOver.objects.get().pk])
    with django_assert_max_num_queries(MOST):
        assert len(finance.get(page).context["lines"].rows) == 25
    with django_assert_max_num_queries(MOST):
        assert finance.get("/admin/reviews/handover/").status_code == 200


def take_all_from_confirmed(firm, cards):
    """The manager closes all at once."""
    closing = reverse("month_close", args=[firm.review.public_id])
    client = enter(firm.zhao)
    page = client.get(closing).context
    client.post(closing, {"act": "close", "seen": page["closing"].seen, "shown": page["shown"]})
