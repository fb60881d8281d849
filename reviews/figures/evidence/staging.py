"""Files of evidence against what is stored: counted when compared, written when staged, both in one pass of chunks.

Memory holds one chunk, and a number of 60 bits for each row of a batch, to see a row that stands there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import DateField
from django.utils import timezone

from reviews.figures.days import Span
from reviews.figures.evidence.buyers import CHUNK
from reviews.figures.evidence.formats import BUYER, KINDS
from reviews.figures.evidence.records import TABLES, Record, Table, from_database, recorder, shown
from reviews.figures.evidence.streaming import EvidenceReader
from reviews.figures.formats import Kind
from reviews.figures.planned import CHANGED, MAX_CHANGES, NEW, UNCHANGED, Change, PlannedFile
from reviews.figures.rows import ERROR, Issue
from reviews.models import ImportFile
from staff.models import PlatformAccount, Shop
from staff.money import MoneyField
from staff.sheets.archives import Refused

Tick = Callable[[], None]
PREPARED = (MoneyField, DateField)  # both drivers take the other values as they are
_HASH, _ROW = 30, 22  # bits of a row's values and of its number


def no_tick() -> None:
    """Do nothing between chunks."""


@dataclass(slots=True)
class Seen:
    """The rows of a batch so far, by key: a digest of the values, the row, and the place in `files`."""

    files: list[str] = field(default_factory=list)
    kinds: dict[Kind, dict[int, int]] = field(default_factory=dict)

    def first(self, table: Table, kind: Kind, record: Record, row: int) -> tuple[str, int, bool] | None:
        """Return file and row where the same row stood before and whether it said the same; None if nowhere."""
        held = self.kinds.setdefault(kind, {})
        key = hash(table.key_of(record))
        digest = hash(record) & ((1 << _HASH) - 1)
        before = held.setdefault(key, (len(self.files) - 1) << (_HASH + _ROW) | row << _HASH | digest)
        place, same = before >> _HASH, before & ((1 << _HASH) - 1) == digest
        file, first_row = place >> _ROW, place & ((1 << _ROW) - 1)
        if file == len(self.files) - 1 and first_row == row:
            return None
        return self.files[file], first_row, same


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its record and what it would do; `stored` is the record in force that it changes."""

    row: int
    record: Record
    status: str
    stored: Record | None = None
    twin: tuple[str, int] | None = None


def is_evidence(file: PlannedFile) -> bool:
    """Say whether a file is one of orders, chats or refunds."""
    return file.read.form is not None and file.read.form.kind in KINDS


def compare(files: Sequence[PlannedFile], *, shop: Shop, tick: Tick = no_tick) -> None:
    """Fill in what files of evidence would change; nothing is written. The files may contradict each other."""
    files = [file for file in files if is_evidence(file) and not file.errors]
    known = set()
    if any(file.read.form and file.read.form.kind is Kind.CHATS for file in files):
        known = set(PlatformAccount.objects.filter(shop=shop).values_list("name", flat=True))
    seen = Seen()
    for file in files:
        try:
            _compare(file, shop, seen, known, tick)
        except Refused as refusal:
            row = refusal.params.get("row")
            place = row if isinstance(row, int) else None
            file.issues.append(Issue(ERROR, refusal.code, row=place, params=refusal.params))


def _compare(file: PlannedFile, shop: Shop, seen: Seen, known: set[str], tick: Tick) -> None:
    kind, table = _table(file)
    days: list[date] = []
    readers: list[EvidenceReader] = []
    for judged in _judged(file, shop, seen, readers, tick):
        if judged.twin is not None:
            name, row = judged.twin
            file.note(ERROR, "evidence_twice", judged.row, first=row, file=name)
            continue
        file.counts[judged.status] += 1
        day = judged.record[table.day]
        if day is not None:
            days = [day, day] if not days else [min(days[0], day), max(days[1], day)]
        if kind is Kind.CHATS and judged.record[0] not in known:
            file.unknown.setdefault(judged.record[0], [])
        if judged.stored is not None and judged.status == CHANGED:
            _changed_cells(file, table, judged)
    _take_over(file, readers)
    if days:
        file.read.span = Span(*days)


def _take_over(file: PlannedFile, readers: Iterable[EvidenceReader]) -> None:
    """Take the messages of the readers; a file that names no buyer at all says that once."""
    read, readers = file.read, list(readers)
    nameless = sum(reader.nameless for reader in readers)
    without_buyers = nameless and not any(reader.named for reader in readers)
    for reader in readers:
        read.skipped += reader.skipped
        read.faulty += len(reader.faulty)
        if not without_buyers:
            file.issues += reader.issues
    read.streamed = sum(file.counts.values())
    if without_buyers:
        file.note(ERROR, "no_buyers")
    elif not read.streamed and not read.skipped and not file.errors:
        file.note(ERROR, "no_rows")


