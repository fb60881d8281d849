"""A mail about a card was taken over by the mail server: that is a delivery of the card."""

from __future__ import annotations

from datetime import datetime

from reviews.models import Card, CardEvent
from reviews.services import deliveries
from staff.models import Message


def record_mailed(message: Message, *, at: datetime) -> bool:
    """Record that a mail brought a card, or the answer to its objections, to its agent.

    Only for the card's last publication or answer: a mail that was on its way while the card was
    returned and published again delivers nothing. Return whether a delivery was recorded.
    """
    card_id, seq = (int(part) for part in message.key.split("."))
    card = Card.objects.filter(pk=card_id, person=message.person_id).first()
    if card is None:
        return False
    shown = CardEvent.objects.filter(card=card, act__in=["publish", "answer"])
    if shown.order_by("-seq").values_list("seq", flat=True).first() != seq:
        return False
    return deliveries.record(card, channel=deliveries.Channel.EMAIL, at=at)
