"""Random walks through the workflow: whoever presses whatever, the laws of month.md hold."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews import copies, history
from reviews.models import Card, CardEvent, Objection
from reviews.models.cards import WAYS
from reviews.workflow import STEPS, Answer, Blocked, WrongState, take
from tests.reviews.people import company, november, user

PEOPLE = ["lin", "chen", "wang", "zhao", "qian", "sun", "li", "zhou", "wu"]
RIGHTFUL = {
    "submit": "wang",
    "send_back": "qian",
    "publish": "qian",
    "confirm": "lin",
    "object": "lin",
    "answer": "zhao",
    "agree": "lin",
    "maintain": "lin",
    "close": "zhao",
    "approve": "sun",
    "pay": "zhou",
    "ask_return": "sun",
    "return": "li",
}
STEPS_A_WALK = 30
OWN = {"confirm", "object", "agree", "maintain"}


def press(data: st.DataObject, state: str) -> tuple[str, str]:
    """Draw an act and who presses it: mostly one that fits the state, by the one it belongs to."""
    fitting = sorted(act for act, step in STEPS.items() if state in step.sources)
    acts = fitting if fitting and data.draw(st.integers(0, 3)) else sorted(STEPS)
    act = data.draw(st.sampled_from(acts))
    return act, RIGHTFUL[act] if data.draw(st.integers(0, 3)) else data.draw(st.sampled_from(PEOPLE))


class Walk:
    """One card, and what was true of it when each version froze."""

    def __init__(self) -> None:
        self.firm = company()
        self.card = self.firm.card()
        self.users = {name: user(getattr(self.firm, name)) for name in PEOPLE}
        self.frozen: dict[int, str] = {}

    def press(self, act: str, who: str, at: int) -> None:
        """Try one act with what it needs, and look at the laws."""
        before = Card.objects.values().get()
        waiting = Objection.objects.filter(version=self.card.current_id, outcome="")
        answers = [
            Answer(one.line, upheld=number % 2 == 0, text="看过记录", key="disputes", value=Decimal(0))
            for number, one in enumerate(waiting)
        ]
        try:
            take(
                act,
                self.card,
                by=self.users[who],
                at=november(2 + at // 4),
                note="原因",
                objections={"disputes": "不是我的责任"},
                answers=answers,
            )
        except (PermissionDenied, WrongState, Blocked):
            assert Card.objects.values().get() == before
        else:
            self.moved(act, who, before["state"])
        self.laws()

    def moved(self, act: str, who: str, source: str) -> None:
        event = CardEvent.objects.latest("seq")
        assert (event.act, event.from_state, event.to_state) == (act, source, self.card.state)
        assert source == self.card.state or (source, self.card.state) in WAYS
        assert source in STEPS[act].sources
        assert (who == "lin") == (act in OWN)

    def laws(self) -> None:
        card = Card.objects.select_related("current").get()
        versions = list(card.versions.order_by("number"))
        assert card.current == versions[-1]
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        assert (card.current.frozen_at is None) == (card.state == "draft")
        held = copies.read(versions)
        for version in versions:
            if version.frozen_at is not None:
                first = self.frozen.setdefault(version.pk, version.sha256)
                assert held[version.pk].sha256() == version.sha256 == first
        events = list(card.events.select_related("note").order_by("seq"))
        assert history.broken_entries(events) == []
        assert card.seq == len(events)
        by_version: dict[int, dict[str, int]] = {}
        for event in events:
            assert event.person_id != event.subject_id or event.act in OWN
            by_version.setdefault(event.version_id, {})[event.act] = event.person_id
        for acts in by_version.values():
            if "submit" in acts and "publish" in acts:
                assert acts["submit"] != acts["publish"]


@pytest.mark.django_db
@settings(max_examples=12)
@given(st.data())
def test_the_laws_hold_on_any_walk(data):
    with transaction.atomic():
        walk = Walk()
        for at in range(STEPS_A_WALK):
            walk.press(*press(data, walk.card.state), at)
        transaction.set_rollback(True)
