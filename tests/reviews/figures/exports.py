"""Files as platforms export them, made at random: each format's columns, and the quirks its cells may have.

The table of columns is written from the spec's list of formats, not from the code that reads them.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

# What a column holds: text (whose), n (count), m (money), r (rate), x (ratio), s (seconds), "" (anything);
# after the colon the field that it fills, if any.
COLUMNS = {
    "赤兔 报表": """客服昵称=who 聊天人数(原咨询人数)=n:consulted 接待人数=n:receptions 直接接入人数=n 转发接入人数=n
        转出人数=n:transfers_out 总消息数=n 买家消息数=n:messages_in 客服消息数=n:messages_out 答问比=x:answer_ratio
        客服字数=n 最大同时聊天数=n 未回复人数=n:unanswered 回复率=r:reply_rate 慢接待人数=n:slow_responses
        长接待人数=n 首次响应(秒)=s:first_response_seconds 平均响应(秒)=s:average_response_seconds 平均接待时长=s
        询单人数=n:inquiries 销售额=m:sales 销售量=n:items 销售人数=n:buyers 销售订单数=n:orders""",
    "赤兔 售前绩效": """客服=who 接待人数=n:receptions 询单人数=n:inquiries 询单->最终付款人数=n:paid_inquiries
        询单->最终付款成功率=r 客件数=x 客单价=m 邮费总额=m 手工折扣率=r 客服回复率=r:reply_rate
        平均响应时间=s:average_response_seconds 首次响应时间=s:first_response_seconds 平均接待时长=s 平均接待时长(秒)=s
        静默下单本人落实付款-人数=n 静默下单本人落实付款-金额=m 销售额=m:sales 客服答问比=x:answer_ratio
        慢响应人数=n:slow_responses 询单->最终下单人数=n 下单->最终付款成功率=r 全静默单本人跟进-人数=n
        询单->次日付款人数=n 询单->次日付款成功率=r 协助跟进人数=n:assists 协助下单人数=n 转出人数=n:transfers_out
        退款率=r""",
    "赤兔 满意度": """客服昵称=who 服务满意度评价参与率=r 客户满意率=r:satisfaction_rate 很满意=n:+2 满意=n:+2
        一般=n:+1 不满=n:+1 很不满=n:+1""",
    "千牛 客服数据": """旺旺昵称=who 咨询人数=n:consulted 接待人数=n:receptions 未回复人数=n:unanswered
        有效接待人数=n:answered 平均响应时长（秒)=s:average_response_seconds 3分钟人工响应率=r 旺旺回复率=r:reply_rate
        首次响应时长（秒)=s:first_response_seconds 慢响应人数=n:slow_responses 答问比=x:answer_ratio 旺旺分组=""",
    "千牛 客服业绩": """旺旺昵称=who 询单最终付款人数=n:paid_inquiries 询单人数=n:inquiries 询单最终付款转化率=r
        首次响应时长（秒）=s:first_response_seconds 平均响应时长（秒）=s:average_response_seconds
        客户满意率=r:satisfaction_rate 旺旺回复率=r:reply_rate 询单最终付款金额=m:sales 成功退款金额=m:refund_amount""",
    "千牛 账号数据": """旺旺昵称=who 咨询人数=n:consulted 有效接待人数=n:answered 询单人数=n:inquiries 下单人数=n
        下单金额=m 销售人数=n:buyers 销售额=m:sales 销售量=n:items 订单量=n:orders 个人销售额占比=r
        成功退款金额=m:refund_amount 净销售额=-""",
    "京麦 整体数据": """客服=who 售前接待人数=n:inquiries 促成下单人数=n 促成下单商品金额=m 接待量=n:receptions
        平均响应时长（新）=s:average_response_seconds 30s应答率=r 客服3分钟人工回复率=r""",
    "飞鸽": """客服昵称= 账号名称=who 人工已接待人数=n:receptions 人工已接待会话量=n 不满意率=r
        3分钟人工回复率(会话)=r 首次响应时长（秒）=s:first_response_seconds 平均响应时长=s:average_response_seconds
        满意率=r:satisfaction_rate 客服销售额（元）=m:sales 询单人数=n:inquiries 下单人数=n 支付人数=n:paid_inquiries
        询单转化率=r""",
    "拼多多": """店铺名=shop 客服账号=who 咨询人数=n:receptions 询单转化率=r 客服销售额=m:sales
        3分钟人工回复率(8-23点)=r 30秒应答率(8-23点)=r 客服服务分=x""",
}
SUMMARIES = ("汇总", "汇总值", "均值", "平均值", "全店汇总", "同行均值", "店铺汇总值", "店铺平均值")
MISSING = ("", "-", "null", "无", "  ", "—")
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-be")
FULL_WIDTH = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
SHOP = "示例旗舰店"
# Fields that a row needs so that it is not told apart by chance.
PARTS = {"reply_rate": ("unanswered", "receptions"), "answer_ratio": ("messages_out", "messages_in")}


@dataclass
class Expected:
    """One row that must come in: whose, which days, and its fields."""

    account: str
    first: date
    last: date
    values: dict[str, Any] = field(default_factory=dict)
    not_final: bool = False


@dataclass
class Export:
    """A file and what must be read in it. `span` is what a person says where the file does not."""

    path: Path
    rows: list[Expected]
    skipped: int
    span: tuple[date, date] | None


def columns_of(name: str) -> list[tuple[str, str, str]]:
    """Return a format's columns as (header, kind, field)."""
    found = []
    for item in COLUMNS[name].split():
        header, what = item.rsplit("=", 1)
        kind, _colon, filled = what.partition(":")
        found.append((header, kind, filled))
    return found


