"""Which cards a reader has opened as they stand now: what needs eyes is opened before it is passed on."""

from __future__ import annotations

from django.http import HttpRequest

from reviews.models import Card

KEY = "opened_cards"
MOST = 400


def mark(request: HttpRequest, card: Card) -> None:
    """Remember that this reader has opened a card in its present state."""
    opened: list[str] = request.session.get(KEY, [])
    mark_of = _mark(card)
    if mark_of not in opened:
        request.session[KEY] = [*opened, mark_of][-MOST:]


def has_opened(request: HttpRequest, card: Card) -> bool:
    """Whether this reader has opened a card as it stands now."""
    return _mark(card) in request.session.get(KEY, [])


def _mark(card: Card) -> str:
    return f"{card.pk}:{card.stamp}"
