"""The month's board: who stands where, what is missing, and what can be passed on together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from reviews.gaps import Gap, gaps_of
from reviews.models import NoCard, Review
from reviews.standings import Reader
from reviews.views import board_rows, common, milestones, reminded, words
from reviews.views.board_cards import PAGE, Choice, Light, cards_on, chosen, lights_of, reader_for
from reviews.views.board_rows import COLUMNS, Row
from reviews.views.board_teams import teams_of
from reviews.views.milestones import Timeline
from staff import access, calendar
from staff.models import Person, User

REVIEWS_OFFERED = 12
NAMED = 3
BRANCH_ROLES = ("manager", "director", "hr")
DONE = ("confirmed", "aside", "closed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at the top of a board, and its ground in a line."""

    label: str
    value: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One of the pages of a column, its number and where it is."""

    number: int
    address: str
    here: bool


def reviews_of(user: User) -> QuerySet[Review]:
    """Return the reviews a reader has a part in, the latest first."""
    found = Review.objects.visible_to(user, on=common.today()).select_related("unit", "procedure")
    return found.order_by("-month", "unit__path")


def review_among(user: User, public_id: UUID) -> tuple[Review, list[Review]]:
    """Return a review a reader has a part in, and the latest ones. Raises Http404. One query."""
    asked = Case(When(public_id=public_id, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = list(
        reviews_of(user)
        .annotate(place=asked)
        .order_by("place", "-month", "unit__path")[: REVIEWS_OFFERED + 1]
    )
    if not rows or rows[0].public_id != public_id:
        raise Http404
    return rows[0], sorted(rows, key=lambda one: (-one.month.toordinal(), one.unit.path))


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
    """Show where the cards of a month stand: 25 of them, counts and filters over all."""
    user, now = common.reader_of(request), timezone.now()
    review, offered = review_among(user, public_id)
    reader, days, choice = reader_for(user, at=now), calendar.load(), Choice.of(request.GET.dict())
    lights = lights_of(request, cards_on(user, review), reader=reader, days=days, at=now)
    told = reminded.reminders_of(review)
    timeline = milestones.timeline_of(
        review,
        [light.card for light in lights],
        days=days,
        at=now,
        mine=lambda act: is_mine(act, lights, reader),
        told=reminded.by_act(told),
    )
    leads = leads_branch(user, review)
    kept = chosen(lights, choice)
    listed = [light for found in board_rows.shown(kept, choice).values() for light in found]
    # Whose the open lines are is counted for a team; over a branch only those that are shown are read.
    gaps = gaps_of([light.card for light in (listed if leads else lights) if light.code == "lacking"])
    rows = {row.card.pk: row for row in board_rows.rows_of(listed, gaps, reader=reader)}
    context = {
        "review": review,
        "reviews": offered,
        "heading": heading_of(review, lights),
        "columns": board_rows.columns_of(kept, rows, review=review, choice=choice, reader=reader),
        "timeline": timeline,
        "figures": figures_of(lights, rows, gaps, timeline, leads=leads),
        "teams": teams_of(lights, choice) if leads else [],
        "without": without(user, review),
        "reminders": reminders_said(told, user),
        "count": len(lights),
        "closes": any(reader.stands("close", light.card) for light in lights),
        **filters_of(lights, kept, choice, leads=leads),
    }
    return render(request, "reviews/board.html", context)


def leads_branch(user: User, review: Review) -> bool:
    """Whether a reader leads or looks after the whole branch, not one team of it."""
    scope = access.scope_of(user, on=common.today())
    return scope.everything or scope.leads(review.unit.path, roles=BRANCH_ROLES)


def is_mine(act: str, lights: Sequence[Light], reader: Reader) -> bool:
    """Whether a step of the timeline waits for this reader on some card."""
    person = reader.user.person_id
    if act == "assess":
        return any(light.card.assessor_id == person for light in lights)
    if act == "approve":
        return any(light.card.approver_id == person for light in lights)
    if act == "confirm":
        return False
    step = {"close": "close", "hand_over": "approve"}[act]
    return any(reader.stands(step, light.card) for light in lights[:1])


def heading_of(review: Review, lights: Sequence[Light]) -> str:
    """Name a board by its month, and by the team where it shows only one."""
    units = {light.card.unit_id: light.card.unit.name for light in lights}
    name = next(iter(units.values())) if len(units) == 1 else review.unit.name
    return _("Review of %(month)s, %(unit)s") % {"month": words.month_name(review.month), "unit": name}


def without(user: User, review: Review) -> list[NoCard]:
    """Return who of the reader's people gets no card, with the reason. One query."""
    people = Person.objects.visible_to(user, on=common.today())
    rows = NoCard.objects.filter(review=review, person__in=people)
    return list(rows.exclude(reason=NoCard.Reason.POSITION).select_related("person"))


def reminders_said(told: Sequence[reminded.Told], user: User) -> dict[str, Any]:
    """Return the last round of reminders: when it went out, and to whom."""
    if not told:
        return {}
    day = timezone.localdate(told[0].at)
    last = [one for one in told if timezone.localdate(one.at) == day]
    names: dict[str, list[str]] = {}
    for one in last:
        name = _("You") if one.person_id == user.person_id else one.name
        label = str(milestones.LABELS.get(one.act, ""))
        names.setdefault(name, []).extend([label] if label and label not in names.get(name, []) else [])
    people = [(name, words.listed(said)) for name, said in names.items()]
    return {"at": words.minute_words(told[0].at), "people": people}


