"""A card as it is read: the page, its older versions, its paper and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from reviews import workflow
from reviews.access import audience_of, sees_money
from reviews.history import entries_of
from reviews.models import Card, CardEvent, CardState, CardVersion
from reviews.models.cards import SEEN_BY_SUBJECT
from reviews.pdf.documents import card_pdf
from reviews.services.cards import record_opening, set_comment
from reviews.sheet import CardSheet
from reviews.sheets import sheet_for
from reviews.views import common, drawn, objections, seen, words
from reviews.views.common import Badge
from reviews.views.delivered import delivered
from staff.models import User
from staff.services.messages import note_seen

CARDS_A_PAGE = 24

# What is done on the portal; HR and finance act in the administration.
PAGES = {
    "confirm": "card_act",
    "object": "card_object",
    "agree": "card_second_look",
    "maintain": "card_second_look",
    "submit": "card_act",
    "publish": "card_act",
    "send_back": "card_act",
    "answer": "card_answer",
}
MAIN = frozenset({"confirm", "agree", "submit", "publish", "answer"})
LABELS: dict[str, Promise] = {
    "object": gettext_lazy("I object"),
    "agree": gettext_lazy("See the answers: agree or maintain"),
}
DONE: dict[str, Promise] = {
    "submit": gettext_lazy("submitted the card"),
    "send_back": gettext_lazy("sent the card back"),
    "publish": gettext_lazy("approved and published the card"),
    "confirm": gettext_lazy("confirmed the card"),
    "object": gettext_lazy("objected to the card"),
    "answer": gettext_lazy("answered the objections"),
    "agree": gettext_lazy("agreed to the answer"),
    "maintain": gettext_lazy("maintained the objection"),
    "close": gettext_lazy("closed the month"),
    "approve": gettext_lazy("took the card over"),
    "pay": gettext_lazy("acknowledged the card for payment"),
    "ask_return": gettext_lazy("asked to return the card"),
    "return": gettext_lazy("consented to the return"),
    "decline_return": gettext_lazy("declined the return"),
    "silence": gettext_lazy("confirmed the card by silence"),
    "set_aside": gettext_lazy("set the card aside"),
    "take_back": gettext_lazy("took the card back into the month"),
    "reassign": gettext_lazy("passed the card on to others"),
}


@dataclass(frozen=True, slots=True)
class Button:
    """An act on the card's page: where it is taken, or why not now."""

    act: str
    label: str
    address: str
    main: bool
    blocked: str


@dataclass(frozen=True, slots=True)
class StripLink:
    """Where a grey line leads."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A grey line above the card: a trial month, an old version, figures that came late, silence, a return."""

    text: str
    links: tuple[StripLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the history in words."""

    event: CardEvent
    what: str
    who: str
    note: str


def cards_of(user: User) -> QuerySet[Card]:
    """Return the cards a reader may see, with what their pages show."""
    return Card.objects.visible_to(user, on=common.today()).select_related(*common.RELATED)


@never_cache
@login_required
@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """List the reader's own cards, the latest month first."""
    user = common.reader_of(request)
    own = cards_of(user).filter(person=user.person_id).order_by("-month")
    page = Paginator(own, CARDS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, common.badge_of(one, own=True), common.heading_of(one)) for one in page]
    return render(request, "reviews/cards.html", {"rows": rows, "page": page})


@never_cache
@login_required
@require_GET
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a card as it stands, every line with its ground."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if common.is_subject(user, found):
        news = record_opening(found, by=user, at=timezone.now())
    else:
        seen.mark(request, found)
        news = True
    if found.current is None:
        raise Http404
    if news:
        note_seen(user, path=common.card_address(found), at=timezone.now())
    return _page(request, found, found.current)


