"""Applies a staged batch in one short transaction, and takes an applied one back."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from reviews.figures import adapters
from reviews.figures.comparing import compare
from reviews.figures.days import month_span, months_between
from reviews.figures.evidence import switching
from reviews.figures.evidence.formats import KINDS
from reviews.figures.formats import Format, Kind
from reviews.figures.importing import Refused, State, asked_of, folder_of, read_uploads, uploads_of
from reviews.figures.known import state_digest
from reviews.figures.planned import TABLES, PlannedFile
from reviews.figures.profiles.registry import digest_of, formats_by_code, hold
from reviews.figures.snapshots import kind_of
from reviews.models import (
    AgentFigures,
    Card,
    CardState,
    ImportBatch,
    ImportFile,
    ShopMonth,
    Target,
)
from staff.models import PlatformAccount, Shop, Unit, User

CHUNK = 500


def apply(batch: ImportBatch, *, by: User | None, at: datetime) -> None:
    """Let a staged batch count: all of its files or none.

    Raises Refused where it is not staged, brings nothing new, or where what it was compared with
    has changed since it was shown.
    """
    files = list(batch.files.filter(left_out=False).order_by("pk"))
    if not any(file.new or file.changed for file in files):
        raise Refused(_("There is nothing new in these files; nothing was changed."))
    sheets = _other_sheets(batch, files)
    with transaction.atomic():
        staged = ImportBatch.objects.filter(pk=batch.pk, state=State.STAGED)
        if not staged.update(state=State.APPLIED, applied_at=at, by=by or batch.by):
            raise Refused(_("This batch is not ready to apply, or somebody else has applied it."))
        hold([file.format for file in files])
        if batch.shown_hash != _digest_now(batch, files, sheets.values()):
            raise Refused(_("Figures have changed since this preview was made. Look at it again."))
        for file in sorted(files, key=lambda file: file.format != "own_people"):
            if file.pk in sheets:
                adapters.apply(sheets[file.pk], file, shop=batch.shop, by=by, at=at)
        _make_accounts(batch)
        for model in TABLES.values():
            _switch(model, batch)
        switching.switch(batch)
        _keep_modes(batch.shop, _months(files))
    batch.refresh_from_db()
    shutil.rmtree(folder_of(batch), ignore_errors=True)


def _forms(files: Iterable[ImportFile]) -> dict[str, Format]:
    return formats_by_code([file.format for file in files])


def _other_sheets(batch: ImportBatch, files: Iterable[ImportFile]) -> dict[int, PlannedFile]:
    """Read and compare again the sheets that are no figures: their rows are not staged."""
    forms = _forms(files)
    elsewhere = {*TABLES, *KINDS}
    others = [f for f in files if f.format and kind_of(f, forms) not in elsewhere]
    asked = asked_of(batch)
    uploads = uploads_of(batch, others, asked=asked)
    reads = read_uploads(uploads, asked=asked)
    answers = [upload.answer for upload in uploads]
    plan = compare(reads, shop=batch.shop, overlap=asked.overlap, answers=answers, by=batch.by)
    return dict(zip([file.pk for file in others], plan.files, strict=True))


def _digest_now(batch: ImportBatch, files: Iterable[ImportFile], sheets: Iterable[PlannedFile]) -> str:
    forms = _forms(files)
    figures = [file for file in files if file.format and kind_of(file, forms) in TABLES]
    kinds = {forms[file.format].kind for file in figures}
    codes = [file.format for file in files]
    firsts = [file.first_day for file in figures if file.first_day]
    lasts = [file.last_day for file in figures if file.last_day]
    return state_digest(
        batch.shop,
        first=min(firsts, default=date.max),
        last=max(lasts, default=date.min),
        kinds=kinds,
        more=adapters.fingerprint(sheets)
        + digest_of(forms[file.format] for file in files if file.format)
        + switching.fingerprint(batch.shop, codes, without=batch),
    )


def _make_accounts(batch: ImportBatch) -> None:
    """Give each account that nobody knew a row that waits for its match; its figures hang on it."""
    waiting = AgentFigures.objects.filter(batch=batch, account=None).exclude(account_name="")
    names = set(waiting.values_list("account_name", flat=True))
    known = set(PlatformAccount.objects.filter(shop=batch.shop).values_list("name", flat=True))
    unknown = PlatformAccount.Kind.UNKNOWN
    made = [PlatformAccount(shop=batch.shop, name=name, kind=unknown) for name in sorted(names - known)]
    bulk_create_with_history(made, PlatformAccount, batch_size=CHUNK)
    account = PlatformAccount.objects.filter(shop=OuterRef("shop"), name=OuterRef("account_name"))
    waiting.update(account=Subquery(account.values("pk")[:1]))


def _switch(model: Any, batch: ImportBatch) -> None:
    """Let a batch's rows take the place of those they supersede."""
    mine = model.objects.filter(batch=batch)
    followers = mine.filter(supersedes=OuterRef("pk")).values("pk")[:1]
    replaced = mine.filter(supersedes__isnull=False).values("supersedes")
    model.objects.filter(current=True, pk__in=replaced).update(
        superseded_by=Subquery(followers), current=False
    )
    others: dict[int | None, list[int]] = defaultdict(list)
    for table, old, new in batch.replaces:
        if table == model.__name__:
            others[new].append(old)
    for new, olds in others.items():
        for start in range(0, len(olds), CHUNK):
            model.objects.filter(current=True, pk__in=olds[start : start + CHUNK]).update(
                superseded_by=new, current=False
            )
    mine.update(current=True)


