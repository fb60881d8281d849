"""The month's board: who stands where, what is missing, and what can be passed on together."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from reviews import workflow
from reviews.models import Card, CardState, NoCard, Review
from reviews.views import common, milestones, words
from reviews.views.board_rows import Row, code_of, columns_of, rows_of
from reviews.views.milestones import Timeline
from staff.models import Person, User

REVIEWS_OFFERED = 12
NEEDED = ("review__procedure", "unit", "position", "person", "current")
DONE = (CardState.CONFIRMED, CardState.CLOSED, CardState.APPROVED, CardState.PAID)
# Whoever has one of these acts closes the month.
CLOSING = ("close", "set_aside", "take_back")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at the top of a board, and its ground in a line."""

    label: str
    value: str
    note: str
    tone: str = ""


def reviews_of(user: User) -> QuerySet[Review]:
    """Return the reviews a reader has a part in, the latest first."""
    found = Review.objects.visible_to(user, on=common.today()).select_related("unit", "procedure")
    return found.order_by("-month", "unit__path")


@never_cache
@login_required
@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """Lead to the latest month's board, or say when there will be one."""
    first = reviews_of(common.reader_of(request)).first()
    if first is not None:
        return redirect("board", public_id=first.public_id)
    return render(request, "reviews/no_board.html")


@never_cache
@login_required
@require_GET
def board(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show where the cards of a month stand."""
    user = common.reader_of(request)
    review = get_object_or_404(reviews_of(user), public_id=public_id)
    now = timezone.now()
    cards = cards_on(user, review)
    offers = workflow.offers(cards, by=user, at=now)
    rows = rows_of(request, cards, offers=offers)
    timeline = milestones.timeline_of(review, cards, at=now)
    people = Person.objects.visible_to(user, on=common.today())
    without = NoCard.objects.filter(review=review, person__in=people)
    context = {
        "review": review,
        "reviews": reviews_of(user)[:REVIEWS_OFFERED],
        "heading": heading_of(review, cards),
        "columns": columns_of(rows, review, offers=offers),
        "timeline": timeline,
        "figures": figures_of(rows, timeline, user=user),
        "without": without.exclude(reason=NoCard.Reason.POSITION).select_related("person"),
        "count": len(cards),
        "closes": any(one.act in CLOSING for mine in offers.values() for one in mine),
    }
    return render(request, "reviews/board.html", context)


def cards_on(user: User, review: Review) -> list[Card]:
    """Return the review's cards a reader may see, but the own one."""
    cards = Card.objects.visible_to(user, on=common.today()).filter(review=review)
    others = cards.exclude(Q(person=user.person_id or 0)).select_related(*NEEDED)
    return list(others.order_by("unit__path", "person__staff_no"))


def heading_of(review: Review, cards: list[Card]) -> str:
    """Name a board by its month, and by the team where it shows only one."""
    units = {card.unit_id: card.unit.name for card in cards}
    name = next(iter(units.values())) if len(units) == 1 else review.unit.name
    return _("Review of %(month)s, %(unit)s") % {"month": words.month_name(review.month), "unit": name}


def figures_of(rows: list[Row], timeline: Timeline, *, user: User) -> list[Figure]:
    """Return the four figures of a board: a supervisor's, or those of who approves and closes."""
    supervises = any(row.card.assessor_id == user.person_id for row in rows)
    made = supervisor_figures(rows) if supervises else leader_figures(rows)
    first = timeline.next
    if first is None:
        return [*made, Figure(_("Deadline"), _("All done"), _("Every step is done."))]
    return [
        *made,
        Figure(
            _("Deadline"),
            f"{first.day} {first.weekday}",
            first.late or first.label,
            "bad" if first.late else "",
        ),
    ]


def supervisor_figures(rows: list[Row]) -> list[Figure]:
    """Cards ready, checks made, lines open."""
    codes = [code_of(row.card) for row in rows]
    ready, drafts = codes.count("ready"), codes.count("ready") + codes.count("lacking")
    cover = [row.cover for row in rows if row.cover is not None]
    done, quota = sum(min(one.done, one.quota) for one in cover), sum(one.quota for one in cover)
    lacks = [lack for row in rows for lack in row.lacks]
    mine = sum(lack.mine for lack in lacks)
    passed = _("of %(count)s cards, submitted %(passed)s") % {
        "count": len(rows),
        "passed": len(rows) - drafts,
    }
    cards = ngettext("%(count)s card", "%(count)s cards", ready) % {"count": ready}
    short = sum(one.short for one in cover)
    checked = _("all made") if not short else _("still to make: %(count)s") % {"count": short}
    lines = ngettext("%(count)s line", "%(count)s lines", len(lacks)) % {"count": len(lacks)}
    owed = _("you %(mine)s, others %(others)s") % {"mine": mine, "others": len(lacks) - mine}
    return [
        Figure(_("Ready to submit"), cards, passed),
        Figure(_("Spot checks"), f"{done} / {quota}" if quota else "–", checked),
        Figure(_("Lines open"), lines, owed if lacks else _("Nothing is missing.")),
    ]


def leader_figures(rows: list[Row]) -> list[Figure]:
    """Cards to approve, objections, cards confirmed."""
    states = [row.card.state for row in rows]
    able = sum("publish" in row.acts for row in rows)
    submitted, objected = states.count(CardState.SUBMITTED), states.count(CardState.OBJECTED)
    confirmed = sum(state in DONE for state in states)
    answers = sum("answer" in row.acts for row in rows)
    return [
        Figure(_("To approve"), str(submitted), _("yours to approve: %(count)s") % {"count": able}),
        Figure(_("Objected"), str(objected), _("yours to answer: %(count)s") % {"count": answers}),
        Figure(_("Confirmed"), f"{confirmed} / {len(rows)}", _("the month closes when all are")),
    ]
