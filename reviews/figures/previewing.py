"""A batch as a person is shown it before deciding: counts, files by format, changes, what must be decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.figures.accounts import InBatch, unmatched_in_batch
from reviews.figures.cuts import Cut, cut_of
from reviews.figures.fields import LABELS
from reviews.figures.formats import SOURCE_LABELS
from reviews.figures.importing import State, folder_of
from reviews.figures.messages import place, sentence
from reviews.figures.reading import FORMAT_BY_CODE
from reviews.figures.snapshots import taken_at_of
from reviews.models import ImportBatch, ImportChange, ImportFile, ImportIssue, Target

SHOWN_CHANGES = 12
SHOWN_ISSUES = 40
OVERLAP, UNRECOGNISED = "overlap", "no_header"
NEEDS_DAYS = frozenset({"no_span", "name_no_such_day", "name_several_spans"})
COUNTS = ("rows", "new", "changed", "unchanged", "skipped", "faulty", "unknown")


@dataclass(slots=True)
class Said:
    """A message with its place in words."""

    severity: str
    where: str
    text: str


@dataclass(slots=True)
class FileView:
    """A file with its messages, and the cut of its sheet where cells are faulty."""

    file: ImportFile
    format: str
    errors: list[Said] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    more: int = 0
    cut: Cut | None = None
    codes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Noted:
    """A note on one file, or the same note on several."""

    names: list[str]
    where: str
    text: str

    @property
    def name(self) -> str:
        """The files in short."""
        return in_short(self.names)


@dataclass(slots=True)
class Group:
    """Files of one format in one row of the table."""

    format: str
    files: list[ImportFile]
    counts: dict[str, int]
    faulty: bool

    @property
    def name(self) -> str:
        """The files' names in short."""
        return in_short([file.name for file in self.files])

    @property
    def span(self) -> str:
        """The days from the first to the last."""
        days = [day for file in self.files for day in (file.first_day, file.last_day) if day]
        if not days:
            return "–"
        first, last = min(days), max(days)
        if first == last:
            return f"{first:%Y-%m-%d}"
        return _("{first} to {last}").format(first=f"{first:%Y-%m-%d}", last=f"{last:%m-%d}")


@dataclass(slots=True)
class ChangeView:
    """A changed cell in words."""

    change: ImportChange
    field: str
    source: str
    kept: str


@dataclass(slots=True)
class Preview:
    """All of it."""

    batch: ImportBatch
    totals: dict[str, int]
    recognised: int
    groups: list[Group]
    faulty: list[FileView]
    noted: list[Noted]
    changes: list[ChangeView]
    more_changes: int
    differing: list[ChangeView]
    more_differing: int
    accounts: list[InBatch]
    overlaps: bool
    needs_days: bool
    refusal: str

    @property
    def recognised_of(self) -> int:
        """How many files there are."""
        return self.totals["files"]


def preview_of(batch: ImportBatch) -> Preview:
    """Return what a staged, faulty or applied batch shows; the number of queries is fixed."""
    files = list(batch.files.select_related("same_as__batch").order_by("pk"))
    views = _views(batch, files)
    counted = [file for file in files if not file.left_out]
    totals = {name: sum(getattr(file, name) for file in counted) for name in COUNTS} | {"files": len(files)}
    totals["cells"] = sum(len(view.errors) + view.more for view in views)
    changes, more = _changes(batch, ImportChange.Kind.CHANGED)
    differing, more_differing = _changes(batch, ImportChange.Kind.DIFFERS)
    codes = {code for view in views for code in view.codes}
    return Preview(
        batch=batch,
        totals=totals,
        recognised=sum(bool(file.format) for file in files),
        groups=_groups(files, views),
        faulty=[view for view in views if view.errors and not view.file.left_out],
        noted=_noted(views),
        changes=changes,
        more_changes=more,
        differing=differing,
        more_differing=more_differing,
        accounts=unmatched_in_batch(batch),
        overlaps=OVERLAP in codes,
        needs_days=bool(codes & NEEDS_DAYS),
        refusal=_refusal(batch, views, totals),
    )


