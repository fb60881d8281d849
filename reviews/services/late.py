"""What came late to frozen cards: each figure as it was counted and as it is now, and what would follow.

Nothing here writes. Source: month.md, "Frozen".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reviews import copies
from reviews.fact_keys import fact_key
from reviews.models import Card, CardState, NoCard, Review
from reviews.scoring.explain import reason_text, source_text
from reviews.scoring.facts import FactKind
from reviews.scoring.shown import grouped, plain
from reviews.scoring.words import Lang
from reviews.services import month

PAGE = 25
WHOLE = frozenset({FactKind.COUNT})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that differs: its name, as counted and as it is now, and where it stands now."""

    key: str
    name: str
    counted: str
    now: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a card comes to. Empty where it has no total."""

    total: Decimal | None
    band: Decimal | None
    multiplier: Decimal | None
    pay: Decimal | None

    @classmethod
    def of(cls, copy: copies.Copy) -> Outcome:
        """Read it off a copy."""
        return cls(copy.total, copy.band_at_least, copy.multiplier, copy.performance_pay)


@dataclass(frozen=True, slots=True)
class Foretold:
    """One frozen card: what differs, what it came to, and what it would come to from current facts.

    `after` is None where it would get no card or stay open; `why` says so.
    """

    card: Card
    figures: tuple[Figure, ...]
    before: Outcome
    after: Outcome | None
    why: str = ""

    @property
    def moved(self) -> Decimal | None:
        """By how many points the total would move."""
        if self.after is None or self.after.total is None or self.before.total is None:
            return None
        return self.after.total - self.before.total

    @property
    def money(self) -> Decimal | None:
        """By how much the performance pay would move, CNY."""
        if self.after is None or self.after.pay is None or self.before.pay is None:
            return None
        return self.after.pay - self.before.pay


@dataclass(frozen=True, slots=True)
class Stays:
    """A frozen card that these figures do not touch, though its place among others would differ."""

    card: Card
    words: tuple[str, ...]


@dataclass(slots=True)
class Late:
    """A page of a review's late figures. `touched` are the cards of this page, `count` all of them."""

    count: int
    page: int
    pages: int
    touched: tuple[Foretold, ...] = ()
    stay: tuple[Stays, ...] = ()
    untouched: int = 0
    teams: tuple[str, ...] = field(default=())


