"""The inbox: one's own messages, and the links of mails that lead there."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from staff.messages import icon_of, words_of
from staff.models import Delivery, Message, User
from staff.services import mailing
from staff.services.messages import note_all_opened, note_opened

A_PAGE = 25


@never_cache
@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """List the reader's own messages, the newest first."""
    page = Paginator(Message.objects.visible_to(request.user), A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, words_of(one), icon_of(one)) for one in page]
    context = {"rows": rows, "page": page, "heading": _("Inbox"), "mailed_to": _address_of(request.user)}
    return render(request, "staff/inbox.html", context)


def _address_of(user: object) -> str:
    """Return where mails go, or nothing."""
    return user.email if mailing.is_on() and isinstance(user, User) else ""


@never_cache
@login_required
@require_GET
def follow(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the reader opened an own message, and go where it leads."""
    found = get_object_or_404(Message.objects.visible_to(request.user), public_id=public_id)
    note_opened(found, at=timezone.now())
    return HttpResponseRedirect(found.path)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note all of the reader's messages as opened."""
    note_all_opened(request.user, at=timezone.now())
    return redirect("inbox")


@never_cache
@login_required
@require_GET
def mailed(request: HttpRequest, token: str) -> HttpResponse:
    """Follow the link of a mail: its own reader comes to the message, or to the inbox if there are several."""
    person = getattr(request.user, "person_id", None)
    if person is None:
        raise Http404
    delivery = get_object_or_404(Delivery.objects.filter(person=person), token=token)
    mailing.note_link_opened(delivery, at=timezone.now())
    held = list(delivery.messages.visible_to(request.user)[:2])
    if len(held) != 1:
        return redirect("inbox")
    return redirect("message", held[0].public_id)
