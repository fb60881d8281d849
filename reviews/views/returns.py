"""Returns that wait for a second person: who asks, why, what would differ; consent or decline."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews.models import Review
from reviews.refusals import BulkRefused
from reviews.services import returning
from reviews.services.late import foretell
from reviews.views import common
from reviews.views.board import reviews_of
from reviews.views.board_cards import cards_on
from reviews.views.common import Fault


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def returns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the returns of a month that the reader may consent to; consent to them or decline."""
    user, at = common.reader_of(request), timezone.now()
    review = get_object_or_404(reviews_of(user), public_id=public_id)
    if not returning.may_consent(cards_on(user, review), by=user, at=at):
        raise PermissionDenied(_("This step belongs to somebody else."))
    if request.method == "GET":
        return _page(request, review)
    act = request.POST.get("act", "")
    if act not in returning.ANSWERS:
        raise Http404
    try:
        done = returning.answer(
            act, review, chosen=request.POST.getlist("card"), fields=request.POST, by=user, at=at
        )
    except LookupError:
        raise Http404 from None
    except returning.NothingChosen as refused:
        return _page(request, review, faults=[str(refused)], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except BulkRefused as refused:
        status = returning.status_of(refused)
        if status is HTTPStatus.FORBIDDEN:
            raise PermissionDenied(refused.refusals[0].message) from None
        return _page(request, review, faults=returning.causes_said(refused), status=status)
    messages.success(request, returning.done_words(act, len(done)))
    return redirect("board", public_id=review.public_id)


def _page(
    request: HttpRequest, review: Review, *, faults: Sequence[str] = (), status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    user, at = common.reader_of(request), timezone.now()
    asked = returning.asked_in(review, by=user, at=at)
    cards = [one.card for one in asked]
    told = {one.card.pk: one for one in foretell(review, cards, at=at)} if cards else {}
    mine = [one.card.pk for one in asked if not one.own and returning.may_consent([one.card], by=user, at=at)]
    context = {
        "heading": _("Returns that wait for consent"),
        "review": review,
        "rows": [(one, told.get(one.card.pk)) for one in asked],
        "mine": mine,
        "faults": [Fault(text, "note" if "note" in request.POST else "") for text in faults],
        "note": request.POST.get("note", ""),
        "back": reverse("board", args=[review.public_id]),
    }
    return render(request, "reviews/returns.html", context, status=status)
