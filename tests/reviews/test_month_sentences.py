"""Sentences of the monthly review that only show in unusual months, each as a case of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.utils import translation

from reviews import hand_overs, overview, standing
from reviews.deadlines import window_end
from reviews.models import Card, CardDelivery, CardState, HandOver, ProcedureStep, Review
from reviews.services import deliveries
from reviews.services.cards import record_opening
from reviews.services.open_work import open_work
from reviews.services.reconciling import mismatches
from reviews.services.silence import confirm_silent
from reviews.services.verifying import differences
from reviews.views import milestones
from reviews.views.board_cards import cards_on, lights_of, reader_for
from reviews.views.board_rows import counted
from reviews.workflow import Answer, Blocked, take, take_many
from staff import calendar
from staff.models import Message, Shift
from tests import factories
from tests.reviews.people import Company, company, november, user
from tests.reviews.test_workflow import walk

pytestmark = pytest.mark.django_db
REJECTED = [Answer("disputes", False, "附件已经核对")]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def firm() -> Company:
    return company()


def give_back(firm: Company, card: Card, *, day: int) -> None:
    """HR asks, the second HR consents."""
    take("ask_return", card, by=user(firm.sun), at=november(day), note="退款表传错了")
    take("return", card, by=user(firm.li), at=november(day))


def publish(firm: Company, card: Card, *, day: int) -> None:
    take("submit", card, by=user(firm.wang), at=november(day))
    take("publish", card, by=user(firm.qian), at=november(day))


def shift(firm: Company, day: int, hour: int, hours: int) -> None:
    """A published shift of 林小满 in November, by the clock of Shanghai."""
    starts = november(day, hour)
    ends = november(day + (hour + hours) // 24, (hour + hours) % 24)
    Shift.objects.create(person=firm.lin, starts_at=starts, ends_at=ends, published_at=starts)


class TestTheAgentsOwnTime:
    """“At least 48 hours and two of the agent's own working days from delivery.” 9 November 2026 is a Monday."""

    @pytest.mark.parametrize(
        ("shifts", "card_ends", "answer_ends"),
        [
            pytest.param([], november(11, 18), november(10, 18), id="office days"),
            pytest.param(
                [(9, 22, 10), (10, 22, 10), (11, 22, 10)],
                november(12, 8),
                november(11, 8),
                id="night shifts: a working day ends with its shift",
            ),
            pytest.param(
                [(10, 16, 7), (12, 16, 7)], november(12, 23), november(10, 23), id="late shifts, a day off"
            ),
        ],
    )
    def test_own_working_days_end_with_their_shift(self, firm, shifts, card_ends, answer_ends):
        for one in shifts:
            shift(firm, *one)
        card = walk(firm, firm.card(), "published")
        record_opening(card, by=user(firm.lin), at=november(9))
        assert card.window_ends_at == card_ends
        take("object", card, by=user(firm.lin), at=november(9, 11), objections={"disputes": "不是我的单"})
        take("answer", card, by=user(firm.zhao), at=november(9, 12), answers=REJECTED)
        record_opening(card, by=user(firm.lin), at=november(9, 13))
        assert card.window_ends_at == answer_ends

    def test_a_mail_just_before_midnight_gives_the_two_days_after_it(self):
        ends = window_end(
            november(9, 23).replace(minute=59), works=calendar.Calendar({}, frozenset()).works,
            step_day=date(2026, 11, 10),
        )  # fmt: skip
        assert ends == datetime(2026, 11, 11, 16, tzinfo=UTC)  # midnight in Shanghai: the 48 hours

    def test_a_returned_card_gives_two_full_days_again(self, firm):
        card = walk(firm, firm.card(), "published")
        deliveries.record(card, channel=CardDelivery.Channel.EMAIL, at=november(9))
        give_back(firm, card, day=10)
        publish(firm, card, day=17)
        assert (card.delivered_at, card.window_ends_at) == (None, None)
        assert confirm_silent(november(29)) == 0  # what was delivered is another version
        deliveries.record(card, channel=CardDelivery.Channel.EMAIL, at=november(17))
        assert card.window_ends_at == november(19, 18)
        assert (confirm_silent(november(19, 18)), confirm_silent(november(19, 19))) == (0, 1)

    def test_the_opening_of_the_answer_is_kept_beside_its_mail_though_both_windows_end_alike(self, firm):
        card = walk(firm, firm.card(), "published")
        record_opening(card, by=user(firm.lin), at=november(6))
        take("object", card, by=user(firm.lin), at=november(9), objections={"disputes": "不是我的单"})
        take("answer", card, by=user(firm.zhao), at=november(9), answers=REJECTED)
        deliveries.record(card, channel=CardDelivery.Channel.EMAIL, at=november(9))
        assert card.window_ends_at == november(10, 18)
        assert record_opening(card, by=user(firm.lin), at=november(9, 12))
        assert not record_opening(card, by=user(firm.lin), at=november(9, 13))

    def test_the_steps_deadline_is_the_latest_windows_end_wherever_it_is_shown(self, firm):
        card = walk(firm, firm.card(), "published")
        record_opening(card, by=user(firm.lin), at=november(12))
        late = november(16, 18)
        assert card.window_ends_at == late
        table = overview.read(firm.review, user(firm.sun), at=november(13))
        [there] = [one for one in overview.overview(table, choice=overview.Choice(), at=november(13)).milestones
                   if one.act == "confirm"]  # fmt: skip
        line = milestones.timeline_of(firm.review, [card], days=calendar.load(), at=november(13))
        [here] = [node for node in line.nodes if node.act == "confirm"]
        [row] = standing.rows_of(
            [Review.objects.select_related("procedure", "unit").get()],
            {firm.review.pk: [(CardState.PUBLISHED, 1)]},
            on=november(13).date(),
        )
        assert (there.at, there.tone, here.late, here.tone, row.due, row.late) == (
            late, "soon", "", "next", late, 0,
        )  # fmt: skip


