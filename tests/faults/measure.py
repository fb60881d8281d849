"""Reads one of the heavy files in a process of its own: prints its codes, seconds and growth in MiB."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from reviews.figures.reading import read_file  # noqa: E402  needs the set-up above


def main(name: str, data: Path) -> None:
    """Read and tell."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    file = read_file(data, name=name)
    told = {
        "codes": sorted({issue.code for issue in file.errors}),
        "rows": len(file.rows),
        "seconds": time.process_time() - start,
        "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.flush()
