"""The end of a month: silence, cards set aside, hand-overs, one person in one go, work handed on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from reviews.control_sum import control_sum
from reviews.handing_over import pay_line
from reviews.models import Card, CardDelivery, CardState, HandOver, HandOverLine
from reviews.procedures import load_procedures
from reviews.services import deliveries
from reviews.services.cards import record_opening
from reviews.workflow import Answer, Blocked, BulkRefused, WrongState, take, take_many
from tests import factories
from tests.reviews.people import Company, company, november, user
from tests.reviews.test_workflow import walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def firm() -> Company:
    return company()


class TestSilence:
    """October's cards; 2026-11-06 is a Friday. Delivered on Friday at 10:00 the window ends on Tuesday at 18:00."""

    def published(self, firm: Company) -> Card:
        return walk(firm, firm.card(), "published")

    def test_not_before_anything_was_delivered(self, firm):
        card = self.published(firm)
        with pytest.raises(Blocked, match="not been delivered"):
            take("silence", card, by=None, at=november(29))

    @pytest.mark.parametrize(("hour", "confirmed"), [(17, False), (18, False), (19, True)])
    def test_only_after_the_agents_own_time(self, firm, hour, confirmed):
        card = self.published(firm)
        record_opening(card, by=user(firm.lin), at=november(6))
        assert card.window_ends_at == november(10, 18)
        if confirmed:
            event = take("silence", card, by=None, at=november(10, hour))
            assert (event.person, event.user, card.state) == (None, None, CardState.CONFIRMED)
        else:
            with pytest.raises(Blocked, match="still has time"):
                take("silence", card, by=None, at=november(10, hour))
            assert card.state == CardState.PUBLISHED

    def test_nobody_with_a_log_in_presses_it(self, firm):
        card = self.published(firm)
        record_opening(card, by=user(firm.lin), at=november(6))
        for who in (firm.lin, firm.wang, firm.zhao, firm.sun):
            with pytest.raises(PermissionDenied):
                take("silence", card, by=user(who), at=november(20))

    def test_time_takes_no_other_step(self, firm):
        card = self.published(firm)
        with pytest.raises(PermissionDenied):
            take("confirm", card, by=None, at=november(20))

    def answered(self, firm: Company) -> Card:
        card = self.published(firm)
        record_opening(card, by=user(firm.lin), at=november(4))
        take("object", card, by=user(firm.lin), at=november(5), objections={"disputes": "不是我的责任"})
        with pytest.raises(Blocked, match="Not every objection"):
            take("silence", card, by=None, at=november(29))
        answers = [Answer("disputes", upheld=False, text="看过聊天记录")]
        take("answer", card, by=user(firm.zhao), at=november(9), answers=answers)
        return card

    def test_after_an_answer_it_agrees_once_the_answer_was_delivered(self, firm):
        card = self.answered(firm)
        assert (card.delivered_at, card.window_ends_at) == (None, None)
        with pytest.raises(Blocked, match="not been delivered"):
            take("silence", card, by=None, at=november(29))
        record_opening(card, by=user(firm.lin), at=november(9, 20))
        assert card.window_ends_at == november(10, 18)
        take("silence", card, by=None, at=november(10, 19))
        assert card.state == CardState.CONFIRMED
        assert card.current.objections.get().reply == "silence"
        assert [(one.of, one.channel) for one in card.deliveries.all()] == [
            ("card", "opened"),
            ("answer", "opened"),
        ]

    def test_maintaining_ends_with_the_window_and_agreeing_does_not(self, firm):
        card = self.answered(firm)
        record_opening(card, by=user(firm.lin), at=november(9, 20))
        with pytest.raises(Blocked, match="ended on"):
            take("maintain", card, by=user(firm.lin), at=november(11))
        take("agree", card, by=user(firm.lin), at=november(11))

    def test_the_first_delivery_counts_and_each_channel_is_kept_once(self, firm):
        card = self.published(firm)
        assert deliveries.record(card, channel="email", at=november(5))
        assert not deliveries.record(card, channel="email", at=november(6))
        assert record_opening(card, by=user(firm.lin), at=november(6))
        assert card.delivered_at == november(5)
        assert CardDelivery.objects.count() == 2

    def test_nothing_is_delivered_before_publication(self, firm):
        card = walk(firm, firm.card(), "submitted")
        assert not deliveries.record(card, channel="email", at=november(5))


