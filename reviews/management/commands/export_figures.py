"""`manage.py export_figures --shop NAME --month 2026-10`: the stored rows of a shop and month."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from reviews.figures.days import month_span
from reviews.figures.exporting import exported_rows
from reviews.management.commands.import_figures import shop_named


class Command(BaseCommand):
    """Prints one object per stored row in force, with the fields that are not null."""

    help = "Print the figures of a shop and month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what data.md names."""
        parser.add_argument("--shop", required=True, help="the shop's name")
        parser.add_argument("--month", required=True, type=_month, help="as in 2026-10")
        parser.add_argument("--format", choices=["csv", "json"], default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        span = month_span(options["month"].year, options["month"].month)
        rows = exported_rows(shop_named(options["shop"]), first=span.first, last=span.last)
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(self.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _safe(value: Any) -> Any:
    """Return a text that a spreadsheet program does not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r＝" else value
