"""The refund rate stated relative to the shop's: the measure, and the facts it is made from."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from reviews.facts.build import facts_of, teams
from reviews.facts.people import members
from reviews.facts.records import read_records
from reviews.formulas import refunds_against_shop
from reviews.measures import MEASURES
from reviews.scoring.facts import Fact
from reviews.shipped import AGENT
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.people import company, november

OCTOBER = date(2026, 10, 1)
PLAN = replace(
    AGENT,
    lines=tuple(
        replace(line, measure="refund_rate_relative") if line.code == "refund_rate" else line
        for line in AGENT.lines
    ),
)
ONE = {"refunded_orders": 3, "orders": 100, "shop_refunded_orders": 20, "shop_agents_orders": 1000}
TWO = {
    "refunded_orders": 3, "orders": 100,
    "shop_refunded_orders.1": 20, "shop_agents_orders.1": 1000, "shop_receptions.1": 300,
    "shop_refunded_orders.2": 5, "shop_agents_orders.2": 100, "shop_receptions.2": 100,
}  # fmt: skip


def measured(given, **changed):
    facts = {key: value for key, value in (given | changed).items() if value is not None}
    return refunds_against_shop(
        {k: v if isinstance(v, Fact) else Fact.present(D(v)) for k, v in facts.items()}, None
    )


@pytest.mark.parametrize(
    ("given", "value", "working"),
    [
        pytest.param(ONE, "0.01", "3 ÷ 100 − 20 ÷ 1,000", id="one shop"),
        pytest.param(ONE | {"refunded_orders": 1}, "-0.01", "1 ÷ 100 − 20 ÷ 1,000", id="better than the shop is below 0"),
        pytest.param(TWO, "0.0025", "3 ÷ 100 − (300 × 20 ÷ 1,000 + 100 × 5 ÷ 100) ÷ (300 + 100)", id="two shops"),
        pytest.param(TWO | {"shop_receptions.2": 0, "shop_agents_orders.2": 0}, "0.01",
                     "3 ÷ 100 − (300 × 20 ÷ 1,000) ÷ (300)", id="a shop without own receptions has no weight"),
    ],
)  # fmt: skip
def test_value_and_working(given, value, working):
    found = measured(given)
    assert (float(found.value), found.working) == (float(value), working)


@pytest.mark.parametrize(
    ("given", "changed", "state", "reason"),
    [
        pytest.param(ONE, {"orders": 0, "refunded_orders": 0}, "not_applicable", "no_orders", id="no orders"),
        pytest.param(ONE, {"refunded_orders": None}, "missing", "not_imported", id="own refunds not there"),
        pytest.param(ONE, {"shop_agents_orders": 0}, "missing", "no_shop_figures", id="0 orders of the shop"),
        pytest.param(ONE, {"shop_refunded_orders": None}, "missing", "no_shop_figures", id="the shop's not there"),
        pytest.param(TWO, {"shop_refunded_orders.2": None}, "missing", "no_shop_figures", id="one of two shops lacks"),
        pytest.param(TWO, {"shop_receptions.1": 0, "shop_receptions.2": 0}, "missing", "no_receptions", id="no weight"),
    ],
)  # fmt: skip
def test_absences(given, changed, state, reason):
    found = measured(given, **changed)
    assert (found.state.value, found.value, found.reason) == (state, None, reason)


def test_it_is_registered_and_may_be_below_zero():
    found = MEASURES["refund_rate_relative"]
    assert (found.least, found.better.value) == (None, "lower")


@pytest.mark.django_db
class TestFacts:
    @pytest.fixture
    def firm(self):
        made = company()
        for person, refunded in ((made.lin, 1), (made.chen, 0)):
            account = factories.account(person.name, shop=made.shop.shop, holder=person)
            file = data.import_file(made.shop.shop)
            data.days(account, file=file, refunded_orders=refunded)
        return made

    def facts(self, firm, plan=PLAN, *, asked=True):
        found = members(firm.shop, OCTOBER)
        records = read_records(
            found, OCTOBER, compared_with=[date(2026, 9, 1)], at=november(2), with_shop_refunds=asked
        )
        team = next(iter(teams(records, [firm.lin.pk, firm.chen.pk]).values()))
        return {one.key: one for one in facts_of(records, firm.lin.pk, plan, team, {})}

    def test_the_shops_rate_is_that_of_all_its_agents(self, firm):
        found = self.facts(firm)
        assert (found["shop_agents_orders"].value, found["shop_refunded_orders"].value) == ("480", "20")
        assert (found["orders"].value, found["refunded_orders"].value) == ("240", "20")

    def test_an_account_whose_refunds_nobody_knows_is_left_out_of_both_sides(self, firm):
        account = factories.account("店:第三", shop=firm.shop.shop)
        data.days(account, file=data.import_file(firm.shop.shop), refunded_orders=None)
        assert self.facts(firm)["shop_agents_orders"].value == "480"

    def test_without_figures_it_is_missing_and_says_why(self, firm):
        assert self.facts(firm, asked=False)["shop_agents_orders"].reason == "no_shop_figures"

    def test_other_plans_do_not_hold_these_facts(self, firm):
        assert not {"shop_agents_orders", "shop_refunded_orders"} & set(self.facts(firm, AGENT))

    def test_of_several_shops_each_has_its_own(self, firm):
        other = factories.shop("第二店")
        account = factories.account("第二店:小满", shop=other, holder=firm.lin)
        data.days(account, file=data.import_file(other), count=10, receptions=11)
        found = self.facts(firm)
        assert {
            "shop_agents_orders.1",
            "shop_agents_orders.2",
            "shop_receptions.1",
            "shop_receptions.2",
        } <= set(found)
        assert "shop_agents_orders" not in found
