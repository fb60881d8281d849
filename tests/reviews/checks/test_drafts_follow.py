"""What is marked or decided about somebody reaches the draft card by itself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews.models import CardState, Review, WorkSummary
from staff.models import Job
from tests.reviews.people import company, november, user
from tests.reviews.views.conftest import pass_on


@pytest.fixture
def firm(db):
    made = company()
    Review.objects.update(computed_at=november(2))
    return made


def marked(client, firm, card, mark):
    summary, _made = WorkSummary.objects.get_or_create(
        person=card.person,
        month=card.month,
        defaults={"text": "本月稳定。", "handed_in_at": november(1), "due_at": november(2)},
    )
    client.force_login(user(firm.wang))
    return client.post(reverse("summary", args=[summary.public_id]), {"mark": mark, "comment": ""})


def test_a_marked_summary_computes_the_draft_again_once(client, firm):
    card = firm.card()
    for mark in ("8", "9"):
        assert marked(client, firm, card, mark).status_code == 302
    job = Job.objects.get(kind="recompute_card")
    assert job.steps.get().payload == {"card": card.pk}


def test_a_refused_mark_computes_nothing(client, firm):
    assert marked(client, firm, firm.card(), "99").status_code == 422
    assert not Job.objects.exists()


def test_a_month_not_computed_is_left_to_its_first_run(client, firm):
    Review.objects.update(computed_at=None)
    assert marked(client, firm, firm.card(), "8").status_code == 302
    assert not Job.objects.exists()


def test_a_submitted_card_does_not_follow(client, firm):
    card = pass_on(firm, firm.card(), "submitted")
    assert card.state == CardState.SUBMITTED
    marked(client, firm, card, "8")
    assert not Job.objects.filter(kind="recompute_card").exists()