class TestSetAside:
    def two(self, firm: Company) -> tuple[Card, Card]:
        """One confirmed card and one that is not even submitted."""
        return walk(firm, firm.card(), "confirmed"), firm.card(firm.chen)

    def test_the_month_closes_without_it_and_it_follows_by_itself(self, firm):
        ready, late = self.two(firm)
        with pytest.raises(Blocked, match="陈一帆"):
            take("close", ready, by=user(firm.zhao), at=november(11))
        take("set_aside", late, by=user(firm.zhao), at=november(11), note="病假，回来再确认")
        assert (late.state, late.set_aside_at) == (CardState.DRAFT, november(11))
        take("close", ready, by=user(firm.zhao), at=november(11))
        assert ready.review.closed_at == november(11)
        take("approve", ready, by=user(firm.sun), at=november(12))
        walk_on = [
            ("submit", firm.wang),
            ("publish", firm.qian),
            ("confirm", firm.chen),
            ("close", firm.zhao),
        ]
        for act, who in [*walk_on, ("approve", firm.sun)]:
            take(act, late, by=user(who), at=november(20))
        assert list(HandOver.objects.values_list("number", "cards")) == [(1, 1), (2, 1)]

    def test_needs_a_reason(self, firm):
        _ready, late = self.two(firm)
        with pytest.raises(Blocked, match="reason"):
            take("set_aside", late, by=user(firm.zhao), at=november(11))

    def test_a_card_set_aside_is_not_closed_with_the_month(self, firm):
        ready, late = self.two(firm)
        take("set_aside", late, by=user(firm.zhao), at=november(11), note="病假")
        take("set_aside", ready, by=user(firm.zhao), at=november(11), note="等核对")
        with pytest.raises(Blocked, match="set aside"):
            take("close", ready, by=user(firm.zhao), at=november(11))
        take("take_back", ready, by=user(firm.zhao), at=november(11))
        take("close", ready, by=user(firm.zhao), at=november(11))

    def test_twice_or_after_closing_it_is_refused(self, firm):
        ready, late = self.two(firm)
        take("set_aside", late, by=user(firm.zhao), at=november(11), note="病假")
        with pytest.raises(Blocked, match="already"):
            take("set_aside", late, by=user(firm.zhao), at=november(11), note="病假")
        take("close", ready, by=user(firm.zhao), at=november(11))
        with pytest.raises(Blocked, match="closed already"):
            take("take_back", late, by=user(firm.zhao), at=november(11))


class TestHandOver:
    def closed(self, firm: Company) -> list[Card]:
        cards = [firm.card(), firm.card(firm.chen)]
        for act, who in (("submit", firm.wang), ("publish", firm.qian)):
            take_many(act, cards, by=user(who), at=november(3))
        for card in cards:
            take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(4))
        take_many("close", cards, by=user(firm.zhao), at=november(11))
        return cards

    def test_holds_a_line_for_each_card_with_sums(self, firm):
        cards = self.closed(firm)
        take_many("approve", cards, by=user(firm.sun), at=november(12))
        made = HandOver.objects.get()
        versions = [card.current for card in Card.objects.select_related("current")]
        assert (made.number, made.cards, made.made_by) == (1, 2, firm.sun)
        assert made.base_sum == sum((one.base_salary for one in versions), Decimal(0))
        assert made.performance_sum == sum((one.performance_pay for one in versions), Decimal(0)) > 0
        lines = made.lines.select_related("version")
        assert made.control_sum == control_sum(pay_line(line) for line in lines)
        assert [line.name for line in lines] == ["林小满", "陈一帆"]

    def test_a_card_returned_is_withdrawn_and_comes_again_in_a_supplementary_one(self, firm):
        cards = self.closed(firm)
        take_many("approve", cards, by=user(firm.sun), at=november(12))
        first = HandOver.objects.get()
        card = Card.objects.get(person=firm.lin)
        take("ask_return", card, by=user(firm.sun), at=november(12), note="退款表传错了")
        take("return", card, by=user(firm.li), at=november(12))
        left = HandOver.objects.get()
        assert (left.cards, left.control_sum != first.control_sum) == (1, True)
        assert left.performance_sum == Card.objects.get(person=firm.chen).current.performance_pay
        for act, who in (("submit", firm.wang), ("publish", firm.qian), ("confirm", firm.lin)):
            take(act, card, by=user(who), at=november(13))
        take("close", card, by=user(firm.zhao), at=november(13))
        take("approve", card, by=user(firm.sun), at=november(13))
        assert list(HandOver.objects.values_list("number", "cards")) == [(1, 1), (2, 1)]
        assert HandOverLine.objects.filter(card=card).count() == 2

    def test_is_acknowledged_with_its_last_card(self, firm):
        cards = self.closed(firm)
        take_many("approve", cards, by=user(firm.sun), at=november(12))
        take("pay", Card.objects.get(person=firm.lin), by=user(firm.zhou), at=november(13))
        assert HandOver.objects.get().acknowledged_at is None
        take("pay", Card.objects.get(person=firm.chen), by=user(firm.zhou), at=november(14))
        made = HandOver.objects.get()
        assert (made.acknowledged_at, made.acknowledged_by) == (november(14), firm.zhou)


