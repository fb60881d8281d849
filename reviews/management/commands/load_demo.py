"""Fill an empty database of one's own machine with the demo."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviews.demo.load import last_month_before, load
from reviews.management.commands.run_month import month_given
from staff.models import Person


class Command(BaseCommand):
    """`load_demo [--month 2026-10]`: seven months that end with the month given; last month by default."""

    help = "Load the demo into an empty database; does nothing where people exist, refuses without DEBUG."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the last month."""
        parser.add_argument("--month", help="the last of the seven months, e.g. 2026-10")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load it and say how long it took."""
        if not settings.DEBUG:
            raise CommandError("The demo has known passwords: it loads only while DEBUG is on.")
        if Person.objects.exists():
            self.stdout.write("There are people already; nothing was changed.")
            return
        now = timezone.now()
        newest = last_month_before(now)
        month = month_given(options["month"]) if options["month"] else newest
        if month > newest:
            raise CommandError(f"The demo ends with a month that is over: {newest:%Y-%m} or earlier.")
        begun = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - begun:5.1f} s  {text}")

        load(last_month=month, now=now, say=say)
        say("done")
