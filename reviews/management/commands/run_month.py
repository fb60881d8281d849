"""Compute a month's cards and say what is still missing. Works without a broker."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.gaps import Gap, gaps_of
from reviews.models import Card, NoCard, Review
from reviews.services import month
from staff import jobs
from staff.calendar import first_of_next
from staff.models import Job, Role, Shop, Unit

POLL_SECONDS = 0.5


class Command(BaseCommand):
    """`run_month 2026-10 --shop NAME | --unit CODE` prints one JSON object."""

    help = "Compute the cards of a month and print what is still missing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month and the shop or unit."""
        parser.add_argument("month", help="e.g. 2026-10")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--shop", help="the shop's name")
        where.add_argument("--unit", help="the unit's code")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the job here, step by step, and print the result."""
        first_day = month_given(options["month"])
        try:
            unit = _unit(options["shop"], options["unit"])
            review = month.review_for(unit, first_day)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if first_of_next(first_day) > timezone.localdate():
            self.stderr.write(_("The month is not over yet: the cards are provisional."))
        only = unit if unit.pk != review.unit_id else None
        job = month.start_run(review, by=None, at=timezone.now(), only=only)
        _work(job)
        if job.state != Job.State.DONE:
            raise CommandError(
                _("The run did not finish: %(error)s") % {"error": job.error or job.get_state_display()}
            )
        self.stdout.write(json.dumps(_report(review, unit), ensure_ascii=False, indent=2))


def _work(job: Job) -> None:
    """Do the job here; what a worker has taken meanwhile is waited for."""
    while True:
        jobs.work(job.pk)
        job.refresh_from_db()
        if not job.active:
            return
        time.sleep(POLL_SECONDS)


def month_given(text: str) -> date:
    """Return the first day of a month written as 2026-10, or raise CommandError."""
    try:
        year, number = text.split("-")
        if len(year) != 4 or len(number) != 2:
            raise ValueError
        return date(int(year), int(number), 1)
    except ValueError:
        raise CommandError(
            _("%(text)s is no month. Write the year and the month, e.g. 2026-10.") % {"text": text}
        ) from None


def _unit(shop_name: str | None, code: str | None) -> Unit:
    if code is not None:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            raise ValidationError(_("There is no unit with the code %(code)s.") % {"code": code})
        return unit
    shops = list(Shop.objects.filter(name=shop_name))
    if not shops:
        raise ValidationError(_("There is no shop called %(name)s.") % {"name": shop_name})
    if len(shops) > 1:
        raise ValidationError(
            _("Several shops are called %(name)s. Name the unit with --unit.") % {"name": shop_name}
        )
    return month.unit_of_shop(shops[0])


def _report(review: Review, unit: Unit) -> dict[str, Any]:
    rows = Card.objects.filter(review=review, unit__path__startswith=unit.path)
    cards = list(rows.select_related("person", "assessor").order_by("person__staff_no"))
    gaps = gaps_of(cards)
    people = NoCard.objects.filter(review=review).select_related("person").order_by("person__staff_no")
    below = month.people_of(review, below=unit)
    return {
        "review": str(review.public_id),
        "cards": len(cards),
        "no_card": [
            {"staff_no": row.person.staff_no, "reason": row.words} for row in people if row.person_id in below
        ],
        "open": [
            {"staff_no": card.person.staff_no, "line": gap.line, "who": _who(card, gap)}
            for card in cards
            for gap in gaps.get(card.pk, ())
        ],
    }


def _who(card: Card, gap: Gap) -> str:
    """Return the assessor by name for a supervisor's task, else the role in the reader's language."""
    return card.assessor.name if gap.owner == Role.SUPERVISOR else str(Role(gap.owner).label)
