"""Closing the month as one act: what stands in the way, cards set aside, late ones, and who is quicker."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.urls import reverse

from reviews import workflow
from reviews.models import Card, CardEvent, HandOver
from reviews.procedures import load_procedures
from staff.models import Person
from tests import factories
from tests.reviews.hand_overs.conftest import give_back, take_all
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter


def page_of(firm) -> str:
    """The closing page's address."""
    return reverse("month_close", args=[firm.review.public_id])


def shown(client, firm) -> dict[str, str]:
    """What the page's one button posts."""
    answer = client.get(page_of(firm))
    return {"act": "close", "seen": answer.context["closing"].seen, "shown": answer.context["shown"]}


def ticked(*people: Person, **more: str) -> dict[str, str]:
    """What ticking some cards posts."""
    cards = Card.objects.select_related("current").filter(person__in=people)
    return {**{f"card-{card.public_id}": card.stamp for card in cards}, **more}


ASIDE = {"act": "set_aside", "kind": "later", "reason": "病假，回来再确认"}


def state_of(person: Person) -> str:
    return Card.objects.get(person=person).state


@pytest.fixture
def ready(firm) -> Card:
    """林小满's card, confirmed."""
    card = firm.card()
    take_all(firm, [card], "confirm")
    return card


@pytest.fixture
def late(firm) -> Card:
    """陈一帆's card, which the director has not approved."""
    card = firm.card(firm.chen)
    take_all(firm, [card], "submit")
    return card


class TestWhatStandsInTheWay:
    def test_each_card_is_named_with_who_is_awaited_and_since_when(self, firm, ready, late):
        answer = enter(firm.zhao).get(page_of(firm))
        [row] = answer.context["closing"].waiting
        assert (row.card.person, row.who, row.since) == (firm.chen, "钱总监", november(3))
        assert row.due.late > 0
        text = answer.content.decode()
        assert "还没确认：陈一帆" in text
        assert "等钱总监" in text

    def test_closing_is_refused_and_says_why(self, firm, ready, late):
        client = enter(firm.zhao)
        refused = client.post(page_of(firm), shown(client, firm))
        assert refused.status_code == 409
        assert "陈一帆" in refused.content.decode()
        assert state_of(firm.lin) == "confirmed"

    def test_what_is_late_stands_first(self, firm, ready, late):
        card = firm.card(factories.person("冯新人", unit=firm.team, position=factories.position()))
        rows = enter(firm.zhao).get(page_of(firm)).context["closing"].waiting
        assert [row.card.pk for row in rows] == [card.pk, late.pk]

    def test_exceptions_come_first_among_those_to_be_closed(self, firm, ready):
        silent = firm.card(firm.chen)
        take_all(firm, [silent], "publish")
        super(type(Card.objects.all()), Card.objects.filter(pk=silent.pk)).update(
            delivered_at=november(4), window_ends_at=november(9)
        )
        workflow.take("silence", Card.objects.get(pk=silent.pk), by=None, at=november(10))
        rows = enter(firm.zhao).get(page_of(firm)).context["closing"].closable
        assert [row.card.pk for row in rows] == [silent.pk, ready.pk]
        assert "视为确认" in rows[0].flags


class TestClose:
    def test_one_button_closes_the_month(self, firm, ready):
        client = enter(firm.zhao)
        answer = client.post(page_of(firm), shown(client, firm))
        assert answer.headers["Location"] == reverse("board", args=[firm.review.public_id])
        firm.review.refresh_from_db()
        assert (state_of(firm.lin), firm.review.closed_at) == ("closed", november(12))
        assert "本月已关账：1 张考核表。" in client.get("/").content.decode()

    def test_a_second_press_changes_nothing_and_says_who_was_first(self, firm, ready):
        client = enter(firm.zhao)
        posted = shown(client, firm)
        for status in (302, 409):
            answer = client.post(page_of(firm), posted)
            assert answer.status_code == status
        assert "赵经理" in answer.content.decode()
        assert CardEvent.objects.filter(act="close").count() == 1

    def test_a_card_returned_meanwhile_is_named(self, firm, ready):
        client = enter(firm.zhao)
        posted = shown(client, firm)
        give_back(firm, firm.lin)
        refused = client.post(page_of(firm), posted)
        assert refused.status_code == 409
        assert "林小满" in refused.content.decode()
        assert "你的操作没有改变任何内容" in refused.content.decode()

    TAMPERED = (
        {"act": "close"},
        {"act": "close", "seen": "0" * 64, "shown": "never"},
        {"act": "close", "seen": "x", "shown": "2026-11-12T09:00:00"},
    )

    def test_tampering_is_refused(self, firm, ready):
        client = enter(firm.zhao)
        assert [client.post(page_of(firm), posted).status_code for posted in self.TAMPERED] == [409] * 3
        assert state_of(firm.lin) == "confirmed"

    def test_an_unknown_act_is_refused(self, firm, ready):
        assert enter(firm.zhao).post(page_of(firm), {"act": "pay"}).status_code == 422

    def test_the_old_address_is_gone(self, firm, ready):
        address = reverse("board_act", args=[firm.review.public_id, "close"])
        assert enter(firm.zhao).get(address).status_code == 404


