"""The rows a sheet is made of, in at most eleven queries; six for a finished card.

A caller that has the card already passes a version whose `card` is loaded with
CARD_RELATED, which saves the first query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from reviews import trends
from reviews.history import entries_of
from reviews.models import (
    Band,
    Card,
    CardDelivery,
    CardEvent,
    CardLine,
    CardSegment,
    CardState,
    CardVersion,
    Comparison,
    Evidence,
    Objection,
)
from reviews.procedures import roles_of
from reviews.trends import PastTotal
from staff import calendar
from staff.models import Holiday

CARD_RELATED = ("person", "position", "unit", "assessor", "review__unit__shop", "review__procedure")
CONFIRMING = frozenset({"confirm", "agree", "maintain", "silence"})
# Where nothing is expected any more from the people of the chain.
FINISHED = frozenset({CardState.APPROVED, CardState.PAID})


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn a step of the procedure is, and by which working day."""

    role: str
    working_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What stands in the database about one version of a card."""

    version: CardVersion
    card: Card
    lines: Sequence[CardLine]
    segments: Sequence[CardSegment]
    bands: Sequence[Band]
    team: Mapping[str, Comparison]
    past: Sequence[PastTotal]
    events: Sequence[CardEvent]
    objections: Sequence[Objection]
    points_before: Mapping[tuple[int, str], Decimal]
    turns: Mapping[str, Turn]
    days: calendar.Calendar
    deliveries: Sequence[CardDelivery] = ()
    aside: CardEvent | None = None
    paper: bool = False

    @property
    def superseded(self) -> bool:
        """Whether a later version of the card has taken this one's place."""
        return self.card.current_id != self.version.pk


def load(version: CardVersion, *, paper: bool = False) -> Rows:
    """Read everything about a version of a card; for paper only what never changes without a history entry."""
    card = _card_of(version)
    lines = list(
        CardLine.objects.filter(segment__version=version)
        .select_related("segment__plan_version__plan")
        .order_by("segment__order", "order")
    )
    segments = list({line.segment_id: line.segment for line in lines}.values())
    bands: list[Band] = []
    if segments:
        plan = segments[-1].plan_version_id
        bands = list(Band.objects.filter(version=plan).order_by("at_least"))
    copied: dict[str, Comparison] = {}
    if version.frozen_at is not None:
        copied = {row.key: row for row in Comparison.objects.filter(version=version)}
    # Never more than the card object knows of: a paper's code stands for its last entry.
    history = [event for event in entries_of(card) if event.seq <= card.seq]
    events = _run_of(version, history)
    objections = _objections(version, events)
    open_ended = card.state not in FINISHED
    return Rows(
        version=version,
        card=card,
        lines=lines,
        segments=segments,
        bands=bands,
        team=copied,
        past=_past(card, copied, paper=paper),
        events=events,
        objections=objections,
        points_before=_points_before(version, objections),
        turns=_turns(card),
        days=_days(card.month) if open_ended else calendar.Calendar({}, frozenset()),
        deliveries=_deliveries(card, events),
        aside=_aside(version, history),
        paper=paper,
    )


def _card_of(version: CardVersion) -> Card:
    """The card with its people and units, read once more only if it came without."""
    if CardVersion.card.is_cached(version):
        known = version.card
        if Card.person.is_cached(known) and Card.review.is_cached(known):
            return known
    found = Card.objects.select_related(*CARD_RELATED).get(pk=version.card_id)
    version.card = found
    return found


def _run_of(version: CardVersion, history: Sequence[CardEvent]) -> list[CardEvent]:
    """The entries that led to this version as it stands: since the last return to draft.

    For a version that was superseded these end with its own last entry.
    """
    if version.pk != version.card.current_id:
        own = [event.seq for event in history if event.version_id == version.pk]
        history = [event for event in history if own and event.seq <= own[-1]]
    start = 0
    for place, event in enumerate(history):
        # Setting aside or handing on a draft leaves it in its run.
        if event.to_state == CardState.DRAFT and event.from_state != CardState.DRAFT:
            start = place + 1
    return list(history[start:])


def _deliveries(card: Card, run: Sequence[CardEvent]) -> list[CardDelivery]:
    """The deliveries of a card that was confirmed, in the order they were recorded; they are only added."""
    if not any(event.act in CONFIRMING for event in run):
        return []
    started = [event.seq for event in run if event.act in {"publish", "answer"}]
    found = CardDelivery.objects.filter(card=card, seq__in=started).defer("scan")
    return list(found.select_related("person").order_by("pk"))


def _aside(version: CardVersion, history: Sequence[CardEvent]) -> CardEvent | None:
    """The entry by which the card was set aside, for its current version while it is so."""
    card = version.card
    if card.set_aside_at is None or version.pk != card.current_id:
        return None
    return next((event for event in reversed(history) if event.act == "set_aside"), None)


def _objections(version: CardVersion, run: Sequence[CardEvent]) -> list[Objection]:
    if not any(event.act == "object" for event in run):
        return []
    found = Objection.objects.filter(
        version__card=version.card_id, version__number__lte=version.number, made_at__gte=run[0].at
    )
    rows = found.select_related("answered_by").annotate(
        pictures=Count("evidence", filter=Q(evidence__kind=Evidence.Kind.IMAGE)),
        texts=Count("evidence", filter=Q(evidence__kind=Evidence.Kind.TEXT)),
    )
    return list(rows.order_by("made_at", "pk"))


def _points_before(version: CardVersion, objections: Sequence[Objection]) -> dict[tuple[int, str], Decimal]:
    """Points of the lines objected to, in the versions the objections were made against."""
    older = {one.version_id for one in objections} - {version.pk}
    if not older:
        return {}
    rows = CardLine.objects.filter(
        segment__version__in=older, code__in=[one.line for one in objections], points__isnull=False
    ).values_list("segment__version", "code", "points")
    return {(row[0], row[1]): row[2] for row in rows if row[2] is not None}


def _past(card: Card, copied: Mapping[str, Comparison], *, paper: bool) -> list[PastTotal]:
    """The five months before: as copied at publishing, else as they stand today, which paper leaves out."""
    months = trends.months_before(card.month)
    if trends.TOTAL in copied:
        rows = [(month, copied.get(trends.key_of(month))) for month in months]
        return [PastTotal(month, row.own if row else None, row.team if row else None) for month, row in rows]
    if paper:
        return [PastTotal(month, None, None) for month in months]
    found = trends.past_totals([card.person_id], months=months)
    return [found.get((card.person_id, month)) or PastTotal(month, None, None) for month in months]


def _turns(card: Card) -> dict[str, Turn]:
    kind = card.position.subject_kind
    roles = roles_of(card.review.procedure)
    return {
        act: Turn(role, roles.days[act, kind])
        for (act, of_kind), role in roles.named.items()
        if of_kind == kind
    }


def _days(month: date) -> calendar.Calendar:
    """The working days of the two months after, in one query."""
    span = (month, calendar.add_months(month, 3))
    rows = Holiday.objects.filter(date__range=span).values_list("date", "works")
    return calendar.Calendar(dict(rows), frozenset())
