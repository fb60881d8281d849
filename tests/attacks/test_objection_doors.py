"""Every address of objections, evidence, answers and versions, and everybody who may knock."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reviews import workflow
from reviews.models import Evidence, Objection
from reviews.workflow import Answer
from staff.models import User
from tests import factories
from tests.reviews.people import company, november, user

WHO = (
    "nobody", "subject", "colleague", "supervisor", "supervisor_x", "manager", "director", "hr", "other_hr",
    "finance", "general_office", "root",
)  # fmt: skip
LOGIN = 302
# Who may read what stands with the card: those who see it.
READERS = {
    "subject": 200,
    "supervisor": 200,
    "manager": 200,
    "director": 200,
    "hr": 200,
    "general_office": 404,
}
# What may be done is one person's; to others who see the card it is refused.
SEEING = {"subject": 403, "supervisor": 403, "manager": 403, "director": 403, "hr": 403}


@pytest.fixture
def doors(db, monkeypatch):
    """One card with an answered objection and an unsent piece of evidence, and browsers of everybody."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(6))
    firm = company()
    far = factories.unit("far", parent=firm.root, kind="branch")
    far_team = factories.unit("far-team", parent=far)
    people = {
        "subject": firm.lin,
        "colleague": firm.chen,
        "supervisor": firm.wang,
        "manager": firm.zhao,
        "director": firm.qian,
        "hr": firm.sun,
        "finance": firm.zhou,
        "general_office": firm.wu,
        "supervisor_x": factories.person(
            "远主管", unit=far_team, position=firm.wang.assignments.get().position
        ),
        "other_hr": factories.person("远人事", unit=far, position=firm.sun.assignments.get().position),
    }
    factories.role(people["supervisor_x"], "supervisor", far_team)
    factories.role(people["other_hr"], "hr", far)
    users = {who: user(person) for who, person in people.items()}
    users["root"] = User.objects.create_superuser("root", password="x")
    card = firm.card()
    workflow.take("submit", card, by=users["supervisor"], at=november(3))
    workflow.take("publish", card, by=users["director"], at=november(5))
    row = {
        "card": card,
        "kind": "text",
        "name": "x",
        "media_type": "text/plain",
        "content": b"x",
        "size": 1,
    }
    row |= {"sha256": "0" * 64, "uploaded_by": firm.lin, "uploaded_at": november(5)}
    Evidence.objects.create(line="follow_up", **row)
    workflow.take("object", card, by=users["subject"], at=november(5), objections={"follow_up": "少算"})
    right = Answer("follow_up", upheld=True, text="已补", key="follow_up", value=Decimal(5))
    workflow.take("answer", card, by=users["manager"], at=november(6), answers=[right])
    unsent = Evidence.objects.create(line="disputes", **row)
    sent = Evidence.objects.exclude(objection=None).get()
    clients = {"nobody": Client()}
    for who, one in users.items():
        clients[who] = Client()
        clients[who].force_login(one)
    return {"card": card, "sent": sent, "unsent": unsent, "clients": clients}


CARD_PAGES = {
    # name: (method, statuses that differ from 404)
    "card_object": ("get", {**SEEING, "subject": 409, "root": 403}),
    "card_object_draft": ("post", {**SEEING, "subject": 409, "root": 403}),
    "card_evidence": ("post", {**SEEING, "subject": 409, "root": 403}),
    "card_answer": ("get", {**SEEING, "manager": 409, "root": 403}),
    "card_answer_draft": ("post", {**SEEING, "manager": 409, "root": 403}),
    "card_answer_preview": ("post", {**SEEING, "manager": 409, "root": 403}),
    "card_second_look": ("get", {**SEEING, "subject": 200, "root": 403}),
    "card_compare": ("get", {**READERS, "root": 200}),
}


def statuses(doors, method: str, address: str) -> dict[str, int]:
    """What everybody gets at an address."""
    return {who: getattr(doors["clients"][who], method)(address).status_code for who in WHO}


def expected(known: dict[str, int]) -> dict[str, int]:
    """Not found but for those named; who is not logged in is sent to the log-in."""
    return {who: LOGIN if who == "nobody" else known.get(who, 404) for who in WHO}


def test_a_cards_pages(doors):
    found, wanted = {}, {}
    for name, (method, known) in CARD_PAGES.items():
        found[name] = statuses(doors, method, reverse(name, args=[doors["card"].public_id]))
        wanted[name] = expected(known)
    assert found == wanted


def test_evidence(doors):
    sent, unsent = (doors[key].public_id for key in ("sent", "unsent"))
    readers = expected({**READERS, "root": 200})
    assert statuses(doors, "get", reverse("evidence", args=[sent])) == readers
    assert statuses(doors, "get", reverse("evidence", args=[unsent])) == expected({"subject": 200})
    refused = expected({**SEEING, "subject": 409, "root": 403})
    assert statuses(doors, "post", reverse("evidence_remove", args=[sent])) == refused
    assert Objection.objects.get().evidence.count() == 1
    removed = statuses(doors, "post", reverse("evidence_remove", args=[unsent]))
    assert removed == expected({"subject": 302})
    assert statuses(doors, "get", reverse("evidence_remove", args=[sent]))["subject"] == 405
