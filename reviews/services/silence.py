"""Confirmation by silence: taken for every card whose agent's time has ended, card by card."""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import PermissionDenied

from reviews import workflow
from reviews.models import Card, CardState
from reviews.refusals import Blocked, WrongState

log = logging.getLogger(__name__)


def confirm_silent(at: datetime) -> int:
    """Confirm every delivered card whose window has ended; return how many.

    Each card in a transaction of its own: one whose agent acts at this moment, or who has something to
    wait for, is passed over and looked at again the next time. Harmless twice.
    """
    due = Card.objects.filter(
        state__in=[CardState.PUBLISHED, CardState.OBJECTED],
        delivered_at__isnull=False,
        window_ends_at__lt=at,
    )
    confirmed = 0
    for card in due.order_by("window_ends_at", "pk"):
        try:
            workflow.take("silence", card, by=None, at=at)
        except (WrongState, Blocked, PermissionDenied) as refused:
            log.info("Card %s is not confirmed by silence: %s", card.pk, type(refused).__name__)
        else:
            confirmed += 1
    return confirmed
