"""The state machine: who may, from where, what is frozen, what is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from reviews import history, workflow
from reviews.models import Card, CardEvent, CardFact, CardState, CardVersion, Comparison
from reviews.models.cards import CardQuerySet
from reviews.models.guards import Unchangeable
from reviews.workflow import Answer, Blocked, BulkRefused, WrongState, take, take_many
from staff.models import Deputy, RoleHolding, User
from tests import factories
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db

PATH = [  # act, who, state after it
    ("submit", "wang", CardState.SUBMITTED),
    ("publish", "qian", CardState.PUBLISHED),
    ("confirm", "lin", CardState.CONFIRMED),
    ("close", "zhao", CardState.CLOSED),
    ("approve", "sun", CardState.APPROVED),
    ("pay", "zhou", CardState.PAID),
]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def firm() -> Company:
    return company()


def walk(firm: Company, card: Card, until: str) -> Card:
    """Take the usual acts up to a state."""
    for day, (act, who, state) in enumerate(PATH, start=2):
        if card.state == until:
            break
        take(act, card, by=user(getattr(firm, who)), at=november(day))
        assert card.state == state
    return card


def test_the_usual_way_leaves_one_entry_for_each_act(firm):
    card = walk(firm, firm.card(), "paid")
    events = list(card.events.select_related("note").order_by("seq"))
    assert [(e.act, e.from_state, e.to_state) for e in events] == [
        ("submit", "draft", "submitted"),
        ("publish", "submitted", "published"),
        ("confirm", "published", "confirmed"),
        ("close", "confirmed", "closed"),
        ("approve", "closed", "approved"),
        ("pay", "approved", "paid"),
    ]
    assert [e.person for e in events] == [firm.wang, firm.qian, firm.lin, firm.zhao, firm.sun, firm.zhou]
    assert history.broken_entries(events) == []
    assert card.seq == 6
    assert Card.objects.get().review.closed_at == november(5)


EVERY_STATE = list(CardState)


def put_into(state: str) -> None:
    """Set every card's state past the guards, as only a test may."""
    cards = Card.objects.all()
    super(CardQuerySet, cards).update(state=state)


RIGHTFUL = {  # act -> who may, from where
    "submit": ("wang", {"draft"}),
    "send_back": ("qian", {"submitted"}),
    "publish": ("qian", {"submitted"}),
    "confirm": ("lin", {"published"}),
    "object": ("lin", {"published"}),
    "answer": ("zhao", {"objected"}),
    "agree": ("lin", {"objected"}),
    "maintain": ("lin", {"objected"}),
    "close": ("zhao", {"confirmed"}),
    "approve": ("sun", {"closed"}),
    "pay": ("zhou", {"approved"}),
    "ask_return": ("sun", {"submitted", "published", "objected", "confirmed", "closed", "approved"}),
    "return": ("li", {"submitted", "published", "objected", "confirmed", "closed", "approved"}),
    "decline_return": ("li", {"submitted", "published", "objected", "confirmed", "closed", "approved"}),
    "silence": (None, {"published", "objected"}),
    "set_aside": ("zhao", {"draft", "submitted", "published", "objected", "confirmed"}),
    "take_back": ("zhao", {"draft", "submitted", "published", "objected", "confirmed"}),
    "reassign": ("sun", {"draft", "submitted", "published", "objected", "confirmed", "closed", "approved"}),
}
PEOPLE = ["lin", "chen", "wang", "zhao", "qian", "sun", "li", "zhou", "wu"]
ALSO = {
    "approve": {"sun", "li"},
    "ask_return": {"sun", "li"},
    "reassign": {"sun", "li"},
    "return": {"sun", "li", "zhao", "qian", "wu"},
    "decline_return": {"sun", "li", "zhao", "qian", "wu"},
}


def test_the_table_of_rights_is_about_every_act():
    assert set(RIGHTFUL) == set(workflow.STEPS)


@pytest.mark.parametrize("act", RIGHTFUL)
def test_nobody_else_may(firm, act):
    card = firm.card()
    for who in PEOPLE:
        if who in ALSO.get(act, {RIGHTFUL[act][0]}):
            continue
        with pytest.raises(PermissionDenied):
            take(act, card, by=user(getattr(firm, who)), at=november(3), note="why")
    assert not CardEvent.objects.exists()
    assert Card.objects.get().state == "draft"