def _months(files: Iterable[ImportFile]) -> set[date]:
    """Return the months that files with an attribution mode touch."""
    files = list(files)
    forms = _forms(files)
    return {
        day.replace(day=1)
        for file in files
        if kind_of(file, forms) is Kind.AGENT
        for day in (file.first_day, file.last_day)
        if day
    }


def _keep_modes(shop: Shop, months: Iterable[date]) -> None:
    """Let each month's mode be that of its applied files; none of them, no mode."""
    for month in sorted(months):
        rows = AgentFigures.objects.filter(
            shop=shop, current=True, first_day__lte=month_span(month.year, month.month).last
        )
        found = (
            rows.filter(last_day__gte=month).order_by("-file__mode_named", "file").values_list("file__mode")
        )
        mode = next((mode for (mode,) in found[:1]), "")
        held, made = ShopMonth.objects.get_or_create(shop=shop, month=month, defaults={"mode": mode})
        if not made and held.mode != mode:
            ShopMonth.objects.filter(pk=held.pk).update(mode=mode)


def undo(batch: ImportBatch, *, by: User, at: datetime) -> None:
    """Take an applied batch back: the older batch or the next source counts again.

    Raises Refused while a card of one of its months is past draft, and for sheets of people or
    shifts, which are corrected by a new sheet, and of events, which are decided one by one.
    """
    if refusal := undo_refusal(batch):
        raise Refused(refusal)
    files = list(batch.files.filter(left_out=False))
    with transaction.atomic():
        applied = ImportBatch.objects.filter(pk=batch.pk, state=State.APPLIED)
        if not applied.update(state=State.UNDONE, undone_at=at, undone_by=by):
            raise Refused(_("This batch is not applied, or somebody else has undone it."))
        for model in TABLES.values():
            _switch_back(model, batch)
        switching.switch_back(batch)
        adapters.undo(batch)
        _keep_modes(batch.shop, _months(files))
    batch.refresh_from_db()


def undo_refusal(batch: ImportBatch) -> str:
    """Say why an applied batch cannot be taken back now, or nothing."""
    files = list(batch.files.filter(left_out=False))
    forms = _forms(files)
    kinds = {kind for file in files if (kind := kind_of(file, forms))}
    if not kinds <= adapters.REVERSIBLE | KINDS:
        if Kind.EVENTS in kinds:
            return _("Recorded events cannot be undone; decide on each of them on its page.")
        return _("Sheets of people and shifts cannot be undone; import a corrected sheet.")
    if later := switching.later_batch_relying(batch):
        return _(
            "Batch %(later)s found rows of this one unchanged and rests on them. Undo that one first."
        ) % {"later": later.pk}
    if frozen := frozen_months(batch, files):
        months = "、".join(f"{month:%Y-%m}" for month in sorted(frozen))
        return _("Cards of %(months)s are submitted. Return them to draft before undoing.") % {
            "months": months
        }
    return ""


def frozen_months(batch: ImportBatch, files: Sequence[ImportFile]) -> set[date]:
    """Return the months of a batch in which a card that its figures reach is past draft."""
    forms = _forms(files)
    counting = [file for file in files if kind_of(file, forms) is not Kind.SNAPSHOTS]
    spans = [(file.first_day, file.last_day) for file in counting if file.first_day and file.last_day]
    months = {month for first, last in spans for month in months_between(first, last)}
    months |= set(Target.objects.filter(batch=batch).values_list("month", flat=True))
    past_draft = Card.objects.filter(month__in=months).exclude(state=CardState.DRAFT)
    reach = Q(person__accounts__account__shop=batch.shop) | Q(person__figures__batch=batch)
    reach |= Q(person__targets__batch=batch)
    reach |= Q(person__attendance__file_id__in=batch.files.values("pk"))
    for path in Unit.objects.filter(shop=batch.shop).values_list("path", flat=True):
        reach |= Q(unit__path__startswith=path)
    return set(past_draft.filter(reach).values_list("month", flat=True))


def _switch_back(model: Any, batch: ImportBatch) -> None:
    """Let what a batch's rows superseded count again, unless something newer of the same key does."""
    mine = model.objects.filter(batch=batch)
    mine.update(current=False)
    owner = ("account", "person") if model is AgentFigures else ()
    vanished = [old for table, old, new in batch.replaces if table == model.__name__ and new is None]
    hidden = model.objects.filter(Q(superseded_by__in=mine.values("pk")) | Q(pk__in=vanished))
    keys = list(hidden.values_list("pk", flat=True))
    same = model.objects.filter(
        current=True,
        shop=OuterRef("shop"),
        source=OuterRef("source"),
        first_day=OuterRef("first_day"),
        last_day=OuterRef("last_day"),
    )
    for start in range(0, len(keys), CHUNK):
        chunk = model.objects.filter(pk__in=keys[start : start + CHUNK])
        if not owner:
            chunk.update(superseded_by=Subquery(same.values("pk")[:1]))
        for name in owner:
            newer = same.filter(**{name: OuterRef(name)}).values("pk")[:1]
            chunk.filter(**{f"{name}__isnull": False}).update(superseded_by=Subquery(newer))
        chunk.filter(superseded_by=None, batch__state=State.APPLIED).update(current=True)
