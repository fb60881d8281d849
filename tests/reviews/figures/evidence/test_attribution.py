"""Whose a sale is: the sample worked out elsewhere, a table of edges, and the rule a second time in Python."""

import json
from datetime import date, datetime
from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.figures.days import Span
from reviews.figures.evidence import earning
from reviews.figures.evidence.totals import as_json, totals_of
from reviews.models import Chat, ImportBatch, ImportFile, Promotion, ShopOrder
from reviews.services import attribution
from tests import factories
from tests.reviews.figures.evidence.plain import COMPANY, PlainChat, PlainOrder, day, figures
from tests.reviews.figures.evidence.shops import BEI, SHOP, YA, chat, chats_file, imported, order, orders_file

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[3] / "data" / "orders-and-chats"
OCTOBER = Span(date(2026, 10, 1), date(2026, 10, 31))
DAY = 86_400


@pytest.fixture
def shop():
    return factories.shop(SHOP)


def test_the_sample_computes_to_what_was_worked_out_apart_from_this_product(shop):
    files = sorted(str(path) for path in SAMPLE.glob("*.csv"))
    call_command("import_figures", *files, "--shop", SHOP, stdout=StringIO())
    expected = json.loads((SAMPLE / "expected.json").read_text())
    out = StringIO()
    call_command("attribute", "--shop", SHOP, "--month", "2026-10", stdout=out)
    assert json.loads(out.getvalue()) == expected
    out = StringIO()
    call_command("attribute", "--shop", SHOP, "--month", "2026-10", "--mode", "order_first", stdout=out)
    assert json.loads(out.getvalue()) == {"order_first": expected["order_first"]}


CREATED, PAID = "2026-10-05 10:00:00", "2026-10-05 12:00:00"
EDGES = {
    "a chat around the payment": ([chat(YA, "2026-10-05 11:55:00", "2026-10-05 12:05:00")], YA, YA),
    "begins the second it is paid": ([chat(YA, PAID, "2026-10-05 12:30:00")], YA, YA),
    "begins a second after it is paid": (
        [chat(YA, "2026-10-05 12:00:01", "2026-10-05 12:30:00")],
        "silent",
        "silent",
    ),
    "ends the second it is paid": ([chat(YA, "2026-10-05 11:00:00", PAID)], YA, YA),
    "ended two days before to the second": ([chat(YA, "2026-10-03 11:00:00", "2026-10-03 12:00:00")], YA, YA),
    "ended a second earlier than the window": (
        [chat(YA, "2026-10-03 09:00:00", "2026-10-03 09:59:59")],
        "silent",
        "silent",
    ),
    "of two chats around it the one that ends later": (
        [
            chat(YA, "2026-10-05 09:00:00", "2026-10-05 13:00:00"),
            chat(BEI, "2026-10-05 09:30:00", "2026-10-05 12:30:00"),
        ],
        YA,
        YA,
    ),
    "a chat around it before one that ended just before": (
        [chat(YA, "2026-10-05 09:00:00", PAID), chat(BEI, "2026-10-05 11:00:00", "2026-10-05 11:59:59")],
        YA,
        YA,
    ),
    "of chats that end together the later begin": (
        [
            chat(YA, "2026-10-05 08:00:00", "2026-10-05 09:00:00"),
            chat(BEI, "2026-10-05 08:30:00", "2026-10-05 09:00:00"),
        ],
        BEI,
        BEI,
    ),
    "of chats alike the name highest by code point": (
        [chat(f"{SHOP}:A", "2026-10-05 08:00:00"), chat(f"{SHOP}:a", "2026-10-05 08:00:00")],
        f"{SHOP}:a",
        f"{SHOP}:a",
    ),
    "a chat nobody answered earns nothing": (
        [chat(YA, "2026-10-05 08:00:00", 状态="未回复")],
        "silent",
        "silent",
    ),
    "another buyer's chat": ([chat(YA, "2026-10-05 08:00:00", 买家旺旺="别人")], "silent", "silent"),
    "ordered with one, paid with another": (
        [chat(YA, "2026-10-05 09:00:00"), chat(BEI, "2026-10-05 11:00:00")],
        BEI,
        YA,
    ),
    "ordered in silence, paid with one": ([chat(BEI, "2026-10-05 11:00:00")], BEI, BEI),
    "ordered with one, paid in silence": (
        [chat(YA, "2026-10-03 10:30:00")],
        YA,
        YA,
    ),
    "names written with blanks and wrappings are one buyer": (
        [chat(YA, "2026-10-05 08:00:00", 买家旺旺=' ="阿月" ')],
        YA,
        YA,
    ),
}


