"""The month's edges: leave, rosters, leap days, several sources, who acts by which procedure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from reviews.facts.people import members, presences
from reviews.facts.totals import person_totals, response
from reviews.models import Card, Procedure
from reviews.procedures import Holders, load_procedures, roles_of
from staff.models import Assignment, Attendance, Leave, Person, RoleHolding, Shift
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.people import Company, company

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER = date(2026, 10, 1)


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def firm() -> Company:
    return company()


def presence(person: Person, month: date = OCTOBER):
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return presences({person.pk: ((month, last),)}, month)[person.pk]


def away(person: Person, starts: datetime, ends: datetime, hours: str, *, by: Person) -> None:
    Leave.objects.create(
        person=person, kind="annual", starts_at=starts, ends_at=ends, hours=Decimal(hours), approved_by=by
    )


@pytest.mark.parametrize(
    ("starts", "ends", "hours", "days"),
    [
        pytest.param(at(10, 5), at(10, 8), "24", "3", id="three whole days, end exclusive"),
        pytest.param(at(10, 5, 9), at(10, 7, 18), "24", "3", id="by office hours"),
        pytest.param(at(10, 5, 9), at(10, 5, 13), "4", "0.5", id="half a day"),
        pytest.param(at(9, 28), at(10, 3), "40", "2", id="from the month before"),
        pytest.param(at(10, 30), at(11, 5), "40", "2", id="into the month after"),
        pytest.param(at(9, 1), at(9, 30), "160", "0", id="another month"),
    ],
)
def test_leave_without_a_roster_counts_days(firm, starts, ends, hours, days):
    away(firm.lin, starts, ends, hours, by=firm.wang)
    found = presence(firm.lin)
    assert (found.leave_days, found.part, found.whole) == (Decimal(days), 31 - Decimal(days), 31)


def test_leave_with_a_roster_counts_hours(firm):
    for day in range(1, 21):
        Shift.objects.create(
            person=firm.lin, starts_at=at(10, day, 9), ends_at=at(10, day, 17), published_at=at(9, 25)
        )
    away(firm.lin, at(10, 5), at(10, 7), "16", by=firm.wang)
    found = presence(firm.lin)
    assert (found.part, found.whole) == (31 * Decimal(144), 31 * Decimal(160))
    assert found.share == Decimal("0.90000000")


def test_a_night_shift_belongs_to_the_month_it_begins_in(firm):
    Shift.objects.create(
        person=firm.lin, starts_at=at(9, 30, 22), ends_at=at(10, 1, 6), published_at=at(9, 25)
    )
    away(firm.lin, at(10, 5), at(10, 6), "8", by=firm.wang)
    assert presence(firm.lin).whole == 31


@pytest.mark.parametrize(("year", "days"), [(2027, 28), (2028, 29)])
def test_february_has_its_own_days(firm, year, days):
    found = presence(firm.lin, date(year, 2, 1))
    assert (found.employed, found.month_days, found.share) == (days, days, 1)


def test_attendance_of_two_sources_counts_each_day_once(firm):
    for source in ("dingtalk", "own"):
        for day in range(1, 11):
            Attendance.objects.create(person=firm.lin, day=date(2026, 10, day), source=source, late=day == 3)
    found = presence(firm.lin)
    assert (found.attended, found.late_or_absent) == (10, 1)
    assert found.days_worked(25) == 10


def test_absent_days_are_not_worked(firm):
    for day in range(1, 11):
        present = day > 2
        Attendance.objects.create(
            person=firm.lin, day=date(2026, 10, day), source="own", present=present, absent=not present
        )
    found = presence(firm.lin)
    assert (found.attended, found.late_or_absent) == (8, 2)


class TestMembers:
    def test_the_last_days_unit_is_home(self, firm):
        other = factories.unit("other", parent=firm.shop)
        elsewhere = factories.unit("elsewhere", parent=firm.root)
        position = factories.position()
        Assignment.objects.create(
            person=firm.lin, starts_on=date(2026, 10, 31), unit=other, position=position
        )
        Assignment.objects.create(
            person=firm.chen, starts_on=date(2026, 11, 1), unit=elsewhere, position=position
        )
        found = members(firm.shop, OCTOBER)
        assert found[firm.lin.pk].home.unit == other
        assert found[firm.chen.pk].home.unit == firm.team

    def test_branches_with_reviews_of_their_own_are_left_out(self, firm):
        assert firm.lin.pk not in members(firm.root, OCTOBER)
        firm.shop.reviewed = False
        firm.shop.save()
        assert firm.lin.pk in members(firm.root, OCTOBER)

    def test_who_was_not_employed_is_not_there(self, firm):
        firm.lin.employments.update(left_on=OCTOBER)
        firm.chen.employments.update(hired_on=date(2026, 11, 1))
        found = members(firm.shop, OCTOBER)
        assert firm.lin.pk not in found
        assert firm.chen.pk not in found

    def test_left_and_came_back(self, firm):
        firm.lin.employments.update(left_on=date(2026, 10, 5))
        firm.lin.employments.create(hired_on=date(2026, 10, 20))
        one = members(firm.shop, OCTOBER)[firm.lin.pk]
        assert one.spans == ((OCTOBER, date(2026, 10, 4)), (date(2026, 10, 20), date(2026, 10, 31)))
        assert len(list(one.days())) == 16


class TestTotals:
    def test_months_weigh_by_receptions_not_by_days(self, firm):
        account = factories.account("店:小满", shop=firm.shop.shop, holder=firm.lin)
        file = data.import_file(firm.shop.shop)
        for day, receptions, seconds in ((1, 10, "60"), (2, 90, "20")):
            data.day_figures(
                account,
                date(2026, 10, day),
                file=file,
                receptions=receptions,
                average_response_seconds=Decimal(seconds),
            )
        found = response(person_totals([firm.lin.pk], OCTOBER)[firm.lin.pk], "average_response_seconds")
        assert (found.value, found.base) == (24, "receptions")

    def test_nothing_there_is_not_zero(self, firm):
        account = factories.account("店:小满", shop=firm.shop.shop, holder=firm.lin)
        data.day_figures(account, OCTOBER, file=data.import_file(firm.shop.shop), sales=Decimal(0))
        totals = person_totals([firm.lin.pk, firm.chen.pk], OCTOBER)
        assert totals[firm.lin.pk].sums["sales"].value == 0
        assert "orders" not in totals[firm.lin.pk].sums
        assert firm.chen.pk not in totals

    def test_who_had_the_account_that_day(self, firm):
        account = factories.account("店:公用", shop=firm.shop.shop)
        account.holders.create(person=firm.lin, starts_at=at(9, 1), ends_at=at(10, 11))
        account.holders.create(person=firm.chen, starts_at=at(10, 11))
        data.days(account, file=data.import_file(firm.shop.shop), count=20, orders=5)
        totals = person_totals([firm.lin.pk, firm.chen.pk], OCTOBER)
        assert totals[firm.lin.pk].sums["orders"].value == 50
        assert totals[firm.chen.pk].sums["orders"].value == 50


class TestWhoActs:
    @pytest.mark.parametrize(
        ("procedure", "kind", "expected"),
        [
            ("full", "agent", ("王组长", "钱总监", "赵经理")),
            ("full", "supervisor", ("赵经理", "钱总监", "孙人事")),
            ("full", "manager", ("钱总监", "孙人事", "吴总办")),
            ("medium", "agent", ("王组长", "钱总监", "赵经理")),
            ("medium", "manager", ("钱总监", "孙人事", "李人事")),
            ("small", "agent", ("王组长", "钱总监", "钱总监")),
        ],
    )
    def test_by_procedure_and_kind_of_subject(self, firm, procedure, kind, expected):
        roles = roles_of(load_procedures()[procedure])
        holders = Holders(last_day=date(2026, 10, 31), on=date(2026, 11, 2))
        found = holders.eyes(firm.lin.pk, firm.team.path, kind, roles)
        ids = (found.assessor_id, found.approver_id, found.decider_id)
        assert tuple(Person.objects.get(pk=pk).name for pk in ids) == expected

    @pytest.mark.parametrize("procedure", ["full", "medium"])
    def test_without_a_third_person_nobody(self, firm, procedure):
        RoleHolding.objects.filter(role="manager").delete()
        roles = roles_of(load_procedures()[procedure])
        holders = Holders(last_day=date(2026, 10, 31), on=date(2026, 11, 2))
        assert holders.eyes(firm.lin.pk, firm.team.path, "agent", roles) is None

    def test_one_person_with_two_roles_is_one_person(self, firm):
        RoleHolding.objects.filter(role="director").update(person=firm.wang)
        roles = roles_of(load_procedures()["full"])
        holders = Holders(last_day=date(2026, 10, 31), on=date(2026, 11, 2))
        assert holders.eyes(firm.lin.pk, firm.team.path, "agent", roles) is None

    def test_who_has_left_is_passed_over(self, firm):
        firm.wang.employments.update(left_on=date(2026, 11, 1))
        factories.role(firm.li, "supervisor", firm.shop)
        roles = roles_of(load_procedures()["full"])
        holders = Holders(last_day=date(2026, 10, 31), on=date(2026, 11, 2))
        assert holders.eyes(firm.lin.pk, firm.team.path, "agent", roles).assessor_id == firm.li.pk

    def test_loading_twice_keeps_what_hr_has_changed(self, firm):
        full = Procedure.objects.get(code="full")
        full.steps.filter(act="assess").update(working_day=2)
        load_procedures()
        assert set(full.steps.filter(act="assess").values_list("working_day", flat=True)) == {2}
        assert Procedure.objects.count() == 3


def test_the_database_refuses_a_card_without_four_eyes(firm):
    for changed in (
        {"assessor": firm.lin},
        {"approver": firm.lin},
        {"approver": firm.wang},
        {"decider": firm.wang},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            firm.card(**changed)
    assert not Card.objects.exists()
