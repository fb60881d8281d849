"""A batch's files with their messages, and the rows of the table by format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.figures.buyers import masked_params
from reviews.figures.formats import Format
from reviews.figures.importing import Asked, folder_of
from reviews.figures.messages import place, sentence
from reviews.figures.planned import FileAnswer
from reviews.figures.preview.cuts import Cut, cut_of
from reviews.figures.profiles.registry import formats_by_code
from reviews.figures.profiles.unknown import Fit, fitting
from reviews.figures.snapshots import taken_at_of
from reviews.figures.stakes import UNMATCHED
from reviews.models import ImportBatch, ImportFile, ImportIssue

SHOWN_ISSUES = 40
MODE, OVERLAP, DAYS, CELLS, UNKNOWN = "mode", "overlap", "days", "cells", "unknown"
PANEL_OF = {
    "mode_mixed": MODE,
    "overlap": OVERLAP,
    "overlap_in_batch": OVERLAP,
    "no_span": DAYS,
    "name_no_such_day": DAYS,
    "name_several_spans": DAYS,
    "span_differs": DAYS,
    "no_header": UNKNOWN,
    "missing_columns": UNKNOWN,
    "several_profiles": UNKNOWN,
    "encoding_unsure": UNKNOWN,
}
COUNTS = ("rows", "new", "changed", "unchanged", "skipped", "faulty", "unknown")


@dataclass(slots=True)
class Said:
    """A message with its place in words."""

    severity: str
    where: str
    text: str
    code: str = ""


@dataclass(slots=True)
class FileView:
    """A file with its messages by panel, and the cut of its sheet where cells are faulty."""

    file: ImportFile
    format: str
    answer: FileAnswer
    errors: dict[str, list[Said]] = field(default_factory=dict)
    params: dict[str, dict[str, object]] = field(default_factory=dict)
    notes: list[Said] = field(default_factory=list)
    issues: list[ImportIssue] = field(default_factory=list)
    cut: Cut | None = None
    fits: list[Fit] = field(default_factory=list)
    on_disk: bool = False

    @property
    def shown(self) -> list[Said]:
        """The first faulty cells in words."""
        return self.errors.get(CELLS, [])[:SHOWN_ISSUES]

    @property
    def more(self) -> int:
        """How many faulty cells are not shown."""
        return max(len(self.errors.get(CELLS, [])) - SHOWN_ISSUES, 0)

    @property
    def marks(self) -> bool:
        """Whether there are cells that a copy of the file can mark."""
        return self.on_disk and any(
            issue.row is not None and issue.severity == ImportIssue.Severity.ERROR for issue in self.issues
        )

    @property
    def first_said(self) -> str:
        """The first error in words."""
        return next((said.text for group in self.errors.values() for said in group), "")


@dataclass(slots=True)
class Noted:
    """A note on one file, or the same note on several."""

    names: list[str]
    where: str
    text: str
    code: str = ""

    @property
    def name(self) -> str:
        """The files in short."""
        return in_short(self.names)


@dataclass(slots=True)
class Group:
    """Files of one format in one row of the table, with what is to be done about them."""

    format: str
    files: list[ImportFile]
    counts: dict[str, int]
    left_out: bool
    chip: str = ""
    tone: str = ""

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


def views_of(batch: ImportBatch, files: Sequence[ImportFile], asked: Asked) -> list[FileView]:
    """Return each file with its messages; one query, three more where profiles are asked for."""
    forms = formats_by_code([file.format for file in files])
    issues: dict[int, list[ImportIssue]] = {}
    for issue in ImportIssue.objects.filter(file__batch=batch).exclude(code=UNMATCHED).order_by("pk"):
        issues.setdefault(issue.file_id, []).append(issue)
    views = []
    for file in files:
        answer = asked.files.get(file.stored, FileAnswer())
        name = snapshot_name(format_name(file.format, forms), taken_at_of(file, forms))
        view = FileView(file, name, answer, issues=issues.get(file.pk, []))
        for issue in view.issues:
            _take(view, issue)
        stored = folder_of(batch) / file.stored
        view.on_disk = bool(file.stored) and stored.is_file()
        if view.errors.get(CELLS) and not file.left_out:
            form = forms.get(file.format)
            view.cut = cut_of(stored, view.issues, formats=(form,)) if form else cut_of(stored, view.issues)
        views.append(view)
    unknown = [view for view in views if view.errors.get(UNKNOWN) and not view.file.left_out]
    fits = fitting([folder_of(batch) / view.file.stored for view in unknown])
    for view, found in zip(unknown, fits, strict=True):
        view.fits = found
    return views


def _take(view: FileView, issue: ImportIssue) -> None:
    where = place(sheet=issue.sheet, row=issue.row, column=issue.column, letter=issue.letter)
    text = sentence(issue.code, masked_params(issue.column, issue.params))
    said = Said(issue.severity, where, text, issue.code)
    if issue.severity == ImportIssue.Severity.ERROR:
        panel = PANEL_OF.get(issue.code, CELLS)
        view.errors.setdefault(panel, []).append(said)
        view.params.setdefault(panel, dict(issue.params))
    elif len(view.notes) < SHOWN_ISSUES:
        view.notes.append(said)


def in_short(names: list[str]) -> str:
    """Return a file's name, or the first one's where there are several."""
    return names[0] if len(names) == 1 else _("{first} and others").format(first=names[0])


def noted(views: Iterable[FileView]) -> list[Noted]:
    """Return the notes, one that several files share said once."""
    found: dict[tuple[str, str], Noted] = {}
    for view in views:
        for note in view.notes:
            one = found.setdefault((note.where, note.text), Noted([], note.where, note.text, note.code))
            if view.file.name not in one.names:
                one.names.append(view.file.name)
    return list(found.values())


def format_name(code: str, forms: Mapping[str, Format]) -> str:
    """Return a format's name in the reader's language, or that it is not known."""
    form = forms.get(code)
    if form is None:
        return _("Not recognised")
    if not form.own:
        return str(form.title)
    return _("own template: {kind}").format(kind=form.title)


def snapshot_name(name: str, at: datetime | None) -> str:
    """Return a format's name, with the hour where it is a snapshot."""
    if at is None:
        return name
    return _("{format}, snapshot of {hour}").format(format=name, hour=f"{at:%H:%M}")