@pytest.mark.parametrize("act", RIGHTFUL)
def test_from_another_state_nothing_happens_and_it_says_so(firm, act):
    card = firm.card()
    who, sources = RIGHTFUL[act]
    for state in EVERY_STATE:
        if state in sources:
            continue
        put_into(state)
        with pytest.raises(WrongState, match="Your action changed nothing"):
            take(act, card, by=user(getattr(firm, who)) if who else None, at=november(3), note="why")
        assert Card.objects.get().state == state
    assert not CardEvent.objects.exists()


def test_second_of_two_submits_loses_and_learns_who_was_first(firm):
    card = firm.card()
    stale = Card.objects.get()
    take("submit", card, by=user(firm.wang), at=november(3))
    with pytest.raises(WrongState, match="王组长"):
        take("submit", stale, by=user(firm.wang), at=november(3))
    assert card.events.count() == 1


def test_two_accounts_of_one_person_are_one_person(firm):
    second = User.objects.create_user(username="wang2", person=firm.wang)
    factories.role(firm.wang, "director", firm.root)
    card = firm.card()
    Card.objects.update(approver=firm.qian)
    take("submit", card, by=user(firm.wang), at=november(3))
    with pytest.raises(PermissionDenied):
        take("publish", card, by=second, at=november(3))


def test_a_log_in_without_a_person_acts_for_nobody(firm):
    admin = User.objects.create_superuser(username="admin", password="x")
    with pytest.raises(PermissionDenied):
        take("submit", firm.card(), by=admin, at=november(3))


def test_a_right_that_ended_this_morning_is_gone(firm):
    card = firm.card()
    RoleHolding.objects.filter(person=firm.wang).update(ends_on=november(3).date())
    with pytest.raises(PermissionDenied):
        take("submit", card, by=user(firm.wang), at=november(3))


def test_open_lines_are_named(firm):
    facts = {k: v for k, v in factories.FULL_FACTS.items() if k not in {"work_summary", "sales_target"}}
    card = firm.card(facts=facts)
    with pytest.raises(Blocked, match=r"Sales target completion, Work summary"):
        take("submit", card, by=user(firm.wang), at=november(3))
    assert Card.objects.get().state == "draft"


def test_a_page_shown_before_the_figures_changed_is_refused(firm):
    card = firm.card()
    shown = card.stamp
    CardVersion.objects.update(sha256="0" * 64)
    with pytest.raises(WrongState, match="changed since you opened it"):
        take("submit", card, by=user(firm.wang), at=november(3), expected_version=shown)


def test_sending_back_needs_a_reason_and_opens_a_new_version(firm):
    card = walk(firm, firm.card(), "submitted")
    with pytest.raises(Blocked, match="reason"):
        take("send_back", card, by=user(firm.qian), at=november(4), note="  ")
    event = take("send_back", card, by=user(firm.qian), at=november(4), note="响应时间算错了")
    assert card.state == "draft"
    assert [(v.number, v.frozen_at is not None) for v in card.versions.all()] == [(1, True), (2, False)]
    assert card.current.number == 2
    assert card.current.sha256 == card.versions.get(number=1).sha256
    assert event.note.text == "响应时间算错了"
    assert event.note_digest == history.digest_of_note(salt=event.note.salt, text=event.note.text)


class TestFrozen:
    @pytest.fixture
    def version(self, firm) -> CardVersion:
        return walk(firm, firm.card(), "submitted").current

    def test_the_version_refuses_every_way(self, version):
        version.total = Decimal(100)
        for change in (
            version.save,
            version.delete,
            lambda: CardVersion.objects.update(total=1),
            lambda: CardVersion.objects.all().delete(),
            lambda: CardFact.objects.filter(key="sales").update(value="1"),
            lambda: CardFact.objects.get(key="sales").save(),
            lambda: CardFact.objects.get(key="sales").delete(),
        ):
            with pytest.raises(Unchangeable):
                change()

    def test_history_refuses_too(self, version):
        event = CardEvent.objects.get()
        for change in (event.save, event.delete, lambda: CardEvent.objects.update(act="pay")):
            with pytest.raises(Unchangeable):
                change()

    def test_the_state_moves_nowhere_else(self, version):
        card = Card.objects.get()
        card.state = CardState.PAID
        with pytest.raises(Unchangeable):
            card.save()
        with pytest.raises(Unchangeable):
            Card.objects.update(state="paid")
        with pytest.raises(Unchangeable):
            Card.objects.all().move(sources=["submitted"], target="paid")
        assert Card.objects.get().state == "submitted"


