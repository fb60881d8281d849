"""A month scored with ways of feeding lines, frozen and verified; deciding them; typing values in."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from reviews import copies
from reviews.fact_keys import fact_key
from reviews.gaps import gaps_of
from reviews.models import Card, CardFact, CardLine, LineSource, ManualValue
from reviews.plans import core_plans
from reviews.scoring.explain import render_line
from reviews.services import month, ways
from reviews.services.typed import Given, save_values, slots
from reviews.services.verifying import differences
from reviews.services.ways import Decision
from reviews.sheets.lines import sheet_line
from reviews.views.answering import read_value
from reviews.workflow import take
from staff import access, jobs
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.matrix.conftest import OCTOBER, shop_days
from tests.reviews.people import company, november, user

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def firm():
    """A company with the agent's plan."""
    firm = company()
    firm.plan = data.assign_plan(firm.root, factories.position())
    return firm


@pytest.fixture
def october(firm):
    """林小满 has a whole October, but for refunded orders; so has 许诺 in a second shop with less to import."""
    firm.second = factories.unit(
        "shop2", parent=firm.root, kind="branch", shop=factories.shop("木棠专营店"), reviewed=True
    )
    position = factories.position()
    firm.xu = factories.person("许诺", unit=firm.second, position=position, level=factories.level(position))
    firm.tao = factories.person(
        "陶主管", unit=firm.second, position=factories.position("supervisor", subject_kind="supervisor")
    )
    factories.role(firm.tao, "supervisor", firm.second)
    factories.role(firm.zhao, "manager", firm.second)
    for person, unit in ((firm.lin, firm.shop), (firm.xu, firm.second)):
        account = factories.account(f"{unit.code}:一", shop=unit.shop, holder=person)
        file = data.import_file(unit.shop)
        data.days(account, file=file, refunded_orders=None, refund_amount=Decimal("15.00"), buyers=10)
        data.days(account, file=file, month=date(2026, 9, 1))
        data.target(person)
        data.complete(person, by=firm.wang if person is firm.lin else firm.tao)
    data.shop_days(firm.shop.shop, file=data.import_file(firm.shop.shop))
    shop_days(firm.second.shop, "visitors", "orders")
    return firm


def decide(firm, unit, line, way, measure="", *, reason="本店无此数据", starts_on=OCTOBER):
    decision = Decision(way, reason, starts_on, measure)
    return ways.set_way(unit.shop, firm.plan, line, decision, by=user(firm.sun))


