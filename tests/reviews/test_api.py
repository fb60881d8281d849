"""The cards for programs: who gets which, and what is not in the answer."""

from __future__ import annotations

import uuid

import pytest

from tests import factories
from tests.reviews import scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return scored.team()


@pytest.fixture
def lin(team):
    return factories.person("林小满", staff_no="A001", unit=team.unit, position=team.position)


@pytest.fixture
def chen(team):
    return factories.person("陈一帆", staff_no="A002", unit=team.unit, position=team.position)


@pytest.fixture
def ask(client):
    def asked(person, address, **params):
        client.force_login(person.users.get())
        return client.get(f"/api/cards/{address}", params)

    return asked


def test_an_agent_reads_the_own_card_with_every_line_and_the_own_pay(team, lin, ask):
    card = scored.published(team, lin)
    answer = ask(lin, f"{card.public_id}/").json()
    assert (answer["total"], answer["multiplier"], answer["performance_pay"]) == ("93.00", "0.900", "1620.00")
    assert len(answer["lines"]) == 15
    first = answer["lines"][0]
    assert (first["code"], first["points"]) == ("sales_completion", "30.00")
    assert [given["key"] for given in first["inputs"]][:2] == ["sales", "sales_target"]


@pytest.mark.parametrize("whose", ["another agent's", "nobody's", "the own draft"])
def test_foreign_and_missing_answer_alike(team, lin, chen, ask, whose):
    card = scored.card(team, lin) if whose == "the own draft" else scored.published(team, lin)
    public_id = uuid.uuid4() if whose == "nobody's" else card.public_id
    reader = lin if whose == "the own draft" else chen
    response = ask(reader, f"{public_id}/")
    assert response.status_code == 404
    assert response.content == ask(reader, f"{uuid.uuid4()}/").content
    assert ask(reader, "").json()["count"] == 0


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        pytest.param("supervisor", False, id="supervisor"),
        pytest.param("manager", False, id="manager"),
        pytest.param("director", False, id="director"),
        pytest.param("hr", True, id="HR"),
    ],
)
def test_amounts_are_absent_for_those_who_may_not_see_them(team, lin, ask, who, sees):
    card = scored.published(team, lin)
    answer = ask(getattr(team, who), f"{card.public_id}/").json()
    assert ("performance_pay" in answer, "base_salary" in answer) == (sees, sees)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"state": "published", "month": "2026-10", "staff_no": "A001"}, 200, id="known filters"),
        pytest.param({"person__users__password": "a"}, 400, id="a field behind the card"),
        pytest.param({"ordering": "current__total"}, 400, id="an order"),
        pytest.param({"state": "nonsense"}, 400, id="no such state"),
        pytest.param({"month": "October"}, 400, id="no month"),
    ],
)
def test_filters(team, lin, ask, asked, status):
    scored.published(team, lin)
    assert ask(team.hr, "", **asked).status_code == status


def test_nothing_is_written_and_nobody_reads_without_a_log_in(team, lin, client):
    card = scored.published(team, lin)
    assert client.get("/api/cards/").status_code in {401, 403}
    client.force_login(lin.users.get())
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)(f"/api/cards/{card.public_id}/", {"state": "paid"})
        assert response.status_code == 405
    card.refresh_from_db()
    assert card.state == "published"


@pytest.mark.parametrize("count", [3, 20])
def test_the_list_asks_no_more_for_more_cards(team, count, client, django_assert_max_num_queries):
    for number in range(count):
        person = factories.person(
            f"客服{number}", staff_no=f"B{number:02}", unit=team.unit, position=team.position
        )
        scored.published(team, person)
    client.force_login(team.hr.users.get())
    client.get("/api/cards/")
    with django_assert_max_num_queries(8):
        assert client.get("/api/cards/").json()["count"] == count
