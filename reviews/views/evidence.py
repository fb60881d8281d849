"""Evidence beside an objection: added and removed while it is unsent, read by those who see the card."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from reviews import drafts
from reviews.models import Card, Evidence
from reviews.redrawing import JPEG, PNG
from reviews.services import evidence
from reviews.views import common, drawn, objecting
from reviews.views.common import Fault
from reviews.views.objecting import Typed

# The page's script asks for the part of one line; without script the whole page answers.
PART = "X-Keji-Part"
ENDINGS = {PNG: ".png", JPEG: ".jpg", evidence.PLAIN: ".txt"}


@never_cache
@login_required
@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add the chosen picture or pasted text to one line of the unsent objection; what was typed is kept."""
    found = objecting.own_card(request, public_id)
    if said := objecting.closed_words(found):
        return _conflict(request, found, said)
    if request.POST.get("stamp", "") not in {"", found.stamp}:
        changed = _(
            "This card has changed since you opened it. Your action changed nothing. Look at it again."
        )
        return _conflict(request, found, changed)
    sheet = objecting.sheet_of(found)
    code = request.POST.get("add", "")
    typed = objecting.typed_in(request)
    said = ""
    if code not in {line.code for line in drawn.lines_in(sheet.segments)}:
        code, said = "", _("This card has no such line. Open the page again.")
    elif not (items := objecting.items_in(request, code)):
        said = _("Choose a picture or paste a text first.")
    else:
        try:
            evidence.add(found, line=code, items=items, at=timezone.now())
        except evidence.NotTaken as refused:
            said = str(refused)
    if request.headers.get(PART):
        return _part(request, found, code, fault=said)
    if code:
        typed[f"line-{code}"] = "on"
    if said:
        faults = [Fault(text, f"evidence-{code}") for text in said.split("\n")]
        return objecting.form_page(request, found, sheet, Typed(typed, faults))
    return _back(found, code, {**typed, f"text-{code}": ""})


@never_cache
@login_required
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back evidence that is not sent yet."""
    item = get_object_or_404(_seen_by(request).defer("content"), public_id=public_id)
    found = objecting.own_card(request, item.card.public_id)
    if not evidence.remove(item):
        return _conflict(request, found, _("This evidence was sent with your objection and stays with it."))
    if request.headers.get(PART):
        return _part(request, found, item.line)
    return _back(found, item.line, objecting.typed_in(request))


@never_cache
@login_required
@require_GET
def fetch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a piece of evidence as a file that no browser runs or guesses at."""
    item = get_object_or_404(_seen_by(request), public_id=public_id)
    response = HttpResponse(bytes(item.content), content_type=item.media_type)
    name = PurePosixPath(item.name).stem + ENDINGS.get(item.media_type, ".bin")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _seen_by(request: HttpRequest) -> QuerySet[Evidence]:
    user = common.reader_of(request)
    return Evidence.objects.visible_to(user, on=common.today()).select_related("card")


def _conflict(request: HttpRequest, found: Card, said: str) -> HttpResponse:
    if request.headers.get(PART):
        return HttpResponse(said, status=HTTPStatus.CONFLICT, content_type="text/plain; charset=utf-8")
    return common.refused(request, found, said)


def _part(request: HttpRequest, found: Card, code: str, *, fault: str = "") -> HttpResponse:
    """Answer with the evidence of one line, and what was wrong with the last piece."""
    items = evidence.to_show(evidence.unsent(found).filter(line=code))
    context = {"items": items, "fault": fault}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return render(request, "reviews/evidence_unsent.html", context, status=status)


def _back(found: Card, code: str, typed: dict[str, str]) -> HttpResponse:
    """Go back to the line with everything typed kept."""
    form = objecting.form_of(found)
    if typed:
        drafts.keep(person_id=found.person_id, form=form, content=typed, at=timezone.now())
    return redirect(f"{reverse('card_object', args=[found.public_id])}#line-{code}")
