"""Late refunds: whose they are, and the page of a month's bases for HR and finance."""

from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import BytesIO

import pytest
from openpyxl import load_workbook

from reviews.models import AgentFigures, Card, ShopMonth
from rewards.late_refunds import month_bases
from staff.models import AccountHolder, Person, Shop
from tests import factories
from tests.reviews.refunds.evidence import file_of, order, refund

pytestmark = pytest.mark.django_db
PAGE, FILE = "/admin/commission-base/", "/admin/commission-base/file/"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
LATE = date(2026, 11, 10)


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def branch(company):
    return factories.unit("B1", parent=company, shop=factories.shop(), kind="branch", reviewed=True)


@pytest.fixture
def shop(branch):
    return branch.shop


@pytest.fixture
def team(branch):
    return factories.unit("T1", parent=branch)


@pytest.fixture
def bosses():
    return [factories.person(name) for name in ("周强", "顾清")]


@pytest.fixture
def yu(shop, team):
    return agent("于敏", "0021", shop, team)


@pytest.fixture
def october(yu, branch, bosses):
    """Yu's card of October, frozen on 4 November with sales of 92,340."""
    return frozen(yu, branch, bosses)


def agent(name, staff_no, shop, team):
    person = factories.person(name, staff_no=staff_no, unit=team, position=factories.position())
    factories.account(f"店:{name}", shop=shop, holder=person)
    return person


def frozen(person, branch, bosses, month=OCTOBER, state="submitted"):
    review = branch.reviews.filter(month=month).first() or factories.review(branch, month=month)
    card = factories.card(person, review, assessor=bosses[0], approver=bosses[1])
    ways = ["submitted", "published", "confirmed", "closed", "approved"]
    for before, after in zip(["draft", *ways], ways, strict=False):
        Card.objects.filter(pk=card.pk).move(
            sources=[before], target=after, submitted_at=datetime(2026, 11, 4, 8, tzinfo=UTC)
        )
        if after == state:
            return card
    return card


def bought(shop, number, *, by="于敏", amount=100, completed_on=LATE, paid_on=date(2026, 10, 20), **accounts):
    """An order of October and its refund."""
    name = f"店:{by}" if by else ""
    order(
        shop, f"O{number}", paid_on=paid_on, **({"paying_account": name, "ordering_account": ""} | accounts)
    )
    return refund(shop, number, amount=D(amount), completed_on=completed_on)


def sold(shop, person, amount, day=date(2026, 11, 15)):
    file = file_of(shop)
    account = person.accounts.get().account
    AgentFigures.objects.create(
        batch=file.batch, file=file, row=1, shop=shop, source="qianniu_results", first_day=day, last_day=day,
        current=True, account=account, account_name=account.name, sales=D(amount),
    )  # fmt: skip


def page_of(month=NOVEMBER):
    return month_bases(month, people=Person.objects.all(), shops=Shop.objects.all())


def rows(month=NOVEMBER):
    return {
        row.person.name: [
            str(value) for value in (row.base.sales, row.base.late, row.base.after, row.base.carried_on)
        ]
        for row in page_of(month).rows
    }


def nobody():
    return [(one.why, one.refunds, one.amount) for one in page_of().unassigned]


