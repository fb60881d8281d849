"""Closing and hand-overs: every address, and everybody who may knock at it.

A row is one address: what each role is answered about a hand-over and a review of the first branch. No log-in
302; a foreign object is answered as a missing one; a function one knows but may not use 403; functions of
other roles are not there at all.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from reviews import workflow
from reviews.models import Card, HandOver
from staff.models import Person
from tests import factories
from tests.reviews.people import company, november, user

pytestmark = pytest.mark.django_db

WHO = (
    "nobody", "subject", "agent", "supervisor", "other_supervisor", "manager", "director", "hr",
    "other_hr", "finance", "other_finance", "general_office", "root",
)  # fmt: skip
# Columns as WHO. A superuser without a person reads what HR and finance read, and acts on nothing.
DOORS = """
GET  month_close                        302 404 404 403 404 200 403 403 404 404 404 404 403
POST month_close                        302 404 404 403 404 422 403 403 404 404 404 404 403
GET  admin:reviews_handover_changelist  302 404 404 404 404 404 404 200 200 200 200 404 200
GET  admin:reviews_handover_change      302 404 404 404 404 404 404 200 404 200 404 404 200
GET  admin:reviews_handover_add         302 404 404 404 404 404 404 403 403 403 403 404 403
GET  admin:reviews_handover_delete      302 404 404 404 404 404 404 403 403 403 403 404 403
GET  admin:reviews_handover_history     302 404 404 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_handover_prepare     302 404 404 404 404 404 404 200 404 403 404 404 403
POST admin:reviews_handover_prepare     302 404 404 404 404 404 404 409 404 403 404 404 403
POST admin:reviews_handover_export      302 404 404 404 404 404 404 403 404 200 404 404 403
POST admin:reviews_handover_acknowledge 302 404 404 404 404 404 404 403 404 409 404 404 403
"""
ROWS = [row.split() for row in DOORS.strip().splitlines()]


@pytest.fixture
def house(monkeypatch):
    """A month handed over in one branch, and a second branch with its own HR, finance and supervisor."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(12))
    firm = company()
    card = firm.card()
    way = (("submit", firm.wang), ("publish", firm.qian), ("confirm", firm.lin), ("close", firm.zhao))
    for act, who in (*way, ("approve", firm.sun)):
        workflow.take(act, card, by=user(who), at=november(11))
    firm.card(firm.chen)
    other = factories.unit("other", parent=firm.root, kind="branch")
    office = factories.position("office", subject_kind="none")

    def stranger(name: str, role: str) -> Person:
        made = factories.person(name, unit=other, position=office)
        factories.role(made, role, other)
        return made

    people = {
        "subject": firm.lin, "agent": firm.chen, "supervisor": firm.wang, "manager": firm.zhao,
        "director": firm.qian, "hr": firm.sun, "finance": firm.zhou, "general_office": firm.wu,
        "other_supervisor": stranger("外主管", "supervisor"), "other_hr": stranger("外人事", "hr"),
        "other_finance": stranger("外财务", "finance"),
    }  # fmt: skip
    clients = {"nobody": Client(), "root": Client()}
    clients["root"].force_login(user(firm.sun)._meta.model.objects.create_superuser("root", password="pass"))
    for name, person in people.items():
        clients[name] = Client()
        clients[name].force_login(user(person))
    return firm, clients


def address(name: str, firm) -> str:
    """An address about the first branch's objects."""
    if name == "month_close":
        return reverse(name, args=[firm.review.public_id])
    if name.endswith("_prepare"):
        return reverse(name, args=[firm.review.pk])
    if name.endswith(("_changelist", "_add")):
        return reverse(name)
    return reverse(name, args=[HandOver.objects.get().pk])


def test_everybody_knocks_at_every_door(house):
    firm, clients = house
    for method, name, *answers in ROWS:
        for who, expected in zip(WHO, answers, strict=True):
            found = getattr(clients[who], method.lower())(address(name, firm)).status_code
            assert found == int(expected), f"{method} {name} {who}"
    assert set(Card.objects.values_list("state", flat=True)) == {"approved", "draft"}


def test_every_address_stands_in_the_table():
    names = set(get_resolver().reverse_dict) | set(get_resolver().namespace_dict["admin"][1].reverse_dict)
    ours = {name for name in names if isinstance(name, str) and name.startswith("reviews_handover_")}
    # The list of changes is Django's own page of history.
    assert {f"admin:{name}" for name in ours} - {row[1] for row in ROWS} <= {
        "admin:reviews_handover_simple_history"
    }