class TestSetAside:
    def test_the_month_closes_without_it(self, firm, ready, late):
        client = enter(firm.zhao)
        assert client.post(page_of(firm), ticked(firm.chen, **ASIDE)).status_code == 302
        text = client.get(page_of(firm)).content.decode()
        assert "暂缓：病假，回来再确认" in text
        assert "搁置 1 张" in text
        assert client.post(page_of(firm), shown(client, firm)).status_code == 302
        assert (state_of(firm.lin), state_of(firm.chen)) == ("closed", "submitted")

    def test_several_at_once_with_one_reason(self, firm, ready, late):
        other = firm.card(factories.person("冯新人", unit=firm.team, position=factories.position()))
        posted = ticked(firm.chen, other.person, **{**ASIDE, "kind": "apart"})
        assert enter(firm.zhao).post(page_of(firm), posted).status_code == 302
        notes = {event.note.text for event in CardEvent.objects.filter(act="set_aside")}
        assert notes == {"单独处理：病假，回来再确认"}
        assert Card.objects.filter(set_aside_at=november(12)).count() == 2

    def test_taken_back_it_stands_in_the_way_again(self, firm, ready, late):
        client = enter(firm.zhao)
        client.post(page_of(firm), ticked(firm.chen, **ASIDE))
        assert client.post(page_of(firm), ticked(firm.chen, act="take_back")).status_code == 302
        closing = client.get(page_of(firm)).context["closing"]
        assert closing.blocked
        # It waits since it was submitted, not since somebody set it aside.
        assert [row.since for row in closing.waiting] == [november(3)]
        assert client.post(page_of(firm), ticked(firm.chen, act="take_back")).status_code == 409

    BAD: ClassVar = {
        "no reason": {"reason": "  "},
        "an unknown kind": {"kind": "gone"},
        "too long": {"reason": "很" * 401},
        "a card that is not here": {"card-1f2e": "0."},
    }

    def test_bad_input_is_named_and_keeps_what_was_typed(self, firm, late):
        client, card = enter(firm.zhao), Card.objects.select_related("current").get(pk=late.pk)
        for what, changed in self.BAD.items():
            refused = client.post(page_of(firm), ticked(firm.chen, **{**ASIDE, **changed}))
            assert refused.status_code == 422, what
            assert f'card-{card.public_id}" value="{card.stamp}" checked' in refused.content.decode(), what
        assert client.post(page_of(firm), ASIDE).status_code == 422, "nothing ticked"
        assert Card.objects.get(pk=late.pk).set_aside_at is None

    def test_a_card_that_moved_meanwhile_is_refused(self, firm, late):
        posted = ticked(firm.chen, **ASIDE)
        workflow.take("publish", late, by=user(firm.qian), at=november(12))
        assert enter(firm.zhao).post(page_of(firm), posted).status_code == 409
        assert Card.objects.get(pk=late.pk).set_aside_at is None


