"""Handing a card over on paper: the page that records it, and the signed sheet."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from reviews.models import Card, CardDelivery
from reviews.redrawing import PNG
from reviews.refusals import WrongState
from reviews.services import paper
from reviews.views import common
from reviews.views.card import cards_of
from reviews.views.common import Fault


class PaperForm(forms.Form):
    """When the paper was handed over, and the signed sheet."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day on which it was handed over.")},
    )
    hour = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Enter the hour at which it was handed over.")},
    )
    scan = forms.FileField(
        label=gettext_lazy("The signed sheet"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=gettext_lazy(
            "A photograph or scan as PNG or JPEG, at most 5 MB. Who sees the card sees it; where HR hands it over, "
            "only who may see its amounts."
        ),
        error_messages={
            "required": gettext_lazy("Choose the picture of the signed sheet."),
            "empty": gettext_lazy("The file is empty. Choose the picture of the signed sheet."),
        },
    )

    @property
    def handed_at(self) -> datetime:
        """Return the moment entered, in the company's time zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask when a card was handed over on paper, or record it."""
    user, at = common.reader_of(request), timezone.now()
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if not paper.may_hand_over(found, by=user, at=at):
        raise PermissionDenied(_("A card is handed over on paper by its assessor or by HR."))
    if said := paper.why_not_now(found):
        return common.refused(request, found, said)
    if request.method == "GET":
        return _page(request, found, PaperForm(initial={"day": timezone.localdate(at)}))
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        scan = form.cleaned_data["scan"].read()
        try:
            paper.hand_over(found, handed_at=form.handed_at, scan=scan, by=user, at=at)
        except WrongState as error:
            return common.refused(request, found, error)
        except ValidationError as refused:
            for name, texts in refused.message_dict.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("Recorded. The agent's time runs from the hour you entered."))
            return redirect(common.card_address(found))
    return _page(request, found, form)


def _page(request: HttpRequest, found: Card, form: PaperForm) -> HttpResponse:
    faults = [
        Fault(str(text), f"id_{name}")
        for name, texts in form.errors.items()
        for text in texts
        if name in form.fields
    ]
    context: dict[str, Any] = {
        "card": found,
        "form": form,
        "faults": faults,
        "heading": _("Handed over on paper"),
        "back": common.card_address(found),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "reviews/paper.html", context, status=status)


@never_cache
@login_required
@require_GET
def scan(request: HttpRequest, public_id: UUID, seq: int) -> HttpResponse:
    """Give the signed sheet of a delivery to those who see the card, as a picture no browser runs."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    papers = CardDelivery.objects.filter(card=found, channel=CardDelivery.Channel.PAPER)
    handed = get_object_or_404(papers, seq=seq)
    if not paper.sees_sheet(found, handed, by=user, on=common.today()):
        raise Http404
    response = HttpResponse(bytes(handed.scan), content_type=handed.scan_type)
    ending = "png" if handed.scan_type == PNG else "jpg"
    response["Content-Disposition"] = f'attachment; filename="signed-{found.month:%Y-%m}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
