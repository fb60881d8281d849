"""Assigning a plan to a unit: only one that every shop below can feed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from reviews.matrix.gate import Verdict, judge, named
from reviews.models import Plan, PlanAssignment
from reviews.plans import assignment_refusal
from staff.models import Unit

MOST_NAMED = 8


def check(plan: Plan, unit: Unit, *, starts_on: date, on: date) -> Verdict:
    """Return what is known about a plan's lines in the shops of a unit and below.

    Raises ValidationError where the plan has no version by then, or a line has no source in a shop.
    """
    if said := assignment_refusal(plan, on=starts_on):
        raise ValidationError(said)
    verdict = judge(plan, unit, starts_on=starts_on, on=on)
    if verdict.red:
        raise ValidationError(refusal(plan, verdict), code="red_fields")
    return verdict


def refusal(plan: Plan, verdict: Verdict) -> str:
    """Say which lines nothing feeds, by shop."""
    by_shop: dict[str, list[str]] = {}
    for shop, cell in verdict.red[:MOST_NAMED]:
        by_shop.setdefault(shop.name, []).append(named(cell))
    listed = "；".join(f"{shop}（{'、'.join(lines)}）" for shop, lines in by_shop.items())
    rest = len(verdict.red) - MOST_NAMED
    if rest > 0:
        listed = _("%(listed)s and %(count)s more") % {"listed": listed, "count": rest}
    return _(
        "Nothing feeds these lines of %(plan)s: %(listed)s. Open the matrix line × shop and give each a way out first."
    ) % {"plan": plan, "listed": listed}


@transaction.atomic
def assign(row: PlanAssignment, *, on: date) -> Verdict:
    """Save an assignment once the matrix has no red field; raises ValidationError and changes nothing."""
    verdict = check(row.plan, row.unit, starts_on=row.starts_on, on=on)
    row.save()
    return verdict
