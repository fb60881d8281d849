"""The agent's objection: lines ticked, reason and evidence for each, kept on the server while typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

from reviews import chats, drafts, workflow
from reviews.models import Card, CardState, Evidence
from reviews.redrawing import LARGEST
from reviews.refusals import Blocked, WrongState
from reviews.services import evidence
from reviews.services.evidence import Item
from reviews.sheet import CardSheet, SheetLine
from reviews.sheets import sheet_for
from reviews.views import common, drawn
from reviews.views.card import cards_of
from reviews.views.common import Fault

LONGEST = 2000
KEPT_FIELDS = ("line-", "reason-", "text-")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the form: whether it is ticked, its reason and pasted text as typed, its evidence."""

    group: str
    line: SheetLine
    ticked: bool
    reason: str
    text: str
    faulty: bool
    items: tuple[Evidence, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it is shown again: its fields, what is wrong, and fields kept for an earlier version."""

    fields: Mapping[str, str]
    faults: Sequence[Fault] = ()
    older: Mapping[str, str] | None = None


def about(card: Card) -> str:
    """Return how the names of all drafts of a card's objection begin."""
    return f"objection:{card.public_id}:"


def form_of(card: Card) -> str:
    """Name the draft of a card's objection as it stands."""
    return f"{about(card)}{card.stamp}"


def own_card(request: HttpRequest, public_id: UUID) -> Card:
    """Return the reader's own card; another's is refused, a hidden one is not there."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if not common.is_subject(user, found):
        raise PermissionDenied(_("Only the card's own agent objects to it."))
    return found


def typed_in(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the form as posted; numbers of people in pasted texts are covered at once."""
    return {
        name: chats.mask_text(text) if name.startswith("text-") else text
        for name, text in request.POST.items()
        if isinstance(text, str) and name.startswith(KEPT_FIELDS)
    }


def ticked_in(typed: Mapping[str, str], lines: list[SheetLine]) -> dict[str, str]:
    """Return the reason of each ticked line, empty where none was given."""
    return {
        line.code: typed.get(f"reason-{line.code}", "").strip()
        for line in lines
        if f"line-{line.code}" in typed
    }


def faults_in(objections: Mapping[str, str], lines: list[SheetLine]) -> list[Fault]:
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


def items_in(request: HttpRequest, code: str) -> list[Item]:
    """Return the pictures chosen and the text pasted for a line, as posted."""
    found = [
        # One byte more than is taken shows that a file is too large, however large it is.
        Item(name=file.name or "", raw=file.read(LARGEST + 1))
        for file in request.FILES.getlist(f"file-{code}")[: evidence.MOST_A_LINE + 1]
    ]
    if text := request.POST.get(f"text-{code}", "").strip():
        found.append(Item(name="", text=text))
    return found


def closed_words(card: Card) -> str:
    """Return why nothing can be objected to now and what to do, or an empty text."""
    if card.state != CardState.PUBLISHED:
        said = _(
            "This card is in the state “%(state)s”; there is nothing to object to now."
            " Your action changed nothing."
        )
        return said % {"state": card.get_state_display()}
    return common.over_words(card, at=timezone.now())


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def objecting(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the form, or send the objection."""
    found = own_card(request, public_id)
    sheet = sheet_of(found)
    if said := closed_words(found):
        _keep(request, found)
        return common.refused(request, found, said)
    if request.method == "GET":
        return form_page(request, found, sheet, _begun(request, found))
    typed = typed_in(request)
    faults = _send(request, found, drawn.lines_in(sheet.segments), typed)
    if isinstance(faults, HttpResponse):
        return faults
    if faults:
        _keep(request, found)
        return form_page(request, found, sheet, Typed(typed, faults))
    drafts.drop(person_id=found.person_id, about=about(found))
    messages.success(request, _("Your objection is with the manager, who answers each line."))
    return redirect(common.card_address(found))


def _begun(request: HttpRequest, found: Card) -> Typed:
    """Return what was typed before; words from before the card changed are offered, and taken when asked for."""
    form = form_of(found)
    kept = drafts.of(person_id=found.person_id, form=form)
    if kept:
        return Typed(kept)
    before = drafts.older(person_id=found.person_id, about=about(found), form=form)
    return Typed(before) if "older" in request.GET else Typed({}, older=before)


def _send(
    request: HttpRequest, found: Card, lines: list[SheetLine], typed: dict[str, str]
) -> list[Fault] | HttpResponse:
    """Send the objection with what was chosen and not added yet; return what is wrong, or the refusal."""
    objections = ticked_in(typed, lines)
    if faults := faults_in(objections, lines) or _last_evidence(request, found, objections):
        return faults
    try:
        workflow.take(
            "object",
            found,
            by=common.reader_of(request),
            at=timezone.now(),
            expected_version=request.POST.get("stamp", ""),
            objections=objections,
        )
    except WrongState as error:
        _keep(request, found)
        return common.refused(request, found, error)
    except Blocked as error:
        return [Fault(str(error))]
    return []


def _last_evidence(request: HttpRequest, found: Card, objections: Mapping[str, str]) -> list[Fault]:
    """Add what stands in the fields of ticked lines, as the button beside them would."""
    faults = []
    for code in objections:
        if items := items_in(request, code):
            try:
                evidence.add(found, line=code, items=items, at=timezone.now())
            except evidence.NotTaken as refused:
                faults.append(Fault(str(refused), f"evidence-{code}"))
    return faults


def sheet_of(found: Card) -> CardSheet:
    """Return the card in words."""
    if found.current is None:
        raise Http404
    found.current.card = found
    return sheet_for(found.current, language=common.language_now(), with_money=False)


def form_page(request: HttpRequest, found: Card, sheet: CardSheet, typed: Typed) -> HttpResponse:
    """Show the form as it was typed, with everything that is to be put right."""
    context = {
        "card": found,
        "choices": choices_of(found, sheet, typed),
        "stamp": found.stamp,
        "faults": typed.faults,
        "older": typed.older,
        "heading": _("Object to the card"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
        "deadline": common.window_words(found, at=timezone.now()),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed.faults else HTTPStatus.OK
    return render(request, "reviews/object.html", context, status=status)


def choices_of(found: Card, sheet: CardSheet, typed: Typed) -> list[Choice]:
    """Return the lines of the form."""
    wrong = {fault.anchor: fault.text for fault in typed.faults}
    groups = drawn.group_names(sheet.segments)
    held: dict[str, list[Evidence]] = {}
    for one in evidence.to_show(evidence.unsent(found)):
        held.setdefault(one.line, []).append(one)
    return [
        Choice(
            groups[line.code],
            line,
            f"line-{line.code}" in typed.fields,
            typed.fields.get(f"reason-{line.code}", ""),
            typed.fields.get(f"text-{line.code}", ""),
            f"reason-{line.code}" in wrong,
            tuple(held.get(line.code, ())),
            wrong.get(f"evidence-{line.code}", ""),
        )
        for line in drawn.lines_in(sheet.segments)
    ]


def _keep(request: HttpRequest, found: Card) -> None:
    """Keep what was typed: with the card as it stands, or apart when the page showed it otherwise."""
    if typed := typed_in(request):
        form = form_of(found)
        if request.POST.get("stamp", "") not in {"", found.stamp}:
            form = about(found) + drafts.OLDER
        drafts.keep(person_id=found.person_id, form=form, content=typed, at=timezone.now())


@never_cache
@login_required
@require_POST
def keep_draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep what has been typed so far; the page asks for it every few seconds."""
    found = own_card(request, public_id)
    _keep(request, found)
    said = closed_words(found)
    if not said and request.POST.get("stamp", "") not in {"", found.stamp}:
        said = _("This card has changed since you opened it. Your words are kept; open the page again.")
    if said:
        return HttpResponse(said, status=HTTPStatus.CONFLICT, content_type="text/plain; charset=utf-8")
    time = date_format(timezone.localtime(timezone.now()), "TIME_FORMAT")
    kept = _("Kept on the server at %(time)s.") % {"time": time}
    return HttpResponse(kept, content_type="text/plain; charset=utf-8")