class TestCompanyOfNine:
    """An owner who is director, HR and finance, one lead, seven agents; the small procedure."""

    @pytest.fixture
    def shop(self):
        root = factories.unit("owner", kind="company")
        branch = factories.unit("corner", parent=root, kind="branch", shop=factories.shop(), reviewed=True)
        presales = factories.position()
        level = factories.level(presales)
        owner = factories.person(
            "郑老板", unit=root, position=factories.position("office", subject_kind="none")
        )
        for role in ("director", "hr", "finance"):
            factories.role(owner, role, root)
        lead = factories.person(
            "冯组长", unit=branch, position=factories.position("lead", subject_kind="supervisor")
        )
        factories.role(lead, "supervisor", branch)
        agents = [
            factories.person(f"客服{name}", unit=branch, position=presales, level=level)
            for name in "甲乙丙丁戊己庚"
        ]
        review = factories.review(branch, procedure="small")
        cards = [
            factories.card(agent, review, assessor=lead, approver=owner, decider=owner) for agent in agents
        ]
        return owner, lead, cards

    def test_closes_its_month_and_one_click_takes_what_is_joined(self, shop):
        owner, lead, cards = shop
        take_many("submit", cards, by=user(lead), at=november(3))
        take_many("publish", cards, by=user(owner), at=november(4))
        for card in cards:
            take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(5))
        take_many("close", cards, by=user(owner), at=november(11))
        assert set(Card.objects.values_list("state", flat=True)) == {CardState.PAID}
        for card in cards:
            entries = list(card.events.order_by("seq").values_list("act", "person"))
            assert entries[-3:] == [("close", owner.pk), ("approve", owner.pk), ("pay", owner.pk)]
            assert {person for act, person in entries if act in {"submit", "publish"}} == {lead.pk, owner.pk}
        made = HandOver.objects.get()
        assert (made.cards, made.acknowledged_by) == (7, owner)

    def test_a_trial_month_stops_before_pay(self, shop):
        owner, lead, cards = shop
        cards[0].review.trial = True
        cards[0].review.save(update_fields=["trial"])
        take_many("submit", cards, by=user(lead), at=november(3))
        take_many("publish", cards, by=user(owner), at=november(4))
        for card in cards:
            take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(5))
        take_many("close", cards, by=user(owner), at=november(11))
        assert set(Card.objects.values_list("state", flat=True)) == {CardState.APPROVED}

    def test_the_lead_is_the_second_person_of_a_return(self, shop):
        owner, lead, [card, *_others] = shop
        take("submit", card, by=user(lead), at=november(3))
        take("ask_return", card, by=user(owner), at=november(3), note="传错了")
        with pytest.raises(PermissionDenied):
            take("return", card, by=user(owner), at=november(3))
        take("return", card, by=user(lead), at=november(3))
        assert card.state == CardState.DRAFT

    def test_in_the_full_procedure_nothing_is_joined(self, shop):
        owner, lead, cards = shop
        cards[0].review.procedure = load_procedures()["full"]
        cards[0].review.save(update_fields=["procedure"])
        factories.role(owner, "manager", owner.assignments.get().unit)
        take_many("submit", cards, by=user(lead), at=november(3))
        take_many("publish", cards, by=user(owner), at=november(4))
        for card in cards:
            take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(5))
        take_many("close", cards, by=user(owner), at=november(11))
        assert set(Card.objects.values_list("state", flat=True)) == {CardState.CLOSED}


class TestReassign:
    @pytest.mark.parametrize(
        ("eyes", "said"),
        [
            pytest.param({"assessor": "lin"}, "own card", id="the subject"),
            pytest.param({"assessor": "qian"}, "different people", id="who approves"),
            pytest.param({"decider": "wang"}, "different people", id="who submits"),
            pytest.param({"assessor": "wang"}, "at least one", id="the same as before"),
            pytest.param({}, "at least one", id="nobody"),
        ],
    )
    def test_four_eyes_hold(self, firm, eyes, said):
        card = firm.card()
        people = {card.pk: {name: getattr(firm, who).pk for name, who in eyes.items()}}
        with pytest.raises(BulkRefused) as refused:
            take_many("reassign", [card], by=user(firm.sun), at=november(3), note="离职", eyes=people)
        assert said in refused.value.refusals[0].message
        assert Card.objects.get().assessor == firm.wang

    def test_the_successor_acts_and_the_one_before_no_longer(self, firm):
        card = firm.card()
        factories.role(firm.chen, "supervisor", firm.team, since=date(2026, 11, 1))
        eyes = {card.pk: {"assessor": firm.chen.pk}}
        [event] = take_many("reassign", [card], by=user(firm.sun), at=november(2), note="离职", eyes=eyes)
        assert (event.from_state, event.to_state) == ("draft", "draft")
        card.refresh_from_db()
        with pytest.raises(PermissionDenied):
            take("submit", card, by=user(firm.wang), at=november(3))
        take("submit", card, by=user(firm.chen), at=november(3))

    def test_a_paid_card_stays_with_its_people(self, firm):
        card = walk(firm, firm.card(), "paid")
        with pytest.raises(WrongState):
            take("reassign", card, by=user(firm.sun), at=november(9), note="离职")
