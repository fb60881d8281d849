"""Sheets with a known shape and something wrong in header, cell or row, each named by sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.faults.makers import (
    ERROR_CELL,
    UNSOLVED,
    Case,
    Raw,
    case,
    csv_bytes,
    parts_of,
    sheet_xml,
    workbook,
    zipped,
)
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service

SHEET = "数据信息"
OWN = ("日期", "结束日期", "工号", "平台账号", "接待人数", "未回复人数", "销售额", "满意率")
PRESALES = ("客服", "接待人数", "询单人数", "询单->最终付款人数", "销售额", "退款率")
CHITU = ("客服昵称", "聊天人数(原咨询人数)", "接待人数", "未回复人数", "销售额", "答问比")


def shop_day(day: object = "2026-10-01", **values: object) -> list[object]:
    """Return a row of 店铺日数据."""
    row = dict(zip(SHOP_DAYS, [day, 14632, 237, 260, "32643.96", "1.62%"], strict=True))
    return list((row | values).values())


def own_day(account: object = "店:甲", **values: object) -> list[object]:
    """Return a row of the own daily sheet."""
    row = dict(zip(OWN, ["2026-10-01", "", "", account, 100, 2, "12.50", "97%"], strict=True))
    return list((row | values).values())


@dataclass(frozen=True)
class Shape:
    """A format: its file name, its header, and a good row by number with some values set."""

    file: str
    head: Sequence[str]
    row: Callable[..., list[object]]
    required: Sequence[str]

    def good(self, number: int, **values: object) -> list[object]:
        """Return a good row that no other row equals."""
        if self.head == SHOP_DAYS:
            return self.row(f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}", **values)
        return self.row(f"店:{number}", **values)


SHAPES = (
    Shape(
        "客服业绩_20261001", RESULTS, result, ("旺旺昵称", "询单最终付款人数", "询单人数", "询单最终付款金额")
    ),
    Shape("客服数据_20261001", SERVICE, service, ("旺旺昵称", "咨询人数", "接待人数")),
    Shape("店铺日数据", SHOP_DAYS, shop_day, ("统计日期", "访客数", "支付买家数")),
    Shape("每日数据", OWN, own_day, ("日期",)),
)
NUMBERS = (
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e309",
    "1e500000",
    "abc",
    "0x10",
    "1_000",
    "1.234,5",
    "12,34",
    "(12)",
    "--5",
    "9" * 41,
    "１２a",
    "#DIV/0!",
)
BAD_COUNTS = {
    "not_a_number": NUMBERS,
    "negative_count": (-1, "-28", "－3", -0.5),
    "not_whole": (3.5, "3.5", "0.1"),
    "too_large": (10_000_000_000, "9999999999999"),
}
BAD_AMOUNTS = {
    "not_a_number": (*NUMBERS, "12元5角", "1,23"),
    "negative_amount": (-0.01, "-106.61", "-1"),
    "below_a_cent": ("12.345", 0.001),
    "too_large": ("9" * 14,),
}
BAD_RATES = {
    "not_a_number": ("NaN%", "abc", "%", "4 5%", "Infinity"),
    "rate_above_1": ("101%", 1.5, "45", 97.08),
    "negative_rate": ("-1%", -0.2),
}
BAD_TIMES = {
    "not_a_number": ("2:30", "abc", "NaN", "1e309", "3分x秒"),
    "negative_time": (-3, "-0.5"),
    "too_large": ("9999999999", 1e12),
}
BAD_DAYS = {
    "no_such_day": (
        "2026/2/30",
        "2026-02-30",
        "2026-13-01",
        "2026-10-32",
        "0000-01-01",
        "20260230",
        "2026年2月30日",
    ),
    "not_a_date": ("26-1-2", "10/11/2026", "abc", 60, "昨天", "2026-10-01T25:00", "2026/10-01", "1.10.2026"),
    "year_out_of_range": ("1900-01-01", "9999-12-31", "1904-01-01"),
}
COLUMNS: tuple[tuple[Shape, str, dict[str, tuple[object, ...]]], ...] = (
    (SHAPES[0], "询单人数", BAD_COUNTS),
    (SHAPES[0], "询单最终付款金额", BAD_AMOUNTS),
    (SHAPES[0], "客户满意率", BAD_RATES),
    (SHAPES[0], "首次响应时长（秒）", BAD_TIMES),
    (SHAPES[1], "接待人数", BAD_COUNTS),
    (SHAPES[1], "平均响应时长（秒)", BAD_TIMES),
    (SHAPES[1], "旺旺回复率", BAD_RATES),
    (SHAPES[2], "支付买家数", BAD_COUNTS),
    (SHAPES[2], "支付金额", BAD_AMOUNTS),
    (SHAPES[2], "统计日期", BAD_DAYS),
    (SHAPES[3], "日期", BAD_DAYS),
    (SHAPES[3], "销售额", BAD_AMOUNTS),
)


def broken_headers(chance: Random) -> Iterator[Case]:
    """Yield sheets whose header lacks a column, has one twice, or stands too low."""
    for shape in SHAPES[:3]:
        for name in shape.required:
            for make in (workbook, csv_bytes):
                head = [header for header in shape.head if header != name]
                build = partial(make, head, [1] * len(head), [chance.randrange(99)])
                yield case("IMP-12 missing", _named(shape, make), build, "missing_columns")
        for name in chance.sample(list(shape.head), 5):
            row = [*shape.good(1), 1]
            yield case(
                "IMP-12 twice",
                _named(shape, workbook),
                partial(workbook, [*shape.head, name], row),
                "doubled_columns",
            )
            wide = [*shape.head, f" {name.replace('（', '(')}\u00a0"]
            yield case(
                "IMP-12 twice in other letters",
                _named(shape, csv_bytes),
                partial(csv_bytes, wide, row),
                "doubled_columns",
            )
        for low in (10, 11, 25):
            titles = [[f"标题{low}"]] * low
            yield case(
                "IMP-12 too low",
                _named(shape, workbook),
                partial(workbook, *titles, shape.head, shape.good(low)),
                "no_header",
            )
        lines = [[f"题{shape.file[:2]}"], shape.head]
        yield case("IMP-12 header only", _named(shape, workbook), partial(workbook, *lines), "no_rows")
        sums = [shape.row("汇总"), shape.row("平均值")]
        yield case(
            "IMP-12 sums only", _named(shape, workbook), partial(workbook, shape.head, *sums), "no_rows"
        )
    for number, head in enumerate((PRESALES[:1] + PRESALES[2:], CHITU[:2] + CHITU[3:])):
        yield case(
            "IMP-12 missing",
            f"赤兔{number}_20261001.xlsx",
            partial(workbook, head, ["x"] * len(head)),
            "missing_columns",
        )
    for number in range(6):
        words = [f"{chance.choice('甲乙丙丁')}{n}" for n in range(5 + number)]
        yield case(
            "IMP-12 unknown", f"未知{number}_20261001.xlsx", partial(workbook, words, [1] * 5), "no_header"
        )
    merged = [["", "接待", "", "销售", ""], ["旺旺", "人数", "时长", "人数", "金额"], ["a", 1, 2, 3, 4]]
    yield case("IMP-12 two-row header", "合并_20261001.xlsx", partial(workbook, *merged), "no_header")
    both = parts_of(sheet_xml([RESULTS, result("a")]), sheet_xml([SERVICE, service("a")]))
    yield case("IMP-13 two formats", "两表_20261001.xlsx", partial(zipped, both), "several_formats")


def _named(shape: Shape, make: Callable[..., bytes]) -> str:
    return f"{shape.file}.{'csv' if make is csv_bytes else 'xlsx'}"


def broken_cells(chance: Random) -> Iterator[Case]:
    """Yield sheets of good rows in which one cell cannot be believed: in the first row, the middle or the last."""
    while True:
        for shape, column, bad in COLUMNS:
            code = chance.choice(sorted(bad))
            yield _cell(chance, shape, column, chance.choice(bad[code]), code)
        shape, column, _bad = chance.choice(COLUMNS)
        yield _cell(chance, shape, column, ERROR_CELL, "error_cell")
        yield _cell(chance, shape, column, UNSOLVED, "formula_unsolved")
        if column not in ("统计日期", "日期"):
            yield _cell(chance, shape, column, True, "not_a_number")


def _cell(chance: Random, shape: Shape, column: str, value: object, code: str) -> Case:
    many = chance.choice((1, 2, 7, 30))
    at = chance.choice((0, many // 2, many - 1))
    base = chance.randrange(10_000)
    rows = [shape.good(base + number) for number in range(many)]
    rows[at] = shape.good(base + at, **{column: value})
    make: Callable[..., bytes] = workbook
    if isinstance(value, str) and chance.random() < 0.4:
        make = csv_bytes
    family = f"IMP-1{5 if code != 'error_cell' else 4} {code}"
    build = partial(make, shape.head, *rows)
    sheet = "" if make is csv_bytes else SHEET
    return case(family, _named(shape, make), build, code, row=at + 2, column=column, sheet=sheet)


def broken_rows(chance: Random) -> Iterator[Case]:
    """Yield sheets in which a whole row, a name or a span is wrong."""
    yield from _owners()
    yield from _spans()
    for number in range(6):
        rows = [result(f"店:{n}") for n in range(number + 2)]
        again = result(f" 店:{number} ")
        make = partial(workbook, RESULTS, *rows, again)
        yield case("IMP-18 twice", "客服业绩_20261001.xlsx", make, "row_twice", row=number + 4, sheet=SHEET)
    for number in range(4):
        row = service(f"店:{number}", 接待人数=10 + number, 未回复人数=99)
        yield case(
            "IMP-16 more than all",
            "客服数据_20261001.xlsx",
            partial(workbook, SERVICE, row),
            "unanswered_above",
            row=2,
            sheet=SHEET,
        )
    payloads = (
        '"><img src=x onerror=alert(1)>',
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "{{7*7}}",
        "%(name)s {x} %s",
    )
    for number, text in enumerate(payloads):
        make = partial(workbook, RESULTS, result("店:甲", 询单人数=text))
        yield case(
            "XSS-11 cell",
            "客服业绩_20261001.xlsx",
            make,
            "not_a_number",
            row=2,
            column="询单人数",
            sheet=SHEET,
        )
        yield case(
            "XSS-11 header",
            "客服业绩_20261001.xlsx",
            partial(workbook, [text, *"bcdef"], [number]),
            "no_header",
        )
        parts = parts_of(
            sheet_xml([RESULTS, result("店:甲", 询单人数=-1 - number)]), names=(text.replace('"', "")[:31],)
        )
        yield case(
            "XSS-11 sheet",
            "客服业绩_20261001.xlsx",
            partial(zipped, parts),
            "negative_count",
            row=2,
            column="询单人数",
        )
        yield case(
            "XSS-11 doubled",
            "客服业绩_20261001.xlsx",
            partial(workbook, [*RESULTS, RESULTS[2]], result(text)),
            "doubled_columns",
        )


def _owners() -> Iterator[Case]:
    for number, (value, code) in enumerate(
        (
            ("", "empty_cell"),
            ("-", "empty_cell"),
            ("无", "empty_cell"),
            ("x" * 201, "too_long"),
            (1234567890123456, "digits_lost"),
            (True, "not_text"),
            ("店\u202e乙", "unprintable"),
            (ERROR_CELL, "error_cell"),
            (UNSOLVED, "formula_unsolved"),
            (Raw('t="str"', "<f>A9</f><v></v>"), "formula_unsolved"),
        )
    ):
        make = partial(workbook, RESULTS, result("店:甲"), result(value, 询单人数=50 + number))  # type: ignore[arg-type]
        yield case(
            "IMP-14 account", "客服业绩_20261001.xlsx", make, code, row=3, column="旺旺昵称", sheet=SHEET
        )
    for number, staff_no in enumerate(("9999", "0000", "00 17", "０００１", "'0099", 98765)):
        row = own_day("", 工号=staff_no, 接待人数=100 + number)
        yield case(
            "IMP-18 unknown person",
            "每日数据.xlsx",
            partial(workbook, OWN, row),
            "unknown_person",
            row=2,
            column="工号",
            sheet=SHEET,
        )
    for number in range(3):
        make = partial(workbook, OWN, own_day("店:甲"), own_day("", 接待人数=100 + number))
        yield case("IMP-18 nobody", "每日数据.xlsx", make, "no_owner", row=3, sheet=SHEET)


def _spans() -> Iterator[Case]:
    for last, code in (
        ("2026-09-30", "span_backwards"),
        ("2026-11-15", "span_two_months"),
        ("2027-10-01", "span_two_months"),
    ):
        row = own_day(结束日期=last)
        yield case("IMP-17 span", "每日数据.xlsx", partial(workbook, OWN, row), code, row=2, sheet=SHEET)
    for number in range(3):
        who = f"店:叠{number}"
        rows = [own_day(who), own_day(who, 结束日期="2026-10-07")]
        yield case(
            "IMP-18 overlap",
            "每日数据.xlsx",
            partial(workbook, OWN, *rows),
            "overlap_in_batch",
            row=2,
            sheet=SHEET,
        )
    names = (
        ("业绩", "no_span"),
        ("业绩_20261301", "name_no_such_day"),
        ("业绩_20260230", "name_no_such_day"),
        ("业绩_2026-09-01至2026-10-31", "span_two_months"),
        ("业绩_2026-10-31至2026-10-01", "span_backwards"),
        ("业绩_20261001_20261005_20261009", "name_several_spans"),
        ("../../业绩", "no_span"),
        ("..\\..\\业绩", "no_span"),
        ('"><img src=x onerror=alert(1)>', "no_span"),
        ("业绩\r\nX-Evil: 1", "no_span"),
        ("CON", "no_span"),
        ("业" * 90, "no_span"),
        ("x" * 300, "no_span"),
        ("业绩\u202excod", "no_span"),
        ("😀𠮷㐂", "no_span"),
        ("a;b=c, d", "no_span"),
        ("%2e%2e%2fetc%2fpasswd", "no_span"),
        ("业绩.", "no_span"),
        ("{name} %(name)s {{7*7}}", "no_span"),
    )
    for number, (name, code) in enumerate(names):
        make = partial(workbook, RESULTS, result(f"店:{number}名"))
        yield case("IMP-19 name", f"{name}.xlsx", make, code)
