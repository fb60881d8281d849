"""From checks, events, summaries and exam marks to facts: a fixed number of queries for any number of people.

Source of the meanings: spec/scorecard.md, "From the month's records to facts".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from reviews.models.checks import SpotCheck, SpotMark
from reviews.models.records import ServiceEvent, Waiver, WorkSummary
from reviews.scoring.facts import Fact, Source
from staff.calendar import first_of_next, last_day_of
from staff.models import Leave, Unit
from training.models import ExamMark
from training.selectors import valid_marks

NEEDS_BOTH = "follow_up"
CHECK_KEYS = ("service_attitude", "communication", NEEDS_BOTH)
EXAM_KEYS = {ExamMark.Kind.PRODUCT: "product_exam", ExamMark.Kind.SKILLS: "skills_exam"}
FULL_MARK = Decimal(100)


def check_facts(person_ids: Collection[int], month: date, *, at: datetime) -> dict[int, dict[str, Fact]]:
    """Return the facts that stand on people's records of a month, each with its source.

    Keys for everybody: `service_attitude`, `communication`, `follow_up` (0-5, plain means), `disputes`,
    `praises`, `critical_failures` (counts), `work_summary` (0-5), `product_exam`, `skills_exam` (0-100).
    Only where pasted chats had times: `response_seconds` (s), for months whose figures have none.
    What is not there is a missing fact with its reason, never 0. `at` decides whether the summary's deadline
    has passed. Eight queries, whatever the number of people.
    """
    found: dict[int, dict[str, Fact]] = {person: {} for person in person_ids}
    for part in (
        _from_checks(person_ids, month),
        _from_events(person_ids, month),
        _from_summaries(person_ids, month, at),
        _from_exams(person_ids, month),
    ):
        for person, facts in part.items():
            found[person].update(facts)
    return found


@dataclass(slots=True)
class _Checks:
    """What one person's checks of a month add up to."""

    sold: int = 0
    unsold: int = 0
    waited: int = 0
    replies: int = 0
    checkers: dict[str, None] = field(default_factory=dict)
    halves: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    critical: set[int] = field(default_factory=set)

    def source(self) -> Source:
        return Source.of("checks", sold=str(self.sold), unsold=str(self.unsold), by="、".join(self.checkers))


def _in_month(month: date, name: str) -> Q:
    return Q(**{f"{name}__gte": month, f"{name}__lt": first_of_next(month)})


def _from_checks(person_ids: Collection[int], month: date) -> dict[int, dict[str, Fact]]:
    checks: dict[int, _Checks] = {person: _Checks() for person in person_ids}
    rows = SpotCheck.objects.counting().filter(_in_month(month, "chat_on"), person__in=person_ids)
    whose = {}
    values = rows.values_list("pk", "person", "sold", "waited_seconds", "replies", "checker__name")
    for pk, person, sold, waited, replies, checker in values.order_by("chat_on", "pk"):
        mine = checks[person]
        whose[pk] = mine
        mine.sold += sold
        mine.unsold += not sold
        mine.waited += waited
        mine.replies += replies
        mine.checkers[checker] = None
    marks = SpotMark.objects.filter(check_made__in=rows, superseded=False)
    for pk, measure, critical, halves in marks.values_list(
        "check_made", "item__measure", "item__critical", "halves"
    ):
        if critical:
            whose[pk].critical.add(pk)
        elif halves is not None and measure:
            whose[pk].halves[measure].append(halves)
    return {person: _facts_of_checks(mine) for person, mine in checks.items()}


def _facts_of_checks(mine: _Checks) -> dict[str, Fact]:
    facts = {}
    for key in dict.fromkeys((*CHECK_KEYS, *mine.halves)):
        halves = mine.halves.get(key, [])
        if not halves:
            facts[key] = Fact.missing("no_check")
        elif key == NEEDS_BOTH and not (mine.sold and mine.unsold):
            facts[key] = Fact.missing("no_sold_and_unsold_check", mine.source())
        else:
            facts[key] = Fact.present(Decimal(sum(halves)) / (2 * len(halves)), mine.source())
    facts["critical_failures"] = Fact.present(len(mine.critical), mine.source())
    if mine.replies:
        source = Source.of("chats", replies=str(mine.replies))
        facts["response_seconds"] = Fact.present(Decimal(mine.waited) / mine.replies, source)
    return facts


def _from_events(person_ids: Collection[int], month: date) -> dict[int, dict[str, Fact]]:
    against: dict[int, set[str]] = {person: set() for person in person_ids}
    praises: dict[int, set[str]] = {person: set() for person in person_ids}
    undecided: set[int] = set()
    rows = ServiceEvent.objects.filter(_in_month(month, "day"), person__in=person_ids)
    for pk, person, kind, order, state, by_service in rows.values_list(
        "pk", "person", "kind", "order_digest", "state", "by_service"
    ):
        counted = against if kind in ServiceEvent.AGAINST else praises
        if state == ServiceEvent.State.OPEN:
            if counted is against:
                undecided.add(person)
        elif by_service:
            counted[person].add(order or f"#{pk}")
    found = {}
    for person in person_ids:
        counts = {"disputes": len(against[person]), "praises": len(praises[person])}
        found[person] = {
            key: Fact.present(count, Source.of("events", count=str(count))) for key, count in counts.items()
        }
        if person in undecided:
            found[person]["disputes"] = Fact.missing("undecided_event")
    return found


