"""Batches of the past: found again, what became of their rows, and what undoing one would do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reviews.figures.applying import undo_refusal
from reviews.figures.days import month_span
from reviews.figures.planned import TABLES
from reviews.figures.profiles.registry import formats_by_code
from reviews.models import ImportBatch, ImportFile, ImportIssue, Target

PER_PAGE = 25
SUMMED = ("new", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for in the history; empty is anything."""

    shop: int | None = None
    state: str = ""
    who: int | None = None
    month: date | None = None
    text: str = ""

    def of(self, batches: QuerySet[ImportBatch]) -> QuerySet[ImportBatch]:
        """Return the batches that match."""
        found = Q()
        if self.shop:
            found &= Q(shop=self.shop)
        if self.state:
            found &= Q(state=self.state)
        if self.who:
            found &= Q(by=self.who) | Q(undone_by=self.who)
        files = ImportFile.objects.all()
        if self.month:
            span = month_span(self.month.year, self.month.month)
            files = files.filter(first_day__lte=span.last, last_day__gte=span.first)
        if self.text:
            files = files.filter(name__icontains=self.text)
        if self.month or self.text:
            found &= Q(pk__in=files.values("batch"))
        return batches.filter(found)


@dataclass(slots=True)
class Line:
    """One batch in the list, with the formats and months of its files."""

    batch: ImportBatch
    formats: list[str] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    @property
    def many(self) -> int:
        """How many files it has."""
        return len(self.files)


def page_of(batches: QuerySet[ImportBatch], number: str | None) -> tuple[Page[ImportBatch], list[Line]]:
    """Return one page of batches, the newest first; four queries whatever their number."""
    page = Paginator(batches.order_by("-pk"), PER_PAGE).get_page(number)
    lines = {batch.pk: Line(batch) for batch in page.object_list}
    files = list(ImportFile.objects.filter(batch__in=lines).order_by("pk"))
    forms = formats_by_code([file.format for file in files])
    for file in files:
        line = lines[file.batch_id]
        line.files.append(file.name)
        if file.left_out:
            continue
        line.sums.update({name: getattr(file, name) for name in SUMMED})
        form = forms.get(file.format)
        if form is not None and (name := str(form.title)) not in line.formats:
            line.formats.append(name)
        for day in (file.first_day, file.last_day):
            if day and f"{day:%Y-%m}" not in line.months:
                line.months.append(f"{day:%Y-%m}")
    errors = ImportIssue.objects.filter(file__batch__in=lines, severity=ImportIssue.Severity.ERROR)
    for batch_id, count in errors.order_by().values_list("file__batch").annotate(many=Count("pk")):
        lines[batch_id].errors = count
    for line in lines.values():
        line.months.sort()
    return page, list(lines.values())


@dataclass(frozen=True, slots=True)
class Fate:
    """How many rows a later batch replaced, or fall back to an earlier one."""

    batch: ImportBatch
    rows: int


def superseded(batch: ImportBatch) -> list[Fate]:
    """Return which later batches took the place of a batch's rows, and of how many; three queries."""
    return _fates(
        model.objects.filter(batch=batch, superseded_by__isnull=False).values_list("superseded_by__batch")
        for model in TABLES.values()
    )


@dataclass(slots=True)
class Undoing:
    """What undoing a batch would do: rows that fall back to earlier batches, and rows that go."""

    batch: ImportBatch
    rows: int
    gone: int
    back: list[Fate]
    targets: int
    refusal: str


def undoing(batch: ImportBatch) -> Undoing:
    """Foretell what undoing an applied batch does; a fixed number of queries."""
    rows = gone = 0
    for model in TABLES.values():
        before = model.objects.filter(superseded_by=OuterRef("pk"), batch__state=ImportBatch.State.APPLIED)
        mine = model.objects.filter(batch=batch, current=True)
        rows += mine.count()
        gone += mine.exclude(Exists(before)).count()
    back = _fates(_hidden_by(model, batch) for model in TABLES.values())
    targets = Target.objects.filter(batch=batch).count()
    return Undoing(batch, rows, gone, back, targets, undo_refusal(batch))


def _hidden_by(model: Any, batch: ImportBatch) -> QuerySet[Any]:
    mine = model.objects.filter(batch=batch, current=True).values("pk")
    hidden = model.objects.filter(superseded_by__in=mine, batch__state=ImportBatch.State.APPLIED)
    found: QuerySet[Any] = hidden.values_list("batch")
    return found


def _fates(queries: Iterable[Any]) -> list[Fate]:
    counts: dict[int, int] = defaultdict(int)
    for query in queries:
        for key, rows in query.order_by().annotate(rows=Count("pk")):
            counts[key] += rows
    batches = ImportBatch.objects.select_related("by__person").in_bulk(counts)
    return [Fate(batches[key], rows) for key, rows in sorted(counts.items())]
