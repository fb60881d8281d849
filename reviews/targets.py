"""Targets per person, month and kind: each setting is a new version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reviews.models import ImportBatch, Target
from staff.models import User
from staff.money import to_cents

MOST = Decimal(1_000_000_000_000)  # CNY
CHUNK = 500


@dataclass(frozen=True, slots=True)
class TargetGiven:
    """What a person is to reach in a full month, CNY; None takes the target back."""

    person_id: int
    month: date
    kind: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many targets were new, changed an earlier version, or stood already."""

    new: int
    changed: int
    unchanged: int


def current_targets(
    person_ids: Collection[int], *, first_month: date, last_month: date
) -> dict[tuple[int, date, str], Target]:
    """Return the targets in force by (person, month, kind); taken-back ones are left out."""
    rows = Target.objects.current().filter(
        person__in=person_ids, month__gte=first_month, month__lte=last_month, amount__isnull=False
    )
    return {(row.person_id, row.month, row.kind): row for row in rows}


def check_targets(given: Sequence[TargetGiven]) -> list[str]:
    """Return a sentence for everything that is wrong."""
    problems = []
    for one in given:
        if one.kind not in Target.Kind.values:
            problems.append(_("There is no such kind of target."))
        if one.month.day != 1:
            problems.append(_("A target is for a whole month."))
        if one.amount is None:
            continue
        if not one.amount.is_finite() or not 0 <= one.amount <= MOST:
            problems.append(_("A target lies between 0 and %(most)s CNY.") % {"most": f"{MOST:,}"})
        elif one.amount != to_cents(one.amount):
            problems.append(_("A target has at most two decimals."))
    keys = [(one.person_id, one.month, one.kind) for one in given]
    if len(keys) != len(set(keys)):
        problems.append(_("A person has two targets of one kind and month."))
    return problems


@transaction.atomic
def set_targets(
    given: Sequence[TargetGiven], *, by: User | None, source: str = "", batch: ImportBatch | None = None
) -> Recorded:
    """Set targets, all or none; one that stands already is left alone.

    Raises ValidationError with every problem before anything is written. A target changed after a
    card was submitted does not move that card.
    """
    if problems := check_targets(given):
        raise ValidationError(problems)
    held = _held(given)
    versions = _versions(given)
    old: list[int] = []
    rows: list[Target] = []
    for one in given:
        key = (one.person_id, one.month, one.kind)
        before = held.get(key)
        amount = None if one.amount is None else to_cents(one.amount)
        if (before.amount if before else None) == amount:
            continue
        if before is not None:
            old.append(before.pk)
        rows.append(
            Target(
                person_id=one.person_id,
                month=one.month,
                kind=one.kind,
                amount=amount,
                version=versions.get(key, 0) + 1,
                source=source,
                batch=batch,
                set_by=by,
            )
        )
    for start in range(0, len(old), CHUNK):
        Target.objects.filter(pk__in=old[start : start + CHUNK]).update(superseded=True)
    Target.objects.bulk_create(rows, batch_size=CHUNK)
    return Recorded(len(rows) - len(old), len(old), len(given) - len(rows))


def _held(given: Sequence[TargetGiven]) -> dict[tuple[int, date, str], Target]:
    wanted = {(one.person_id, one.month, one.kind) for one in given}
    rows = Target.objects.current().filter(month__in={one.month for one in given})
    return {key: row for row in rows if (key := (row.person_id, row.month, row.kind)) in wanted}


def _versions(given: Sequence[TargetGiven]) -> dict[tuple[int, date, str], int]:
    rows = Target.objects.filter(month__in={one.month for one in given})
    latest = rows.values_list("person_id", "month", "kind").annotate(last=Max("version")).order_by()
    return {(person_id, month, kind): last for person_id, month, kind, last in latest}


@transaction.atomic
def take_back(batch: ImportBatch) -> int:
    """Let the targets before a batch hold again; return how many it had set that still held."""
    mine = list(Target.objects.current().filter(batch=batch))
    Target.objects.filter(pk__in=[row.pk for row in mine]).update(superseded=True)
    for row in mine:
        before = Target.objects.filter(
            person=row.person_id, month=row.month, kind=row.kind, version__lt=row.version
        ).exclude(batch__state=ImportBatch.State.UNDONE)
        earlier = before.exclude(batch=batch).order_by("-version").first()
        if earlier is not None:
            Target.objects.filter(pk=earlier.pk).update(superseded=False)
    return len(mine)
