"""From the objection to the second look: drafts, answers with before and after, windows, versions side by side."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardState, CardVersion, Draft, Evidence, Objection
from reviews.services import deliveries
from reviews.services.cards import record_opening
from reviews.workflow import Answer
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter
from tests.reviews.views.test_evidence import picture

TWO = {
    "line-follow_up": "on",
    "reason-follow_up": "少算一次",
    "line-disputes": "on",
    "reason-disputes": "物流原因",
}
ANSWERS = {
    "verdict-follow_up": "upheld",
    "key-follow_up": "follow_up",
    "value-follow_up": "5",
    "text-follow_up": "少算了一次，已补上。",
    "verdict-disputes": "rejected",
    "text-disputes": "记录属实，维持原分。",
}


def page_of(card: Card, name: str, *more: object) -> str:
    """The address of one of a card's pages."""
    return reverse(name, args=[card.public_id, *more])


@pytest.fixture
def objected(firm, published) -> Card:
    """Lin objects to two lines."""
    reasons = {"follow_up": "少算一次", "disputes": "物流原因"}
    workflow.take("object", published, by=user(firm.lin), at=november(6), objections=reasons)
    return published


@pytest.fixture
def answered(firm, objected) -> Card:
    """One of the two is upheld."""
    answers = [
        Answer("follow_up", upheld=True, text="已补上", key="follow_up", value=D(5)),
        Answer("disputes", upheld=False, text="记录属实"),
    ]
    workflow.take("answer", objected, by=user(firm.zhao), at=november(6), answers=answers)
    return objected


def test_an_agent_objects_to_two_lines_and_one_is_upheld(firm, published):
    """The whole way through the pages: picture, preview, answers, second look, agreement."""
    lin, zhao = enter(firm.lin), enter(firm.zhao)
    before = published.current.total
    shot = SimpleUploadedFile("记录.png", picture())
    sent = lin.post(
        page_of(published, "card_object"), {"stamp": published.stamp, **TWO, "file-follow_up": shot}
    )
    assert sent.status_code == 302
    assert Evidence.objects.get().objection == Objection.objects.get(line="follow_up")
    assert not Draft.objects.exists()

    published.refresh_from_db()
    asked = zhao.get(page_of(published, "card_answer")).content.decode()
    assert all(said in asked for said in ("少算一次", "物流原因", "记录.png", "数据与来源"))
    stamped = {"stamp": published.stamp, **ANSWERS}
    shown = zhao.post(page_of(published, "card_answer_preview"), stamped, HTTP_HX_REQUEST="true")
    words = shown.content.decode()
    assert all(said in words for said in ("4.00", "5.00", "+1.00", str(before), str(before + 1)))
    assert CardVersion.objects.filter(card=published).count() == 1
    assert zhao.post(page_of(published, "card_answer"), stamped).status_code == 302

    published.refresh_from_db()
    assert (published.current.number, published.current.total) == (2, before + D("1.00"))
    look = lin.get(page_of(published, "card_second_look")).content.decode()
    assert all(said in look for said in ("4.00 → 5.00", "维持", "赵经理", "已补上", "坚持异议", "11月9日"))
    published.refresh_from_db()
    replied = lin.post(page_of(published, "card_act", "agree"), {"stamp": published.stamp})
    assert replied.status_code == 302
    published.refresh_from_db()
    assert published.state == CardState.CONFIRMED
    assert set(Objection.objects.values_list("line", "outcome", "reply")) == {
        ("follow_up", "upheld", "agree"),
        ("disputes", "rejected", "agree"),
    }
    assert lin.post(page_of(published, "card_act", "agree"), {"stamp": published.stamp}).status_code == 409


