"""The agent's objection: lines ticked, a reason for each, kept on the server while typing."""

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
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reviews import drafts, workflow
from reviews.models import Card, CardState
from reviews.refusals import Blocked, WrongState
from reviews.sheet import CardSheet, SheetLine
from reviews.sheets import sheet_for
from reviews.views import common, drawn
from reviews.views.card import cards_of
from reviews.views.common import Fault

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the form: whether it is ticked, and the reason as typed."""

    group: str
    line: SheetLine
    ticked: bool
    reason: str
    faulty: bool


def form_of(card: Card) -> str:
    """Name the draft of a card's objection as it stands."""
    return f"objection:{card.public_id}:{card.stamp}"


def typed_in(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the form as posted: `line-CODE` ticked, `reason-CODE` typed."""
    return {
        name: text
        for name, text in request.POST.items()
        if isinstance(text, str) and name.startswith(("line-", "reason-"))
    }


def ticked_in(typed: dict[str, str], lines: list[SheetLine]) -> dict[str, str]:
    """Return the reason of each ticked line, empty where none was given."""
    return {
        line.code: typed.get(f"reason-{line.code}", "").strip()
        for line in lines
        if f"line-{line.code}" in typed
    }


def faults_in(objections: dict[str, str], lines: list[SheetLine]) -> list[Fault]:
    """Return everything to put right before an objection can be sent."""
    if not objections:
        return [Fault(_("Tick at least one line you do not accept."))]
    names = {line.code: line.name for line in lines}
    faults = []
    for code, reason in objections.items():
        if not reason:
            text = _("%(line)s: give a reason.") % {"line": names[code]}
            faults.append(Fault(text, f"reason-{code}"))
        elif len(reason) > LONGEST:
            text = _("%(line)s: the reason is longer than 2,000 characters.") % {"line": names[code]}
            faults.append(Fault(text, f"reason-{code}"))
    return faults


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def objecting(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the form, or send the objection."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if not common.is_subject(user, found):
        raise PermissionDenied(_("Only the card's own agent objects to it."))
    sheet = _sheet(found)
    lines = drawn.lines_in(sheet.segments)
    form = form_of(found)
    if request.method == "GET":
        return _form(request, found, sheet, drafts.of(person_id=found.person_id, form=form), [])
    typed = typed_in(request)
    objections = ticked_in(typed, lines)
    faults = faults_in(objections, lines)
    if not faults:
        try:
            workflow.take(
                "object",
                found,
                by=user,
                at=timezone.now(),
                expected_version=request.POST.get("stamp", ""),
                objections=objections,
            )
        except WrongState as error:
            return common.refused(request, found, error)
        except Blocked as error:
            faults = [Fault(str(error))]
    if faults:
        drafts.keep(person_id=found.person_id, form=form, content=typed, at=timezone.now())
        return _form(request, found, sheet, typed, faults)
    drafts.drop(person_id=found.person_id, form=form)
    messages.success(request, _("Your objection is with the manager, who answers each line."))
    return redirect(common.card_address(found))


def _sheet(found: Card) -> CardSheet:
    if found.current is None:
        raise Http404
    found.current.card = found
    return sheet_for(found.current, language=common.language_now(), with_money=False)


def _form(
    request: HttpRequest, found: Card, sheet: CardSheet, typed: dict[str, str], faults: list[Fault]
) -> HttpResponse:
    if found.state != CardState.PUBLISHED:
        said = _(
            "This card is in the state “%(state)s”; there is nothing to object to now."
            " Your action changed nothing."
        )
        return common.refused(request, found, said % {"state": found.get_state_display()})
    wrong = {fault.anchor for fault in faults}
    groups = drawn.group_names(sheet.segments)
    choices = [
        Choice(
            groups[line.code],
            line,
            f"line-{line.code}" in typed,
            typed.get(f"reason-{line.code}", ""),
            f"reason-{line.code}" in wrong,
        )
        for line in drawn.lines_in(sheet.segments)
    ]
    context = {
        "card": found,
        "choices": choices,
        "stamp": found.stamp,
        "faults": faults,
        "heading": _("Object to the card"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
        "deadline": common.window_words(found, at=timezone.now()),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "reviews/object.html", context, status=status)


@login_required
@require_POST
def keep_draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what has been typed so far; the page asks for it every few seconds."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if not common.is_subject(user, found):
        raise PermissionDenied(_("Only the card's own agent objects to it."))
    now = timezone.now()
    drafts.keep(person_id=found.person_id, form=form_of(found), content=typed_in(request), at=now)
    time = date_format(timezone.localtime(now), "TIME_FORMAT")
    return HttpResponse(_("Kept on the server at %(time)s.") % {"time": time}, content_type="text/plain")
