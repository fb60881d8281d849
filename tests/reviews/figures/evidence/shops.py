"""Builds order exports, reception details and refund sheets as the platform writes them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from reviews.figures import applying, importing
from reviews.figures.importing import Asked, Upload

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHOP = "示例旗舰店"
YA, BEI = f"{SHOP}:小雅", f"{SHOP}:小北"
CHAT_HEAD = ("日期", "开始时间", "结束时间", "买家旺旺", "客服旺旺", "接待类型", "接待发起", "状态")
NEEDED = {
    "订单编号": "2600000000000000001",
    "买家会员名": "阿月",
    "买家实际支付金额": "100.00",
    "订单状态": "交易成功",
    "买家留言": "要\n发票,谢谢",
    "收货人姓名": "沈月",
    "收货地址 ": "示例省 示例市 示例路 8 号",
    "联系手机": "'13900001111",
    "订单创建时间": "2026-10-05 10:00:00",
    "订单付款时间 ": "2026-10-05 10:10:00",
    "宝贝标题 ": "示例商品",
    "宝贝总数量": "2",
}
LATER = {"分阶段订单信息": "", "退款金额": ""}
REFUND = {
    "订单编号": "2600000000000000001",
    "退款编号": "7000000001",
    "退款完结时间": "2026-10-09 12:00:00",
    "买家会员名": "阿月",
    "买家退款金额": "40.00",
    "退款的申请时间": "2026-10-08 12:00:00",
    "退款状态": "退款成功",
    "货物状态": "买家已退货",
    "客服介入状态": "客服未介入",
    "买家退款原因": "质量问题",
    "责任方": "卖家责任",
    "售中或售后": "售后",
    "退款操作人": "示例",
}


def order(number: int = 1, **cells: object) -> dict[str, object]:
    """Return an order's cells, some of them set by header."""
    return {**NEEDED, **LATER, "订单编号": f'="26{number:017}"', **cells}


def chat(
    agent: str = YA, begins: str = "2026-10-05 09:00:00", ends: str = "", **cells: object
) -> list[object]:
    """Return a chat's row; it ends when it begins unless told."""
    row = {
        "日期": begins[:10],
        "开始时间": begins,
        "结束时间": ends or begins,
        "买家旺旺": "阿月",
        "客服旺旺": agent,
        "接待类型": "直接接待",
        "接待发起": "买家",
        "状态": "已回复",
    }
    return list((row | cells).values())


def refund(number: int = 1, **cells: object) -> dict[str, object]:
    """Return a refund's cells; of the order with the same number unless told."""
    return {**REFUND, "订单编号": f"26{number:017}", "退款编号": f"70{number:08}", **cells}


def table(path: Path, *rows: dict[str, object], columns: int = 0, encoding: str = "gb18030") -> Path:
    """Write rows of one header as CSV, filled up with other columns to a width."""
    head = list(rows[0])
    more = [f"其他{number}" for number in range(columns - len(head))]
    return lines(
        path, [*head, *more], *[[*row.values(), *([""] * len(more))] for row in rows], encoding=encoding
    )


def lines(path: Path, *rows: object, encoding: str = "gb18030") -> Path:
    """Write rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def orders_file(folder: Path, *rows: dict[str, object], name: str = "ExportOrderList.csv") -> Path:
    """Write an order export."""
    return table(folder / name, *rows, columns=47)


def chats_file(folder: Path, *rows: list[object], name: str = "接待明细.csv") -> Path:
    """Write reception details."""
    return lines(folder / name, CHAT_HEAD, *rows)


def refunds_file(folder: Path, *rows: dict[str, object], name: str = "退款.csv") -> Path:
    """Write a refund sheet."""
    return table(folder / name, *rows, columns=40)


def staged(shop, *paths, **asked):
    """Stage files as a batch."""
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=None, asked=Asked(**asked))
    importing.stage(batch)
    return batch


def imported(shop, *paths, at=AT):
    """Stage files and let them count."""
    batch = staged(shop, *paths)
    applying.apply(batch, by=None, at=at)
    return batch


def errors(batch):
    """Return code, row and column of each error."""
    found = [issue for file in batch.files.all() for issue in file.issues.filter(severity="error")]
    return [(issue.code, issue.row, issue.column) for issue in found]


def counts(batch):
    """Return new, changed, unchanged, skipped and faulty rows of each file."""
    return [(f.new, f.changed, f.unchanged, f.skipped, f.faulty) for f in batch.files.order_by("pk")]
