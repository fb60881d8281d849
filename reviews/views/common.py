"""What the portal's views share: the door to cards, the reader, badges and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reviews.models import Card, CardState, Objection
from reviews.refusals import WrongState
from reviews.sheets.build import Language
from reviews.views import words
from reviews.views.words import month_words
from staff.models import User

RELATED = ("review__procedure", "review__unit__shop", "unit", "position", "person", "assessor", "current")


@dataclass(frozen=True, slots=True)
class Badge:
    """A card's state in a word: its tone (quiet, good, warn) and icon only support it."""

    text: str
    tone: str = ""
    icon: str = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right: the sentence, and the field it is about."""

    text: str
    anchor: str = ""


def reader_of(request: HttpRequest) -> User:
    """Return who is logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def language_now() -> Language:
    """Return the language of this page, as sheets name it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def is_subject(user: User, card: Card) -> bool:
    """Whether the card is the reader's own."""
    return user.person_id is not None and user.person_id == card.person_id


def heading_of(card: Card) -> str:
    """Title a card's page by its month."""
    return _("Card of %(month)s") % {"month": month_words(card.month)}


def badge_of(card: Card, *, own: bool, answered: bool = False) -> Badge:
    """Say where a card stands, to its subject or to somebody else.

    `answered`: whether every objection on it has its answer.
    """
    if own and card.state == CardState.PUBLISHED:
        return Badge(_("waits for you to confirm"), "warn", "clock")
    if card.state == CardState.OBJECTED:
        return objected_badge(own=own, answered=answered)
    if card.state == CardState.DRAFT and card.current is not None and card.current.open_lines:
        count = card.current.open_lines
        text = ngettext("%(count)s line open", "%(count)s lines open", count) % {"count": count}
        return Badge(text, "warn", "warn")
    done = card.state in (CardState.CONFIRMED, CardState.CLOSED, CardState.APPROVED, CardState.PAID)
    text = str(CardState(card.state).label)
    return Badge(text, "good", "check") if done else Badge(text, "", "clock")


def objected_badge(*, own: bool, answered: bool) -> Badge:
    """Say whose turn an objected card is."""
    if not answered:
        return Badge(_("objection waits for its answer"), "" if own else "warn", "clock")
    if own:
        return Badge(_("answered: your turn"), "warn", "clock")
    return Badge(_("answered: the agent's turn"), "", "clock")


def all_answered(card: Card) -> bool:
    """Whether every open objection of a card has its answer."""
    if card.state != CardState.OBJECTED:
        return False
    return not Objection.objects.standing().filter(version__card=card, outcome="").exists()


def window_words(card: Card, *, at: datetime) -> str:
    """Say until when the subject of a card may act, since which delivery, and what silence means.

    A published card is confirmed or objected to; an answered objection is agreed to or maintained.
    """
    answered = card.state == CardState.OBJECTED
    if card.delivered_at is None or card.window_ends_at is None:
        if answered:
            return _("The answer has not been delivered yet, so silence does not count as agreement.")
        return _("It has not been delivered yet, so silence does not count as confirmed.")
    when = {
        "delivered": words.minute_words(card.delivered_at),
        "when": words.moment_words(card.window_ends_at),
        "left": words.left_words(card.window_ends_at - at),
    }
    if at > card.window_ends_at:
        if answered:
            return _("Delivered %(delivered)s. The time to reply ended on %(when)s.") % when
        return _("Delivered %(delivered)s. The time to object ended on %(when)s.") % when
    if answered:
        said = _(
            "Delivered %(delivered)s. Please agree or maintain by %(when)s. %(left)s left;"
            " without a reply it counts as agreed."
        )
    else:
        said = _(
            "Delivered %(delivered)s. Please confirm or object by %(when)s. %(left)s left;"
            " after that it counts as confirmed."
        )
    return said % when


def over_words(card: Card, *, at: datetime) -> str:
    """Return that the time to object is over and what to do, or an empty text. The hour itself still counts."""
    if card.window_ends_at is None or at <= card.window_ends_at:
        return ""
    when = words.moment_words(card.window_ends_at)
    if card.state == CardState.OBJECTED:
        said = _("The time to reply to the answer ended on %(when)s; it counts as agreed. Turn to HR.")
    else:
        said = _(
            "The time for objections ended on %(when)s. Turn to HR: what is found wrong is corrected later."
        )
    return said % {"when": when}


def back_to(user: User, card: Card) -> str:
    """Return where a card was opened from: the own cards, or the board of its month."""
    if is_subject(user, card):
        return reverse("cards")
    return reverse("board", args=[card.review.public_id])


def refused(request: HttpRequest, card: Card, error: WrongState | str) -> HttpResponse:
    """Say who was first and that nothing changed."""
    context = {"card": card, "said": str(error), "heading": heading_of(card), "back": card_address(card)}
    return render(request, "reviews/conflict.html", context, status=HTTPStatus.CONFLICT)


def card_address(card: Card) -> str:
    """Return the address of a card's page."""
    return reverse("card", args=[card.public_id])


def today() -> date:
    """Return the company's day."""
    return timezone.localdate()