@pytest.mark.parametrize(("chats", "pay_first", "order_first"), EDGES.values(), ids=EDGES.keys())
def test_the_sale_falls_to(shop, tmp_path, chats, pay_first, order_first):
    sold = order(订单创建时间=CREATED, **{"订单付款时间 ": PAID})
    imported(shop, orders_file(tmp_path, sold), chats_file(tmp_path, *chats))
    found = attribution.computed(shop, OCTOBER, modes=attribution.MODES)
    earned = [
        next(key.split("|")[0] for key, one in found[mode].items() if one["orders"])
        for mode in attribution.MODES
    ]
    assert earned == [pay_first, order_first]


def totals(shop, mode="pay_first"):
    return attribution.computed(shop, OCTOBER, modes=[mode])[mode]


def test_the_other_agent_assists_once_for_each_order(shop, tmp_path):
    orders = orders_file(tmp_path, order(1), order(2))
    chats = chats_file(tmp_path, chat(YA, "2026-10-05 09:00:00"), chat(BEI, "2026-10-05 10:05:00"))
    imported(shop, orders, chats)
    found = totals(shop)
    assert (found[f"{BEI}|2026-10-05"]["orders"], found[f"{BEI}|2026-10-05"]["assists"]) == (2, 0)
    assert (found[f"{YA}|2026-10-05"]["orders"], found[f"{YA}|2026-10-05"]["assists"]) == (0, 2)
    assert found[f"{BEI}|2026-10-05"]["buyers"] == 1


INQUIRIES = {
    "paid after the chat": ("2026-10-05 09:00:00", (1, 1)),
    "paid the second the chat begins is paid before it": ("2026-10-05 10:10:00", (0, 0)),
    "paid two days before to the second": ("2026-10-07 10:10:00", (0, 0)),
    "paid longer than two days before": ("2026-10-07 10:10:01", (1, 0)),
    "paid two days after to the second": ("2026-10-03 10:10:00", (1, 1)),
    "paid longer than two days after": ("2026-10-03 10:09:59", (1, 0)),
}


@pytest.mark.parametrize(("begins", "expected"), INQUIRIES.values(), ids=INQUIRIES.keys())
def test_an_inquiry_and_whether_it_was_paid(shop, tmp_path, begins, expected):
    bridge = chat(YA, "2026-10-05 09:59:00", 状态="已回复") if begins < "2026-10-05" else chat(YA, begins)
    imported(shop, orders_file(tmp_path, order()), chats_file(tmp_path, chat(YA, begins), bridge))
    one = totals(shop)[f"{YA}|{begins[:10]}"]
    assert (one["inquiries"], one["paid_inquiries"]) == expected


def test_an_unanswered_chat_is_an_inquiry(shop, tmp_path):
    imported(shop, orders_file(tmp_path, order()), chats_file(tmp_path, chat(YA, 状态="未回复")))
    one = totals(shop)[f"{YA}|2026-10-05"]
    assert (one["inquiries"], one["paid_inquiries"], one["orders"]) == (1, 0, 0)


def test_a_promotion_has_a_window_of_its_own(shop, tmp_path):
    imported(shop, orders_file(tmp_path, order()), chats_file(tmp_path, chat(YA, "2026-09-25 10:10:00")))
    assert f"{YA}|2026-10-05" not in totals(shop)
    Promotion.objects.create(
        shop=shop, name="国庆", first_day=date(2026, 10, 5), last_day=date(2026, 10, 6), window_days=15
    )
    assert totals(shop)[f"{YA}|2026-10-05"]["orders"] == 1


PRESALES = {
    "deposit rule, a presale order": ("deposit", "第一阶段 定金\n第二阶段 尾款", YA),
    "deposit rule, another order": ("deposit", "", BEI),
    "as any other": ("balance", "第一阶段", BEI),
}


@pytest.mark.parametrize(("rule", "phases", "earner"), PRESALES.values(), ids=PRESALES.keys())
def test_the_presale_rule_of_a_promotion(shop, tmp_path, rule, phases, earner):
    chats = chats_file(tmp_path, chat(YA, "2026-10-05 09:00:00"), chat(BEI, "2026-10-05 10:05:00"))
    imported(shop, orders_file(tmp_path, order(分阶段订单信息=phases)), chats)
    Promotion.objects.create(
        shop=shop, name="双11", first_day=date(2026, 10, 5), last_day=date(2026, 10, 5), presale=rule
    )
    found = totals(shop)
    other = BEI if earner == YA else YA
    assert found[f"{earner}|2026-10-05"]["orders"] == 1
    assert found[f"{other}|2026-10-05"]["assists"] == 1


