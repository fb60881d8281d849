"""Two versions of a card beside each other: what changed, by how much, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from reviews import copies
from reviews.access import sees_money
from reviews.comparing import LineChange, figure_changes, line_changes
from reviews.models import Card, CardVersion, Objection
from reviews.views import common, words
from reviews.views.answering import lang_now
from reviews.views.card import cards_of, versions_of


@dataclass(frozen=True, slots=True)
class Why:
    """Why a version took another's place."""

    number: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line on both sides, and the upheld objections that changed it."""

    line: LineChange
    whys: tuple[str, ...]


@never_cache
@login_required
@require_GET
def compare(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show two versions the reader may see; the last two unless others are asked for."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    known = list(versions_of(user, found).order_by("number"))
    old, new = _chosen(request, known)
    held = copies.read([old, new])
    money = sees_money(user, found, on=common.today()) and not found.review.trial
    upheld = _upheld(found, old, new)
    by_line: dict[str, list[str]] = {}
    for one in upheld:
        by_line.setdefault(one.line, []).append(_upheld_words(one))
    lines = [
        ShownLine(line, tuple(by_line.get(line.code, ())))
        for line in line_changes(held[old.pk], held[new.pk], lang_now())
    ]
    context = {
        "card": found,
        "old": old,
        "new": new,
        "known": known,
        "figures": figure_changes(held[old.pk], held[new.pk], with_money=money),
        "lines": lines,
        "changed": sum(one.line.changed for one in lines),
        "whys": _whys(found, old, new, upheld, {one.line.code: one.line.name for one in lines}),
        "heading": _("Versions side by side"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
    }
    return render(request, "reviews/compare.html", context)


def _chosen(request: HttpRequest, known: Sequence[CardVersion]) -> tuple[CardVersion, CardVersion]:
    """Return the two versions asked for, the older first; what is not there, or is one and the same, is not found."""
    numbers = {version.number: version for version in known}
    asked = [request.GET.get("old", ""), request.GET.get("new", "")]
    if not any(asked) and len(known) > 1:
        return known[-2], known[-1]
    if not all(text.isascii() and text.isdigit() and int(text[:6]) in numbers for text in asked):
        raise Http404
    first, second = sorted(int(text[:6]) for text in asked)
    if first == second:
        raise Http404
    return numbers[first], numbers[second]


def _upheld(found: Card, old: CardVersion, new: CardVersion) -> list[Objection]:
    """Return the objections whose answers made the versions after the older one, up to the newer."""
    rows = Objection.objects.filter(
        version__card=found,
        version__number__gte=old.number,
        version__number__lt=new.number,
        outcome=Objection.Outcome.UPHELD,
    )
    return list(rows.select_related("version", "answered_by").order_by("answered_at", "pk"))


def _upheld_words(one: Objection) -> str:
    said = _("Objection upheld by %(name)s, %(when)s: %(why)s")
    return said % {
        "name": one.answered_by.name if one.answered_by else "",
        "when": words.minute_words(one.answered_at) if one.answered_at else "",
        "why": one.answer,
    }


def _whys(
    found: Card, old: CardVersion, new: CardVersion, upheld: Sequence[Objection], names: dict[str, str]
) -> list[Why]:
    made = []
    for version in CardVersion.objects.filter(
        card=found, number__gt=old.number, number__lte=new.number
    ).order_by("number"):
        sentences = [
            _("Objection upheld: %(line)s") % {"line": names.get(one.line, one.line)}
            for one in upheld
            if one.version.number == version.number - 1
        ]
        if version.why:
            sentences.append(_("Returned: %(why)s") % {"why": version.why})
        made.append(Why(version.number, tuple(sentences) or (_("Computed again."),)))
    return made
