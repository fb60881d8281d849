"""What a reader has to do, the most urgent first, each with its date and its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.deadlines import timeline
from reviews.models import Card, CardState, Objection, Review
from reviews.procedures import Roles, roles_of
from reviews.views import common, words
from staff import access
from staff.calendar import Calendar
from staff.models import User

# The step of the procedure whose day a to-do is due by.
ACTS = {
    "lacking": "assess",
    "ready": "assess",
    "approve": "approve",
    "answer": "decide",
    "close": "close",
    "supplement": "close",
}
ICONS = {
    "lacking": "warn",
    "ready": "card",
    "approve": "check",
    "answer": "chat",
    "close": "lock",
    "supplement": "lock",
}
# What a board is narrowed to for a to-do.
SHOWN = {
    "lacking": "?state=lacking",
    "ready": "?state=ready",
    "approve": "?state=submitted",
    "answer": "?state=objected",
}
# To-dos with a page of their own.
PAGES = {"close": "month_close", "supplement": "month_close", "consent": "board_returns"}
UNCONFIRMED = (CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED)


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: what, its ground in a line, by when, and where."""

    icon: str
    title: str
    text: str
    due: datetime | None
    address: str
    badge: str = ""
    tone: str = "line"


def dated(todo: Todo, *, days: Calendar, at: datetime) -> Todo:
    """Put the date of a to-do into a badge (today, tomorrow, the day, or how late) and its hour into words."""
    if todo.due is None:
        return todo
    day, today = timezone.localdate(todo.due), timezone.localdate(at)
    if todo.due < at:
        late = max(days.ordinal(day, today), 1)
        badge = ngettext("%(count)s working day late", "%(count)s working days late", late)
        said = _("%(text)s. It was due %(when)s.")
        text = said % {"text": todo.text, "when": words.moment_words(todo.due)}
        return replace(todo, text=text, badge=badge % {"count": late}, tone="bad")
    badge, tone = words.short_day(day), "line"
    if day == today:
        badge, tone = _("today"), "warn"
    elif day - today == timedelta(days=1):
        badge, tone = _("tomorrow"), "warn"
    text = _("%(text)s. By %(when)s, %(left)s left.") % {
        "text": todo.text,
        "when": words.moment_words(todo.due),
        "left": words.left_words(todo.due - at),
    }
    return replace(todo, text=text, badge=badge, tone=tone)


def sorted_by_due(todos: list[Todo], *, days: Calendar, at: datetime) -> list[Todo]:
    """Return to-dos by their dates; those without one are for now."""
    ordered = sorted(todos, key=lambda todo: todo.due or at)
    return [dated(todo, days=days, at=at) for todo in ordered]


def own(card: Card | None, *, answered: bool) -> list[Todo]:
    """What the subject of a card has to do with it."""
    if card is None:
        return []
    title = common.heading_of(card)
    if card.state == CardState.PUBLISHED:
        text = _("Not delivered yet, so silence does not count as confirmed")
        if card.window_ends_at:
            text = _("Look at it, and confirm or object")
        said = _("Confirm: %(card)s") % {"card": title}
        return [Todo("card", said, text, card.window_ends_at, common.card_address(card))]
    if card.state == CardState.OBJECTED and answered:
        said = _("Look at the answer: %(card)s") % {"card": title}
        text = _("Agree or maintain your objection")
        return [Todo("chat", said, text, card.window_ends_at, common.card_address(card))]
    return []


def leading(user: User, *, days: Calendar) -> list[Todo]:
    """What a supervisor, director, manager or HR has to do on the open months, by review and step."""
    counted = _counts(user)
    reviews = Review.objects.filter(pk__in=counted).select_related("unit", "procedure").order_by("month")
    roles: dict[int, Roles] = {}
    found = []
    for review in reviews:
        if review.procedure_id not in roles:
            roles[review.procedure_id] = roles_of(review.procedure)
        named = roles[review.procedure_id]
        steps = timeline(review, calendar=days, roles=named)
        due = {step.act: step.at for step in steps}
        counts = _waiting(counted[review.pk], review, named, user)
        for code, act in ACTS.items():
            if count := counts.get(code, 0):
                found.append(_todo(code, count, review, due.get(act) if code != "supplement" else None))
    return found


def _counts(user: User) -> dict[int, Mapping[str, Any]]:
    """Return per review with open cards how many cards wait for the reader at each step, one query."""
    me = user.person_id or 0
    waiting = Objection.objects.filter(version=OuterRef("current"), outcome="")
    draft = Q(state=CardState.DRAFT, assessor=me)
    lacks = Q(current__total__isnull=True) | Q(current__open_lines__gt=0)
    # The month closes without what is set aside; afterwards it is closed by itself.
    aside = Q(set_aside_at__isnull=False)
    open_ones = Q(state__in=[*UNCONFIRMED, CardState.CONFIRMED])
    rows = (
        Card.objects.visible_to(user, on=common.today())
        .exclude(person=me)
        .alias(waits=Exists(waiting))
        .filter(open_ones)
        .order_by()
        .values("review_id")
        .annotate(
            lacking=Count("pk", filter=draft & lacks),
            ready=Count("pk", filter=draft & ~lacks),
            approve=Count("pk", filter=Q(state=CardState.SUBMITTED, approver=me)),
            answer=Count("pk", filter=Q(state=CardState.OBJECTED, decider=me, waits=True)),
            confirmed=Count("pk", filter=Q(state=CardState.CONFIRMED) & ~aside),
            later=Count("pk", filter=Q(state=CardState.CONFIRMED)),
            unconfirmed=Count("pk", filter=Q(state__in=UNCONFIRMED) & ~aside),
        )
    )
    return {row["review_id"]: row for row in rows}


def _waiting(row: Mapping[str, Any], review: Review, roles: Roles, user: User) -> dict[str, int]:
    """Return the counts of one review that are this reader's, by what its procedure names them for.

    The month can be closed once nothing is unconfirmed; what comes later is closed as it comes.
    """
    scope = access.scope_of(user, on=common.today())
    counts = {code: int(row[code]) for code in ("lacking", "ready", "approve", "answer")}
    if scope.leads(review.unit.path, roles=[roles.of("close", "agent") or ""]):
        if review.closed_at is not None:
            counts["supplement"] = int(row["later"])
        elif not row["unconfirmed"]:
            counts["close"] = int(row["confirmed"])
    return counts


def _todo(code: str, count: int, review: Review, due: datetime | None) -> Todo:
    said = {
        "lacking": ngettext("Fill open lines of %(count)s card", "Fill open lines of %(count)s cards", count),
        "ready": ngettext("Submit %(count)s card", "Submit %(count)s cards", count),
        "approve": ngettext("Approve %(count)s card", "Approve %(count)s cards", count),
        "answer": ngettext(
            "Answer objections on %(count)s card", "Answer objections on %(count)s cards", count
        ),
        "close": ngettext("Close the month: %(count)s card", "Close the month: %(count)s cards", count),
        "supplement": ngettext(
            "Close %(count)s card as a supplement", "Close %(count)s cards as a supplement", count
        ),
    }
    where = _("%(month)s, %(unit)s") % {"month": words.month_words(review.month), "unit": review.unit.name}
    page = PAGES.get(code, "board")
    address = reverse(page, args=[review.public_id]) + SHOWN.get(code, "")
    return Todo(ICONS[code], said[code] % {"count": count}, where, due, address)
