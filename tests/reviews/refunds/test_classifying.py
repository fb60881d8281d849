"""What a refund is, from goods, phase and reason."""

import pytest

from reviews.models import ShopRefund
from reviews.refunds import classifying
from reviews.refunds.classifying import classify, reason_key
from reviews.refunds.reasons import COMMON

KNOWN = {
    reason_key(text): meaning
    for text, meaning in {
        "质量问题": ("exchangeable", ""),
        "多拍/错拍/不想要": ("unavoidable", ""),
        "价保": ("unavoidable", "price_protection"),
        "补偿": ("unavoidable", "goodwill"),
        "空包裹": ("avoidable", "refund_only"),
    }.items()
}


@pytest.mark.parametrize(
    ("goods", "phase", "reason", "expected"),
    [
        pytest.param("买家未收到货", "售中", "多拍/错拍/不想要", ("before_shipment", "unavoidable"), id="not received"),
        pytest.param("卖家未发货", "售中", "", ("before_shipment", "open"), id="not sent, no reason"),
        pytest.param("买家已收到货", "售后", "质量问题", ("refund_only", "exchangeable"), id="received and kept"),
        pytest.param("买家已退货", "售后", "质量问题", ("return", "exchangeable"), id="sent back"),
        pytest.param("已寄回", "售后", "质量问题", ("return", "exchangeable"), id="sent back, Taobao's word"),
        pytest.param("买家已收到货", "售后", "价保", ("price_protection", "unavoidable"), id="price protection"),
        pytest.param("买家未收到货", "售中", "补偿", ("goodwill", "unavoidable"), id="goodwill before shipment"),
        pytest.param("买家已退货", "售后", "价保", ("price_protection", "unavoidable"), id="money only goes before goods"),
        pytest.param("买家未收到货", "售中", "空包裹", ("refund_only", "avoidable"), id="the reason tells the kind"),
        pytest.param("买家已退货", "售后", "空包裹", ("return", "avoidable"), id="goods that came back are a return"),
        pytest.param("", "售中", "质量问题", ("before_shipment", "exchangeable"), id="goods unknown, sale runs"),
        pytest.param("", "售后", "质量问题", ("refund_only", "exchangeable"), id="goods unknown, after sale"),
        pytest.param("", "", "没见过的原因", ("refund_only", "open"), id="nothing known"),
        pytest.param("买家已收到货", "售后", " 多拍／错拍／不想要 ", ("refund_only", "unavoidable"), id="full width"),
    ],
)  # fmt: skip
def test_classify(goods, phase, reason, expected):
    assert classify(goods, phase, reason, KNOWN) == expected


def test_the_words_are_those_of_the_table():
    kinds = {
        classifying.BEFORE_SHIPMENT,
        classifying.RETURN,
        classifying.REFUND_ONLY,
        *classifying.MONEY_ONLY,
    }
    natures = {classifying.AVOIDABLE, classifying.EXCHANGEABLE, classifying.UNAVOIDABLE, classifying.OPEN}
    assert (kinds, natures) == (set(ShopRefund.Kind.values), set(ShopRefund.Nature.values))


def test_no_common_reason_stands_there_twice():
    keys = [reason_key(text) for _nature, _kind, texts in COMMON for text in texts]
    assert len(keys) == len(set(keys))
