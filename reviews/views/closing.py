"""Closing the month as one act: what stands in the way, what is set aside, and one button."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import closing, workflow
from reviews.closing import Closing
from reviews.models import Card, CardEvent, CardState
from reviews.refusals import BulkRefused, Kind
from reviews.views import common, words
from reviews.views.board import reviews_of
from reviews.views.common import Fault

PAGE = 25
LONGEST_REASON = 400
# Each card ticked on the page posts its stamp under its public id.
PREFIX = "card-"
# What no card's stamp is: a card named without one counts as changed since.
NO_STAMP = "-"
# How it goes on with a card set aside, before the reason in one's own words.
KINDS = {"apart": gettext_lazy("handled separately"), "later": gettext_lazy("put off")}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def month_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what stands in the way of closing a month; set cards aside, take them back, or close."""
    user = common.reader_of(request)
    review = get_object_or_404(reviews_of(user), public_id=public_id)
    now = timezone.now()
    cards = closing.cards_of(review)
    mine = closing.may_close(cards, user, at=now)
    if not mine:
        raise PermissionDenied(_("Somebody else closes this month."))
    page = closing.closing(review, cards, mine, at=now)
    if request.method == "GET":
        return _show(request, page, [])
    act = request.POST.get("act", "")
    if act == "close":
        return _close(request, page)
    if act in {"set_aside", "take_back"}:
        return _put(request, act, page)
    return _show(request, page, [Fault(_("This page knows no such act."))])


def _close(request: HttpRequest, page: Closing) -> HttpResponse:
    """Close every confirmed card that is not set aside, if all still stands as it was shown."""
    if request.POST.get("seen", "") != page.seen or not page.closable:
        causes = _happened(request, page) or [_("Other cards stand here now than those you were shown.")]
        return _show(request, page, [Fault(cause) for cause in causes], status=HTTPStatus.CONFLICT)
    cards = [row.card for row in page.closable]
    stamps = {card.pk: card.stamp for card in cards}
    try:
        workflow.take_many("close", cards, by=common.reader_of(request), at=timezone.now(), stamps=stamps)
    except BulkRefused as refused:
        return _refused(request, page, refused)
    for said in _done(page, cards):
        messages.success(request, said)
    return redirect("board", public_id=page.review.public_id)


def _put(request: HttpRequest, act: str, page: Closing) -> HttpResponse:
    """Set cards aside with one reason, or take one back."""
    stamps = {
        name.removeprefix(PREFIX): str(stamp) or NO_STAMP
        for name, stamp in request.POST.items()
        if name.startswith(PREFIX)
    }
    cards = [card for card in page.unclosed if str(card.public_id) in stamps]
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "").strip()
    faults = []
    if not cards or len(cards) != len(stamps):
        faults.append(Fault(_("Choose at least one of the cards shown here."), "cards"))
    if act == "set_aside":
        faults += _bad_reason(kind, reason)
    if faults:
        return _show(request, page, faults)
    note = _("%(kind)s: %(reason)s") % {"kind": KINDS[kind], "reason": reason} if act == "set_aside" else ""
    given = {card.pk: stamps[str(card.public_id)] for card in cards}
    try:
        workflow.take_many(
            act, cards, by=common.reader_of(request), at=timezone.now(), note=note, stamps=given
        )
    except BulkRefused as refused:
        return _refused(request, page, refused)
    messages.success(request, _moved(act, len(cards)))
    return redirect("month_close", public_id=page.review.public_id)


def _bad_reason(kind: str, reason: str) -> list[Fault]:
    if kind not in KINDS or not reason:
        return [Fault(_("Choose how it goes on with these cards, and say why."), "reason")]
    if len(reason) > LONGEST_REASON:
        return [Fault(_("A reason has at most 400 characters."), "reason")]
    return []


def _moved(act: str, count: int) -> str:
    if act == "set_aside":
        text = ngettext(
            "%(count)s card is set aside: the month closes without it.",
            "%(count)s cards are set aside: the month closes without them.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s card closes with the month again.",
            "%(count)s cards close with the month again.",
            count,
        )
    return text % {"count": count}


