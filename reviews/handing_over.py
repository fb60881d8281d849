"""What goes with handing over, paying and returning: numbered lists of pay that never change by themselves.

Called by workflow.py inside its transaction, after the cards have moved. Source: month.md, steps 8 to 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Max

from reviews.control_sum import PayLine, control_sum
from reviews.effects import Move
from reviews.models import Card, CardEvent, CardState, HandOver, HandOverLine, Review

ZERO = Decimal(0)


def hand_over(move: Move) -> None:
    """Write one hand-over for each review among the cards: the month's first, or a supplementary one."""
    by_review: dict[int, list[Card]] = {}
    for card in move.cards:
        by_review.setdefault(card.review_id, []).append(card)
    # Two people who hand over at once wait here for each other: numbers have no gap and no double.
    list(Review.objects.select_for_update().filter(pk__in=by_review).order_by("pk"))
    used = dict(
        HandOver.objects.filter(review__in=by_review)
        .order_by()
        .values_list("review")
        .annotate(last=Max("number"))
    )
    for review_id, cards in sorted(by_review.items()):
        lines = _lines(cards)
        made = HandOver.objects.create(
            review_id=review_id,
            number=used.get(review_id, 0) + 1,
            made_at=move.at,
            made_by_id=move.person_id,
            for_person_id=move.for_person_id,
            **sums_of(lines),
        )
        for line in lines:
            line.hand_over = made
        HandOverLine.objects.bulk_create(lines, batch_size=200)


def _lines(cards: Sequence[Card]) -> list[HandOverLine]:
    ordered = sorted(cards, key=lambda card: (card.unit.path, card.person.staff_no))
    return [_line(card, order) for order, card in enumerate(ordered, start=1)]


def _line(card: Card, order: int) -> HandOverLine:
    version = card.current
    if version is None or version.total is None:
        raise ValueError(f"{card} has no total and cannot have been closed")
    return HandOverLine(
        order=order,
        card=card,
        version=version,
        person_id=card.person_id,
        staff_no=card.person.staff_no,
        name=card.person.name,
        unit_name=card.unit.name,
        position_name=card.position.name_zh,
        level_name=version.level_name,
        total=version.total,
        multiplier=version.multiplier,
        base_salary=version.base_salary or ZERO,
        performance_salary=version.performance_salary or ZERO,
        performance_pay=version.performance_pay or ZERO,
    )


def pay_line(line: HandOverLine) -> PayLine:
    """Return a line as the control sum takes it."""
    return PayLine(
        staff_no=line.staff_no,
        total=line.total,
        multiplier=line.multiplier,
        base_salary=line.base_salary or ZERO,
        performance_salary=line.performance_salary or ZERO,
        performance_pay=line.performance_pay or ZERO,
        digest=line.version.sha256,
    )


def sums_of(lines: Iterable[HandOverLine]) -> dict[str, object]:
    """Return the count, the sums in CNY and the control sum of some lines, as a hand-over's columns."""
    held = list(lines)
    return {
        "cards": len(held),
        "base_sum": sum((line.base_salary or ZERO for line in held), ZERO),
        "performance_sum": sum((line.performance_pay or ZERO for line in held), ZERO),
        "control_sum": control_sum(pay_line(line) for line in held),
    }


def acknowledge(move: Move) -> None:
    """Sign the hand-overs of which the last card is paid now."""
    cards = [card.pk for card in move.cards]
    touched = HandOver.objects.filter(lines__card__in=cards, lines__withdrawn_at__isnull=True)
    unpaid = HandOverLine.objects.filter(withdrawn_at__isnull=True).exclude(card__state=CardState.PAID)
    done = touched.filter(acknowledged_at__isnull=True).exclude(pk__in=unpaid.values("hand_over"))
    HandOver.objects.filter(pk__in=list(done.values_list("pk", flat=True))).update(
        acknowledged_at=move.at, acknowledged_by=move.person_id
    )


def withdraw(move: Move) -> None:
    """Take cards that go back to draft out of their hand-over; its sums are of what is left."""
    lines = HandOverLine.objects.filter(card__in=[card.pk for card in move.cards], withdrawn_at__isnull=True)
    touched = sorted(set(lines.values_list("hand_over", flat=True)))
    if not touched:
        return
    lines.update(withdrawn_at=move.at)
    for made in HandOver.objects.select_for_update().filter(pk__in=touched).order_by("pk"):
        left = made.lines.filter(withdrawn_at__isnull=True).select_related("version")
        HandOver.objects.filter(pk=made.pk).update(**sums_of(left))
    _sign_paid(touched)


def _sign_paid(ids: Sequence[int]) -> None:
    """Sign hand-overs of which all that is left is paid already, by whoever took over the last of it."""
    for made in HandOver.objects.filter(pk__in=ids, acknowledged_at__isnull=True, cards__gt=0):
        cards = Card.objects.filter(hand_over_lines__hand_over=made, hand_over_lines__withdrawn_at=None)
        if cards.exclude(state=CardState.PAID).exists():
            continue
        last = CardEvent.objects.filter(card__in=cards, act="pay").order_by("at", "pk").last()
        if last is not None:
            HandOver.objects.filter(pk=made.pk).update(
                acknowledged_at=last.at, acknowledged_by=last.person_id
            )
