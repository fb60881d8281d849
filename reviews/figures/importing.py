"""Batches: files are staged, shown, applied in one short step, and can be undone.

Staging writes rows that count for nothing; applying flips a state. So no long work holds the
database's write lock, and what a person was shown is what goes in, or nothing does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reviews.figures.comparing import compare
from reviews.figures.days import Span
from reviews.figures.evidence.staging import Tick, no_tick
from reviews.figures.evidence.staging import write as write_evidence
from reviews.figures.evidence.switching import MODELS
from reviews.figures.planned import FileAnswer, Plan, PlannedFile
from reviews.figures.profiles.registry import chosen_formats, known_formats
from reviews.figures.reading import ReadFile, read_file
from reviews.figures.stakes import note_unmatched
from reviews.figures.storing import CHUNK, write_rows
from reviews.models import (
    AgentFigures,
    ImportBatch,
    ImportChange,
    ImportFile,
    ImportIssue,
    ShopFigures,
)
from staff.models import Job, Shop, User

State = ImportBatch.State


class Refused(Exception):
    """The batch cannot do that now; the message says why in the reader's language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said about files that do not say it themselves, and how to settle overlaps.

    `at`: these are snapshots of a running day, taken at that wall-clock time of the company.
    """

    span: Span | None = None
    mode: str = ""
    overlap: str = ImportBatch.Overlap.ASK
    files: Mapping[str, FileAnswer] = field(default_factory=dict)  # by the name a file is kept under
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import and the name it came with."""

    path: Path
    name: str
    answer: FileAnswer = field(default_factory=FileAnswer)


def preview(
    uploads: Sequence[Upload],
    *,
    shop: Shop,
    asked: Asked,
    by: User | None = None,
    told: Callable[[int], None] | None = None,
    tick: Tick = no_tick,
) -> Plan:
    """Read and compare files for a user; write nothing.

    `told` hears how many files have been read, `tick` is called every few thousand rows of long ones.
    """
    reads = read_uploads(uploads, asked=asked, told=told)
    answers = [upload.answer for upload in uploads]
    return compare(reads, shop=shop, overlap=asked.overlap, answers=answers, by=by, tick=tick)


def read_uploads(
    uploads: Sequence[Upload], *, asked: Asked, told: Callable[[int], None] | None = None
) -> list[ReadFile]:
    """Read files by what was said about each of them, else about all. `told` hears how many have been read."""
    known = known_formats()
    chosen = chosen_formats({upload.answer.profile for upload in uploads if upload.answer.profile})
    reads = []
    for number, upload in enumerate(uploads, start=1):
        reads.append(
            read_file(
                upload.path,
                name=upload.name,
                asked=upload.answer.span or asked.span,
                mode=asked.mode,
                at=asked.at,
                formats=chosen.get(upload.answer.profile or 0, known),
            )
        )
        if told is not None:
            told(number)
    return reads


def uploads_of(batch: ImportBatch, files: Sequence[ImportFile], *, asked: Asked) -> list[Upload]:
    """Return kept files of a batch with what a person said about each."""
    folder = folder_of(batch)
    return [
        Upload(folder / file.stored, file.name, asked.files.get(file.stored, FileAnswer())) for file in files
    ]


def receive(uploads: Sequence[Upload], *, shop: Shop, by: User | None, asked: Asked) -> ImportBatch:
    """Keep files under names of our own as a batch that waits to be read."""
    with transaction.atomic():
        batch = open_batch(shop=shop, by=by, asked=asked)
        add_files(batch, uploads)
    return batch


