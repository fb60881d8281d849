"""All cards of a month as one file: ask for it, watch it come, fetch it."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from reviews.models import Review
from reviews.services import team_pdf
from reviews.views import common


def _review_of(request: HttpRequest, public_id: UUID) -> Review:
    user = common.reader_of(request)
    reviews = Review.objects.visible_to(user, on=common.today()).select_related("unit")
    return get_object_or_404(reviews, public_id=public_id)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def team_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show how far the file is; a POST asks for a new one."""
    review = _review_of(request, public_id)
    user = common.reader_of(request)
    if request.method == "POST":
        try:
            team_pdf.start_team_pdf(review, review.unit, by=user, language=common.language_now())
        except team_pdf.NothingToPrint as refused:
            messages.error(request, str(refused))
        return redirect("team_pdf", public_id=review.public_id)
    context = {
        "review": review,
        "count": team_pdf.cards_to_print(review, review.unit, by=user, on=common.today()).count(),
        "job": team_pdf.latest_job(review, by=user),
        "ready": team_pdf.finished_file(review, by=user) is not None,
    }
    return render(request, "reviews/team_pdf.html", context)


@never_cache
@login_required
@require_GET
def fetch(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give the last finished file this user asked for."""
    review = _review_of(request, public_id)
    path = team_pdf.finished_file(review, by=common.reader_of(request))
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type="application/pdf")
    name = quote(f"{review.month:%Y-%m} {review.unit.name}.pdf")
    response["Content-Disposition"] = (
        f"inline; filename=\"cards-{review.month:%Y-%m}.pdf\"; filename*=UTF-8''{name}"
    )
    return response
