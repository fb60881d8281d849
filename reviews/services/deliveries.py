"""Recording how a card reached its agent: the first delivery starts the agent's own time.

Delivered is what the agent opened, what the mail server accepted, or what was handed over on paper with a
scan; an entry in the inbox is none. Source: month.md, "The agent's window".
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from reviews.deadlines import confirm_day, own_days, reply_end, window_end
from reviews.models import Card, CardDelivery, CardEvent, CardState, Objection
from reviews.procedures import roles_of
from staff import calendar
from staff.models import Person

Channel = CardDelivery.Channel
STARTED_BY = {CardDelivery.Of.CARD: "publish", CardDelivery.Of.ANSWER: "answer"}


@transaction.atomic
def record(
    card: Card,
    *,
    channel: str,
    at: datetime,
    by: Person | None = None,
    scan: bytes = b"",
    scan_type: str = "",
) -> bool:
    """Record that a published card, or the answer to its objections, reached its agent by a channel.

    Return whether a row was written; harmless twice, and where nothing waits. The first
    delivery since the publication or the answer sets `delivered_at` and `window_ends_at`; later ones by
    other channels are only kept. `by` handed a paper over; `scan` is its picture, drawn anew already.
    """
    fresh = _locked(card)
    of = what_waits(fresh)
    if of is None or fresh.current is None:
        return False
    started = _started(fresh, of)
    if started is None or CardDelivery.objects.filter(card=fresh, seq=started.seq, channel=channel).exists():
        return False
    ends = fresh.window_ends_at or _end(fresh, of, at=at)
    CardDelivery.objects.create(
        card=fresh,
        version=fresh.current,
        seq=started.seq,
        of=of,
        channel=channel,
        at=at,
        window_ends_at=ends,
        person=by,
        scan=scan,
        scan_type=scan_type,
    )
    if fresh.delivered_at is None:
        Card.objects.filter(pk=fresh.pk).update(delivered_at=at, window_ends_at=ends)
        card.delivered_at, card.window_ends_at = at, ends
    return True


def _locked(card: Card) -> Card:
    """Read a card afresh and keep others from moving it until the transaction ends."""
    rows = Card.objects.select_for_update(of=("self",))
    return rows.select_related("review__procedure", "position", "current").get(pk=card.pk)


def _started(card: Card, of: CardDelivery.Of) -> CardEvent | None:
    """Return the last publication or answer, which a delivery belongs to."""
    return CardEvent.objects.filter(card=card, act=STARTED_BY[of]).order_by("-seq").first()


def what_waits(card: Card) -> CardDelivery.Of | None:
    """Return what of a card waits for its agent: the card, the answer to every objection, or nothing."""
    if card.state == CardState.PUBLISHED:
        return CardDelivery.Of.CARD
    if card.state != CardState.OBJECTED:
        return None
    unanswered = Objection.objects.standing().filter(version__card=card, outcome="", reply="")
    return None if unanswered.exists() else CardDelivery.Of.ANSWER


def _end(card: Card, of: CardDelivery.Of, *, at: datetime) -> datetime:
    """Return the end of the agent's time: two own working days for a card, one for an answer."""
    days = calendar.load()
    own = own_days(card.person_id, after=timezone.localdate(at), calendar=days)
    if of is CardDelivery.Of.ANSWER:
        return reply_end(at, works=own.works, end_of=own.end_of)
    step_day = confirm_day(card, calendar=days, roles=roles_of(card.review.procedure))
    return window_end(at, works=own.works, end_of=own.end_of, step_day=step_day)
