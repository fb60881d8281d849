"""Acts on one card that need no more than a reason: confirm, agree, maintain, submit, publish, send back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import workflow
from reviews.models import Card
from reviews.refusals import Blocked, WrongState
from reviews.services.evidence import drop_unsent
from reviews.views import common
from reviews.views.card import cards_of
from reviews.views.common import Fault


@dataclass(frozen=True, slots=True)
class ActPage:
    """What the page of an act says. A dialog's second button repeats the verb."""

    heading: Promise
    said: tuple[Promise, ...]
    button: Promise
    busy: Promise
    other: Promise
    done: Promise
    with_note: bool = False
    note_hint: Promise | str = ""


ACTS = {
    "confirm": ActPage(
        gettext_lazy("Confirm the card"),
        (gettext_lazy("After confirming you can no longer object."),),
        gettext_lazy("Confirm"),
        gettext_lazy("Confirming…"),
        gettext_lazy("Not yet"),
        gettext_lazy("You confirmed the card."),
    ),
    "agree": ActPage(
        gettext_lazy("Agree to the answer"),
        (gettext_lazy("The card is confirmed with the points as answered."),),
        gettext_lazy("Agree"),
        gettext_lazy("Sending…"),
        gettext_lazy("Not yet"),
        gettext_lazy("You agreed; the card is confirmed."),
    ),
    "maintain": ActPage(
        gettext_lazy("Maintain the objection"),
        (
            gettext_lazy("The points stay as answered, and the card is confirmed."),
            gettext_lazy("That you maintain the objection is recorded and printed on the card."),
        ),
        gettext_lazy("Maintain the objection"),
        gettext_lazy("Sending…"),
        gettext_lazy("Not yet"),
        gettext_lazy("Recorded: you maintain the objection."),
    ),
    "submit": ActPage(
        gettext_lazy("Submit the card"),
        (gettext_lazy("Figures freeze on submitting; later imports do not change this card."),),
        gettext_lazy("Submit"),
        gettext_lazy("Submitting…"),
        gettext_lazy("Do not submit"),
        gettext_lazy("The card is submitted."),
    ),
    "publish": ActPage(
        gettext_lazy("Approve and publish the card"),
        (gettext_lazy("The agent sees the card at once and may confirm it or object."),),
        gettext_lazy("Approve and publish"),
        gettext_lazy("Publishing…"),
        gettext_lazy("Do not publish"),
        gettext_lazy("The card is published."),
    ),
    "send_back": ActPage(
        gettext_lazy("Send the card back"),
        (
            gettext_lazy(
                "The card becomes a draft again and takes current figures; this version stays readable."
            ),
        ),
        gettext_lazy("Send back"),
        gettext_lazy("Sending back…"),
        gettext_lazy("Do not send back"),
        gettext_lazy("The card is back with its supervisor."),
        with_note=True,
        note_hint=gettext_lazy("The supervisor reads it, and it stays in the card's history."),
    ),
}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """Ask once more before an act, or take it."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if name not in ACTS:
        raise Http404
    if request.method == "GET":
        return _ask(request, found, name)
    if name == "maintain" and (said := common.over_words(found, at=timezone.now())):
        return common.refused(request, found, said)
    try:
        workflow.take(
            name,
            found,
            by=user,
            at=timezone.now(),
            note=request.POST.get("note", ""),
            expected_version=request.POST.get("stamp", ""),
        )
    except WrongState as error:
        return common.refused(request, found, error)
    except Blocked as error:
        return _ask(request, found, name, faults=[Fault(str(error), "note")])
    if name == "confirm":
        drop_unsent(found)
    messages.success(request, str(ACTS[name].done))
    return redirect(_after(request, found, name))


def _after(request: HttpRequest, found: Card, name: str) -> str:
    """Stay on the card; who passes cards on goes back to the board."""
    if name in {"submit", "publish", "send_back"}:
        return common.back_to(common.reader_of(request), found)
    return common.card_address(found)


def _ask(request: HttpRequest, found: Card, name: str, *, faults: list[Fault] | None = None) -> HttpResponse:
    """Show the small page of an act; refuse it to those whose step it is not."""
    user = common.reader_of(request)
    offers = {offer.act: offer for offer in workflow.allowed(found, by=user, at=timezone.now())}
    if name not in offers and not faults:
        # Taking it would be refused; the workflow words why.
        return _refusal(request, found, name)
    page = ACTS[name]
    blocked = offers[name].reason if name in offers else ""
    context = {
        "card": found,
        "month": common.heading_of(found),
        "stamp": found.stamp,
        "heading": page.heading,
        "said": page.said,
        "grave": name in {"confirm", "agree", "maintain"},
        "button": page.button,
        "busy": page.busy,
        "other": page.other,
        "with_note": page.with_note,
        "note": request.POST.get("note", ""),
        "note_hint": page.note_hint,
        "back": common.card_address(found),
        "faults": faults or ([Fault(blocked)] if blocked else []),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "reviews/act.html", context, status=status)


def _refusal(request: HttpRequest, found: Card, name: str) -> HttpResponse:
    """Say that a card has moved on, or that the step belongs to somebody else."""
    if found.state not in workflow.STEPS[name].sources:
        said = _(
            "This card is in the state “%(state)s”; this step is not open any more, or not yet."
            " Your action changed nothing."
        )
        return common.refused(request, found, said % {"state": found.get_state_display()})
    raise PermissionDenied(_("This step belongs to somebody else."))
