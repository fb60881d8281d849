"""The month's board: columns, what is missing, what needs eyes, passing on together."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardEvent, CardState, CardVersion, OpeningMonth
from tests import factories
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter, pass_on


def board(firm) -> str:
    """The board's address."""
    return reverse("board", args=[firm.review.public_id])


def bulk(firm, act: str) -> str:
    """The page that passes cards on."""
    return reverse("board_act", args=[firm.review.public_id, act])


def shown(client, address: str) -> dict[str, str]:
    """What the page of a bulk act posts for the cards it names."""
    found = re.search(r'name="stamps" value="([^"]+)"', client.get(address).content.decode())
    return {"stamps": found[1]} if found else {}


def states() -> set[str]:
    """The states of all cards."""
    return set(Card.objects.values_list("state", flat=True))


@pytest.fixture
def lacking(firm) -> Card:
    """Chen's draft, which lacks nearly everything."""
    return firm.card(firm.chen, facts={"sales": "90000.00", "sales_target": "100000.00"})


class TestWhoSees:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("wang", 200), ("zhao", 200), ("qian", 200), ("sun", 200), ("lin", 404), ("zhou", 404)],
        ids=["supervisor", "manager", "director", "HR", "agent", "finance"],
    )
    def test_the_board(self, firm, who, status):
        firm.card()
        assert enter(getattr(firm, who)).get(board(firm)).status_code == status

    def test_a_supervisor_of_another_team_sees_no_card_of_this_one(self, firm):
        firm.card()
        other = factories.unit("other", parent=firm.shop)
        lead = factories.person("何主管", unit=other, position=factories.position("supervisor"))
        factories.role(lead, "supervisor", other)
        assert enter(lead).get(board(firm)).status_code == 404

    def test_the_own_card_is_not_on_the_own_board(self, firm):
        own = firm.card(firm.wang, assessor=firm.zhao, approver=firm.qian, decider=firm.sun)
        firm.card()
        page = enter(firm.wang).get(board(firm)).content.decode()
        assert str(own.public_id) not in page

    def test_no_amounts_but_multipliers(self, firm):
        firm.card()
        page = enter(firm.wang).get(board(firm)).content.decode()
        assert "系数" in page
        assert "3,500" not in page
        assert "1,350" not in page

    def test_the_latest_month_is_led_to(self, firm):
        firm.card()
        assert enter(firm.wang).get("/month/").headers["Location"] == board(firm)
        assert "还没有月评" in enter(firm.lin).get("/month/").content.decode()


def test_an_open_card_has_no_total_and_its_lines_lead_to_where_they_are_filled(firm, lacking):
    page = enter(firm.wang).get(board(firm)).content.decode()
    assert "不出总分" in page
    assert reverse("check_new", args=[firm.chen.public_id]) in page
    assert "培训" in page
    assert "可以提交" in page


def test_what_needs_eyes_stands_first_with_its_reason(firm):
    firm.card()
    moved = firm.card(firm.chen)
    OpeningMonth.objects.create(person=firm.chen, month=date(2026, 9, 1), total=D("70.00"))
    page = enter(firm.wang).get(board(firm)).content.decode()
    assert "先看一眼" in page
    assert "比 9月高" in page
    assert page.index("陈一帆") < page.index("林小满")
    assert moved.current.total > 80


