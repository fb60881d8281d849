"""Which cards a reader has opened as they stand now: what needs eyes is opened before it is passed on.

Kept in the reader's session, so that asking about a thousand cards costs no query.
"""

from __future__ import annotations

from django.http import HttpRequest

from reviews.models import Card

KEY = "opened_cards"
MOST = 1000


def mark(request: HttpRequest, card: Card) -> None:
    """Remember that this reader has opened a card in its present state."""
    opened: list[str] = request.session.get(KEY, [])
    mark = mark_of(card)
    if mark not in opened:
        request.session[KEY] = [*opened, mark][-MOST:]


def opened(request: HttpRequest) -> frozenset[str]:
    """Return the marks of everything this reader has opened, to look up many cards."""
    return frozenset(request.session.get(KEY, ()))


def has_opened(request: HttpRequest, card: Card) -> bool:
    """Whether this reader has opened a card as it stands now."""
    return mark_of(card) in opened(request)


def mark_of(card: Card) -> str:
    """Return what stands for a card as it is now: its id, its last entry and its figures."""
    return f"{card.pk}:{card.stamp}"
