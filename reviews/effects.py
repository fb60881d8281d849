"""What goes with a transition: freezing, new versions, comparisons, objections and answers.

Called by workflow.py inside its transaction, after the cards have moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from django.utils import timezone

from reviews import copies, trends
from reviews.correcting import Correction, NoCard, corrected
from reviews.models import Card, CardLine, CardState, CardVersion, Comparison, Evidence, Objection, Review
from reviews.refusals import BulkRefused, Kind, Refusal
from reviews.scoring.explain import counted_weight
from reviews.scoring.rounding import round_half_up

# An average of fewer cards would give single people's figures away.
FEWEST_FOR_AVERAGE = 5
CLOSED = [CardState.CLOSED, CardState.APPROVED, CardState.PAID]
REACHED_APPROVER = [state for state in CardState.values if state != CardState.DRAFT]


@dataclass(frozen=True, slots=True)
class Answer:
    """The decider's answer to the objection on one line.

    An upheld one names the one input that was wrong and its right value, in the unit of its key.
    """

    line: str
    upheld: bool
    text: str
    key: str = ""
    value: Decimal | None = None


@dataclass(slots=True)
class Move:
    """One act on some cards as it is written: who, when, and what was said with it."""

    cards: Sequence[Card]
    at: datetime
    person_id: int
    note: str = ""
    objections: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[Answer] = ()
    eyes: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    for_person_id: int | None = None


def freeze(move: Move) -> None:
    """From submission on the version never changes."""
    ids = [card.current_id for card in move.cards if card.current_id]
    CardVersion.objects.filter(pk__in=ids).update(frozen_at=move.at)


def reopen(move: Move) -> None:
    """Back in draft: a new version takes the place of the frozen one, which stays readable.

    What was delivered was the version before; a closed month stays closed, the card comes later by itself.
    """
    Card.objects.filter(pk__in=[card.pk for card in move.cards]).update(
        delivered_at=None, window_ends_at=None
    )
    versions = [card.current for card in move.cards if card.current is not None]
    held = copies.read(versions)
    for card in move.cards:
        if card.current is not None:
            _succeed(card, held[card.current.pk], at=move.at, why=move.note, frozen_at=None)


def _succeed(
    card: Card, copy: copies.Copy, *, at: datetime, why: str, frozen_at: datetime | None
) -> CardVersion:
    number = card.current.number + 1 if card.current else 1
    version = CardVersion.objects.create(
        card=card,
        number=number,
        why=why[:400],
        frozen_at=frozen_at,
        **copies.columns(copy, at=at),
    )
    copies.write_parts([(version, copy)])
    Card.objects.filter(pk=card.pk).update(current=version)
    card.current = version
    return version


def publish(move: Move) -> None:
    """Copy the own and the team's averages into each version, so that it never changes with others."""
    rows: list[Comparison] = []
    for team in _teams(move.cards).values():
        rows += _comparisons(team, {card.pk for card in move.cards})
    Comparison.objects.bulk_create([*rows, *trends.copies(move.cards)], batch_size=500)
    Card.objects.filter(pk__in=[card.pk for card in move.cards]).update(
        published_at=move.at, delivered_at=None, window_ends_at=None
    )


def _teams(cards: Iterable[Card]) -> dict[tuple[int, int, int], list[Card]]:
    """Return all submitted cards of the teams of some cards, by review, unit and position."""
    wanted = {(card.review_id, card.unit_id, card.position_id) for card in cards}
    found: dict[tuple[int, int, int], list[Card]] = {key: [] for key in wanted}
    rows = Card.objects.filter(
        review__in={key[0] for key in wanted}, unit__in={key[1] for key in wanted}, state__in=REACHED_APPROVER
    )
    for card in rows.select_related("current").order_by("pk"):
        key = (card.review_id, card.unit_id, card.position_id)
        if key in found and card.current is not None and card.current.total is not None:
            found[key].append(card)
    return found


def _comparisons(team: Sequence[Card], published: set[int]) -> list[Comparison]:
    shares = radar_shares([card.current_id for card in team if card.current_id])
    own: dict[int, dict[str, Decimal]] = {}
    for card in team:
        version = card.current
        if version is None or version.total is None:
            continue
        own[version.pk] = {**shares.get(version.pk, {}), "total": version.total}
    sums: dict[str, list[Decimal]] = {}
    for values in own.values():
        for key, value in values.items():
            sums.setdefault(key, []).append(value)
    rows = []
    for card in team:
        if card.pk not in published or card.current_id not in own:
            continue
        for key, value in own[card.current_id].items():
            people = len(sums[key])
            average = round_half_up(Fraction(sum(sums[key])) / people, 2)
            rows.append(
                Comparison(
                    version_id=card.current_id,
                    key=key,
                    own=value,
                    team=average if people >= FEWEST_FOR_AVERAGE else None,
                    people=people,
                )
            )
    return rows