class TestDraft:
    def test_it_comes_back_as_typed_with_its_ticks(self, firm, published):
        client = enter(firm.lin)
        client.post(page_of(published, "card_object_draft"), {"stamp": published.stamp, **TWO})
        page = client.get(page_of(published, "card_object")).content.decode()
        assert "少算一次" in page
        assert page.count(" checked") == 2

    def test_a_pasted_chat_is_covered_before_it_is_kept(self, firm, published):
        typed = {"stamp": published.stamp, "text-disputes": "电话 13812345678，地址：杭州市西湖区文三路12号"}
        enter(firm.lin).post(page_of(published, "card_object_draft"), typed)
        assert "13812345678" not in Draft.objects.get().content["text-disputes"]

    def test_words_from_before_a_correction_are_offered_and_not_lost(self, firm, published):
        client = enter(firm.lin)
        client.post(page_of(published, "card_object_draft"), {"stamp": published.stamp, **TWO})
        old = published.stamp
        workflow.take("ask_return", published, by=user(firm.sun), at=november(6), note="重算")
        workflow.take("return", published, by=user(firm.qian), at=november(6), note="")
        assert client.post(page_of(published, "card_object_draft"), TWO).status_code == 404
        workflow.take("submit", published, by=user(firm.wang), at=november(6))
        workflow.take("publish", published, by=user(firm.qian), at=november(6))
        late = client.post(page_of(published, "card_object_draft"), {"stamp": old, **TWO})
        assert (late.status_code, "文字已保存" in late.content.decode()) == (409, True)
        page = client.get(page_of(published, "card_object")).content.decode()
        assert "用之前写的内容" in page
        assert "少算一次" not in page
        assert "少算一次" in client.get(page_of(published, "card_object") + "?older=1").content.decode()
        client.post(page_of(published, "card_object"), {"stamp": published.stamp, **TWO})
        assert not Draft.objects.exists()

    def test_a_log_in_that_ended_sends_to_the_log_in_and_keeps_what_there_was(self, firm, published):
        client = enter(firm.lin)
        client.post(page_of(published, "card_object_draft"), {"stamp": published.stamp, **TWO})
        client.logout()
        assert client.post(page_of(published, "card_object_draft"), TWO).status_code == 302
        assert "少算一次" in enter(firm.lin).get(page_of(published, "card_object")).content.decode()

    def test_the_answers_have_theirs(self, firm, objected):
        client = enter(firm.zhao)
        kept = client.post(page_of(objected, "card_answer_draft"), {"stamp": objected.stamp, **ANSWERS})
        assert "已保存" in kept.content.decode()
        assert "少算了一次，已补上。" in client.get(page_of(objected, "card_answer")).content.decode()
        client.post(page_of(objected, "card_answer"), {"stamp": objected.stamp, **ANSWERS})
        assert not Draft.objects.exists()
        assert client.post(page_of(objected, "card_answer_draft"), ANSWERS).status_code == 409


class TestPreview:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"verdict-follow_up": "rejected"}, "不会有变化"),
            ({"value-follow_up": "6"}, "最大是 5"),
            ({"key-follow_up": "sales"}, "哪个数据有误"),
            (
                {
                    "verdict-bonus": "upheld",
                    "key-bonus": "sales",
                    "value-bonus": "9",
                    "verdict-follow_up": "",
                },
                "不会",
            ),
        ],
        ids=["points stay", "above the highest", "another line's figure", "a line nobody objected to"],
    )
    def test_it_says_why_nothing_changes(self, firm, objected, changed, said):
        answer = enter(firm.zhao).post(
            page_of(objected, "card_answer_preview"), {**ANSWERS, **changed}, HTTP_HX_REQUEST="true"
        )
        assert (answer.status_code, said in answer.content.decode()) == (200, True)

    def test_without_script_it_stands_on_the_page_with_everything_typed(self, firm, objected):
        page = enter(firm.zhao).post(page_of(objected, "card_answer_preview"), ANSWERS).content.decode()
        assert "+1.00" in page
        assert "记录属实，维持原分。" in page

    @pytest.mark.parametrize(("who", "status"), [("lin", 403), ("chen", 404), ("wang", 403), ("qian", 403)])
    def test_it_is_the_deciders(self, firm, objected, who, status):
        client = enter(getattr(firm, who))
        assert client.post(page_of(objected, "card_answer_preview"), ANSWERS).status_code == status
        assert client.post(page_of(objected, "card_answer_draft"), ANSWERS).status_code == status


class TestWindows:
    """November 2026: the 6th is a Friday; opened at ten, Lin has until the 10th, 18:00."""

    @pytest.mark.parametrize(("seconds", "status"), [(0, 302), (1, 409)], ids=["to the second", "one later"])
    def test_an_objection_to_the_hour(self, firm, published, monkeypatch, seconds, status):
        record_opening(published, by=user(firm.lin), at=november(6))
        end = published.window_ends_at
        monkeypatch.setattr("django.utils.timezone.now", lambda: end + timedelta(seconds=seconds))
        answer = enter(firm.lin).post(page_of(published, "card_object"), {"stamp": published.stamp, **TWO})
        assert answer.status_code == status
        if status == 409:
            assert "请联系人力" in answer.content.decode()
            assert Draft.objects.get().content["reason-disputes"] == "物流原因"

    @pytest.mark.parametrize(("seconds", "status"), [(0, 302), (1, 409)], ids=["to the second", "one later"])
    def test_a_maintained_objection_to_the_hour(self, firm, answered, monkeypatch, seconds, status):
        record_opening(answered, by=user(firm.lin), at=november(6))
        end = answered.window_ends_at
        monkeypatch.setattr("django.utils.timezone.now", lambda: end + timedelta(seconds=seconds))
        client = enter(firm.lin)
        answer = client.post(page_of(answered, "card_act", "maintain"), {"stamp": answered.stamp})
        assert answer.status_code == status

    def test_nothing_delivered_says_so_and_never_ends(self, firm, published):
        page = enter(firm.lin).get("/").content.decode()
        assert "还没有送达，不会视为确认" in page

    def test_delivery_and_end_stand_on_the_card(self, firm, published):
        page = enter(firm.lin).get(page_of(published, "card")).content.decode()
        assert "11月6日 10:00 送达。请在 11月10日（周二）18:00 前确认或提出异议" in page

    def test_silence_is_said_with_delivery_and_hour(self, firm, published):
        record_opening(published, by=user(firm.lin), at=november(6))
        end = published.window_ends_at
        workflow.take("silence", published, by=None, at=end + timedelta(seconds=1))
        page = enter(firm.lin).get(page_of(published, "card")).content.decode()
        assert "11月6日 10:00 送达，11月10日（周二）18:00 前没有操作，视为确认" in page

    def test_silence_after_an_answer_agrees_and_the_card_says_so(self, firm, answered):
        record_opening(answered, by=user(firm.lin), at=november(6))
        workflow.take("silence", answered, by=None, at=answered.window_ends_at + timedelta(seconds=1))
        page = enter(firm.lin).get(page_of(answered, "card")).content.decode()
        assert "答复 11月6日 10:00 送达，11月9日（周一）18:00 前没有操作，视为同意" in page