class TestObjection:
    @pytest.fixture
    def card(self, firm) -> Card:
        card = walk(firm, firm.card(facts={**factories.FULL_FACTS, "disputes": "1"}), "published")
        take(
            "object",
            card,
            by=user(firm.lin),
            at=november(5),
            objections={"disputes": "买家撤销了投诉", "communication": "应当是 5 分"},
        )
        return card

    ANSWERS = (
        Answer("disputes", upheld=True, text="投诉已撤销", key="disputes", value=Decimal(0)),
        Answer("communication", upheld=False, text="按录音打分"),
    )

    def test_answered_point_by_point(self, firm, card):
        before = card.current
        take("answer", card, by=user(firm.zhao), at=november(6), answers=self.ANSWERS)
        assert card.state == "objected"
        assert card.current.number == 2
        assert card.current.frozen_at == november(6)
        assert card.current.total == before.total + 2
        changed = set(facts(card.current)) - set(facts(before))
        assert {key for key, _value in changed} == {"disputes"}
        take("agree", card, by=user(firm.lin), at=november(7))
        assert card.state == "confirmed"
        replies = before.objections.order_by("line").values_list("line", "outcome", "reply")
        assert list(replies) == [("communication", "rejected", "agree"), ("disputes", "upheld", "agree")]
        assert before.objections.get(line="disputes").corrected_input == {
            "key": "disputes",
            "old": "1",
            "new": "0",
        }

    def test_rejected_ones_make_no_version_and_may_be_maintained(self, firm, card):
        answers = [Answer(line, upheld=False, text="维持") for line in ("disputes", "communication")]
        take("answer", card, by=user(firm.zhao), at=november(6), answers=answers)
        assert card.current.number == 1
        take("maintain", card, by=user(firm.lin), at=november(7))
        assert card.state == "confirmed"

    @pytest.mark.parametrize(
        ("answers", "says"),
        [
            pytest.param(ANSWERS[:1], "Answer every objection", id="one left out"),
            pytest.param([*ANSWERS, ANSWERS[0]], "Answer every objection", id="one twice"),
            pytest.param(
                [ANSWERS[0], Answer("communication", upheld=False, text=" ")], "reason", id="no reason"
            ),
            pytest.param(
                [ANSWERS[0], Answer("communication", upheld=True, text="对", key="sales", value=Decimal(1))],
                "Name the input",
                id="an input of another line",
            ),
        ],
    )
    def test_answers_must_be_whole(self, firm, card, answers, says):
        with pytest.raises(Blocked, match=says):
            take("answer", card, by=user(firm.zhao), at=november(6), answers=answers)
        assert card.versions.count() == 1
        assert not card.current.objections.exclude(outcome="").exists()

    @pytest.mark.parametrize(
        ("line", "key", "value", "says"),
        [
            pytest.param("conversion", "shop_visitors", 0, "could not be scored", id="leaves a line open"),
            pytest.param("refund_rate", "refunded_orders", 401, "More orders", id="more refunds than orders"),
        ],
    )
    def test_a_value_no_card_can_stand_on_is_refused(self, firm, line, key, value, says):
        card = firm.card(firm.chen)
        take("submit", card, by=user(firm.wang), at=november(2))
        take("publish", card, by=user(firm.qian), at=november(3))
        take("object", card, by=user(firm.chen), at=november(4), objections={line: "数据不对"})
        answer = Answer(line, upheld=True, text="改", key=key, value=Decimal(value))
        with pytest.raises(Blocked, match=says):
            take("answer", card, by=user(firm.zhao), at=november(5), answers=[answer])
        assert card.versions.count() == 1
        assert not card.current.objections.exclude(outcome="").exists()

    def test_not_agreed_before_the_answer(self, firm, card):
        with pytest.raises(Blocked, match="Not every"):
            take("agree", card, by=user(firm.lin), at=november(6))

    def test_answered_once(self, firm, card):
        take("answer", card, by=user(firm.zhao), at=november(6), answers=self.ANSWERS)
        with pytest.raises(Blocked, match="answer already"):
            take("answer", card, by=user(firm.zhao), at=november(6), answers=self.ANSWERS)

    @pytest.mark.parametrize(
        ("objections", "says"),
        [
            pytest.param({}, "at least one line", id="none"),
            pytest.param({"nothing": "x"}, "no line nothing", id="unknown line"),
            pytest.param({"disputes": " "}, "reason", id="no reason"),
            pytest.param({"disputes": "x" * 2001}, "reason", id="too long"),
        ],
    )
    def test_objections_name_lines_and_reasons(self, firm, objections, says):
        card = firm.card(firm.chen)
        take("submit", card, by=user(firm.wang), at=november(2))
        take("publish", card, by=user(firm.qian), at=november(3))
        with pytest.raises(Blocked, match=says):
            take("object", card, by=user(firm.chen), at=november(4), objections=objections)

    def test_not_after_the_window(self, firm):
        card = walk(firm, firm.card(), "published")
        Card.objects.update(delivered_at=november(4), window_ends_at=november(6))
        take("object", card, by=user(firm.lin), at=november(6), objections={"disputes": "为什么"})
        other = firm.card(firm.chen)
        take("submit", other, by=user(firm.wang), at=november(2))
        take("publish", other, by=user(firm.qian), at=november(3))
        Card.objects.update(delivered_at=november(4), window_ends_at=november(6))
        with pytest.raises(Blocked, match="ended on"):
            take("object", other, by=user(firm.chen), at=november(7), objections={"disputes": "为什么"})


