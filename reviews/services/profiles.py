"""What views call about import profiles: stage a sample, save what was tried, retire, choose one for a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reviews.figures import importing
from reviews.figures.messages import sentence
from reviews.figures.planned import FileAnswer
from reviews.figures.profiles.registry import format_of, profile_formats
from reviews.figures.profiles.samples import Sample, SampleSheet, take_sample
from reviews.figures.profiles.trying import Draft, problems_of, read_already, same_headers, try_rows
from reviews.figures.reading import FORMATS, MAX_BYTES
from reviews.models import ImportBatch, ImportFile, ImportProfile, ProfileColumn
from reviews.services import figures
from staff.access import Scope
from staff.models import User
from staff.sheets.archives import Refused

STAGED_FOR = 3600  # seconds from the upload to the saving
MEGABYTE = 1024 * 1024


class NotStaged(Exception):
    """No such sample of this person: another one's, an old one, one that was saved, or none at all."""


def _key(user: User, name: UUID) -> str:
    # The user is part of the key: somebody else's name leads nowhere.
    return f"profile-sample-{user.pk}-{name}"


def stage_upload(upload: UploadedFile[Any] | None, *, by: User, based_on: int = 0, edits: int = 0) -> UUID:
    """Keep an uploaded sample's first rows for an hour; return its name. Raises ValidationError."""
    if upload is None:
        raise ValidationError(_("Choose a file."))
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(sentence("too_big_file", {"megabytes": MAX_BYTES // MEGABYTE}))
    name = Path((upload.name or "").replace("\\", "/")).name[-255:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        sample = _take(path, name)
    return _stage(replace(sample, based_on=based_on, edits=edits), by)


def stage_file(batch: ImportBatch, *, file_id: int, by: User) -> UUID:
    """Take a file that waits in a batch as the sample. Raises ValidationError where it is there no more."""
    file = _waiting_file(batch, file_id)
    sample = _take(importing.folder_of(batch) / file.stored, file.name)
    return _stage(replace(sample, batch=batch.pk, file=file.pk), by)


def _waiting_file(batch: ImportBatch, file_id: int) -> ImportFile:
    file = batch.files.filter(pk=file_id).first()
    waits = batch.state in (importing.State.FAULTY, importing.State.STAGED)
    if file is None or not waits or not (importing.folder_of(batch) / file.stored).is_file():
        raise ValidationError(_("This file waits in no import any more."))
    return file


def _take(path: Path, name: str) -> Sample:
    try:
        return take_sample(path, name=name)
    except Refused as refusal:
        raise ValidationError(sentence(refusal.code, refusal.params)) from refusal


def _stage(sample: Sample, by: User) -> UUID:
    name = uuid4()
    cache.set(_key(by, name), sample, STAGED_FOR)
    return name


def staged(name: UUID, *, by: User) -> Sample:
    """Return a sample that a person uploaded within the hour. Raises NotStaged."""
    sample = cache.get(_key(by, name))
    if not isinstance(sample, Sample):
        raise NotStaged(name)
    return sample


def problems(
    draft: Draft, sheet: SampleSheet, row: int, *, sample: Sample, name: str | None = None
) -> list[str]:
    """Return everything that keeps a mapping from being saved under a name, in words."""
    found = problems_of(draft, unmarked=sample.unmarked)
    if sample.unmarked and draft.encoding and draft.encoding not in sample.readings:
        found.append(_("The sample is not in the encoding that was chosen."))
    if shipped := read_already(sheet, row, FORMATS):
        words = {"format": shipped.title}
        found.append(_("This sheet is read as %(format)s already, without a profile.") % words)
    others = [form for form in profile_formats(active=True) if form.code != f"profile_{sample.edits}"]
    if twin := same_headers(draft, others):
        words = {"name": twin.name}
        found.append(_("The profile “%(name)s” has the same headers: a file could be either.") % words)
    if not found and try_rows(draft, sheet, row) is None:
        found.append(_("The row that was chosen is not a header with these columns."))
    if name is not None:
        found += _name_problems(name, sample.edits)
    return found


def _name_problems(name: str, own: int) -> list[str]:
    if not name:
        return [_("Give the profile a name.")]
    if len(name) > 60:
        return [_("The name has more than 60 characters.")]
    if not name.isprintable():
        return [_("The name holds characters that cannot be printed.")]
    taken = {str(form.title).casefold() for form in FORMATS}
    taken |= {form.name.casefold() for form in FORMATS}
    others = ImportProfile.objects.exclude(pk=own)
    if name.casefold() in taken or others.filter(name__iexact=name).exists():
        return [_("There is a format or profile named “%(name)s” already.") % {"name": name}]
    return []


def save(
    staged_as: UUID, draft: Draft, *, sheet: int, row: int, name: str, by: User
) -> tuple[ImportProfile, ImportBatch | None]:
    """Save a mapping under a name, once; return it and the batch that is read again with it.

    Raises NotStaged, or ValidationError with all that is wrong, and then writes nothing.
    """
    sample = staged(staged_as, by=by)
    found = sample.sheets(draft.encoding)[sheet]
    if wrong := problems(draft, found, row, sample=sample, name=name):
        raise ValidationError(wrong)
    if not cache.delete(_key(by, staged_as)):  # of two who save at once one finds it gone
        raise NotStaged(staged_as)
    try:
        profile = _write(draft, name=name, by=by, edits=sample.edits)
    except (IntegrityError, ValidationError) as error:
        cache.set(_key(by, staged_as), sample, STAGED_FOR)
        if isinstance(error, ValidationError):
            raise
        words = {"name": name}
        text = _("There is a format or profile named “%(name)s” already.") % words
        raise ValidationError(text) from error
    return profile, _read_batch_again(sample, by)


@transaction.atomic
def _write(draft: Draft, *, name: str, by: User, edits: int) -> ImportProfile:
    if edits:
        profile = ImportProfile.objects.select_for_update().get(pk=edits)
        if in_use(profile):
            raise ValidationError(_("Figures came in by this profile; make a new one from it."))
        profile.name, profile.kind, profile.encoding = name, draft.kind.value, draft.encoding
        profile.save(update_fields=["name", "kind", "encoding"])
        profile.columns.all().delete()
    else:
        profile = ImportProfile.objects.create(
            name=name, kind=draft.kind.value, encoding=draft.encoding, made_by=by
        )
    ProfileColumn.objects.bulk_create(
        ProfileColumn(
            profile=profile,
            order=order,
            header=column.header,
            meaning=column.meaning,
            unit=column.unit.value,
            required=bool(column.meaning),
        )
        for order, column in enumerate(draft.kept)
    )
    return profile


def _read_batch_again(sample: Sample, by: User) -> ImportBatch | None:
    """Read the batch again that the sample waits in, if it still waits."""
    batch = ImportBatch.objects.filter(pk=sample.batch).first() if sample.batch else None
    if batch is None:
        return None
    try:
        figures.answer_files(batch, {}, by=by)
    except importing.Refused:
        return None
    return batch


def in_use(profile: ImportProfile) -> bool:
    """Whether figures ever came in by a profile: then its columns stay as they are."""
    used = ImportFile.objects.filter(format=profile.code, batch__applied_at__isnull=False)
    return used.exists()


def may_change(profile: ImportProfile, *, by: User, scope: Scope) -> bool:
    """Whether a person may change a profile: HR of the whole company, and whoever made it."""
    return scope.everything or (scope.has("hr") and profile.made_by_id == by.pk)


def rename(profile: ImportProfile, *, name: str, encoding: str) -> None:
    """Give a profile another name, and say in which encoding its text files are. Raises ValidationError."""
    wrong = _name_problems(name, profile.pk)
    if encoding and encoding not in ImportProfile.Encoding.values:
        wrong.append(_("Choose the encoding from the list."))
    if wrong:
        raise ValidationError(wrong)
    profile.name, profile.encoding = name, encoding
    profile.save(update_fields=["name", "encoding"])


@transaction.atomic
def set_active(profile: ImportProfile, *, active: bool) -> None:
    """Retire a profile, or let new files be recognised by it again. Raises ValidationError."""
    if active:
        mine = set(format_of(profile).by_key)
        for form in profile_formats(active=True):
            if form.code != profile.code and set(form.by_key) == mine:
                words = {"name": form.name}
                raise ValidationError(
                    _("The profile “%(name)s” has the same headers: a file could be either.") % words
                )
    profile.active = active
    profile.save(update_fields=["active"])


def choose(batch: ImportBatch, *, file_id: int, profile: ImportProfile, by: User) -> None:
    """Read a batch's file by the profile a person chose, and the batch again. Raises ValidationError."""
    file = _waiting_file(batch, file_id)
    asked = importing.asked_of(batch)
    before = asked.files.get(file.stored, FileAnswer())
    figures.answer_files(batch, {file.stored: replace(before, profile=profile.pk, left_out="")}, by=by)


def before(pk: int) -> dict[str, tuple[str, str]]:
    """Return what a profile says of each header, for a new one that is made from it."""
    columns = ProfileColumn.objects.filter(profile=pk).values_list("header", "meaning", "unit")
    return {header: (meaning, unit) for header, meaning, unit in columns}