def add_files(batch: ImportBatch, uploads: Sequence[Upload]) -> None:
    """Keep more files with a batch that nobody has begun to read. Raises Refused, keeping none of them.

    A file that came after the reading had begun would be in the batch and in nobody's figures.
    """
    folder = folder_of(batch)
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for upload in uploads:
        stored = uuid4().hex  # two requests at once never write one file
        shutil.copyfile(upload.path, folder / stored)
        kept.append((upload, stored))
    with transaction.atomic():
        unread = ImportBatch.objects.filter(pk=batch.pk, state=State.READING, job=None)
        if not unread.update(state=State.READING):  # holds the row until the files are in
            for _upload, stored in kept:
                (folder / stored).unlink(missing_ok=True)
            raise Refused(_("This batch takes no more files; upload them as another one."))
        for upload, stored in kept:
            ImportFile.objects.create(
                batch=batch,
                name=upload.name[-255:],
                sha256="",
                size=upload.path.stat().st_size,
                stored=stored,
            )


def open_batch(*, shop: Shop, by: User | None, asked: Asked) -> ImportBatch:
    """Return a new batch that waits for its files."""
    return ImportBatch.objects.create(shop=shop, by=by, overlap=asked.overlap, asked=_as_json(asked))


def folder_of(batch: ImportBatch) -> Path:
    """Return where a batch's files lie; no URL leads there."""
    return Path(settings.MEDIA_ROOT) / "imports" / batch.public_id.hex


def stage(batch: ImportBatch, *, told: Callable[[int], None] | None = None, tick: Tick = no_tick) -> Plan:
    """Read a batch's files and write what they would change beside the figures in force.

    May run again: what an earlier run staged is removed first. Nothing counts until `apply`.
    """
    asked = asked_of(batch)
    files = list(batch.files.order_by("pk"))
    uploads = uploads_of(batch, files, asked=asked)
    plan = preview(uploads, shop=batch.shop, asked=asked, by=batch.by, told=told, tick=tick)
    write_plan(batch, files, plan, tick=tick)
    return plan


def write_plan(batch: ImportBatch, files: Sequence[ImportFile], plan: Plan, *, tick: Tick = no_tick) -> None:
    """Write a plan's files, messages, changes and rows in short transactions, then say that it is ready."""
    if batch.state not in (State.READING, State.STAGED, State.FAULTY):
        raise Refused(
            _("This batch is %(state)s; nothing was changed.") % {"state": batch.get_state_display()}
        )
    clear(batch)
    note_unmatched(plan.files, plan.shop)
    for file, planned in zip(files, plan.files, strict=True):
        _write_file(file, planned)
    replaces: list[list[Any]] = []
    if not plan.errors:
        for file, planned in zip(files, plan.files, strict=True):
            if planned.counts["new"] or planned.counts["changed"]:
                replaces += write_rows(file, planned)
            if planned.model is not None:
                replaces += [[planned.model.__name__, old, None] for old in planned.vanishing]
        write_evidence(list(zip(files, plan.files, strict=True)), tick=tick)
    state = State.FAULTY if plan.errors else State.STAGED
    ImportBatch.objects.filter(pk=batch.pk).exclude(state__in=[State.APPLIED, State.UNDONE]).update(
        state=state, shown_hash=plan.basis, replaces=replaces
    )
    batch.refresh_from_db()


def clear(batch: ImportBatch, *models: Any) -> None:
    """Remove what was staged of a batch that was never applied, or only its rows of some models."""
    if batch.applied_at is not None:
        raise Refused(_("This batch was applied; undo it instead."))
    for model in models or (AgentFigures, ShopFigures, *MODELS, ImportIssue, ImportChange):
        of_batch = Q(file__batch=batch) if model in (ImportIssue, ImportChange) else Q(batch=batch)
        while keys := list(model.objects.filter(of_batch).values_list("pk", flat=True)[:CHUNK]):
            model.objects.filter(pk__in=keys).delete()


def discard(batch: ImportBatch) -> None:
    """Give up a batch that was never applied; its files are removed, what was wrong with them stays."""
    clear(batch, AgentFigures, ShopFigures, *MODELS)
    ImportBatch.objects.filter(pk=batch.pk, applied_at__isnull=True).update(state=State.DISCARDED)
    batch.refresh_from_db()
    shutil.rmtree(folder_of(batch), ignore_errors=True)


