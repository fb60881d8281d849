"""The page of a month's review: queries and time for 1,000 and 3,000 cards, 25 rows at a time.

    pytest -m bench -s tests/benchmarks/bench_review_page.py

Aim: at most 15 queries and well under a second for 1,000 cards, whatever is filtered.
"""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.reviews import many_cards
from tests.reviews.people import company

AIM_QUERIES, AIM_SECONDS = 15, 1.0


@pytest.mark.bench
@pytest.mark.django_db
@pytest.mark.parametrize("count", [1000, 3000])
def test_the_page_of_a_review(count):
    """The first page, a filter and a search, after one warm call."""
    firm = company()
    many_cards.fill(firm, count)
    client = Client()
    client.force_login(firm.sun.users.get())
    address = reverse("admin:reviews_review_change", args=[firm.review.pk])
    client.get(address)
    for asked in ({}, {"show": "gaps"}, {"q": "a0007"}):
        clock, cpu = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, asked)
        clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
        print(f"\nreview page, {count} cards, {asked or 'all'}: {len(queries)} queries, ", end="")
        print(f"{clock:.2f} s ({cpu:.2f} s CPU), {len(answer.context['page'].rows)} rows", end="")
        assert len(queries) <= AIM_QUERIES
        # The clock also counts whatever else the machine does meanwhile.
        assert count > 1000 or cpu <= AIM_SECONDS
    print()
