"""Random walks through the workflow: whoever presses whatever, the laws of month.md hold.

Every role, every act, all three procedures; two cards of one month, so that closing and handing over
have something to wait for. CI walks 500 times (KEJI_WALKS), `make test` a few times.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews import copies, history
from reviews.control_sum import control_sum
from reviews.handing_over import pay_line
from reviews.models import Card, CardEvent, CardVersion, HandOver, HandOverLine, Objection
from reviews.models.cards import WAYS
from reviews.plans import core_plans
from reviews.procedures import load_procedures, roles_of
from reviews.services import deliveries
from reviews.workflow import STEPS, Answer, Blocked, BulkRefused, WrongState, take, take_many
from staff.models import Deputy, RoleHolding
from tests import factories
from tests.reviews.people import Company, company, november, user

PEOPLE = ["lin", "chen", "wang", "zhao", "qian", "sun", "li", "zhou", "wu"]
BOTH = ("lin", "chen")
PROCEDURES = ("full", "medium", "small")
# The acts that lead on from a state: three of four presses.
LEADS_ON = {
    "draft": ["submit"], "submitted": ["publish"], "published": ["confirm", "object"],
    "objected": ["answer", "agree", "maintain"], "confirmed": ["close"], "closed": ["approve"],
    "approved": ["pay", "ask_return"],
}  # fmt: skip
# Who is likely to get somewhere with an act; "" is the card's subject, None is time itself.
LIKELY = {
    "submit": "wang", "send_back": "qian", "publish": "qian", "confirm": "", "object": "", "agree": "",
    "maintain": "", "silence": None, "approve": "sun", "pay": "zhou", "ask_return": "sun", "return": "li",
    "reassign": "sun", "decline_return": "li",
}  # fmt: skip
OF_THE_CLOSER = {"answer", "close", "set_aside", "take_back"}
STEPS_A_WALK = 30
HOURS = 24
WALKS = int(os.environ.get("KEJI_WALKS", "6"))
OWN = {"confirm", "object", "agree", "maintain"}
JOINED = {"close": {"closed", "approved", "paid"}, "approve": {"approved", "paid"}}
HELD = ["approved", "paid"]


def month_by(procedure: str) -> Company:
    """Two agents of a month run by a procedure; in the small one the owner is HR and finance too."""
    firm = company()
    firm.review.procedure = load_procedures()[procedure]
    firm.review.save(update_fields=["procedure"])
    decider = firm.zhao
    if procedure == "small":
        decider = firm.qian
        for role in ("hr", "finance"):
            factories.role(firm.qian, role, firm.root)
    # Who approves stands in for who submits: the same person must not do both on one card.
    holding = RoleHolding.objects.get(person=firm.wang)
    Deputy.objects.create(
        holding=holding, person=firm.qian, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1)
    )
    for name in BOTH:
        firm.card(getattr(firm, name), decider=decider)
    return firm


class Walk:
    """Two cards of one month, and what was true of each version when it froze."""

    def __init__(self, firm: Company, procedure: str) -> None:
        self.firm, self.procedure = firm, procedure
        self.roles = roles_of(load_procedures()[procedure])
        self.users = {name: user(getattr(firm, name)) for name in PEOPLE}
        self.frozen: dict[int, str] = {}
        self.closed_at = None
        self.asked = ""
        self.at = november(2)

    def likely(self, act: str, subject: str) -> str | None:
        if act in OF_THE_CLOSER:
            return "qian" if self.procedure == "small" else "zhao"
        who = LIKELY[act]
        if act == "submit" and self.at.hour > HOURS // 2:
            return "qian"
        return subject if who == "" else who

    def draw(self, data: st.DataObject, state: str, subject: str) -> tuple[str, str | None]:
        """Draw an act and who presses it: mostly one that fits the state, by the one it belongs to."""
        fitting = sorted(act for act, step in STEPS.items() if state in step.sources)
        acts = fitting if fitting and data.draw(st.integers(0, 3)) else sorted(STEPS)
        if data.draw(st.integers(0, 3)):
            acts = ["return"] if self.asked == subject else LEADS_ON.get(state, acts)
        act = data.draw(st.sampled_from(acts))
        anybody = st.sampled_from([*PEOPLE, None])
        return act, self.likely(act, subject) if data.draw(st.integers(0, 5)) else data.draw(anybody)

    def press(self, data: st.DataObject) -> None:
        """Try one act with what it needs; half a day passes; look at the laws of what moved."""
        subject = self.asked or data.draw(st.sampled_from(BOTH))
        self.at += timedelta(hours=7)
        card = Card.objects.get(person=getattr(self.firm, subject))
        act, who = self.draw(data, card.state, subject)
        if card.state in {"published", "objected"} and data.draw(st.booleans()):
            deliveries.record(card, channel="opened", at=self.at)
        before = list(Card.objects.order_by("pk").values())
        lines = HandOverLine.objects.count()
        try:
            self.take(act, card, who)
        except (PermissionDenied, WrongState, Blocked, BulkRefused):
            assert list(Card.objects.order_by("pk").values()) == before
            assert HandOverLine.objects.count() == lines
            return
        old = {row["id"]: row for row in before}
        moved = {row["id"] for row in Card.objects.values() if row != old[row["id"]]}
        assert moved == {card.pk}
        self.asked = subject if act == "ask_return" else ""
        self.moved(act, who, subject, old[card.pk])
        self.laws_of(Card.objects.select_related("current", "review").get(pk=card.pk))
        if act in {"close", "approve", "pay", "return"}:
            self.laws_of_pay()

    def take(self, act: str, card: Card, who: str | None) -> None:
        by = self.users[who] if who else None
        if act == "reassign" and by is not None:
            spare = {"assessor": self.firm.zhao.pk if self.procedure == "small" else self.firm.li.pk}
            take_many(act, [card], by=by, at=self.at, note="原因", eyes={card.pk: spare})
            return
        waiting = Objection.objects.filter(version=card.current_id, outcome="")
        answers = [
            Answer(one.line, upheld=number % 2 == 0, text="看过记录", key="disputes", value=Decimal(0))
            for number, one in enumerate(waiting)
        ]
        objections = {"disputes": "不是我的责任"}
        take(act, card, by=by, at=self.at, note="原因", objections=objections, answers=answers)

    def moved(self, act: str, who: str | None, subject: str, before: dict) -> None:
        card = Card.objects.get(pk=before["id"])
        event = card.events.get(seq=before["seq"] + 1)
        assert (event.act, event.from_state) == (act, before["state"])
        assert before["state"] in STEPS[act].sources
        assert before["state"] == event.to_state or (before["state"], event.to_state) in WAYS
        assert card.state == event.to_state or (
            self.procedure == "small" and card.state in JOINED.get(act, ())
        )
        assert (who == subject) == (act in OWN)
        assert (who is None) == (act == "silence")
        if act == "silence":
            assert before["window_ends_at"] < self.at

    def laws_of(self, card: Card) -> None:
        """Frozen never changes, one current version, a whole chain, the right people; closed stays closed."""
        versions = list(card.versions.order_by("number"))
        assert card.current == versions[-1]
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        assert (card.current.frozen_at is None) == (card.state == "draft")
        for version in versions:
            if version.frozen_at is not None:
                assert version.sha256 == self.frozen.setdefault(version.pk, version.sha256)
        events = list(card.events.select_related("note").order_by("seq"))
        assert history.broken_entries(events) == []
        assert card.seq == len(events)
        self.laws_of_people(card, events)
        assert self.closed_at is None or card.review.closed_at == self.closed_at
        self.closed_at = card.review.closed_at

    def laws_of_copies(self) -> None:
        """What a frozen version is made of is still what it was when it froze, and scores to the same."""
        versions = list(CardVersion.objects.filter(pk__in=self.frozen))
        held = copies.read(versions)
        plans = core_plans({part.plan_version_id for copy in held.values() for part in copy.segments})
        for version in versions:
            copy = held[version.pk]
            assert copies.scored(copy, plans=plans).sha256() == copy.sha256() == self.frozen[version.pk]

    def laws_of_people(self, card: Card, events: list[CardEvent]) -> None:
        """A reviewer is never the subject; two persons stand behind every version that is published or paid."""
        last: dict[str, CardEvent] = {}
        for event in events:
            assert event.person_id != event.subject_id or event.act in OWN
            last[event.act] = event
        if card.state in {"published", "objected", "confirmed", "closed", *HELD}:
            assert len({last["submit"].person_id, last["publish"].person_id, card.person_id}) == 3
            answered = last.get("answer")
            if answered is not None and answered.seq > last["publish"].seq:
                assert answered.person_id not in {last["submit"].person_id, card.person_id}
                alone = answered.person_id == last["publish"].person_id
                assert not alone or self.roles.approver_may_decide

    def laws_of_pay(self) -> None:
        """The sum of the cards handed over is the sum of the hand-overs, and no card is on two."""
        cards = Card.objects.filter(state__in=HELD)
        lines = HandOverLine.objects.filter(withdrawn_at__isnull=True)
        assert sorted(lines.values_list("card", flat=True)) == sorted(cards.values_list("pk", flat=True))
        sums = [
            cards.aggregate(sum=Sum("current__performance_pay"))["sum"],
            lines.aggregate(sum=Sum("performance_pay"))["sum"],
            HandOver.objects.filter(cards__gt=0).aggregate(sum=Sum("performance_sum"))["sum"],
        ]
        assert len(set(sums)) == 1
        for made in HandOver.objects.all():
            of_it = lines.filter(hand_over=made).select_related("version")
            assert made.control_sum == control_sum(pay_line(line) for line in of_it)
            assert (made.acknowledged_at is None) or {line.card.state for line in of_it} == {"paid"}


def walk_by(data: st.DataObject, firm: Company, procedure: str) -> None:
    with transaction.atomic():
        walk = Walk(firm, procedure)
        for _step in range(STEPS_A_WALK):
            walk.press(data)
        walk.laws_of_copies()
        walk.laws_of_pay()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_laws_hold_on_any_walk(procedure):
    firm = month_by(procedure)

    @settings(max_examples=-(-WALKS // len(PROCEDURES)), suppress_health_check=list(HealthCheck))
    @given(st.data())
    def walks(data):
        walk_by(data, firm, procedure)

    walks()
