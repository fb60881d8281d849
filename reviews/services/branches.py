"""How a branch's month begins, and when its pay is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews.models import Card, Procedure, Review
from reviews.services.month import review_for
from staff.calendar import last_day_of
from staff.models import Unit


@transaction.atomic
def begin_review(unit: Unit, month: date, *, trial: bool, procedure: Procedure | None) -> Review:
    """Return the review of a unit's branch and month, as a trial month or by another procedure where asked.

    Without a procedure the branch's setting counts. Both are settled once cards have been computed:
    raises ValidationError where something else is asked for then.
    """
    review = review_for(unit, month)
    wanted = procedure or review.procedure
    if not Card.objects.filter(review=review).exists():
        if (review.trial, review.procedure_id) != (trial, wanted.pk):
            Review.objects.filter(pk=review.pk).update(trial=trial, procedure=wanted)
            review.trial, review.procedure = trial, wanted
        return review
    if trial and not review.trial:
        raise ValidationError(
            _("%(review)s has cards already and is no trial month. Nothing was changed.") % {"review": review}
        )
    if wanted.pk != review.procedure_id:
        raise ValidationError(
            _("%(review)s has cards already, by the procedure “%(procedure)s”. Nothing was changed.")
            % {"review": review, "procedure": review.procedure}
        )
    return review


@dataclass(slots=True)
class Closed(Exception):
    """A review that is closed keeps its pay date."""

    text: str

    def __str__(self) -> str:
        """Return the sentence for the person who asked."""
        return self.text


def set_pay_on(review: Review, day: date | None) -> bool:
    """Set the day on which a review's pay is due; return whether it changed.

    Raises ValidationError for a day within the month itself, Closed where the month is closed by now.
    """
    last = last_day_of(review.month)
    if day is not None and not 0 < (day - last).days <= 366:
        raise ValidationError(
            _("Pay of this month is due after %(day)s, and within a year.")
            % {"day": date_format(last, "SHORT_DATE_FORMAT")}
        )
    if review.pay_on == day:
        return False
    if not Review.objects.filter(pk=review.pk, closed_at__isnull=True).update(pay_on=day):
        raise Closed(_("This month is closed: its pay date stands. Your action changed nothing."))
    review.pay_on = day
    return True
