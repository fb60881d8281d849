"""Importing from the web: files are kept, read by a job, shown, and applied or given up."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
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
from reviews.figures.days import Span
from reviews.figures.importing import Asked, Upload
from reviews.figures.reading import MAX_BYTES
from reviews.models import ImportBatch
from staff import jobs
from staff.jobs import StepRun
from staff.models import Person, PlatformAccount, Shop, User
from staff.progress import titled

READ = "import_figures"
MOST_FILES = 100  # as many as Django takes in one request
MEGABYTE = 1024 * 1024

titled(READ, gettext_lazy("Reading files"))


def start_import(files: Sequence[UploadedFile[Any]], *, shop: Shop, by: User, asked: Asked) -> ImportBatch:
    """Keep uploaded files as a batch and start reading them.

    Raises ValidationError where there are no files, too many or too large ones.
    """
    if not files:
        raise ValidationError(_("Choose at least one file."))
    if len(files) > MOST_FILES:
        raise ValidationError(_("At most %(most)s files go in at once.") % {"most": MOST_FILES})
    for file in files:
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(
                _("%(file)s is larger than %(most)s MB; export it in parts.")
                % {"file": file.name, "most": MAX_BYTES // MEGABYTE}
            )
    with tempfile.TemporaryDirectory() as folder:
        uploads = []
        for number, file in enumerate(files):
            path = Path(folder) / str(number)
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            uploads.append(Upload(path, Path(file.name or str(number)).name))
        batch = importing.receive(uploads, shop=shop, by=by, asked=asked)
    read_again(batch, by=by)
    return batch


def read_again(batch: ImportBatch, *, by: User | None) -> None:
    """Start the job that reads a batch."""
    with transaction.atomic():
        job = jobs.start(READ, key=str(batch.pk), steps=[{"batch": batch.pk}], by=by)
        ImportBatch.objects.filter(pk=batch.pk).update(job=job)


def read_step(step: StepRun) -> None:
    """Read and stage a batch; what an interrupted run staged is removed first."""
    batch = ImportBatch.objects.select_related("shop").get(pk=step.payload["batch"])
    if batch.state == importing.State.READING:
        importing.stage(batch)
    with step.finish():
        pass


def answer(batch: ImportBatch, *, by: User, asked: Asked) -> None:
    """Keep what a person decided about a batch and read it again."""
    importing.ask(batch, asked=asked)
    read_again(batch, by=by)


def decide(batch: ImportBatch, *, first: date | None, last: date | None, overlap: str, by: User) -> None:
    """Keep which days a batch's files stand for or what becomes of overlapping spans, and read it again.

    What is not given stays as it was. Raises ValidationError.
    """
    before = importing.asked_of(batch)
    new = asked_from(first=first, last=last, mode=before.mode, overlap=overlap or before.overlap)
    answer(
        batch, by=by, asked=replace(new, span=new.span or before.span, left_out=before.left_out, at=before.at)
    )


def leave_out(batch: ImportBatch, *, names: Sequence[str], by: User) -> None:
    """Leave files out of a batch and read it again."""
    asked = importing.asked_of(batch)
    known = set(batch.files.values_list("name", flat=True))
    left_out = sorted({*asked.left_out, *names} & known)
    answer(batch, by=by, asked=replace(asked, left_out=tuple(left_out)))


def swap_file(batch: ImportBatch, *, file_id: int, upload: UploadedFile[Any], by: User) -> None:
    """Put a corrected file in the place of one of a batch and read it again."""
    file = batch.files.get(pk=file_id)
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(
            _("%(file)s is larger than %(most)s MB; export it in parts.")
            % {"file": upload.name, "most": MAX_BYTES // MEGABYTE}
        )
    asked = importing.asked_of(batch)
    importing.ask(batch, asked=replace(asked, left_out=tuple(n for n in asked.left_out if n != file.name)))
    with (importing.folder_of(batch) / file.stored).open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    file.name = Path(upload.name or file.name).name[-255:]
    file.save(update_fields=["name"])
    read_again(batch, by=by)


def apply(batch: ImportBatch, *, by: User, at: datetime) -> None:
    """Let a batch count."""
    applying.apply(batch, by=by, at=at)


def undo(batch: ImportBatch, *, by: User, at: datetime) -> None:
    """Take a batch back."""
    applying.undo(batch, by=by, at=at)


def discard(batch: ImportBatch) -> None:
    """Give a batch up that was never applied."""
    importing.discard(batch)


@transaction.atomic
def match(shop: Shop, *, name: str, person: Person, starts_on: date) -> None:
    """Say whose an account of a file is; the account is made where no import has brought it yet."""
    account, _made = PlatformAccount.objects.get_or_create(
        shop=shop, name=name, defaults={"kind": PlatformAccount.Kind.UNKNOWN}
    )
    accounts.match_account(account, person=person, starts_on=starts_on)


@transaction.atomic
def declare(shop: Shop, *, name: str, kind: str) -> None:
    """Say that an account is nobody's own."""
    account, _made = PlatformAccount.objects.get_or_create(
        shop=shop, name=name, defaults={"kind": PlatformAccount.Kind.UNKNOWN}
    )
    accounts.declare_account(account, kind=kind)


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
