"""What may become of a file that no format recognises: the profiles whose columns it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reviews.figures.formats import Format
from reviews.figures.headers import HEADER_ROWS, match_row
from reviews.figures.profiles.registry import format_of
from reviews.models import ImportProfile
from staff.sheets.archives import Refused
from staff.sheets.tables import open_tables

MOST = 20  # files of a batch that are looked through for it


@dataclass(frozen=True, slots=True)
class Fit:
    """A profile whose columns a file has; a retired one must be chosen by hand."""

    pk: int
    name: str
    active: bool


def fitting(paths: Sequence[Path]) -> list[list[Fit]]:
    """Return for each file the profiles that could read it, two queries for all; none for an unreadable file."""
    if not paths:
        return []
    profiles = ImportProfile.objects.prefetch_related("columns").order_by("-active", "name")
    forms = [(Fit(one.pk, one.name, one.active), format_of(one)) for one in profiles]
    return [_fits(path, forms) if number < MOST else [] for number, path in enumerate(paths)]


def _fits(path: Path, forms: Sequence[tuple[Fit, Format]]) -> list[Fit]:
    if not forms or not path.is_file():
        return []
    try:
        rows = [row for table in open_tables(path).tables for row in islice(table.rows(), HEADER_ROWS)]
    except Refused:
        return []
    return [fit for fit, form in forms if any(_complete(row, form) for row in rows)]


def _complete(row: tuple[int, int, list[object]], form: Format) -> bool:
    number, first_column, found = row
    header = match_row(found, form, row=number, first_column=first_column)
    return header is not None and not header.missing
