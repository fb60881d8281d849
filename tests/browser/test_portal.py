"""The portal as its people use it: phone and desk, with and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardState, Draft
from tests.reviews.people import Company, company, november, user
from tests.reviews.views.conftest import pass_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def firm() -> Company:
    return company()


@pytest.fixture
def published(firm) -> Card:
    return pass_on(firm, firm.card(), "published")


def address(card: Card) -> str:
    return reverse("card", args=[card.public_id])


def test_an_agent_opens_every_line_without_another_request(open_as, firm, published):
    page = open_as(firm.lin, width=390)
    page.goto(address(published), wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    lines = page.locator("details.line")
    assert lines.count() == 15
    for place in range(15):
        lines.nth(place).locator("summary").click()
        opened = lines.nth(place).locator(".why")
        assert opened.is_visible()
        assert "怎样得出" in opened.inner_text()
        assert "数据与来源" in opened.inner_text()
    assert asked == []


def test_money_shows_when_tapped(open_as, firm, published):
    page = open_as(firm.lin, width=390)
    page.goto(address(published))
    amount = page.get_by_text("3,500.00").first
    assert not amount.is_visible()
    page.locator(".money summary").click()
    assert amount.is_visible()


def test_an_agent_confirms_in_two_steps(open_as, firm, published):
    page = open_as(firm.lin, width=390)
    page.goto("/")
    page.get_by_role("link", name="查看并确认").click()
    page.locator(".bar").get_by_role("link", name="确认").click()
    assert "确认后不能再提异议" in page.inner_text("main")
    page.get_by_role("button", name="确认").click()
    page.wait_for_url(f"**{address(published)}")
    assert "你已确认考核表" in page.inner_text("main")
    assert Card.objects.get().state == CardState.CONFIRMED


def test_the_objections_bar_counts_and_leads_to_the_gap(open_as, firm, published):
    page = open_as(firm.lin, width=390)
    page.goto(reverse("card_object", args=[published.public_id]))
    page.get_by_label("响应时间").check()
    page.get_by_label("跟进与促成").check()
    page.locator("#reason-response_time").fill("断线两小时")
    assert "还差 1 项理由：跟进与促成" in page.inner_text(".bar")
    page.locator("[data-send]").click()
    assert page.evaluate("document.activeElement.id") == "reason-follow_up"
    with page.expect_response(lambda answer: answer.url.endswith("/draft/")):
        page.locator("#reason-follow_up").fill("买家已明确不买")
    assert Draft.objects.get().content["reason-follow_up"] == "买家已明确不买"
    page.reload()
    assert page.locator("#reason-follow_up").input_value() == "买家已明确不买"
    page.locator("[data-send]").click()
    page.wait_for_url(f"**{address(published)}")
    assert Card.objects.get().state == CardState.OBJECTED


def test_confirming_works_without_scripts(open_as, firm, published):
    page = open_as(firm.lin, width=390, scripts=False)
    page.goto(reverse("card_act", args=[published.public_id, "confirm"]))
    page.get_by_role("button", name="确认").click()
    assert Card.objects.get().state == CardState.CONFIRMED


def test_objecting_works_without_scripts(open_as, firm, published):
    page = open_as(firm.lin, width=390, scripts=False)
    page.goto(reverse("card_object", args=[published.public_id]))
    page.get_by_label("跟进与促成").check()
    page.get_by_role("button", name="提交异议").click()
    assert "请写理由" in page.inner_text("main")
    page.locator("#reason-follow_up").fill("买家已明确不买")
    page.get_by_role("button", name="提交异议").click()
    assert Card.objects.get().state == CardState.OBJECTED


def test_a_supervisor_submits_the_team(open_as, firm):
    firm.card(firm.lin)
    firm.card(firm.chen)
    page = open_as(firm.wang)
    page.goto("/month/")
    page.get_by_role("link", name="提交这 2 张").click()
    assert "陈一帆" in page.inner_text("main")
    page.get_by_role("button", name="提交 2 张").click()
    page.wait_for_url("**/month/**")
    assert "已提交 2 张考核表" in page.inner_text("main")
    assert set(Card.objects.values_list("state", flat=True)) == {CardState.SUBMITTED}


def test_the_language_switch_keeps_the_page(open_as, firm, published):
    page = open_as(firm.lin)
    page.goto(address(published))
    page.locator(".who summary").click()
    page.locator(".who-menu").get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.url.endswith(address(published))
    assert "How the points come about" in page.content()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [360, 390, 768, 1366])
def test_nothing_scrolls_sideways(open_as, firm, published, width, language):
    firm.card(firm.chen)
    board = reverse("board", args=[firm.review.public_id])
    visits = [
        (
            firm.lin,
            [
                "/",
                "/cards/",
                address(published),
                f"{address(published)}object/",
                f"{address(published)}history/",
            ],
        ),
        (firm.wang, ["/", board, reverse("board_act", args=[firm.review.public_id, "submit"])]),
    ]
    for person, addresses in visits:
        page = open_as(person, width=width, language=language)
        for one in addresses:
            page.goto(one)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, one


def test_targets_are_large_enough_for_a_thumb(open_as, firm, published):
    page = open_as(firm.lin, width=390)
    page.goto(address(published))
    heights = page.evaluate(
        "[...document.querySelectorAll('a.btn-k, button, details.line summary, .money summary, .card-foot a')]"
        ".map(one => one.getBoundingClientRect().height).filter(height => height > 0)"
    )
    assert min(heights) >= 44


def test_the_manager_answers_and_the_agent_agrees(open_as, firm, published):
    workflow.take(
        "object", published, by=user(firm.lin), at=november(6), objections={"follow_up": "少算一次"}
    )
    page = open_as(firm.zhao)
    page.goto("/month/")
    page.get_by_role("link", name="答复异议").click()
    page.get_by_label("改正").check()
    page.locator("#value-follow_up").fill("5")
    page.locator("#text-follow_up").fill("少算一次，已补上")
    page.get_by_role("button", name="提交答复").click()
    page.wait_for_url(f"**{address(published)}")
    agent = open_as(firm.lin, width=390)
    agent.goto(address(published))
    assert "4.00 → 5.00" in agent.inner_text("main")
    agent.locator(".bar").get_by_role("link", name="同意").click()
    agent.get_by_role("button", name="同意").click()
    agent.wait_for_url(f"**{address(published)}")
    assert Card.objects.get().state == CardState.CONFIRMED
