"""Words and numbers of the review's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from reviews.gaps import Place
from reviews.models import Review
from reviews.overview_rows import Row
from reviews.overview_steps import Milestone
from reviews.scoring import shown
from reviews.sheets.chain import ROLES

register = template.Library()

MOST_AWAITED = 3
DAYS_NAMED: Mapping[int, Promise] = {0: _("today"), 1: _("tomorrow")}

ACTS: Mapping[str, Promise] = {
    "assess": _("Supervisors submit"),
    "approve": _("Director approves and publishes"),
    "confirm": _("Agents confirm or object"),
    "decide": _("Manager answers objections"),
    "close": _("Manager closes the month"),
    "hand_over": _("HR hands over"),
    "pay": _("Finance acknowledges"),
}
# Who acts is the procedure's to say.
STEPS: Mapping[str, Promise] = {
    "assess": _("To submit: %(role)s"),
    "approve": _("To approve and publish: %(role)s"),
    "confirm": _("Agents confirm or object"),
    "close": _("To close the month: %(role)s"),
    "hand_over": _("To hand over: %(role)s; to acknowledge: %(second)s"),
    "plans": _("Plans of %(month)s published"),
}
PLACES: Mapping[str, Promise] = {
    Place.CHECKS: _("Spot checks"),
    Place.SUMMARIES: _("Marks of work summaries"),
    Place.EVENTS: _("Events to be decided"),
    Place.EXAMS: _("Exam marks"),
    Place.TARGETS: _("Targets"),
    Place.ATTENDANCE: _("Attendance"),
    Place.TYPED: _("Values typed in"),
    Place.FIGURES: _("Figures"),
}
ADDRESSES: Mapping[str, str] = {
    Place.CHECKS: "admin:reviews_spotcheck_changelist",
    Place.SUMMARIES: "admin:reviews_worksummary_changelist",
    Place.EVENTS: "admin:reviews_serviceevent_changelist",
    Place.EXAMS: "admin:training_exammark_changelist",
    Place.TARGETS: "admin:reviews_target_changelist",
    Place.ATTENDANCE: "admin:reviews_importbatch_changelist",
    Place.TYPED: "typed_values",
    Place.FIGURES: "admin:reviews_importbatch_changelist",
}


@register.filter
def act_words(act: str) -> Promise | str:
    """Say who does what at a step."""
    return ACTS.get(act, act)


@register.filter
def step_words(step: Milestone) -> str:
    """Say who does what at a step of the timeline."""
    month = date_format(step.month, pgettext("date format of a month's name", "F")) if step.month else ""
    roles = {"role": ROLES.get(step.role, step.role), "second": ROLES.get(step.second, step.second)}
    return str(STEPS.get(step.act, step.act)) % {**roles, "month": month}


@register.filter
def awaited_words(awaited: Sequence[tuple[str, int]]) -> str:
    """Name who is awaited, each with the count of cards where their turn has come."""
    said = [
        ngettext("%(name)s %(count)s card", "%(name)s %(count)s cards", count)
        % {"name": ROLES.get(who, who), "count": count}
        if count
        else str(ROLES.get(who, who))
        for who, count in awaited[:MOST_AWAITED]
    ]
    joined = pgettext("between names", ", ").join(said)
    rest = len(awaited) - MOST_AWAITED
    if rest <= 0:
        return joined
    more = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", rest)
    return more % {"names": joined, "count": rest}


@register.filter
def due_words(due: datetime, today: date) -> str:
    """Say a date as today or tomorrow where it is one of them, else month and day."""
    day = timezone.localdate(due)
    if (day - today).days in DAYS_NAMED:
        return str(DAYS_NAMED[(day - today).days])
    return f"{day:%m-%d}"


@register.filter
def who_words(who: str) -> Promise | str:
    """Return a person's name as it is, or a role in words."""
    return ROLES.get(who, who)


