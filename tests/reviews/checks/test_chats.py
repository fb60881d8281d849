"""Pasted chats: who said what, how long the buyer waited, what is covered."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import chats
from reviews.chats import Message, Side

DAY = date(2026, 10, 22)
DESIGN = """\
小明同学8 2026-10-22 10:02:11
在吗？这款四件套 1.8 米床能用吗
青禾家居:小何 2026-10-22 10:02:29
亲在的，1.8 米床选 220×240 的被套
小明同学8(10:03:05):
会起球吗，我家有猫
青禾家居:小何(10:03:41): 日常洗护不容易起球。
小明同学8 10:05:10
密织款现在有活动吗
青禾家居:小何 10:07:02
稍等帮您查一下
小明同学8 10:08:20
发顺丰吗
青禾家居:小何 10:08:37
默认中通
小明同学8 10:09:02
我再看看
青禾家居:小何 10:09:20
好的亲
"""


def test_waits_of_the_designs_chat():
    found = chats.waits(chats.read(DESIGN, on=DAY, buyer="小明同学8"))
    assert list(found.by_message.values()) == [18, 36, 112, 17, 18]
    assert (found.first, found.longest, found.average) == (18, 112, Decimal("40.2"))


@pytest.mark.parametrize(
    ("paste", "sides"),
    [
        pytest.param("买家：在吗\n客服：在的", "buyer agent", id="without times"),
        pytest.param("10:00 tb1: a\n10:01 店:小何: b", "buyer agent", id="time first"),
        pytest.param("[2026/10/22 10:00:00] 小明: a\n[2026/10/22 10:00:05] 小何: b", "buyer agent", id="first"),
        pytest.param("小何 10:00\n您好\n小明 10:01\n在", "agent buyer", id="an account is the agent's"),
        pytest.param("只有一句话", "nobody", id="no header"),
        pytest.param("开头\n客服 25:99\n不是时间", "nobody", id="no such time"),
    ],
)  # fmt: skip
def test_who_speaks(paste, sides):
    read = chats.read(paste, on=DAY, accounts={"小何"} if "小何 10:00" in paste else ())
    assert " ".join(message.side for message in read) == sides


def test_midnight_is_the_next_day_and_the_wait_is_short():
    read = chats.read("买家 23:59:50\n在吗\n客服 00:00:10\n在", on=DAY)
    assert read[1].at == datetime.fromisoformat("2026-10-23T00:00:10")
    assert chats.waits(read).total == 20


def test_the_wait_counts_from_the_first_unanswered_message():
    read = chats.read(
        "买家 10:00:00\n在吗\n买家 10:00:50\n？\n客服 10:01:00\n在\n客服 10:02:00\n请说", on=DAY
    )
    assert chats.waits(read).by_message == {2: 60}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("电话 138 0013 8000", "电话 [手机号已遮盖]"),
        ("打 13800138000 或 0571-88889999", "打 [手机号已遮盖] 或 [手机号已遮盖]"),
        ("全角 １３８００１３８０００", "全角 [手机号已遮盖]"),
        ("订单 3912345678901234567", "订单 [单号已遮盖]"),
        ("快递 SF1234567890123", "快递 [单号已遮盖]"),
        ("地址是浙江省杭州市西湖区文三路 12 号 3 栋 501，谢谢", "地址是[地址已遮盖]，谢谢"),
        ("我住文三路12号", "我住[地址已遮盖]"),
        ("收货地址：杭州西湖区翠苑小区3栋501", "收货地址：[地址已遮盖]"),
        ("寄 a.b@example.com", "寄 [邮箱已遮盖]"),
        ("400 减 40，220×240，459.00 元", "400 减 40，220×240，459.00 元"),
        ("2026-10-22 10:02:11 这款在杭州市有货吗", "2026-10-22 10:02:11 这款在杭州市有货吗"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("零\x00宽\u202e", "零宽"),
    ],
)
def test_what_is_covered(text, kept):
    assert chats.mask_text(text) == kept


@pytest.mark.parametrize(
    ("name", "kept"), [("小明同学8", "小**8"), ("小**8", "小**8"), ("明", "明**"), ("ab", "a**"), (" ", "")]
)
def test_a_buyer_is_kept_masked(name, kept):
    assert chats.mask_buyer(name) == kept


@given(st.text(alphabet="0123456789 -号路市省区文三1买家客服：:\n@a.栋单元室地址是", max_size=80))
def test_covering_twice_is_covering_once(text):
    once = chats.mask_text(text)
    assert chats.mask_text(once) == once


WORDS = st.text(alphabet="在吗亲你好谢abc，。", min_size=1, max_size=12)
MESSAGES = st.lists(
    st.builds(
        Message,
        st.sampled_from([Side.BUYER, Side.AGENT]),
        st.datetimes(datetime.fromisoformat("2026-10-22"), datetime.fromisoformat("2026-10-25")).map(
            lambda at: at.replace(microsecond=0)
        ),
        WORDS,
    ),
    max_size=6,
)


@given(MESSAGES)
def test_what_is_written_is_read_back_the_same(messages):
    assert chats.read(chats.written(messages), on=DAY) == messages
