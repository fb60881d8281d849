"""Rows from the cards: what is late and who is awaited, what waits for the reader, late figures, the hand-over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reviews import gaps
from reviews.completeness.wording import names_in_short
from reviews.deadlines import evening
from reviews.models import Card, CardState, Review
from reviews.procedures import Roles, roles_of
from reviews.templatetags.review_words import PLACES
from reviews.today.cards import Open
from reviews.today.items import Action, Item, address_of, month_name, opens
from reviews.today.reader import Reader
from staff.calendar import Calendar, last_day_of

# What HR itself does stands in rows of its own; finance has its hand-overs.
OF_OTHERS = ("assess", "approve", "confirm", "decide", "close")
OF_STATE = {
    "assess": CardState.DRAFT,
    "approve": CardState.SUBMITTED,
    "confirm": CardState.PUBLISHED,
    "decide": CardState.OBJECTED,
    "close": CardState.CONFIRMED,
}
NAMED = 3


def card_items(reader: Reader, cards: Open, *, calendar: Calendar) -> list[Item]:
    """Return the rows of all unpaid cards; one query more than the cards took."""
    lacking = gaps.gaps_of([card for card in cards.cards if _overdue(cards, card) and _lacks(card)])
    found: list[Item] = []
    for of_review in cards.of_review().values():
        review = of_review[0].review
        waiting = [card for card in of_review if card.pk in cards.due and not _rests(card)]
        mine = [card for card in waiting if _is_mine(reader, cards, card)]
        own = {card.pk for card in mine}
        found += [_mine(reader, review, *one, cards=cards) for one in _by_act(cards, mine)]
        if not _looks_after(reader, review):
            continue
        others = [
            card
            for card in waiting
            if card.pk not in own and _overdue(cards, card) and not _waits_for_others(cards, card)
        ]
        found += [
            _overdue_item(reader, review, *one, cards=cards, lacking=lacking)
            for one in _by_act(cards, others)
        ]
        found += _late_figures(reader, review, of_review, calendar)
    return found + _hand_over_ahead(reader, cards, calendar)


def _rests(card: Card) -> bool:
    """Whether a card waits for nobody now: it was set aside when its month closed."""
    return card.set_aside_at is not None


def _lacks(card: Card) -> bool:
    return card.state == CardState.DRAFT and card.current is not None and card.current.open_lines > 0


def _overdue(cards: Open, card: Card) -> bool:
    due = cards.due.get(card.pk)
    return due is not None and due.late > 0 and due.act in OF_OTHERS


def _is_mine(reader: Reader, cards: Open, card: Card) -> bool:
    due = cards.due[card.pk]
    if due.act in ("confirm", "pay") or _waits_for_others(cards, card):
        return False
    return reader.is_awaited(card, due.role, due.person_id)


def _waits_for_others(cards: Open, card: Card) -> bool:
    """Whether a confirmed card waits for the other cards: a month is closed as one, before that nobody is awaited."""
    if cards.due[card.pk].act != "close" or card.review.closed_at is not None:
        return False
    return card.review_id in cards.unconfirmed


def _looks_after(reader: Reader, review: Review) -> bool:
    if reader.scope.everything:
        return True
    return reader.scope.leads(review.unit.path, {"hr"})


def _by_act(cards: Open, some: Iterable[Card]) -> list[tuple[str, list[Card]]]:
    found: dict[str, list[Card]] = {}
    for card in some:
        found.setdefault(cards.due[card.pk].act, []).append(card)
    return list(found.items())


def place_words(review: Review) -> str:
    """Name a branch and its month."""
    return _("%(unit)s, %(month)s") % {"unit": review.unit.name, "month": month_name(review.month)}


def _overdue_item(
    reader: Reader,
    review: Review,
    act: str,
    late: list[Card],
    *,
    cards: Open,
    lacking: Mapping[int, Sequence[gaps.Gap]],
) -> Item:
    """Say how many cards are behind with a step, what they lack, and who is awaited."""
    count = len(late)
    words = {
        "assess": ngettext("%(count)s card not submitted", "%(count)s cards not submitted", count),
        "approve": ngettext("%(count)s card not approved", "%(count)s cards not approved", count),
        "confirm": ngettext("%(count)s card not confirmed", "%(count)s cards not confirmed", count),
        "decide": ngettext(
            "objections to %(count)s card not answered", "objections to %(count)s cards not answered", count
        ),
        "close": ngettext(
            "%(count)s confirmed card not closed", "%(count)s confirmed cards not closed", count
        ),
    }
    fact = _("%(place)s: %(fact)s") % {"place": place_words(review), "fact": words[act] % {"count": count}}
    due = max((cards.due[card.pk] for card in late), key=lambda one: one.late)
    parts = [
        _lacking_words(late, lacking),
        _awaited_words(late, cards),
        _reminded_words(*cards.reminded.get((review.pk, act), ("", ()))),
    ]
    return Item(
        f"late_{act}",
        fact,
        pgettext("between parts of a sentence", "; ").join(part for part in parts if part),
        timezone.localdate(due.at),
        due.late,
        _remind(reader, review, act),
    )


def _reminded_words(day: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return _("%(names)s reminded on %(day)s") % {
        "names": names_in_short(names, most=NAMED),
        "day": day[5:],
    }


def _remind(reader: Reader, review: Review, act: str) -> Action | None:
    """HR reminds who has to act, after a page that says whom; others look at the cards."""
    chosen = {"show": "late"} | ({"state": OF_STATE[act]} if act in OF_STATE else {})
    address = address_of("admin:reviews_review_bulk", review.pk)
    if address and reader.scope.has("hr"):
        return Action(pgettext("action", "Remind"), address, {"do": "remind", "all": "1", **chosen})
    return opens(
        pgettext("action", "Open"),
        "admin:reviews_review_change",
        review.pk,
        query=f"{urlencode(chosen)}#cards",
    )


def _lacking_words(late: Iterable[Card], lacking: Mapping[int, Sequence[gaps.Gap]]) -> str:
    """Say what is missing, by the place where it is entered, with a count of people."""
    people: dict[gaps.Place, set[int]] = {}
    for card in late:
        for gap in lacking.get(card.pk, ()):
            people.setdefault(gap.place, set()).add(card.person_id)
    if not people:
        return ""
    most_first = sorted(people.items(), key=lambda pair: -len(pair[1]))
    parts = [
        ngettext("%(what)s of %(count)s person", "%(what)s of %(count)s people", len(who))
        % {"what": PLACES[place], "count": len(who)}
        for place, who in most_first[:NAMED]
    ]
    return _("missing: %(what)s") % {"what": pgettext("between names", ", ").join(parts)}


def _awaited_words(late: Iterable[Card], cards: Open) -> str:
    names: dict[str, None] = {}
    for card in late:
        names |= dict.fromkeys(cards.who(card))
    if not names:
        return _("nobody holds the role that acts")
    return _("waiting for %(names)s") % {"names": names_in_short(names, most=NAMED)}


def _mine(reader: Reader, review: Review, act: str, mine: list[Card], *, cards: Open) -> Item:
    """Say what waits for the reader."""
    count = len(mine)
    words = {
        "assess": ngettext("%(count)s card to submit", "%(count)s cards to submit", count),
        "approve": ngettext("%(count)s card to approve", "%(count)s cards to approve", count),
        "decide": ngettext(
            "objections to %(count)s card to answer", "objections to %(count)s cards to answer", count
        ),
        "close": ngettext("close the month, %(count)s card", "close the month, %(count)s cards", count),
        "hand_over": ngettext(
            "hand %(count)s card over to finance", "hand %(count)s cards over to finance", count
        ),
    }
    due = max((cards.due[card.pk] for card in mine), key=lambda one: (one.late, -one.at.timestamp()))
    return Item(
        f"mine_{act}",
        _("%(place)s: %(fact)s") % {"place": place_words(review), "fact": words[act] % {"count": count}},
        names_in_short([card.person.name for card in mine], most=NAMED),
        timezone.localdate(due.at),
        due.late,
        _door(reader, review, mine),
    )


def _door(reader: Reader, review: Review, mine: Sequence[Card]) -> Action | None:
    """One card is opened itself; several on the board of those who lead, else on the review's page."""
    if len(mine) == 1:
        return opens(pgettext("action", "Open"), "card", mine[0].public_id)
    if reader.leads:
        return opens(pgettext("action", "Open"), "board", review.public_id)
    return opens(pgettext("action", "Open"), "admin:reviews_review_change", review.pk)


