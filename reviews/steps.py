"""Every act with a card as a table: from where to where, by whom, and what goes with it. Source: month.md.

`workflow.take` is the one function that takes a step; pages draw their buttons from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from reviews import effects, handing_over
from reviews.acting import Who
from reviews.effects import Move
from reviews.models import CardState, Objection

UNPAID = frozenset(CardState) - {CardState.DRAFT, CardState.PAID}
UNCLOSED = frozenset(CardState) - {CardState.CLOSED, CardState.APPROVED, CardState.PAID}
# The act that may follow at once, and the procedure's step that says whether one person takes both.
NEXT: Mapping[str, tuple[str, str]] = {"close": ("approve", "hand_over"), "approve": ("pay", "pay")}


def _nothing(_move: Move) -> None:
    """Most acts move the card and write the entry, and that is all."""


def _return(move: Move) -> None:
    effects.reopen(move)
    handing_over.withdraw(move)


@dataclass(frozen=True, slots=True)
class Step:
    """One act: from where to where (`None`: it stays), by whom, and what goes with it.

    `offered`: whether a card has a button for it; others have a page of their own, or nobody presses them.
    """

    label: Promise
    sources: frozenset[str]
    target: str | None
    who: Who
    needs_note: bool = False
    effect: Callable[[Move], None] = _nothing
    recompute: bool = False
    offered: bool = True


STEPS: Mapping[str, Step] = {
    "submit": Step(
        gettext_lazy("Submit"),
        frozenset({CardState.DRAFT}),
        CardState.SUBMITTED,
        Who.ASSESSOR,
        effect=effects.freeze,
    ),
    "send_back": Step(
        gettext_lazy("Send back"),
        frozenset({CardState.SUBMITTED}),
        CardState.DRAFT,
        Who.APPROVER,
        needs_note=True,
        effect=effects.reopen,
        recompute=True,
    ),
    "publish": Step(
        gettext_lazy("Approve and publish"),
        frozenset({CardState.SUBMITTED}),
        CardState.PUBLISHED,
        Who.APPROVER,
        effect=effects.publish,
    ),
    "confirm": Step(
        gettext_lazy("Confirm"), frozenset({CardState.PUBLISHED}), CardState.CONFIRMED, Who.SUBJECT
    ),
    "object": Step(
        gettext_lazy("Object"),
        frozenset({CardState.PUBLISHED}),
        CardState.OBJECTED,
        Who.SUBJECT,
        effect=effects.write_objections,
    ),
    "answer": Step(
        gettext_lazy("Answer the objections"),
        frozenset({CardState.OBJECTED}),
        None,
        Who.DECIDER,
        effect=effects.answer,
    ),
    "agree": Step(
        gettext_lazy("Agree"),
        frozenset({CardState.OBJECTED}),
        CardState.CONFIRMED,
        Who.SUBJECT,
        effect=partial(effects.reply, reply=Objection.Reply.AGREE),
    ),
    "maintain": Step(
        gettext_lazy("Maintain the objection"),
        frozenset({CardState.OBJECTED}),
        CardState.CONFIRMED,
        Who.SUBJECT,
        effect=partial(effects.reply, reply=Objection.Reply.MAINTAIN),
    ),
    "close": Step(
        gettext_lazy("Close the month"),
        frozenset({CardState.CONFIRMED}),
        CardState.CLOSED,
        Who.CLOSER,
        effect=effects.close_reviews,
    ),
    "approve": Step(
        gettext_lazy("Hand over to finance"),
        frozenset({CardState.CLOSED}),
        CardState.APPROVED,
        Who.HR,
        effect=handing_over.hand_over,
    ),
    "pay": Step(
        gettext_lazy("Acknowledge for payment"),
        frozenset({CardState.APPROVED}),
        CardState.PAID,
        Who.FINANCE,
        effect=handing_over.acknowledge,
    ),
    "ask_return": Step(gettext_lazy("Ask to return"), UNPAID, None, Who.HR, needs_note=True),
    "return": Step(
        gettext_lazy("Consent to the return"),
        UNPAID,
        CardState.DRAFT,
        Who.SECOND,
        effect=_return,
        recompute=True,
    ),
    "decline_return": Step(gettext_lazy("Decline the return"), UNPAID, None, Who.SECOND, needs_note=True),
    "silence": Step(
        gettext_lazy("Confirmed by silence"),
        frozenset({CardState.PUBLISHED, CardState.OBJECTED}),
        CardState.CONFIRMED,
        Who.NOBODY,
        effect=effects.silence,
        offered=False,
    ),
    "set_aside": Step(
        gettext_lazy("Set aside"), UNCLOSED, None, Who.CLOSER, needs_note=True, effect=effects.set_aside
    ),
    "take_back": Step(
        gettext_lazy("Close with the month after all"), UNCLOSED, None, Who.CLOSER, effect=effects.take_back
    ),
    "reassign": Step(
        gettext_lazy("Hand on to others"),
        frozenset(CardState) - {CardState.PAID},
        None,
        Who.HR,
        needs_note=True,
        effect=effects.reassign,
        offered=False,
    ),
}
