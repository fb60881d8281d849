"""The page that prints a month's cards into one file, for those who lead them."""

import pytest
from django.urls import reverse

from staff import jobs
from staff.models import Job
from tests import factories
from tests.reviews import scored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.KEJI_VAR = tmp_path


@pytest.fixture
def team():
    return scored.team()


@pytest.fixture
def review(team):
    agent = factories.person("林晓芸", staff_no="KF-0127", unit=team.unit, position=team.position)
    return scored.published(team, agent).review


@pytest.fixture
def stranger(team):
    other = factories.unit("另一店", kind="branch")
    person = factories.person("赵强", unit=other, position=team.position)
    factories.role(person, "supervisor", other)
    return person


def test_asked_for_made_and_fetched(client, team, review):
    client.force_login(team.supervisor.users.get())
    address = reverse("team_pdf", args=[review.public_id])
    assert client.post(address).url == address
    page = client.get(address).content.decode()
    assert "data-job-url" in page
    jobs.work(Job.objects.get().pk)
    assert reverse("team_pdf_fetch", args=[review.public_id]) in client.get(address).content.decode()
    answer = client.get(reverse("team_pdf_fetch", args=[review.public_id]))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_a_file_that_is_not_there_yet_is_404(client, team, review):
    client.force_login(team.supervisor.users.get())
    assert client.get(reverse("team_pdf_fetch", args=[review.public_id])).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(client, stranger, review, method):
    client.force_login(stranger.users.get())
    assert getattr(client, method)(reverse("team_pdf", args=[review.public_id])).status_code == 404
    assert client.get(reverse("team_pdf_fetch", args=[review.public_id])).status_code == 404
    assert Job.objects.count() == 0


def test_an_agent_finds_nothing(client, review):
    client.force_login(review.cards.get().person.users.get())
    assert client.post(reverse("team_pdf", args=[review.public_id])).status_code == 404


def test_another_leader_does_not_get_my_file(client, team, review):
    client.force_login(team.hr.users.get())
    client.post(reverse("team_pdf", args=[review.public_id]))
    jobs.work(Job.objects.get().pk)
    client.force_login(team.supervisor.users.get())
    assert client.get(reverse("team_pdf_fetch", args=[review.public_id])).status_code == 404


def test_other_methods_are_refused(client, team, review):
    client.force_login(team.supervisor.users.get())
    assert client.put(reverse("team_pdf", args=[review.public_id])).status_code == 405
    assert client.post(reverse("team_pdf_fetch", args=[review.public_id])).status_code == 405


def test_nobody_is_sent_to_the_log_in(client, review):
    assert client.get(reverse("team_pdf", args=[review.public_id])).status_code == 302
