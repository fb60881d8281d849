"""Rows of figures into the database: one statement for many rows, only the columns that a file fills.

Django's bulk_create spends most of an import's time on preparing columns that are null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import DecimalField

from reviews.figures.planned import PlannedFile, PlannedRow
from reviews.models import AgentFigures, ImportFile
from staff.money import MoneyField

CHUNK = 2_000  # rows in one transaction, so that the write lock is held briefly


def write_rows(file: ImportFile, planned: PlannedFile) -> list[list[Any]]:
    """Stage a file's rows; return [table, old row, new row] for rows that take the place of other spans."""
    model = planned.model
    if model is None or planned.read.form is None:
        return []
    of_agents = model is AgentFigures
    fields = sorted({name for row in planned.rows for name in row.values})
    columns = ["batch_id", "file_id", "row", "shop_id", "source", "first_day", "last_day", "flags", "current"]
    columns += ["supersedes_id"]
    if of_agents:
        columns += ["account_id", "person_id", "account_name", "estimated"]
    meta = model._meta  # noqa: SLF001  Django's documented API
    concrete = {column.name: column for column in meta.concrete_fields}
    prepare = [_adapter(concrete[name]) for name in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in (*columns, *fields))
    marks = ", ".join(["%s"] * (len(columns) + len(fields)))
    # No value of a file is part of the statement: table and columns are the model's own.
    statement = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    head = (file.batch_id, file.pk)
    tail = (file.batch.shop_id, planned.read.form.source)
    rows = iter(planned.rows)
    while chunk := list(islice(rows, CHUNK)):
        values = [
            (*head, row.row.number, *tail, *_own(row, of_agents=of_agents), *_figures(row, fields, prepare))
            for row in chunk
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)
    return _replacing(model, file, planned.rows)


def _own(row: PlannedRow, *, of_agents: bool) -> tuple[Any, ...]:
    span = row.row.span
    if span is None:
        raise ValueError(row)
    days = connection.ops.adapt_datefield_value(span.first), connection.ops.adapt_datefield_value(span.last)
    common = (*days, ",".join(row.row.flags), False, row.supersedes)
    return (*common, row.account_id, row.person_id, row.row.account, False) if of_agents else common


def _figures(row: PlannedRow, fields: Sequence[str], prepare: Sequence[Any]) -> list[Any]:
    values = row.values
    return [
        None if (value := values.get(name)) is None else value if ready is None else ready(value)
        for name, ready in zip(fields, prepare, strict=True)
    ]


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """Return what makes a field's value one that the database takes; None where it is one already.

    Values come from the cell readers, with the field's own places: what the field would check again
    for each of a hundred thousand cells.
    """
    if isinstance(field, MoneyField):
        return _cents
    if isinstance(field, DecimalField):
        places, digits = field.decimal_places, field.max_digits
        adapt = connection.ops.adapt_decimalfield_value
        return lambda value: adapt(value, digits, places)
    return None


def _cents(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def _replacing(model: Any, file: ImportFile, rows: Sequence[PlannedRow]) -> list[list[Any]]:
    """Pair rows of other spans with the stored row that takes their place."""
    taking = [row for row in rows if row.replaces]
    if not taking:
        return []
    stored = {
        (row.row, row.first_day, row.last_day, getattr(row, "account_name", "")): row.pk
        for row in model.objects.filter(file=file)
    }
    return [
        [model.__name__, old, stored[row.row.number, row.row.span.first, row.row.span.last, row.row.account]]
        for row in taking
        if row.row.span is not None
        for old in row.replaces
    ]
