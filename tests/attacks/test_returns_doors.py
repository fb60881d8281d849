"""Late figures, returns and handing on: every address, and everybody who may knock at it.

A row is one address: what each role is answered about the first branch's month. No log-in 302; what is not
there for somebody 404; a function one knows but may not use 403.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardEvent, Succession
from staff.models import RoleHolding, User
from tests import factories
from tests.reviews.people import company, november, user

pytestmark = pytest.mark.django_db

# nobody, the card's subject, another agent, own supervisor, foreign supervisor, manager, director, HR, the HR of
# another branch, finance, general office, superuser
WHO = ("nobody", "lin", "chen", "wang", "he", "zhao", "qian", "sun", "other_hr", "zhou", "wu", "root")
DOORS = """
GET  late       302 404 404 404 404 200 200 200 404 404 404 200
POST late       302 404 404 404 404 403 403 302 404 404 404 403
GET  consent    302 404 404 404 404 200 200 200 404 404 200 200
POST consent    302 404 404 404 404 302 302 403 404 404 302 404
POST decline    302 404 404 404 404 302 302 302 404 404 302 404
GET  portal     302 404 404 403 404 200 200 200 404 404 404 403
POST portal     302 404 404 403 404 302 302 403 404 404 404 403
GET  list       302 404 404 404 404 404 404 200 200 404 404 200
GET  start      302 404 404 404 404 404 404 200 404 404 404 200
POST start      302 404 404 404 404 404 404 302 404 404 404 403
GET  change     302 404 404 404 404 404 404 200 302 404 404 200
GET  add        302 404 404 404 404 404 404 403 403 404 404 403
GET  delete     302 404 404 404 404 404 404 403 403 404 404 403
"""
ROWS = [line.split() for line in DOORS.strip().splitlines()]


@pytest.fixture
def house(monkeypatch) -> SimpleNamespace:
    """林小满's card is submitted, has late figures, and HR has asked to return it; 陈一帆's has late figures."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(6))
    firm = company()
    other = factories.unit(
        "other", parent=firm.root, kind="branch", shop=factories.shop("别家"), reviewed=True
    )
    office, lead = factories.position("office"), factories.position("supervisor")
    he = factories.person("何组长", unit=other, position=lead)
    factories.role(he, "supervisor", other)
    other_hr = factories.person("别家人事", unit=other, position=office)
    factories.role(other_hr, "hr", other)
    User.objects.create_superuser("root", password="x")
    for agent in (firm.lin, firm.chen):
        workflow.take("submit", firm.card(agent), by=user(firm.wang), at=november(3))
    Card.objects.update(late_figures=[{"key": "sales", "counted": "1.00", "now": "2.00"}])
    lin = Card.objects.select_related("review__procedure", "unit", "position", "person", "current").get(
        person=firm.lin
    )
    workflow.take("ask_return", lin, by=user(firm.sun), at=november(5), note="导错文件")
    made = Succession.objects.create(
        holder=firm.wang,
        successor=firm.chen,
        from_day=november(6).date(),
        reason="x",
        at=november(5),
        by=user(firm.sun),
    )
    return SimpleNamespace(firm=firm, he=he, other_hr=other_hr, succession=made)


def client_of(house, who: str) -> Client:
    client = Client()
    if who == "root":
        client.force_login(User.objects.get(username="root"))
    elif who != "nobody":
        client.force_login(user(getattr(house, who, None) or getattr(house.firm, who)))
    return client


