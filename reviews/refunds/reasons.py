"""Refund reasons: what HR says they mean, the common ones to begin with, and refunds that wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from simple_history.utils import bulk_create_with_history

from reviews.models import Card, CardState, RefundReason, ShopRefund
from reviews.refunds.classifying import (
    AVOIDABLE,
    EXCHANGEABLE,
    GOODWILL,
    MONEY_ONLY,
    OPEN,
    PRICE_PROTECTION,
    RETURN,
    UNAVOIDABLE,
    classify,
    reason_key,
)
from staff.calendar import first_of_next
from staff.models import AccountHolder, Shop, Unit, User

__all__ = ["classify", "known_reasons", "reason_key", "relabel", "seed_reasons", "unclassified"]

# The reasons that Taobao and Tmall offer buyers, as their refund sheets print them, and what they mean
# to begin with. HR changes them; a reason that stands in the table already stays as it is.
COMMON: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        UNAVOIDABLE,
        "",
        (
            "七天无理由",
            "7天无理由退换货",
            "七天无理由退换货",
            "多拍/错拍/不想要",
            "拍错/多拍/不想要",
            "多拍/拍错/不想要",
            "不喜欢/不想要",
            "不喜欢/效果不好",
            "信息填写错误",
            "地址/电话信息填写错误",
            "协商一致退款",
            "快递一直未送到",
            "快递/物流一直未送到",
            "快递/物流无跟踪记录",
            "货物破损已拒签",
            "其他",
        ),
    ),
    (
        EXCHANGEABLE,
        "",
        (
            "质量问题",
            "尺寸/规格不合适",
            "大小/尺寸与商品描述不符",
            "颜色/图案/款式与商品描述不符",
            "包装/商品破损/污渍",
            "做工粗糙/有瑕疵",
            "发错货",
            "卖家发错货",
        ),
    ),
    (
        AVOIDABLE,
        "",
        (
            "少件/漏发",
            "未按约定时间发货",
            "缺货",
            "空包裹",
            "商品与描述不符",
            "材质与商品描述不符",
            "生产日期/保质期与商品描述不符",
            "假冒品牌",
            "发票问题",
        ),
    ),
    (UNAVOIDABLE, PRICE_PROTECTION, ("价保", "价格保护", "价保/补差价")),
    (UNAVOIDABLE, GOODWILL, ("补差价", "退差价", "补差", "补偿", "商家补偿", "退运费", "运费补偿")),
)


def known_reasons() -> dict[str, tuple[str, str]]:
    """Return what HR says of each reason: `reason_key` → (nature, kind or empty); one query."""
    rows = RefundReason.objects.order_by("-pk").values_list("text", "nature", "kind")
    return {reason_key(text): (nature, kind) for text, nature, kind in rows}


@transaction.atomic
def seed_reasons(*, by: User | None) -> int:
    """Add the common reasons that are not in the table; what HR has entered stays. Return how many."""
    known = set(known_reasons())
    made = []
    for nature, kind, texts in COMMON:
        for text in texts:
            if reason_key(text) not in known:
                known.add(reason_key(text))
                made.append(RefundReason(text=text, nature=nature, kind=kind))
    if made:
        bulk_create_with_history(made, RefundReason, default_user=by)
        relabel([reason.text for reason in made])
    return len(made)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reason that came in and is not classified: of how many refunds, for how much, CNY."""

    text: str
    refunds: int
    amount: Decimal
    reason_id: int | None


def unclassified(shops: Collection[Shop] | QuerySet[Shop]) -> list[Waiting]:
    """Return the reasons of some shops' refunds that nobody has classified, most money first; two queries."""
    rows = (
        ShopRefund.objects.filter(current=True, nature=OPEN, shop__in=shops)
        .order_by()
        .values_list("reason")
        .annotate(refunds=Count("pk"), amount=Sum("amount"))
    )
    entered = {reason_key(text): pk for pk, text in RefundReason.objects.values_list("pk", "text")}
    found = [Waiting(text, count, amount, entered.get(reason_key(text))) for text, count, amount in rows]
    return sorted(found, key=lambda one: (-one.amount, one.text))


@dataclass(frozen=True, slots=True)
class Relabelled:
    """How many stored refunds took a reason's new meaning, and how many stay because their month is frozen."""

    changed: int
    frozen: int


@transaction.atomic
def relabel(texts: Iterable[str]) -> Relabelled:
    """Give stored refunds of some reasons the nature and kind that HR says now.

    Refunds completed in a month in which a card of the shop's people is past draft stay as they are:
    what a card was scored with does not move. The state of the goods is not kept, so a reason that no
    longer tells a kind leaves the kind of stored refunds until their sheet is imported again, and goods
    that came back stay a return unless the reason says that money alone went back. Counting figures do
    not change here: measures that look at kinds read them when a month is computed.
    """
    keys, known = {reason_key(text) for text in texts}, known_reasons()
    stored = ShopRefund.objects.order_by().values_list("reason", flat=True).distinct()
    spelled = [text for text in stored if reason_key(text) in keys]
    rows = ShopRefund.objects.filter(reason__in=spelled)
    places = set(rows.order_by().values_list("shop", "completed_on__year", "completed_on__month").distinct())
    frozen = frozen_months({(shop, date(year, month, 1)) for shop, year, month in places})
    still = ShopRefund.objects.none()
    for shop, month in sorted(frozen):
        inside = {"completed_on__gte": month, "completed_on__lt": first_of_next(month)}
        still = still | rows.filter(shop=shop, **inside)
    open_rows = rows.exclude(pk__in=still.values("pk"))
    changed: set[int] = set()
    for text in spelled:
        nature, kind = known.get(reason_key(text), (OPEN, ""))
        mine = open_rows.filter(reason=text)
        changed |= _move(mine.exclude(nature=nature), nature=nature)
        if kind:
            other = mine if kind in MONEY_ONLY else mine.exclude(kind=RETURN)
            changed |= _move(other.exclude(kind=kind), kind=kind)
    return Relabelled(len(changed), still.filter(current=True).count())


def _move(rows: QuerySet[ShopRefund], **values: str) -> set[int]:
    keys = set(rows.filter(current=True).values_list("pk", flat=True))
    ShopRefund.objects.filter(pk__in=rows.values("pk")).update(**values)
    return keys


def frozen_months(places: Collection[tuple[int, date]]) -> set[tuple[int, date]]:
    """Return which shops and months have a card past draft that the shop's figures reach; three queries."""
    months = {month for _shop, month in places}
    shops = {shop for shop, _month in places}
    held: Mapping[int, set[int]] = _shops_of_people(shops)
    paths = [
        (path, shop)
        for path, shop in Unit.objects.filter(shop__in=shops).values_list("path", "shop_id")
        if shop is not None
    ]
    past_draft = Card.objects.filter(month__in=months).exclude(state=CardState.DRAFT)
    found = set()
    for month, person, path in past_draft.values_list("month", "person_id", "unit__path"):
        reached = {shop for own, shop in paths if path.startswith(own)} | held.get(person, set())
        found |= {(shop, month) for shop in reached}
    return found & set(places)


def _shops_of_people(shops: Collection[int]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    rows = AccountHolder.objects.filter(account__shop__in=shops)
    for person, shop in rows.values_list("person_id", "account__shop_id").distinct():
        held[person].add(shop)
    return held