def radar_shares(version_ids: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    """Return for each version the points in percent of the weights as they counted, one query.

    By radar corner (`sales`) and by line (`line:refund_rate`, for what the team lost on it).

    Half-up to 0.01; lines without points are left out; segments count by the days worked in them.
    """
    points: dict[int, dict[str, Fraction]] = {}
    weights: dict[int, dict[str, Fraction]] = {}
    lines = CardLine.objects.filter(segment__version__in=version_ids, points__isnull=False)
    for version_id, days, code, earned, explanation in lines.values_list(
        "segment__version_id", "segment__days_worked", "code", "points", "explanation"
    ):
        weight = counted_weight(explanation)
        corner = explanation["line"]["radar"]
        earned = earned or Decimal(0)
        part = Fraction(max(days, 1))
        for sums, amount in ((points, earned), (weights, weight)):
            of_version = sums.setdefault(version_id, {})
            for key in (corner, f"line:{code}"):
                of_version[key] = of_version.get(key, Fraction(0)) + part * Fraction(amount)
    return {
        version_id: {
            corner: round_half_up(points[version_id][corner] * 100 / weight, 2)
            for corner, weight in corners.items()
            if weight
        }
        for version_id, corners in weights.items()
    }


def write_objections(move: Move) -> None:
    """Write the agent's objections, one per line of the current version, each with its evidence.

    What was put beside lines that are not objected to is forgotten.
    """
    for card in move.cards:
        made = Objection.objects.bulk_create(
            Objection(version_id=card.current_id, line=line, reason=reason, made_at=move.at)
            for line, reason in move.objections.items()
            if card.current_id is not None
        )
        unsent = Evidence.objects.filter(card=card, objection__isnull=True)
        for objection in made:
            unsent.filter(line=objection.line).update(objection=objection)
        unsent.delete()


def answer(move: Move) -> None:
    """Sign each answer; upheld ones make one new version with only those inputs changed.

    The corrected version is frozen at once. It takes over the team's averages of the version before:
    a correction moves nobody else's figures.
    """
    for card in move.cards:
        before = card.current
        if before is None:
            continue
        held = copies.read([before])[before.pk]
        _sign(before, move, {fact.key: fact.value for part in held.segments for fact in part.facts})
        if any(one.upheld for one in move.answers):
            right = _corrected(card, held, move)
            version = _succeed(card, right, at=move.at, why=move.note, frozen_at=move.at)
            _take_over_comparisons(before, version)
    # The answer has to reach the agent before its own window begins.
    Card.objects.filter(pk__in=[card.pk for card in move.cards]).update(
        delivered_at=None, window_ends_at=None
    )


def _corrected(card: Card, held: copies.Copy, move: Move) -> copies.Copy:
    """Return the copy scored again with the right inputs; refuse ones no card can stand on."""
    changes = [
        Correction(one.line, one.key, one.value)
        for one in move.answers
        if one.upheld and one.value is not None
    ]
    try:
        return corrected(held, changes, on=timezone.localdate(move.at))
    except NoCard as refused:
        _refuse(card, str(refused))


def _refuse(card: Card, message: str) -> NoReturn:
    raise BulkRefused([Refusal(card, Kind.BLOCKED, message)], asked=1)


def _sign(version: CardVersion, move: Move, old: Mapping[str, str]) -> None:
    for one in move.answers:
        change = {}
        if one.upheld:
            change = {"key": one.key, "old": old.get(one.key, ""), "new": str(one.value)}
        Objection.objects.filter(version=version, line=one.line).update(
            outcome=Objection.Outcome.UPHELD if one.upheld else Objection.Outcome.REJECTED,
            answer=one.text,
            answered_by=move.person_id,
            answered_at=move.at,
            corrected_input=change,
        )


def _take_over_comparisons(before: CardVersion, version: CardVersion) -> None:
    shares: dict[str, Decimal | None] = {
        **radar_shares([version.pk]).get(version.pk, {}),
        "total": version.total,
    }
    Comparison.objects.bulk_create(
        Comparison(
            version=version,
            key=row.key,
            own=_or(shares.get(row.key), row.own),
            team=row.team,
            people=row.people,
        )
        for row in Comparison.objects.filter(version=before)
    )


def _or(value: Decimal | None, before: Decimal) -> Decimal:
    """A share of nothing is a share: only where there is none the one before stays."""
    return before if value is None else value


def reply(move: Move, *, reply: str) -> None:
    """Keep on each answered objection whether the agent agrees."""
    cards = [card.pk for card in move.cards]
    answered = Objection.objects.standing().filter(version__card__in=cards, reply="").exclude(outcome="")
    answered.update(reply=reply, replied_at=move.at)


def silence(move: Move) -> None:
    """Silence after an answer agrees to it; silence on a card confirms it, which the entry says."""
    reply(move, reply=Objection.Reply.SILENCE)


def set_aside(move: Move) -> None:
    """The month may close without these cards; where all others are closed already, it is closed by that."""
    Card.objects.filter(pk__in=[card.pk for card in move.cards]).update(set_aside_at=move.at)
    reviews = {card.review_id for card in move.cards}
    begun = Card.objects.filter(review__in=reviews, state__in=CLOSED).values_list("review", flat=True)
    _stamp(set(begun), at=move.at)


def take_back(move: Move) -> None:
    """The month waits for these cards again."""
    Card.objects.filter(pk__in=[card.pk for card in move.cards]).update(set_aside_at=None)


def reassign(move: Move) -> None:
    """Put others in the place of those who were to act."""
    for card in move.cards:
        people = {f"{name}_id": person for name, person in move.eyes.get(card.pk, {}).items()}
        Card.objects.filter(pk=card.pk).update(**people)


def close_reviews(move: Move) -> None:
    """Stamp the reviews of which no card is open any more but those set aside."""
    _stamp({card.review_id for card in move.cards}, at=move.at)


def _stamp(reviews: Collection[int], *, at: datetime) -> None:
    still_open = (
        Card.objects.filter(review__in=reviews, set_aside_at__isnull=True)
        .exclude(state__in=CLOSED)
        .values("review")
    )
    Review.objects.filter(pk__in=reviews, closed_at__isnull=True).exclude(pk__in=still_open).update(
        closed_at=at
    )
