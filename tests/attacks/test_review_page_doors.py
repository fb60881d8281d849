"""Who opens HR's pages of a month, of procedures and of the calendar: every address, everybody who may knock."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews.models import BranchSetting
from reviews.procedures import load_procedures
from tests import factories
from tests.reviews.people import company, user

pytestmark = pytest.mark.django_db
WHO = (
    "nobody", "subject", "agent", "supervisor", "foreign supervisor", "manager", "director", "hr",
    "branch hr", "other hr", "finance", "office", "root",
)  # fmt: skip
NO_PAGE = dict.fromkeys(("subject", "agent", "supervisor", "foreign supervisor"), 404)
# Address -> (method, what each gets who is not named in NO_PAGE).
DOORS = {
    "reviews_review_change": ("get", {
        "manager": 200, "director": 200, "hr": 200, "branch hr": 200, "other hr": 404, "finance": 200,
        "office": 200, "root": 200,
    }),
    "reviews_review_bulk": ("post", {
        "manager": 302, "director": 302, "hr": 302, "branch hr": 302, "other hr": 404, "finance": 404,
        "office": 404, "root": 302,
    }),
    "reviews_review_pay_on": ("get", {
        "manager": 403, "director": 403, "hr": 200, "branch hr": 200, "other hr": 404, "finance": 403,
        "office": 403, "root": 403,
    }),
    "reviews_procedure_change": ("get", {
        "manager": 302, "director": 302, "hr": 200, "branch hr": 302, "other hr": 302, "finance": 404,
        "office": 302, "root": 200,
    }),
    "reviews_branchsetting_change": ("get", {
        "manager": 404, "director": 404, "hr": 200, "branch hr": 200, "other hr": 302, "finance": 404,
        "office": 404, "root": 200,
    }),
    "staff_holiday_publish": ("post", {
        "manager": 403, "director": 403, "hr": 302, "branch hr": 403, "other hr": 403, "finance": 403,
        "office": 403, "root": 302,
    }),
}  # fmt: skip


@pytest.fixture
def town():
    """The company, a second branch with its HR and supervisor, and one of every object."""
    firm = company()
    firm.card()
    far = factories.unit("far", parent=firm.root, kind="branch", reviewed=True)
    others = {}
    for name, role, over in (
        ("branch hr", "hr", firm.shop), ("other hr", "hr", far), ("foreign supervisor", "supervisor", far)
    ):  # fmt: skip
        others[name] = factories.person(name, staff_no=name.replace(" ", "-"))
        factories.role(others[name], role, over)
    procedure = load_procedures()["full"]
    setting = BranchSetting.objects.create(unit=firm.shop, procedure=procedure, pay_day=15)
    ids = {"review": firm.review.pk, "procedure": procedure.pk, "branchsetting": setting.pk, "holiday": 2026}
    people = {
        "subject": firm.lin, "agent": firm.chen, "supervisor": firm.wang, "manager": firm.zhao,
        "director": firm.qian, "hr": firm.sun, "finance": firm.zhou, "office": firm.wu, **others,
    }  # fmt: skip
    return ids, people


@pytest.mark.parametrize("door", DOORS)
def test_who_comes_in(client, town, door):
    ids, people = town
    method, known = DOORS[door]
    address = reverse(f"admin:{door}", args=[ids[door.split("_")[1]]])
    root = type(user(people["hr"])).objects.create_superuser("root", password="x")
    found = {}
    for who in WHO:
        client.logout()
        if who != "nobody":
            client.force_login(root if who == "root" else user(people[who]))
        found[who] = getattr(client, method)(address, {"do": "export"}).status_code
    assert found == {"nobody": 302, **NO_PAGE, **known}


def test_acts_are_posted(client, town):
    ids, people = town
    client.force_login(user(people["hr"]))
    for door in ("reviews_review_bulk", "staff_holiday_publish"):
        assert client.get(reverse(f"admin:{door}", args=[ids[door.split("_")[1]]])).status_code == 405
