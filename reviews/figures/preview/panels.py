"""What must be decided about a batch before it can go in: numbered, each with its own answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.figures.accounts import Waiting
from reviews.figures.days import month_span
from reviews.figures.messages import MODES
from reviews.figures.preview.files import CELLS, DAYS, MODE, OVERLAP, UNKNOWN, FileView
from reviews.models import ImportBatch, ImportFile, ImportIssue
from staff.models import Shop

ACCOUNTS = "accounts"
SHARED = (MODE, OVERLAP, DAYS)  # one panel for all files; the others have one for each


@dataclass(slots=True)
class Entry:
    """One file in a panel: what is asked about it, or what was answered."""

    view: FileView
    done: bool
    text: str
    many: int = 0
    within: bool = False
    batches: list[ImportBatch] = field(default_factory=list)
    other_mode: str = ""
    first: str = ""
    last: str = ""


@dataclass(slots=True)
class Panel:
    """One numbered thing to decide."""

    kind: str
    title: str
    entries: list[Entry] = field(default_factory=list)
    accounts: list[Waiting] = field(default_factory=list)
    number: int = 0

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to decide."""
        return all(entry.done for entry in self.entries) and not self.accounts

    @property
    def stops(self) -> bool:
        """Whether the batch cannot go in before it is decided; accounts may wait for the queue."""
        return self.kind != ACCOUNTS and not self.done

    @property
    def several(self) -> bool:
        """Whether more than one file waits for the same kind of answer."""
        return sum(not entry.done and not entry.within for entry in self.entries) > 1


def panels_of(
    batch: ImportBatch, views: Sequence[FileView], accounts: Sequence[Waiting], *, open_for_answers: bool
) -> list[Panel]:
    """Return what is to be decided and what was, numbered; one query where modes are mixed."""
    panels = [_shared(batch, kind, views) for kind in SHARED]
    if accounts:
        panels.append(Panel(ACCOUNTS, _accounts_title(len(accounts)), accounts=list(accounts)))
    for kind in (CELLS, UNKNOWN):
        panels += [Panel(kind, _title(kind, [entry]), [entry]) for entry in _entries(kind, views)]
    found = [panel for panel in panels if panel.entries or panel.accounts]
    for number, panel in enumerate(found, start=1):
        panel.number = number
    return found if open_for_answers else [panel for panel in found if not panel.done]


def left_in_words(panels: Iterable[Panel]) -> str:
    """Say what is left to decide, or nothing."""
    left = [panel for panel in panels if panel.stops]
    if not left:
        return ""
    text = ngettext(
        "{count} thing is to be decided: {what}. All files go in together or none.",
        "{count} things are to be decided: {what}. All files go in together or none.",
        len(left),
    )
    between = _("; ")
    return text.format(count=len(left), what=between.join(panel.title for panel in left))


def _accounts_title(count: int) -> str:
    return ngettext("{count} account belongs to nobody", "{count} accounts belong to nobody", count).format(
        count=count
    )


def _title(kind: str, entries: Sequence[Entry]) -> str:
    many = sum(entry.many for entry in entries if not entry.done)
    if kind == CELLS and not many:
        return _("Errors")
    if kind == CELLS:
        return ngettext("{count} error", "{count} errors", many).format(count=many)
    return {
        MODE: _("Attribution differs from the month's"),
        OVERLAP: _("Overlapping days"),
        DAYS: _("Days that no file says"),
        UNKNOWN: _("A file that is not recognised"),
    }[kind]


def _shared(batch: ImportBatch, kind: str, views: Sequence[FileView]) -> Panel:
    entries = _entries(kind, views)
    if kind == MODE:
        _undoable(batch, entries)
    return Panel(kind, _title(kind, entries), entries)


def _entries(kind: str, views: Iterable[FileView]) -> list[Entry]:
    entries = []
    for view in views:
        errors = [] if view.file.left_out else view.errors.get(kind, [])
        if errors:
            within = [said for said in errors if said.code == "overlap_in_batch"]
            text = (within or errors)[0].text
            entry = Entry(view, done=False, text=text, many=len(errors), within=bool(within))
            if kind == DAYS:
                entry.first, entry.last = _days_said(view)
            entries.append(entry)
        elif text := _answered(kind, view):
            entries.append(Entry(view, done=True, text=text))
    return entries


def _days_said(view: FileView) -> tuple[str, str]:
    """Return the days the file's own name says, to be offered where somebody said others."""
    first, _between, last = str(view.params.get(DAYS, {}).get("named", "")).partition("至")
    return first, last or first


def _answered(kind: str, view: FileView) -> str:
    """Return what a person answered in a panel, in words, or nothing."""
    answer = view.answer
    if answer.left_out:
        return _("Left out of this batch.") if answer.left_out == kind else ""
    if kind == OVERLAP and answer.overlap == ImportBatch.Overlap.KEEP:
        return _("What is there is kept; the overlapping rows of this file stay out.")
    if kind == OVERLAP and answer.overlap == ImportBatch.Overlap.REPLACE:
        return _("This file's rows take the place of the overlapping ones.")
    if kind == DAYS and answer.span:
        return _("Days: {days}").format(days=answer.span)
    if kind == CELLS and answer.swapped:
        return ngettext(
            "The corrected file took the place of {old}, which had {count} error.",
            "The corrected file took the place of {old}, which had {count} errors.",
            answer.errors,
        ).format(old=answer.swapped, count=answer.errors)
    return ""


def _undoable(batch: ImportBatch, entries: Sequence[Entry]) -> None:
    """Say for each file of another mode which batches hold its month; one query."""
    held: list[tuple[Entry, date, str]] = []
    for entry in entries:
        params = entry.view.params.get(MODE, {})
        if not entry.done and params:
            month = date.fromisoformat(f"{params['month']}-01")
            held.append((entry, month, str(params["old"])))
            entry.other_mode = str(MODES.get(str(params["new"]), params["new"]))
    if not held:
        return
    found = holding(batch.shop, {month for _entry, month, _mode in held})
    for entry, month, mode in held:
        span = month_span(month.year, month.month)
        entry.batches = [
            one.batch
            for one in found
            if one.mode == mode and one.first_day <= span.last and one.last_day >= span.first  # type: ignore[operator]
        ]
        entry.batches = list({one.pk: one for one in entry.batches}.values())


def holding(shop: Shop, months: Iterable[date]) -> list[ImportFile]:
    """Return the applied files whose mode holds some months of a shop; one query."""
    reach = Q(pk__in=[])
    for month in months:
        span = month_span(month.year, month.month)
        reach |= Q(first_day__lte=span.last, last_day__gte=span.first)
    files = ImportFile.objects.filter(
        reach, batch__shop=shop, batch__state=ImportBatch.State.APPLIED, left_out=False
    )
    return list(files.exclude(mode="").select_related("batch__shop").order_by("batch"))


def blocking_batches(batch: ImportBatch, files: Iterable[ImportFile]) -> list[ImportBatch]:
    """Return the batches to undo so that some files of another mode may go in; two queries."""
    issues = ImportIssue.objects.filter(file__in=list(files), code="mode_mixed")
    said = list(issues.values_list("params", flat=True))
    months = {date.fromisoformat(f"{params['month']}-01") for params in said}
    modes = {str(params["old"]) for params in said}
    found = [file.batch for file in holding(batch.shop, months) if file.mode in modes]
    return list({one.pk: one for one in found}.values())
