"""Passing on all ready cards of a board in one act: exceptions named first, then done whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import workflow
from reviews.models import Card, Review
from reviews.refusals import BulkRefused
from reviews.views import board_rows, common
from reviews.views.board import review_among
from reviews.views.board_cards import PAGE, Choice, Light, cards_on, chosen, lights_of, reader_for
from reviews.views.common import Fault
from staff import calendar
from staff.models import User

SALT = "keji.bulk"
LONGEST_REASON = 400


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
class Asked:
    """One reader's question about one review: which act, with which part of it, now."""

    request: HttpRequest
    user: User
    review: Review
    act: str
    choice: Choice
    at: datetime

    @property
    def salt(self) -> str:
        """What the stamps are signed for: this act, this review, this reader."""
        return f"{SALT}.{self.act}.{self.review.pk}.{self.user.pk}"

    def lights(self, cards: Sequence[Card]) -> list[Light]:
        """Return what stands beside cards for this reader."""
        reader = reader_for(self.user, at=self.at)
        return lights_of(self.request, cards, reader=reader, days=calendar.load(), at=self.at)

    def able(self) -> list[Light]:
        """Return the cards the reader could move now, all of the filter, what needs eyes first."""
        found = chosen(self.lights(cards_on(self.user, self.review)), self.choice)
        return [light for light in found if light.act == self.act]


class Outdated(Exception):
    """What a page posted names no cards, or not the reader's."""


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """Name the cards an act would move, or move them."""
    user = common.reader_of(request)
    review, _offered = review_among(user, public_id)
    if act not in BULK:
        raise Http404
    asked = Asked(request, user, review, act, Choice.of(request.GET.dict()), timezone.now())
    if request.method == "GET":
        return _ask(asked, asked.able(), [])
    note = request.POST.get("note", "").strip()
    try:
        stamps = read_stamps(request.POST.get("stamps", ""), salt=asked.salt)
        lights = named_lights(asked, stamps)
    except Outdated as error:
        return _ask(asked, asked.able(), [Fault(str(error))])
    if len(note) > LONGEST_REASON:
        said = _("A reason has at most 400 characters.")
        return _ask(asked, lights, [Fault(said, "note")], stamps=stamps)
    if any(light.needs_eyes for light in lights) and not note:
        said = _("Open each card that needs eyes, or give one reason for them.")
        return _ask(asked, lights, [Fault(said, "note")], stamps=stamps)
    return _take(asked, [light.card for light in lights], stamps, note)


def _take(asked: Asked, cards: list[Card], stamps: Mapping[int, str], note: str) -> HttpResponse:
    try:
        workflow.take_many(asked.act, cards, by=asked.user, at=asked.at, note=note, stamps=stamps)
    except BulkRefused as error:
        faults = [Fault(str(error))]
        faults += [Fault(f"{one.card.person.name}: {one.message}") for one in error.refusals[:PAGE]]
        if rest := len(error.refusals) - PAGE:
            more = ngettext("and %(count)s more card", "and %(count)s more cards", rest)
            faults += [Fault(more % {"count": rest})] if rest > 0 else []
        return _ask(asked, asked.able(), faults, status=HTTPStatus.CONFLICT)
    messages.success(asked.request, _done(asked, len(cards)))
    return redirect(_back(asked))


def signed_stamps(lights: Sequence[Light], *, salt: str) -> str:
    """Write which cards were shown, each as it stood, into one signed field."""
    return signing.dumps([[light.card.pk, light.card.stamp] for light in lights], salt=salt, compress=True)


def read_stamps(text: str, *, salt: str) -> dict[int, str]:
    """Return the stamps by card id. Raises Outdated where the field is not this page's own."""
    try:
        return {int(pk): str(stamp) for pk, stamp in signing.loads(text, salt=salt)}
    except (signing.BadSignature, TypeError, ValueError):
        raise Outdated(
            _("This page does not fit any more. Look at the cards again; nothing was changed.")
        ) from None


def named_lights(asked: Asked, stamps: Mapping[int, str]) -> list[Light]:
    """Return the cards that were named on the page.

    Raises Outdated where there are none, or where one is not on this reader's board any more.
    """
    if not stamps:
        raise Outdated(_("None of these cards can take this step now."))
    # All cards are looked at: whose means may be compared depends on them.
    lights = [light for light in asked.lights(cards_on(asked.user, asked.review)) if light.card.pk in stamps]
    if gone := len(stamps) - len(lights):
        said = ngettext(
            "%(count)s card is not on your board any more. Nothing was changed.",
            "%(count)s cards are not on your board any more. Nothing was changed.",
            gone,
        )
        raise Outdated(said % {"count": gone})
    return lights


def _ask(
    asked: Asked,
    lights: Sequence[Light],
    faults: list[Fault],
    *,
    stamps: Mapping[int, str] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    page = BULK[asked.act]
    exceptions = [light for light in lights if light.flags]
    plain = [light for light in lights if not light.flags]
    shown = [[pk, stamp] for pk, stamp in stamps.items()] if stamps else None
    field = (
        signing.dumps(shown, salt=asked.salt, compress=True)
        if shown
        else signed_stamps(lights, salt=asked.salt)
    )
    count = ngettext("%(count)s card", "%(count)s cards", len(lights)) % {"count": len(lights)}
    reader = reader_for(asked.user, at=asked.at)
    context = {
        "review": asked.review,
        "exceptions": exceptions,
        "plain": plain,
        "count": len(lights),
        "stamps": field,
        "unseen": sum(light.needs_eyes for light in lights),
        "faults": faults,
        "heading": page.heading,
        "said": [page.said, *board_rows.one_go_words(asked.act, [light.card for light in lights], reader)],
        "button": str(page.button) % {"count": count},
        "busy": page.busy,
        "other": page.other,
        "note": asked.request.POST.get("note", ""),
        "narrowed": asked.choice.narrows,
        "back": _back(asked),
    }
    return render(asked.request, "reviews/bulk.html", context, status=status if faults else HTTPStatus.OK)


def _back(asked: Asked) -> str:
    return reverse("board", args=[asked.review.public_id]) + asked.choice.query()


def _done(asked: Asked, count: int) -> str:
    words = {"count": count}
    if asked.act == "submit":
        return ngettext("%(count)s card submitted.", "%(count)s cards submitted.", count) % words
    return ngettext("%(count)s card published.", "%(count)s cards published.", count) % words