def test_days_are_the_companys_and_evidence_beyond_the_month_counts(shop, tmp_path):
    late = order(**{"订单创建时间": "2026-10-31 23:59:59", "订单付款时间 ": "2026-10-31 23:59:59"})
    next_day = order(2, **{"订单创建时间": "2026-11-01 00:00:00", "订单付款时间 ": "2026-11-01 00:00:00"})
    chats = chats_file(tmp_path, chat(YA, "2026-10-31 23:00:00"), chat(BEI, "2026-09-30 20:00:00"))
    imported(shop, orders_file(tmp_path, late, next_day), chats)
    found = totals(shop)
    assert found[f"{YA}|2026-10-31"] == {
        "sales": "100.00",
        "orders": 1,
        "items": 2,
        "buyers": 1,
        "refunded_orders": None,
        "refund_amount": None,
        "assists": 0,
        "inquiries": 1,
        "paid_inquiries": 1,
    }
    assert set(found) == {f"{YA}|2026-10-31"}


START = int(datetime(2026, 10, 3, tzinfo=COMPANY).timestamp())
MOMENTS = st.one_of(
    st.integers(START, START + 4 * DAY),
    st.sampled_from([START + hours * 3_600 for hours in range(0, 96, 12)]),
)
LENGTHS = st.sampled_from([0, 1, 3_600, DAY, 2 * DAY])
NAMES = st.sampled_from(["甲", "乙"])
CHATS = st.lists(
    st.builds(
        lambda agent, buyer, begins, length, answered: PlainChat(
            agent, buyer, begins, begins + length, answered
        ),
        st.sampled_from(["小雅", "小北", "𠮷", "Z"]),
        NAMES,
        MOMENTS,
        LENGTHS,
        st.booleans() | st.just(value=True),
    ),
    max_size=8,
    unique_by=lambda chat: (chat.agent, chat.buyer, chat.begins),
)
ORDERS = st.lists(
    st.builds(
        lambda buyer, created, wait, amount, refunded: PlainOrder(
            buyer, created, created + wait, D(amount) / 100, 1, D(amount * refunded) / 100
        ),
        NAMES,
        MOMENTS,
        LENGTHS,
        st.integers(1, 10**6),
        st.integers(0, 1),
    ),
    max_size=6,
)


def store(shop, orders, chats):
    """Put orders and chats in force as they are, with buyers' names for hashes."""
    ShopOrder.objects.all().delete()
    Chat.objects.all().delete()
    batch, _made = ImportBatch.objects.get_or_create(shop=shop)
    file, _made = ImportFile.objects.get_or_create(batch=batch, name="x", sha256="")
    common = {"batch": batch, "file": file, "shop": shop, "current": True}
    ShopOrder.objects.bulk_create(
        ShopOrder(
            row=row,
            number=str(row),
            buyer=one.buyer.encode(),
            created=one.created,
            paid=one.paid,
            paid_on=date.fromisoformat(day(one.paid)),
            amount=one.amount,
            items=one.items,
            refund_amount=one.refund,
            **common,
        )
        for row, one in enumerate(orders)
    )
    Chat.objects.bulk_create(
        Chat(
            row=row,
            account_name=one.agent,
            buyer=one.buyer.encode(),
            begins=one.begins,
            ends=one.ends,
            begins_on=date.fromisoformat(day(one.begins)),
            answered=one.answered,
            **common,
        )
        for row, one in enumerate(chats)
    )


@settings(max_examples=40, deadline=None)
@given(orders=ORDERS, chats=CHATS, mode=st.sampled_from(attribution.MODES))
def test_SQL_and_the_rule_in_plain_python_agree(orders, chats, mode):
    shop = factories.Shop.objects.filter(name=SHOP).first() or factories.shop(SHOP)
    store(shop, orders, chats)
    earning.attribute(shop, date(2026, 10, 3), date(2026, 10, 12))
    found = as_json(totals_of(shop, Span(date(2026, 10, 3), date(2026, 10, 12)), mode))
    assert found == figures(orders, chats, mode, 2 * DAY)


def test_the_number_of_queries_does_not_grow_with_orders(shop, tmp_path):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            found = totals(shop)
        return len(queries), found[f"{YA}|2026-10-05"]["orders"]

    rows = [order(number) for number in range(1, 31)]
    imported(shop, orders_file(tmp_path, *rows[:3]), chats_file(tmp_path, chat()))
    few = asked()
    imported(shop, orders_file(tmp_path, *rows))
    assert (few[1], asked()) == (3, (few[0], 30))
    assert few[0] < 15
