"""Batches: files are staged, shown, applied in one short step, and can be undone.

Staging writes rows that count for nothing; applying flips a state. So no long work holds the
database's write lock, and what a person was shown is what goes in, or nothing does.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reviews.figures.comparing import compare
from reviews.figures.days import Span
from reviews.figures.planned import Plan, PlannedFile
from reviews.figures.reading import read_file
from reviews.figures.storing import CHUNK, write_rows
from reviews.models import (
    AgentFigures,
    ImportBatch,
    ImportChange,
    ImportFile,
    ImportIssue,
    ShopFigures,
)
from staff.models import Shop, User

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
    left_out: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import and the name it came with."""

    path: Path
    name: str


def preview(uploads: Sequence[Upload], *, shop: Shop, asked: Asked) -> Plan:
    """Read and compare files; write nothing."""
    reads = [
        read_file(upload.path, name=upload.name, asked=asked.span, mode=asked.mode, at=asked.at)
        for upload in uploads
    ]
    return compare(reads, shop=shop, overlap=asked.overlap, left_out=asked.left_out)


def receive(uploads: Sequence[Upload], *, shop: Shop, by: User | None, asked: Asked) -> ImportBatch:
    """Keep files under names of our own as a batch that waits to be read."""
    with transaction.atomic():
        batch = ImportBatch.objects.create(shop=shop, by=by, overlap=asked.overlap, asked=_as_json(asked))
        folder = folder_of(batch)
        folder.mkdir(parents=True, exist_ok=True)
        for number, upload in enumerate(uploads):
            stored = f"{number:04}"
            shutil.copyfile(upload.path, folder / stored)
            ImportFile.objects.create(
                batch=batch,
                name=upload.name[-255:],
                sha256="",
                size=upload.path.stat().st_size,
                stored=stored,
            )
    return batch


def folder_of(batch: ImportBatch) -> Path:
    """Return where a batch's files lie; no URL leads there."""
    return Path(settings.MEDIA_ROOT) / "imports" / batch.public_id.hex


def stage(batch: ImportBatch) -> Plan:
    """Read a batch's files and write what they would change beside the figures in force.

    May run again: what an earlier run staged is removed first. Nothing counts until `apply`.
    """
    asked = asked_of(batch)
    files = list(batch.files.order_by("pk"))
    plan = preview(
        [Upload(folder_of(batch) / file.stored, file.name) for file in files], shop=batch.shop, asked=asked
    )
    write_plan(batch, files, plan)
    return plan


def write_plan(batch: ImportBatch, files: Sequence[ImportFile], plan: Plan) -> None:
    """Write a plan's files, messages, changes and rows in short transactions, then say that it is ready."""
    if batch.state not in (State.READING, State.STAGED, State.FAULTY):
        raise Refused(
            _("This batch is %(state)s; nothing was changed.") % {"state": batch.get_state_display()}
        )
    clear(batch)
    for file, planned in zip(files, plan.files, strict=True):
        _write_file(file, planned)
    replaces: list[list[Any]] = []
    if not plan.errors:
        for file, planned in zip(files, plan.files, strict=True):
            if planned.counts["new"] or planned.counts["changed"]:
                replaces += write_rows(file, planned)
    state = State.FAULTY if plan.errors else State.STAGED
    ImportBatch.objects.filter(pk=batch.pk).exclude(state__in=[State.APPLIED, State.UNDONE]).update(
        state=state, shown_hash=plan.basis, replaces=replaces
    )
    batch.refresh_from_db()


def clear(batch: ImportBatch) -> None:
    """Remove what was staged of a batch that was never applied."""
    if batch.applied_at is not None:
        raise Refused(_("This batch was applied; undo it instead."))
    for model in (AgentFigures, ShopFigures, ImportIssue, ImportChange):
        of_batch = Q(batch=batch) if model in (AgentFigures, ShopFigures) else Q(file__batch=batch)
        while keys := list(model.objects.filter(of_batch).values_list("pk", flat=True)[:CHUNK]):
            model.objects.filter(pk__in=keys).delete()


def discard(batch: ImportBatch) -> None:
    """Give up a batch that was never applied; its files are removed."""
    clear(batch)
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
    span = [asked.span.first.isoformat(), asked.span.last.isoformat()] if asked.span else None
    at = asked.at.isoformat() if asked.at else None
    return {"span": span, "mode": asked.mode, "left_out": list(asked.left_out), "at": at}


def asked_of(batch: ImportBatch) -> Asked:
    """Return what a person said about a batch's files."""
    span, at = batch.asked.get("span"), batch.asked.get("at")
    return Asked(
        span=Span(date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None,
        mode=batch.asked.get("mode", ""),
        overlap=batch.overlap,
        left_out=tuple(batch.asked.get("left_out", ())),
        at=datetime.fromisoformat(at) if at else None,
    )


def ask(batch: ImportBatch, *, asked: Asked) -> None:
    """Keep other answers for a batch that was not applied; it is to be staged again."""
    waiting = ImportBatch.objects.filter(pk=batch.pk, state__in=[State.STAGED, State.FAULTY, State.READING])
    if not waiting.update(state=State.READING, overlap=asked.overlap, asked=_as_json(asked)):
        raise Refused(_("This batch cannot be changed any more."))
    batch.refresh_from_db()
