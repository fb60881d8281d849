"""Words and numbers of the review's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from reviews.gaps import Place
from reviews.models import Review
from reviews.scoring import shown
from reviews.sheets.chain import ROLES

register = template.Library()

ACTS: Mapping[str, Promise] = {
    "assess": _("Supervisors submit"),
    "approve": _("Director approves and publishes"),
    "confirm": _("Agents confirm or object"),
    "decide": _("Manager answers objections"),
    "close": _("Manager closes the month"),
    "hand_over": _("HR hands over"),
    "pay": _("Finance acknowledges"),
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
def who_words(who: str) -> Promise | str:
    """Return a person's name as it is, or a role in words."""
    return ROLES.get(who, who)


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
