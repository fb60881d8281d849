"""Cells that a batch replaces, or that another source fills differently, in words and by pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from reviews.figures.fields import LABELS
from reviews.figures.formats import SOURCE_LABELS
from reviews.figures.preview.files import format_name
from reviews.models import ImportBatch, ImportChange, Target

PER_PAGE = 50


@dataclass(slots=True)
class ChangeView:
    """A changed cell in words."""

    change: ImportChange
    field: str
    source: str
    kept: str


def changes_of(batch: ImportBatch, kind: str) -> QuerySet[ImportChange]:
    """Return a batch's changed cells of one kind in the order of its files."""
    rows = ImportChange.objects.filter(file__batch=batch, kind=kind)
    return rows.select_related("file").order_by("file", "pk")


def in_words(change: ImportChange) -> ChangeView:
    """Return a changed cell as people read it."""
    kinds = dict(Target.Kind.choices)
    return ChangeView(
        change,
        str(LABELS.get(change.field) or kinds.get(change.field) or change.field),
        format_name(change.file.format),
        str(SOURCE_LABELS.get(change.source, change.source)),
    )


def page_of(batch: ImportBatch, kind: str, number: str | None) -> tuple[Page[ImportChange], list[ChangeView]]:
    """Return one page of changes; a number that is none is the first page. Two queries."""
    page = Paginator(changes_of(batch, kind), PER_PAGE).get_page(number)
    return page, [in_words(change) for change in page.object_list]