class TestSelector:
    def test_it_reduces_the_month_in_which_it_completes(self, shop, yu, october):
        sold(shop, yu, "1000.00")
        bought(shop, "R1", amount="300.50")
        assert rows() == {"于敏": ["1000.00", "300.50", "699.50", "0.00"]}
        [one] = page_of().rows[0].refunds
        assert (one.order_number, one.order_month, one.completed_on, one.amount) == (
            "OR1",
            OCTOBER,
            LATE,
            D("300.50"),
        )

    def test_the_frozen_month_keeps_the_cards_sales(self, shop, yu, october):
        sold(shop, yu, "5.00", day=date(2026, 10, 9))
        bought(shop, "R1")
        assert rows(OCTOBER) == {"于敏": ["92340.00", "0", "92340.00", "0"]}

    def test_what_a_month_cannot_bear_is_carried_on(self, shop, yu, october):
        sold(shop, yu, "60.00")
        bought(shop, "R1")
        assert rows() == {"于敏": ["60.00", "100.00", "0.00", "40.00"]}
        sold(shop, yu, "500.00", day=date(2026, 12, 2))
        assert rows(date(2026, 12, 1)) == {"于敏": ["500.00", "0", "460.00", "0.00"]}

    @pytest.mark.parametrize(
        ("changed", "late"),
        [
            pytest.param({"completed_on": date(2026, 11, 3)}, "0", id="before the freeze"),
            pytest.param({"completed_on": date(2026, 11, 4)}, "100.00", id="on the day of the freeze"),
            pytest.param({"paid_on": date(2026, 10, 1), "completed_on": date(2026, 11, 15)}, "100.00", id="day 45"),
            pytest.param({"paid_on": date(2026, 10, 1), "completed_on": date(2026, 11, 16)}, "0", id="day 46"),
            pytest.param({"paid_on": date(2026, 11, 2)}, "0", id="an order of a month that is not frozen"),
        ],
    )  # fmt: skip
    def test_freeze_and_window(self, shop, yu, october, changed, late):
        sold(shop, yu, "1000.00")
        bought(shop, "R1", **changed)
        assert rows()["于敏"][1] == late

    def test_a_draft_card_freezes_nothing(self, shop, yu, branch, bosses):
        sold(shop, yu, "1000.00")
        factories.card(yu, factories.review(branch), assessor=bosses[0], approver=bosses[1])
        bought(shop, "R1")
        assert rows()["于敏"][1] == "0"

    def test_the_months_mode_says_who_earned_it(self, shop, team, branch, bosses, yu, october):
        he = agent("何俊", "0022", shop, team)
        frozen(he, branch, bosses)
        bought(shop, "R1", ordering_account="店:何俊")
        assert {name: row[1] for name, row in rows().items()} == {"于敏": "100.00"}
        ShopMonth.objects.create(shop=shop, month=OCTOBER, mode="order_first")
        assert {name: row[1] for name, row in rows().items()} == {"何俊": "100.00"}

    def test_the_accounts_holder_at_payment_has_it(self, shop, team, branch, bosses, yu, october):
        he = agent("何俊", "0022", shop, team)
        frozen(he, branch, bosses)
        held = AccountHolder.objects.get(person=yu)
        noon = datetime(2026, 10, 20, 4, tzinfo=UTC)
        AccountHolder.objects.filter(pk=held.pk).update(ends_at=noon)
        AccountHolder.objects.create(account=held.account, person=he, starts_at=noon)
        bought(shop, "R1")
        assert {name: row[1] for name, row in rows().items()} == {"何俊": "100.00"}

    def test_what_is_nobodys_is_listed_and_reduces_nobody(self, shop, yu, october):
        sold(shop, yu, "1000.00")
        bought(shop, "R1", by="")
        bought(shop, "R2", paying_account=None, ordering_account=None)
        bought(shop, "R3", by="没见过")
        refund(shop, "R4", completed_on=LATE)
        assert rows()["于敏"][1] == "0"
        assert nobody() == [(why, 1, D(100)) for why in ("no_holder", "no_order", "not_computed", "silent")]

    def test_a_refund_that_an_export_replaced_counts_once(self, shop, yu, october):
        bought(shop, "R1")
        refund(shop, "R1", current=False, completed_on=LATE, order_number="OR1")
        assert rows()["于敏"][1] == "100.00"

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_number_of_questions_is_fixed(
        self, shop, team, branch, bosses, many, django_assert_max_num_queries
    ):
        for number in range(many):
            person = agent(f"客服{number}", f"9{number:03}", shop, team)
            sold(shop, person, "100.00")
            bought(shop, f"R{number}", by=person.name)
        with django_assert_max_num_queries(14):
            assert len(page_of().rows) == many


class TestPage:
    @pytest.fixture
    def enter(self, client):
        def entered(unit, role, name="韩雪"):
            person = factories.person(name)
            factories.role(person, role, unit)
            client.force_login(person.users.get())
            return client

        return entered

    @pytest.fixture
    def refunded(self, shop, yu, october):
        sold(shop, yu, "1000.00")
        bought(shop, "R1")
        bought(shop, "R2", by="", amount=7)
        return shop

    def test_hr_reads_bases_refunds_and_what_is_nobodys(self, enter, branch, refunded):
        page = enter(branch, "hr").get(f"{PAGE}?month=2026-11").content.decode()
        assert "<b>900.00</b>" in page
        assert "OR1" in page
        assert "静默订单" in page
        assert "提成基数" in page

    def test_the_file_has_a_row_per_refund_with_texts_only(self, enter, branch, refunded):
        answer = enter(branch, "hr").get(f"{FILE}?month=2026-11")
        head, row = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
        assert len(head) == len(row) == 13
        assert row[:2] == ("0021", "于敏")
        assert row[3:8] == ("1000.00", "0.00", "100.00", "900.00", "0.00")
        assert row[9:11] == ("OR1", "2026-10")

    def test_finance_reads_handed_over_months_only(self, enter, company, branch, bosses, yu, refunded):
        client = enter(company, "finance", "金铭")
        page = client.get(f"{PAGE}?month=2026-11").content.decode()
        assert "于敏" not in page
        assert "还没有移交" in page
        assert "静默订单" not in page
        frozen(yu, branch, bosses, month=NOVEMBER, state="approved")
        sold(refunded, yu, "10.00", day=date(2026, 12, 2))
        page = client.get(f"{PAGE}?month=2026-11").content.decode()
        assert "于敏" in page
        assert "92240.00" in page
        assert "于敏" not in client.get(f"{PAGE}?month=2026-12").content.decode()

    def test_hr_of_another_branch_sees_none_of_it(self, enter, company, refunded):
        other = factories.unit("B9", parent=company, shop=factories.shop("别家"), kind="branch")
        page = enter(other, "hr").get(f"{PAGE}?month=2026-11").content.decode()
        assert "于敏" not in page
        assert "静默订单" not in page

    @pytest.mark.parametrize("role", ["manager", "director", "general_office", "trainer", "supervisor"])
    def test_for_other_roles_it_is_not_there(self, enter, branch, role):
        client = enter(branch, role)
        assert client.get(PAGE).status_code == 404
        assert client.get(FILE).status_code == 404

    def test_agents_find_nothing_and_strangers_log_in(self, client, yu):
        assert client.get(PAGE).status_code == 302
        client.force_login(yu.users.get())
        assert client.get(PAGE).status_code == 404

    @pytest.mark.parametrize(
        ("month", "status"), [("", 200), ("x", 200), ("2026-13", 200), ("0000-01", 200), ("9999-12", 404)]
    )
    def test_a_month_that_is_none_falls_back(self, enter, branch, month, status):
        client = enter(branch, "hr")
        assert client.get(f"{PAGE}?month={month}").status_code == status
        assert client.post(PAGE).status_code == 405
