"""More than fifty files that look odd and are right: each with the figures that must come of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tests.faults.broken_tables import OWN, own_day
from tests.faults.makers import MAIN, SHEET, Raw, csv_bytes, parts_of, sheet_xml, workbook, zipped
from tests.reviews.figures.sheets import RESULTS, SERVICE, result, service

DAY = "20261001"
EXPECTED = {"paid_inquiries": "30", "inquiries": "49", "sales": "2637.68", "refund_amount": "106.61"}


@dataclass(frozen=True)
class Odd:
    """A file, the account it has, and some of that account's figures as text; None for a missing one."""

    why: str
    name: str
    make: Callable[[], bytes]
    account: str
    figures: Mapping[str, str | None]


class _Made:
    """Numbers the files, so that each has an account of its own."""

    def __init__(self) -> None:
        self.files: list[Odd] = []

    def add(
        self,
        why: str,
        build: Callable[[str], bytes],
        *,
        account: str = "",
        suffix: str = "xlsx",
        name: str = "",
        **figures: str | None,
    ) -> None:
        """Add one; `build` makes its bytes for an account."""
        number = len(self.files)
        said = account or f"店:怪{number}"
        named = name or f"怪{number}_{DAY}.{suffix}"
        self.files.append(Odd(why, named, partial(build, said), said, EXPECTED | figures))


def _book(**values: object) -> Callable[[str], bytes]:
    return lambda account: workbook(RESULTS, result(account, **values))


def _xml(change: Callable[[str], str], **book: str) -> Callable[[str], bytes]:
    return lambda account: zipped(parts_of(change(sheet_xml([RESULTS, result(account)])), **book))  # type: ignore[arg-type]


def _lines(
    *lines: Callable[[str], Sequence[object]] | Sequence[object], **more: str
) -> Callable[[str], bytes]:
    def build(account: str) -> bytes:
        return csv_bytes(*[line(account) if callable(line) else line for line in lines], **more)

    return build


def odd_files() -> list[Odd]:
    """Return the files."""
    made = _Made()
    _cells(made)
    _texts(made)
    _sheets(made)
    _headers(made)
    return made.files


def _cells(made: _Made) -> None:
    made.add("full-width digits", _book(询单人数="４９"))
    made.add("a formula that is a text", _book(询单人数='="49"'))
    made.add("a leading quote", _book(询单人数="'49"))
    made.add("a unit", _book(询单最终付款金额="2637.68元", 询单人数="49人"))
    made.add("a currency sign", _book(询单最终付款金额="¥2,637.68", 成功退款金额="￥106.61"))
    made.add("a count with decimals of 0", _book(询单人数="49.00"))
    made.add("a count in powers of ten", _book(询单人数="4.9e1"))
    made.add("binary dust", _book(询单最终付款金额=2637.6800000000003))
    made.add("blanks around", _book(询单人数=" 49\u00a0", 成功退款金额="\t106.61 "))
    made.add("a zero is a zero", _book(成功退款金额=0), refund_amount="0.00")
    made.add("minus zero", _book(成功退款金额="-0"), refund_amount="0.00")
    for word in ("", "-", "–", "—", "null", "NULL", "无", "延迟统计"):
        made.add(f"missing as {word!r}", _book(成功退款金额=word), refund_amount=None)
    made.add(
        "minutes and seconds", _book(**{"平均响应时长（秒）": "2分30秒"}), average_response_seconds="150.000"
    )
    made.add("hours", _book(**{"平均响应时长（秒）": "7小时41分52秒"}), average_response_seconds="27712.000")
    made.add("a clock", _book(**{"首次响应时长（秒）": "00:02:30"}), first_response_seconds="150.000")
    made.add("a rate as a share", _book(客户满意率=0.9708), satisfaction_rate="0.970800")
    made.add("a rate of exactly 1", _book(客户满意率=1), satisfaction_rate="1.000000")
    made.add("a rate of 100%", _book(客户满意率="１００％"), satisfaction_rate="1.000000")
    made.add(
        "a ratio above 1",
        lambda who: workbook(SERVICE, service(who, 答问比="102.8%")),
        consulted="142",
        answer_ratio="1.028000",
        inquiries=None,
        paid_inquiries=None,
        sales=None,
        refund_amount=None,
    )