def _done(page: Closing, cards: list[Card]) -> list[str]:
    """Say what was closed, what was set aside, and what followed at once where one person does it all."""
    count, aside = len(cards), len(page.aside)
    if page.supplementary:
        text = ngettext(
            "%(count)s card closed after the month.", "%(count)s cards closed after the month.", count
        )
        said = [text % {"count": count}]
    else:
        text = ngettext(
            "The month is closed: %(count)s card.", "The month is closed: %(count)s cards.", count
        )
        said = [text % {"count": count}]
        if page.elsewhere:
            text = ngettext(
                "Closed: %(count)s card. The month ends when the others are closed too.",
                "Closed: %(count)s cards. The month ends when the others are closed too.",
                count,
            )
            said = [text % {"count": count}]
    if aside:
        text = ngettext(
            "%(count)s card is set aside and follows later.",
            "%(count)s cards are set aside and follow later.",
            aside,
        )
        said.append(text % {"count": aside})
    states = set(Card.objects.filter(pk__in=[card.pk for card in cards]).values_list("state", flat=True))
    if CardState.PAID in states:
        said.append(_("They were handed over and acknowledged for payment in one go."))
    elif CardState.APPROVED in states:
        said.append(_("They were handed over to finance in one go."))
    return said


def _refused(request: HttpRequest, page: Closing, refused: BulkRefused) -> HttpResponse:
    """Say why nothing was done: the same cause once, with every name it holds for."""
    if any(one.kind is Kind.DENIED for one in refused.refusals):
        raise PermissionDenied(str(refused))
    causes: dict[str, list[str]] = {}
    for one in refused.refusals:
        causes.setdefault(one.message, []).append(one.card.person.name)
    told = [
        Fault(message if len(names) > 1 else f"{names[0]}: {message}") for message, names in causes.items()
    ]
    review, now = page.review, timezone.now()
    cards = closing.cards_of(review)
    mine = closing.may_close(cards, common.reader_of(request), at=now)
    return _show(request, closing.closing(review, cards, mine, at=now), told, status=HTTPStatus.CONFLICT)


def _happened(request: HttpRequest, page: Closing) -> list[str]:
    """Say who did what since the page was shown, one line for each act."""
    try:
        shown = datetime.fromisoformat(request.POST.get("shown", ""))
        shown = (shown if shown.tzinfo else shown.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return []
    found: dict[tuple[str, str, str], list[CardEvent]] = {}
    for event in closing.happened_since(page.review, shown):
        label = str(workflow.STEPS[event.act].label) if event.act in workflow.STEPS else event.act
        who = event.person.name if event.person else ""
        found.setdefault((who, label, words.minute_words(event.at)), []).append(event)
    return [_happening(*key, events) for key, events in found.items()]


def _happening(who: str, label: str, when: str, events: list[CardEvent]) -> str:
    said = {"who": who, "act": label, "when": when, "name": events[0].card.person.name}
    if len(events) == 1:
        return _("%(name)s: %(act)s, %(who)s %(when)s") % said
    return _("%(count)s cards: %(act)s, %(who)s %(when)s") % {**said, "count": len(events)}


def _show(
    request: HttpRequest,
    page: Closing,
    faults: list[Fault],
    *,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    number = request.GET.get("page")
    context = {
        "review": page.review,
        "heading": _("Close cards after the month") if page.supplementary else _("Close the month"),
        "closing": page,
        "waiting": Paginator(page.waiting, PAGE).get_page(number),
        "closable": Paginator(page.closable, PAGE).get_page(request.GET.get("ready")),
        "flagged": sum(bool(row.flags) for row in page.closable),
        "settable": any(row.mine for row in page.waiting) and not page.supplementary,
        "names": [row.card.person.name for row in page.waiting],
        "month": words.month_words(page.review.month),
        "kinds": KINDS.items(),
        "kind": request.POST.get("kind", "apart"),
        "reason": request.POST.get("reason", ""),
        "ticked": {name.removeprefix(PREFIX) for name in request.POST if name.startswith(PREFIX)},
        "shown": timezone.now().isoformat(),
        "faults": faults,
        "conflict": bool(faults) and status == HTTPStatus.CONFLICT,
        "back": reverse("board", args=[page.review.public_id]),
    }
    return render(request, "reviews/closing.html", context, status=status if faults else HTTPStatus.OK)
