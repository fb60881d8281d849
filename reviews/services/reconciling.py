"""Sum of cards = sum of hand-overs: every card taken over stands on one line, as it is, and no other does.

Source: month.md, "Reproducible"; the check is run by `verify_reviews`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reviews.handing_over import sums_of
from reviews.models import Card, CardState, HandOver, HandOverLine, Review
from reviews.models.cards import HANDED_OVER

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing about a review's pay that does not add up, in words."""

    review: Review
    words: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What the cards of a review say and what its hand-overs say: how many, base and performance pay in CNY."""

    cards: int
    base: Decimal
    earned: Decimal


def mismatches(reviews: QuerySet[Review]) -> Iterator[Mismatch]:
    """Compare the cards and the hand-overs of some reviews; yield what does not fit. Three queries a review."""
    for review in reviews.select_related("unit").order_by("month", "unit__path"):
        yield from (Mismatch(review, words) for words in _of(review))


def _of(review: Review) -> Iterator[str]:
    cards = list(
        Card.objects.filter(review=review, state__in=HANDED_OVER).select_related("person", "current")
    )
    made = list(HandOver.objects.filter(review=review).order_by("number"))
    rows = HandOverLine.objects.filter(hand_over__review=review, withdrawn_at__isnull=True)
    lines = list(rows.select_related("version", "hand_over", "card").order_by("hand_over", "order"))
    yield from _lonely_cards(cards, lines)
    for line in lines:
        yield from _bad_line(line)
    for one in made:
        yield from _bad_sums(one, [line for line in lines if line.hand_over_id == one.pk])
    of_cards, of_lines = balance_of_cards(cards), balance_of_lines(lines)
    if of_cards != of_lines:
        yield _(
            "The cards taken over make %(cards)s people, %(base)s and %(earned)s CNY; "
            "the hand-overs make %(lines)s people, %(line_base)s and %(line_earned)s CNY."
        ) % {
            "cards": of_cards.cards,
            "base": of_cards.base,
            "earned": of_cards.earned,
            "lines": of_lines.cards,
            "line_base": of_lines.base,
            "line_earned": of_lines.earned,
        }


def balance_of_cards(cards: Iterable[Card]) -> Balance:
    """Add up the current versions of cards; `current` selected."""
    versions = [card.current for card in cards if card.current is not None]
    base = sum((version.base_salary or ZERO for version in versions), ZERO)
    return Balance(len(versions), base, sum((version.performance_pay or ZERO for version in versions), ZERO))


def balance_of_lines(lines: Iterable[HandOverLine]) -> Balance:
    """Add up lines that are not withdrawn."""
    held = list(lines)
    base = sum((line.base_salary or ZERO for line in held), ZERO)
    return Balance(len(held), base, sum((line.performance_pay or ZERO for line in held), ZERO))


def _lonely_cards(cards: Sequence[Card], lines: Sequence[HandOverLine]) -> Iterator[str]:
    counts: dict[int, int] = {}
    for line in lines:
        counts[line.card_id] = counts.get(line.card_id, 0) + 1
    for card in cards:
        if (count := counts.get(card.pk, 0)) != 1:
            words = {"who": card.person.name, "number": card.person.staff_no, "count": count}
            yield _("The card of %(who)s (%(number)s) was taken over, but stands on %(count)s lines.") % words


def _bad_line(line: HandOverLine) -> Iterator[str]:
    said = {"who": line.name, "number": line.staff_no, "hand_over": line.hand_over.number}
    if line.card.state not in HANDED_OVER:
        yield (
            _("%(who)s (%(number)s) stands on hand-over %(hand_over)s, but the card is not taken over.")
            % said
        )
    if line.version_id != line.card.current_id:
        yield _("%(who)s (%(number)s): hand-over %(hand_over)s holds another version than the card.") % said
    version = line.version
    held = (line.total, line.multiplier, line.base_salary, line.performance_salary, line.performance_pay)
    own = (
        version.total,
        version.multiplier,
        version.base_salary or ZERO,
        version.performance_salary or ZERO,
        version.performance_pay or ZERO,
    )
    if held != own:
        yield _("%(who)s (%(number)s): hand-over %(hand_over)s says other figures than the card.") % said


def _bad_sums(made: HandOver, lines: Sequence[HandOverLine]) -> Iterator[str]:
    said = {"number": made.number}
    written = {name: getattr(made, name) for name in ("cards", "base_sum", "performance_sum", "control_sum")}
    if written != sums_of(lines):
        yield _("Hand-over %(number)s: its sums or its control sum are not those of its lines.") % said
    unpaid = [line for line in lines if line.card.state != CardState.PAID]
    if made.acknowledged_at is not None and unpaid:
        yield _("Hand-over %(number)s is acknowledged, but not all its cards are paid.") % said
    if made.acknowledged_at is None and lines and not unpaid:
        yield _("All cards of hand-over %(number)s are paid, but nobody has acknowledged it.") % said
