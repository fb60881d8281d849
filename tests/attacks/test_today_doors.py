"""The pages of today's work by who knocks: none shows another branch, none is written to."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from reviews.models import ImportBatch
from tests import factories
from tests.reviews import people

pytestmark = pytest.mark.django_db

NAMES = ("admin:index", "admin:today", "admin:today_counts", "admin:today_figures")
INSIDE = {
    "manager",
    "director",
    "hr",
    "branch_hr",
    "other_hr",
    "finance",
    "general_office",
    "trainer",
    "root",
}
FIGURES = {"hr", "branch_hr", "other_hr", "root"}
WHO = sorted(INSIDE | {"nobody", "agent", "other_agent", "supervisor", "supervisor_x"})


@pytest.fixture(scope="module")
def knocker(django_db_setup, django_db_blocker):
    """One company for all who knock, taken back at the end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield made()
        transaction.set_rollback(True)


def made():
    cache.clear()
    firm = people.company()
    firm.card()
    branch = factories.unit(
        "分店", parent=firm.root, kind="branch", shop=factories.shop("另一家店"), reviewed=True
    )
    team = factories.unit("分店小组", parent=branch)
    office = factories.position("office", subject_kind="none")

    def someone(name, role, over):
        person = factories.person(name, unit=over, position=office)
        factories.role(person, role, over)
        return person

    ImportBatch.objects.create(shop=branch.shop, state="staged")
    root = firm.wu.users.get()
    users = {
        "agent": firm.lin,
        "other_agent": firm.chen,
        "supervisor": firm.wang,
        "supervisor_x": someone("冯组长", "supervisor", team),
        "manager": firm.zhao,
        "director": firm.qian,
        "hr": firm.sun,
        "branch_hr": someone("褚人事", "hr", firm.shop),
        "other_hr": someone("卫人事", "hr", branch),
        "finance": firm.zhou,
        "general_office": firm.wu,
        "trainer": someone("蒋培训", "trainer", firm.root),
    }
    found = {name: person.users.get() for name, person in users.items()}
    found["root"] = type(root).objects.create_superuser("root", password="x")
    return found


def ask(client, knocker, who, name, method="get"):
    if who != "nobody":
        client.force_login(knocker[who])
    return getattr(client, method)(reverse(name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", WHO)
def test_who_finds_which_page(client, knocker, who, name):
    status = ask(client, knocker, who, name).status_code
    if who == "nobody":
        assert status == 302
    elif name == "admin:today_figures":
        assert status == (200 if who in FIGURES else 404)
    else:
        assert status == (200 if who in INSIDE else 404)


@pytest.mark.parametrize("name", NAMES[1:])
def test_nothing_is_written_there(client, knocker, name):
    assert ask(client, knocker, "hr", name, "post").status_code == 405


@pytest.mark.parametrize(
    ("who", "sees_first", "sees_other"),
    [
        ("hr", True, True),
        ("root", True, True),
        ("director", True, True),
        ("branch_hr", True, False),
        ("manager", True, False),
        ("other_hr", False, True),
        ("finance", False, False),
        ("general_office", False, False),
        ("trainer", False, False),
    ],
)
def test_each_finds_the_own_branch_only(client, knocker, who, sees_first, sees_other):
    page = ask(client, knocker, who, "admin:index")
    standing = page.context["today"].standing
    units = {branch.unit.name for branch in standing.branches} if standing else set()
    assert units == ({"shop"} if sees_first else set()) | ({"分店"} if sees_other else set())
    everything = ask(client, knocker, who, "admin:today").content.decode()
    if not sees_other:
        assert "分店" not in everything
        assert "另一家店" not in everything
    if not sees_first:
        assert "林小满" not in everything