class Maker:
    """Makes one export of a format at random; the same seed makes the same file."""

    def __init__(self, name: str, seed: int, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.chance = random.Random(f"{name}{seed}")
        self.columns = columns_of(name)
        self.as_text = self.chance.random() < 0.6
        self.encoding = self.chance.choice(ENCODINGS)

    def make(self) -> Export:
        """Write the file."""
        chance = self.chance
        says = chance.choice(("day in name", "span in name", "column", "nobody"))
        first = date(2026, 10, 1) + timedelta(chance.randrange(20))
        last = first if says in ("day in name", "column") else first + timedelta(chance.randrange(1, 8))
        order = list(self.columns)
        if says == "column":
            order.append(("日期", "day", ""))
        chance.shuffle(order)
        lines, expected = [], []
        for number in range(chance.randrange(2, 7)):
            day = first + timedelta(number % 2) if says == "column" else first
            row = Expected(self._account(number), day, day if says == "column" else last)
            raw = self._values(row)
            lines.append([self._cell(kind, header, raw, row) for header, kind, _field in order])
            expected.append(row)
        skipped = self._add_summaries(lines, order)
        title = [["客服数据报表"] + [""] * (len(order) - 1)] * chance.choice((0, 0, 1, 3))
        head = [self._header(header) for header, _kind, _field in order]
        stem = {"day in name": f"导出_{first:%Y%m%d}", "span in name": f"报表_{first}至{last}"}.get(
            says, "导出"
        )
        path = self._write(stem, [*title, head, *lines])
        return Export(path, expected, skipped, (first, last) if says == "nobody" else None)

    def _account(self, number: int) -> str:
        names = ("示例旗舰店:小雅", "店:㐂", "0017", "客服·北北", "cs_88", "示例旗舰店:阿南", "13800000000")
        name = names[number]
        return name.replace("㐂", "喜") if self.as_text and self.encoding == "gbk" else name

    def _values(self, row: Expected) -> dict[str, Any]:
        """Give each column a value that fits the others, and say what must be read of it."""
        chance = self.chance
        whole = chance.randrange(20, 3000)
        raw: dict[str, Any] = {}
        for header, kind, filled in self.columns:
            if kind == "n":
                raw[header] = chance.randrange(0, 20 if filled == "unanswered" else whole)
            elif kind == "m":
                raw[header] = Decimal(chance.randrange(0, 9_000_000)).scaleb(-2)
            elif kind == "r":
                raw[header] = Decimal(chance.choice((0, 10_000, chance.randrange(10_000)))).scaleb(-4)
            elif kind == "x":
                raw[header] = Decimal(chance.randrange(5_000, 25_000)).scaleb(-4)
            elif kind == "s":
                raw[header] = Decimal(
                    chance.choice((chance.randrange(40_000), chance.randrange(9_000) * 100))
                ).scaleb(-2)
            if kind in "nmrxs" and kind and chance.random() < 0.08:
                raw[header] = None
            if header in ("接待人数", "询单人数", "买家消息数"):
                raw[header] = whole + chance.randrange(40)
        self._fit(raw)
        self._expect(raw, row)
        return raw

    def _fit(self, raw: dict[str, Any]) -> None:
        """Let rates agree with their parts, as far as they are printed."""

        def share(part: str, whole: str) -> Decimal | None:
            return None if raw.get(part) is None or not raw.get(whole) else Decimal(raw[part]) / raw[whole]

        for rate, part, whole in (
            ("询单->最终付款成功率", "询单->最终付款人数", "询单人数"),
            ("询单最终付款转化率", "询单最终付款人数", "询单人数"),
            ("询单转化率", "支付人数", "询单人数"),
            ("答问比", "客服消息数", "买家消息数"),
        ):
            if rate in raw and (true := share(part, whole)) is not None:
                raw[rate] = true.quantize(Decimal("0.0001"))
        for rate in ("回复率", "旺旺回复率"):
            if rate in raw and (true := share("未回复人数", "接待人数")) is not None:
                raw[rate] = (1 - true).quantize(Decimal("0.0001"))
        good = [raw.get(name) for name in ("很满意", "满意")]
        rated = [*good, *(raw.get(name) for name in ("一般", "不满", "很不满"))]
        if "很满意" in raw and None not in rated and sum(rated):
            raw["客户满意率"] = (Decimal(sum(good)) / sum(rated)).quantize(Decimal("0.0001"))

    def _expect(self, raw: dict[str, Any], row: Expected) -> None:
        values = row.values
        for header, _kind, filled in self.columns:
            if filled and filled[0] != "+" and raw.get(header) is not None:
                values[filled] = raw[header]
        for name, which in (("satisfied", "+2"), ("rated", "+")):
            parts = [raw.get(header) for header, _kind, filled in self.columns if filled.startswith(which)]
            if parts and None not in parts:
                values[name] = sum(parts)
        if self.name == "赤兔 报表" and {"receptions", "unanswered"} <= values.keys():
            values["answered"] = values["receptions"] - values["unanswered"]

    def _cell(self, kind: str, header: str, raw: dict[str, Any], row: Expected) -> Any:
        chance = self.chance
        if kind == "who":
            return self._text(row.account)
        if kind == "shop":
            return chance.choice((SHOP, f" {SHOP} "))
        if kind == "day":
            return self._day(row.first)
        if kind == "":
            return chance.choice(("", "售前", "-"))
        if kind == "-":
            return chance.choice((-12.5, "-3", "0"))
        value = raw[header]
        if value is None:
            if chance.random() < 0.2:
                row.not_final = row.not_final or any(h == header and f for h, _k, f in self.columns)
                return "延迟统计"
            return chance.choice(MISSING)
        return getattr(self, f"_as_{kind}")(value)

    def _text(self, text: str) -> Any:
        ways = [text, f"{text} ", f"\u00a0{text}", f"'{text}"] + (
            [f'="{text}"', f"\t{text}"] if self.as_text else []
        )
        return self.chance.choice(ways)

    def _day(self, day: date) -> Any:
        ways = [
            f"{day}",
            f"{day:%Y/%m/%d}",
            f"{day:%Y%m%d}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day} 00:00:00",
        ]
        return self.chance.choice(ways if self.as_text else [*ways, day])

    def _number(self, plain: str, value: Any, *units: str) -> Any:
        ways = [plain, f" {plain} ", plain.translate(FULL_WIDTH), f"'{plain}", f'="{plain}"', f"{value:,}"]
        ways += [f"{plain}{unit}" for unit in units]
        return self.chance.choice(ways if self.as_text else [*ways, value, value, value])

    def _as_n(self, value: int) -> Any:
        return self._number(str(value), value, "人", "次")

    def _as_m(self, value: Decimal) -> Any:
        return self._number(f"{value:.2f}", value, "元") if self.chance.random() < 0.8 else f"¥{value:.2f}"

    def _as_r(self, value: Decimal) -> Any:
        percent = f"{(value * 100).normalize():f}%"
        ways = [percent, percent.translate(FULL_WIDTH), f" {percent}", f"{value.normalize():f}"]
        return self.chance.choice(ways if self.as_text else [*ways, value])

    _as_x = _as_r

    def _as_s(self, value: Decimal) -> Any:
        ways: list[Any] = [f"{value}", f"{value}秒", f"{value}".translate(FULL_WIDTH)]
        minutes, seconds = divmod(value, 60)
        hours, minutes = divmod(int(minutes), 60)
        seconds_text = f"{seconds.normalize():f}"
        ways.append(
            f"{f'{hours}小时' if hours else ''}{f'{minutes}分' if hours or minutes else ''}{seconds_text}秒"
        )
        return self.chance.choice(ways if self.as_text else [*ways, value])

    def _header(self, header: str) -> str:
        swapped = header.replace("（", "(").replace("）", ")")
        wide = swapped.replace("(", "（").replace(")", "）")
        ways = (
            header,
            swapped,
            wide,
            f"{header} ",
            f" {header}\u00a0",
            header.replace("(", " (").replace("->", "－＞"),
        )
        found = self.chance.choice(ways)
        gbk = self.as_text and self.encoding == "gbk"
        return found.replace("\u00a0", " ") if gbk else found

    def _add_summaries(self, lines: list[list[Any]], order: list[tuple[str, str, str]]) -> int:
        count = self.chance.randrange(3)
        who = next(index for index, column in enumerate(order) if column[1] == "who")
        for _ in range(count):
            line: list[Any] = [self.chance.choice(("", 12, "99%", "x")) for _column in order]
            line[who] = self.chance.choice(SUMMARIES)
            lines.insert(self.chance.choice((0, len(lines))), line)
        return count

    def _write(self, stem: str, lines: list[list[Any]]) -> Path:
        if not self.as_text:
            book = Workbook()
            for line in lines:
                book.active.append(line)
            book.save(path := self.folder / f"{stem}.xlsx")
            return path
        out = io.StringIO()
        csv.writer(out, delimiter=self.chance.choice(",\t")).writerows(lines)
        text = out.getvalue()
        if self.encoding == "utf-16-be":
            data = b"\xfe\xff" + text.encode("utf-16-be")
        elif self.encoding == "gbk":
            data = text.replace("\u00a0", " ").replace("¥", "￥").encode("gbk")
        else:
            data = text.encode(self.encoding)
        (path := self.folder / f"{stem}.csv").write_bytes(data)
        return path
