"""The table of reasons: seeded once, edited by HR, and what stored refunds make of it."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import call_command

from reviews.models import RefundReason, ShopRefund
from reviews.refunds.reasons import known_reasons, reason_key, relabel, seed_reasons, unclassified
from tests import factories
from tests.reviews.refunds.evidence import refund

pytestmark = pytest.mark.django_db
PAGE = "/admin/reviews/refundreason/"


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
def enter(client):
    def entered(unit, role="hr", name="韩雪"):
        person = factories.person(name)
        factories.role(person, role, unit)
        client.force_login(person.users.get())
        return client

    return entered


def meaning(number):
    return ShopRefund.objects.values_list("kind", "nature").get(number=number)


class TestSeeding:
    def test_running_it_again_changes_nothing(self):
        assert seed_reasons(by=None) > 30
        assert seed_reasons(by=None) == 0
        assert known_reasons()[reason_key("价保")] == ("unavoidable", "price_protection")
        assert RefundReason.history.count() == RefundReason.objects.count()

    def test_what_hr_entered_stays(self):
        RefundReason.objects.create(text="质量问题", nature="avoidable")
        call_command("seed_refund_reasons", verbosity=0)
        assert known_reasons()[reason_key("质量问题")] == ("avoidable", "")

    def test_refunds_that_came_before_are_classified(self, shop):
        refund(shop, "R1")
        seed_reasons(by=None)
        assert meaning("R1") == ("return", "exchangeable")


class TestRelabelling:
    def test_a_new_meaning_reaches_stored_refunds_however_they_spell_it(self, shop):
        refund(shop, "R1", reason="补差 价", kind="refund_only")
        refund(shop, "R2", reason="别的")
        RefundReason.objects.create(text="补差价", nature="unavoidable", kind="goodwill")
        done = relabel(["补差价"])
        assert (done.changed, done.frozen) == (1, 0)
        assert meaning("R1") == ("goodwill", "unavoidable")
        assert meaning("R2") == ("return", "open")

    def test_goods_that_came_back_stay_a_return(self, shop):
        refund(shop, "R1", reason="空包裹")
        RefundReason.objects.create(text="空包裹", nature="avoidable", kind="refund_only")
        relabel(["空包裹"])
        assert meaning("R1") == ("return", "avoidable")

    def test_a_reason_without_a_kind_leaves_the_kind(self, shop):
        refund(shop, "R1", kind="goodwill")
        RefundReason.objects.create(text="质量问题", nature="avoidable")
        relabel(["质量问题"])
        assert meaning("R1") == ("goodwill", "avoidable")

    def test_a_frozen_month_of_the_shop_stays_and_other_months_move(self, shop, branch):
        team = factories.unit("T1", parent=branch)
        position = factories.position()
        people = [factories.person(name, unit=team, position=position) for name in ("于敏", "周强", "顾清")]
        card = factories.card(people[0], factories.review(branch), assessor=people[1], approver=people[2])
        refund(shop, "R1", completed_on=date(2026, 10, 31))
        refund(shop, "R2", completed_on=date(2026, 11, 1))
        RefundReason.objects.create(text="质量问题", nature="avoidable")
        type(card).objects.filter(pk=card.pk).move(sources=["draft"], target="submitted")
        done = relabel(["质量问题"])
        assert (done.changed, done.frozen) == (1, 1)
        assert (meaning("R1"), meaning("R2")) == (("return", "open"), ("return", "avoidable"))


class TestPage:
    def test_what_waits_stands_first_with_number_and_money(self, enter, company, shop):
        refund(shop, "R1", reason="没见过", amount=D("30.50"))
        refund(shop, "R2", reason="没见过", amount=D("9.50"))
        refund(shop, "R3", reason="", amount=D("5.00"))
        refund(shop, "R4", reason="旧的", current=False)
        assert [(w.text, w.refunds, w.amount) for w in unclassified([shop])] == [
            ("没见过", 2, D("40.00")),
            ("", 1, D("5.00")),
        ]
        page = enter(company).get(PAGE).content.decode()
        assert "40.00" in page
        assert "没见过" in page
        assert "?text=%E6%B2%A1%E8%A7%81%E8%BF%87" in page

    def test_classifying_one_moves_its_refunds_and_says_so(self, enter, company, shop):
        refund(shop, "R1", reason="没见过")
        data = {"text": "没见过", "nature": "avoidable", "kind": ""}
        page = enter(company).post(f"{PAGE}add/", data, follow=True).content.decode()
        assert "1 笔已存的退款随之更新" in page
        assert meaning("R1") == ("return", "avoidable")

    def test_the_same_reason_written_differently_is_refused(self, enter, company):
        RefundReason.objects.create(text="多拍/错拍", nature="unavoidable")
        data = {"text": "多拍／错拍 ", "nature": "avoidable", "kind": ""}
        assert "“多拍/错拍”表里已经有了" in enter(company).post(f"{PAGE}add/", data).content.decode()

    def test_the_common_ones_are_added_by_a_button(self, enter, company):
        client = enter(company)
        assert "已补充" in client.post(f"{PAGE}seed/", follow=True).content.decode()
        assert "都已经在表里" in client.post(f"{PAGE}seed/", follow=True).content.decode()
        assert client.get(f"{PAGE}seed/").status_code == 405

    def test_hr_of_a_branch_reads_with_the_own_shops_refunds_only(self, enter, company, branch, shop):
        elsewhere = factories.unit("B9", parent=company, shop=factories.shop("别家"), kind="branch")
        refund(elsewhere.shop, "R9", reason="别家的原因")
        refund(shop, "R1", reason="自家的原因")
        client = enter(branch)
        page = client.get(PAGE).content.decode()
        assert "自家的原因" in page
        assert "别家的原因" not in page
        assert client.post(f"{PAGE}seed/").status_code == 403
        assert client.post(f"{PAGE}add/", {"text": "x", "nature": "open"}).status_code == 403

    def test_finance_has_no_such_page(self, enter, company):
        assert enter(company, role="finance").get(PAGE).status_code == 404