def late(review: Review, cards: Sequence[Card], *, page: int, at: datetime) -> Late:
    """Return one page of the frozen cards whose figures differ now, and whom they would shift.

    The cards are those of the review that the reader may see, as `overview.cards_of` reads them.
    """
    frozen = [card for card in cards if card.state != CardState.DRAFT]
    touched = [card for card in frozen if card.late_figures]
    pages = max(-(-len(touched) // PAGE), 1)
    page = min(max(page, 1), pages)
    shown = touched[(page - 1) * PAGE : page * PAGE]
    found = Late(len(touched), page, pages, untouched=len(frozen) - len(touched))
    if not shown:
        return found
    teams = {_team(card) for card in shown}
    mates = [card for card in frozen if _team(card) in teams]
    told, mates_now = _read(review, mates, at=at)
    on_page = {card.pk for card in shown}
    found.touched = tuple(one for one in told if one.card.pk in on_page)
    found.stay = tuple(_staying(told, mates_now))
    found.teams = tuple(dict.fromkeys(card.unit.name for card in shown))
    return found


def foretell(review: Review, cards: Sequence[Card], *, at: datetime) -> list[Foretold]:
    """Return what frozen cards would come to if they were computed from current facts."""
    return _read(review, cards, at=at)[0]


@dataclass(frozen=True, slots=True)
class _Now:
    """A card's frozen copy beside the one it would get."""

    held: copies.Copy
    now: copies.Copy | None


def _read(
    review: Review, cards: Sequence[Card], *, at: datetime
) -> tuple[list[Foretold], Mapping[int, _Now]]:
    versions = [card.current for card in cards if card.current is not None]
    held = copies.read(versions)
    computation = month.computed_now(review, [card.person_id for card in cards], at=at)
    now = {one.member.person_id: one.copy for one in computation.cards}
    without = {one.member.person_id: (one.reason, one.params) for one in computation.without}
    told, both = [], {}
    for card in cards:
        if card.current is None:
            continue
        mine = _Now(held[card.current.pk], now.get(card.person_id))
        both[card.pk] = mine
        told.append(_foretold(card, mine, without.get(card.person_id)))
    return told, both


def _foretold(card: Card, mine: _Now, without: tuple[str, Mapping[str, int | str]] | None) -> Foretold:
    before = Outcome.of(mine.held)
    if mine.now is None:
        reason, params = without or ("", {})
        words = NoCard(reason=reason, params=dict(params)).words if reason else ""
        return Foretold(card, (), before, None, words or _("The person no longer belongs to this review."))
    differing = month.late_of(mine.held.segments[-1].facts, mine.now.segments[-1].facts)
    figures = tuple(_figure(counted, now) for counted, now in differing)
    if mine.now.total is None:
        return Foretold(card, figures, before, None, _("A line would be open again."))
    return Foretold(card, figures, before, Outcome.of(mine.now))


def _figure(counted: copies.FactCopy, now: copies.FactCopy) -> Figure:
    lang = _lang()
    source = source_text(now.source, lang) if now.value else reason_text(now.reason, lang)
    return Figure(now.key, name_of(now.key), _shown(counted), _shown(now), source)


def name_of(key: str) -> str:
    """Return a figure's name in the reader's language; of several shops with the shop's number."""
    found = fact_key(key)
    number = key.partition(".")[2]
    name = found.name_en if _lang() == "en" else found.name_zh
    return f"{name} {number}".strip()


def _shown(fact: copies.FactCopy) -> str:
    if not fact.value:
        return "–"
    value = Decimal(fact.value)
    kind = fact_key(fact.key).kind
    if kind in WHOLE and value == value.to_integral_value():
        return grouped(value, 0)
    return grouped(value, 2) if kind is FactKind.AMOUNT else plain(value)


def _lang() -> Lang:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _team(card: Card) -> tuple[int, int]:
    return card.unit_id, card.position_id


def _staying(told: Sequence[Foretold], both: Mapping[int, _Now]) -> list[Stays]:
    """Return the untouched cards of some teams whose rank or share would differ: they are listed, not moved."""
    teams: dict[tuple[int, int], list[Foretold]] = {}
    for one in told:
        teams.setdefault(_team(one.card), []).append(one)
    found = []
    for team in teams.values():
        before = {one.card.pk: one.before.total for one in team}
        after = {
            one.card.pk: one.after.total if one.figures and one.after else one.before.total for one in team
        }
        for one in team:
            if one.figures:
                continue
            words = [*_shares(both[one.card.pk]), *_rank(one.card.pk, before, after)]
            if words:
                found.append(Stays(one.card, tuple(words)))
    return found


def _shares(mine: _Now) -> list[str]:
    """Say which sums of the team would differ."""
    if mine.now is None:
        return []
    held = {fact.key: fact for fact in mine.held.segments[-1].facts}
    return [
        _("%(name)s %(counted)s → %(now)s")
        % {"name": name_of(fact.key), "counted": _shown(held[fact.key]), "now": _shown(fact)}
        for fact in mine.now.segments[-1].facts
        if fact.source.get("kind") == "team" and fact.key in held and held[fact.key].value != fact.value
    ]


def _rank(
    card_id: int, before: Mapping[int, Decimal | None], after: Mapping[int, Decimal | None]
) -> list[str]:
    old, new = place_of(card_id, before), place_of(card_id, after)
    if old == new:
        return []
    return [_("rank in the team %(old)s → %(new)s") % {"old": old, "new": new}]


def place_of(card_id: int, totals: Mapping[int, Decimal | None]) -> int:
    """Return a card's rank among totals: one more than how many are higher."""
    own = totals[card_id]
    higher: Collection[Decimal] = [
        one for one in totals.values() if one is not None and own is not None and one > own
    ]
    return len(higher) + 1