def filters_of(
    lights: Sequence[Light], kept: Sequence[Light], choice: Choice, *, leads: bool
) -> dict[str, Any]:
    """Return what the filter's form shows, what was found, and the pages of one column."""
    counts = board_rows.counted(kept)
    found = counts.get(choice.state, 0) if choice.state in COLUMNS else len(kept)
    pages = -(-found // PAGE) if choice.state in COLUMNS else 1
    units = {light.card.unit_id: light.card.unit.name for light in lights}
    return {
        "choice": choice,
        "offers_filter": leads or len(lights) > PAGE or choice.narrows,
        "team_options": [(str(pk), name) for pk, name in units.items()] if len(units) > 1 else [],
        "state_options": [(code, str(kind.name), counts[code]) for code, kind in COLUMNS.items()],
        "show_options": show_options(lights),
        "found": found,
        "pages": [Page(n, choice.query(page=n), n == choice.page) for n in range(1, pages + 1)],
        "page_before": choice.query(page=choice.page - 1) or "?" if choice.page > 1 else "",
        "page_after": choice.query(page=choice.page + 1) if choice.page < pages else "",
        "without_state": choice.query(state="") or "?",
    }


def show_options(lights: Sequence[Light]) -> list[tuple[str, str, int]]:
    """Return the ways to narrow a board by what cards are about, each with its count over all cards."""
    return [
        ("eyes", _("needs eyes"), sum(bool(light.flags) for light in lights)),
        ("late", _("late"), sum(bool(light.late) for light in lights)),
        ("returned", _("returned"), sum(light.returned for light in lights)),
        ("asked", _("to be returned"), sum(light.asked for light in lights)),
    ]


def figures_of(
    lights: Sequence[Light],
    rows: Mapping[int, Row],
    gaps: Mapping[int, list[Gap]],
    timeline: Timeline,
    *,
    leads: bool,
) -> list[Figure]:
    """Return the four figures of a board: a supervisor's, or those of who approves and closes."""
    made = leader_figures(lights) if leads else supervisor_figures(lights, rows, gaps)
    first = timeline.next
    if first is None:
        return [*made, Figure(_("Deadline"), _("All done"), _("Every step is done."))]
    value = f"{first.day} {first.weekday}"
    note = words.listed([said for said in (first.label, first.late or first.left) if said])
    return [*made, Figure(_("Deadline"), value, note, "bad" if first.late else "")]


def supervisor_figures(
    lights: Sequence[Light], rows: Mapping[int, Row], gaps: Mapping[int, list[Gap]]
) -> list[Figure]:
    """Cards ready, checks made, lines open."""
    counts = board_rows.counted(lights)
    ready = counts["ready"]
    cover = [light.cover for light in lights if light.cover is not None]
    done, quota = sum(min(one.done, one.quota) for one in cover), sum(one.quota for one in cover)
    short = [one.short for one in cover if one.short]
    passed = _("of %(count)s cards, submitted %(passed)s") % {
        "count": len(lights),
        "passed": len(lights) - ready - counts["lacking"],
    }
    cards = ngettext("%(count)s card", "%(count)s cards", ready) % {"count": ready}
    checked = _("all made")
    if short:
        people = ngettext("%(count)s person", "%(count)s people", len(short)) % {"count": len(short)}
        checked = _("still to make: %(count)s, %(people)s") % {"count": sum(short), "people": people}
    return [
        Figure(_("Ready to submit"), cards, passed),
        Figure(_("Spot checks"), f"{done} / {quota}" if quota else "–", checked),
        lines_figure(rows, gaps),
    ]


def lines_figure(rows: Mapping[int, Row], gaps: Mapping[int, list[Gap]]) -> Figure:
    """Say how many lines are open and who owes how many of them."""
    owed: Counter[str] = Counter()
    for card_id, found in gaps.items():
        row = rows.get(card_id)
        for place, gap in enumerate(found):
            mine = row.lacks[place].mine if row is not None else gap.owner == "supervisor"
            owed[_("you") if mine else str(board_rows.OWNERS[gap.owner])] += 1
    count = owed.total()
    lines = ngettext("%(count)s line", "%(count)s lines", count) % {"count": count}
    said = [_("%(name)s %(count)s") % {"name": name, "count": many} for name, many in owed.most_common()]
    return Figure(_("Lines open"), lines, words.listed(said) if said else _("Nothing is missing."))


def leader_figures(lights: Sequence[Light]) -> list[Figure]:
    """Cards to approve, objections, cards confirmed."""
    counts = board_rows.counted(lights)
    able = sum(light.act == "publish" for light in lights)
    answers = sum(light.act == "answer" for light in lights)
    confirmed = sum(counts[code] for code in DONE)
    said = _("the month closes when all are")
    if counts["aside"]:
        said = _("set aside: %(count)s") % {"count": counts["aside"]}
    return [
        Figure(_("To approve"), str(counts["submitted"]), _("yours to approve: %(count)s") % {"count": able}),
        Figure(_("Objected"), str(counts["objected"]), _("yours to answer: %(count)s") % {"count": answers}),
        Figure(_("Confirmed"), f"{confirmed} / {len(lights)}", said),
    ]
