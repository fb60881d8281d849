"""Importing from the web: files are kept, read by a job, shown, and applied or given up."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.figures import accounts, applying, importing
from reviews.figures.accounts import Match
from reviews.figures.days import Span
from reviews.figures.importing import Asked, Upload
from reviews.figures.planned import FileAnswer
from reviews.figures.preview.panels import blocking_batches
from reviews.figures.reading import MAX_BYTES
from reviews.models import ImportBatch, ImportIssue
from reviews.services import attribution, refresh
from staff import jobs
from staff.jobs import StepRun
from staff.models import Job, Shop, User
from staff.progress import titled

READ = "import_figures"
MOST_FILES = 100  # as many as Django takes in one request
MOST_IN_BATCH = 500
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
BETWEEN_TELLING = 0.3  # seconds
MEGABYTE = 1024 * 1024

titled(READ, gettext_lazy("Reading files"))


def start_import(
    files: Sequence[UploadedFile[Any]], *, shop: Shop, by: User, asked: Asked, more: bool = False
) -> ImportBatch:
    """Keep uploaded files as a batch and start reading them, or wait for the rest where `more` follows.

    Raises ValidationError where there are no files, too many or too large ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        uploads = _kept(files, Path(folder))
        batch = importing.receive(uploads, shop=shop, by=by, asked=asked)
    if not more:
        read_again(batch, by=by)
    return batch


def add_files(batch: ImportBatch, files: Sequence[UploadedFile[Any]], *, by: User, more: bool) -> None:
    """Keep more files with a batch that waits for them; start reading once no more follow.

    Raises ValidationError as `start_import` does, and Refused where the batch is being read or was.
    """
    with tempfile.TemporaryDirectory() as folder:
        uploads = _kept(files, Path(folder))
        if batch.files.count() + len(uploads) > MOST_IN_BATCH:
            raise ValidationError(
                _("At most %(most)s files make one batch; upload the rest as another one.")
                % {"most": MOST_IN_BATCH}
            )
        importing.add_files(batch, uploads)
    if not more:
        read_again(batch, by=by)


def waits_for_files(batch: ImportBatch) -> bool:
    """Say whether a batch's upload has not come to its end."""
    return batch.state == importing.State.READING and batch.job_id is None


