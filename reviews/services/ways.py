"""Deciding what feeds a plan's line in a shop: written here, dated from a month, never behind a submitted card.

Source: spec/scorecard.md, "The engine's meaning", 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.matrix.inforce import can_take, can_type
from reviews.matrix.places import shops_by_unit
from reviews.models import Card, CardState, LineSource, Plan
from reviews.plans import to_core, version_in_force
from reviews.scoring.plan import Line
from reviews.scoring.plan import Plan as CorePlan
from staff.calendar import add_months
from staff.models import Shop, User

REASON_LENGTH = 100
OWN = LineSource.Way.FIGURES


@dataclass(frozen=True, slots=True)
class Decision:
    """What HR has chosen for one line: a way of `LineSource.Way`, another measure's code where that is the way."""

    way: str
    reason: str
    starts_on: date
    measure: str = ""


@transaction.atomic
def set_way(shop: Shop, plan: Plan, line: str, decision: Decision, *, by: User) -> LineSource:
    """Feed a line in a shop from a month on in the way decided; the next decision for a later month ends it.

    Raises ValidationError, with everything that is wrong, and writes nothing: for a way the line's rules
    cannot take, and for months in which a card scored by the plan is past draft. Harmless twice.
    """
    Shop.objects.select_for_update().get(pk=shop.pk)
    rows = {row.starts_on: row for row in LineSource.objects.filter(shop=shop, plan=plan, line=line)}
    core = _version(plan, decision.starts_on)
    problems = _problems(shop, plan, core, line, decision, rows)
    if not problems:
        problems = _locked(shop, plan, decision.starts_on, rows)
    if problems:
        raise ValidationError(problems)
    row = rows.get(decision.starts_on) or LineSource(
        shop=shop, plan=plan, line=line, starts_on=decision.starts_on
    )
    new = (decision.way, decision.measure, decision.reason.strip())
    if row.pk is None or (row.way, row.measure, row.reason) != new:
        row.way, row.measure, row.reason = new
        row.set_by = by
        row.save()
    return row


def _version(plan: Plan, on: date) -> CorePlan | None:
    """Return the version that scores a month, before there is one the newest."""
    found = version_in_force(plan, on=on) or plan.versions.order_by("-number").first()
    return to_core(found) if found else None


def _problems(
    shop: Shop,
    plan: Plan,
    core: CorePlan | None,
    code: str,
    decision: Decision,
    rows: Mapping[date, LineSource],
) -> list[str]:
    line = next((one for one in core.lines if one.code == code), None) if core else None
    if core is None or line is None:
        return [_("The plan has no such line.")]
    found = []
    if decision.starts_on.day != 1:
        found.append(_("A way of feeding a line begins with a month."))
    if not decision.reason.strip():
        found.append(_("Say why: the reason stands on the cards."))
    elif len(decision.reason.strip()) > REASON_LENGTH:
        found.append(_("A reason has at most %(most)s characters.") % {"most": REASON_LENGTH})
    if refused := _way_problem(line, decision, rows):
        found.append(refused)
    elif decision.way == LineSource.Way.NOT_APPLICABLE and _nothing_left(shop, plan, core, code, decision):
        found.append(_("At least one line of a plan is scored; this is the last one."))
    return found


def _way_problem(line: Line, decision: Decision, rows: Mapping[date, LineSource]) -> str:
    if decision.way not in LineSource.Way.values:
        return _("Choose what is to feed the line.")
    if decision.way == LineSource.Way.MEASURE and not can_take(line, decision.measure):
        return _("The line's rule means nothing over this measure: it has another unit or direction.")
    if decision.way != LineSource.Way.MEASURE and decision.measure:
        return _("Another measure is named only where another measure feeds the line.")
    if decision.way == LineSource.Way.MANUAL and not can_type(line):
        return _("This line's rule counts single events, which one typed value does not tell.")
    begun = [start for start, row in rows.items() if start <= decision.starts_on and row.way != OWN]
    if decision.way == OWN and not begun:
        return _("The plan's own measure feeds the line already.")
    return ""


def _nothing_left(shop: Shop, plan: Plan, core: CorePlan, code: str, decision: Decision) -> bool:
    """Whether no line would be left that applies in the shop."""
    others = LineSource.objects.filter(shop=shop, plan=plan, starts_on__lte=decision.starts_on)
    ways = dict(others.order_by("starts_on").values_list("line", "way")) | {code: decision.way}
    return all(ways.get(line.code) == LineSource.Way.NOT_APPLICABLE for line in core.lines)


def _locked(shop: Shop, plan: Plan, starts_on: date, rows: Mapping[date, LineSource]) -> list[str]:
    """Say which months the decision would change behind cards that are past draft."""
    cards = _past_draft(shop, plan, starts_on)
    if later := sorted(start for start in rows if start > starts_on):
        cards = cards.filter(month__lt=later[0])
    months = sorted(set(cards.values_list("month", flat=True)))
    if not months:
        return []
    count = cards.distinct().count()
    text = ngettext(
        "In %(months)s %(count)s card of this shop is past draft; begin with a later month.",
        "In %(months)s %(count)s cards of this shop are past draft; begin with a later month.",
        count,
    )
    return [text % {"months": "、".join(f"{month:%Y-%m}" for month in months), "count": count}]


def _past_draft(shop: Shop, plan: Plan, month: date) -> QuerySet[Card]:
    """Return the cards of a shop's people under a plan, from a month on, that are past draft."""
    units = [unit for unit, its_shop in shops_by_unit().items() if its_shop == shop.pk]
    cards = Card.objects.filter(unit__in=units, month__gte=month, current__segments__plan_version__plan=plan)
    return cards.exclude(state=CardState.DRAFT)


def first_open_month(shop: Shop, plan: Plan, month: date) -> date:
    """Return the first month from one on of which no card of the shop under the plan is past draft."""
    cards = _past_draft(shop, plan, month)
    last = cards.order_by("-month").values_list("month", flat=True).first()
    if last is None:
        return month
    return add_months(last, 1)
