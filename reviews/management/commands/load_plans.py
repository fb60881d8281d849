"""Publish the plans that ship, each once."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from reviews.models import Plan
from reviews.plans import create_draft, publish
from reviews.shipped import SHIPPED

EARLIEST = date(2020, 1, 1)


class Command(BaseCommand):
    """Add the shipped plans as published versions; a plan that is there stays as it is."""

    help = "Add the plans that ship with the product; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the day from which the plans are in force."""
        parser.add_argument(
            "--from",
            dest="starts_on",
            type=date.fromisoformat,
            default=EARLIEST,
            help="first day of a month, as 2026-01-01",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish what is not there yet."""
        now = timezone.now()
        today = timezone.localdate(now)
        for code, plan in SHIPPED.items():
            with transaction.atomic():
                if Plan.objects.filter(code=code).exists():
                    self.stdout.write(f"{code}: is there already")
                    continue
                version = create_draft(plan, starts_on=options["starts_on"], by=None)
                publish(version, by=None, at=now, on=today)
            self.stdout.write(f"{code}: published")
