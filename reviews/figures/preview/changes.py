"""Cells that a batch replaces, or that another source fills differently, in words and by pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from reviews.figures.fields import LABELS
from reviews.figures.preview.files import format_name
from reviews.figures.profiles.registry import formats_by_code, labels_of
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


def in_words(changes: Iterable[ImportChange]) -> list[ChangeView]:
    """Return changed cells as people read them; a query or two where an import profile is among their sources."""
    changes = list(changes)
    kinds = dict(Target.Kind.choices)
    forms = formats_by_code([change.file.format for change in changes])
    labels = labels_of([change.source for change in changes])
    return [
        ChangeView(
            change,
            str(LABELS.get(change.field) or kinds.get(change.field) or change.field),
            format_name(change.file.format, forms),
            str(labels.get(change.source, change.source)),
        )
        for change in changes
    ]


def page_of(batch: ImportBatch, kind: str, number: str | None) -> tuple[Page[ImportChange], list[ChangeView]]:
    """Return one page of changes; a number that is none is the first page. Two queries."""
    page = Paginator(changes_of(batch, kind), PER_PAGE).get_page(number)
    return page, in_words(page.object_list)
