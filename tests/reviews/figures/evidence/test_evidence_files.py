"""Order exports, reception details and refund sheets as they really come, and what is refused in them."""

from datetime import datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from reviews.figures.days import read_moment
from reviews.models import Chat, ImportIssue, RefundReason, ShopOrder, ShopRefund
from tests import factories
from tests.reviews.figures.evidence.shops import (
    CHAT_HEAD,
    LATER,
    NEEDED,
    SHOP,
    YA,
    chat,
    chats_file,
    counts,
    errors,
    imported,
    lines,
    order,
    orders_file,
    refund,
    refunds_file,
    staged,
    table,
)
from tests.reviews.figures.sheets import xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return factories.shop(SHOP)


def without(row, *headers):
    return {header: cell for header, cell in row.items() if header not in headers}


WIDTHS = {
    "41 columns of old, no refunds": (41, without(order(), *LATER), "gb18030", None),
    "55 columns": (55, order(退款金额="12.50"), "gb18030", D("12.50")),
    "61 columns in UTF-8": (61, order(退款金额="12.50"), "utf-8-sig", D("12.50")),
    "no blank after the paid time's header": (
        47,
        {header.strip(): cell for header, cell in order(退款金额="0.00").items()},
        "utf-8",
        D("0.00"),
    ),
}


