"""The start page: what to do first, and by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from reviews.checking import summaries_due
from reviews.models import Card, CardState, WorkSummary
from reviews.procedures import roles_of
from reviews.sheet import CardSheet, Trend
from reviews.sheets import sheet_for
from reviews.views import common, todos, words
from reviews.views.card import cards_of, drawn_parts
from reviews.views.todos import Todo
from staff import access, calendar
from staff.calendar import Calendar
from staff.models import Shift, User

FEWEST_FOR_RECORD = 3


@never_cache
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the reader's month, to-dos and trend."""
    user = common.reader_of(request)
    now = timezone.now()
    days = calendar.load()
    card = latest_card(user)
    answered = card is not None and common.all_answered(card)
    scope = access.scope_of(user, on=common.today())
    jobs = todos.own(card, answered=answered) + own_summary(user, at=now)
    if scope.has(*access.LEADING, "hr"):
        jobs += todos.leading(user, days=days)
    context: dict[str, Any] = {
        "greeting": words.greeting(words.given_name(str(user)), at=now),
        "day": day_line(user, at=now, days=days),
        "todos": todos.sorted_by_due(jobs, days=days, at=now),
        "leads": scope.has(*access.LEADING),
        "office": scope.superuser or scope.has("hr", "finance", "general_office"),
    }
    if card is not None:
        context |= month_panel(card, answered=answered, at=now)
    elif user.person_id:
        context["expected"] = expected(user, days=days)
    return render(request, "reviews/home.html", context)


def latest_card(user: User) -> Card | None:
    """Return the reader's own latest card that may be seen."""
    if user.person_id is None:
        return None
    return cards_of(user).filter(person=user.person_id).order_by("-month").first()


def day_line(user: User, *, at: datetime, days: Calendar) -> str:
    """Say which day it is, which working day of the month, and today's shift where one is published."""
    today = timezone.localdate(at)
    last = calendar.last_day_of(calendar.add_months(today, -1))
    said = _("%(day)s, working day %(number)s of the month.") % {
        "day": words.day_words(today),
        "number": days.ordinal(last, today),
    }
    if not days.works(today):
        said = _("%(day)s, a day off by the calendar.") % {"day": words.day_words(today)}
    shift = (
        Shift.objects.filter(person=user.person_id or 0, starts_at__date=today, published_at__isnull=False)
        .order_by("starts_at")
        .first()
    )
    if shift is None:
        return said
    start, end = (
        date_format(timezone.localtime(one), "TIME_FORMAT") for one in (shift.starts_at, shift.ends_at)
    )
    return f"{said} " + _("Your shift today: %(start)s–%(end)s.") % {"start": start, "end": end}


def month_panel(card: Card, *, answered: bool, at: datetime) -> dict[str, Any]:
    """Return the month's panel: total, band, one sentence, deadline and one button."""
    if card.current is None:
        return {}
    card.current.card = card
    # The amount stands on the card's page only, covered until tapped.
    sheet = sheet_for(card.current, language=common.language_now(), with_money=False)
    waiting = card.state == CardState.PUBLISHED
    return {
        **drawn_parts(sheet),
        "card": card,
        "heading": common.heading_of(card),
        "badge": common.badge_of(card, own=True, answered=answered),
        "sentences": sentences(sheet),
        "deadline": common.window_words(card, at=at) if waiting else "",
        "urgent": waiting or answered,
        "button": button_of(card, answered=answered),
    }


def button_of(card: Card, *, answered: bool) -> str:
    """Name the one act of the month's panel."""
    if card.state == CardState.PUBLISHED:
        return _("Look and confirm")
    if answered:
        return _("See the answer")
    return _("See the card")


def sentences(sheet: CardSheet) -> list[str]:
    """Compare the total with the month before and with the six months, and name the next band."""
    said = [compared(sheet.trend), sheet.bands.distance]
    return [sentence for sentence in said if sentence]


def compared(trend: Trend) -> str:
    """Say how the last total stands to the one before, and celebrate a record in one sentence."""
    *before, last = trend.months
    if last.own is None:
        return ""
    known = [month.own for month in before if month.own is not None]
    record = len(known) >= FEWEST_FOR_RECORD - 1 and last.own > max(known)
    previous = before[-1] if before else None
    if previous is None or previous.own is None:
        return _("The highest of these six months.") if record else ""
    step = last.own - previous.own
    names = {"points": f"{abs(step):.2f}", "month": previous.label}
    if step > 0 and record:
        return _("%(points)s more than in %(month)s, the highest of these six months.") % names
    if step > 0:
        return _("%(points)s more than in %(month)s.") % names
    if step < 0:
        return _("%(points)s less than in %(month)s.") % names
    return _("The same as in %(month)s.") % names


def expected(user: User, *, days: Calendar) -> str:
    """Say when the reader's card of last month is to be published, if there will be one."""
    month = calendar.add_months(common.today(), -1)
    found = Card.objects.filter(person=user.person_id, month=month)
    card = found.select_related("review__procedure", "position").first()
    if card is None:
        return ""
    number = roles_of(card.review.procedure).days.get(("approve", card.position.subject_kind))
    if number is None:
        return ""
    day: date = days.nth_after(calendar.last_day_of(month), number).day
    said = _("The card of %(month)s is not published yet. It is expected on %(day)s.")
    return said % {"month": words.month_words(month), "day": words.day_words(day)}


def own_summary(user: User, *, at: datetime) -> list[Todo]:
    """Remind of the work summary of the month that is due next and not handed in."""
    if user.person_id is None:
        return []
    today = timezone.localdate(at)
    assigned = access.current_assignments(today).filter(person=user.person_id, position__subject_kind="agent")
    month = today.replace(day=1)
    due = summaries_due([user.person_id], month).get(user.person_id)
    if due is None or not assigned.exists():
        return []
    handed_in = WorkSummary.objects.filter(person=user.person_id, month=month, handed_in_at__isnull=False)
    if due < at or handed_in.exists():
        return []
    title = _("Work summary of %(month)s") % {"month": words.month_words(month)}
    return [Todo("pencil", title, _("Hand it in before the month ends."), due, reverse("my_summary"))]
