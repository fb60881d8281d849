"""What a sheet's columns are likely to be, by their headers and values. A person decides; nothing is taken unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from reviews.figures import cells, days
from reviews.figures.cells import Fault, Missing, header_key
from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, AVERAGES, RATES, SHOP_FIELDS
from reviews.figures.formats import ACCOUNT, DAY, LAST_DAY, PLATFORM_FORMATS, STAFF_NO, Kind, Unit
from reviews.figures.own import DAILY_FORMAT, SHOP_FORMAT
from reviews.figures.profiles.samples import Sample, SampleSheet, header_rows

TRIED = 12  # values of a column that are looked at

WHOSE_AND_WHEN = {ACCOUNT: (Unit.TEXT,), STAFF_NO: (Unit.TEXT,), DAY: (Unit.DAY,), LAST_DAY: (Unit.DAY,)}
OWN_WORDS = {
    "账号": ACCOUNT,
    "客服账号": ACCOUNT,
    "子账号": ACCOUNT,
    "客服子账号": ACCOUNT,
    "旺旺子账号": ACCOUNT,
    "旺旺": ACCOUNT,
    "旺旺号": ACCOUNT,
    "昵称": ACCOUNT,
    "客服名称": ACCOUNT,
    "agent": ACCOUNT,
    "account": ACCOUNT,
    "员工号": STAFF_NO,
    "员工编号": STAFF_NO,
    "staffno": STAFF_NO,
    "日期": DAY,
    "统计日期": DAY,
    "统计日": DAY,
    "开始日期": DAY,
    "date": DAY,
    "day": DAY,
    "截止日期": LAST_DAY,
    "成交额": "sales",
    "成交金额": "sales",
    "业绩": "sales",
    "付款金额": "sales",
    "支付金额": "sales",
    "退款额": "refund_amount",
    "退款": "refund_amount",
    "询单": "inquiries",
    "接待": "receptions",
    "接待量": "receptions",
    "接待数": "receptions",
    "咨询": "consulted",
    "咨询量": "consulted",
    "成交人数": "buyers",
    "付款人数": "buyers",
    "成交订单数": "orders",
    "订单量": "orders",
    "首响": "first_response_seconds",
    "首响时长": "first_response_seconds",
    "首次响应": "first_response_seconds",
    "平均响应": "average_response_seconds",
    "平均响应时长": "average_response_seconds",
    "平均响应时间": "average_response_seconds",
    "好评率": "satisfaction_rate",
    "好评": "satisfaction_rate",
    "满意度": "satisfaction_rate",
    "客户满意率": "satisfaction_rate",
}


def fields_of(kind: Kind) -> dict[str, tuple[Unit, ...]]:
    """Return what a column may fill, each with the ways its cells may be read; the first is the usual one."""
    if kind is Kind.SHOP:
        days_only = {DAY: WHOSE_AND_WHEN[DAY], LAST_DAY: WHOSE_AND_WHEN[LAST_DAY]}
        return days_only | {name: _units(name) for name in SHOP_FIELDS}
    return WHOSE_AND_WHEN | {name: _units(name) for name in AGENT_FIELDS}


def _units(name: str) -> tuple[Unit, ...]:
    if name in AMOUNTS:
        return (Unit.MONEY,)
    if name in AVERAGES:
        return (Unit.SECONDS,)
    if name in RATES:
        return (Unit.RATIO, Unit.RATE) if name == "answer_ratio" else (Unit.RATE,)
    return (Unit.COUNT,)


def _words(kind: Kind) -> dict[str, str]:
    own = SHOP_FORMAT if kind is Kind.SHOP else DAILY_FORMAT
    forms = (*(form for form in PLATFORM_FORMATS if form.kind is kind), own)
    known = {
        key: column.meaning for form in reversed(forms) for column in form.columns for key in column.keys
    }
    fields = fields_of(kind)
    more = {header_key(word): meaning for word, meaning in OWN_WORDS.items()}
    return {key: meaning for key, meaning in (more | known).items() if meaning in fields}


def guess_place(sample: Sample, kind: Kind, *, encoding: str = "") -> tuple[int, int]:
    """Return the sheet (from 0) and the row that look most like a header: known words first, then many texts."""
    words = _words(kind)
    best = (-1, -1, 0, 0)
    for index, sheet in enumerate(sample.sheets(encoding)):
        for row in header_rows(sheet):
            texts = sheet.header(row).values()
            rank = (sum(header_key(text) in words for text in texts), len(texts), -index, -row)
            best = max(best, rank)
    return -best[2], -best[3]


def guess_columns(
    sheet: SampleSheet, row: int, kind: Kind, *, before: Mapping[str, tuple[str, str]] | None = None
) -> dict[int, tuple[str, Unit]]:
    """Return for each header's column what it may fill and how its cells are read.

    `before` is what another profile says of the same headers. No field is given to two columns.
    """
    words, fields = _words(kind), fields_of(kind)
    earlier = {header_key(header): given for header, given in (before or {}).items()}
    taken: set[str] = set()
    found: dict[int, tuple[str, Unit]] = {}
    for index, header in sheet.header(row).items():
        key = header_key(header)
        meaning = earlier[key][0] if key in earlier else words.get(key, "") or words.get(_bare(key), "")
        if meaning in taken or meaning not in fields:
            meaning = ""
        taken.add(meaning)
        values = [line[index] for number, line in sheet.rows.items() if number > row and index < len(line)]
        found[index] = meaning, _unit(meaning, fields, values)
    return found


def _bare(key: str) -> str:
    """Return a folded header without what stands in brackets at its end: a unit, hours of the day."""
    return key.partition("(")[0]


def _unit(meaning: str, fields: Mapping[str, Sequence[Unit]], values: Sequence[object]) -> Unit:
    if meaning:
        return fields[meaning][0]
    given = list(islice((v for v in values if v not in ("", None)), TRIED))
    for unit, reader in _TRIALS:
        read = [reader(value) for value in given]
        if any(not isinstance(one, Missing) for one in read) and not any(
            isinstance(one, Fault) for one in read
        ):
            return unit
    return Unit.TEXT


_TRIALS = (
    (Unit.DAY, days.read_day),
    (Unit.COUNT, cells.read_count),
    (Unit.RATE, cells.read_rate),
    (Unit.MONEY, cells.read_money),
    (Unit.SECONDS, cells.read_seconds),
)