class TestObjections:
    """“Back in draft a card takes current facts again”: what was objected to before is history."""

    def objected_again(self, firm: Company) -> Card:
        card = walk(firm, firm.card(), "published")
        take("object", card, by=user(firm.lin), at=november(4), objections={"disputes": "不是我的单"})
        give_back(firm, card, day=5)
        publish(firm, card, day=6)
        take("object", card, by=user(firm.lin), at=november(9), objections={"disputes": "还是不对"})
        return card

    def test_one_left_open_in_an_earlier_version_keeps_nobody_waiting(self, firm):
        card = self.objected_again(firm)
        work = open_work(firm.zhao, from_day=november(10).date(), user=user(firm.sun), at=november(9))
        assert work.objections == 1
        take("answer", card, by=user(firm.zhao), at=november(9), answers=REJECTED)
        [row] = overview.read(firm.review, user(firm.sun), at=november(10)).rows
        assert (row.due.act, row.waits_for) == ("confirm", "subject")

    def test_one_maintained_before_a_return_is_not_said_of_the_new_version(self, firm):
        card = walk(firm, firm.card(), "published")
        take("object", card, by=user(firm.lin), at=november(4), objections={"disputes": "不是我的单"})
        take("answer", card, by=user(firm.zhao), at=november(5), answers=REJECTED)
        take("maintain", card, by=user(firm.lin), at=november(5))
        assert hand_overs.told_of([card]) == {card.pk: ["the agent maintains an objection"]}
        give_back(firm, card, day=6)
        publish(firm, card, day=9)
        take("confirm", card, by=user(firm.lin), at=november(9))
        assert hand_overs.told_of([card]) == {}


class TestTwoWhoClose:
    """*full*: agents' cards are closed by the manager, the manager's own by the director."""

    @pytest.fixture
    def cards(self, firm) -> tuple[Card, Card]:
        agent, boss = (
            firm.card(),
            firm.card(firm.zhao, assessor=firm.qian, approver=firm.sun, decider=firm.wu),
        )
        take("submit", agent, by=user(firm.wang), at=november(3))
        take("submit", boss, by=user(firm.qian), at=november(3))
        take("publish", agent, by=user(firm.qian), at=november(4))
        take("publish", boss, by=user(firm.sun), at=november(4))
        for card in (agent, boss):
            take("confirm", card, by=user(card.person), at=november(5))
        take("close", agent, by=user(firm.zhao), at=november(10))
        firm.review.refresh_from_db()
        assert firm.review.closed_at is None
        return agent, boss

    def test_the_month_is_closed_with_the_last(self, firm, cards):
        take("close", cards[1], by=user(firm.qian), at=november(11))
        firm.review.refresh_from_db()
        assert firm.review.closed_at == november(11)

    def test_or_by_setting_aside_what_is_left(self, firm, cards):
        give_back(firm, cards[1], day=10)
        take("set_aside", cards[1], by=user(firm.qian), at=november(11), note="等退款表")
        firm.review.refresh_from_db()
        assert firm.review.closed_at == november(11)
        take("submit", cards[1], by=user(firm.qian), at=november(12))
        take("publish", cards[1], by=user(firm.sun), at=november(12))
        take("confirm", cards[1], by=user(firm.zhao), at=november(12))
        take("close", cards[1], by=user(firm.qian), at=november(13))
        assert cards[1].state == CardState.CLOSED

    def test_setting_aside_alone_closes_nothing(self, firm):
        card = firm.card()
        take("set_aside", card, by=user(firm.zhao), at=november(11), note="病假")
        firm.review.refresh_from_db()
        assert firm.review.closed_at is None
        take("take_back", card, by=user(firm.zhao), at=november(11))


