"""What is to be handed over and what was: previews, lists and lines, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews import attention
from reviews.control_sum import PayLine, control_sum
from reviews.means import FEWEST
from reviews.models import Card, CardEvent, CardState, CardVersion, HandOver, HandOverLine, Objection, Review
from reviews.standings import Reader
from staff.models import User

PAGE = 25
ZERO = Decimal(0)
RELATED = ("review__unit", "made_by", "for_person", "acknowledged_by")


@dataclass(frozen=True, slots=True)
class Proposed:
    """One card that would be handed over, and why it needs eyes before."""

    card: Card
    flags: tuple[str, ...]

    @property
    def base(self) -> Decimal:
        """Base salary in CNY, nothing where the card has none."""
        return (self.card.current and self.card.current.base_salary) or ZERO

    @property
    def earned(self) -> Decimal:
        """Performance pay in CNY, nothing where the card has none."""
        return (self.card.current and self.card.current.performance_pay) or ZERO

    @property
    def sum(self) -> Decimal:
        """Both, CNY."""
        return self.base + self.earned


@dataclass(frozen=True, slots=True)
class Costs:
    """What a review's hand-overs come to; `few`: so few people that a sum would tell one's pay."""

    cards: int
    base_sum: Decimal
    performance_sum: Decimal

    @property
    def few(self) -> bool:
        """Whether the sums are shown to nobody who may not see the lines."""
        return self.cards < FEWEST


def costs_of(review: Review) -> Costs:
    """Return the sums of all hand-overs of a review, for those who read costs and no lines."""
    made = HandOver.objects.filter(review=review)
    found = made.aggregate(cards=Sum("cards"), base=Sum("base_sum"), earned=Sum("performance_sum"))
    return Costs(found["cards"] or 0, found["base"] or ZERO, found["earned"] or ZERO)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one press of the button would hand over: what needs eyes first, with sums over all."""

    rows: tuple[Proposed, ...]
    number: int
    control_sum: str

    @property
    def base(self) -> Decimal:
        """Sum of base salaries, CNY."""
        return sum((row.base for row in self.rows), ZERO)

    @property
    def earned(self) -> Decimal:
        """Sum of performance pay, CNY."""
        return sum((row.earned for row in self.rows), ZERO)

    @property
    def sum(self) -> Decimal:
        """Both sums, CNY."""
        return self.base + self.earned

    @property
    def flagged(self) -> int:
        """How many cards need eyes."""
        return sum(bool(row.flags) for row in self.rows)


def preview_of(review: Review, *, by: User, at: datetime) -> Preview:
    """Return the closed cards of a review that a person may hand over now."""
    on = timezone.localdate(at)
    closed = Card.objects.visible_to(by, on=on).filter(review=review, state=CardState.CLOSED)
    related = attention.marked(closed, month=review.month).select_related(
        "unit", "position", "person", "current"
    )
    reader = Reader(by, on)
    mine: list[Card] = []
    for card in related.order_by("unit__path", "person__staff_no"):
        # One object: its procedure is read once.
        card.review = review
        if reader.may("approve", card):
            mine.append(card)
    flags = attention.flags_of(mine)
    told = told_of(mine)
    rows = [
        Proposed(card, (*_unpaid(card), *told.get(card.pk, ()), *flags.get(card.pk, ()))) for card in mine
    ]
    rows.sort(key=lambda row: (not _unpaid(row.card), not row.flags))
    return Preview(
        tuple(rows),
        HandOver.objects.filter(review=review).count() + 1,
        control_sum(_pay_line(card.current, card.person.staff_no) for card in mine if card.current),
    )


def _pay_line(version: CardVersion, staff_no: str) -> PayLine:
    """Return a card's version as its line will be handed over."""
    return PayLine(
        staff_no=staff_no,
        total=version.total or ZERO,
        multiplier=version.multiplier,
        base_salary=version.base_salary or ZERO,
        performance_salary=version.performance_salary or ZERO,
        performance_pay=version.performance_pay or ZERO,
        digest=version.sha256,
    )


def _unpaid(card: Card) -> list[str]:
    version = card.current
    if version is None or version.base_salary is None or version.performance_pay is None:
        return [_("no level or no amounts: it is handed over with 0.00")]
    return []


def told_of(cards: Sequence[Card]) -> dict[int, list[str]]:
    """Say of confirmed cards how they were confirmed, where not by the agent's plain yes; two queries."""
    found: dict[int, list[str]] = {}
    current = {card.current_id: card.pk for card in cards}
    silent = CardEvent.objects.filter(version__in=current, act="silence").values_list("card_id", flat=True)
    for card_id in set(silent):
        found.setdefault(card_id, []).append(_("confirmed by silence"))
    kept = Objection.objects.standing().filter(
        version__card__in=[card.pk for card in cards], reply=Objection.Reply.MAINTAIN
    )
    for card_id in set(kept.values_list("version__card_id", flat=True)):
        found.setdefault(card_id, []).append(_("the agent maintains an objection"))
    return found


@dataclass(frozen=True, slots=True)
class LinesPage:
    """One page of a hand-over's lines, and how many of all are withdrawn."""

    paging: Page[HandOverLine]
    withdrawn: int

    @property
    def rows(self) -> list[HandOverLine]:
        """The lines of the page."""
        return list(self.paging)


def lines_of(made: HandOver, *, search: str = "", withdrawn_only: bool = False, page: str = "1") -> LinesPage:
    """Return a page of lines, searched by name or number."""
    lines = made.lines.order_by("order")
    withdrawn = lines.filter(withdrawn_at__isnull=False).count()
    if withdrawn_only:
        lines = lines.filter(withdrawn_at__isnull=False)
    if search:
        lines = lines.filter(Q(name__icontains=search) | Q(staff_no__icontains=search))
    return LinesPage(Paginator(lines, PAGE).get_page(page), withdrawn)


def is_open(made: HandOver) -> bool:
    """Whether a hand-over can be acknowledged: not a trial, not signed yet, with lines."""
    return bool(made.cards) and made.acknowledged_at is None and not made.review.trial
