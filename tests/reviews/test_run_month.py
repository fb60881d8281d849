"""The month's run: who gets a card, what stands on it, what a second run changes."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from reviews.models import Card, CardFact, CardLine, CardVersion, NoCard, Review, Target, Waiver
from reviews.services import month
from reviews.services.cards import set_comment
from reviews.workflow import take
from staff import jobs
from staff.models import Assignment, Employment, Job, Leave, LevelAmount, RoleHolding
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Company:
    return given_figures(company())


def given_figures(firm: Company) -> Company:
    """Give a company a plan for its agents and a complete October for 林小满."""
    data.assign_plan(firm.root, factories.position())
    firm.account = factories.account("旗舰店:小满", shop=firm.shop.shop, holder=firm.lin)
    file = data.import_file(firm.shop.shop)
    data.days(firm.account, file=file)
    data.shop_days(firm.shop.shop, file=file)
    data.days(firm.account, file=file, month=date(2026, 9, 1), sales=Decimal("2500.00"))
    data.target(firm.lin)
    data.complete(firm.lin, by=firm.wang)
    return firm


def run(firm: Company, *, day: int = 2) -> Job:
    """Run October as on a day of November."""
    with translation.override("en"):
        job = month.start_run(firm.review, by=user(firm.sun), at=november(day))
        jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def card_of(person) -> Card:
    return Card.objects.select_related("current", "review__procedure", "unit", "position", "person").get(
        person=person
    )


def fact(person, key: str) -> CardFact:
    return CardFact.objects.get(segment__version__current_of__person=person, key=key)


def line(person, code: str) -> CardLine:
    return CardLine.objects.get(segment__version__current_of__person=person, code=code)


def test_a_complete_month_becomes_a_whole_card(firm):
    run(firm)
    card = card_of(firm.lin)
    assert (card.state, card.assessor, card.approver, card.decider) == (
        "draft",
        firm.wang,
        firm.qian,
        firm.zhao,
    )
    version = card.current
    assert version.open_lines == 0
    points = [line.points for line in CardLine.objects.filter(segment__version=version)]
    assert version.total == sum(points)
    assert fact(firm.lin, "sales").value == "60000.00"
    assert fact(firm.lin, "previous_sales").value == "50000.00"
    assert line(firm.lin, "sales_growth").points == Decimal("12.00")
    assert fact(firm.lin, "consultations").value == "400"
    assert fact(firm.lin, "sales").source == {"kind": "import", "name": "客服业绩.xlsx", "batch": str(1)} | {
        "batch": fact(firm.lin, "sales").source["batch"]
    }
    assert (version.base_salary, version.performance_salary) == (Decimal("3500.00"), Decimal("1500.00"))
    assert version.performance_pay == Decimal("1500.00") * version.multiplier


def test_who_has_no_figures_has_open_lines_and_who_leads_has_no_card(firm):
    run(firm)
    assert line(firm.chen, "sales_completion").status == "missing"
    assert card_of(firm.chen).current.total is None
    without = {row.person: row.reason for row in NoCard.objects.all()}
    assert without == {firm.wang: "no_plan", firm.zhao: "no_plan"}


def test_twice_changes_nothing(firm):
    run(firm)

    def rows():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Card, CardVersion, CardFact, CardLine, NoCard)
        ]

    before = rows()
    run(firm, day=3)
    assert rows() == before


def test_a_new_figure_moves_a_draft_and_keeps_the_comment(firm):
    run(firm)
    set_comment(card_of(firm.lin), text="本月稳定", by=user(firm.wang), at=november(2))
    before = card_of(firm.lin).current
    file = data.import_file(firm.shop.shop, "第二份.xlsx")
    data.day_figures(firm.account, date(2026, 10, 21), file=file, **data.DAY)
    run(firm, day=3)
    after = card_of(firm.lin).current
    assert (after.pk, after.comment) == (before.pk, "本月稳定")
    assert fact(firm.lin, "sales").value == "63000.00"
    assert fact(firm.lin, "sales").source["kind"] == "imports"
    assert CardVersion.objects.filter(card__person=firm.lin).count() == 1


def test_submitted_cards_stand_and_list_late_figures(firm):
    run(firm)
    card = card_of(firm.lin)
    take("submit", card, by=user(firm.wang), at=november(3))
    before = card.current.sha256
    file = data.import_file(firm.shop.shop, "迟到.xlsx")
    data.day_figures(firm.account, date(2026, 10, 21), file=file, **data.DAY)
    run(firm, day=4)
    card.refresh_from_db()
    assert card.current.sha256 == before
    assert {"key": "sales", "counted": "60000.00", "now": "63000.00"} in card.late_figures
    take("send_back", card, by=user(firm.qian), at=november(4), note="有迟到的数据")
    jobs.work(Job.objects.get(kind="recompute_card").pk)
    assert fact(firm.lin, "sales").value == "63000.00"
    assert card.versions.get(number=1).sha256 == before


class TestPartOfTheMonth:
    def test_a_joiner_has_a_share_a_part_of_pay_and_no_growth(self, firm):
        Employment.objects.filter(person=firm.lin).update(hired_on=date(2026, 10, 12))
        run(firm)
        assert (fact(firm.lin, "share_part").value, fact(firm.lin, "share_whole").value) == ("20", "31")
        version = card_of(firm.lin).current
        assert version.base_salary == Decimal("2258.06")  # 3500 × 20 ÷ 31
        assert line(firm.lin, "sales_growth").status == "not_applicable"
        assert CardFact.objects.get(segment__version=version, key="previous_sales").reason == "new_hire"

    def test_a_leaver_counts_to_the_last_day(self, firm):
        Employment.objects.filter(person=firm.lin).update(left_on=date(2026, 10, 22))
        run(firm)
        segment = card_of(firm.lin).current.segments.get()
        assert (segment.first_day, segment.last_day) == (date(2026, 10, 1), date(2026, 10, 21))
        assert segment.share == Decimal("0.67741935")

    @pytest.mark.parametrize(("left", "gets"), [(date(2026, 10, 7), False), (date(2026, 10, 8), True)])
    def test_a_card_needs_seven_days(self, firm, left, gets):
        Employment.objects.filter(person=firm.chen).update(left_on=left)
        run(firm)
        assert Card.objects.filter(person=firm.chen).exists() is gets
        if not gets:
            row = NoCard.objects.get(person=firm.chen)
            assert (row.reason, row.params) == ("too_few_days", {"days": 6, "needed": 7})
            with translation.override("en"):
                assert row.words == "Worked 6 days, fewer than the 7 needed."

    def leave(self, firm, first: date, last: date, hours: str) -> None:
        Leave.objects.create(
            person=firm.lin,
            kind="annual",
            starts_at=timezone.make_aware(datetime.combine(first, datetime.min.time())),
            ends_at=timezone.make_aware(datetime.combine(last, datetime.max.time())),
            hours=Decimal(hours),
            approved_by=firm.wang,
        )

    def test_leave_lowers_the_share_not_the_pay(self, firm):
        self.leave(firm, date(2026, 10, 20), date(2026, 10, 22), "24")
        run(firm)
        assert fact(firm.lin, "share_part").value == "28"
        assert card_of(firm.lin).current.base_salary == Decimal("3500.00")

    def test_on_leave_all_month(self, firm):
        self.leave(firm, date(2026, 9, 20), date(2026, 11, 20), "400")
        run(firm)
        assert NoCard.objects.get(person=firm.lin).reason == "on_leave"

    def test_a_raise_in_mid_month_is_weighted_by_days(self, firm):
        level = Assignment.objects.get(person=firm.lin).level
        LevelAmount.objects.create(
            level=level,
            starts_on=date(2026, 10, 16),
            base_salary=Decimal(4000),
            performance_salary=Decimal(2000),
        )
        run(firm)
        version = card_of(firm.lin).current
        assert version.base_salary == Decimal("3758.06")  # (15 × 3500 + 16 × 4000) ÷ 31
        assert version.performance_salary == Decimal("1758.06")


class TestPrevious:
    def test_without_figures_it_is_missing_not_zero(self, firm):
        firm.account.figures.filter(first_day__lt=date(2026, 10, 1)).delete()
        run(firm)
        assert line(firm.lin, "sales_growth").status == "missing"

    def test_fewer_than_seven_days_then_is_not_applicable(self, firm):
        Employment.objects.filter(person=firm.lin).update(hired_on=date(2026, 9, 26))
        firm.account.figures.filter(first_day__lt=date(2026, 10, 1)).delete()
        run(firm)
        assert line(firm.lin, "sales_growth").status == "not_applicable"

    def test_in_a_promotion_month_the_shops_growth_is_taken_off(self, firm):
        firm.shop.shop.months.create(month=date(2026, 9, 1), promotion=True)
        run(firm)
        assert fact(firm.lin, "previous_shop_sales").reason == "no_comparison_base"
        assert line(firm.lin, "sales_growth").status == "not_applicable"
        data.shop_days(
            firm.shop.shop, file=data.import_file(firm.shop.shop), month=date(2026, 9, 1), count=30
        )
        run(firm, day=3)
        assert line(firm.lin, "sales_growth").status == "scored"


def test_team_orders_are_those_of_the_position_who_get_a_card(firm):
    second = factories.account("旗舰店:一帆", shop=firm.shop.shop, holder=firm.chen)
    data.days(second, file=data.import_file(firm.shop.shop), orders=8)
    run(firm)
    assert fact(firm.lin, "team_orders").value == "400"  # 20 × (12 + 8)
    assert fact(firm.lin, "team_headcount").value == "2"
    Employment.objects.filter(person=firm.chen).update(left_on=date(2026, 10, 6))
    run(firm, day=3)
    assert fact(firm.lin, "team_orders").value == "240"
    assert not Card.objects.filter(person=firm.chen).exists()


def test_several_shops_weigh_by_the_own_receptions(firm):
    other = factories.shop("第二店")
    account = factories.account("第二店:小满", shop=other, holder=firm.lin)
    file = data.import_file(other)
    data.days(account, file=file, count=10, receptions=11)
    data.shop_days(other, file=file)
    run(firm)
    keys = set(
        CardFact.objects.filter(segment__version__current_of__person=firm.lin).values_list("key", flat=True)
    )
    assert {"shop_buyers.1", "shop_visitors.2", "shop_receptions.1", "shop_receptions.2"} <= keys
    assert "shop_buyers" not in keys
    assert {fact(firm.lin, f"shop_receptions.{n}").value for n in (1, 2)} == {"440", "110"}
    assert fact(firm.lin, "sales").value == "90000.00"


def test_consultations_fall_back_to_receptions_and_say_so(firm):
    firm.account.figures.update(answered=None)
    run(firm)
    found = fact(firm.lin, "consultations")
    assert (found.value, found.source["kind"]) == ("440", "import_receptions")


def test_a_waiver_gives_full_weight_and_its_reason(firm):
    Target.objects.all().delete()
    Waiver.objects.create(
        month=date(2026, 10, 1),
        line="sales_completion",
        person=firm.lin,
        reason="店铺没有目标",
        by=user(firm.sun),
        by_person=firm.sun,
        given_at=november(2),
    )
    run(firm)
    found = line(firm.lin, "sales_completion")
    assert (found.status, found.points) == ("waived", Decimal(30))
    assert found.explanation["reason"] == "店铺没有目标"


class TestWhoActs:
    def test_no_two_others_no_card(self, firm):
        RoleHolding.objects.filter(role="director").delete()
        run(firm)
        assert NoCard.objects.get(person=firm.lin).reason == "four_eyes"

    def test_a_supervisor_who_is_an_agent_is_assessed_further_up(self, firm):
        RoleHolding.objects.create(
            person=firm.lin, role="supervisor", unit=firm.team, starts_on=date(2025, 1, 1)
        )
        RoleHolding.objects.filter(person=firm.wang).update(unit=firm.shop)
        run(firm)
        assert card_of(firm.lin).assessor == firm.wang
        assert card_of(firm.chen).assessor == firm.lin

    def test_who_left_the_role_since_is_followed_by_todays_holder(self, firm):
        RoleHolding.objects.filter(person=firm.wang).update(ends_on=date(2026, 11, 1))
        factories.role(firm.zhao, "supervisor", firm.team, since=date(2026, 11, 1))
        RoleHolding.objects.create(person=firm.li, role="manager", unit=firm.root, starts_on=date(2025, 1, 1))
        run(firm)
        assert card_of(firm.lin).assessor == firm.zhao
        assert card_of(firm.lin).decider == firm.li


class TestCommand:
    def call(self, *args: str) -> dict:
        out = StringIO()
        call_command("run_month", *args, stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    def test_prints_cards_and_what_is_missing(self, firm):
        found = self.call("2026-10", "--shop", firm.shop.shop.name)
        assert found["review"] == str(Review.objects.get().public_id)
        assert found["cards"] == 2
        assert {row["staff_no"] for row in found["no_card"]} == {firm.wang.staff_no, firm.zhao.staff_no}
        open_lines = {
            row["line"]: row["who"] for row in found["open"] if row["staff_no"] == firm.chen.staff_no
        }
        assert open_lines["service_attitude"] == "王组长"
        assert "sales_completion" in open_lines
        assert not [row for row in found["open"] if row["staff_no"] == firm.lin.staff_no]
        assert self.call("2026-10", "--unit", "team")["cards"] == 2

    @pytest.mark.parametrize(
        ("args", "says"),
        [
            pytest.param(["2026-13", "--unit", "team"], "2026-13", id="month"),
            pytest.param(["october", "--unit", "team"], "october", id="words"),
            pytest.param(["2026-10", "--unit", "nowhere"], "nowhere", id="unit"),
            pytest.param(["2026-10", "--shop", "无此店"], "无此店", id="shop"),
            pytest.param(["2026-10", "--unit", "company"], "shop", id="above the branches"),
        ],
    )
    def test_says_what_is_wrong(self, firm, args, says):
        with pytest.raises(CommandError, match=says):
            self.call(*args)
        assert not Card.objects.exists()


def test_queries_do_not_grow_with_the_people(firm, django_assert_max_num_queries):
    for number in range(12):
        one = factories.person(f"客服{number}", unit=firm.team, position=factories.position(), login=False)
        data.days(
            factories.account(f"旗舰店:{number}", shop=firm.shop.shop, holder=one),
            file=data.import_file(firm.shop.shop),
            count=8,
        )
    job = month.start_run(firm.review, by=None, at=november(2))
    with django_assert_max_num_queries(90):
        jobs.work(job.pk)
    assert Card.objects.count() == 14


def test_two_people_who_press_at_once_get_one_job(firm):
    first = month.start_run(firm.review, by=user(firm.sun), at=november(2))
    second = month.start_run(firm.review, by=user(firm.li), at=november(2))
    assert first == second
