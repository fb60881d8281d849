"""`manage.py attribute --shop NAME --month 2026-10`: figures from stored orders and chats, as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.figures.days import month_span, read_month
from reviews.management.commands.import_figures import shop_named
from reviews.services import attribution


class Command(BaseCommand):
    """Prints mode → "account|date" (or "silent|date") → figures; both modes unless one is asked for."""

    help = "Print the figures computed from a shop's stored orders and chats of a month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what data.md names."""
        parser.add_argument("--shop", required=True, help="the shop's name")
        parser.add_argument("--month", required=True, help="for example 2026-10")
        parser.add_argument("--mode", choices=attribution.MODES, help="one mode only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        shop = shop_named(options["shop"])
        month = read_month(options["month"])
        if not isinstance(month, date):
            raise CommandError("Give the month as 2026-10.")
        modes = [options["mode"]] if options["mode"] else list(attribution.MODES)
        found = attribution.computed(shop, month_span(month.year, month.month), modes=modes)
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
