"""Cards tell people: who hears of which act, how a mail delivers a card, reminders and silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from reviews import announcing, tasks
from reviews.models import Card, CardDelivery, CardEvent, CardState, Objection
from reviews.services import deliveries, mailed
from reviews.services.reminders import Reminded, remind, remind_due
from reviews.services.silence import confirm_silent
from reviews.workflow import Answer, take, take_many
from staff.models import Deputy, Message, RoleHolding, User
from staff.services import mailing
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    return company()


def published(firm: Company, **changed) -> Card:
    card = firm.card(**changed)
    take("submit", card, by=user(firm.wang), at=november(3))
    take("publish", card, by=user(firm.qian), at=november(4))
    return card


def objected(firm: Company) -> Card:
    card = published(firm)
    line = card.current.segments.get().lines.first().code
    take("object", card, by=user(firm.lin), at=november(5), objections={line: "不对"})
    return card


def answered(firm: Company) -> Card:
    card = objected(firm)
    [objection] = Objection.objects.all()
    answer = Answer(objection.line, upheld=False, text="维持")
    take("answer", card, by=user(firm.zhao), at=november(6), answers=[answer])
    return card


def heard(kind: str) -> list[str]:
    rows = Message.objects.filter(kind=kind).order_by("person__staff_no")
    return list(rows.values_list("person__name", flat=True))


class TestActs:
    def test_publishing_tells_the_agent_and_nobody_else(self, firm):
        card = published(firm)
        [said] = Message.objects.all()
        assert (said.person, said.kind, said.at) == (firm.lin, "card_published", november(4))
        assert said.params == {"month": "2026-10", "unit": "team"}
        assert said.path == reverse("card", args=[card.public_id])

    def test_a_team_published_together_is_told_one_by_one(self, firm, django_assert_max_num_queries):
        cards = [firm.card(), firm.card(firm.chen)]
        take_many("submit", cards, by=user(firm.wang), at=november(3))
        take_many("publish", cards, by=user(firm.qian), at=november(4))
        assert heard("card_published") == ["林小满", "陈一帆"]

    def test_an_objection_tells_the_decider_and_who_stands_in(self, firm):
        held = RoleHolding.objects.get(person=firm.zhao, role="manager")
        Deputy.objects.create(
            holding=held, person=firm.chen, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 20)
        )
        objected(firm)
        assert heard("card_objected") == ["陈一帆", "赵经理"]

    def test_the_answer_tells_the_agent(self, firm):
        answered(firm)
        assert heard("card_answered") == ["林小满"]

    def test_what_is_sent_back_tells_the_assessor(self, firm):
        card = firm.card()
        take("submit", card, by=user(firm.wang), at=november(3))
        take("send_back", card, by=user(firm.qian), at=november(4), note="请核对退款率")
        assert heard("card_back") == ["王组长"]
        assert heard("card_withdrawn") == []
        assert "退款率" not in str(list(Message.objects.values()))

    def test_a_return_asks_those_who_may_consent_and_then_tells_assessor_and_agent(self, firm):
        card = published(firm)
        take("ask_return", card, by=user(firm.sun), at=november(5), note="数据有误")
        assert heard("return_asked") == ["赵经理", "钱总监", "李人事", "吴总办"]
        take("return", card, by=user(firm.li), at=november(5, 11))
        assert heard("card_back") == ["王组长"]
        withdrawn = Message.objects.get(kind="card_withdrawn")
        assert (withdrawn.person, withdrawn.path) == (firm.lin, reverse("cards"))

    def test_a_closed_month_tells_hr_once_and_the_hand_over_finance(self, firm):
        cards = [published(firm), published(firm, subject=firm.chen)]
        for card, agent in zip(cards, (firm.lin, firm.chen), strict=True):
            take("confirm", card, by=user(agent), at=november(5))
        take_many("close", cards, by=user(firm.zhao), at=november(9))
        assert heard("month_closed") == ["孙人事", "李人事"]
        assert {said.params["count"] for said in Message.objects.filter(kind="month_closed")} == {2}
        take_many("approve", cards, by=user(firm.sun), at=november(10))
        assert heard("handed_over") == ["周财务"]

    def test_nobody_is_told_the_own_act(self, firm):
        RoleHolding.objects.create(person=firm.zhao, role="hr", unit=firm.shop, starts_on=date(2025, 1, 6))
        card = published(firm)
        take("confirm", card, by=user(firm.lin), at=november(5))
        take("close", card, by=user(firm.zhao), at=november(9))
        assert heard("month_closed") == []

    def test_a_refused_act_says_nothing(self, firm):
        card = firm.card()
        with pytest.raises(PermissionDenied):
            take("submit", card, by=user(firm.zhao), at=november(3))
        assert not Message.objects.exists()

    def test_announced_again_it_is_said_once(self, firm):
        card = published(firm)
        event = CardEvent.objects.get(act="publish")
        assert announcing.announce("publish", [card], [event]) == 0
        assert Message.objects.count() == 1


class TestMailsDeliver:
    @pytest.fixture(autouse=True)
    def _mails(self, settings):
        settings.EMAIL_ON = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        mail.outbox = []

    @pytest.fixture
    def firm(self) -> Company:
        made = company()
        User.objects.filter(person=made.lin).update(email="lin@example.com")
        return made

    def test_a_card_is_delivered_when_the_mail_server_took_it_over(self, firm):
        card = published(firm)
        mailing.queue_digests(november(4, 11))
        card.refresh_from_db()
        assert card.delivered_at is None
        assert mailing.send_due(november(4, 11)) == 1
        card.refresh_from_db()
        assert november(4, 11) <= card.delivered_at <= november(4, 12)
        delivery = CardDelivery.objects.get()
        assert (delivery.channel, delivery.of, delivery.person) == ("email", "card", None)
        assert card.window_ends_at == delivery.window_ends_at > card.delivered_at + timedelta(hours=47)
        raw = mail.outbox[0].message().as_bytes()
        for never in ("林小满", f"{card.current.total}", f"{card.current.performance_pay}"):
            assert never.encode() not in raw
            assert never not in mail.outbox[0].body

    def test_the_answer_is_delivered_by_its_own_mail(self, firm):
        card = answered(firm)
        mailing.queue_digests(november(6, 11))
        mailing.send_due(november(6, 11))
        assert CardDelivery.objects.get().of == "answer"
        card.refresh_from_db()
        assert card.delivered_at is not None

    def test_a_mail_that_failed_delivers_nothing(self, firm, settings):
        card = published(firm)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        mailing.queue_digests(november(4, 11))
        assert mailing.send_due(november(4, 11)) == 0
        card.refresh_from_db()
        assert card.delivered_at is None
        assert not CardDelivery.objects.exists()

    def test_a_mail_about_an_earlier_publication_delivers_nothing(self, firm):
        card = published(firm)
        old = Message.objects.get()
        take("ask_return", card, by=user(firm.sun), at=november(5), note="数据有误")
        take("return", card, by=user(firm.li), at=november(5, 11))
        take("submit", card, by=user(firm.wang), at=november(5, 12))
        take("publish", card, by=user(firm.qian), at=november(5, 13))
        assert not mailed.record_mailed(old, at=november(5, 14))
        assert not CardDelivery.objects.exists()
        new = Message.objects.filter(kind="card_published").latest("pk")
        assert mailed.record_mailed(new, at=november(5, 14))

    def test_opened_later_both_are_kept_and_the_first_counts(self, firm):
        card = published(firm)
        mailing.queue_digests(november(4, 11))
        mailing.send_due(november(4, 11))
        card.refresh_from_db()
        first = card.window_ends_at
        deliveries.record(card, channel="opened", at=november(5))
        card.refresh_from_db()
        assert card.window_ends_at == first
        assert set(CardDelivery.objects.values_list("channel", flat=True)) == {"email", "opened"}


class TestReminders:
    """October 2026 has its cards due on 4 November (assess), 6 (approve), 10 (confirm)."""

    def test_the_working_day_before_and_daily_after_with_the_superior_from_the_second(self, firm):
        firm.card()
        firm.card(firm.chen)
        told = {
            day: (
                remind_due(november(day, 9)),
                sorted({one.kind for one in Message.objects.filter(at=november(day, 9))}),
            )
            for day in (2, 3, 4, 5, 6, 7, 9)
        }
        assert told == {
            2: (0, []),
            3: (1, ["due_assess"]),
            4: (0, []),
            5: (1, ["late_assess"]),
            6: (2, ["above_assess", "late_assess"]),
            7: (0, []),
            9: (2, ["above_assess", "late_assess"]),
        }
        assert set(heard("above_assess")) == {"赵经理"}
        said = Message.objects.filter(kind="late_assess").first()
        assert (said.person, said.params["count"]) == (firm.wang, 2)
        assert said.path == reverse("board", args=[firm.review.public_id])

    def test_once_a_day_however_often(self, firm):
        firm.card()
        assert remind_due(november(3, 9)) == 1
        assert remind_due(november(3, 10)) == 0
        tasks.remind()

    def test_nothing_on_a_day_off_and_nothing_of_what_is_paid(self, firm):
        firm.card()
        assert remind_due(november(8, 9)) == 0

    def test_a_role_without_a_name_is_told_to_its_nearest_holders(self, firm):
        card = published(firm)
        take("confirm", card, by=user(firm.lin), at=november(5))
        take("close", card, by=user(firm.zhao), at=november(9))
        remind_due(november(12, 9))
        assert heard("due_hand_over") == ["孙人事", "李人事"]

    def test_an_undelivered_card_is_reminded_not_confirmed(self, firm):
        card = published(firm)
        remind_due(november(11, 9))
        assert heard("late_confirm") == ["林小满"]
        assert confirm_silent(november(30)) == 0
        card.refresh_from_db()
        assert card.state == CardState.PUBLISHED

    def test_many_cards_take_few_queries(self, firm, django_assert_max_num_queries):
        firm.card()
        firm.card(firm.chen)
        with django_assert_max_num_queries(12):
            remind_due(november(6, 9))


class TestUrged:
    def test_hr_reminds_once_a_day(self, firm):
        cards = [firm.card(), firm.card(firm.chen)]
        assert remind(cards, by=user(firm.sun), at=november(3, 9)) == Reminded(1, 1)
        assert remind(cards, by=user(firm.li), at=november(3, 15)) == Reminded(0, 0)
        assert remind(cards, by=user(firm.sun), at=november(4, 9)) == Reminded(1, 1)
        said = Message.objects.filter(kind="urged_assess").first()
        assert (said.person, said.params["count"]) == (firm.wang, 2)

    def test_cards_in_two_states_remind_two_people(self, firm):
        cards = [published(firm), firm.card(firm.chen)]
        assert remind(cards, by=user(firm.sun), at=november(5)) == Reminded(2, 2)
        assert heard("urged_confirm") == ["林小满"]
        assert heard("urged_assess") == ["王组长"]

    @pytest.mark.parametrize("who", ["lin", "wang", "zhao", "qian", "zhou", "wu"])
    def test_nobody_but_hr(self, firm, who):
        card = firm.card()
        with pytest.raises(PermissionDenied):
            remind([card], by=user(getattr(firm, who)), at=november(3))
        assert not Message.objects.exists()


class TestSilence:
    def delivered(self, firm: Company) -> Card:
        card = published(firm)
        deliveries.record(card, channel="opened", at=november(5))
        card.refresh_from_db()
        return card

    def test_only_after_delivery_and_the_whole_window(self, firm):
        card = self.delivered(firm)
        end = card.window_ends_at
        assert confirm_silent(end) == 0
        assert confirm_silent(end + timedelta(minutes=1)) == 1
        assert confirm_silent(end + timedelta(minutes=2)) == 0
        card.refresh_from_db()
        assert card.state == CardState.CONFIRMED
        event = CardEvent.objects.get(act="silence")
        assert (event.person, event.user) == (None, None)
        assert heard("card_silent") == ["林小满"]

    def test_an_answered_objection_is_confirmed_with_silence_as_its_reply(self, firm):
        card = answered(firm)
        assert confirm_silent(november(20)) == 0
        deliveries.record(card, channel="opened", at=november(9))
        assert confirm_silent(november(20)) == 1
        assert Objection.objects.get().reply == Objection.Reply.SILENCE

    def test_an_objection_without_an_answer_stays_open(self, firm):
        card = self.delivered(firm)
        line = card.current.segments.get().lines.first().code
        take("object", card, by=user(firm.lin), at=november(6), objections={line: "不对"})
        assert confirm_silent(november(30)) == 0
        card.refresh_from_db()
        assert card.state == CardState.OBJECTED

    def test_one_card_in_the_way_stops_no_other(self, firm, monkeypatch):
        first = self.delivered(firm)
        second = published(firm, subject=firm.chen)
        deliveries.record(second, channel="opened", at=november(5))
        # The agent is quicker with the first one, after it was found due.
        original = tasks.silence.workflow.take

        def slow(act, card, **given):
            if card.pk == first.pk:
                original("confirm", Card.objects.get(pk=card.pk), by=user(firm.lin), at=november(6))
            return original(act, card, **given)

        monkeypatch.setattr(tasks.silence.workflow, "take", slow)
        assert confirm_silent(november(20)) == 1
        assert list(CardEvent.objects.filter(act="silence").values_list("card", flat=True)) == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_confirm_and_remind_once():
    firm = company()
    cards = [published(firm), published(firm, subject=firm.chen)]
    for card in cards:
        deliveries.record(card, channel="opened", at=november(5))
    late = firm.card(firm.wang, assessor=firm.zhao, decider=None, approver=firm.qian)
    assert late.state == CardState.DRAFT
    start = Barrier(2)

    def tick(_number: int) -> int:
        try:
            start.wait()
            remind_due(november(20, 9))
            return confirm_silent(november(20, 9))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        confirmed = sum(pool.map(tick, range(2)))
    assert confirmed == 2
    assert CardEvent.objects.filter(act="silence").count() == 2
    assert Message.objects.filter(kind="card_silent").count() == 2
    assert heard("late_assess") == ["赵经理"]
