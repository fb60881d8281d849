"""A card handed over on paper: by whom, when, and the signed sheet as a picture."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.access import sees_money
from reviews.acting import Actor, Who, actor_of, reader_of
from reviews.models import Card, CardDelivery, CardEvent, CardState
from reviews.procedures import roles_of
from reviews.redrawing import BadPicture, Why, redraw
from reviews.refusals import Kind, Refusal, WrongState
from reviews.services import deliveries
from staff.models import User

BAD_SCANS = {
    Why.TOO_HEAVY: gettext_lazy("The scan is larger than 5 MB. Take a smaller picture."),
    Why.NO_PICTURE: gettext_lazy("The scan is no PNG or JPEG picture. Photograph or scan the signed sheet."),
    Why.TOO_LARGE: gettext_lazy("The scan has more than 40 million pixels. Take a smaller picture."),
    Why.TOO_LONG: gettext_lazy("The scan is too long to stay readable. Take one picture of one sheet."),
}


def may_hand_over(card: Card, *, by: User, at: datetime) -> bool:
    """Whether somebody hands this card over on paper: its assessor or HR, never the agent. For buttons."""
    return _may(card, reader_of(by, on=timezone.localdate(at)))


def _may(card: Card, actor: Actor) -> bool:
    roles = roles_of(card.review.procedure)
    return any(actor.standing(card, who, roles) is not None for who in (Who.ASSESSOR, Who.HR))


def sees_sheet(card: Card, handed: CardDelivery, *, by: User, on: date) -> bool:
    """Whether somebody who sees a card sees its signed sheet too.

    What its assessor handed over has no amounts on it. What HR handed over may have, so that only those
    see it who may see these.
    """
    return handed.person_id == card.assessor_id or sees_money(by, card, on=on)


def why_not_now(card: Card) -> str:
    """Return why a card is not handed over on paper now, or an empty text."""
    if card.state not in {CardState.PUBLISHED, CardState.OBJECTED} or deliveries.what_waits(card) is None:
        return _("This card does not wait for its agent now. Nothing was recorded.")
    if card.delivered_at is not None:
        return _("This card has been delivered already. Nothing was recorded.")
    return ""


def hand_over(card: Card, *, handed_at: datetime, scan: bytes, by: User, at: datetime) -> None:
    """Record that a card, or the answer to its objections, was handed to its agent with a signature.

    Raises PermissionDenied for anybody but its assessor or HR, WrongState where nothing waits for the
    agent or it was delivered before, ValidationError for a time before the publication or in the future
    and for a scan that is no picture, all faults at once.
    """
    actor = actor_of(by, on=timezone.localdate(at))
    if by.person is None or not _may(card, actor):
        raise PermissionDenied(_("A card is handed over on paper by its assessor or by HR."))
    fresh = Card.objects.select_related("review__procedure").get(pk=card.pk)
    if said := why_not_now(fresh):
        raise WrongState(Refusal(card, Kind.CONFLICT, said))
    faults: dict[str, str] = {}
    if said := _bad_time(fresh, handed_at, at=at):
        faults["day"] = said
    try:
        drawn = redraw(scan)
    except BadPicture as refused:
        faults["scan"] = str(BAD_SCANS[refused.why])
    if faults:
        raise ValidationError(faults)
    recorded = deliveries.record(
        fresh,
        channel=deliveries.Channel.PAPER,
        at=handed_at,
        by=by.person,
        scan=drawn.content,
        scan_type=drawn.media_type,
    )
    if not recorded:
        said = _("This card has been delivered already. Nothing was recorded.")
        raise WrongState(Refusal(card, Kind.CONFLICT, said))


def _bad_time(card: Card, handed_at: datetime, *, at: datetime) -> str:
    if handed_at > at:
        return _("This time has not come yet. Enter when the paper was handed over.")
    shown = CardEvent.objects.filter(card=card, act__in=["publish", "answer"]).order_by("-seq").first()
    if shown is None or handed_at < shown.at.replace(second=0, microsecond=0):
        return _("At that time the card was not published yet. Enter when the paper was handed over.")
    return ""