def _from_summaries(person_ids: Collection[int], month: date, at: datetime) -> dict[int, dict[str, Fact]]:
    rows = {
        row.person_id: row
        for row in WorkSummary.objects.filter(month=month, person__in=person_ids).select_related("marked_by")
    }
    due = summaries_due(person_ids, month)
    return {
        person: {"work_summary": _summary_fact(rows.get(person), due=due[person], at=at)}
        for person in person_ids
    }


def _summary_fact(row: WorkSummary | None, *, due: datetime, at: datetime) -> Fact:
    if row is not None and row.mark is not None and row.marked_by is not None:
        return Fact.present(row.mark, Source.of("summary", by=row.marked_by.name))
    due = row.due_at if row is not None else due
    if (row is None or row.handed_in_at is None) and at >= due:
        last = timezone.localtime(due) - timedelta(minutes=1)
        words = {"zh": f"{last:%Y-%m-%d} 前没有提交", "en": f"Not handed in by {last:%Y-%m-%d}"}
        return Fact.present(0, Source.of("text", **words))
    return Fact.missing("no_summary_mark")


def summaries_due(person_ids: Collection[int], month: date) -> dict[int, datetime]:
    """Return the moment each person's summary of a month is due: the end of the month's last day.

    Where that falls into approved leave, the end of the third day after the leave.
    """
    ends = _midnight(first_of_next(month))
    due = dict.fromkeys(person_ids, ends)
    away = Leave.objects.filter(person__in=person_ids, starts_at__lt=ends, ends_at__gte=ends).values_list(
        "person", "ends_at"
    )
    for person, until in away:
        back = timezone.localdate(until - timedelta(seconds=1)) + timedelta(days=1)
        due[person] = max(due[person], _midnight(back + timedelta(days=3)))
    return due


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _from_exams(person_ids: Collection[int], month: date) -> dict[int, dict[str, Fact]]:
    marks = valid_marks(person_ids, last_day=last_day_of(month))
    found: dict[int, dict[str, Fact]] = {}
    for person in person_ids:
        found[person] = {}
        for kind, key in EXAM_KEYS.items():
            mark = marks.get((person, kind))
            if mark is None:
                found[person][key] = Fact.missing("no_exam")
                continue
            source = Source.of("exam", day=mark.sat_on.isoformat(), name=mark.source)
            found[person][key] = Fact.present(mark.mark * FULL_MARK / mark.full_mark, source)
    return found


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whose card waivers may touch: where the person stands on the month's last day."""

    person_id: int
    unit_path: str
    employment_kind: str


def waivers_for(subjects: Iterable[Subject], month: date) -> dict[int, dict[str, Waiver]]:
    """Return per person the lines HR waived for a month, the narrowest waiver of a line first. Two queries."""
    waivers = list(Waiver.objects.filter(month=month, withdrawn_at__isnull=True).select_related("unit"))
    shops = {waiver.shop_id for waiver in waivers if waiver.shop_id}
    paths: dict[int, list[str]] = defaultdict(list)
    for shop, path in Unit.objects.filter(shop__in=shops).values_list("shop", "path"):
        paths[shop or 0].append(path)
    found: dict[int, dict[str, Waiver]] = {}
    for subject in subjects:
        reaching = [(_reach(waiver, subject, paths), waiver) for waiver in waivers]
        widest_first = sorted((pair for pair in reaching if pair[0]), key=lambda pair: pair[0])
        found[subject.person_id] = {waiver.line: waiver for _, waiver in widest_first}
    return found


def _reach(waiver: Waiver, subject: Subject, shop_paths: Mapping[int, list[str]]) -> int:
    """Return how narrowly a waiver meets a subject: 0 not at all, then kind, shop, unit, person."""
    if waiver.person_id:
        return 10_000 if waiver.person_id == subject.person_id else 0
    if waiver.unit is not None:
        return len(waiver.unit.path) + 2 if subject.unit_path.startswith(waiver.unit.path) else 0
    if waiver.shop_id:
        return 2 * any(subject.unit_path.startswith(path) for path in shop_paths[waiver.shop_id])
    return int(waiver.employment_kind == subject.employment_kind)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a person's chats of a month were checked, against the rubric's quota."""

    sold: int
    unsold: int
    quota: int
    quota_sold: int
    quota_unsold: int

    @property
    def done(self) -> int:
        """Checks made."""
        return self.sold + self.unsold

    @property
    def short(self) -> int:
        """Checks still to make, the sold and unsold parts included."""
        parts = max(self.quota_sold - self.sold, 0) + max(self.quota_unsold - self.unsold, 0)
        return max(self.quota - self.done, parts)
