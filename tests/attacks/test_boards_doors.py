"""Who gets through the doors of boards and bulk steps: every page by everybody who may knock."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from reviews.models import Card
from staff.models import User
from tests import factories
from tests.reviews.people import Company, company, user
from tests.reviews.views.conftest import pass_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    """A branch with one card in draft and one submitted, and people from elsewhere."""
    made = company()
    made.card()
    pass_on(made, made.card(made.chen), "submitted")
    return made


def client_of(firm: Company, who: str) -> Client:
    """A browser in which somebody is logged in, or nobody."""
    client = Client()
    if who == "nobody":
        return client
    if who == "root":
        client.force_login(User.objects.create_superuser("root", password="x"))
        return client
    if who in {"other_supervisor", "other_hr"}:
        unit = factories.unit("far", parent=firm.root, kind="branch", reviewed=True)
        person = factories.person("远方人", unit=unit, position=factories.position("far"))
        factories.role(person, who.removeprefix("other_"), unit)
    else:
        person = getattr(firm, who)
    client.force_login(user(person))
    return client


SEES = {
    "nobody": 302, "lin": 404, "chen": 404, "wang": 200, "other_supervisor": 404, "zhao": 200, "qian": 200,
    "sun": 200, "other_hr": 404, "zhou": 404, "wu": 404, "root": 200,
}  # fmt: skip


@pytest.mark.parametrize("who", SEES)
def test_boards_and_bulk_pages(firm, who):
    client = client_of(firm, who)
    board = reverse("board", args=[firm.review.public_id])
    pages = [
        board,
        f"{board}?show=eyes&q=lin&page=2",
        *(f"{board}do/{act}/" for act in ("submit", "publish")),
    ]
    assert {address: client.get(address).status_code for address in pages} == dict.fromkeys(pages, SEES[who])


@pytest.mark.parametrize("who", SEES)
def test_a_forged_post_moves_nothing(firm, who):
    client = client_of(firm, who)
    before = list(Card.objects.order_by("pk").values_list("state", "seq"))
    address = reverse("board_act", args=[firm.review.public_id, "publish"])
    status = {200: 422}.get(SEES[who], SEES[who])
    assert client.post(address, {"stamps": "forged", "note": "x"}).status_code == status
    assert list(Card.objects.order_by("pk").values_list("state", "seq")) == before


@pytest.mark.parametrize("address", ["board", "board_act"])
def test_methods(firm, address):
    args = [firm.review.public_id, "publish"] if address == "board_act" else [firm.review.public_id]
    client = client_of(firm, "qian")
    assert client.put(reverse(address, args=args)).status_code == 405
    if address == "board":
        assert client.post(reverse(address, args=args)).status_code == 405


def test_a_post_without_its_token_is_refused(firm):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user(firm.qian))
    address = reverse("board_act", args=[firm.review.public_id, "publish"])
    assert client.post(address, {"stamps": "x"}).status_code == 403


def test_no_name_of_another_team_is_on_a_supervisors_page(firm):
    team = factories.unit("second", parent=firm.shop)
    lead = factories.person("何主管", unit=team, position=factories.position("supervisor"))
    factories.role(lead, "supervisor", team)
    stranger = factories.person(
        "石磊", unit=team, position=factories.position(), level=factories.level(factories.position())
    )
    firm.card(stranger, assessor=lead)
    board = reverse("board", args=[firm.review.public_id])
    for address in (board, f"{board}?q=石磊", f"{board}do/submit/"):
        text = client_of(firm, "wang").get(address).content.decode()
        assert str(stranger.cards.get().public_id) not in text
        assert "何主管" not in text
