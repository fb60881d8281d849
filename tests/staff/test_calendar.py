"""Working days by the state's calendar, make-up days included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from staff.calendar import add_months, first_of_next, last_day_of, load
from staff.models import CalendarYear, Holiday
from staff.services import seed_calendar


@pytest.fixture
def calendar(db):
    seed_calendar(by=None)
    return load()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 9, 20), True, id="Sunday made up for National Day"),
        pytest.param(date(2026, 9, 25), False, id="Mid-Autumn, a Friday"),
        pytest.param(date(2026, 9, 30), True, id="Wednesday before the holidays"),
        pytest.param(date(2026, 10, 1), False, id="National Day"),
        pytest.param(date(2026, 10, 7), False, id="last day of the holidays, a Wednesday"),
        pytest.param(date(2026, 10, 8), True, id="first day after, a Thursday"),
        pytest.param(date(2026, 10, 10), True, id="Saturday made up"),
        pytest.param(date(2026, 10, 11), False, id="plain Sunday"),
        pytest.param(date(2026, 11, 22), False, id="plain Sunday in November"),
    ],
)
def test_a_day_works_or_not(day, works, calendar):
    assert calendar.works(day) is works


@pytest.mark.parametrize(
    ("month", "number", "day"),
    [
        pytest.param(date(2026, 9, 1), 1, date(2026, 10, 8), id="September's first: after the holidays"),
        pytest.param(date(2026, 9, 1), 3, date(2026, 10, 10), id="September's third: a make-up Saturday"),
        pytest.param(date(2026, 9, 1), 4, date(2026, 10, 12), id="September's fourth: Monday"),
        pytest.param(date(2026, 10, 1), 3, date(2026, 11, 4), id="October's third: Wednesday"),
        pytest.param(date(2026, 10, 1), 5, date(2026, 11, 6), id="October's fifth"),
        pytest.param(date(2026, 10, 1), 10, date(2026, 11, 13), id="October's tenth"),
    ],
)
def test_the_nth_working_day_after_a_month(month, number, day, calendar):
    found = calendar.nth_after(last_day_of(month), number)
    assert (found.day, found.estimated) == (day, False)
    assert calendar.ordinal(last_day_of(month), day) == number


def test_a_year_not_published_yet_is_an_estimate_and_says_so(calendar):
    assert calendar.nth_after(date(2026, 12, 31), 3).estimated
    assert CalendarYear.objects.get(year=2027).published is False


def test_seeding_again_changes_nothing_and_keeps_what_hr_edited(db, capsys):
    seed_calendar(by=None)
    Holiday.objects.filter(date=date(2026, 10, 10)).update(works=False, name_zh="公司放假")
    count = Holiday.objects.count()
    call_command("seed_calendar")
    assert capsys.readouterr().out.startswith("0 days added; published up to 2026. 2027 is not published")
    assert Holiday.objects.count() == count
    assert Holiday.objects.get(date=date(2026, 10, 10)).name_zh == "公司放假"


def test_hr_fills_the_calendar_by_a_button(login):
    address = reverse("admin:staff_holiday_seed")
    assert login("finance").post(address).status_code == 403
    assert login("agent").post(address).status_code == 404
    hr = login("hr")
    assert hr.get(address).status_code == 405
    answer = hr.post(address, follow=True).content.decode()
    assert "2027" in answer
    assert Holiday.objects.get(date=date(2026, 10, 1)).history.get().history_user.username == "hr"


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 3, 1), date(2028, 2, 29)),
        (date(2026, 10, 15), date(2026, 11, 1), date(2026, 10, 31)),
    ],
)
def test_months_end_and_begin(day, first, last):
    assert (first_of_next(day), last_day_of(day)) == (first, last)
    assert last_day_of(day) + timedelta(days=1) == first
    assert add_months(day.replace(day=1), 1) == first
    assert add_months(first, -13).month == add_months(day.replace(day=1), 0).month
