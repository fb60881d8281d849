"""Rows of returns: those that wait for the reader's consent, and those the reader asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reviews.models import Card, CardEvent, Procedure
from reviews.steps import UNPAID
from reviews.today.cards import share_procedures
from reviews.today.items import Item, opens
from reviews.today.reader import Reader
from reviews.today.steps import place_words

RELATED = ("card__person", "card__unit", "card__review__unit")


def return_items(reader: Reader, procedures: dict[int, Procedure]) -> list[Item]:
    """Return a row for each return that was asked for and has not been consented to; two queries.

    Being asked to consent shows the card to those too who would not see it otherwise.
    """
    if reader.scope.person_id is None:
        return []
    reach = Q(pk__in=[])
    for path in {path for paths in reader.scope.roles.values() for path in paths}:
        reach |= Q(card__unit__path__startswith=path)
    asked = CardEvent.objects.filter(reach, act="ask_return", seq=F("card__seq"))
    events = list(asked.select_related("note", "person", *RELATED).order_by("at", "pk"))
    share_procedures([event.card.review for event in events], procedures)
    found = []
    for event in events:
        mine = _asked_by_me(reader, event)
        if event.card.state in UNPAID and (mine or _may_consent(reader, event.card)):
            found.append(_item(event.card, event, mine=mine))
    return found


def _asked_by_me(reader: Reader, event: CardEvent) -> bool:
    """Whether the reader asked, or somebody the reader asked for: one person's two hats are one."""
    return reader.scope.person_id in (event.person_id, event.for_person_id)


def _may_consent(reader: Reader, card: Card) -> bool:
    roles: Sequence[str] = card.review.procedure.second_roles
    return card.person_id != reader.scope.person_id and reader.scope.leads(card.unit.path, roles)


def _item(card: Card, event: CardEvent, *, mine: bool) -> Item:
    place = place_words(card.review)
    reason = event.note.text if hasattr(event, "note") else ""
    day = timezone.localdate(event.at)
    if mine:
        fact = _("%(place)s: the return of %(name)s's card waits for a second person")
        why = _("You asked on %(day)s: %(reason)s")
    else:
        fact = _("%(place)s: return of %(name)s's card, your consent is asked for")
        why = _("%(who)s asked on %(day)s: %(reason)s")
    who = event.person.name if event.person else ""
    return Item(
        "return_asked" if mine else "return_consent",
        fact % {"place": place, "name": card.person.name},
        why % {"who": who, "day": f"{day:%m-%d}", "reason": reason},
        None,
        0,
        opens(pgettext("action", "Look at"), "board_returns", card.review.public_id),
    )