def never_sent(name: str) -> bool:
    """Say whether a file is none that anybody means to import: hidden, a lock file, a system's, quick phrases."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return name.startswith((".", "~$")) or name.casefold() in SYSTEM_FILES or "快捷短语" in name


def _kept(files: Sequence[UploadedFile[Any]], folder: Path) -> list[Upload]:
    """Write uploaded files into a folder. Raises ValidationError."""
    wanted = [file for file in files if not never_sent(file.name or "")]
    if not wanted:
        raise ValidationError(_("Choose at least one file."))
    if len(wanted) > MOST_FILES:
        raise ValidationError(_("At most %(most)s files go in at once.") % {"most": MOST_FILES})
    for file in wanted:
        _check_size(file)
    uploads = []
    for number, file in enumerate(wanted):
        path = folder / str(number)
        _write(file, path)
        uploads.append(Upload(path, Path(file.name or str(number)).name))
    return uploads


def _check_size(file: UploadedFile[Any]) -> None:
    if (file.size or 0) > MAX_BYTES:
        raise ValidationError(
            _("%(file)s is larger than %(most)s MB; export it in parts.")
            % {"file": file.name, "most": MAX_BYTES // MEGABYTE}
        )


def _write(file: UploadedFile[Any], path: Path) -> None:
    with path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


def read_again(batch: ImportBatch, *, by: User | None) -> None:
    """Start the job that reads a batch."""
    with transaction.atomic():
        job = jobs.start(READ, key=str(batch.pk), steps=[{"batch": batch.pk}], by=by)
        many = max(batch.files.count(), 1)
        Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(total=many)
        ImportBatch.objects.filter(pk=batch.pk).update(job=job)


def read_step(step: StepRun) -> None:
    """Read and stage a batch; what an interrupted run staged is removed first."""
    batch = ImportBatch.objects.select_related("shop").get(pk=step.payload["batch"])
    if batch.state == importing.State.READING:
        many = batch.files.count()
        said = time.monotonic()

        def told(done: int) -> None:
            """Tell the bar now and then; more often would cost more than reading small files."""
            nonlocal said
            if time.monotonic() - said >= BETWEEN_TELLING:
                said = time.monotonic()
                step.tell(done, many)

        step.tell(0, many)
        importing.stage(batch, told=told, tick=attribution.now_and_then(step.beat))
        step.tell(many, many)
    with step.finish():
        pass


def answer_files(batch: ImportBatch, answers: Mapping[str, FileAnswer], *, by: User) -> None:
    """Keep what a person decided about files, by the name they are kept under, and read the batch again.

    Files that are not named keep their answers. Raises ValidationError for days that make no span, and
    Refused where the batch cannot change any more.
    """
    for one in answers.values():
        if one.span is not None and one.span.problem:
            raise ValidationError(_("These days do not make a span: at most one month, first day first."))
    asked = importing.asked_of(batch)
    with transaction.atomic():
        importing.ask(batch, asked=replace(asked, files={**asked.files, **answers}))
        read_again(batch, by=by)


def undo_for_mode(batch: ImportBatch, *, by: User, at: datetime) -> int:
    """Undo the batches whose attribution mode stands against a batch's files, all or none, and read it again.

    Returns how many were undone. Raises Refused.
    """
    with transaction.atomic():
        blocking = blocking_batches(batch, batch.files.filter(left_out=False))
        for other in blocking:
            applying.undo(other, by=by, at=at)
            refresh.after(other, by=by, at=at)
        importing.ask(batch, asked=importing.asked_of(batch))
        read_again(batch, by=by)
    return len(blocking)


def swap_file(batch: ImportBatch, *, file_id: int, upload: UploadedFile[Any], by: User) -> None:
    """Put a corrected file in the place of one of a batch and read it again. Raises ValidationError, Refused."""
    file = batch.files.get(pk=file_id)
    _check_size(upload)
    asked = importing.asked_of(batch)
    before = asked.files.get(file.stored, FileAnswer())
    errors = file.issues.filter(severity=ImportIssue.Severity.ERROR).count()
    new = replace(before, left_out="", swapped=before.swapped or file.name, errors=before.errors or errors)
    importing.ask(batch, asked=replace(asked, files={**asked.files, file.stored: new}))
    _write(upload, importing.folder_of(batch) / file.stored)
    file.name = Path(upload.name or file.name).name[-255:]
    file.save(update_fields=["name"])
    read_again(batch, by=by)


def apply(batch: ImportBatch, *, by: User, at: datetime) -> None:
    """Let a batch count; what orders and chats come to is computed by a job."""
    applying.apply(batch, by=by, at=at)
    attribution.start_after(batch, by=by)
    refresh.after(batch, by=by, at=at)


def undo(batch: ImportBatch, *, by: User, at: datetime) -> None:
    """Take a batch back; what was computed from it is computed again."""
    applying.undo(batch, by=by, at=at)
    attribution.start_after(batch, by=by)
    refresh.after(batch, by=by, at=at)


def discard(batch: ImportBatch) -> None:
    """Give a batch up that was never applied."""
    importing.discard(batch)


def match_accounts(matches: Sequence[Match]) -> dict[tuple[int, str], str]:
    """Keep whose accounts are, all answers or none; return what is wrong by shop and account."""
    return accounts.match_all(matches)


def asked_from(
    *, first: date | None, last: date | None, mode: str, overlap: str, at: datetime | None = None
) -> Asked:
    """Return what a form says about days, mode, overlaps and the hour of snapshots. Raises ValidationError.

    `at` is aware; what is kept is the company's wall clock.
    """
    if last is not None and first is None:
        raise ValidationError(_("Give the first day, or leave both empty."))
    span = Span(first, last or first) if first else None
    if span is not None and span.problem:
        raise ValidationError(_("These days do not make a span: at most one month, first day first."))
    wall = timezone.localtime(at).replace(tzinfo=None) if at else None
    if wall is not None and span is not None and span != Span(wall.date(), wall.date()):
        raise ValidationError(_("A snapshot holds figures of its own day: leave the days empty."))
    return Asked(span=span, mode=mode, overlap=overlap, at=wall)