def run(firm, unit):
    review = month.review_for(unit, OCTOBER)
    job = month.start_run(review, by=user(firm.sun), at=november(2))
    jobs.work(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error


def line(person, code):
    return CardLine.objects.get(segment__version__current_of__person=person, code=code)


def card_of(person):
    return Card.objects.select_related("current", "review__procedure", "unit", "position", "person").get(
        person=person
    )


def type_in(firm, person, value, *, by=None):
    found = slots(
        list(access.current_assignments(date(2026, 10, 31)).select_related("unit", "person")), OCTOBER
    )
    slot = next(one for one in found if one.person == person)
    given = Given(*slot.key, None if value is None else Decimal(value))
    return save_values([given], among=found, month=OCTOBER, by=by or user(firm.sun))


def test_a_month_with_ways_in_two_shops_is_scored_frozen_and_verified(october):
    run(october, october.shop)
    assert {row.code for row in CardLine.objects.filter(status="missing")} >= {"refund_rate"}
    decide(october, october.shop, "refund_rate", "measure", "refund_amount_rate", reason="本店无退款单数")
    decide(
        october, october.second, "conversion", "measure", "conversion_by_orders", reason="本店无支付买家数"
    )
    decide(october, october.second, "order_share", "measure", "order_share_by_buyers", reason="本店无订单数")
    decide(october, october.second, "refund_rate", "manual", reason="退款在线下登记")
    decide(october, october.second, "disputes", "not_applicable", reason="本店不处理纠纷")
    assert type_in(october, october.xu, "0.02") == 1
    for unit in (october.shop, october.second):
        run(october, unit)

    refund = line(october.lin, "refund_rate")
    assert (refund.status, refund.value, refund.points) == ("scored", "0.005000", Decimal("5.00"))
    assert "本店按退款金额率计算（本店无退款单数）" in sheet_line(refund, "zh").note
    assert render_line(refund.explanation, "en").steps[0].text == (
        "This shop counts Refund amount rate (本店无退款单数)"
    )
    assert line(october.lin, "disputes").status == "scored"
    assert line(october.xu, "refund_rate").points == Decimal("0.00")
    assert line(october.xu, "conversion").value == "0.010000"
    assert line(october.xu, "order_share").value == "1.000000"
    away = line(october.xu, "disputes")
    assert (away.status, away.points) == ("not_applicable", Decimal("0.00"))
    assert sheet_line(away, "zh").note == "本店不适用，权重由其他项分担：本店不处理纠纷"
    typed = CardFact.objects.get(segment__version__current_of__person=october.xu, key="typed_rate.5")
    assert (typed.value, typed.source["kind"]) == ("0.020000", "manual")

    for person, by in ((october.lin, october.wang), (october.xu, october.tao)):
        card = card_of(person)
        total = sum(row.points for row in CardLine.objects.filter(segment__version=card.current))
        assert card.current.total == total
        take("submit", card, by=user(by), at=november(3))
    assert list(differences(Card.objects.all())) == []

    held = copies.read([card_of(october.xu).current])
    [copy] = held.values()
    plans = core_plans([part.plan_version_id for part in copy.segments])
    without = copies.scored(copy, plans=plans, ways={})
    assert without.sha256() != copy.sha256(), "the ways are part of what was frozen"


def test_a_later_decision_moves_no_submitted_card(october):
    decide(october, october.shop, "refund_rate", "measure", "refund_amount_rate")
    run(october, october.shop)
    take("submit", card_of(october.lin), by=user(october.wang), at=november(3))
    with pytest.raises(ValidationError, match="2026-10"):
        decide(october, october.shop, "refund_rate", "not_applicable")
    assert (
        decide(october, october.shop, "refund_rate", "not_applicable", starts_on=NOVEMBER).way
        == "not_applicable"
    )
    assert ways.first_open_month(october.shop.shop, october.plan, OCTOBER) == NOVEMBER
    assert line(october.lin, "refund_rate").status == "scored"
    assert list(differences(Card.objects.all())) == []


def test_an_earlier_start_is_open_where_a_later_row_already_holds_the_submitted_months(october):
    decide(october, october.shop, "refund_rate", "measure", "refund_amount_rate")
    run(october, october.shop)
    take("submit", card_of(october.lin), by=user(october.wang), at=november(3))
    row = decide(october, october.shop, "refund_rate", "not_applicable", starts_on=date(2026, 8, 1))
    assert row.starts_on == date(2026, 8, 1)


def test_what_is_not_typed_in_yet_is_open_and_waits_for_the_supervisor(october):
    decide(october, october.shop, "refund_rate", "manual")
    run(october, october.shop)
    refund = line(october.lin, "refund_rate")
    assert refund.status == "missing"
    assert render_line(refund.explanation, "zh").note == "缺数据：值未录入。"
    card = card_of(october.lin)
    [gap] = gaps_of([card])[card.pk]
    assert (gap.line, gap.why, gap.place, gap.owner) == ("refund_rate", "值未录入", "typed", "supervisor")
    assert card_of(october.lin).current.total is None


def test_back_to_the_plans_own_measure(october):
    with pytest.raises(ValidationError):
        decide(october, october.shop, "refund_rate", "figures")
    decide(october, october.shop, "refund_rate", "not_applicable")
    run(october, october.shop)
    assert line(october.lin, "refund_rate").status == "not_applicable"
    decide(october, october.shop, "refund_rate", "figures", reason="退款表已导入")
    run(october, october.shop)
    assert line(october.lin, "refund_rate").status == "missing"
    assert LineSource.objects.count() == 1
    assert LineSource.history.count() == 2


@pytest.mark.parametrize(
    ("line_code", "way", "more", "said"),
    [
        ("refund_rate", "measure", {"measure": "sales"}, "单位或方向"),
        ("refund_rate", "measure", {}, "单位或方向"),
        ("refund_rate", "manual", {"measure": "sales"}, "换用口径"),
        ("refund_rate", "magic", {}, "请选择"),
        ("no_such_line", "manual", {}, "没有这项指标"),
        ("refund_rate", "manual", {"reason": "  "}, "请写原因"),
        ("refund_rate", "manual", {"reason": "长" * 101}, "最多 100"),
        ("refund_rate", "manual", {"starts_on": date(2026, 11, 2)}, "1 日起"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(firm, line_code, way, more, said):
    with pytest.raises(ValidationError) as refused:
        decide(firm, firm.shop, line_code, way, **more)
    assert said in " ".join(refused.value.messages)
    assert not LineSource.objects.exists()


def test_two_faults_are_said_at_once(firm):
    with pytest.raises(ValidationError) as refused:
        decide(firm, firm.shop, "refund_rate", "magic", reason="", starts_on=date(2026, 11, 2))
    assert len(refused.value.messages) == 3


def test_the_last_line_that_is_scored_stays(firm):
    *others, last = [one.code for one in factories.AGENT.lines]
    for code in others:
        decide(firm, firm.shop, code, "not_applicable")
    with pytest.raises(ValidationError):
        decide(firm, firm.shop, last, "not_applicable")


def test_a_decision_twice_is_one(firm):
    first, second = (decide(firm, firm.shop, "refund_rate", "not_applicable") for _ in range(2))
    assert first == second
    assert LineSource.history.count() == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [("-0.01", "超出"), ("NaN", "超出"), ("Infinity", "超出"), ("1e12", "超出"), ("0.0000001", "小数位")],
)
def test_a_typed_value_out_of_bounds_is_refused(firm, value, said):
    decide(firm, firm.shop, "refund_rate", "manual")
    with pytest.raises(ValidationError) as refused:
        type_in(firm, firm.lin, value)
    assert said in " ".join(refused.value.messages)
    assert not ManualValue.objects.exists()


def test_a_typed_value_is_superseded_never_changed_and_refused_past_draft(october):
    decide(october, october.shop, "refund_rate", "manual")
    assert [type_in(october, october.lin, value) for value in ("0.004", "0.004", "0.02", None, "0.005")] == [
        1, 0, 1, 1, 1,
    ]  # fmt: skip
    rows = ManualValue.objects.order_by("pk").values_list("value", "superseded")
    assert [(str(value), gone) for value, gone in rows] == [
        ("0.004000", True), ("0.020000", True), ("None", True), ("0.005000", False),
    ]  # fmt: skip
    run(october, october.shop)
    take("submit", card_of(october.lin), by=user(october.wang), at=november(3))
    with pytest.raises(ValidationError, match="林小满"):
        type_in(october, october.lin, "0.001")


def test_a_way_the_newer_version_cannot_take_falls_back_to_the_plans_own_measure(october):
    LineSource.objects.create(
        shop=october.shop.shop,
        plan=october.plan,
        line="refund_rate",
        starts_on=OCTOBER,
        way="measure",
        measure="sales",
        reason="旧",
    )
    run(october, october.shop)
    assert line(october.lin, "refund_rate").status == "missing"


def test_a_decider_writes_a_typed_rate_in_percent_as_it_stands_on_the_card():
    assert read_value("0.5", fact_key("typed_rate.5")) == (Decimal("0.005"), "")
    assert read_value("0.5", fact_key("response_seconds")) == (Decimal("0.5"), "")
