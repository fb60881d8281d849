"""A batch as a person is shown it before deciding: counts, files by format, changes, what must be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reviews.figures.accounts import Waiting, suggest, unmatched_in_batch
from reviews.figures.applying import frozen_months
from reviews.figures.importing import State, asked_of
from reviews.figures.preview.changes import ChangeView, changes_of, in_words
from reviews.figures.preview.files import (
    CELLS,
    COUNTS,
    FileView,
    Group,
    Noted,
    groups_of,
    noted,
    views_of,
)
from reviews.figures.preview.panels import Panel, left_in_words, panels_of
from reviews.models import ImportBatch, ImportChange, ImportFile
from staff.models import Person

SHOWN_CHANGES = 3
SHOWN_AFTERWARDS = 12
WAITING_STATES = (State.STAGED, State.FAULTY)


@dataclass(slots=True)
class Preview:
    """All of it."""

    batch: ImportBatch
    totals: dict[str, int]
    recognised: int
    groups: list[Group]
    views: list[FileView]
    panels: list[Panel]
    noted: list[Noted]
    frozen: str
    changes: list[ChangeView]
    many_changes: int
    differing: list[ChangeView]
    many_differing: int
    accounts: list[Waiting]
    same_again: bool
    refusal: str

    @property
    def files(self) -> int:
        """How many files there are."""
        return self.totals["files"]

    @property
    def more_changes(self) -> int:
        """How many changed cells are on the list of all only."""
        return self.many_changes - len(self.changes)

    @property
    def more_differing(self) -> int:
        """How many differing cells are on the list of all only."""
        return self.many_differing - len(self.differing)

    @property
    def decided(self) -> int:
        """How many things have been decided."""
        return sum(panel.done for panel in self.panels)

    @property
    def stops(self) -> bool:
        """Whether something must be decided before the batch can go in."""
        return any(panel.stops for panel in self.panels)

    @property
    def unrecognised(self) -> int:
        """How many files are of no known format."""
        return self.files - self.recognised


def preview_of(batch: ImportBatch, *, people: Sequence[Person] = ()) -> Preview:
    """Return what a batch that was read shows; the number of queries is fixed. `people` may be suggested."""
    files = list(batch.files.select_related("same_as__batch").order_by("pk"))
    views = views_of(batch, files, asked_of(batch))
    counted = [file for file in files if not file.left_out]
    totals = {name: sum(getattr(file, name) for file in counted) for name in COUNTS} | {"files": len(files)}
    totals["cells"] = sum(len(view.errors.get(CELLS, [])) for view in views if not view.file.left_out)
    waits = batch.state in WAITING_STATES
    shown = SHOWN_CHANGES if waits else SHOWN_AFTERWARDS
    changes, many = _changes(batch, ImportChange.Kind.CHANGED, shown)
    differing, many_differing = _changes(batch, ImportChange.Kind.DIFFERS, shown)
    accounts = unmatched_in_batch(batch)
    if waits:
        suggest(accounts, people)
    panels = panels_of(batch, views, accounts, open_for_answers=waits)
    nothing = waits and not (totals["new"] or totals["changed"]) and not any(p.stops for p in panels)
    return Preview(
        batch=batch,
        totals=totals,
        recognised=sum(bool(file.format) for file in files),
        groups=groups_of(batch, views),
        views=views,
        panels=panels,
        noted=noted(views),
        frozen=_frozen(batch, counted) if waits and not nothing else "",
        changes=changes,
        many_changes=many,
        differing=differing,
        many_differing=many_differing,
        accounts=accounts,
        same_again=nothing and bool(counted) and all(file.same_as_id for file in counted),
        refusal=_refusal(panels, nothing=nothing) if waits else "",
    )


def _changes(batch: ImportBatch, kind: str, shown: int) -> tuple[list[ChangeView], int]:
    rows = changes_of(batch, kind)
    return in_words(rows[:shown]), rows.count()


def _frozen(batch: ImportBatch, files: Sequence[ImportFile]) -> str:
    """Say which months of a batch have cards that its figures come too late for, or nothing."""
    months = frozen_months(batch, files)
    if not months:
        return ""
    words = "、".join(f"{month:%Y-%m}" for month in sorted(months))
    return _(
        "Cards of {months} are submitted: for them the rows of these months stand as late, not counted."
    ).format(months=words)


def _refusal(panels: Sequence[Panel], *, nothing: bool) -> str:
    """Say why the batch cannot be applied now, or nothing."""
    if left := left_in_words(panels):
        return left
    if nothing:
        return _("There is nothing new in these files; nothing was changed.")
    return ""
