"""Recompute all frozen cards from their own copies, add up what was handed over, and report what differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from reviews.management.commands.run_month import month_given
from reviews.models import Card, Review
from reviews.services.reconciling import mismatches
from reviews.services.verifying import differences


class Command(BaseCommand):
    """`verify_reviews [2026-10]` ends with status 1 where a card, its history or its pay is not as it was written."""

    help = "Recompute every frozen card from its own copy, check its history, and add up the hand-overs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one month, or none for all."""
        parser.add_argument("month", nargs="?", help="e.g. 2026-10; without it all months")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each difference and the number of cards looked at."""
        cards, reviews = Card.objects.exclude(seq=0), Review.objects.all()
        if options["month"]:
            month = month_given(options["month"])
            cards, reviews = cards.filter(month=month), reviews.filter(month=month)
        found = 0
        for one in differences(cards):
            found += 1
            self.stdout.write(f"{one.card.person.staff_no} {one.card.month:%Y-%m} v{one.number}: {one.words}")
        for mismatch in mismatches(reviews):
            found += 1
            self.stdout.write(f"{mismatch.review}: {mismatch.words}")
        count = cards.count()
        if found:
            raise CommandError(
                ngettext("%(count)s difference found.", "%(count)s differences found.", found)
                % {"count": found}
            )
        self.stdout.write(
            ngettext(
                "%(count)s card is as it was written.", "%(count)s cards are as they were written.", count
            )
            % {"count": count}
        )