def _texts(made: _Made) -> None:
    row = partial(result)
    for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"):
        made.add(f"text in {encoding}", _lines(RESULTS, row, encoding=encoding), suffix="csv")
    made.add("tabs", _lines(RESULTS, row, delimiter="\t"), suffix="txt")
    made.add("semicolons", _lines(RESULTS, row, delimiter=";"), suffix="CSV")
    made.add("rare characters", _lines(RESULTS, row, encoding="gb18030"), account="店:㐂𠮷😀", suffix="csv")
    made.add("text named as a workbook", _lines(RESULTS, row), suffix="xlsx")
    made.add(
        "line feeds only", lambda who: csv_bytes(RESULTS, result(who)).replace(b"\r\n", b"\n"), suffix="csv"
    )
    made.add("no last line end", lambda who: csv_bytes(RESULTS, result(who)).rstrip(), suffix="csv")
    made.add(
        "blank lines and sums between",
        _lines([], RESULTS, [], ["汇总", 9, 9], row, ["", ""], ["均值", 1]),
        suffix="csv",
    )
    made.add("the zeros of an account stay", _book(), account="00123")


def _sheets(made: _Made) -> None:
    head = sheet_xml([RESULTS])
    made.add(
        "a forged dimension",
        _xml(lambda xml: xml.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')),
    )
    made.add(
        "a dimension of one cell",
        _xml(lambda xml: xml.replace("<sheetData>", '<dimension ref="A1"/><sheetData>')),
    )
    made.add(
        "hidden columns and a filter",
        _xml(
            lambda xml: xml.replace(
                "<sheetData>", '<cols><col min="2" max="4" hidden="1"/></cols><sheetData>'
            )
        ),
    )
    made.add("a hidden row", _xml(lambda xml: xml.replace('<row r="2">', '<row r="2" hidden="1">')))
    made.add(
        "a hidden second sheet",
        lambda who: zipped(parts_of(sheet_xml([RESULTS, result(who)]), head, states=("visible", "hidden"))),
    )
    made.add(
        "a second sheet of notes",
        lambda who: zipped(parts_of(sheet_xml([["说明"]]), sheet_xml([RESULTS, result(who)]))),
    )
    made.add(
        "stored, not deflated",
        lambda who: zipped(parts_of(sheet_xml([RESULTS, result(who)])), method=zipfile.ZIP_STORED),
    )
    made.add(
        "cells with a style and no value to the right",
        _xml(lambda xml: xml.replace("</row></sheetData>", '<c r="Z2" s="1"/></row></sheetData>')),
    )
    made.add("a formula with its result", _book(询单人数=Raw("", "<f>40+9</f><v>49</v>")))
    made.add("shared strings", _shared)
    made.add(
        "days of the 1904 calendar",
        _of_1904,
        name="怪1904.xlsx",
        receptions="100",
        sales="12.50",
        inquiries=None,
        paid_inquiries=None,
        refund_amount=None,
    )


def _shared(account: str) -> bytes:
    row = result(Raw('t="s"', "<v>0</v>"))  # type: ignore[arg-type]
    shared = f'<sst xmlns="{MAIN}"><si><r><t>{account[:2]}</t></r><r><t>{account[2:]}</t></r></si></sst>'
    link = (
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    parts = parts_of(sheet_xml([RESULTS, row])) | {"xl/sharedStrings.xml": shared}
    rels = "xl/_rels/workbook.xml.rels"
    return zipped(parts | {rels: str(parts[rels]).replace("</Relationships>", link)})


def _of_1904(account: str) -> bytes:
    """The first of October 2026 is day 44834 of the calendar that begins in 1904."""
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    link = (
        '<Relationship Id="rId8" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'styles" Target="styles.xml"/></Relationships>'
    )
    row = own_day(account, 日期=Raw('s="1"', "<v>44834</v>"))
    parts = parts_of(sheet_xml([OWN, row]), book='<workbookPr date1904="1"/>') | {"xl/styles.xml": styles}
    rels = "xl/_rels/workbook.xml.rels"
    assert SHEET in parts
    return zipped(parts | {rels: str(parts[rels]).replace("</Relationships>", link)})


def _headers(made: _Made) -> None:
    made.add("columns from right to left", lambda who: workbook(RESULTS[::-1], result(who)[::-1]))
    made.add("a header in row 9", lambda who: workbook(*[["千牛"]] * 8, RESULTS, result(who)))
    made.add("blanks in headers", lambda who: workbook([f" {h}\u3000" for h in RESULTS], result(who)))
    made.add(
        "columns that nobody stores",
        lambda who: workbook([*RESULTS, "备注", "组别"], [*result(who), "=x", "-1"]),
    )
    made.add("a name with a path", _book(), name=f"..\\..\\怪_{DAY}.xlsx")
