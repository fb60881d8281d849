"""The start page: the month, to-dos with dates, the trend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from reviews.models import OpeningMonth
from reviews.sheet import Trend, TrendMonth
from reviews.views.home import compared
from tests.reviews.views.conftest import enter, pass_on


def trend(*totals: str | None) -> Trend:
    """A trend of totals, oldest first."""
    months = [
        TrendMonth(label=f"{place + 5}月", own=None if one is None else D(one), own_text=one or "", team=None)
        for place, one in enumerate(totals)
    ]
    return Trend(title="", caption="", months=tuple(months), note="", bounds=())


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        pytest.param(("86", "84", "90"), "比 6月 高 6.00 分，是近六个月最高。", id="a record"),
        pytest.param(("96", "84", "90"), "比 6月 高 6.00 分。", id="better, no record"),
        pytest.param(("86", "94", "90"), "比 6月 低 4.00 分。", id="less"),
        pytest.param(("86", "90", "90"), "与 6月 相同。", id="the same"),
        pytest.param(("86", "84", None, "90"), "是近六个月最高。", id="a record after a gap"),
        pytest.param((None, None, "90"), "", id="a first month has nothing beside it"),
        pytest.param((None, "84", "90"), "比 6月 高 6.00 分。", id="two months make no record"),
        pytest.param(("86", "84", None), "", id="no total, no comparison"),
    ],
)
def test_one_sentence_compares(totals, said, settings):
    from django.utils import translation

    with translation.override("zh-hans"):
        assert compared(trend(*totals)) == said


def test_the_month_stands_first_with_its_deadline_and_one_button(firm):
    OpeningMonth.objects.create(person=firm.lin, month=date(2026, 9, 1), total=D("90.00"))
    published = pass_on(firm, firm.card(), "published")
    client = enter(firm.lin)
    client.get(reverse("card", args=[published.public_id]))
    page = client.get("/").content.decode()
    assert "待你确认" in page
    assert "查看并确认" in page
    assert "（周二）18:00 前确认" in page
    assert "高 5.40 分" in page


def test_money_is_not_on_the_start_page(firm, published):
    page = enter(firm.lin).get("/").content.decode()
    assert "3,500" not in page
    assert "1,350" not in page


def test_before_publication_there_is_a_date_and_no_total(firm):
    card = pass_on(firm, firm.card(), "submitted")
    page = enter(firm.lin).get("/").content.decode()
    assert "还没有公布" in page
    assert "11月6日" in page
    assert str(card.current.total) not in page


def test_after_confirming_nothing_waits(firm):
    pass_on(firm, firm.card(), "confirmed")
    page = enter(firm.lin).get("/").content.decode()
    assert "查看并确认" not in page
    assert "已确认" in page


@pytest.mark.parametrize("who", ["sun", "zhou", "wu", "lin", "wang", "zhao", "qian"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_has_a_start_page(firm, who, language):
    assert enter(getattr(firm, who), language).get("/").status_code == 200


def test_it_asks_a_bounded_number_of_queries(firm, published, django_assert_max_num_queries):
    client = enter(firm.lin)
    client.get("/")
    with django_assert_max_num_queries(24):
        client.get("/")
