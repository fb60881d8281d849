"""A card's own copy: everything it was scored from and with, between the core and the rows.

The digest of a copy stands for it: a run that finds the same digest writes nothing, and scoring a
copy's facts again gives the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reviews.measures import score_facts
from reviews.models import CardFact, CardLine, CardSegment, CardVersion
from reviews.scoring.facts import Fact, Facts, Source, State
from reviews.scoring.plan import Band, Plan
from reviews.scoring.score import Adjustment, PayLevel, ScoredCard
from reviews.scoring.ways import LineWay

ENGINE = "1"
BATCH = 500


@dataclass(frozen=True, slots=True)
class FactCopy:
    """One input as it was taken. `value` keeps every digit; empty where there is none."""

    key: str
    state: str
    value: str
    reason: str
    source: Mapping[str, str]
    estimated: bool = False

    @classmethod
    def of(cls, key: str, fact: Fact, *, estimated: bool) -> FactCopy:
        """Copy a fact of the core."""
        value = "" if fact.value is None else format(fact.value, "f")
        return cls(key, fact.state.value, value, fact.reason, fact.source.to_data(), estimated)

    def fact(self) -> Fact:
        """Return the fact as the core takes it."""
        value = Decimal(self.value) if self.value else None
        return Fact(value, State(self.state), self.reason, Source.from_data(self.source))


@dataclass(frozen=True, slots=True)
class LineCopy:
    """One line as it was scored. Points are None exactly when it is missing."""

    code: str
    status: str
    weight: Decimal
    value: str
    points: Decimal | None
    explanation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SegmentCopy:
    """A run of days under one plan version, with its inputs and its lines."""

    first_day: date
    last_day: date
    days_worked: int
    share: Decimal
    plan_version_id: int
    plan_sha256: str
    facts: tuple[FactCopy, ...]
    lines: tuple[LineCopy, ...] = ()
    total: Decimal | None = None

    def core_facts(self) -> Facts:
        """Return the inputs as the core takes them."""
        return {fact.key: fact.fact() for fact in self.facts}

    def waived(self) -> dict[str, str]:
        """Return the reasons of the waived lines."""
        return {line.code: line.explanation["reason"] for line in self.lines if line.status == "waived"}

    def ways(self) -> dict[str, LineWay]:
        """Return what fed lines in the person's shop instead of the plan's own measures."""
        kept = {line.code: line.explanation.get("shop_way") for line in self.lines}
        return {code: LineWay.from_data(way) for code, way in kept.items() if way}


@dataclass(frozen=True, slots=True)
class Pay:
    """The level a card is paid by, copied; amounts in CNY for the days employed."""

    level_id: int | None = None
    level_name: str = ""
    base_salary: Decimal | None = None
    performance_salary: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One version of a card, whole. Until it is scored it has no lines and no total."""

    segments: tuple[SegmentCopy, ...]
    pay: Pay = Pay()
    comment: str = ""
    adjustment: Decimal | None = None
    adjustment_reason: str = ""
    critical_failures: int = 0
    total_before_cap: Decimal | None = None
    total: Decimal | None = None
    band: Mapping[str, Any] | None = None
    band_at_least: Decimal | None = None
    multiplier: Decimal | None = None
    performance_pay: Decimal | None = None
    engine: str = ENGINE

    @property
    def open_lines(self) -> tuple[str, ...]:
        """Codes of the lines that are still missing."""
        return tuple(line.code for part in self.segments for line in part.lines if line.points is None)

    @property
    def estimated(self) -> bool:
        """Whether any input is an estimate."""
        return any(fact.estimated for part in self.segments for fact in part.facts)

    def sha256(self) -> str:
        """Return the digest over the whole copy; equal copies, equal digests."""
        text = json.dumps(self, sort_keys=True, ensure_ascii=False, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    # Trailing zeros differ between a computed and a stored decimal of the same value.
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return str(value)


def scored(
    copy: Copy,
    *,
    plans: Mapping[int, Plan],
    waived: Mapping[str, str] | None = None,
    ways: Mapping[str, LineWay] | None = None,
) -> Copy:
    """Return a copy scored by the core from its own facts; `waived` and `ways` replace the copied ones.

    `plans` maps ids of plan versions to plans. Raises ValueError for a copy of several segments: how
    their totals add up is not settled here.
    """
    [part] = copy.segments
    plan = plans[part.plan_version_id]
    adjustment = None
    if copy.adjustment is not None:
        adjustment = Adjustment(copy.adjustment, copy.adjustment_reason)
    card = score_facts(
        plan,
        part.core_facts(),
        level=PayLevel(copy.pay.base_salary, copy.pay.performance_salary),
        waived=_known(part.waived() if waived is None else waived, plan),
        adjustment=adjustment,
        critical_failures=copy.critical_failures,
        ways=part.ways() if ways is None else ways,
    )
    return replace(
        copy,
        segments=(replace(part, lines=_lines(card), total=card.total),),
        total_before_cap=card.total_before_cap,
        total=card.total,
        performance_pay=card.performance_pay,
        **_banded(card.band),
    )


def _banded(band: Band | None) -> dict[str, Any]:
    """Return what a copy keeps of its band, nothing without a total."""
    if band is None:
        return {"band": None, "band_at_least": None, "multiplier": None}
    written = {**asdict(band), "multiplier": str(band.multiplier), "at_least": str(band.at_least)}
    return {"band": written, "band_at_least": band.at_least, "multiplier": band.multiplier}


def _known(waived: Mapping[str, str], plan: Plan) -> dict[str, str]:
    codes = {line.code for line in plan.lines}
    return {code: reason for code, reason in waived.items() if code in codes}


def _lines(card: ScoredCard) -> tuple[LineCopy, ...]:
    return tuple(
        LineCopy(
            code=one.line.code,
            status=one.status.value,
            weight=one.line.weight,
            value="" if one.value is None else format(one.value, "f"),
            points=one.points,
            explanation=one.explanation,
        )
        for one in card.lines
    )


def with_fact(copy: Copy, key: str, value: Decimal, source: Source) -> Copy:
    """Return the copy with one input replaced everywhere it stands; nothing else changes.

    Raises KeyError where no segment has that input.
    """
    if not any(fact.key == key for part in copy.segments for fact in part.facts):
        raise KeyError(key)
    corrected = FactCopy.of(key, Fact.present(value, source), estimated=False)
    return replace(
        copy,
        segments=tuple(
            replace(part, facts=tuple(corrected if fact.key == key else fact for fact in part.facts))
            for part in copy.segments
        ),
    )


def read(versions: Sequence[CardVersion]) -> dict[int, Copy]:
    """Return the copies that versions hold, by version id, in three queries."""
    ids = [version.pk for version in versions]
    facts: dict[int, list[FactCopy]] = {}
    for row in CardFact.objects.filter(segment__version__in=ids).order_by("key"):
        facts.setdefault(row.segment_id, []).append(
            FactCopy(row.key, row.state, row.value, row.reason, row.source, row.estimated)
        )
    lines: dict[int, list[LineCopy]] = {}
    for line in CardLine.objects.filter(segment__version__in=ids).order_by("order"):
        lines.setdefault(line.segment_id, []).append(
            LineCopy(line.code, line.status, line.weight, line.value, line.points, line.explanation)
        )
    segments: dict[int, list[SegmentCopy]] = {}
    for part in CardSegment.objects.filter(version__in=ids).order_by("order"):
        segments.setdefault(part.version_id, []).append(
            SegmentCopy(
                first_day=part.first_day,
                last_day=part.last_day,
                days_worked=part.days_worked,
                share=part.share,
                plan_version_id=part.plan_version_id,
                plan_sha256=part.plan_sha256,
                facts=tuple(facts.get(part.pk, ())),
                lines=tuple(lines.get(part.pk, ())),
                total=part.total,
            )
        )
    return {version.pk: _copy_of(version, segments.get(version.pk, [])) for version in versions}


def _copy_of(version: CardVersion, segments: list[SegmentCopy]) -> Copy:
    return Copy(
        segments=tuple(segments),
        pay=Pay(version.level_id, version.level_name, version.base_salary, version.performance_salary),
        comment=version.comment,
        adjustment=version.adjustment,
        adjustment_reason=version.adjustment_reason,
        critical_failures=version.critical_failures,
        total_before_cap=version.total_before_cap,
        total=version.total,
        band=version.band or None,
        band_at_least=version.band_at_least,
        multiplier=version.multiplier,
        performance_pay=version.performance_pay,
        engine=version.engine,
    )


def columns(copy: Copy, *, at: datetime) -> dict[str, Any]:
    """Return what a version row takes from a copy."""
    return {
        "comment": copy.comment,
        "open_lines": len(copy.open_lines),
        "total_before_cap": copy.total_before_cap,
        "total": copy.total,
        "critical_failures": copy.critical_failures,
        "adjustment": copy.adjustment,
        "adjustment_reason": copy.adjustment_reason,
        "band_at_least": copy.band_at_least,
        "band": copy.band or {},
        "multiplier": copy.multiplier,
        "level_id": copy.pay.level_id,
        "level_name": copy.pay.level_name,
        "base_salary": copy.pay.base_salary,
        "performance_salary": copy.pay.performance_salary,
        "performance_pay": copy.performance_pay,
        "estimated": copy.estimated,
        "engine": copy.engine,
        "sha256": copy.sha256(),
        "computed_at": at,
    }


def write_parts(parts: Iterable[tuple[CardVersion, Copy]]) -> None:
    """Write segments, inputs and lines of versions that have none yet, in three bulk inserts."""
    pairs = [
        (_segment_row(version, order, part), part)
        for version, copy in parts
        for order, part in enumerate(copy.segments)
    ]
    CardSegment.objects.bulk_create([row for row, _part in pairs], batch_size=BATCH)
    facts = [_fact_row(row, fact) for row, part in pairs for fact in part.facts]
    CardFact.objects.bulk_create(facts, batch_size=BATCH)
    lines = [_line_row(row, order, line) for row, part in pairs for order, line in enumerate(part.lines)]
    CardLine.objects.bulk_create(lines, batch_size=BATCH)


def _segment_row(version: CardVersion, order: int, part: SegmentCopy) -> CardSegment:
    return CardSegment(
        version=version,
        order=order,
        first_day=part.first_day,
        last_day=part.last_day,
        days_worked=part.days_worked,
        share=part.share,
        plan_version_id=part.plan_version_id,
        plan_sha256=part.plan_sha256,
        total=part.total,
    )


def _fact_row(segment: CardSegment, fact: FactCopy) -> CardFact:
    return CardFact(
        segment=segment,
        key=fact.key,
        state=fact.state,
        value=fact.value,
        reason=fact.reason,
        source=dict(fact.source),
        estimated=fact.estimated,
    )


def _line_row(segment: CardSegment, order: int, line: LineCopy) -> CardLine:
    return CardLine(
        segment=segment,
        order=order,
        code=line.code,
        status=line.status,
        weight=line.weight,
        value=line.value,
        points=line.points,
        explanation=dict(line.explanation),
    )
