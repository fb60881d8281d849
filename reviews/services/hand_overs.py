"""Handing over to finance, fetching the file, and acknowledging: each refuses what has changed meanwhile.

Source: month.md, step by working day 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews import hand_overs, workflow
from reviews.models import Card, CardState, HandOver, HandOverExport, Review
from reviews.pay_file import file_name, pay_file
from staff.access import scope_of
from staff.models import User


class Changed(Exception):
    """What was shown is not what stands there now; nothing was written. `causes` say what changed."""

    def __init__(self, causes: list[str]) -> None:
        """Keep every cause for the page."""
        super().__init__(_("This has changed since you looked. Nothing was done."))
        self.causes = causes


@dataclass(frozen=True, slots=True)
class PayFile:
    """An exported file as it is sent."""

    name: str
    content: bytes


@transaction.atomic
def hand_over(review: Review, *, by: User, at: datetime, control_sum: str) -> HandOver:
    """Hand over every closed card of a review that this person may, all or none.

    `control_sum` is the one the preview showed. Raises Changed where another list would be handed
    over, BulkRefused where a card is refused.
    """
    Review.objects.select_for_update().get(pk=review.pk)
    preview = hand_overs.preview_of(review, by=by, at=at)
    if not preview.rows or preview.control_sum != control_sum:
        raise Changed(_since(review, waiting=bool(preview.rows)))
    cards = [row.card for row in preview.rows]
    workflow.take_many("approve", cards, by=by, at=at, stamps={card.pk: card.stamp for card in cards})
    return HandOver.objects.filter(review=review).latest("number")


def _since(review: Review, *, waiting: bool) -> list[str]:
    """Say what can have happened between the preview and the button."""
    last = HandOver.objects.filter(review=review).select_related("made_by").order_by("-number").first()
    if last is not None and not waiting:
        words = {"who": last.made_by.name, "when": _minute(last.made_at), "number": last.number}
        return [_("%(who)s made hand-over %(number)s on %(when)s; no card is waiting any more.") % words]
    if not waiting:
        return [_("No card is waiting to be handed over.")]
    return [_("Other cards are waiting than those you were shown. Look at the list again.")]


@transaction.atomic
def export(made: HandOver, *, by: User, at: datetime) -> PayFile:
    """Record that somebody fetches the file, and return it: the original first, then copies.

    Only finance of the branch fetches it: others read the page. Raises PermissionDenied.
    """
    _pays(made, by, at)
    # Two who fetch at once wait here for each other, so that there is one original.
    made = (
        HandOver.objects.select_for_update(of=("self",)).select_related(*hand_overs.RELATED).get(pk=made.pk)
    )
    last = made.exports.aggregate(last=Max("number"))["last"] or 0
    noted = HandOverExport.objects.create(
        hand_over=made, number=last + 1, at=at, by=by, control_sum=made.control_sum
    )
    lines = list(made.lines.select_related("version").order_by("order"))
    return PayFile(file_name(noted), pay_file(noted, lines))


@transaction.atomic
def acknowledge(made: HandOver, *, by: User, at: datetime, control_sum: str) -> int:
    """Take over a whole hand-over for payment: all its cards or none; return how many.

    `control_sum` is the one the page showed. Raises Changed where the hand-over is another by now,
    BulkRefused where a card cannot be paid.
    """
    _pays(made, by, at)
    made = (
        HandOver.objects.select_for_update(of=("self",)).select_related(*hand_overs.RELATED).get(pk=made.pk)
    )
    if made.acknowledged_at is not None or made.control_sum != control_sum or not made.cards:
        raise Changed(_changes(made))
    lines = made.lines.filter(withdrawn_at__isnull=True).exclude(card__state=CardState.PAID)
    cards = list(Card.objects.filter(pk__in=lines.values("card")))
    return len(workflow.take_many("pay", cards, by=by, at=at))


def _pays(made: HandOver, by: User, at: datetime) -> None:
    scope = scope_of(by, on=timezone.localdate(at))
    if not scope.leads(made.review.unit.path, roles=["finance"]):
        raise PermissionDenied(_("This step belongs to somebody else."))


def _changes(made: HandOver) -> list[str]:
    """Say what has happened to a hand-over since somebody may have looked."""
    if made.acknowledged_at is not None and made.acknowledged_by is not None:
        words = {"who": made.acknowledged_by.name, "when": _minute(made.acknowledged_at)}
        return [_("%(who)s acknowledged it on %(when)s.") % words]
    causes = [
        _("%(who)s (%(number)s) was returned on %(when)s and is not in it any more.")
        % {"who": line.name, "number": line.staff_no, "when": _minute(line.withdrawn_at)}
        for line in made.lines.filter(withdrawn_at__isnull=False).order_by("-withdrawn_at")
        if line.withdrawn_at is not None
    ]
    return causes or [_("The control sum is not that of this hand-over. Look at the page again.")]


def _minute(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
