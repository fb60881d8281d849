"""The director's board and the page of a bulk act, for reviews of 1,000 and 3,000 cards.

    pytest -m bench -s tests/benchmarks/bench_board.py

Aim: at most 15 queries and less than a second of processor time for each page.
"""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.models import Card, CardState
from tests.reviews.many import many_cards
from tests.reviews.people import company
from tests.reviews.views.conftest import enter

AIM_SECONDS, AIM_QUERIES = 1, 15


@pytest.mark.bench
@pytest.mark.parametrize("count", [1000, 3000])
def test_board(db, count):
    firm = company()
    cards = many_cards(firm, count, lacking=count // 3)
    Card.objects.filter(pk__in=[card.pk for card in cards[count // 2 :]]).move(
        sources=[CardState.DRAFT], target=CardState.SUBMITTED
    )
    board = reverse("board", args=[firm.review.public_id])
    pages = {
        "board": board,
        "page 3 of a state": f"{board}?state=submitted&page=3",
        "search": f"{board}?q=kefu99",
        "bulk": reverse("board_act", args=[firm.review.public_id, "publish"]),
    }
    client = enter(firm.qian)
    client.get(board)
    for name, address in pages.items():
        start = time.process_time()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(address)
        seconds = time.process_time() - start
        size = len(answer.content) // 1024
        print(f"{count} cards, {name}: {seconds:.2f} s, {len(asked)} queries, {size} kB")
        assert answer.status_code == 200
        assert len(asked) <= AIM_QUERIES
        assert seconds < AIM_SECONDS * count / 1000