def facts(version: CardVersion) -> list[tuple[str, str]]:
    return list(CardFact.objects.filter(segment__version=version).values_list("key", "value"))


class TestReturn:
    def test_needs_hr_and_a_second_person(self, firm):
        card = walk(firm, firm.card(), "closed")
        with pytest.raises(Blocked, match="has not asked"):
            take("return", card, by=user(firm.li), at=november(10))
        take("ask_return", card, by=user(firm.sun), at=november(10), note="退款表传错了")
        assert card.state == "closed"
        with pytest.raises(PermissionDenied, match="second person"):
            take("return", card, by=user(firm.sun), at=november(10))
        event = take("return", card, by=user(firm.li), at=november(10))
        assert card.state == "draft"
        assert event.note.text == "退款表传错了"
        assert card.current.number == 2
        assert card.review.closed_at == november(5)  # a closed month stays closed; the card comes later

    def test_the_consent_holds_for_the_card_as_it_was(self, firm):
        card = walk(firm, firm.card(), "submitted")
        take("ask_return", card, by=user(firm.sun), at=november(4), note="等一等")
        take("publish", card, by=user(firm.qian), at=november(4))
        with pytest.raises(Blocked, match="has not asked"):
            take("return", card, by=user(firm.li), at=november(4))

    def test_never_after_pay(self, firm):
        card = walk(firm, firm.card(), "paid")
        with pytest.raises(WrongState):
            take("ask_return", card, by=user(firm.sun), at=november(12), note="x")


class TestDeputies:
    def stand_in(self, firm, deputy, holder="wang"):
        holding = RoleHolding.objects.get(person=getattr(firm, holder))
        Deputy.objects.create(
            holding=holding, person=deputy, starts_on=november(1).date(), ends_on=november(5).date()
        )

    def test_history_shows_both_names(self, firm):
        self.stand_in(firm, firm.zhao)
        card = firm.card()
        event = take("submit", card, by=user(firm.zhao), at=november(3))
        assert (event.person, event.for_person) == (firm.zhao, firm.wang)

    def test_not_outside_the_period(self, firm):
        self.stand_in(firm, firm.zhao)
        with pytest.raises(PermissionDenied):
            take("submit", firm.card(), by=user(firm.zhao), at=november(5))

    def test_never_the_subject(self, firm):
        self.stand_in(firm, firm.lin)
        with pytest.raises(PermissionDenied, match="own card"):
            take("submit", firm.card(), by=user(firm.lin), at=november(3))

    def test_who_submitted_for_another_does_not_decide(self, firm):
        self.stand_in(firm, firm.zhao)
        card = firm.card()
        take("submit", card, by=user(firm.zhao), at=november(3))
        take("publish", card, by=user(firm.qian), at=november(3))
        take("object", card, by=user(firm.lin), at=november(4), objections={"disputes": "为什么"})
        with pytest.raises(PermissionDenied, match="submitted this card yourself"):
            take("answer", card, by=user(firm.zhao), at=november(5))

    def test_never_somebody_who_reports_to_the_subject(self, firm):
        self.stand_in(firm, firm.chen, holder="zhao")
        card = firm.card(firm.wang, assessor=firm.zhao, approver=firm.qian, decider=firm.sun)
        with pytest.raises(PermissionDenied, match="report to"):
            take("submit", card, by=user(firm.chen), at=november(3))


