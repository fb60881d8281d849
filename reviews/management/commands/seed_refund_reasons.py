"""Fill the table of refund reasons with those that Taobao and Tmall offer."""

from typing import Any

from django.core.management.base import BaseCommand

from reviews.refunds.reasons import seed_reasons


class Command(BaseCommand):
    """Add the common reasons; run again, it changes nothing."""

    help = "Add the common refund reasons of Taobao and Tmall with what they mean."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seed and say what was done."""
        self.stdout.write(f"{seed_reasons(by=None)} reasons added.")