class TestAfterTheMonth:
    @pytest.fixture
    def closed_month(self, firm, ready, late):
        """The month closed without 陈一帆's card, and handed over."""
        client = enter(firm.zhao)
        client.post(page_of(firm), ticked(firm.chen, **ASIDE))
        client.post(page_of(firm), shown(client, firm))
        workflow.take("approve", Card.objects.get(person=firm.lin), by=user(firm.sun), at=november(12))
        return client

    def test_the_same_page_closes_what_comes_later(self, firm, closed_month):
        text = closed_month.get(page_of(firm)).content.decode()
        assert "补充关账" in text
        assert "set_aside" not in text
        workflow.take("publish", Card.objects.get(person=firm.chen), by=user(firm.qian), at=november(12))
        workflow.take("confirm", Card.objects.get(person=firm.chen), by=user(firm.chen), at=november(12))
        assert page_of(firm) in closed_month.get("/").content.decode()
        assert closed_month.post(page_of(firm), shown(closed_month, firm)).status_code == 302
        assert state_of(firm.chen) == "closed"
        workflow.take("approve", Card.objects.get(person=firm.chen), by=user(firm.sun), at=november(12))
        assert list(HandOver.objects.values_list("number", "cards")) == [(1, 1), (2, 1)]

    def test_nothing_is_set_aside_any_more(self, firm, closed_month):
        assert closed_month.post(page_of(firm), ticked(firm.chen, **ASIDE)).status_code == 409


class TestWhoMay:
    # A supervisor, the director and HR see the month and do not close agents' cards.
    ANSWERS: ClassVar = {"wang": 403, "qian": 403, "sun": 403, "zhou": 404, "wu": 404, "lin": 404}

    def test_only_the_manager_closes(self, firm, ready):
        for who, status in self.ANSWERS.items():
            client = enter(getattr(firm, who))
            asked = [client.get(page_of(firm))]
            asked += [
                client.post(page_of(firm), posted) for posted in ({"act": "close"}, ticked(firm.lin, **ASIDE))
            ]
            assert [answer.status_code for answer in asked] == [status] * 3, who
        assert state_of(firm.lin) == "confirmed"
        assert enter(firm.zhao).get(page_of(firm)).status_code == 200

    def test_a_manager_of_another_branch_finds_nothing(self, firm, ready):
        other = factories.unit("other", parent=firm.root, kind="branch")
        stranger = factories.person("外店经理", unit=other, position=firm.zhao.assignments.get().position)
        factories.role(stranger, "manager", other)
        assert enter(stranger).get(page_of(firm)).status_code == 404
        missing = reverse("month_close", args=["00000000-0000-4000-8000-000000000000"])
        assert enter(firm.zhao).get(missing).status_code == 404

    def test_the_own_card_is_closed_by_somebody_else(self, firm, ready):
        own = firm.card(firm.zhao, assessor=firm.qian, approver=firm.sun, decider=firm.wu)
        client = enter(firm.zhao)
        [row] = client.get(page_of(firm)).context["closing"].waiting
        assert (row.card.pk, row.mine) == (own.pk, False)
        assert f"card-{own.public_id}" not in client.get(page_of(firm)).content.decode()
        assert client.post(page_of(firm), ticked(firm.zhao, **ASIDE)).status_code == 403
        assert Card.objects.get(pk=own.pk).set_aside_at is None

    def test_no_amounts(self, firm, ready, late):
        text = enter(firm.zhao).get(page_of(firm)).content.decode()
        assert "系数" in text
        assert "3500" not in text.replace(",", "")


def test_the_board_and_the_todos_lead_to_it(firm, ready):
    client = enter(firm.zhao)
    for page in ("/", reverse("board", args=[firm.review.public_id])):
        assert page_of(firm) in client.get(page).content.decode()


def test_where_one_person_does_it_all_the_page_says_what_followed(firm, ready):
    firm.review.procedure = load_procedures()["small"]
    firm.review.save(update_fields=["procedure"])
    for role in ("hr", "finance"):
        factories.role(firm.qian, role, firm.root)
    client = enter(firm.qian)
    client.post(page_of(firm), shown(client, firm))
    assert state_of(firm.lin) == "paid"
    assert "已一并移交并确认发放" in client.get("/").content.decode()


def test_in_english_and_every_card_in_one_place(firm, ready, late):
    answer = enter(firm.zhao, "en").get(page_of(firm))
    closing = answer.context["closing"]
    assert "waits for 钱总监" in answer.content.decode()
    assert len(closing.unclosed) + closing.done == closing.total == 2
