"""Recompute all frozen cards from their own copies and report what is not as it was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.management.commands.run_month import month_given
from reviews.models import Card, Review
from reviews.services.reconciling import mismatches
from reviews.services.verifying import Seen, differences
from staff.models import Unit


class Command(BaseCommand):
    """`verify_reviews [--month 2026-10] [--unit CODE]` ends with status 1 where something differs."""

    help = "Recompute every frozen card from its own copy; check histories, people, papers and hand-overs against it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a month and a unit, or neither for all."""
        parser.add_argument("--month", help="e.g. 2026-10; without it all months")
        parser.add_argument("--unit", help="a unit's code: its cards and those below it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each difference as it is found, then how much was looked at."""
        cards, reviews = Card.objects.all(), Review.objects.all()
        if options["month"]:
            month = month_given(options["month"])
            cards, reviews = cards.filter(month=month), reviews.filter(month=month)
        if options["unit"]:
            path = _unit(options["unit"]).path
            cards = cards.filter(unit__path__startswith=path)
            # A team's cards stand on its branch's hand-over: only whole branches can be added up.
            reviews = reviews.filter(unit__path__startswith=path)
        seen, found, count = Seen(), 0, cards.count()

        def progress(now: Seen) -> None:
            if options["verbosity"]:
                self.stderr.write(_("%(done)s of %(count)s cards") % {"done": now.cards, "count": count})

        for one in differences(cards, seen=seen, after_batch=progress):
            found += 1
            version = f" v{one.number}" if one.number else ""
            self.stdout.write(f"{one.card.person.staff_no} {one.card.month:%Y-%m}{version}: {one.words}")
        for gap in mismatches(reviews):
            found += 1
            self.stdout.write(f"{gap.review}: {gap.words}")
        self.stdout.write(
            _(
                "Looked at: cards %(cards)s, frozen versions %(versions)s, history entries %(entries)s,"
                " files of papers %(files)s, reviews added up %(reviews)s."
            )
            % {
                "cards": seen.cards,
                "versions": seen.versions,
                "entries": seen.entries,
                "files": seen.files,
                "reviews": reviews.count(),
            }
        )
        self._end(found)

    def _end(self, found: int) -> None:
        if found:
            said = ngettext("%(count)s difference found.", "%(count)s differences found.", found)
            raise CommandError(said % {"count": found})
        self.stdout.write(_("Everything is as it was written."))


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(_("There is no unit with the code %(code)s.") % {"code": code})
    return unit
