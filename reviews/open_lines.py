"""What a month still lacks, line by line, and who can fill it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from reviews.models import Card, CardLine
from staff.models import Role

# Who fills what is missing, by the reason code of the core; figures are HR's to import.
FILLED_BY: Mapping[str, str] = {
    "no_check": Role.SUPERVISOR,
    "no_sold_and_unsold_check": Role.SUPERVISOR,
    "no_summary_mark": Role.SUPERVISOR,
    "undecided_event": Role.MANAGER,
    "no_exam": Role.TRAINER,
}


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One open line of one card: why it is open, and the role that can fill it."""

    card: Card
    line: CardLine
    reason: str
    role: str

    @property
    def who(self) -> str:
        """The assessor by name for a supervisor's task, else the role in the reader's language."""
        if self.role == Role.SUPERVISOR:
            return self.card.assessor.name
        return str(Role(self.role).label)


def open_lines(cards: QuerySet[Card]) -> list[OpenLine]:
    """Return the open lines of some cards, by staff number and in the order of the plan; one query."""
    rows = CardLine.objects.filter(
        segment__version__current_of__in=cards, status=CardLine.Status.MISSING
    ).select_related("segment__version__current_of__person", "segment__version__current_of__assessor")
    found = []
    for line in rows.order_by("segment__version__current_of__person__staff_no", "segment__order", "order"):
        reason = str(line.explanation.get("reason", ""))
        found.append(OpenLine(line.segment.version.current_of, line, reason, FILLED_BY.get(reason, Role.HR)))
    return found


def by_card(lines: Sequence[OpenLine]) -> dict[int, list[OpenLine]]:
    """Return open lines by card id."""
    found: dict[int, list[OpenLine]] = {}
    for one in lines:
        found.setdefault(one.card.pk, []).append(one)
    return found
