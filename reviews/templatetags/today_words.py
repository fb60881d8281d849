"""Words and small pictures of the page of today's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from reviews import charts
from reviews.models import CardState
from reviews.templatetags.review_words import ACTS, COLOURS
from reviews.today.distribution import Bin
from reviews.today.items import late_words, month_name
from reviews.today.months import Branch, Node
from staff.calendar import add_months

register = template.Library()

NODES: Mapping[str, Promise] = {
    "assess": ACTS["assess"],
    "approve": ACTS["approve"],
    "confirm": ACTS["confirm"],
    "close": ACTS["close"],
    "hand_over": gettext_lazy("HR hands over, finance acknowledges"),
}
HEIGHT = 12
STRIPES = 6


@register.filter
def node_name(node: Node, month: date) -> Promise | str:
    """Say who does what at a deadline."""
    if node.act != "plans":
        return NODES[node.act]
    return _("Plans of %(month)s published") % {"month": month_name(add_months(month, 2))}


@register.filter
def through_words(node: Node) -> str:
    """Say how many of how many are through a deadline."""
    if not node.total:
        return "–"
    counts = {"done": node.through, "all": node.total}
    if node.unit == "branches":
        return ngettext("%(done)s / %(all)s shop", "%(done)s / %(all)s shops", node.total) % counts
    if node.unit == "plans":
        return ngettext("%(done)s / %(all)s plan", "%(done)s / %(all)s plans", node.total) % counts
    return f"{node.through} / {node.total}"


@register.filter
def node_chips(node: Node, today: date) -> list[tuple[str, str]]:
    """Return what is late, what is next, and whether it is the reader's."""
    found = []
    if node.tone == "late":
        found.append((_late(node), "late"))
    elif node.tone == "soon":
        found.append((_until(node.day, today), "today"))
    elif node.tone == "done":
        found.append((_("done"), "done"))
    if node.mine and node.tone != "done":
        found.append((_("mine"), "mine"))
    return found


def _late(node: Node) -> str:
    if not node.late:
        return _("overdue")
    words = {
        "cards": ngettext("%(count)s card overdue", "%(count)s cards overdue", node.late),
        "branches": ngettext("%(count)s shop overdue", "%(count)s shops overdue", node.late),
        "plans": ngettext("%(count)s plan overdue", "%(count)s plans overdue", node.late),
    }
    return words[node.unit] % {"count": node.late}


def _until(day: date, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return _("due today")
    return _("due tomorrow") if days == 1 else _("next")


@register.filter
def named(month: date) -> str:
    """Name a month as the lists do."""
    return month_name(month)


@register.simple_tag
def state_legend() -> list[CardState]:
    """Return the states in their order."""
    return list(CardState)


@register.simple_tag
def state_bar(parts: Sequence[tuple[CardState, int]], total: int) -> SafeString:
    """Draw a branch's cards by state; objections are hatched, since they are an exception."""
    shapes: list[SafeString] = []
    start, scale = 0.0, 1000 / total
    for state, count in parts:
        width = count * scale
        shapes.append(
            format_html(
                '<rect x="{}" y="0" width="{}" height="{}" fill="{}"/>',
                charts.number(start),
                charts.number(max(width - 3, 1)),
                HEIGHT,
                COLOURS[state],
            )
        )
        if state == CardState.OBJECTED:
            shapes += _hatch(start, width - 3)
        start += width
    return format_html(
        '<div class="kt-bar" aria-hidden="true">{}</div>',
        charts.picture(1000, HEIGHT, charts.joined(shapes), fit="none"),
    )


def _hatch(start: float, width: float) -> list[SafeString]:
    step = 1000 / 60
    return [
        charts.bar(
            _decimal(start + number * step),
            _decimal(min(step / 2, width - number * step)),
            0,
            HEIGHT,
            "#FBD999",
        )
        for number in range(int(width // step) + 1)
    ]


def _decimal(value: float) -> Decimal:
    return Decimal(charts.number(value))


@register.simple_tag
def missing_of(branch: Branch) -> tuple[str, str]:
    """Say what a branch lacks, and how urgent that is. Complete is said only of cards that are there."""
    if not branch.cards:
        return _("no cards"), "late"
    if branch.lacking:
        words = ngettext("%(count)s card with open lines", "%(count)s cards with open lines", branch.lacking)
        return words % {"count": branch.lacking}, "late" if branch.late else "today"
    return pgettext("figures", "complete"), ""


@register.filter
def step_words(branch: Branch) -> str:
    """Say the step a branch stands at, with its working day."""
    if not branch.cards:
        return _("Run the month")
    if not branch.step:
        return _("done")
    words = {"number": branch.number, "step": ACTS[branch.step]}
    return _("Day %(number)s: %(step)s") % words


@register.simple_tag
def due_of(branch: Branch, today: date) -> tuple[str, str]:
    """Say by when a branch's step is due, and how urgent that is."""
    if branch.due is None:
        return "–", "quiet"
    if branch.late:
        return late_words(branch.late), "bad"
    days = (branch.due - today).days
    if days in (0, 1):
        return (_("tomorrow") if days else _("today")), "warn"
    return f"{branch.due:%m-%d}", "plain"


@register.filter
def month_before(month: date) -> date:
    """Return the month before."""
    return add_months(month, -1)


@register.filter
def taller(one: Bin) -> int:
    """Return how high the count of a bin stands: above the bar and above last month's dashes."""
    return max(one.height, one.mark) if one.count else 0