@login_required
@require_POST
def comment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write the assessor's comment on a draft."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    try:
        set_comment(found, text=request.POST.get("comment", ""), by=user, at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your comment is saved."))
    return redirect(common.card_address(found))


@never_cache
@login_required
@require_GET
def version(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """Show an older version of a card, readable and without acts."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    return _page(request, found, get_object_or_404(versions_of(user, found), number=number))


def versions_of(user: User, found: Card) -> QuerySet[CardVersion]:
    """Return the versions a reader may see: the subject those that were published."""
    versions = CardVersion.objects.filter(card=found)
    if not common.is_subject(user, found):
        return versions
    shown = CardEvent.objects.filter(card=found, to_state__in=SEEN_BY_SUBJECT)
    return versions.filter(pk__in=shown.values("version"))


def several_versions(user: User, found: Card) -> bool:
    """Whether there are two versions the reader may see; told by the history, which the page reads anyway."""
    if found.current is None or found.current.number == 1:
        return False
    if not common.is_subject(user, found):
        return True
    shown = {event.version_id for event in entries_of(found) if event.to_state in SEEN_BY_SUBJECT}
    return len(shown) > 1


def _page(request: HttpRequest, found: Card, shown: CardVersion) -> HttpResponse:
    user = common.reader_of(request)
    now = timezone.now()
    shown.card = found
    money = sees_money(user, found, on=common.today())
    sheet = sheet_for(shown, language=common.language_now(), with_money=money)
    current = shown.pk == found.current_id
    offers = buttons(user, found) if current else []
    own = common.is_subject(user, found)
    answered = bool(sheet.objections) and all(one.answer_head for one in sheet.objections)
    asked = found.state == CardState.PUBLISHED or (found.state == CardState.OBJECTED and answered)
    context = {
        **drawn_parts(sheet),
        "card": found,
        "heading": common.heading_of(found),
        "back": common.back_to(user, found),
        "workplace": sheet.place,
        "badge": common.badge_of(found, own=own, answered=answered) if current else old_badge(shown),
        "facts": sheet.facts[1:],
        "strips": strips_of(sheet, found, current=current, several=several_versions(user, found)),
        "objections": objections.shown(found, sheet),
        "offers": offers,
        "may_comment": any(button.act == "submit" for button in offers),
        "delivered": delivered(found, user=user, at=now) if current else None,
        "deadline": common.window_words(found, at=now) if own and current and asked else "",
        "awaited": _("The answer is not there yet."),
        "own_label": _("Own") if own else found.person.name,
        "history_address": reverse("card_history", args=[found.public_id]),
        "pdf_address": pdf_address(shown) if shown.frozen_at else "",
    }
    return render(request, "reviews/card.html", context)


def drawn_parts(sheet: CardSheet) -> dict[str, Any]:
    """Return a sheet with its pictures, as the templates name them."""
    return {
        "sheet": sheet,
        "total": drawn.total_of(sheet.total),
        "ruler": drawn.ruler_of(sheet.total_value, sheet.bands),
        "segments": drawn.segments_of(sheet),
        "radar": drawn.radar_of(sheet),
        "trend": drawn.trend_of(sheet.trend),
    }


def buttons(user: User, found: Card) -> list[Button]:
    """Return what the reader could do with a card on the portal, the main act last."""
    made = [
        Button(
            act=offer.act,
            label=str(LABELS.get(offer.act, offer.label)),
            address=reverse(PAGES[offer.act], args=act_args(found, offer.act)),
            main=offer.act in MAIN,
            blocked=offer.reason,
        )
        for offer in workflow.allowed(found, by=user, at=timezone.now())
        # Both replies stand on one page, which is there once every objection has its answer.
        if offer.act in PAGES and offer.act != "maintain" and not (offer.act == "agree" and offer.reason)
    ]
    return sorted(made, key=lambda button: button.main)


def act_args(found: Card, act: str) -> list[object]:
    """Return what the address of an act's page is made of."""
    return [found.public_id, act] if PAGES[act] == "card_act" else [found.public_id]


def old_badge(shown: CardVersion) -> Badge:
    """Mark a version that a later one replaced."""
    return Badge(_("version %(number)s") % {"number": shown.number}, "", "info")


def strips_of(sheet: CardSheet, found: Card, *, current: bool, several: bool = False) -> list[Strip]:
    """Return what must be said above a card; `several`: whether its reader may see more than one version."""
    strips = []
    compared = StripLink(_("Versions side by side"), reverse("card_compare", args=[found.public_id]))
    side_by_side = (compared,) if several else ()
    if sheet.banner and not current:
        here = StripLink(_("See the card in force"), common.card_address(found))
        strips.append(Strip(sheet.banner, (here, *side_by_side)))
    elif sheet.banner:
        strips.append(Strip(sheet.banner))
    if current and found.set_aside_at is not None:
        strips.append(Strip(_("Set aside: it is closed by itself, after the month.")))
    if current and (said := silence_words(found)):
        strips.append(Strip(said))
    if current and (said := return_words(found)):
        strips.append(Strip(said, side_by_side))
    elif current and side_by_side and found.current is not None:
        said = _("This is version %(number)s; earlier ones stay readable.")
        strips.append(Strip(said % {"number": found.current.number}, side_by_side))
    if sheet.late_note:
        strips.append(Strip(sheet.late_note))
    return strips


def silence_words(found: Card) -> str:
    """Return that silence confirmed a card, after which delivery and until when; empty where nobody was silent."""
    silent = [event for event in entries_of(found) if event.act == "silence"]
    later = [event for event in entries_of(found) if silent and event.seq > silent[-1].seq]
    if not silent or any(event.to_state == CardState.DRAFT for event in later):
        return ""
    if found.delivered_at is None or found.window_ends_at is None:
        return _("Counted as confirmed without a reply.")
    given = {
        "delivered": words.minute_words(found.delivered_at),
        "end": words.moment_words(found.window_ends_at),
    }
    if silent[-1].from_state == CardState.OBJECTED:
        return _("Answer delivered %(delivered)s, no reply by %(end)s; counted as agreed.") % given
    return _("Delivered %(delivered)s, no action by %(end)s; counted as confirmed.") % given


def return_words(found: Card) -> str:
    """Return who sent a draft back and why; empty where it was not."""
    if found.state != CardState.DRAFT:
        return ""
    last = next((one for one in reversed(entries_of(found)) if one.to_state != one.from_state), None)
    if last is None or last.act not in {"send_back", "return"}:
        return ""
    said = _("Returned by %(name)s, %(when)s: %(why)s")
    return said % {
        "name": last.person.name if last.person else "",
        "when": words.minute_words(last.at),
        "why": last.note.text if hasattr(last, "note") else "",
    }


def pdf_address(shown: CardVersion) -> str:
    """Return where a version's paper is fetched."""
    return reverse("card_pdf", args=[shown.card.public_id, shown.number])


@never_cache
@login_required
@require_GET
def pdf(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """Give a frozen version as a PDF, with money only to those who may see it."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    shown = get_object_or_404(versions_of(user, found).filter(frozen_at__isnull=False), number=number)
    shown.card = found
    audience = audience_of(user, found, on=common.today())
    printed = card_pdf(shown, language=common.language_now(), audience=audience, at=timezone.now())
    response = HttpResponse(printed.content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(printed.name)}"
    return response


@never_cache
@login_required
@require_GET
def history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tell what happened to a card: who, when, from where to where, and why."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    older = versions_of(user, found).exclude(pk=found.current_id or 0).filter(frozen_at__isnull=False)
    context = {
        "card": found,
        "heading": _("History"),
        "title": common.heading_of(found),
        "back": common.card_address(found),
        "happened": [happened(event) for event in reversed(entries_of(found))],
        "older": older.order_by("-number"),
        "compare": reverse("card_compare", args=[found.public_id]) if several_versions(user, found) else "",
    }
    return render(request, "reviews/history.html", context)


def happened(event: CardEvent) -> Happened:
    """Put an entry of the history into words."""
    who = event.person.name if event.person else _("The system")
    if event.person and event.for_person:
        who = _("%(deputy)s for %(holder)s") % {"deputy": who, "holder": event.for_person.name}
    what = str(DONE.get(event.act, event.act))
    return Happened(event, what, who, event.note.text if hasattr(event, "note") else "")
