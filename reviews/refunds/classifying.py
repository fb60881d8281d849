"""What a refund is: its kind and its nature, from what the sheet says. Pure: no database.

Source: data.md, "Refunds".
"""

from __future__ import annotations

from collections.abc import Mapping

from reviews.figures.cells import header_key

BEFORE_SHIPMENT, RETURN, REFUND_ONLY = "before_shipment", "return", "refund_only"
PRICE_PROTECTION, GOODWILL = "price_protection", "goodwill"
AVOIDABLE, EXCHANGEABLE, UNAVOIDABLE, OPEN = "avoidable", "exchangeable", "unavoidable", "open"
MONEY_ONLY = frozenset({PRICE_PROTECTION, GOODWILL})  # a part of the price, whatever became of the goods

# What the state of the goods is called (货物状态), the first that is found in it.
_GOODS = (
    ("未发货", BEFORE_SHIPMENT),
    ("未收到", BEFORE_SHIPMENT),
    ("未签收", BEFORE_SHIPMENT),
    ("退货", RETURN),
    ("寄回", RETURN),
    ("收到", REFUND_ONLY),
    ("签收", REFUND_ONLY),
)
_DURING_SALE = "售中"


def classify(goods: str, phase: str, reason: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return a refund's (kind, nature) as `ShopRefund` names them.

    `goods` is 货物状态, `phase` 售中或售后, `reason` 买家退款原因 as the sheet has them; `known` maps
    `reason_key` of a reason to (nature, kind), kind empty where the reason does not tell it.

    Price protection and goodwill are told by the reason alone. Else goods that came back are a return,
    then a kind that the reason tells counts, then what the goods' state says; where that is silent,
    before shipment while the sale runs, refund only after it. A reason nobody has classified has an
    open nature.
    """
    nature, kind = known.get(reason_key(reason), (OPEN, ""))
    by_goods = _kind_of_goods(goods, phase)
    if kind in MONEY_ONLY:
        return kind, nature
    return (by_goods if by_goods == RETURN or not kind else kind), nature


def reason_key(reason: str) -> str:
    """Return the form in which reasons are compared: brackets, spaces and letters made equal."""
    return header_key(reason)


def _kind_of_goods(goods: str, phase: str) -> str:
    found = header_key(goods)
    for words, kind in _GOODS:
        if words in found:
            return kind
    return BEFORE_SHIPMENT if _DURING_SALE in phase else REFUND_ONLY