def groups_of(batch: ImportBatch, views: Iterable[FileView]) -> list[Group]:
    """Return the files by format, those left out apart."""
    by_format: dict[tuple[bool, str], list[FileView]] = {}
    for view in views:
        by_format.setdefault((view.file.left_out, view.format), []).append(view)
    groups = []
    for (left_out, name), members in by_format.items():
        files = [view.file for view in members]
        counts = {name: sum(getattr(file, name) for file in files) for name in COUNTS}
        group = Group(name, files, counts, left_out)
        group.chip, group.tone = _chip(batch, group, members)
        groups.append(group)
    return groups


def _chip(batch: ImportBatch, group: Group, members: Iterable[FileView]) -> tuple[str, str]:
    """Return what stands in the last column of a group's row, and its colour."""
    many = {
        panel: sum(len(view.errors.get(panel, [])) for view in members) for panel in set(PANEL_OF.values())
    }
    cells = sum(len(view.errors.get(CELLS, [])) for view in members)
    if group.left_out:
        return _("left out"), ""
    if cells:
        return ngettext("{count} error", "{count} errors", cells).format(count=cells), "is-faulty"
    if conflicts := many[OVERLAP] + many[MODE]:
        return ngettext("{count} conflict", "{count} conflicts", conflicts).format(
            count=conflicts
        ), "is-faulty"
    if many[UNKNOWN]:
        return _("to be decided"), "is-staged"
    if many[DAYS]:
        return _("days missing"), "is-staged"
    if not (group.counts["new"] or group.counts["changed"]):
        return _("nothing new"), ""
    return (_("imported") if batch.applied_at else _("can go in")), "is-applied"
