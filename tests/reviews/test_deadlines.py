"""Deadlines: working days with make-up days, the agent's window, who has to act."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from reviews.deadlines import dues, timeline, window_end
from reviews.models import Card
from reviews.procedures import roles_of
from reviews.services.cards import record_opening, set_comment
from reviews.workflow import take
from staff.calendar import Calendar
from staff.models import Shift
from tests.reviews.people import company, november, user

# National Day 2026: 1 to 7 October off; Saturday 10 October is worked instead.
HOLIDAYS = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR = Calendar(HOLIDAYS, frozenset({2026}))


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("delivered", "ends"),
    [
        pytest.param(local(10, 12, 9, 20), local(10, 14, 18), id="two working days, to the evening"),
        pytest.param(local(10, 12, 21, 5), local(10, 14, 22), id="48 hours, up to the full hour"),
        pytest.param(local(10, 16, 10), local(10, 20, 18), id="over a weekend"),
        pytest.param(local(9, 30, 10), local(10, 9, 18), id="over the holidays"),
        pytest.param(local(10, 9, 10), local(10, 12, 18), id="a make-up Saturday counts"),
    ],
)
def test_the_window_is_48_hours_and_two_own_working_days(delivered, ends):
    assert window_end(delivered, works=CALENDAR.works, step_day=date(2026, 9, 30)) == ends


def test_the_window_never_ends_before_the_steps_day():
    end = window_end(local(11, 2, 9), works=CALENDAR.works, step_day=date(2026, 11, 10))
    assert end == local(11, 10, 18)


@pytest.mark.django_db
class TestWithCards:
    @pytest.fixture
    def firm(self):
        return company()

    def test_timeline_of_octobers_review(self, firm):
        steps = timeline(firm.review, calendar=CALENDAR, roles=roles_of(firm.review.procedure))
        assert [(s.act, s.role, timezone.localdate(s.at).day, s.estimated) for s in steps] == [
            ("assess", "supervisor", 4, False),
            ("approve", "director", 6, False),
            ("confirm", "subject", 10, False),
            ("decide", "manager", 10, False),
            ("close", "manager", 11, False),
            ("hand_over", "hr", 13, False),
            ("pay", "finance", 13, False),
        ]

    def test_estimated_while_the_years_holidays_are_not_published(self, firm):
        steps = timeline(
            firm.review, calendar=Calendar({}, frozenset()), roles=roles_of(firm.review.procedure)
        )
        assert all(step.estimated for step in steps)

    def test_who_has_to_act_and_how_late(self, firm):
        card = firm.card()
        [due] = dues([card], calendar=CALENDAR, at=november(4)).values()
        assert (due.act, due.person_id, due.late) == ("assess", firm.wang.pk, 0)
        [due] = dues([card], calendar=CALENDAR, at=november(9)).values()
        assert due.late == 3
        take("submit", card, by=user(firm.wang), at=november(9))
        [due] = dues([card], calendar=CALENDAR, at=november(9)).values()
        assert (due.act, due.person_id, due.late) == ("approve", firm.qian.pk, 1)

    def published(self, firm) -> Card:
        card = firm.card()
        take("submit", card, by=user(firm.wang), at=november(3))
        take("publish", card, by=user(firm.qian), at=november(5))
        return card

    def test_opening_is_delivery_once(self, firm):
        card = self.published(firm)
        assert not record_opening(card, by=user(firm.wang), at=november(6))
        assert record_opening(card, by=user(firm.lin), at=november(9, 9))
        assert not record_opening(card, by=user(firm.lin), at=november(10))
        card.refresh_from_db()
        assert card.delivered_at == november(9, 9)
        assert card.window_ends_at == local(11, 11, 18)
        [due] = dues([card], calendar=CALENDAR, at=november(10)).values()
        assert (due.act, due.at) == ("confirm", local(11, 11, 18))

    def test_days_off_by_the_roster_lengthen_the_window(self, firm):
        card = self.published(firm)
        for day in (9, 13, 14):
            start = datetime(2026, 11, day, 1, tzinfo=UTC)
            Shift.objects.create(
                person=firm.lin, starts_at=start, ends_at=start.replace(hour=9), published_at=start
            )
        record_opening(card, by=user(firm.lin), at=november(9, 9))
        assert card.window_ends_at == local(11, 14, 18)

    def test_comment_is_the_assessors_and_stands_once_submitted(self, firm):
        card = firm.card()
        before = card.stamp
        set_comment(card, text=" 本月稳定 ", by=user(firm.wang), at=november(3))
        card = Card.objects.get()
        assert card.current.comment == "本月稳定"
        assert card.stamp != before
        with pytest.raises(PermissionDenied):
            set_comment(card, text="x", by=user(firm.qian), at=november(3))
        take("submit", card, by=user(firm.wang), at=november(3))
        with pytest.raises(ValidationError):
            set_comment(card, text="x", by=user(firm.wang), at=november(3))
