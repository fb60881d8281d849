"""Orders and chats of a month: import, attribution and computed figures, with time, CPU and memory.

    python tests/benchmarks/bench_attribution.py             28,000 orders, 41,000 chats: aim 20 s
    python tests/benchmarks/bench_attribution.py all         28,000, 250,000 and a million orders: aim 10 min, 1 GB
    python tests/benchmarks/bench_attribution.py 250000      as many orders as given

Each size in a process and a database of its own: SQLite, or PostgreSQL where BENCH_DATABASE_URL names an
empty database.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
SIZES = (28_000, 250_000, 1_000_000)
NORMAL_SECONDS, MILLION_SECONDS, MEGABYTES = 20.0, 600.0, 1_000
CHATS_PER_ORDER = 1.5
FILE_ROWS = 100_000
FIRST = datetime(2026, 10, 1)  # noqa: DTZ001  as an export writes it
MONTH_SECONDS = 31 * 86_400
COLUMNS = 55
ORDER_HEAD = {
    0: "订单编号",
    1: "买家会员名",
    8: "买家实际支付金额",
    10: "订单状态",
    12: "收货人姓名",
    13: "收货地址 ",
    16: "联系手机",
    17: "订单创建时间",
    18: "订单付款时间 ",
    19: "宝贝标题 ",
    24: "宝贝总数量",
    32: "分阶段订单信息",
    44: "退款金额",
}
CHAT_HEAD = ("日期", "开始时间", "结束时间", "买家旺旺", "客服旺旺", "接待类型", "接待发起", "状态")


def write_orders(folder: Path, many: int) -> list[Path]:
    """Write orders as exports of 55 columns, GBK, several files."""
    chance = random.Random(1)
    head = [ORDER_HEAD.get(column, f"其他{column}") for column in range(COLUMNS)]
    return _write(folder, "ExportOrderList", head, (_order(chance, n, many) for n in range(many)))


def _order(chance: random.Random, number: int, many: int) -> list[str]:
    created = FIRST + timedelta(seconds=chance.randrange(MONTH_SECONDS - 86_400))
    paid = created + timedelta(seconds=chance.choice((30, 300, 40_000)))
    row = [""] * COLUMNS
    row[0], row[1] = f'="26{number * 7919 % 10**17:017}"', f"买家{chance.randrange(many):07}"
    row[8], row[10] = f"{chance.randrange(1000, 60000) / 100:.2f}", "交易成功"
    row[12], row[13], row[16] = "示例", "示例省 示例市", "'10000000000"
    row[17], row[19], row[24] = f"{created}", "示例商品", str(chance.randrange(1, 5))
    row[18] = f"{paid}" if number % 7 else ""
    row[44] = "5.00" if not number % 19 and number % 7 else ""
    return row


def write_chats(folder: Path, many: int, orders: int) -> list[Path]:
    """Write reception details of fifty agents."""
    chance = random.Random(2)
    return _write(folder, "接待明细", CHAT_HEAD, (_chat(chance, orders) for _n in range(many)))


def _chat(chance: random.Random, orders: int) -> list[str]:
    begins = FIRST + timedelta(seconds=chance.randrange(-2 * 86_400, MONTH_SECONDS))
    ends = begins + timedelta(seconds=chance.randrange(20, 3_000))
    agent = f"示例旗舰店:客服{chance.randrange(50):02}"
    state = "未回复" if chance.random() < 0.03 else "已回复"
    return [
        f"{begins:%Y-%m-%d}",
        f"{begins}",
        f"{ends}",
        f"买家{chance.randrange(orders):07}",
        agent,
        "直接接待",
        "买家",
        state,
    ]


def _write(folder: Path, name: str, head: object, rows: Iterator[list[str]]) -> list[Path]:
    paths: list[Path] = []
    out = writer = None
    for number, row in enumerate(rows):
        if number % FILE_ROWS == 0:
            if out:
                out.close()
            paths.append(folder / f"{name}_{len(paths):02}.csv")
            out = paths[-1].open("w", encoding="gb18030", newline="")
            writer = csv.writer(out)
            writer.writerow(head)  # type: ignore[arg-type]
        if writer:
            writer.writerow(row)
    if out:
        out.close()
    return paths


def measure(orders: int) -> None:
    """Import, apply and compute in this process; print one row of the table."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "1", "KEJI_VAR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ.pop("DATABASE_URL", None)
        if url := os.environ.get("BENCH_DATABASE_URL"):
            os.environ["DATABASE_URL"] = url
        import django

        django.setup()
        from django.conf import settings

        settings.DEBUG = False  # it would keep every query
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        chats = int(orders * CHATS_PER_ORDER) if orders != SIZES[0] else 41_000
        files = write_orders(Path(folder), orders) + write_chats(Path(folder), chats, orders)
        _measure(files, orders, chats)


def _measure(files: list[Path], orders: int, chats: int) -> None:
    from reviews.figures import applying, importing
    from reviews.figures.importing import Asked, Upload
    from reviews.models import AgentFigures
    from reviews.services import attribution
    from staff import jobs
    from staff.models import Shop

    shop = Shop.objects.create(name="示例旗舰店")
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    begin, cpu = time.monotonic(), time.process_time()
    uploads = [Upload(path, path.name) for path in files]
    batch = importing.receive(uploads, shop=shop, by=None, asked=Asked())
    plan = importing.stage(batch)
    staged = time.monotonic()
    if plan.errors:
        raise SystemExit([issue for file in plan.files for issue in file.errors][:5])
    applying.apply(batch, by=None, at=datetime(2026, 11, 2, tzinfo=UTC))
    applied = time.monotonic()
    job = attribution.start_after(batch, by=None)
    if job is None:
        raise SystemExit("nothing to compute")
    jobs.work(job.pk)
    done = time.monotonic()
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    job.refresh_from_db()
    rows = AgentFigures.objects.filter(current=True).count()
    print(
        f"{orders:>9,} {chats:>9,} {len(files):>5} {staged - begin:>9.1f} {applied - staged:>7.1f} "
        f"{done - applied:>9.1f} {done - begin:>8.1f} {cpu:>7.1f} {cpu / orders * 1e6:>9.0f} {base:>6} {peak:>6}"
        f"  {job.state}, {rows} rows"
    )
    small = orders <= SIZES[0]
    most = NORMAL_SECONDS if small else MILLION_SECONDS
    if done - begin > most or peak > MEGABYTES or job.state != "done":
        raise SystemExit(f"aim missed: {most:.0f} s, {MEGABYTES} MB")


def main() -> int:
    """Measure each size in a process of its own; exit with 1 where an aim is missed."""
    asked = sys.argv[1:]
    if asked[:1] == ["one"]:
        measure(int(asked[1]))
        return 0
    sizes = SIZES if asked == ["all"] else [int(size) for size in asked] or SIZES[:1]
    print(
        "   orders     chats files  read+stage   apply   compute  total s   CPU s  CPU µs/o base MB peak MB"
    )
    return max(subprocess.call([sys.executable, __file__, "one", str(size)]) for size in sizes)


if __name__ == "__main__":
    raise SystemExit(main())