class TestInBulk:
    def test_all_or_nothing_with_every_cause(self, firm):
        ready = firm.card()
        facts = {k: v for k, v in factories.FULL_FACTS.items() if k != "work_summary"}
        gap = firm.card(firm.chen, facts=facts)
        own = firm.card(firm.wang, assessor=firm.zhao, approver=firm.qian, decider=firm.sun)
        with pytest.raises(BulkRefused, match="2 of 3 cards") as caught:
            take_many("submit", [ready, gap, own], by=user(firm.wang), at=november(3))
        causes = {refusal.card.person: refusal.message for refusal in caught.value.refusals}
        assert "still open" in causes[firm.chen]
        assert "own card" in causes[firm.wang]
        assert set(Card.objects.values_list("state", flat=True)) == {"draft"}
        assert not CardEvent.objects.exists()

    def test_closing_needs_every_card_confirmed(self, firm):
        done = walk(firm, firm.card(), "confirmed")
        firm.card(firm.chen)
        with pytest.raises(BulkRefused) as caught:
            take_many("close", [done], by=user(firm.zhao), at=november(9))
        assert "陈一帆" in caught.value.refusals[0].message

    def test_queries_do_not_grow_with_the_cards(self, firm, django_assert_max_num_queries):
        cards = [firm.card(), firm.card(firm.chen)]
        cards += [
            firm.card(factories.person(f"客服{n}", unit=firm.team, position=cards[0].position))
            for n in range(10)
        ]
        with django_assert_max_num_queries(16):
            take_many("submit", cards, by=user(firm.wang), at=november(3))
        with django_assert_max_num_queries(20):
            take_many("publish", cards, by=user(firm.qian), at=november(4))


class TestComparisons:
    def team_of(self, firm: Company, size: int) -> list[Card]:
        cards = [firm.card()]
        for n in range(size - 1):
            one = factories.person(f"客服{n}", unit=firm.team, position=cards[0].position)
            cards.append(firm.card(one, facts={**factories.FULL_FACTS, "disputes": str(n % 2)}))
        take_many("submit", cards, by=user(firm.wang), at=november(3))
        return cards

    @pytest.mark.parametrize(("size", "shown"), [(4, False), (5, True)])
    def test_no_average_of_fewer_than_five(self, firm, size, shown):
        cards = self.team_of(firm, size)
        take_many("publish", cards, by=user(firm.qian), at=november(4))
        row = Comparison.objects.get(version=cards[0].current_id, key="total")
        assert (row.team is not None) is shown
        assert row.people == size

    def test_the_team_is_copied_with_the_own_card_in_it(self, firm):
        cards = self.team_of(firm, 5)
        take("publish", cards[0], by=user(firm.qian), at=november(4))
        rows = {row.key: row for row in Comparison.objects.exclude(key__startswith="line:")}
        assert set(rows) == {
            "sales",
            "conversion",
            "products",
            "after_sales",
            "service",
            "knowledge",
            "total",
        }
        totals = [card.current.total for card in cards]
        assert rows["total"].own == totals[0]
        assert rows["total"].team == (sum(totals) / 5).quantize(Decimal("0.01"))
        assert rows["after_sales"].own == 100


class TestOffers:
    @pytest.mark.parametrize(
        ("state", "who", "acts"),
        [
            ("draft", "wang", ["submit"]),
            ("draft", "lin", []),
            ("submitted", "qian", ["send_back", "publish"]),
            ("submitted", "wang", []),
            ("published", "lin", ["confirm", "object"]),
            ("confirmed", "zhao", ["close", "set_aside"]),
            ("closed", "sun", ["approve", "ask_return"]),
            ("approved", "zhou", ["pay"]),
            ("paid", "sun", []),
        ],
    )
    def test_buttons(self, firm, state, who, acts):
        card = walk(firm, firm.card(), state)
        found = workflow.allowed(card, by=user(getattr(firm, who)), at=november(9))
        assert [offer.act for offer in found] == acts

    def test_with_the_reason_where_not_now(self, firm):
        card = firm.card(facts={k: v for k, v in factories.FULL_FACTS.items() if k != "work_summary"})
        [offer] = workflow.allowed(card, by=user(firm.wang), at=november(3))
        assert "still open" in offer.reason
