"""The agent's second look: each line's points before and after, who answered, when and why; agree or maintain."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from reviews import copies, workflow
from reviews.comparing import FigureChange, figure_changes
from reviews.models import Card, CardState, CardVersion, Objection
from reviews.services.cards import record_opening
from reviews.views import common, objections
from reviews.views.card import cards_of
from reviews.views.objecting import sheet_of


@never_cache
@login_required
@require_GET
def second_look(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show every answer with what it changed, and ask for a reply. Reading it is the answer's delivery."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if not common.is_subject(user, found):
        raise PermissionDenied(_("Only the card's own agent replies to the answers."))
    if found.state != CardState.OBJECTED or not common.all_answered(found):
        said = _("No reply is due on this card now: it is in the state “%(state)s”.")
        return common.refused(request, found, said % {"state": found.get_state_display()})
    now = timezone.now()
    record_opening(found, by=user, at=now)
    sheet = sheet_of(found)
    offers = workflow.allowed(found, by=user, at=now)
    over = common.over_words(found, at=now)
    context = {
        "card": found,
        "stamp": found.stamp,
        "looks": objections.shown(found, sheet),
        "figures": figures_of(found),
        "may_agree": any(offer.act == "agree" and not offer.reason for offer in offers),
        "may_maintain": any(offer.act == "maintain" and not offer.reason for offer in offers) and not over,
        "deadline": common.window_words(found, at=now),
        "heading": _("Your second look"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
    }
    return render(request, "reviews/second_look.html", context)


def figures_of(found: Card) -> list[FigureChange]:
    """Return total, band and multiplier before and after the answers; empty where nothing was corrected."""
    before = CardVersion.objects.filter(
        pk__in=Objection.objects.standing()
        .filter(version__card=found, reply="")
        .exclude(outcome="")
        .values("version")
    ).exclude(pk=found.current_id or 0)
    first = before.order_by("number").first()
    if first is None or found.current is None:
        return []
    held = copies.read([first, found.current])
    return figure_changes(held[first.pk], held[found.current.pk], with_money=False)
