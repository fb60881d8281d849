"""Importing daily figures with preview, history and batches, beside a bare upsert of the same file.

    python tests/benchmarks/bench_import.py [ROWS]

Aims for 100,000 rows: 5,000 rows per CPU second for preview and apply together (web and worker are one
process here), at most twice the CPU of the baseline in the same run, at most 300 MiB above the base. The
baseline reads with calamine, cleans with the same readers and upserts with Django's bulk_create: no preview,
no comparing, no history, no batches. Each part is a process of its own with its own database.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = 100_000
AIM_ROWS, AIM_RATIO, AIM_MIB = 5_000, 2.0, 300
DAYS = 31
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


def make_file(path: Path, rows: int) -> None:
    """Write a month of daily figures of many accounts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    for number in range(rows):
        agent, day = divmod(number, DAYS)
        seed = (day * 131 + agent * 17) % 97
        on = date(2026, 10, 1) + timedelta(days=day)
        sales = f"{1000 + seed * 13:,}.{seed:02}"
        row = (on, f"店:{agent:04}", 90 + seed, 40 + seed, 80 + seed, 70 + seed, seed % 3, 20 + seed)
        sheet.append((*row, sales, 20 + seed / 7, None))
    book.save(path)


def memory() -> int:
    """Return this process's largest resident size so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def product(path: Path) -> dict[str, float]:
    """Import the file as the admin does, then read it again unchanged."""
    from reviews.figures import applying, importing
    from reviews.figures.importing import Asked, Upload
    from staff.models import Shop

    shop = Shop.objects.create(name="示例旗舰店")
    at = datetime(2026, 11, 2, tzinfo=UTC)
    base, begin = memory(), time.process_time()
    batch = importing.receive([Upload(path, path.name)], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    staged = time.process_time()
    applying.apply(batch, by=None, at=at)
    applied = time.process_time()
    peak = memory()
    again = importing.preview([Upload(path, path.name)], shop=shop, asked=Asked())
    return {
        "rows": batch.files.get().rows,
        "preview": staged - begin,
        "apply": applied - staged,
        "again": time.process_time() - applied,
        "again_new": again.files[0].counts["new"] + again.files[0].counts["changed"],
        "mib": (peak - base) / 2**20,
    }


def cleaned(path: Path) -> list[list[object]]:
    """Read the file with calamine and clean its cells."""
    from python_calamine import CalamineWorkbook

    from reviews.figures import cells, days

    readers = [days.read_day, cells.read_text, *[cells.read_count] * 6, cells.read_money, cells.read_seconds]
    readers.append(cells.read_rate)
    rows = iter(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    next(rows)
    return [
        [
            None if isinstance(value := reader(cell), cells.Missing) else value
            for reader, cell in zip(readers, row, strict=True)
        ]
        for row in rows
    ]


def baseline(path: Path) -> dict[str, float]:
    """Read, clean and upsert the same file with Django's bulk_create, nothing else."""
    from django.db import connection, models

    from staff.money import MoneyField

    count = models.PositiveIntegerField
    kinds = [
        models.DateField(),
        models.CharField(max_length=120),
        *(count(null=True) for _ in range(6)),
        MoneyField(null=True),
        models.DecimalField(max_digits=11, decimal_places=3, null=True),
        models.DecimalField(max_digits=10, decimal_places=6, null=True),
    ]
    fields = {f"c{index}": kind for index, kind in enumerate(kinds)}
    once = models.UniqueConstraint(fields=["c0", "c1"], name="plain_once")
    meta = type("Meta", (), {"app_label": "reviews", "constraints": [once]})
    plain = type("Plain", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
    with connection.schema_editor() as editor:
        editor.create_model(plain)
    begin = time.process_time()
    values = cleaned(path)
    objects = [plain(**dict(zip(fields, row, strict=True))) for row in values]
    changing = list(fields)[2:]
    plain.objects.bulk_create(
        objects, batch_size=2_000, update_conflicts=True, update_fields=changing, unique_fields=["c0", "c1"]
    )
    return {"rows": len(values), "cpu": time.process_time() - begin}


def bare(path: Path) -> dict[str, float]:
    """Read, clean and upsert the same file by one prepared statement, without Django's layer."""
    from django.db import connection, transaction

    begin = time.process_time()
    names = [f"c{index}" for index in range(len(HEAD))]
    values = [[None if value is None else str(value) for value in row] for row in cleaned(path)]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    columns, marks = ", ".join(names), ", ".join(["%s"] * len(names))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns}, PRIMARY KEY (c0, c1))")
        cursor.executemany(
            f"INSERT INTO bare ({columns}) VALUES ({marks}) ON CONFLICT (c0, c1) DO UPDATE SET {changes}",
            values,
        )
    return {"rows": len(values), "cpu": time.process_time() - begin}


def alone(part: str, path: Path) -> dict[str, float]:
    """Run one part in a process and a database of its own; return what it measured."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DEBUG": "1", "KEJI_VAR": folder, "PYTHONPATH": str(ROOT)}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, __file__, "--part", part, str(path)]
        found = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(found.stdout.splitlines()[-1])


def run_part(part: str, path: Path) -> None:
    """Set Django up and print one part's figures as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # it would keep every query
    call_command("migrate", verbosity=0)
    print(json.dumps({"product": product, "baseline": baseline, "bare": bare}[part](path)))


def main() -> int:
    """Print the figures beside their aims; exit with 1 when one is missed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.xlsx"
        make_file(path, rows)
        plain, sql, ours = (alone(part, path) for part in ("baseline", "bare", "product"))
    cpu = ours["preview"] + ours["apply"]
    speed, ratio = ours["rows"] / cpu, cpu / plain["cpu"]
    print(f"{ours['rows']:,} rows: preview {ours['preview']:.1f} s CPU, apply {ours['apply']:.1f} s CPU")
    print(f"{speed:,.0f} rows per CPU second (aim {AIM_ROWS:,})")
    print(f"{ratio:.2f} × the baseline's {plain['cpu']:.1f} s CPU (aim {AIM_RATIO})")
    print(f"{cpu / sql['cpu']:.2f} × {sql['cpu']:.1f} s CPU of an upsert without Django's layer (no aim)")
    print(f"{ours['mib']:.0f} MiB above the base (aim {AIM_MIB})")
    print(f"the same file again: {ours['again']:.1f} s CPU, {ours['again_new']} new or changed")
    missed = speed < AIM_ROWS or ratio > AIM_RATIO or ours["mib"] > AIM_MIB or ours["again_new"]
    return int(bool(missed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        run_part(sys.argv[2], Path(sys.argv[3]))
    else:
        raise SystemExit(main())
