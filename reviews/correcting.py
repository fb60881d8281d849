"""A frozen copy with the right inputs in place of the wrong ones, scored again: for an answer and its preview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from reviews import copies
from reviews.plans import core_plans
from reviews.scoring.facts import Source


@dataclass(frozen=True, slots=True)
class Correction:
    """The right value of one input, in the unit of its key, and the line whose objection it answers."""

    line: str
    key: str
    value: Decimal


class NoCard(Exception):
    """With these inputs no card can stand; the message says why."""


def corrected(held: copies.Copy, corrections: Iterable[Correction], *, on: date) -> copies.Copy:
    """Return the copy scored again with only these inputs changed; nothing is written.

    Raises NoCard where a card cannot stand on them.
    """
    changed = held
    for one in corrections:
        source = Source.of("objection", line=one.line, date=f"{on}")
        try:
            changed = copies.with_fact(changed, one.key, one.value, source)
        except KeyError:
            raise NoCard(_("This figure does not stand on the card. Choose another one.")) from None
    plans = core_plans([part.plan_version_id for part in changed.segments])
    scored = copies.scored(changed, plans=plans)
    for part in scored.segments:
        facts = part.core_facts()
        refunded, orders = facts.get("refunded_orders"), facts.get("orders")
        if refunded and orders and (refunded.value or 0) > (orders.value or 0):
            raise NoCard(_("More orders would be refunded than there are orders. Check the right value."))
    if scored.total is None:
        raise NoCard(_("With this value a line could not be scored. Check the right value."))
    return scored
