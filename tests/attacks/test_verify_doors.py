"""The one page without a log-in: everybody gets the same, nobody learns anything, nobody can write."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from reviews.models import Card, CardEvent, Document
from reviews.pdf import render
from reviews.pdf.documents import card_pdf
from reviews.workflow import take
from tests import factories
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db
UNKNOWN = "KJ26-0000-0000-0000"
WHO = (
    "nobody", "subject", "other agent", "own supervisor", "foreign supervisor", "manager", "director", "HR",
    "other branch's HR", "finance", "general office", "superuser",
)  # fmt: skip


@pytest.fixture(autouse=True)
def fresh():
    """No test's checks count for the next one."""
    cache.clear()


@pytest.fixture
def firm(settings, tmp_path, monkeypatch) -> Company:
    settings.KEJI_VAR = tmp_path
    monkeypatch.setattr(render, "render_card", lambda sheet: b"%PDF")
    made = company()
    card = made.card()
    take("submit", card, by=user(made.wang), at=november(3))
    return made


@pytest.fixture
def code(firm) -> str:
    version = Card.objects.get().versions.get()
    return card_pdf(version, language="zh-hans", audience="money", at=november(4)).code


def client_of(firm: Company, who: str) -> Client:
    """Somebody at the door."""
    client = Client()
    people = {
        "subject": firm.lin, "other agent": firm.chen, "own supervisor": firm.wang, "manager": firm.zhao,
        "director": firm.qian, "HR": firm.sun, "finance": firm.zhou, "general office": firm.wu,
    }  # fmt: skip
    if who in people:
        client.force_login(user(people[who]))
    elif who in {"foreign supervisor", "other branch's HR"}:
        branch = factories.unit(who.split()[0], parent=firm.root, kind="branch")
        person = factories.person(
            who, unit=branch, position=factories.position("office", subject_kind="none")
        )
        factories.role(person, "supervisor" if who == "foreign supervisor" else "hr", branch)
        client.force_login(user(person))
    elif who == "superuser":
        root = user(firm.li)
        root.is_superuser = root.is_staff = True
        root.save(update_fields=["is_superuser", "is_staff"])
        client.force_login(root)
    return client


def test_everybody_is_told_the_same(firm, code, settings):
    settings.VERIFY_PER_CLIENT = 1000
    addresses = ("/v/", f"/v/{code}/", f"/v/{UNKNOWN}/")
    told = [Client().get(address).content for address in addresses]
    for who in WHO:
        client = client_of(firm, who)
        answers = [client.get(address) for address in addresses]
        assert [one.status_code for one in answers] == [200, 200, 200], who
        assert [one.content for one in answers] == told, who
        assert not any(one.cookies for one in answers), who


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/v/", f"/v/{UNKNOWN}/"])
def test_nothing_is_taken(method, address):
    assert getattr(Client(), method)(address).status_code == 405


def test_looking_writes_no_rows(firm, code):
    before = (Document.objects.count(), CardEvent.objects.count(), Card.objects.values().get())
    for address in ("/v/", f"/v/{code}/?sha256={'0' * 64}", f"/v/{UNKNOWN}/"):
        Client().get(address)
    assert (Document.objects.count(), CardEvent.objects.count(), Card.objects.values().get()) == before


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("../../etc/passwd", id="path"),
        pytest.param("%27%20OR%201=1--", id="SQL"),
        pytest.param("KJ26-%2A", id="wildcard"),
        pytest.param("KJ26-____-____-____", id="one-sign wildcards"),
        pytest.param("%F0%9F%98%80" * 40, id="emoji"),
        pytest.param("٠" * 16, id="Arabic digits"),
        pytest.param("x" * 4000, id="long"),
    ],
)
def test_odd_codes_are_unknown_or_no_address(code):
    answer = Client().get(f"/v/{code}/")
    assert answer.status_code in {200, 404}
    assert "真实有效" not in answer.content.decode()
    asked = Client().get("/v/", {"code": code, "sha256": code, "lang": code})
    assert asked.status_code == 200
    assert "查无此码" in asked.content.decode()


def test_a_nul_is_refused():
    assert Client().get("/v/", {"code": "KJ26\x00"}).status_code == 400


@pytest.mark.parametrize("forged", ["198.51.100.1", "1.1.1.1, 2.2.2.2", "::1", "x"])
def test_no_header_makes_another_client(settings, forged):
    settings.VERIFY_PER_CLIENT = 1
    names = ("x_forwarded_for", "x_real_ip", "forwarded", "client_ip", "true_client_ip", "cf_connecting_ip")
    Client().get(f"/v/{UNKNOWN}/")
    for name in names:
        assert Client().get(f"/v/{UNKNOWN}/", headers={name: forged}).status_code == 429


def test_one_ipv6_network_is_one_client(settings):
    settings.VERIFY_PER_CLIENT = 2
    asked = [Client(REMOTE_ADDR=f"2001:db8:5:6::{number:x}").get(f"/v/{UNKNOWN}/") for number in range(1, 4)]
    assert [one.status_code for one in asked] == [200, 200, 429]
