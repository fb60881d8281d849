"""The card's page: who sees it, what stands in it, what it costs."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal as D

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.effects import Answer
from reviews.models import Card, CardEvent
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter, pass_on

PAGES = ["card", "card_history", "card_object", "card_answer"]
ACTS = ["confirm", "agree", "maintain", "submit", "publish", "send_back"]


def addresses(public_id) -> list[str]:
    """Every address of one card."""
    return [
        *[reverse(name, args=[public_id]) for name in PAGES],
        *[reverse("card_act", args=[public_id, act]) for act in ACTS],
        reverse("card_version", args=[public_id, 1]),
        reverse("card_pdf", args=[public_id, 1]),
    ]


def test_an_agent_reads_every_line_in_the_first_response(firm, published):
    page = enter(firm.lin).get(reverse("card", args=[published.public_id])).content.decode()
    assert page.count('<details class="line"') == 15
    assert page.count("<h3>怎样得出</h3>") == 15
    assert page.count("<h3>数据与来源</h3>") == 15
    assert "92,340.00" in page
    assert "hx-get" not in page


@pytest.mark.parametrize("who", ["chen", "zhou"])
def test_a_strangers_404_is_the_404_of_what_does_not_exist(firm, published, who):
    client = enter(getattr(firm, who))
    for foreign, missing in zip(addresses(published.public_id), addresses(uuid.uuid4()), strict=True):
        found, absent = client.get(foreign), client.get(missing)
        assert (found.status_code, absent.status_code) == (404, 404), foreign
        token = re.compile(
            r'("x-csrftoken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|value="/cards[^"]*")'
        )
        assert token.sub("", found.content.decode()) == token.sub("", absent.content.decode())


def test_nobody_logged_in_is_sent_to_the_log_in_page(client, published):
    for address in addresses(published.public_id):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_an_agent_does_not_see_the_own_draft(firm):
    card = firm.card()
    assert enter(firm.lin).get(reverse("card", args=[card.public_id])).status_code == 404
    assert enter(firm.wang).get(reverse("card", args=[card.public_id])).status_code == 200


@pytest.mark.parametrize(
    ("who", "sees"),
    [("lin", True), ("sun", True), ("wang", False), ("zhao", False), ("qian", False)],
    ids=["the agent", "HR", "supervisor", "manager", "director"],
)
def test_money_is_in_nobodys_html_who_may_not_see_it(firm, published, who, sees):
    client = enter(getattr(firm, who))
    page = client.get(reverse("card", args=[published.public_id])).content.decode()
    assert ("3,500.00" in page) is sees
    assert ("1,350.00" in page) is sees
    assert "系数" in page


def test_money_is_covered_until_tapped(firm, published):
    page = enter(firm.lin).get(reverse("card", args=[published.public_id])).content.decode()
    assert '<details class="money">' in page


def test_opening_delivers_the_card_and_starts_the_window_once(firm, published):
    client = enter(firm.lin)
    assert "还没有送达" in client.get("/").content.decode()
    page = client.get(reverse("card", args=[published.public_id])).content.decode()
    published.refresh_from_db()
    assert published.delivered_at == november(6)
    assert "前确认" in page
    assert "前确认或提出异议" in page


def test_a_superiors_opening_delivers_nothing(firm, published):
    enter(firm.zhao).get(reverse("card", args=[published.public_id]))
    published.refresh_from_db()
    assert published.delivered_at is None


@pytest.mark.parametrize("who", ["lin", "wang", "qian", "zhao"])
@pytest.mark.parametrize(
    "state", ["draft", "submitted", "published", "objected", "answered", "corrected", "confirmed"]
)
def test_the_page_asks_at_most_fifteen_queries(firm, who, state, django_assert_max_num_queries):
    card = at_state(firm, state)
    client = enter(getattr(firm, who))
    address = reverse("card", args=[card.public_id])
    seen = who != "lin" or state not in {"draft", "submitted"}
    assert client.get(address).status_code == (200 if seen else 404)
    with django_assert_max_num_queries(15):
        client.get(address)


def at_state(firm, state: str) -> Card:
    """Lin's card on its way; answered means the points stay, corrected that they do not."""
    card = firm.card()
    if state == "draft":
        return card
    pass_on(firm, card, state if state in {"submitted", "confirmed"} else "published")
    if state in {"objected", "answered", "corrected"}:
        workflow.take("object", card, by=user(firm.lin), at=november(6), objections={"follow_up": "少算一次"})
    if state in {"answered", "corrected"}:
        upheld = state == "corrected"
        answer = Answer(
            "follow_up",
            upheld=upheld,
            text="看过了",
            key="follow_up" if upheld else "",
            value=D(5) if upheld else None,
        )
        workflow.take("answer", card, by=user(firm.zhao), at=november(6), answers=[answer])
    return card