class TestSecondLook:
    def test_opening_it_delivers_the_answer(self, firm, answered):
        assert answered.delivered_at is None
        enter(firm.lin).get(page_of(answered, "card_second_look"))
        answered.refresh_from_db()
        assert answered.delivered_at == november(6)

    @pytest.mark.parametrize(("who", "status"), [("chen", 404), ("wang", 403), ("zhao", 403), ("zhou", 404)])
    def test_it_is_the_agents(self, firm, answered, who, status):
        assert enter(getattr(firm, who)).get(page_of(answered, "card_second_look")).status_code == status
        answered.refresh_from_db()
        assert answered.delivered_at is None

    def test_before_the_answer_there_is_none(self, firm, objected):
        client = enter(firm.lin)
        assert client.get(page_of(objected, "card_second_look")).status_code == 409
        assert client.post(page_of(objected, "card_second_look")).status_code == 405


class TestVersions:
    def test_the_changed_line_stands_first_with_its_why(self, firm, answered):
        page = enter(firm.lin).get(page_of(answered, "card_compare")).content.decode()
        body = page[page.index("逐项对照") :]
        assert body.index("跟进与促成") < body.index("销售额完成率")
        assert "1 项有变化，排在前面" in body
        assert "赵经理 11月6日 10:00 认定异议成立：已补上" in body
        assert "异议成立：跟进与促成" in page
        assert "+1.00" in body

    @pytest.mark.parametrize(
        ("who", "money"), [("lin", True), ("sun", True), ("wang", False), ("zhao", False)]
    )
    def test_money_for_those_who_see_it(self, firm, answered, who, money):
        page = enter(getattr(firm, who)).get(page_of(answered, "card_compare")).content.decode()
        assert ("绩效工资" in page) is money

    @pytest.mark.parametrize(
        "query", ["?old=1&new=1", "?old=1&new=9", "?old=x&new=2", "?old=1", "?old=-1&new=2", "?old=1&new=²"]
    )
    def test_what_is_not_there_is_not_found(self, firm, answered, query):
        assert enter(firm.lin).get(page_of(answered, "card_compare") + query).status_code == 404

    def test_turned_round_is_put_right(self, firm, answered):
        assert enter(firm.lin).get(page_of(answered, "card_compare") + "?old=2&new=1").status_code == 200

    def test_the_agent_never_reads_a_version_that_was_not_published(self, firm):
        card = firm.card()
        workflow.take("submit", card, by=user(firm.wang), at=november(3))
        workflow.take("send_back", card, by=user(firm.qian), at=november(4), note="抽查太少")
        workflow.take("submit", card, by=user(firm.wang), at=november(4))
        workflow.take("publish", card, by=user(firm.qian), at=november(5))
        lin, wang = enter(firm.lin), enter(firm.wang)
        assert lin.get(page_of(card, "card_compare") + "?old=1&new=2").status_code == 404
        assert lin.get(page_of(card, "card_compare")).status_code == 404
        assert "新旧版本对照" not in lin.get(page_of(card, "card")).content.decode()
        page = wang.get(page_of(card, "card_compare")).content.decode()
        assert "退回重算：抽查太少" in page
        assert "新旧版本对照" in wang.get(page_of(card, "card")).content.decode()
        assert "新旧版本对照" in wang.get(page_of(card, "card_history")).content.decode()


def test_an_objection_left_open_by_a_return_does_not_block_the_next_one(firm, objected):
    """The card goes back with its objection unanswered; published again, Lin objects to the same line."""
    workflow.take("ask_return", objected, by=user(firm.sun), at=november(6), note="重算")
    workflow.take("return", objected, by=user(firm.qian), at=november(6), note="")
    workflow.take("submit", objected, by=user(firm.wang), at=november(7))
    workflow.take("publish", objected, by=user(firm.qian), at=november(7))
    workflow.take("object", objected, by=user(firm.lin), at=november(8), objections={"disputes": "还是物流"})
    page = enter(firm.zhao).get(page_of(objected, "card_answer")).content.decode()
    assert "还是物流" in page
    assert "少算一次" not in page
    answer = Answer("disputes", upheld=False, text="记录属实")
    workflow.take("answer", objected, by=user(firm.zhao), at=november(8), answers=[answer])
    assert deliveries.what_waits(objected) == "answer"
    workflow.take("agree", objected, by=user(firm.lin), at=november(9))
    assert objected.state == CardState.CONFIRMED
