"""What happens to one card beside its steps: opened by its agent, commented by its assessor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews import copies
from reviews.acting import Who, actor_of
from reviews.history import entries_of
from reviews.models import Card, CardDelivery, CardState, CardVersion
from reviews.procedures import roles_of
from reviews.services import deliveries
from staff.models import User

COMMENT_LENGTH = 400


def record_opening(card: Card, *, by: User, at: datetime) -> bool:
    """Note that its agent has opened a published card, or the answer to the objections: that is a delivery.

    Return whether this was the first time. Harmless when called again or by anybody else.
    """
    if by.person_id != card.person_id or card.state not in {CardState.PUBLISHED, CardState.OBJECTED}:
        return False
    if card.window_ends_at is not None and _was_opened(card, window=card.window_ends_at):
        return False
    if card.state == CardState.OBJECTED and _awaits_answer(card):
        return False
    # An earlier delivery by mail or paper has started the window; that it was opened is kept beside it.
    return deliveries.record(card, channel=deliveries.Channel.OPENED, at=at)


def _awaits_answer(card: Card) -> bool:
    """Whether an objection waits for its answer, so that nothing can be delivered; told by the history."""
    acts = [event.act for event in entries_of(card) if event.act in {"object", "answer"}]
    return acts[-1:] == ["object"]


def _was_opened(card: Card, *, window: datetime) -> bool:
    """Whether the opening is recorded already: its row is of what stands now and ends with the window that runs."""
    of = CardDelivery.Of.CARD if card.state == CardState.PUBLISHED else CardDelivery.Of.ANSWER
    rows = CardDelivery.objects.filter(card=card, version=card.current_id, of=of, window_ends_at=window)
    return rows.filter(channel=deliveries.Channel.OPENED).exists()


@transaction.atomic
def set_comment(card: Card, *, text: str, by: User, at: datetime) -> None:
    """Write the assessor's comment on a draft; it is part of what is submitted.

    Raises PermissionDenied for anybody but the assessor, ValidationError where the card is no draft
    or the text is too long.
    """
    fresh = (
        Card.objects.select_for_update(of=("self",))
        .select_related("review__procedure", "unit", "position", "current")
        .get(pk=card.pk)
    )
    actor = actor_of(by, on=timezone.localdate(at))
    if actor.standing(fresh, Who.ASSESSOR, roles_of(fresh.review.procedure)) is None:
        raise PermissionDenied(_("This step belongs to somebody else."))
    if fresh.state != CardState.DRAFT or fresh.current is None:
        raise ValidationError(_("The card has been submitted; its comment stands."))
    if len(text) > COMMENT_LENGTH:
        raise ValidationError(_("A comment has at most 400 characters."))
    copy = replace(copies.read([fresh.current])[fresh.current.pk], comment=text.strip())
    CardVersion.objects.filter(pk=fresh.current.pk).update(comment=copy.comment, sha256=copy.sha256())
