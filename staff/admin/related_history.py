"""The history of a person's dated rows, beside the person's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils import timezone

OWN = frozenset({"id", "person"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one dated row: when, who, what was done, and the row as it then stood."""

    at: datetime
    who: str
    kind: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RelatedHistory:
    """All changes of a person's rows of one kind, the latest first."""

    title: str
    entries: list[Entry]


def related_history(person_id: str, *, models: tuple[type[Model], ...]) -> list[RelatedHistory]:
    """Return what changed about a person's rows, kind by kind, in one query each."""
    if not (person_id.isascii() and person_id.isdigit()):
        return []
    found = []
    for model in models:
        fields = [field for field in model._meta.concrete_fields if field.name not in OWN]  # noqa: SLF001
        links = [field.name for field in fields if isinstance(field, ForeignKey)]
        manager: Any = model
        records = manager.history.filter(person_id=int(person_id)).select_related(
            "history_user__person", *links
        )
        entries = [_entry(record, fields) for record in records]
        if entries:
            found.append(RelatedHistory(str(model._meta.verbose_name_plural), entries))  # noqa: SLF001
    return found


def _entry(record: Any, fields: list[Any]) -> Entry:
    cells = []
    for field in fields:
        display = getattr(record, f"get_{field.name}_display", None)
        value = display() if display else getattr(record, field.name)
        if value not in (None, ""):
            cells.append((str(field.verbose_name), _shown(value)))
    who = str(record.history_user) if record.history_user else "–"
    return Entry(record.history_date, who, str(record.get_history_type_display()), cells)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)
