"""Verifying 1,000 published cards: time, memory and queries.

    pytest -m bench -s tests/benchmarks/bench_verify.py

Aim: at most 120 s, and no more than 100 MB on top of what a process has. On the test database; the cards are
copies of one, each with its own rows.
"""

from __future__ import annotations

import time
import tracemalloc
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews import copies, workflow
from reviews.models import Card, CardVersion
from reviews.services.verifying import Seen, differences
from staff.models import Person
from tests.reviews import scored

CARDS, AIM_SECONDS, AIM_MEGABYTES = 1000, 120, 100
pytestmark = [pytest.mark.bench, pytest.mark.django_db]


def published() -> None:
    """A thousand cards of one team, submitted and published in bulk."""
    team = scored.team()
    people = Person.objects.bulk_create(
        Person(staff_no=f"A{number:04}", name=f"客服{number}") for number in range(CARDS + 1)
    )
    first = scored.card(team, people[0])  # stays a draft: the others are made after it
    copy = copies.read([first.current])[first.current.pk]
    same = {
        "review": first.review,
        "month": first.month,
        "unit": first.unit,
        "position": first.position,
        "assessor": first.assessor,
        "approver": first.approver,
        "decider": first.decider,
    }
    cards = [Card.objects.create(person=person, **same) for person in people[1:]]
    pairs = [
        (CardVersion.objects.create(card=card, number=1, **copies.columns(copy, at=scored.AT)), copy)
        for card in cards
    ]
    copies.write_parts(pairs)
    for version, _copy in pairs:
        Card.objects.filter(pk=version.card_id).update(current=version)
    for act, by in (("submit", team.supervisor), ("publish", team.director)):
        workflow.take_many(act, cards, by=by.users.get(), at=scored.AT)


def test_a_thousand_cards():
    published()
    seen = Seen()
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        assert list(differences(Card.objects.exclude(seq=0), seen=seen)) == []
    seconds = time.perf_counter() - begun
    tracemalloc.start()
    call_command("verify_reviews", verbosity=0, stdout=StringIO())
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"\n{seen.cards} cards: {seconds:.1f} s (aim {AIM_SECONDS}), {len(queries)} queries, peak {megabytes:.0f} MB"
    )
    assert seen.versions == CARDS
    assert seconds <= AIM_SECONDS
    assert megabytes <= AIM_MEGABYTES
