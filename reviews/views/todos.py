"""What a reader has to do, the most urgent first, each with its date and its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.deadlines import timeline
from reviews.models import Card, CardState, Objection, Review
from reviews.procedures import Roles, roles_of
from reviews.views import common, words
from staff.calendar import Calendar
from staff.models import User

SOON = timedelta(days=2)
ACTS = {"lacking": "assess", "ready": "assess", "approve": "approve", "answer": "decide", "close": "close"}
ICONS = {"lacking": "warn", "ready": "card", "approve": "check", "answer": "chat", "close": "lock"}


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


def dated(todo: Todo, *, at: datetime) -> Todo:
    """Put the date of a to-do into a badge: today, tomorrow, the day, or how late it is."""
    if todo.due is None:
        return todo
    day, today = timezone.localdate(todo.due), timezone.localdate(at)
    badge, tone = words.short_day(day), "line"
    if todo.due < at:
        late = max((today - day).days, 1)
        badge, tone = ngettext("%(count)s day late", "%(count)s days late", late) % {"count": late}, "bad"
    elif day == today:
        badge, tone = _("today"), "warn"
    elif day - today == timedelta(days=1):
        badge, tone = _("tomorrow"), "warn"
    return Todo(todo.icon, todo.title, todo.text, todo.due, todo.address, badge, tone)


def sorted_by_due(todos: list[Todo], *, at: datetime) -> list[Todo]:
    """Return to-dos by their dates; those without one are for now."""
    return [dated(todo, at=at) for todo in sorted(todos, key=lambda todo: todo.due or at)]


def own(card: Card | None, *, answered: bool) -> list[Todo]:
    """What the subject of a card has to do with it."""
    if card is None:
        return []
    title = common.heading_of(card)
    if card.state == CardState.PUBLISHED:
        text = _("Not opened yet")
        if card.window_ends_at:
            text = _("Until %(when)s") % {"when": words.moment_words(card.window_ends_at)}
        said = _("Confirm: %(card)s") % {"card": title}
        return [Todo("card", said, text, card.window_ends_at, common.card_address(card))]
    if card.state == CardState.OBJECTED and answered:
        said = _("Look at the answer: %(card)s") % {"card": title}
        return [Todo("chat", said, _("Agree or maintain your objection."), None, common.card_address(card))]
    return []


def leading(user: User, *, days: Calendar) -> list[Todo]:
    """What a supervisor, director or manager has to do on the open months, by review and step."""
    counted = _counts(user)
    reviews = Review.objects.filter(pk__in=counted).select_related("unit", "procedure").order_by("month")
    roles: dict[int, Roles] = {}
    found = []
    for review in reviews:
        if review.procedure_id not in roles:
            roles[review.procedure_id] = roles_of(review.procedure)
        steps = timeline(review, calendar=days, roles=roles[review.procedure_id])
        due = {step.act: step.at for step in steps}
        for code, act in ACTS.items():
            if count := counted[review.pk].get(code, 0):
                found.append(_todo(code, count, review, due.get(act)))
    return found


def _counts(user: User) -> dict[int, dict[str, int]]:
    """Return per review with open cards how many cards wait for the reader at each step, one query."""
    me = user.person_id or 0
    waiting = Objection.objects.filter(outcome="").values("version__card")
    unconfirmed = [CardState.DRAFT, CardState.SUBMITTED, CardState.PUBLISHED, CardState.OBJECTED]
    draft = Q(state=CardState.DRAFT, assessor=me)
    # The month closes without these; afterwards they are closed by themselves.
    aside = Q(set_aside_at__isnull=False, review__closed_at__isnull=True)
    rows = (
        Card.objects.visible_to(user, on=common.today())
        .filter(state__in=[*unconfirmed, CardState.CONFIRMED])
        .order_by()
        .values("review_id", "review__closed_at")
        .annotate(
            lacking=Count("pk", filter=draft & Q(current__total__isnull=True)),
            ready=Count("pk", filter=draft & Q(current__total__isnull=False)),
            approve=Count("pk", filter=Q(state=CardState.SUBMITTED, approver=me)),
            answer=Count("pk", filter=Q(state=CardState.OBJECTED, decider=me, pk__in=waiting)),
            decided=Count("pk", filter=Q(decider=me)),
            confirmed=Count("pk", filter=Q(state=CardState.CONFIRMED) & ~aside),
            unconfirmed=Count("pk", filter=Q(state__in=unconfirmed) & ~aside),
        )
    )
    return {row["review_id"]: _waiting(row) for row in rows}


def _waiting(row: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of one review; the month can be closed once nothing is unconfirmed.

    In a closed month the cards that come later are closed as they come.
    """
    closable = row["decided"] and (row["review__closed_at"] or not row["unconfirmed"])
    counts = {code: int(row[code]) for code in ("lacking", "ready", "approve", "answer")}
    return {**counts, "close": int(row["confirmed"]) if closable else 0}


def _todo(code: str, count: int, review: Review, due: datetime | None) -> Todo:
    said = {
        "lacking": ngettext("Fill open lines of %(count)s card", "Fill open lines of %(count)s cards", count),
        "ready": ngettext("Submit %(count)s card", "Submit %(count)s cards", count),
        "approve": ngettext("Approve %(count)s card", "Approve %(count)s cards", count),
        "answer": ngettext(
            "Answer objections on %(count)s card", "Answer objections on %(count)s cards", count
        ),
        "close": ngettext("Close the month: %(count)s card", "Close the month: %(count)s cards", count),
    }
    where = _("%(month)s, %(unit)s") % {"month": words.month_words(review.month), "unit": review.unit.name}
    address = reverse("month_close" if code == "close" else "board", args=[review.public_id])
    return Todo(ICONS[code], said[code] % {"count": count}, where, due, address)