def _late_figures(
    reader: Reader, review: Review, of_review: Iterable[Card], calendar: Calendar
) -> list[Item]:
    """Say which submitted cards figures came too late for: not counted, unless HR returns them."""
    late = [card for card in of_review if card.late_figures and card.state != CardState.DRAFT]
    if not late:
        return []
    words = ngettext("late figures for %(count)s card", "late figures for %(count)s cards", len(late))
    names = names_in_short([card.person.name for card in late], most=NAMED)
    return [
        Item(
            "late_figures",
            _("%(place)s: %(fact)s") % {"place": place_words(review), "fact": words % {"count": len(late)}},
            _("Not counted unless the cards are returned: %(names)s") % {"names": names},
            max(_step_day(review, "hand_over", calendar), reader.on),
            0,
            opens(pgettext("action", "Look at"), "admin:reviews_review_late", review.pk),
        )
    ]


def _step_day(review: Review, act: str, calendar: Calendar, roles: Roles | None = None) -> date:
    days = (roles or roles_of(review.procedure)).days
    return calendar.nth_after(last_day_of(review.month), days.get((act, "agent"), 10)).day


def _hand_over_ahead(reader: Reader, cards: Open, calendar: Calendar) -> list[Item]:
    """Say when HR will hand over what is not closed yet: one row for a day, without a button."""
    ahead: dict[tuple[date, date], list[Review]] = {}
    for of_review in cards.of_review().values():
        review = of_review[0].review
        closed = any(card.state == CardState.CLOSED for card in of_review)
        if _looks_after(reader, review) and review.closed_at is None and not closed:
            day = _step_day(review, "hand_over", calendar)
            if reader.scope.has("hr") and evening(day) >= reader.at:
                ahead.setdefault((day, review.month), []).append(review)
    return [
        Item(
            "hand_over_ahead",
            _("%(month)s: hand the results over to finance (once the month is closed)")
            % {"month": month_name(month)},
            names_in_short([review.unit.name for review in reviews], most=NAMED),
            day,
        )
        for (day, month), reviews in ahead.items()
    ]
