"""Passing on all ready cards of a board in one act: named first, then done whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import attention, workflow
from reviews.models import Card, Review
from reviews.refusals import BulkRefused
from reviews.views import common, seen
from reviews.views.board import cards_on, reviews_of
from reviews.views.common import Fault

# Each card on the page posts its stamp under its public id.
PREFIX = "stamp-"


@dataclass(frozen=True, slots=True)
class BulkPage:
    """What the page of a bulk act says."""

    heading: Promise
    said: Promise
    button: Promise
    busy: Promise
    other: Promise


BULK = {
    "submit": BulkPage(
        gettext_lazy("Submit these cards"),
        gettext_lazy(
            "Figures freeze on submitting; later imports do not change these cards. "
            "Your own card is assessed by somebody else."
        ),
        gettext_lazy("Submit %(count)s"),
        gettext_lazy("Submitting…"),
        gettext_lazy("Do not submit"),
    ),
    "publish": BulkPage(
        gettext_lazy("Approve and publish these cards"),
        gettext_lazy("Their agents see them at once and may confirm or object."),
        gettext_lazy("Approve and publish %(count)s"),
        gettext_lazy("Publishing…"),
        gettext_lazy("Do not publish"),
    ),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One card on the page of a bulk act."""

    card: Card
    flags: tuple[str, ...]
    opened: bool
    stamp: str


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """Name the cards an act would move, or move them."""
    user = common.reader_of(request)
    review = get_object_or_404(reviews_of(user), public_id=public_id)
    if act not in BULK:
        raise Http404
    if request.method == "GET":
        return _ask(request, review, act, items_of(request, review, act), [])
    items = posted_items(request, review)
    note = request.POST.get("note", "").strip()
    if not items:
        return _ask(request, review, act, items, [Fault(_("None of these cards can take this step now."))])
    if any(item.flags and not item.opened for item in items) and not note:
        said = _("Open each card that needs eyes, or give one reason for them.")
        return _ask(request, review, act, items, [Fault(said, "note")])
    cards = [item.card for item in items]
    stamps = {item.card.pk: item.stamp for item in items}
    try:
        workflow.take_many(act, cards, by=user, at=timezone.now(), note=note, stamps=stamps)
    except BulkRefused as error:
        faults = [Fault(f"{one.card.person.name}: {one.message}") for one in error.refusals]
        fresh = items_of(request, review, act)
        return _ask(request, review, act, fresh, faults, status=HTTPStatus.CONFLICT)
    messages.success(request, _done(act, len(cards)))
    return redirect("board", public_id=review.public_id)


def posted_items(request: HttpRequest, review: Review) -> list[Item]:
    """Return the cards that were named on the page, with the stamps they had there.

    Raises Http404 where one of them is not a card the reader may see on this board.
    """
    posted = {
        name.removeprefix(PREFIX): str(stamp)
        for name, stamp in request.POST.items()
        if name.startswith(PREFIX)
    }
    cards = [card for card in cards_on(common.reader_of(request), review) if str(card.public_id) in posted]
    if len(cards) != len(posted):
        raise Http404
    return _items(request, cards, stamps={card.pk: posted[str(card.public_id)] for card in cards})


def items_of(request: HttpRequest, review: Review, act: str) -> list[Item]:
    """Return the cards the reader could move now, what needs eyes first."""
    user = common.reader_of(request)
    cards = cards_on(user, review)
    offers = workflow.offers(cards, by=user, at=timezone.now())
    able = [card for card in cards if any(offer.act == act and not offer.reason for offer in offers[card.pk])]
    return _items(request, able, stamps={card.pk: card.stamp for card in able})


def _items(request: HttpRequest, cards: Sequence[Card], *, stamps: Mapping[int, str]) -> list[Item]:
    flags = attention.flags_of(cards)
    items = [
        Item(card, tuple(flags.get(card.pk, [])), seen.has_opened(request, card), stamps[card.pk])
        for card in cards
    ]
    return sorted(items, key=lambda item: not item.flags)


def _ask(
    request: HttpRequest,
    review: Review,
    act: str,
    items: list[Item],
    faults: list[Fault],
    *,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    page = BULK[act]
    context = {
        "review": review,
        "items": items,
        "unseen": sum(bool(item.flags) and not item.opened for item in items),
        "faults": faults,
        "heading": page.heading,
        "said": page.said,
        "button": str(page.button)
        % {"count": ngettext("%(count)s card", "%(count)s cards", len(items)) % {"count": len(items)}},
        "busy": page.busy,
        "other": page.other,
        "note": request.POST.get("note", ""),
        "back": reverse("board", args=[review.public_id]),
    }
    return render(request, "reviews/bulk.html", context, status=status if faults else HTTPStatus.OK)


def _done(act: str, count: int) -> str:
    words = {"count": count}
    if act == "submit":
        return ngettext("%(count)s card submitted.", "%(count)s cards submitted.", count) % words
    return ngettext("%(count)s card published.", "%(count)s cards published.", count) % words
