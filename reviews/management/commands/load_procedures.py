"""Create the shipped procedures: small, medium and full."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reviews.procedures import load_procedures


class Command(BaseCommand):
    """Create what is not there yet; what HR has changed stays."""

    help = "Create the shipped procedures that are not there yet."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and name them."""
        self.stdout.write(", ".join(load_procedures()))
