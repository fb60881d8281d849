"""Fill the working calendar with the holidays the state has published."""

from typing import Any

from django.core.management.base import BaseCommand

from staff.services import seed_calendar


class Command(BaseCommand):
    """Add published holidays and make-up days; run again, it changes nothing."""

    help = "Add the published holidays and make-up days to the working calendar."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seed and say what was done."""
        seeded = seed_calendar(by=None)
        self.stdout.write(
            f"{seeded.days} days added; published up to {seeded.last_year}. "
            f"{seeded.open_year} is not published yet: its deadlines are estimates until it is."
        )
