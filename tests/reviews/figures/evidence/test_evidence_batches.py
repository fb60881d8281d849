"""Batches of orders, chats and refunds: exported again, undone, mixed, and forgotten."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from reviews.figures import applying, importing
from reviews.figures.importing import Refused
from reviews.models import AgentFigures, Chat, ImportBatch, ShopOrder, ShopRefund
from reviews.services import attribution
from tests import factories
from tests.reviews.figures.evidence.shops import (
    AT,
    SHOP,
    chat,
    chats_file,
    counts,
    imported,
    order,
    orders_file,
    refund,
    refunds_file,
    staged,
)
from tests.reviews.figures.sheets import RESULTS, result, xlsx

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def shop():
    return factories.shop(SHOP)


@pytest.fixture
def hr():
    return factories.person("韩雪", staff_no="0001").users.get()


def in_force():
    return [
        (one.number[-1], one.status, one.refund_amount)
        for one in ShopOrder.objects.filter(current=True).order_by("number")
    ]


def test_a_staged_batch_counts_for_nothing_and_leaves_nothing_when_given_up(shop, tmp_path):
    batch = staged(shop, orders_file(tmp_path, order()), chats_file(tmp_path, chat()))
    assert not ShopOrder.objects.filter(current=True).exists()
    importing.discard(batch)
    assert not ShopOrder.objects.exists()
    assert not Chat.objects.exists()
    assert not importing.folder_of(batch).exists()


def test_IMP_05_the_same_files_again_change_nothing_and_say_so(shop, tmp_path):
    files = [
        orders_file(tmp_path, order(1), order(2)),
        chats_file(tmp_path, chat()),
        refunds_file(tmp_path, refund()),
    ]
    imported(shop, *files)
    turned = orders_file(tmp_path, order(2), order(1), name="ExportOrderList (1).csv")
    again = staged(shop, turned, *files[1:])
    assert counts(again) == [(0, 0, 2, 0, 0), (0, 0, 1, 0, 0), (0, 0, 1, 0, 0)]
    assert again.files.order_by("pk")[1].same_as is not None
    with pytest.raises(Refused, match=r"nothing new|没有新"):
        applying.apply(again, by=None, at=AT)
    assert (ShopOrder.objects.count(), Chat.objects.count(), ShopRefund.objects.count()) == (2, 1, 1)


def test_a_later_export_takes_the_place_of_what_it_changes_only_and_undo_brings_it_back(shop, hr, tmp_path):
    imported(shop, orders_file(tmp_path, order(1), order(2)))
    later = orders_file(
        tmp_path, order(1), order(2, 订单状态="交易关闭", 退款金额="30.00"), order(3), name="后.csv"
    )
    batch = staged(shop, later)
    assert counts(batch) == [(1, 1, 1, 0, 0)]
    changes = [(c.who[-1], c.field, c.old, c.new) for c in batch.files.get().changes.all()]
    assert changes == [("2", "refund_amount", "–", "30.00"), ("2", "status", "交易成功", "交易关闭")]
    applying.apply(batch, by=None, at=LATER)
    assert [row[:2] for row in in_force()] == [("1", "交易成功"), ("2", "交易关闭"), ("3", "交易成功")]
    assert ShopOrder.objects.count() == 4
    applying.undo(batch, by=hr, at=LATER)
    assert [row[:2] for row in in_force()] == [("1", "交易成功"), ("2", "交易成功")]


def test_undoing_what_a_later_batch_rests_on_is_refused(shop, hr, tmp_path):
    first = imported(shop, orders_file(tmp_path, order(1)))
    second = imported(shop, orders_file(tmp_path, order(1), order(2), name="后.csv"), at=LATER)
    with pytest.raises(Refused, match=str(second.pk)):
        applying.undo(first, by=hr, at=LATER)
    applying.undo(second, by=hr, at=LATER)
    applying.undo(first, by=hr, at=LATER)
    assert in_force() == []


def test_of_three_exports_the_latest_that_is_left_counts(shop, hr, tmp_path):
    states = ("等待发货", "交易成功", "交易关闭")
    batches = [
        imported(
            shop, orders_file(tmp_path, order(订单状态=state), name=f"{n}.csv"), at=AT + timedelta(days=n)
        )
        for n, state in enumerate(states)
    ]
    applying.undo(batches[1], by=hr, at=LATER)
    assert in_force()[0][1] == "交易关闭"
    applying.undo(batches[2], by=hr, at=LATER)
    assert in_force()[0][1] == "等待发货"


def test_IMP_04_what_was_applied_since_the_preview_stops_it(shop, tmp_path):
    shown = staged(shop, orders_file(tmp_path, order(订单状态="交易成功")))
    imported(shop, orders_file(tmp_path, order(订单状态="等待发货"), name="先.csv"))
    with pytest.raises(Refused):
        applying.apply(shown, by=None, at=AT)
    assert [row[1] for row in in_force()] == ["等待发货"]
    importing.stage(shown)
    applying.apply(shown, by=None, at=AT)
    assert [row[1] for row in in_force()] == ["交易成功"]


def test_orders_go_in_together_with_other_files_or_not_at_all(shop, tmp_path):
    good = [orders_file(tmp_path, order()), xlsx(tmp_path / "客服业绩_20261005.xlsx", RESULTS, result())]
    bad = chats_file(tmp_path, chat(结束时间="x"))
    assert staged(shop, *good, bad).state == "faulty"
    assert not ShopOrder.objects.exists()
    imported(shop, *good)
    assert (
        ShopOrder.objects.filter(current=True).count()
        == AgentFigures.objects.filter(current=True).count()
        == 1
    )


CANARIES = ("金丝雀买家", "金丝雀收货人", "金丝雀路", "13812345678", "金丝雀支付宝")


def everything_stored() -> str:
    """Return all rows of all tables and all files of the media folder as one text."""
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found += [repr(row) for row in cursor.fetchall()]
    media = Path(settings.MEDIA_ROOT)
    for path in media.rglob("*") if media.exists() else ():
        if path.is_file():
            found.append(path.read_bytes().decode("gb18030", "replace"))
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def canary_files(folder, **cells):
    sold = order(
        1,
        **{
            "买家会员名": CANARIES[0],
            "收货人姓名": CANARIES[1],
            "收货地址 ": CANARIES[2],
            "联系手机": f"'{CANARIES[3]}",
        },
        买家支付宝账号=CANARIES[4],
        买家留言=f"请打 {CANARIES[3]}",
        **cells,
    )
    return [
        orders_file(folder, sold),
        chats_file(folder, chat(买家旺旺=CANARIES[0])),
        refunds_file(folder, refund(买家会员名=CANARIES[0])),
    ]


def found_canaries():
    text = everything_stored()
    return [word for word in CANARIES if word in text]


def test_no_buyer_is_stored_or_left_on_disk(shop, hr, tmp_path):
    batch = staged(shop, *canary_files(tmp_path))
    assert found_canaries() == list(CANARIES)  # the uploaded originals, while somebody decides
    applying.apply(batch, by=None, at=AT)
    attribution.computed(shop, importing.Span(date(2026, 10, 1), date(2026, 10, 31)), modes=["pay_first"])
    assert found_canaries() == []
    applying.undo(batch, by=hr, at=AT)
    assert found_canaries() == []


def test_no_buyer_is_stored_of_a_file_whose_columns_have_slipped(shop, tmp_path):
    slipped = {
        "订单创建时间": CANARIES[3],
        "订单状态": CANARIES[1],
        "订单付款时间 ": CANARIES[2],
        "宝贝总数量": CANARIES[0],
    }
    batch = staged(shop, *canary_files(tmp_path, **slipped))
    assert batch.state == "faulty"
    importing.discard(batch)
    assert found_canaries() == []


def test_a_batch_nobody_decided_about_is_given_up_after_days(shop, tmp_path):
    old, new = (
        staged(shop, *canary_files(tmp_path)),
        staged(shop, chats_file(tmp_path, chat(), name="新.csv")),
    )
    now = datetime.now(UTC)
    ImportBatch.objects.filter(pk=old.pk).update(
        created_at=now - timedelta(days=settings.IMPORT_DAYS, hours=1)
    )
    assert attribution.clear_imports(at=now) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("discarded", "staged")
    assert found_canaries() == []
    assert importing.folder_of(new).exists()
    assert attribution.clear_imports(at=now) == 0


def test_one_buyer_has_another_hash_in_another_shop(shop, tmp_path):
    other = factories.shop("另一家店")
    for one in (shop, other):
        imported(one, orders_file(tmp_path, order()))
    assert len({bytes(one.buyer) for one in ShopOrder.objects.all()}) == 2


def test_buyers_are_forgotten_when_no_computation_needs_them(shop, tmp_path):
    imported(shop, orders_file(tmp_path, order()), chats_file(tmp_path, chat()))
    attribution.computed(shop, importing.Span(date(2026, 10, 1), date(2026, 10, 31)), modes=["pay_first"])
    assert attribution.forget_buyers(on=date(2027, 1, 29)) == 0
    assert attribution.forget_buyers(on=date(2027, 3, 5)) == 2
    one = ShopOrder.objects.get()
    assert (one.buyer, one.paying_account) == (None, chat()[4])
    assert not Chat.objects.exists()
    again = staged(shop, orders_file(tmp_path, order()))
    assert counts(again) == [(0, 0, 1, 0, 0)]
    applying.apply(
        staged(shop, orders_file(tmp_path, order(退款金额="9.00"), name="后.csv")), by=None, at=LATER
    )
    changed = ShopOrder.objects.get(current=True)
    assert (changed.buyer, changed.paying_account) == (None, chat()[4])