@register.filter
def owner_words(owners: Sequence[str]) -> str:
    """Name who fills a gap: people by name, and a role where nobody holds it."""
    return names([str(ROLES.get(one, one)) for one in owners], MOST_AWAITED)


# What a card in a state waits for, as the small words of the funnel.
AWAITS: Mapping[str, Promise] = {
    "draft": pgettext_lazy("card", "to be submitted"),
    "submitted": pgettext_lazy("card", "to be approved"),
    "published": pgettext_lazy("card", "to be confirmed"),
    "objected": pgettext_lazy("card", "to be answered"),
    "confirmed": pgettext_lazy("card", "to be closed"),
    "closed": pgettext_lazy("card", "to be taken over"),
    "approved": pgettext_lazy("card", "to be acknowledged"),
}
# The cause of a gap in two or three characters, by where it is filled in.
CAUSES: Mapping[str, Promise] = {
    Place.CHECKS: pgettext_lazy("gap", "no check"),
    Place.SUMMARIES: pgettext_lazy("gap", "no mark"),
    Place.EVENTS: pgettext_lazy("gap", "undecided"),
    Place.EXAMS: pgettext_lazy("gap", "no exam"),
    Place.TARGETS: pgettext_lazy("gap", "no target"),
    Place.ATTENDANCE: pgettext_lazy("gap", "no attendance"),
    Place.TYPED: pgettext_lazy("gap", "not typed in"),
    Place.FIGURES: pgettext_lazy("gap", "no figures"),
}


@register.filter
def awaits_words(state: str) -> Promise | str:
    """Say what cards in a state wait for."""
    return AWAITS.get(state, "")


@register.filter
def lacks_by_cause(row: Row) -> list[tuple[Promise | str, list[str]]]:
    """Return the open lines of a card, grouped by why they are open."""
    found: dict[str, list[str]] = {}
    for gap in row.lacks:
        found.setdefault(gap.place, []).append(gap.name)
    return [(CAUSES.get(place, place), lines) for place, lines in found.items()]


@register.filter
def place_words(place: str) -> Promise | str:
    """Name what is missing."""
    return PLACES.get(place, place)


@register.filter
def place_address(place: str, review: Review) -> str:
    """Return where it is filled in, or nothing where that page is not there."""
    try:
        return (
            f"{reverse(ADDRESSES[place])}?month={review.month:%Y-%m}"
            if place in (Place.TARGETS, Place.TYPED)
            else reverse(ADDRESSES[place])
        )
    except NoReverseMatch:
        return ""


@register.filter
def names(found: Sequence[str], most: int) -> str:
    """Join names; above `most` of them say how many more."""
    joined = pgettext("between names", ", ").join(found[:most])
    rest = len(found) - most
    if rest <= 0:
        return joined
    more = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", rest)
    return more % {"names": joined, "count": rest}


@register.filter
def signed_points(points: Decimal) -> str:
    """Write a difference of points with its sign."""
    return shown.signed(points)


@register.filter
def plain(number: Decimal) -> str:
    """Write a multiplier without trailing zeros."""
    return shown.plain(number)


@register.filter
def all_of(counts: Mapping[str, int]) -> int:
    """Return the count of all cards."""
    return counts[""]


COLOURS: Mapping[str, str] = {
    "draft": "#D1D5DB",
    "submitted": "#B5D9DC",
    "published": "#7FBDC3",
    "objected": "#F0A92E",
    "confirmed": "#3F97A0",
    "closed": "#1F747F",
    "approved": "#0B5360",
    "paid": "#0A2F37",
}


@register.filter
def stacked(parts: Sequence[tuple[str, int]]) -> list[dict[str, int | str]]:
    """Place the parts of a bar one after the other, each in its state's colour."""
    start = 0
    found: list[dict[str, int | str]] = []
    for state, count in parts:
        found.append({"start": start, "count": count, "colour": COLOURS[state]})
        start += count
    return found
