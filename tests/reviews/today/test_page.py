"""The page: the counts of the menu are the list, what each role finds there, and how many questions it asks."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from reviews.models import Card, CardVersion, ImportBatch, Review
from reviews.today.months import month_of
from reviews.today.page import today_of, work_of
from reviews.today.reader import reader_at
from staff import calendar
from staff.models import Assignment, Person
from tests import factories
from tests.reviews.people import november, user

OCTOBER = datetime(2026, 10, 1).date()  # noqa: DTZ001


@pytest.fixture
def at(monkeypatch):
    """Let requests be made at a moment of November 2026."""

    def now(day, hour=10):
        monkeypatch.setattr("django.utils.timezone.now", lambda: november(day, hour))

    return now


def opened(client, person, name="admin:index", **query):
    client.force_login(person.users.get())
    return client.get(reverse(name), query)


def test_the_badge_is_the_list(firm, client, at):
    at(6)
    firm.card()
    ImportBatch.objects.create(shop=firm.shop.shop, state="staged")
    page = opened(client, firm.sun)
    work = page.context["today"].work
    assert work.list.count == len(work.list.rows) > 1
    counts = opened(client, firm.sun, "admin:today_counts").json()["counts"]
    assert counts["/admin/"] == work.list.count
    assert len(opened(client, firm.sun, "admin:today").context["work"].list.rows) == work.list.count
    items = [entry for group in page.context["sidebar_navigation"] for entry in group["items"]]
    assert {entry["link"]: entry.get("badge") for entry in items}["/admin/"] == work.list.count


def test_seven_rows_then_all(firm, client, at):
    at(20)
    for number in range(8):
        unit = factories.unit(f"branch {number}", parent=firm.root, kind="branch", reviewed=True)
        assert unit.reviewed
    page = opened(client, firm.sun)
    assert len(page.context["shown"]) == 7
    assert page.context["today"].work.list.more
    assert reverse("admin:today") in page.content.decode()
    assert "branch 7" in opened(client, firm.sun, "admin:today").content.decode()


def test_nothing_to_do_says_so_with_the_next_date(firm, client, at):
    at(5)
    firm.card()
    Card.objects.move(sources={"draft"}, target="submitted")
    page = opened(client, firm.zhao)
    assert page.context["today"].work.list.count == 0
    assert "今天没有需要你处理的事" in page.content.decode()
    assert "11月6日" in page.content.decode() or "11-06" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "months", "figures"),
    [
        ("sun", True, True),
        ("zhao", True, False),
        ("qian", True, False),
        ("zhou", False, False),
        ("wu", False, False),
    ],
)
def test_each_role_finds_its_own(firm, client, at, who, months, figures):
    at(6)
    firm.card()
    text = opened(client, getattr(firm, who)).content.decode()
    assert ("各店月评状态" in text) is months
    assert ("总分分布" in text) is months
    assert ("data-keji-part" in text) is figures
    status = opened(client, getattr(firm, who), "admin:today_figures").status_code
    assert status == (200 if figures else 404)


def test_hr_of_one_branch_sees_that_branch_only(firm, other_hr, client, at):
    at(6)
    firm.card()
    page = opened(client, other_hr)
    standing = page.context["today"].standing
    assert [branch.unit.name for branch in standing.branches] == ["other"]
    assert page.context["today"].totals.counted == 0
    assert firm.shop.shop.name not in page.content.decode()
    assert [node.act for node in standing.nodes] == ["assess", "approve", "confirm", "close", "hand_over"]


def test_no_pay_stands_on_the_page(firm, client, at):
    at(6)
    firm.card()
    CardVersion.objects.update(base_salary=Decimal("6543.21"), performance_pay=Decimal("1234.56"))
    for who in (firm.sun, firm.zhao, firm.qian, firm.zhou, firm.wu):
        text = opened(client, who).content.decode()
        assert "6543" not in text
        assert "1234.56" not in text


def test_a_branch_without_cards_is_never_complete(firm, client, at):
    at(6)
    text = opened(client, firm.sun).content.decode()
    assert "未计算" in text
    month = month_of(reader_at(user(firm.sun), november(6)), OCTOBER, calendar=calendar.load())
    assert {node.act: node.tone for node in month.nodes} == {
        "assess": "late",
        "approve": "soon",
        "confirm": "",
        "close": "",
        "hand_over": "",
        "plans": "",
    }


def test_the_deadlines_count_cards_through_each(firm):
    firm.card()
    firm.card(firm.chen)
    Card.objects.filter(person=firm.chen).move(sources={"draft"}, target="submitted")
    month = month_of(reader_at(user(firm.sun), november(5)), OCTOBER, calendar=calendar.load())
    nodes = {node.act: node for node in month.nodes}
    assert (nodes["assess"].through, nodes["assess"].total, nodes["assess"].late) == (1, 2, 1)
    assert (nodes["approve"].tone, nodes["approve"].mine) == ("soon", False)
    assert (f"{nodes['hand_over'].day:%m-%d}", nodes["hand_over"].number, nodes["hand_over"].mine) == (
        "11-13",
        10,
        True,
    )
    [branch] = month.branches
    assert (branch.step, branch.late, branch.cards) == ("assess", 1, 2)


def test_a_month_can_be_chosen_and_the_last_ended_one_is_shown_without(firm, client, at):
    at(6)
    assert opened(client, firm.sun).context["today"].month == OCTOBER
    assert f"{opened(client, firm.sun, month='2026-08').context['today'].month:%Y-%m}" == "2026-08"
    for wrong in ("2026-13", "x", "1999-01", "2026-08-01"):
        assert opened(client, firm.sun, month=wrong).status_code == 404


def many(firm, *, shops, cards):
    """So many shops with so many cards in all, made in bulk from one card."""
    first = firm.card()
    reviews = [firm.review]
    for number in range(shops - 1):
        shop = factories.shop(f"店铺{number}")
        unit = factories.unit(f"shop {number}", parent=firm.root, kind="branch", shop=shop, reviewed=True)
        reviews.append(Review.objects.create(unit=unit, month=OCTOBER, procedure=firm.review.procedure))
    people = Person.objects.bulk_create(
        Person(name=f"客服{number}", staff_no=f"B{number:04}") for number in range(cards)
    )
    place = Assignment.objects.get(person=firm.lin)
    made = Card.objects.bulk_create(
        Card(
            review=reviews[number % shops],
            person=person,
            month=OCTOBER,
            unit=reviews[number % shops].unit,
            position=place.position,
            assessor=firm.wang,
            approver=firm.qian,
            decider=firm.zhao,
        )
        for number, person in enumerate(people)
    )
    versions = CardVersion.objects.bulk_create(
        CardVersion(card=card, number=1, total=Decimal(60 + number % 50), engine="1", computed_at=november(2))
        for number, card in enumerate(made)
    )
    for card, version in zip(made, versions, strict=True):
        card.current = version
    Card.objects.bulk_update(made, ["current"])
    return first


@pytest.mark.parametrize(
    ("shops", "cards"), [(1, 10), (5, 100), pytest.param(10, 1000, marks=pytest.mark.slow)]
)
def test_the_number_of_queries_does_not_grow(firm, client, at, django_assert_max_num_queries, shops, cards):
    at(6)
    many(firm, shops=shops, cards=cards)
    opened(client, firm.sun)
    with django_assert_max_num_queries(MOST) as asked:
        page = client.get(reverse("admin:index"))
    assert page.context["today"].standing.cards == cards + 1
    assert len(page.context["today"].standing.branches) == shops
    with django_assert_max_num_queries(len(asked)):
        client.get(reverse("admin:today_counts"))


# With what the figures lack known from two minutes before; without it twenty more, whatever the shops.
MOST = 34


def test_today_of_asks_nothing_of_a_month_for_those_who_do_not_read_cards(firm, django_assert_num_queries):
    work = work_of(user(firm.zhou), november(6))
    with django_assert_num_queries(0):
        found = today_of(work)
    assert (found.standing, found.totals) == (None, None)