@pytest.mark.parametrize(("columns", "row", "encoding", "refunded"), WIDTHS.values(), ids=WIDTHS.keys())
def test_an_order_export_of(shop, tmp_path, columns, row, encoding, refunded):
    imported(shop, table(tmp_path / "ExportOrderList.csv", row, columns=columns, encoding=encoding))
    one = ShopOrder.objects.get(current=True)
    paid = datetime(2026, 10, 5, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert (one.number, one.amount, one.items) == ("2600000000000000001", D("100.00"), 2)
    assert (one.paid, f"{one.paid_on}", one.refund_amount) == (int(paid.timestamp()), "2026-10-05", refunded)
    assert one.presale is False


def test_an_order_export_as_a_workbook(shop, tmp_path):
    row = order(订单编号="2600000000000000001", 订单创建时间=datetime(2026, 10, 5, 10, 0, 0, 400))  # noqa: DTZ001
    path = xlsx(tmp_path / "订单.xlsx", list(row), list(row.values()))
    imported(shop, path)
    assert ShopOrder.objects.get().number == "2600000000000000001"


def test_a_workbook_that_lost_digits_of_order_numbers_is_refused(shop, tmp_path):
    row = order(订单编号=2600000000000000001)
    batch = staged(shop, xlsx(tmp_path / "订单.xlsx", list(row), list(row.values())))
    assert errors(batch) == [("digits_lost", 2, "订单编号")]


def test_an_unpaid_order_has_neither_payment_nor_day(shop, tmp_path):
    imported(shop, orders_file(tmp_path, order(**{"订单付款时间 ": "", "买家实际支付金额": "0.00"})))
    one = ShopOrder.objects.get()
    assert (one.paid, one.paid_on, one.amount) == (None, None, D("0.00"))


NAMELESS = {
    "the column is not there": [without(order(), "买家会员名")],
    "the column is empty": [order(1, 买家会员名=""), order(2, 买家会员名="null")],
    "all are masked": [order(1, 买家会员名="阿**"), order(2, 买家会员名="t***8")],
}


@pytest.mark.parametrize("rows", NAMELESS.values(), ids=NAMELESS.keys())
def test_orders_without_buyers_are_refused_with_the_reason(shop, tmp_path, rows):
    batch = staged(shop, orders_file(tmp_path, *rows))
    assert errors(batch) == [("no_buyers", None, "")]
    assert not ShopOrder.objects.exists()


FAULTS = {
    "one buyer is masked": (order(2, 买家会员名="t**8"), ("masked_buyer", 3, "买家会员名")),
    "one buyer is missing": (order(2, 买家会员名=""), ("empty_cell", 3, "买家会员名")),
    "more refunded than paid": (order(2, 退款金额="100.01"), ("refund_above_paid", 3, "退款金额")),
    "created without a time": (order(2, 订单创建时间="2026-10-05"), ("not_a_moment", 3, "订单创建时间")),
    "created never": (order(2, 订单创建时间=""), ("empty_cell", 3, "订单创建时间")),
    "paid on a day that is none": (
        order(2, **{"订单付款时间 ": "2026-02-30 10:00:00"}),
        ("not_a_moment", 3, "订单付款时间"),
    ),
    "paid without an amount": (order(2, 买家实际支付金额="-"), ("empty_cell", 3, "买家实际支付金额")),
    "an amount too large for a number": (
        order(2, 买家实际支付金额="1e309"),
        ("not_a_number", 3, "买家实际支付金额"),
    ),
    "a negative count": (order(2, 宝贝总数量="-1"), ("negative_count", 3, "宝贝总数量")),
    "the same order says two things": (order(1, 退款金额="5.00"), ("evidence_twice", 3, "")),
}


@pytest.mark.parametrize(("bad", "error"), FAULTS.values(), ids=FAULTS.keys())
def test_one_bad_order_stops_all_and_is_named(shop, tmp_path, bad, error):
    batch = staged(shop, orders_file(tmp_path, order(1), bad, order(3)), chats_file(tmp_path, chat()))
    assert (batch.state, errors(batch)) == ("faulty", [error])
    assert not ShopOrder.objects.exists()
    assert not Chat.objects.exists()


def test_all_faults_are_told_at_once_and_quote_nothing(shop, tmp_path):
    batch = staged(
        shop, orders_file(tmp_path, order(1, 订单创建时间="13900001111"), order(2, 宝贝总数量="沈月"))
    )
    assert errors(batch) == [("not_a_moment", 2, "订单创建时间"), ("not_a_number", 3, "宝贝总数量")]
    assert [issue.params["text"] for issue in ImportIssue.objects.filter(severity="error")] == [
        "#" * 11,
        "**",
    ]


CHAT_FAULTS = {
    "ends before it begins": (
        chat(YA, "2026-10-05 09:00:00", "2026-10-05 08:59:59"),
        ("ends_before_begins", 2, "结束时间"),
    ),
    "never ends": (chat(结束时间=""), ("empty_cell", 2, "结束时间")),
    "no agent": (chat(客服旺旺=""), ("empty_cell", 2, "客服旺旺")),
    "a masked buyer": (chat(买家旺旺="阿*"), ("masked_buyer", 2, "买家旺旺")),
}


@pytest.mark.parametrize(("row", "error"), CHAT_FAULTS.values(), ids=CHAT_FAULTS.keys())
def test_a_bad_chat_is_named(shop, tmp_path, row, error):
    assert errors(staged(shop, chats_file(tmp_path, row))) == [error]


def test_a_chat_that_stands_twice_alike_counts_once(shop, tmp_path):
    batch = imported(shop, chats_file(tmp_path, chat(), chat()))
    assert counts(batch) == [(1, 0, 1, 0, 0)]
    assert Chat.objects.count() == 1


def test_a_file_cut_off_inside_a_cell_is_refused(shop, tmp_path):
    path = lines(
        tmp_path / "接待明细.csv", CHAT_HEAD, *[chat(begins=f"2026-10-05 09:00:{n:02}") for n in range(9)]
    )
    path.write_bytes(path.read_bytes() + b'2026-10-05,"2026-10')
    assert errors(staged(shop, path)) == [("broken_quotes", 11, "")]
    assert not Chat.objects.exists()


KINDS = {
    "goods came back": ({}, "return"),
    "before shipment": ({"货物状态": "买家未收到货", "售中或售后": "售中"}, "before_shipment"),
    "the buyer keeps the goods": ({"货物状态": "买家已收到货"}, "refund_only"),
    "price protection": ({"买家退款原因": "价保退款"}, "price_protection"),
    "goodwill": ({"买家退款原因": "退差价"}, "goodwill"),
    "as HR reads the reason": ({"买家退款原因": "协商一致"}, "goodwill"),
}


@pytest.mark.parametrize(("cells", "kind"), KINDS.values(), ids=KINDS.keys())
def test_the_kind_of_a_refund(shop, tmp_path, cells, kind):
    RefundReason.objects.create(text="协商一致", kind="goodwill", nature="unavoidable")
    imported(shop, refunds_file(tmp_path, refund(**cells)))
    assert ShopRefund.objects.get().kind == kind


def test_only_refunds_that_succeeded_count(shop, tmp_path):
    open_one = refund(2, 退款状态="等待卖家处理", 退款完结时间="")
    batch = imported(
        shop,
        refunds_file(tmp_path, refund(客服介入状态="客服已介入"), open_one, refund(3, 退款状态="退款关闭")),
    )
    assert counts(batch) == [(1, 0, 0, 2, 0)]
    one = ShopRefund.objects.get()
    assert (one.amount, f"{one.completed_on}", one.intervened) == (D("40.00"), "2026-10-09", True)


MOMENTS = {
    "2026-10-05 09:08:07": datetime(2026, 10, 5, 9, 8, 7),  # noqa: DTZ001
    "2026/10/5 9:08:07": datetime(2026, 10, 5, 9, 8, 7),  # noqa: DTZ001
    "2026年10月5日 09:08": datetime(2026, 10, 5, 9, 8),  # noqa: DTZ001
    "２０２６-10-05 09:08:07": datetime(2026, 10, 5, 9, 8, 7),  # noqa: DTZ001
}


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items(), ids=MOMENTS.keys())
def test_a_moment_is_read(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05",
        "1999-12-31 10:00:00",
        "2026-W41-1 10:00:00",
        "10:00:00",
        "46000.5",
        "2026-10-05 24:00:00",
    ],
)
def test_no_moment(text):
    assert read_moment(text).code == "not_a_moment"


def test_what_stands_in_columns_that_are_not_needed_is_not_read(shop, tmp_path):
    imported(shop, orders_file(tmp_path, order(买家留言="长" * 5_000, 分阶段订单信息="第一阶段\n" * 90)))
    assert ShopOrder.objects.get().presale is True
    assert set(NEEDED) >= {"收货人姓名", "联系手机"}
