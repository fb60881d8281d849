"""CPU and size of one card as PDF, beside a plain WeasyPrint call in the same run.

    python tests/benchmarks/bench_pdf.py

The plain call gets the same page with the style sheet inside it and the system's
fonts, as one would write it first. Aims: at most 0.8 s of CPU and 120 KB.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
RUNS = 7
AIM_SECONDS = 0.8
AIM_BYTES = 120_000

PLAIN = """
import sys, time
from weasyprint import HTML
html = sys.stdin.read()
HTML(string=html).write_pdf()
for _ in range(int(sys.argv[1])):
    start = time.process_time()
    content = HTML(string=html).write_pdf()
    print(time.process_time() - start, len(content))
"""


def plain(html: str) -> tuple[float, int]:
    """Median CPU seconds and bytes of the plain call, in a process of its own."""
    style = (ROOT / "reviews/pdf/card.css").read_text(encoding="utf-8")
    for ours in ('"Keji Sans", "Keji Sans Wide", "Keji Sans Rare"',):
        style = style.replace(ours, '"Noto Sans CJK SC", sans-serif')
    whole = html.replace("</head>", f"<style>{style}</style></head>")
    environment = {key: value for key, value in os.environ.items() if key != "FONTCONFIG_FILE"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(RUNS)],
        input=whole,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return median(float(row[0]) for row in rows), int(rows[0][1])


def main() -> int:
    """Print the figures; exit with 1 when an aim is missed."""
    import django
    from django.conf import settings

    sys.path.insert(0, str(ROOT))
    settings.configure(LOCALE_PATHS=[ROOT / "config/locale"], LANGUAGE_CODE="zh-hans")
    django.setup()
    from reviews.pdf import render
    from tests.reviews.pdf import samples

    missed = False
    for language in ("zh-hans", "en"):
        sheet = samples.card(language)
        render.render_card(sheet)
        times = []
        for _ in range(RUNS):
            start = time.process_time()
            content = render.render_card(sheet)
            times.append(time.process_time() - start)
        ours, size = median(times), len(content)
        seconds, bytes_ = plain(render.page(sheet))
        print(
            f"card PDF ({language}): {ours:.2f} s CPU, {size / 1000:.0f} KB; plain WeasyPrint {seconds:.2f} s,"
            f" {bytes_ / 1000:.0f} KB; ratio {ours / seconds:.2f} (aims {AIM_SECONDS} s, {AIM_BYTES // 1000} KB)"
        )
        missed |= ours > AIM_SECONDS or size > AIM_BYTES
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
