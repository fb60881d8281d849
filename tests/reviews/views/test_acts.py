"""Acts on the portal: each asks once more, each is refused in words, each happens once."""

from __future__ import annotations

from decimal import Decimal as D
from typing import ClassVar

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardEvent, CardState, Draft, Objection
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter, pass_on


def address(card: Card, name: str) -> str:
    """The page of an act."""
    return reverse("card_act", args=[card.public_id, name])


def state_of(card: Card) -> str:
    """Where a card stands in the database."""
    return Card.objects.get(pk=card.pk).state


class TestConfirm:
    def test_it_asks_once_more_and_says_what_is_lost(self, firm, published):
        page = enter(firm.lin).get(address(published, "confirm")).content.decode()
        assert "确认后不能再提异议" in page
        assert str(published.current.total) in page
        assert state_of(published) == CardState.PUBLISHED

    def test_it_works(self, firm, published):
        response = enter(firm.lin).post(address(published, "confirm"), {"stamp": published.stamp})
        assert response.status_code == 302
        assert state_of(published) == CardState.CONFIRMED

    def test_a_double_tap_confirms_once_and_says_so(self, firm, published):
        client = enter(firm.lin)
        client.post(address(published, "confirm"), {"stamp": published.stamp})
        second = client.post(address(published, "confirm"), {"stamp": published.stamp})
        assert second.status_code == 409
        assert "你的操作没有改变任何内容" in second.content.decode()
        assert CardEvent.objects.filter(act="confirm").count() == 1

    def test_a_page_that_is_out_of_date_changes_nothing(self, firm, published):
        response = enter(firm.lin).post(address(published, "confirm"), {"stamp": "0.old"})
        assert response.status_code == 409
        assert state_of(published) == CardState.PUBLISHED

    @pytest.mark.parametrize(
        ("who", "status"),
        [("chen", 404), ("zhou", 404), ("wang", 403), ("zhao", 403), ("sun", 403)],
        ids=["another agent", "finance", "supervisor", "manager", "HR"],
    )
    def test_nobody_confirms_for_an_agent(self, firm, published, who, status):
        client = enter(getattr(firm, who))
        assert client.get(address(published, "confirm")).status_code == status
        assert client.post(address(published, "confirm")).status_code == status
        assert state_of(published) == CardState.PUBLISHED


@pytest.mark.parametrize("name", ["approve", "pay", "close", "nonsense", "ask_return"])
def test_acts_that_are_not_the_portals_do_not_exist_here(firm, published, name):
    assert enter(firm.sun).post(address(published, name)).status_code == 404


def test_sending_back_needs_a_reason(firm):
    card = pass_on(firm, firm.card(), "submitted")
    client = enter(firm.qian)
    refused = client.post(address(card, "send_back"), {"stamp": card.stamp, "note": "  "})
    assert refused.status_code == 422
    assert state_of(card) == CardState.SUBMITTED
    client.post(address(card, "send_back"), {"stamp": card.stamp, "note": "抽查太少"})
    assert state_of(card) == CardState.DRAFT


def test_a_supervisor_cannot_submit_or_approve_the_own_card(firm):
    own = firm.card(firm.wang, assessor=firm.zhao, approver=firm.qian, decider=firm.sun)
    assert enter(firm.wang).post(address(own, "submit")).status_code == 404
    workflow.take("submit", own, by=user(firm.zhao), at=november(3))
    assert enter(firm.wang).post(address(own, "publish")).status_code == 404
    workflow.take("publish", own, by=user(firm.qian), at=november(5))
    assert enter(firm.wang).post(address(own, "publish")).status_code in {403, 409}
    assert state_of(own) == CardState.PUBLISHED


def test_an_open_card_is_not_submitted_and_the_lines_are_named(firm):
    card = firm.card(facts={"sales": "1.00", "sales_target": "2.00"})
    page = enter(firm.wang).post(address(card, "submit"), {"stamp": card.stamp})
    assert page.status_code == 422
    assert "服务态度" in page.content.decode()
    assert state_of(card) == CardState.DRAFT


