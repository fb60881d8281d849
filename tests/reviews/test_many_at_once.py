"""Fifty people press one button, ten run one month: one effect, a clear word to the others, no error page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reviews.models import Card, CardEvent, CardState, CardVersion, Comparison
from reviews.workflow import take
from staff import jobs
from staff.models import Job
from tests.reviews.people import Company, company, november, user
from tests.reviews.test_run_month import given_figures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

APPROVALS, RUNS = 50, 10


@pytest.fixture
def firm() -> Company:
    return company()


def at_once(count: int, press: Callable[[int], int]) -> Counter[int]:
    """Press in as many threads, all from the same moment on; count the answers."""
    start = Barrier(count)

    def one(number: int) -> int:
        try:
            start.wait()
            return press(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


def test_fifty_approvals_of_one_card_are_one(firm):
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    approver = user(firm.qian)
    first = Client()
    first.force_login(approver)
    address = reverse("card_act", args=[card.public_id, "publish"])

    def press(_number: int) -> int:
        client = Client(raise_request_exception=False)
        client.cookies = first.cookies
        return client.post(address, {"stamp": card.stamp}).status_code

    answers = at_once(APPROVALS, press)
    assert answers == {HTTPStatus.FOUND: 1, HTTPStatus.CONFLICT: APPROVALS - 1}
    assert Card.objects.get().state == CardState.PUBLISHED
    assert CardEvent.objects.filter(act="publish").count() == 1
    assert Comparison.objects.filter(key="total").count() == 1


def test_ten_runs_of_one_month_are_one(firm):
    given_figures(firm)
    hr = Client()
    hr.force_login(user(firm.sun))
    body = {"unit": str(firm.shop.pk), "month": "2026-10-01"}

    def press(_number: int) -> int:
        client = Client(raise_request_exception=False)
        client.cookies = hr.cookies
        status = client.post(reverse("admin:reviews_review_run"), body).status_code
        for job in Job.objects.filter(kind="run_month"):
            jobs.work(job.pk)
        return status

    assert at_once(RUNS, press) == {HTTPStatus.FOUND: RUNS}
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert Card.objects.filter(person=firm.lin).count() == 1
    before = list(CardVersion.objects.order_by("pk").values_list("card", "number", "sha256"))
    assert len(before) == Card.objects.count()
    # And once more, an hour later: nothing moves.
    hr.post(reverse("admin:reviews_review_run"), body)
    jobs.work(Job.objects.latest("pk").pk)
    assert list(CardVersion.objects.order_by("pk").values_list("card", "number", "sha256")) == before
    assert Job.objects.filter(created_at__lte=timezone.now()).exclude(state=Job.State.DONE).count() == 0