class TestSubmit:
    def test_it_names_the_cards_and_freezes_them_in_one_act(self, firm, lacking):
        firm.card()
        client = enter(firm.wang)
        page = client.get(bulk(firm, "submit")).content.decode()
        assert "林小满" in page
        assert "陈一帆" not in page
        assert "数据冻结" in page
        assert client.post(bulk(firm, "submit"), shown(client, bulk(firm, "submit"))).status_code == 302
        assert states() == {CardState.SUBMITTED, CardState.DRAFT}

    def test_all_or_nothing_with_every_cause(self, firm):
        card, other = firm.card(), firm.card(firm.chen)
        client = enter(firm.wang)
        posted = shown(client, bulk(firm, "submit"))
        CardVersion.objects.filter(pk=other.current_id).update(sha256="another")
        refused = client.post(bulk(firm, "submit"), posted)
        assert refused.status_code == 409
        assert "陈一帆" in refused.content.decode()
        assert states() == {CardState.DRAFT}
        assert card.events.count() == 0

    def test_somebody_was_quicker(self, firm):
        card = firm.card()
        client = enter(firm.wang)
        posted = shown(client, bulk(firm, "submit"))
        workflow.take("submit", card, by=user(firm.wang), at=november(3))
        refused = client.post(bulk(firm, "submit"), posted)
        assert refused.status_code == 409
        assert "王组长" in refused.content.decode()
        assert CardEvent.objects.filter(act="submit").count() == 1

    def test_unseen_cards_that_need_eyes_need_a_reason(self, firm):
        card = firm.card()
        OpeningMonth.objects.create(person=firm.lin, month=date(2026, 9, 1), total=D("70.00"))
        client = enter(firm.wang)
        posted = shown(client, bulk(firm, "submit"))
        assert client.post(bulk(firm, "submit"), posted).status_code == 422
        assert states() == {CardState.DRAFT}
        client.get(reverse("card", args=[card.public_id]))
        assert client.post(bulk(firm, "submit"), posted).status_code == 302

    def test_a_reason_stands_for_them(self, firm):
        firm.card()
        OpeningMonth.objects.create(person=firm.lin, month=date(2026, 9, 1), total=D("70.00"))
        client = enter(firm.wang)
        posted = {**shown(client, bulk(firm, "submit")), "note": "九月请假，数据正常"}
        assert client.post(bulk(firm, "submit"), posted).status_code == 302
        assert CardEvent.objects.get().note.text == "九月请假，数据正常"

    @pytest.mark.parametrize("stamps", ["", "x", "eyJ4IjoxfQ:1abc:forged"], ids=["none", "text", "forged"])
    def test_what_the_page_did_not_show_is_not_taken(self, firm, stamps):
        firm.card()
        assert enter(firm.wang).post(bulk(firm, "submit"), {"stamps": stamps}).status_code == 422
        assert states() == {CardState.DRAFT}

    @pytest.mark.parametrize(("who", "status"), [("qian", 422), ("zhao", 422), ("lin", 404), ("sun", 422)])
    def test_nobody_else_submits_with_anothers_page(self, firm, who, status):
        firm.card()
        posted = shown(enter(firm.wang), bulk(firm, "submit"))
        assert enter(getattr(firm, who)).post(bulk(firm, "submit"), posted).status_code == status
        assert states() == {CardState.DRAFT}

    def test_a_page_of_another_act_does_not_fit(self, firm):
        firm.card()
        client = enter(firm.wang)
        posted = shown(client, bulk(firm, "submit"))
        assert client.post(bulk(firm, "publish"), posted).status_code == 422
        assert states() == {CardState.DRAFT}

    def test_a_card_that_went_to_another_board_is_told(self, firm):
        card = firm.card()
        client = enter(firm.wang)
        posted = shown(client, bulk(firm, "submit"))
        elsewhere = factories.unit("elsewhere", parent=firm.shop)
        deputy = factories.person("何主管", unit=elsewhere, position=factories.position("supervisor"))
        Card.objects.filter(pk=card.pk).update(unit=elsewhere, assessor=deputy)
        answer = client.post(bulk(firm, "submit"), posted)
        assert answer.status_code in {404, 422}
        assert states() == {CardState.DRAFT}


def test_a_bulk_act_takes_all_of_the_filter_and_nothing_else(firm):
    firm.card()
    firm.card(firm.chen)
    client = enter(firm.wang)
    address = f"{bulk(firm, 'submit')}?q=lxm"
    posted = shown(client, address)
    assert "陈一帆" not in client.get(address).content.decode()
    assert client.post(address, posted).status_code == 302
    assert list(Card.objects.filter(state="submitted").values_list("person__name", flat=True)) == ["林小满"]


def test_the_director_publishes_all_submitted(firm):
    for person in (firm.lin, firm.chen):
        pass_on(firm, firm.card(person), "submitted")
    client = enter(firm.qian)
    assert "批准并公布这 2 张" in client.get(board(firm)).content.decode()
    client.post(bulk(firm, "publish"), shown(client, bulk(firm, "publish")))
    assert states() == {CardState.PUBLISHED}


def test_the_month_closes_on_its_own_page_when_all_are_confirmed(firm):
    pass_on(firm, firm.card(firm.lin), "confirmed")
    chen = pass_on(firm, firm.card(firm.chen), "published")
    client = enter(firm.zhao)
    closing = reverse("month_close", args=[firm.review.public_id])
    waiting = client.get(board(firm)).content.decode()
    assert "还有 1 张没有确认" in waiting
    assert f'href="{closing}"' in waiting
    workflow.take("confirm", chen, by=user(firm.chen), at=november(6))
    ready = client.get(board(firm)).content.decode()
    assert f'<a class="btn-k wide column-act" href="{closing}">' in ready
    assert client.post(bulk(firm, "close")).status_code == 404


def test_the_closer_is_led_to_the_closing_page_and_nobody_else(firm):
    pass_on(firm, firm.card(firm.lin), "confirmed")
    pass_on(firm, firm.card(firm.chen), "published")
    closing = reverse("month_close", args=[firm.review.public_id])
    page = enter(firm.zhao).get(board(firm)).content.decode()
    assert closing in page
    assert "陈一帆" in page
    for who in (firm.wang, firm.qian, firm.sun):
        assert closing not in enter(who).get(board(firm)).content.decode()


@pytest.mark.parametrize("act", ["close", "approve", "pay", "confirm", "x"])
def test_other_acts_are_not_done_in_bulk_here(firm, act):
    firm.card()
    assert enter(firm.sun).post(bulk(firm, act)).status_code == 404


@pytest.mark.parametrize("who", ["wang", "qian", "zhao"])
def test_leaders_find_their_work_on_the_start_page(firm, who):
    first = pass_on(firm, firm.card(firm.lin), "published")
    workflow.take("object", first, by=user(firm.lin), at=november(6), objections={"disputes": "物流原因"})
    pass_on(firm, firm.card(firm.chen), "submitted")
    firm.card(factories.person("新人", unit=firm.team, position=factories.position()))
    said = {"wang": "提交 1 张考核表", "qian": "批准 1 张考核表", "zhao": "答复 1 张考核表的异议"}
    assert said[who] in enter(getattr(firm, who)).get("/").content.decode()
