"""HR's page of a month's review: who stands where, what is missing, and one step for all cards."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Review
from staff.models import Job, Person
from tests import factories
from tests.reviews import many_cards, scored
from tests.reviews.people import company

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    """The team, with a finance clerk and a second branch whose HR has nothing to do with it."""
    made = scored.team()
    clerk = factories.person("周财务", staff_no="KF-0005", unit=made.branch, position=made.position)
    factories.role(clerk, "finance", made.branch.parent)
    return made


def agents(team, count, **given):
    names = [f"客服{number}" for number in range(count)]
    return [
        factories.person(name, staff_no=f"A{number:03}", unit=team.unit, position=team.position)
        for number, name in enumerate(names)
    ]


@pytest.fixture
def open_page(client):
    def opened(person, review, **asked):
        client.force_login(person.users.get())
        return client.get(reverse("admin:reviews_review_change", args=[review.pk]), asked)

    return opened


def test_the_page_says_who_stands_where(team, open_page):
    [lin, chen, gu] = agents(team, 3)
    scored.published(team, lin)
    review = scored.card(team, chen, figures={"service_attitude": None, "work_summary": None}).review
    scored.card(team, gu)
    response = open_page(team.hr, review)
    page = response.context["page"]
    assert {state.value: count for state, count in page.states if count} == {"draft": 2, "published": 1}
    assert [(one.place, one.people) for one in page.lacking] == [
        ("checks", ("客服1",)),
        ("summaries", ("客服1",)),
    ]
    text = response.content.decode()
    assert "周敏" in text
    assert "服务态度" in text


def test_the_late_and_the_incomplete_come_first(team, open_page):
    [lin, chen, gu] = agents(team, 3)
    scored.published(team, lin)
    scored.card(team, gu)
    review = scored.card(team, chen, figures={"communication": None}).review
    rows = open_page(team.hr, review).context["page"].rows
    assert [row.card.person.name for row in rows] == ["客服1", "客服2", "客服0"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"state": "published"}, ["客服0"], id="a state"),
        pytest.param({"show": "gaps"}, ["客服1"], id="open lines"),
        pytest.param({"q": "a002"}, ["客服2"], id="a staff number"),
        pytest.param({"q": "kefu2"}, ["客服2"], id="pinyin"),
        pytest.param({"unit": "nowhere"}, [], id="a team without cards"),
        pytest.param(
            {"page": "999", "state": "nonsense"}, ["客服1", "客服2", "客服0"], id="nonsense is ignored"
        ),
    ],
)
def test_filters(team, open_page, asked, found):
    [lin, chen, gu] = agents(team, 3)
    scored.published(team, lin)
    scored.card(team, gu)
    review = scored.card(team, chen, figures={"communication": None}).review
    rows = open_page(team.hr, review, **asked).context["page"].rows
    assert [row.card.person.name for row in rows] == found


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_the_cards(team, client, count, django_assert_max_num_queries):
    for person in agents(team, count):
        review = scored.card(team, person, figures={"communication": None}).review
    client.force_login(team.hr.users.get())
    address = reverse("admin:reviews_review_change", args=[review.pk])
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def said(response) -> str:
    """A page's text without its own address and the token that differs with every answer."""
    text = response.content.decode().replace(response.request["PATH_INFO"], "")
    return re.sub(r'(?i)name="csrfmiddlewaretoken" value="[^"]*"|"x-csrftoken": "[^"]*"', "", text)


@pytest.mark.parametrize("who", ["agent", "supervisor", "stranger"])
def test_it_does_not_exist_for_others(team, open_page, who):
    [lin] = agents(team, 1)
    review = scored.published(team, lin).review
    other = factories.unit("别的公司", kind="company")
    stranger = factories.person("外人", staff_no="X1", unit=other, position=team.position)
    factories.role(stranger, "hr", other)
    # HR of the other tree is HR of a root: give the role below it, as HR of one branch has it.
    branch = factories.unit("别的店", parent=other, kind="branch")
    stranger.roles.update(unit=branch)
    person = {"agent": lin, "supervisor": team.supervisor, "stranger": stranger}[who]
    response = open_page(person, review)
    missing = open_page(person, Review(pk=999_999))
    assert response.status_code == missing.status_code == 404
    assert said(response) == said(missing)


def confirmed(team, person):
    card = scored.published(team, person)
    scored.act("confirm", card, person, hours=41)
    return card


@pytest.fixture
def clerk(team):
    return Person.objects.get(staff_no="KF-0005")


@pytest.fixture
def closed(team):
    """Two closed cards of one review."""
    cards = [confirmed(team, person) for person in agents(team, 2)]
    for card in cards:
        scored.act("close", card, team.manager, hours=42)
    return cards


def hand_over(team, cards):
    workflow.take_many("approve", cards, by=team.hr.users.get(), at=scored.AT)


def test_hr_is_led_to_the_preview_and_finance_to_what_was_handed_over(team, clerk, closed, open_page):
    review = closed[0].review
    preview = reverse("admin:reviews_handover_prepare", args=[review.pk])
    assert preview in open_page(team.hr, review).content.decode()
    hand_over(team, closed)
    assert preview not in open_page(team.hr, review).content.decode()
    made = f"{reverse('admin:reviews_handover_changelist')}?review={review.pk}"
    assert made in open_page(clerk, review).content.decode()


def test_finance_reads_the_amounts_of_what_hr_has_handed_over(team, clerk, closed, open_page):
    review = closed[0].review
    before = open_page(clerk, review)
    assert before.context["rows"] == []
    hand_over(team, closed)
    page = open_page(clerk, review)
    # 4,200.00 base and 1,800.00 × 0.9 performance pay for each of the two.
    assert [row.total for row in page.context["rows"]] == [Decimal("5820.00")] * 2
    assert page.context["sums"].total == Decimal("11640.00")
    assert "93.00" not in page.content.decode()


def test_hr_runs_a_month_and_a_second_press_joins_the_first(team, client):
    client.force_login(team.hr.users.get())
    asked = {"unit": team.branch.pk, "month": "2026-10-01"}
    for _press in range(2):
        response = client.post(reverse("admin:reviews_review_run"), asked)
    assert response.status_code == 302
    assert Job.objects.filter(kind="run_month").count() == 1
    assert Review.objects.get().unit == team.branch


def test_only_hr_runs_a_month(team, client):
    client.force_login(team.manager.users.get())
    asked = {"unit": team.branch.pk, "month": "2026-10-01"}
    assert client.post(reverse("admin:reviews_review_run"), asked).status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_of_months(team, client, language):
    [lin] = agents(team, 1)
    scored.published(team, lin)
    client.force_login(team.hr.users.get())
    response = client.get(reverse("admin:reviews_review_changelist"), headers={"accept-language": language})
    [row] = response.context["rows"]
    assert (row.total, [(state.value, count) for state, count in row.parts]) == (1, [("published", 1)])


@pytest.mark.slow
def test_a_review_of_1000_cards_stays_within_15_queries(client, django_assert_max_num_queries):
    firm = company()
    many_cards.fill(firm, 1000)
    client.force_login(firm.sun.users.get())
    address = reverse("admin:reviews_review_change", args=[firm.review.pk])
    client.get(address)
    with django_assert_max_num_queries(15):
        page = client.get(address, {"show": "gaps"}).context["page"]
    assert (len(page.rows), page.found, page.pages) == (25, 1000, 40)