def test_hostile_words_are_inert(firm):
    hostile = "<script>alert(1)</script>{{7*7}}"
    card = pass_on(firm, firm.card(), "published")
    workflow.take("object", card, by=user(firm.lin), at=november(6), objections={"disputes": hostile})
    for person in (firm.lin, firm.zhao):
        client = enter(person)
        for name in ("card", "card_history", "card_answer"):
            page = client.get(reverse(name, args=[card.public_id])).content.decode()
            assert "<script>alert" not in page
            assert "{{7*7}}" in page or name == "card_history" or person is firm.lin


class TestOldVersions:
    @pytest.fixture
    def corrected(self, firm, published) -> Card:
        workflow.take(
            "object", published, by=user(firm.lin), at=november(6), objections={"follow_up": "少算一次"}
        )
        answer = Answer("follow_up", upheld=True, text="成立", key="follow_up", value=D(5))
        workflow.take("answer", published, by=user(firm.zhao), at=november(9), answers=[answer])
        return published

    def test_the_old_one_stays_readable_and_says_so(self, firm, corrected):
        page = enter(firm.lin).get(reverse("card_version", args=[corrected.public_id, 1])).content.decode()
        assert "第 2 版" in page
        assert "查看现行的考核表" in page
        assert "有异议</a>" not in page

    def test_what_was_never_published_is_not_the_agents(self, firm):
        card = firm.card()
        workflow.take("submit", card, by=user(firm.wang), at=november(3))
        workflow.take("send_back", card, by=user(firm.qian), at=november(4), note="抽查太少")
        workflow.take("submit", card, by=user(firm.wang), at=november(5))
        workflow.take("publish", card, by=user(firm.qian), at=november(5))
        old = reverse("card_version", args=[card.public_id, 1])
        assert enter(firm.lin).get(old).status_code == 404
        assert enter(firm.wang).get(old).status_code == 200


class TestPaper:
    def test_it_is_a_pdf_that_no_cache_keeps(self, firm, published):
        response = enter(firm.lin).get(reverse("card_pdf", args=[published.public_id, 1]))
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
        assert "no-store" in response["Cache-Control"]
        assert response["Content-Disposition"].startswith("inline")

    def test_a_draft_has_no_paper(self, firm):
        card = firm.card()
        assert enter(firm.wang).get(reverse("card_pdf", args=[card.public_id, 1])).status_code == 404


def test_the_history_tells_who_when_and_why(firm):
    card = firm.card()
    workflow.take("submit", card, by=user(firm.wang), at=november(3))
    workflow.take("send_back", card, by=user(firm.qian), at=november(4), note="抽查太少")
    page = enter(firm.wang).get(reverse("card_history", args=[card.public_id])).content.decode()
    assert page.index("退回了考核表") < page.index("提交了考核表")
    assert "抽查太少" in page
    assert "钱总监" in page
    assert CardEvent.objects.count() == 2


def test_the_list_shows_own_published_cards_only(firm, published):
    firm.card(firm.chen)
    assert "2026年10月" in enter(firm.lin).get("/cards/").content.decode()
    assert "还没有考核表" in enter(firm.chen).get("/cards/").content.decode()


class TestComment:
    def test_the_assessor_writes_it_on_a_draft(self, firm):
        card = firm.card()
        client = enter(firm.wang)
        client.post(reverse("card_comment", args=[card.public_id]), {"comment": "响应很快"})
        page = client.get(reverse("card", args=[card.public_id])).content.decode()
        assert "响应很快" in page
        assert client.get(reverse("card_comment", args=[card.public_id])).status_code == 405

    def test_nobody_else_does(self, firm):
        card = firm.card()
        address = reverse("card_comment", args=[card.public_id])
        assert enter(firm.zhao).post(address, {"comment": "x"}).status_code == 403
        assert enter(firm.lin).post(address, {"comment": "x"}).status_code == 404

    def test_a_long_one_is_refused_in_words(self, firm):
        card = firm.card()
        client = enter(firm.wang)
        client.post(reverse("card_comment", args=[card.public_id]), {"comment": "长" * 401})
        page = client.get(reverse("card", args=[card.public_id])).content.decode()
        assert "长长长" not in page
        assert "note bad" in page
