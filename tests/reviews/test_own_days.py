"""An agent's own working days: by the roster where it reaches, else by the calendar; nights and holidays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.deadlines import own_days, reply_end, window_end
from staff.calendar import Calendar
from staff.models import Shift
from tests import factories

# National Day 2026: 1 to 7 October off; Saturday 10 October is worked instead.
HOLIDAYS = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR = Calendar(HOLIDAYS, frozenset({2026}))
STEP = date(2026, 9, 1)


def local(month: int, day: int, hour: int) -> datetime:
    """An hour of 2026 in Beijing."""
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shifts", "published", "window", "reply"),
    [
        pytest.param([], True, local(10, 9, 18), local(10, 8, 18), id="no roster: after the holidays"),
        pytest.param(
            [(10, 2, 9), (10, 4, 9)], True, local(10, 4, 18), local(10, 2, 18), id="shifts inside the holidays"
        ),
        pytest.param(
            [(10, 2, 22), (10, 5, 22)], True, local(10, 6, 6), local(10, 3, 6),
            id="a night counts on the day it begins, and is waited for",
        ),
        pytest.param([(10, 2, 9)], True, local(10, 8, 18), local(10, 2, 18), id="the roster ends, then the calendar"),
        pytest.param([(10, 2, 9)], False, local(10, 9, 18), local(10, 8, 18), id="a roster not published yet"),
        pytest.param(
            [(9, 30, 22), (10, 3, 9), (10, 6, 9)], True, local(10, 6, 18), local(10, 3, 18),
            id="the night of the delivery is no whole day",
        ),
    ],
)  # fmt: skip
def test_two_own_days_for_a_card_and_one_for_an_answer(shifts, published, window, reply):
    """Delivered on Wednesday 30 September, ten o'clock."""
    person = factories.person("林小满")
    delivered = local(9, 30, 10)
    for month, day, hour in shifts:
        begins = local(month, day, hour)
        Shift.objects.create(
            person=person,
            starts_at=begins,
            ends_at=begins + timedelta(hours=8),
            published_at=delivered if published else None,
        )
    own = own_days(person.pk, after=delivered.date(), calendar=CALENDAR)
    assert window_end(delivered, works=own.works, end_of=own.end_of, step_day=STEP) == window
    assert reply_end(delivered, works=own.works, end_of=own.end_of) == reply