def _table(file: PlannedFile) -> tuple[Kind, Table]:
    if file.read.form is None:
        raise ValueError(file.read.name)
    return file.read.form.kind, TABLES[file.read.form.kind]


def _judged(
    file: PlannedFile, shop: Shop, seen: Seen, readers: list[EvidenceReader], tick: Tick
) -> Iterator[Judged]:
    """Yield a file's good rows with what each would do; three queries at most for each chunk."""
    kind, table = _table(file)
    record_of = recorder(kind, shop)
    something = table.model.objects.filter(shop=shop, current=True).exists()
    for stream in file.read.streams:
        bad = {(cell.row, cell.letter): cell.code for cell in stream.bad}
        reader = EvidenceReader(stream.sheet, stream.header, bad)
        readers.append(reader)
        seen.files.append(file.read.name)
        rows = reader.stream(stream.rows())
        while chunk := [(row.number, record_of(row.values)) for row in islice(rows, CHUNK)]:
            stored = _stored(table, shop, [record for _n, record in chunk]) if something else {}
            for number, record in chunk:
                yield _judge(kind, table, number, record, stored.get(table.key_of(record)), seen)
            tick()


def _judge(kind: Kind, table: Table, row: int, record: Record, stored: Record | None, seen: Seen) -> Judged:
    if (before := seen.first(table, kind, record, row)) is not None:
        name, first, same = before
        return Judged(row, record, UNCHANGED, twin=None if same else (name, first))
    if stored is None:
        return Judged(row, record, NEW)
    changed = any(_differs(table, place, record, stored) for place in table.places(table.compared))
    return Judged(row, record, CHANGED if changed else UNCHANGED, stored)


def _differs(table: Table, place: int, record: Record, stored: Record) -> bool:
    """Say whether a cell has changed; a buyer who was forgotten has not."""
    forgotten = stored[place] is None and table.columns[place] == BUYER
    return bool(record[place] != stored[place]) and not forgotten


def _stored(table: Table, shop: Shop, records: Sequence[Record]) -> dict[Any, Record]:
    rows = table.model.objects.filter(shop=shop, current=True, **table.find(records))
    found = (from_database(row) for row in rows.values_list(*table.columns))
    return {table.key_of(row): row for row in found}


def _changed_cells(file: PlannedFile, table: Table, judged: Judged) -> None:
    """Keep old and new of what changed, buyers never."""
    stored, record = judged.stored, judged.record
    if stored is None:
        return
    day = record[table.day] or stored[table.day]
    for place in table.places(table.compared):
        name = table.columns[place]
        if name == BUYER or len(file.changes) >= MAX_CHANGES or not _differs(table, place, record, stored):
            continue
        old, new = (_shown(name, value) for value in (stored[place], record[place]))
        span = Span(day, day) if day else None
        file.changes.append(Change(judged.row, str(record[table.who]), span, name, old, new))


def _shown(name: str, value: Any) -> str:
    if name in {"created", "paid", "ends"} and value is not None:
        return f"{datetime.fromtimestamp(value, timezone.get_default_timezone()):%Y-%m-%d %H:%M:%S}"
    return shown(value)


def write(files: Sequence[tuple[ImportFile, PlannedFile]], *, tick: Tick = no_tick) -> None:
    """Stage the new and changed rows of files of evidence, in the order in which they were compared."""
    seen = Seen()
    for stored, file in files:
        if is_evidence(file) and not file.left_out:
            _write(stored, file, seen, tick)


def _write(stored: ImportFile, file: PlannedFile, seen: Seen, tick: Tick) -> None:
    _kind, table = _table(file)
    shop = stored.batch.shop
    rows = (
        judged
        for judged in _judged(file, shop, seen, [], tick)
        if judged.status in (NEW, CHANGED) and judged.twin is None
    )
    columns = ("batch_id", "file_id", "row", "shop_id", "current", *table.columns)
    quote = connection.ops.quote_name
    names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    meta = table.model._meta  # noqa: SLF001  Django's documented API
    # No value of a file is part of the statement: table and columns are the model's own.
    statement = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    prepare = [
        field.get_db_prep_save if isinstance(field, PREPARED) else None
        for field in map(meta.get_field, table.columns)
    ]
    head, place = (stored.batch_id, stored.pk), (shop.pk, False)
    written = 0
    while chunk := list(islice(rows, CHUNK)):
        values = [(*head, judged.row, *place, *_ready(judged.record, prepare)) for judged in chunk]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)
        written += len(chunk)
    if written != file.counts[NEW] + file.counts[CHANGED]:
        raise ValueError(f"{file.read.name}: the file or the orders in force changed while it was staged")


def _ready(record: Record, prepare: Sequence[Any]) -> Iterator[Any]:
    return (
        value if ready is None or value is None else ready(value, connection)
        for value, ready in zip(record, prepare, strict=True)
    )
