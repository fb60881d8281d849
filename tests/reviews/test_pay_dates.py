"""When pay is due, when results are handed over, and the warning where the first comes before the second."""

from __future__ import annotations

from datetime import date

import pytest

from reviews.deadlines import timeline
from reviews.models import BranchSetting, Review
from reviews.pay_dates import PayDate, months_from, pay_date, pay_dates
from reviews.pay_warnings import warning_of, warnings
from reviews.procedures import load_procedures, roles_of
from staff import calendar
from staff.calendar import add_months, last_day_of
from staff.services import seed_calendar
from tests import factories
from tests.reviews.people import company, user


@pytest.mark.parametrize(
    ("month", "pay_day", "found"),
    [
        pytest.param(date(2026, 10, 1), 15, date(2026, 11, 15), id="in the month that follows"),
        pytest.param(date(2026, 12, 1), 10, date(2027, 1, 10), id="over the year's end"),
        pytest.param(date(2027, 1, 1), 31, date(2027, 2, 28), id="the last day of a shorter month"),
        pytest.param(date(2028, 1, 1), 30, date(2028, 2, 29), id="in a leap year"),
        pytest.param(date(2026, 10, 1), 31, date(2026, 11, 30), id="31 in a month of 30"),
    ],
)
def test_pay_date(month, pay_day, found):
    assert pay_date(month, pay_day) == found


def test_pay_is_early_only_before_the_day_of_the_hand_over():
    days = pay_dates(
        months_from(date(2026, 11, 1), 3),
        pay_day=15,
        hand_over=lambda month: (date(month.year + month.month // 12, month.month % 12 + 1, 15), False),
    )
    assert [one.early for one in days] == [False] * 3
    assert PayDate(date(2026, 11, 1), date(2026, 12, 14), date(2026, 12, 15)).early
    assert months_from(date(2026, 11, 9), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


# Counted by hand from the notices of the State Council: 1 to 7 October 2026 off, 20 September and
# 10 October worked; November 2026 has none.
DEADLINES = {
    # month reviewed: working day -> date
    date(2026, 8, 1): {3: date(2026, 9, 3), 10: date(2026, 9, 14), 15: date(2026, 9, 20)},
    date(2026, 9, 1): {
        1: date(2026, 10, 8), 2: date(2026, 10, 9), 3: date(2026, 10, 10), 5: date(2026, 10, 13),
        7: date(2026, 10, 15), 8: date(2026, 10, 16), 10: date(2026, 10, 20), 15: date(2026, 10, 27),
    },
    date(2026, 10, 1): {
        3: date(2026, 11, 4), 5: date(2026, 11, 6), 7: date(2026, 11, 10), 8: date(2026, 11, 11),
        10: date(2026, 11, 13), 15: date(2026, 11, 20),
    },
}  # fmt: skip


@pytest.mark.django_db
def test_the_deadlines_of_autumn_2026():
    seed_calendar(by=None)
    days = calendar.load()
    for month, wanted in DEADLINES.items():
        found = {number: days.nth_after(last_day_of(month), number) for number in wanted}
        assert {number: one.day for number, one in found.items()} == wanted
        assert not any(one.estimated for one in found.values())
    # October 2026 itself has 31 - 7 - 4 Sundays - 3 Saturdays outside the holidays = 18 working days,
    # the 10th of October among them.
    assert days.ordinal(date(2026, 9, 30), date(2026, 10, 31)) == 18
    october = Review(unit=factories.unit("店"), month=date(2026, 9, 1), procedure=load_procedures()["full"])
    steps = timeline(october, calendar=days, roles=roles_of(october.procedure))
    assert {step.act: step.at.date() for step in steps}["hand_over"] == date(2026, 10, 20)


@pytest.fixture
def firm(db):
    seed_calendar(by=None)
    return company()


def test_hr_is_warned_of_both_dates_for_the_branches_looked_after(firm):
    BranchSetting.objects.create(unit=firm.shop, procedure=load_procedures()["full"], pay_day=15)
    on = date(2026, 10, 5)
    [found] = warnings(user(firm.sun), on=on, count=2)
    # September's results are handed over on 20 October, October's on 13 November.
    assert (found.unit, found.date.pay_on, found.date.hand_over) == (
        firm.shop,
        date(2026, 10, 15),
        date(2026, 10, 20),
    )
    assert "10-15" in found.words
    assert "10-20" in found.words
    assert warnings(user(firm.zhao), on=on) == []


def test_a_review_with_a_pay_date_of_its_own_goes_before_its_branch(firm):
    BranchSetting.objects.create(unit=firm.shop, procedure=load_procedures()["full"], pay_day=15)
    september = factories.review(firm.shop, month=date(2026, 9, 1))
    Review.objects.filter(pk=september.pk).update(pay_on=date(2026, 10, 20))
    assert warnings(user(firm.sun), on=date(2026, 10, 5), count=1) == []
    september.pay_on = date(2026, 10, 19)
    assert warning_of(september, days=calendar.load())
    september.trial = True
    assert not warning_of(september, days=calendar.load())


def test_dates_of_a_year_not_published_say_that_they_are_estimates(firm):
    BranchSetting.objects.create(unit=firm.shop, procedure=load_procedures()["full"], pay_day=1)
    [found] = warnings(user(firm.sun), on=add_months(date(2027, 3, 1), 1), count=1)
    assert found.date.estimated
    assert "估计" in found.words or "estimated" in found.words
