"""A month's run on a real worker: killed in the middle and started again it ends with the same cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviews.models import Card, CardLine, CardSegment, CardVersion, NoCard, Review
from reviews.services import month
from staff import jobs
from tests import factories
from tests.brokers.test_workers import Workers, ended, until, workers  # noqa: F401  a fixture
from tests.reviews import month_data as data
from tests.reviews.people import Company, company, november

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TEAMS, PEOPLE = 10, 6


@pytest.fixture
def firm(monkeypatch) -> Iterator[Company]:
    """A shop of ten teams, a step for each."""
    monkeypatch.setattr(month, "PEOPLE_A_STEP", PEOPLE)
    firm = company()
    data.assign_plan(firm.root, factories.position())
    file = data.import_file(firm.shop.shop)
    for team in range(TEAMS):
        unit = factories.unit(f"team{team}", parent=firm.shop)
        factories.role(firm.wang, "supervisor", unit)
        for number in range(PEOPLE):
            one = factories.person(
                f"客服{team}-{number}", unit=unit, position=factories.position(), login=False
            )
            account = factories.account(f"店:{team}-{number}", shop=firm.shop.shop, holder=one)
            data.days(account, file=file, count=8, orders=number + 3)
    return firm


def cards() -> dict[str, str]:
    """Each person's card as its digest, which covers inputs, lines and pay."""
    return dict(Card.objects.values_list("person__staff_no", "current__sha256"))


def forget_the_run() -> None:
    """Empty the month again."""
    NoCard.objects.all().delete()
    Card.objects.update(current=None)
    CardVersion.objects.all().delete()
    Card.objects.all().delete()
    Review.objects.update(computed_at=None)


def test_killed_in_the_middle_it_ends_with_the_same_cards(firm, workers):  # noqa: F811
    job = month.start_run(firm.review, by=None, at=november(2))
    jobs.work(job.pk)
    undisturbed = cards()
    assert len(undisturbed) == TEAMS * PEOPLE + 2
    forget_the_run()

    job = month.start_run(firm.review, by=None, at=november(2))
    process = workers.start()
    until(lambda: Card.objects.count() >= PEOPLE)
    workers.kill(process)
    assert Card.objects.count() < len(undisturbed)
    workers.start()
    until(lambda: ended(job))

    assert job.state == "done"
    assert cards() == undisturbed
    assert CardVersion.objects.count() == CardSegment.objects.count() == len(undisturbed)
    assert CardLine.objects.count() == 15 * len(undisturbed)
    assert Review.objects.get().computed_at == november(2)
