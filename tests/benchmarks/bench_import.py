"""CPU of importing 10,000 rows with preview: read, compare, stage, apply; and once more, unchanged.

    python tests/benchmarks/bench_import.py

Aim: at most 4 s of CPU for preview and apply together. In a database of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
AIM_SECONDS = 4.0
AGENTS, DAYS = 323, 31  # 10,013 rows
HEAD = (
    "日期",
    "平台账号",
    "咨询人数",
    "询单人数",
    "接待人数",
    "有效接待人数",
    "未回复人数",
    "询单付款人数",
    "销售额",
    "平均响应(秒)",
    "回复率",
)


def make_file(path: Path) -> None:
    """Write a month of daily figures of many accounts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    for day in range(DAYS):
        for agent in range(AGENTS):
            seed = (day * 131 + agent * 17) % 97
            on = date(2026, 10, 1) + timedelta(days=day)
            sales = f"{1000 + seed * 13:,}.{seed:02}"
            row = (on, f"店:{agent:03}", 90 + seed, 40 + seed, 80 + seed, 70 + seed, seed % 3, 20 + seed)
            sheet.append((*row, sales, 20 + seed / 7, None))
    book.save(path)


def main() -> int:
    """Print the figures; exit with 1 when the aim is missed."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "1", "KEJI_VAR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.conf import settings

        settings.DEBUG = False  # it would keep every query
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return _measure(Path(folder) / "figures.xlsx")


def _measure(path: Path) -> int:
    from reviews.figures import applying, importing
    from reviews.figures.importing import Asked, Upload
    from staff.models import Shop

    make_file(path)
    shop = Shop.objects.create(name="示例旗舰店")
    at = datetime(2026, 11, 2, tzinfo=UTC)
    begin = time.process_time()
    batch = importing.receive([Upload(path, path.name)], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    staged = time.process_time()
    applying.apply(batch, by=None, at=at)
    applied = time.process_time()
    again = importing.preview([Upload(path, path.name)], shop=shop, asked=Asked())
    unchanged = time.process_time() - applied
    rows = batch.files.get().rows
    total = applied - begin
    print(f"import of {rows:,} rows: preview {staged - begin:.2f} s CPU, apply {applied - staged:.2f} s CPU")
    print(f"preview of the same file again: {unchanged:.2f} s CPU, new {again.files[0].counts['new']}")
    print(f"total {total:.2f} s CPU (aim {AIM_SECONDS} s), {rows / total:,.0f} rows per CPU second")
    return int(total > AIM_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