class TestHandOvers:
    def handed_over(self, firm: Company) -> list[Card]:
        cards = [firm.card(), firm.card(firm.chen)]
        for act, who in (("submit", firm.wang), ("publish", firm.qian)):
            take_many(act, cards, by=user(who), at=november(3))
        for card in cards:
            take("confirm", Card.objects.get(pk=card.pk), by=user(card.person), at=november(4))
        take_many("close", cards, by=user(firm.zhao), at=november(11))
        take_many("approve", cards, by=user(firm.sun), at=november(12))
        return [Card.objects.get(pk=card.pk) for card in cards]

    def test_where_the_unpaid_rest_is_returned_it_is_acknowledged_by_who_paid(self, firm):
        lin, chen = self.handed_over(firm)
        take("pay", lin, by=user(firm.zhou), at=november(13))
        assert HandOver.objects.get().acknowledged_at is None
        give_back(firm, chen, day=16)
        made = HandOver.objects.get()
        assert (made.cards, made.acknowledged_at, made.acknowledged_by) == (1, november(13), firm.zhou)
        assert list(mismatches(Review.objects.all())) == []
        assert list(differences(Card.objects.all())) == []

    def test_one_of_which_nothing_is_left_is_signed_by_nobody(self, firm):
        for card in self.handed_over(firm):
            give_back(firm, card, day=13)
        made = HandOver.objects.get()
        assert (made.cards, made.base_sum, made.acknowledged_at) == (0, Decimal(0), None)
        assert list(mismatches(Review.objects.all())) == []


class TestInOneGo:
    @pytest.mark.parametrize(
        ("joined", "told"),
        [
            pytest.param(False, ["month_closed"], id="step by step"),
            pytest.param(True, ["handed_over"], id="in one go"),
        ],
    )
    def test_nobody_is_asked_for_a_step_already_taken(self, firm, joined, told):
        factories.role(firm.zhao, "hr", firm.root)
        ProcedureStep.objects.filter(act="hand_over").update(in_one_go=joined)
        card = walk(firm, firm.card(), "confirmed")
        Message.objects.all().delete()
        take("close", card, by=user(firm.zhao), at=november(11))
        assert [event.act for event in card.events.order_by("seq")][3:] == ["close", "approve"][: 1 + joined]
        assert list(Message.objects.order_by("kind").values_list("kind", flat=True).distinct()) == told


class TestOneMonthTwoPages:
    """HR's page, the board in the portal and the list of months count the same cards."""

    def test_the_counts_agree(self, firm):
        lin = firm.card()
        others = [factories.person(f"客服{n}", unit=firm.team, position=lin.position) for n in "甲乙丙丁戊"]
        draft, submitted, published, objected, confirmed = (firm.card(one) for one in others)
        for card in (submitted, published, objected, confirmed):
            take("submit", card, by=user(firm.wang), at=november(3))
        for card in (published, objected, confirmed):
            take("publish", card, by=user(firm.qian), at=november(4))
        take("object", objected, by=user(objected.person), at=november(5), objections={"disputes": "不是我"})
        take("confirm", confirmed, by=user(confirmed.person), at=november(5))
        take("set_aside", lin, by=user(firm.zhao), at=november(5), note="病假")
        at = november(12)
        page = overview.overview(
            overview.read(firm.review, user(firm.sun), at=at), choice=overview.Choice(), at=at
        )
        states = dict(page.states)
        boss = user(firm.zhao)
        request = RequestFactory().get("/")
        request.user, request.session = boss, {}
        lights = lights_of(
            request, cards_on(boss, firm.review), reader=reader_for(boss, at=at), days=calendar.load(), at=at
        )
        columns = counted(lights)
        assert columns["lacking"] + columns["ready"] + columns["aside"] == states["draft"] == 2
        for state in ("submitted", "published", "objected", "confirmed"):
            assert columns[state] == states[state] == 1
        assert (len(lights), page.counts["aside"], columns["aside"]) == (6, 1, 1)
        assert page.counts["late"] == sum(bool(light.late) for light in lights) == 6
        assert draft.pk in {light.card.pk for light in lights}


@pytest.mark.parametrize(("hour", "tone", "late"), [(18, "soon", 0), (19, "late", 1)])
def test_a_step_is_late_from_the_hour_its_cards_are(firm, hour, tone, late):
    firm.card()
    at = november(4, hour)  # the third working day, office hours end at 18:00
    page = overview.overview(
        overview.read(firm.review, user(firm.sun), at=at), choice=overview.Choice(), at=at
    )
    assert (page.milestones[0].tone, page.milestones[0].late, page.counts["late"]) == (tone, late, late)


def test_at_the_end_exactly_the_agent_may_still_object(firm):
    card = walk(firm, firm.card(), "published")
    record_opening(card, by=user(firm.lin), at=november(6))
    with pytest.raises(Blocked, match="still has time"):
        take("silence", card, by=None, at=card.window_ends_at)
    take("object", card, by=user(firm.lin), at=card.window_ends_at, objections={"disputes": "不是我的单"})
    assert card.state == CardState.OBJECTED
