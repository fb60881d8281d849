"""Who is reminded of what on which day: the working day before, daily after, the superior from the second late day."""

from __future__ import annotations

from datetime import date

import pytest

from reviews.reminding import Holding, Reminder, Tone, Waiting, day_before, reminders, superior
from staff.calendar import Calendar

# National Day 2026: 1 to 7 October off; Saturday 10 October is worked instead. 20 September is worked too.
HOLIDAYS = {date(2026, 10, day): False for day in range(1, 8)} | {
    date(2026, 9, 20): True,
    date(2026, 9, 25): False,
    date(2026, 10, 10): True,
}
CALENDAR = Calendar(HOLIDAYS, frozenset({2026}))

TEAM, SHOP, ROOT = "/1/2/3/", "/1/2/", "/1/"
AGENT, LEAD, DEPUTY, MANAGER, DIRECTOR, HR = 11, 21, 22, 31, 41, 51
HOLDINGS = [
    Holding(LEAD, "supervisor", TEAM),
    Holding(MANAGER, "manager", SHOP),
    Holding(DIRECTOR, "director", ROOT),
    Holding(HR, "hr", ROOT),
]


def october(day: int) -> date:
    return date(2026, 10, day)


def late_on(due: date, today: date) -> int:
    """Working days begun after the deadline."""
    return CALENDAR.ordinal(due, today)


def told(today: date, *, due: date, act="assess", role="supervisor", people=None) -> set[tuple[int, str]]:
    waiting = Waiting(1, 7, act, role, due, late_on(due, today), people or {LEAD: TEAM})
    found = reminders([waiting], today=today, works=CALENDAR.works, holdings=HOLDINGS)
    return {(one.person, one.tone.value) for one in found}


@pytest.mark.parametrize(
    ("today", "due", "expected"),
    [
        pytest.param(october(12), october(14), set(), id="two working days before: nothing"),
        pytest.param(october(13), october(14), {(LEAD, "due")}, id="the working day before"),
        pytest.param(october(14), october(14), set(), id="the day itself is his own"),
        pytest.param(october(15), october(14), {(LEAD, "late")}, id="the first late day"),
        pytest.param(
            october(16),
            october(14),
            {(LEAD, "late"), (MANAGER, "above")},
            id="the second late day: the manager",
        ),
        pytest.param(october(17), october(14), set(), id="Saturday: nobody"),
        pytest.param(
            october(19), october(14), {(LEAD, "late"), (MANAGER, "above")}, id="on Monday again, daily"
        ),
        pytest.param(
            october(10), october(12), {(LEAD, "due")}, id="a make-up Saturday is the day before Monday"
        ),
        pytest.param(october(9), october(12), set(), id="and the Friday before it is not"),
        pytest.param(
            date(2026, 9, 30), october(8), {(LEAD, "due")}, id="before the holidays, for the day after them"
        ),
        pytest.param(october(7), october(8), set(), id="the last day off: nobody"),
        pytest.param(october(3), date(2026, 9, 29), set(), id="late over the holidays: nobody"),
        pytest.param(
            october(8),
            date(2026, 9, 30),
            {(LEAD, "late")},
            id="the first working day after them is the first late one",
        ),
        pytest.param(
            october(9), date(2026, 9, 30), {(LEAD, "late"), (MANAGER, "above")}, id="the next one the second"
        ),
        pytest.param(october(9), october(11), set(), id="due on a Sunday, a make-up Saturday before it"),
        pytest.param(october(10), october(11), {(LEAD, "due")}, id="told on that Saturday"),
    ],
)
def test_the_days_of_a_reminder(today, due, expected):
    assert told(today, due=due) == expected


def test_who_stands_in_is_told_beside_the_holder():
    found = told(october(13), due=october(14), people={LEAD: TEAM, DEPUTY: TEAM})
    assert found == {(LEAD, "due"), (DEPUTY, "due")}


def test_a_superior_who_has_to_act_anyway_is_told_once():
    people = {LEAD: TEAM, MANAGER: SHOP}
    found = told(october(16), due=october(14), people=people)
    assert found == {(LEAD, "late"), (MANAGER, "late"), (DIRECTOR, "above")}


def test_cards_of_one_review_make_one_reminder_and_of_two_make_two():
    rows = [
        Waiting(card, group, "approve", "director", october(14), 0, {DIRECTOR: ROOT})
        for card, group in ((5, 1), (3, 1), (9, 2))
    ]
    found = reminders(rows, today=october(13), works=CALENDAR.works, holdings=HOLDINGS)
    assert found == [
        Reminder(DIRECTOR, "approve", Tone.DUE, 1, (3, 5)),
        Reminder(DIRECTOR, "approve", Tone.DUE, 2, (9,)),
    ]


@pytest.mark.parametrize(
    ("person", "role", "path", "above"),
    [
        pytest.param(AGENT, "subject", TEAM, MANAGER, id="an agent's manager"),
        pytest.param(LEAD, "supervisor", TEAM, MANAGER, id="a supervisor's manager"),
        pytest.param(MANAGER, "manager", SHOP, DIRECTOR, id="a manager's director"),
        pytest.param(DIRECTOR, "director", ROOT, HR, id="a director's HR"),
        pytest.param(HR, "hr", ROOT, DIRECTOR, id="HR's director"),
        pytest.param(LEAD, "supervisor", "/9/", None, id="nobody above in another company"),
    ],
)
def test_the_nearest_superior(person, role, path, above):
    assert superior(person, role, path, HOLDINGS) == above


def test_the_working_day_before():
    assert day_before(october(8), works=CALENDAR.works) == date(2026, 9, 30)
    assert day_before(october(12), works=CALENDAR.works) == october(10)