def _write_file(file: ImportFile, planned: PlannedFile) -> None:
    read = planned.read
    span = read.span
    ImportFile.objects.filter(pk=file.pk).update(
        sha256=read.sha256,
        size=read.size,
        format=read.form.code if read.form else "",
        sheet=read.sheet[:100],
        encoding=read.encoding,
        first_day=span.first if span else None,
        last_day=span.last if span else None,
        mode=planned.mode,
        mode_named=bool(read.mode),
        same_as=planned.same_as,
        left_out=planned.left_out,
        read=True,
        rows=planned.row_count,
        skipped=read.skipped,
        faulty=planned.faulty,
        unknown=len(planned.unknown),
        **planned.counts,
    )
    _write_issues(file, planned)
    _write_changes(file, planned)


def _write_issues(file: ImportFile, planned: PlannedFile) -> None:
    ImportIssue.objects.bulk_create(
        [
            ImportIssue(
                file=file,
                severity=issue.severity,
                code=issue.code,
                sheet=issue.sheet[:100],
                row=issue.row,
                column=issue.column[:100],
                letter=issue.letter,
                params={
                    key: value if isinstance(value, int) else str(value)
                    for key, value in issue.params.items()
                },
            )
            for issue in planned.issues
        ],
        batch_size=CHUNK,
    )


def _write_changes(file: ImportFile, planned: PlannedFile) -> None:
    ImportChange.objects.bulk_create(
        [
            ImportChange(
                file=file,
                kind=ImportChange.Kind.DIFFERS if change.source else ImportChange.Kind.CHANGED,
                row=change.row,
                who=change.who[:120],
                first_day=change.span.first if change.span else None,
                last_day=change.span.last if change.span else None,
                field=change.field[:60],
                old=change.old[:120],
                new=change.new[:120],
                source=change.source,
                wins=change.wins,
            )
            for change in planned.changes
        ],
        batch_size=CHUNK,
    )


def _as_json(asked: Asked) -> dict[str, Any]:
    files = {stored: _answer_as_json(answer) for stored, answer in asked.files.items()}
    at = asked.at.isoformat() if asked.at else None
    return {"span": _span_as_json(asked.span), "mode": asked.mode, "files": files, "at": at}


def _span_as_json(span: Span | None) -> list[str] | None:
    return [span.first.isoformat(), span.last.isoformat()] if span else None


def _span_from(days: Sequence[str] | None) -> Span | None:
    return Span(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None


def _answer_as_json(answer: FileAnswer) -> dict[str, Any]:
    return asdict(answer) | {"span": _span_as_json(answer.span)}


def asked_of(batch: ImportBatch) -> Asked:
    """Return what a person said about a batch's files."""
    at = batch.asked.get("at")
    return Asked(
        span=_span_from(batch.asked.get("span")),
        mode=batch.asked.get("mode", ""),
        overlap=batch.overlap,
        files={
            stored: FileAnswer(**answer | {"span": _span_from(answer.get("span"))})
            for stored, answer in batch.asked.get("files", {}).items()
        },
        at=datetime.fromisoformat(at) if at else None,
    )


def ask(batch: ImportBatch, *, asked: Asked) -> None:
    """Keep other answers for a batch that was not applied; it is to be staged again.

    Raises Refused where it was, or while it is being read: those answers would come too late.
    """
    open_now = Q(state__in=[State.STAGED, State.FAULTY])
    open_now |= Q(state=State.READING) & ~Q(job__in=Job.objects.filter(state__in=Job.ACTIVE))
    waiting = ImportBatch.objects.filter(open_now, pk=batch.pk)
    if not waiting.update(state=State.READING, overlap=asked.overlap, asked=_as_json(asked)):
        raise Refused(_("This batch cannot be changed any more."))
    batch.refresh_from_db()