def _views(batch: ImportBatch, files: Iterable[ImportFile]) -> list[FileView]:
    issues: dict[int, list[ImportIssue]] = {}
    for issue in ImportIssue.objects.filter(file__batch=batch).order_by("pk"):
        issues.setdefault(issue.file_id, []).append(issue)
    views = []
    for file in files:
        view = FileView(file, format_name(file.format))
        mine = issues.get(file.pk, [])
        for issue in mine:
            where = place(sheet=issue.sheet, row=issue.row, column=issue.column, letter=issue.letter)
            said = Said(issue.severity, where, sentence(issue.code, issue.params))
            (view.errors if issue.severity == ImportIssue.Severity.ERROR else view.notes).append(said)
            if issue.severity == ImportIssue.Severity.ERROR:
                view.codes.add(issue.code)
        view.more = max(len(view.errors) - SHOWN_ISSUES, 0)
        view.errors, view.notes = view.errors[:SHOWN_ISSUES], view.notes[:SHOWN_ISSUES]
        if view.errors and not file.left_out:
            view.cut = cut_of(folder_of(batch) / file.stored, mine)
        views.append(view)
    return views


def in_short(names: list[str]) -> str:
    """Return a file's name, or the first one's where there are several."""
    return names[0] if len(names) == 1 else _("{first} and others").format(first=names[0])


def _noted(views: Iterable[FileView]) -> list[Noted]:
    """Return the notes, one that several files share said once."""
    found: dict[tuple[str, str], Noted] = {}
    for view in views:
        for note in view.notes:
            names = found.setdefault((note.where, note.text), Noted([], note.where, note.text)).names
            if view.file.name not in names:
                names.append(view.file.name)
    return list(found.values())


def format_name(code: str) -> str:
    """Return a format's name in the reader's language, or that it is not known."""
    form = FORMAT_BY_CODE.get(code)
    if form is None:
        return _("Not recognised")
    if not form.own:
        return str(form.title)
    return _("own template: {kind}").format(kind=form.title)


def _snapshot_name(name: str, at: datetime | None) -> str:
    """Return a format's name, with the hour where it is a snapshot."""
    if at is None:
        return name
    return _("{format}, snapshot of {hour}").format(format=name, hour=f"{at:%H:%M}")


def _groups(files: Iterable[ImportFile], views: Iterable[FileView]) -> list[Group]:
    faulty = {view.file.pk for view in views if view.errors}
    by_format: dict[tuple[bool, str, datetime | None], list[ImportFile]] = {}
    for file in files:
        by_format.setdefault((file.left_out, file.format, taken_at_of(file)), []).append(file)
    return [
        Group(
            _("Left out") if left_out else _snapshot_name(format_name(code), at),
            members,
            {name: sum(getattr(file, name) for file in members) for name in COUNTS},
            any(file.pk in faulty for file in members),
        )
        for (left_out, code, at), members in by_format.items()
    ]


def _changes(batch: ImportBatch, kind: str) -> tuple[list[ChangeView], int]:
    rows = ImportChange.objects.filter(file__batch=batch, kind=kind)
    total = rows.aggregate(count=Count("pk"))["count"]
    shown = rows.select_related("file").order_by("file", "pk")[:SHOWN_CHANGES]
    kinds = dict(Target.Kind.choices)
    return [
        ChangeView(
            change,
            str(LABELS.get(change.field) or kinds.get(change.field) or change.field),
            format_name(change.file.format),
            str(SOURCE_LABELS.get(change.source, change.source)),
        )
        for change in shown
    ], max(total - SHOWN_CHANGES, 0)


def _refusal(batch: ImportBatch, views: Iterable[FileView], totals: dict[str, int]) -> str:
    """Say why the batch cannot be applied now, or nothing."""
    if batch.state == State.FAULTY:
        files = sum(bool(view.errors) for view in views)
        return ngettext(
            "{count} file has errors. All files go in together or none.",
            "{count} files have errors. All files go in together or none.",
            files,
        ).format(count=files)
    if batch.state == State.STAGED and not (totals["new"] or totals["changed"]):
        return _("There is nothing new in these files; nothing was changed.")
    return ""
