"""The working calendar of a year: what differs, what is an estimate, and who changes it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from staff import calendar
from staff.models import CalendarYear, Holiday
from staff.services import seed_calendar
from staff.year_calendar import year_page

pytestmark = pytest.mark.django_db
HERE = "admin:staff_holiday_changelist"


@pytest.fixture
def login(client, company):
    def logged_in(who):
        client.force_login(getattr(company, who).users.get())
        return client

    return logged_in


def test_a_year_in_months_with_days_off_and_make_up_days():
    seed_calendar(by=None)
    page = year_page(2026, today=date(2026, 11, 25))
    october = page.months[9]
    days = {day.date: day for week in october.weeks for day in week if day.inside}
    assert len(days) == 31
    assert not days[date(2026, 10, 7)].works
    assert days[date(2026, 10, 8)].works
    assert days[date(2026, 10, 10)].works
    assert days[date(2026, 10, 10)].weekend
    assert not days[date(2026, 10, 11)].works
    assert (october.working_days, page.published) == (18, True)


def test_a_year_is_published_once_its_holidays_are_entered(login):
    hr = login("hr")
    publish = reverse("admin:staff_holiday_publish", args=[2031])
    assert "截止日为估计" in hr.get(reverse(HERE), {"year": "2031"}).content.decode()
    hr.post(publish, {"published": "1"})
    assert not CalendarYear.objects.filter(year=2031, published=True).exists()
    Holiday.objects.create(date=date(2031, 10, 1), name_zh="国庆节")
    assert calendar.load().nth_after(date(2031, 9, 30), 1).estimated
    for _press in range(2):
        assert hr.post(publish, {"published": "1"}).status_code == 302
    found = calendar.load().nth_after(date(2031, 9, 30), 1)
    assert (found.day, found.estimated) == (date(2031, 10, 2), False)
    assert hr.get(publish).status_code == 405


@pytest.mark.parametrize(
    ("who", "status"),
    [
        pytest.param("hr", 302, id="HR of the company"),
        pytest.param("manager", 403, id="a manager reads only"),
        pytest.param("agent", 404, id="no page for an agent"),
    ],
)
def test_who_publishes_a_year(login, who, status):
    Holiday.objects.create(date=date(2031, 10, 1))
    publish = reverse("admin:staff_holiday_publish", args=[2031])
    assert login(who).post(publish, {"published": "1"}).status_code == status
    assert CalendarYear.objects.filter(year=2031, published=True).exists() is (status == 302)


@pytest.mark.parametrize("year", ["", "x", "1", "99999", "２０２６"])
def test_nonsense_shows_the_running_year(login, year):
    page = login("hr").get(reverse(HERE), {"year": year}).context["page"]
    assert page.year == timezone.localdate().year


def test_a_day_is_added_from_the_year_it_stands_in(login):
    hr = login("hr")
    form = hr.get(reverse("admin:staff_holiday_add"), {"date": "2031-10-04", "works": "1"})
    assert form.context["adminform"].form.initial["date"] == "2031-10-04"
    given = {"date": "2031-10-04", "works": "on", "name_zh": "调休", "name_en": ""}
    answer = hr.post(reverse("admin:staff_holiday_add"), given)
    assert answer.headers["Location"].endswith("?year=2031")
    assert Holiday.objects.get().works