def request_of(house, name: str) -> tuple[str, dict[str, object]]:
    firm = house.firm
    review = firm.review
    lin, chen = (Card.objects.select_related("current").get(person=one) for one in (firm.lin, firm.chen))

    def form(card: Card, **more: object) -> dict[str, object]:
        return {"card": [str(card.public_id)], f"stamp-{card.public_id}": card.stamp, **more}

    start = {"holder": firm.wang.pk, "day": "2026-11-06"}
    held = RoleHolding.objects.get(person=firm.wang)
    token = ""
    if name == "start":
        hr = client_of(house, "sun").get(reverse("admin:reviews_succession_start"), start)
        token = hr.context["token"]
    return {
        "late": (reverse("admin:reviews_review_late", args=[review.pk]), form(chen, note="导错文件")),
        "consent": (reverse("admin:reviews_review_consent", args=[review.pk]), form(lin, act="return")),
        "decline": (
            reverse("admin:reviews_review_consent", args=[review.pk]),
            form(lin, act="decline_return", note="不必"),
        ),
        "portal": (reverse("board_returns", args=[review.public_id]), form(lin, act="return")),
        "list": (reverse("admin:reviews_succession_changelist"), {}),
        "start": (
            reverse("admin:reviews_succession_start"),
            {**start, f"role-{held.pk}": house.he.pk, "token": token, "note": "调岗", "act": "hand_on"},
        ),
        "change": (reverse("admin:reviews_succession_change", args=[house.succession.pk]), {}),
        "add": (reverse("admin:reviews_succession_add"), {}),
        "delete": (reverse("admin:reviews_succession_delete", args=[house.succession.pk]), {}),
    }[name]


def knock(house, who: str, method: str, name: str) -> int:
    """Ask, and take back whatever was written, so that each knock meets the same house."""
    address, data = request_of(house, name)
    client = client_of(house, who)
    with transaction.atomic():
        answer = client.post(address, data) if method == "POST" else client.get(address, data)
        transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2]))
def test_who_is_answered_what(house, row):
    method, name, *expected = row
    found = [str(knock(house, who, method, name)) for who in WHO]
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, expected, strict=True))


def test_a_foreign_month_is_answered_as_a_missing_one(house):
    client = client_of(house, "other_hr")
    for name in ("admin:reviews_review_late", "admin:reviews_review_consent"):
        assert client.get(reverse(name, args=[house.firm.review.pk])).status_code == 404
        assert client.get(reverse(name, args=[999_999_999])).status_code == 404


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        pytest.param("late", {"note": " "}, 422, id="no reason"),
        pytest.param("late", {"card": []}, 422, id="no card"),
        pytest.param("late", {"card": ["x"]}, 404, id="a card that is not there"),
        pytest.param("late", {"others": "1", "seen": "stale"}, 409, id="the other pages have changed"),
        pytest.param("consent", {"act": "pay"}, 404, id="another act"),
        pytest.param("decline", {"note": ""}, 403, id="by the one who asked, without a reason"),
    ],
)
def test_bad_input_changes_nothing(house, name, fields, status):
    address, data = request_of(house, name)
    before = CardEvent.objects.count()
    answer = client_of(house, "sun").post(address, {**data, **fields})
    assert answer.status_code in {status, 422 if name == "decline" else status}
    assert CardEvent.objects.count() == before


def test_nobody_consents_to_the_own_asking(house):
    address, data = request_of(house, "consent")
    assert client_of(house, "sun").post(address, data).status_code == 403
    assert not CardEvent.objects.filter(act="return").exists()


@pytest.mark.parametrize("name", ["late", "consent", "portal"])
def test_twice_is_once(house, name):
    """The second of two clicks is told that the card has moved, and changes nothing."""
    address, data = request_of(house, name)
    client = client_of(house, "sun" if name == "late" else "zhao")
    assert client.post(address, data).status_code == 302
    count = CardEvent.objects.count()
    assert client.post(address, data).status_code == 409
    assert CardEvent.objects.count() == count


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_405(house, method):
    for name in ("late", "consent", "portal", "start"):
        address, _data = request_of(house, name)
        assert getattr(client_of(house, "sun"), method)(address).status_code == 405


def test_pay_is_not_in_the_page_of_those_who_may_not_see_it(house):
    for name in ("late", "consent"):
        address, _data = request_of(house, name)
        seen = {
            who: client_of(house, who).get(address).context["with_money"] for who in ("sun", "zhao", "qian")
        }
        assert seen["sun"]
        assert not seen["zhao"]
        assert not seen["qian"]