class TestObject:
    def send(self, client, card, **fields):
        data = {name.replace("__", "-"): text for name, text in fields.items()}
        return client.post(reverse("card_object", args=[card.public_id]), {"stamp": card.stamp, **data})

    def test_it_works_line_by_line(self, firm, published):
        response = self.send(
            enter(firm.lin),
            published,
            line__disputes="on",
            reason__disputes="物流原因",
            reason__follow_up="没勾",
        )
        assert response.status_code == 302
        assert state_of(published) == CardState.OBJECTED
        assert [(one.line, one.reason) for one in Objection.objects.all()] == [("disputes", "物流原因")]

    def test_everything_wrong_is_told_at_once_and_the_words_are_kept(self, firm, published):
        client = enter(firm.lin)
        refused = self.send(
            client, published, line__disputes="on", line__follow_up="on", reason__disputes="物流<b>原因</b>"
        )
        assert refused.status_code == 422
        page = refused.content.decode()
        assert "跟进与促成：请写理由" in page
        assert "物流&lt;b&gt;原因&lt;/b&gt;" in page
        assert state_of(published) == CardState.PUBLISHED
        again = client.get(reverse("card_object", args=[published.public_id])).content.decode()
        assert "物流&lt;b&gt;原因&lt;/b&gt;" in again

    def test_nothing_ticked_is_nothing_to_send(self, firm, published):
        assert "至少勾选一项" in self.send(enter(firm.lin), published).content.decode()

    def test_a_line_that_is_not_on_the_card_is_not_one(self, firm, published):
        assert self.send(enter(firm.lin), published, line__bonus="on", reason__bonus="x").status_code == 422

    def test_the_draft_is_kept_while_typing_and_forgotten_when_sent(self, firm, published):
        client = enter(firm.lin)
        typed = {"line-disputes": "on", "reason-disputes": "物流原因"}
        kept = client.post(reverse("card_object_draft", args=[published.public_id]), typed)
        assert "已保存" in kept.content.decode()
        page = client.get(reverse("card_object", args=[published.public_id])).content.decode()
        assert "物流原因" in page
        self.send(client, published, line__disputes="on", reason__disputes="物流原因")
        assert not Draft.objects.exists()

    @pytest.mark.parametrize(("who", "status"), [("chen", 404), ("wang", 403), ("zhao", 403)])
    def test_nobody_objects_for_an_agent(self, firm, published, who, status):
        client = enter(getattr(firm, who))
        assert self.send(client, published, line__disputes="on", reason__disputes="x").status_code == status
        draft = reverse("card_object_draft", args=[published.public_id])
        assert client.post(draft, {"reason-disputes": "x"}).status_code == status
        assert state_of(published) == CardState.PUBLISHED
        assert not Draft.objects.exists()


class TestAnswer:
    @pytest.fixture
    def objected(self, firm, published) -> Card:
        reasons = {"follow_up": "少算一次", "disputes": "物流原因"}
        workflow.take("object", published, by=user(firm.lin), at=november(6), objections=reasons)
        return published

    def send(self, client, card, **fields):
        card.refresh_from_db()
        data = {name.replace("__", "-"): text for name, text in fields.items()}
        return client.post(reverse("card_answer", args=[card.public_id]), {"stamp": card.stamp, **data})

    FULL: ClassVar = {
        "verdict__follow_up": "upheld",
        "key__follow_up": "follow_up",
        "value__follow_up": "5",
        "text__follow_up": "少算了一次，已补上。",
        "verdict__disputes": "rejected",
        "text__disputes": "记录属实，维持原分。",
    }

    def test_upheld_makes_a_new_version_and_the_other_points_stay(self, firm, objected):
        before = objected.current.total
        assert self.send(enter(firm.zhao), objected, **self.FULL).status_code == 302
        objected.refresh_from_db()
        assert objected.current.number == 2
        assert objected.current.total == before + D("1.00")
        page = enter(firm.lin).get(reverse("card", args=[objected.public_id])).content.decode()
        assert "4.00 → 5.00" in page
        assert "坚持异议" in page

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"verdict__disputes": ""}, "改正还是维持原分"),
            ({"text__disputes": " "}, "写给客服一条理由"),
            ({"key__follow_up": "sales"}, "哪个数据有误"),
            ({"key__follow_up": ""}, "哪个数据有误"),
            ({"value__follow_up": "5.1"}, "最大是 5"),
            ({"value__follow_up": "NaN"}, "请写一个数"),
            ({"value__follow_up": "1e9"}, "请写一个数"),
            ({"value__follow_up": "-1"}, "请写一个数"),
            ({"value__follow_up": ""}, "请写一个数"),
        ],
        ids=[
            "no verdict",
            "no reason",
            "another line's figure",
            "no figure",
            "above 5",
            "NaN",
            "exponent",
            "negative",
            "no value",
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_written(self, firm, objected, changed, said):
        refused = self.send(enter(firm.zhao), objected, **{**self.FULL, **changed})
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert "少算了一次，已补上。" in refused.content.decode()
        assert not Objection.objects.exclude(outcome="").exists()

    @pytest.mark.parametrize(("who", "status"), [("lin", 403), ("chen", 404), ("wang", 403), ("qian", 403)])
    def test_only_the_decider_answers(self, firm, objected, who, status):
        client = enter(getattr(firm, who))
        assert client.get(reverse("card_answer", args=[objected.public_id])).status_code == status
        assert self.send(client, objected, **self.FULL).status_code == status

    def test_answered_twice_is_told(self, firm, objected):
        client = enter(firm.zhao)
        self.send(client, objected, **self.FULL)
        assert self.send(client, objected, **self.FULL).status_code == 409

    @pytest.mark.parametrize("reply", ["agree", "maintain"])
    def test_the_agent_replies_and_both_confirm(self, firm, objected, reply):
        self.send(enter(firm.zhao), objected, **self.FULL)
        objected.refresh_from_db()
        client = enter(firm.lin)
        assert "有答复" in client.get("/").content.decode()
        client.post(address(objected, reply), {"stamp": objected.stamp})
        assert state_of(objected) == CardState.CONFIRMED
        assert set(Objection.objects.values_list("reply", flat=True)) == {reply}
