"""What stands in small type under a card: when it froze, which version and edition, and how steps were taken."""

from __future__ import annotations

from itertools import groupby

from django.utils.translation import get_language, pgettext, pgettext_lazy

from reviews.models import CardEvent
from reviews.sheets import chain
from reviews.sheets.rows import Rows

JOINED = {
    "close": pgettext_lazy("card", "closing"),
    "approve": pgettext_lazy("card", "handing over"),
    "pay": pgettext_lazy("card", "taking over for payment"),
}


def notes(rows: Rows, *, with_money: bool) -> tuple[str, ...]:
    """Return the sentences under the chain, the figures first."""
    made = [_frozen(rows)]
    if rows.version.estimated:
        made.append(pgettext("card", "It holds estimated figures."))
    made += [*_version(rows), *_alone(rows), *_one_go(rows), *_aside(rows)]
    if not with_money:
        made.append(pgettext("card", "This edition shows no pay."))
    made.append(pgettext("card", "Each step was taken by that person when logged in; Beijing time."))
    return tuple(made)


def _frozen(rows: Rows) -> str:
    frozen = rows.version.frozen_at
    if frozen is None:
        return pgettext("card", "Draft: the figures may still change.")
    return pgettext("card", "Figures froze on %(at)s; later imports do not change this card.") % {
        "at": chain.moment(frozen)
    }


def _version(rows: Rows) -> list[str]:
    version = rows.version
    if version.number == 1:
        return []
    # An answer that corrects a figure need not come with a note of its own.
    why = version.why or pgettext("card", "an objection was upheld")
    words = {"number": version.number, "why": why}
    return [pgettext("card", "Version %(number)s (%(why)s); earlier ones stand on the page.") % words]


def _alone(rows: Rows) -> list[str]:
    """Where no third person is there, the approver answers too, and the card says so."""
    answered = [one.answered_by for one in rows.objections if one.answered_by is not None]
    if not answered or rows.card.approver_id != rows.card.decider_id:
        return []
    said = pgettext(
        "card", "There is no third person in this team: %(name)s approved and also answered, with reasons."
    )
    return [said % {"name": answered[-1].name}]


def _one_go(rows: Rows) -> list[str]:
    """Steps that one person took in one act each stand in the chain; the note says that it was one act."""
    taken = [event for event in rows.events if event.act in JOINED and event.person_id]
    made = []
    for _key, group in groupby(taken, key=lambda event: (event.at, event.person_id)):
        events = list(group)
        if len(events) > 1:
            made.append(_together(events))
    return made


def _together(events: list[CardEvent]) -> str:
    separator = ", " if (get_language() or "").startswith("en") else "、"
    words = {
        "name": chain.named(events[0]),
        "steps": separator.join(str(JOINED[event.act]) for event in events),
    }
    return pgettext("card", "%(name)s took these steps in one go, as the procedure says: %(steps)s.") % words


def _aside(rows: Rows) -> list[str]:
    event = rows.aside
    if event is None:
        return []
    words = {"name": chain.named(event), "at": chain.moment(event.at)}
    said = pgettext(
        "card",
        "Set aside by %(name)s on %(at)s: not closed with the month, it follows in a supplementary hand-over;"
        " the reason stands on the page.",
    )
    return [said % words]
