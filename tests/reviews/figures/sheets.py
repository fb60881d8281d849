"""Builds the files that the tests read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from openpyxl import Workbook

RESULTS = (
    "旺旺昵称",
    "询单最终付款人数",
    "询单人数",
    "询单最终付款转化率",
    "首次响应时长（秒）",
    "平均响应时长（秒）",
    "客户满意率",
    "旺旺回复率",
    "询单最终付款金额",
    "成功退款金额",
)
SERVICE = (
    "旺旺昵称",
    "咨询人数",
    "接待人数",
    "未回复人数",
    "有效接待人数",
    "平均响应时长（秒)",
    "3分钟人工响应率",
    "旺旺回复率",
    "首次响应时长（秒)",
    "慢响应人数",
    "答问比",
    "旺旺分组",
)
SHOP_DAYS = ("统计日期", "访客数", "支付买家数", "支付子订单数", "支付金额", "支付转化率")


def result(account: str = "示例旗舰店:小雅", **values: object) -> list[object]:
    """Return a row of 千牛 客服业绩, with some columns set by header."""
    row = dict(
        zip(
            RESULTS,
            [account, 30, 49, "61.22%", 20.07, 33.46, "97.08%", "99.82%", "2,637.68", "106.61"],
            strict=True,
        )
    )
    return list((row | values).values())


def service(account: str = "示例旗舰店:小雅", **values: object) -> list[object]:
    """Return a row of 千牛 客服数据, with some columns set by header."""
    row = dict(
        zip(SERVICE, [account, 142, 139, 1, 128, 40.63, 0.9529, 0.9928, 23.76, 8, 1.01, "售前"], strict=True)
    )
    return list((row | values).values())


def xlsx(path: Path, *rows: object, sheet: str = "数据信息") -> Path:
    """Write rows as a workbook of one sheet."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def text(path: Path, *rows: object, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write rows as a text file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path
