"""Files that were read -> what they would change: new, changed (old → new), unchanged, unknown.

Reads the database and writes nothing. The whole set of files is compared at once, because they go
in together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reviews.figures import adapters, snapshots
from reviews.figures.counting import Order
from reviews.figures.days import Span
from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, RATES, SHOP_FIELDS
from reviews.figures.formats import AGENT_SOURCES, SHOP_SOURCES
from reviews.figures.known import Known, Stored
from reviews.figures.planned import (
    CHANGED,
    KEPT,
    MAX_CHANGES,
    NEW,
    UNCHANGED,
    Change,
    Plan,
    PlannedFile,
    PlannedRow,
)
from reviews.figures.reading import ReadFile
from reviews.figures.rows import ERROR, NOTE, Row
from reviews.models import AgentFigures, ImportBatch, ImportFile, ShopFigures
from staff.models import Shop

Key = tuple[Any, ...]


def compare(reads: Sequence[ReadFile], *, shop: Shop, overlap: str, left_out: Sequence[str] = ()) -> Plan:
    """Compare files with what is stored. `overlap` is an ImportBatch.Overlap; `left_out` holds file names."""
    files = [PlannedFile(read, issues=list(read.issues), mode=read.mode) for read in reads]
    _same_files(files, shop)
    for file in files:
        if file.read.name in left_out:
            file.left_out = True
            file.issues.clear()
    active = [file for file in files if not file.left_out]
    known = Known.load(shop, [file.read for file in active if file.model])
    _modes(active, known)
    seen: dict[Key, tuple[PlannedFile, PlannedRow]] = {}
    for file in active:
        if file.model is AgentFigures or file.model is ShopFigures:
            _compare_figures(file, known, seen)
        elif file.read.form is not None:
            adapters.compare(file, shop=shop)
    snapshots.refuse_doubles(active)
    _overlaps(active, known, overlap)
    _differing(active, known)
    return Plan(shop, files, known.fingerprint(adapters.fingerprint(active)))


def _same_files(files: Sequence[PlannedFile], shop: Shop) -> None:
    """Say which files went in before, and read a file that was dropped twice only once."""
    digests = [file.read.sha256 for file in files if file.read.sha256]
    applied = ImportFile.objects.filter(
        sha256__in=digests, batch__shop=shop, batch__state=ImportBatch.State.APPLIED, left_out=False
    ).select_related("batch")
    before = {(file.sha256, snapshots.taken_at_of(file)): file for file in applied.order_by("pk")}
    first: dict[tuple[str, Any, Any], PlannedFile] = {}
    for file in files:
        digest, place = file.read.sha256, (file.read.sha256, file.read.at)
        twin = first.setdefault((digest, file.read.span, file.read.at), file)
        if digest and twin is not file:
            file.left_out = True
            file.issues.clear()
            file.note(NOTE, "same_in_batch", file=twin.read.name)
        elif place in before:
            file.same_as = before[place]
            when = before[place].batch.applied_at
            file.note(NOTE, "same_file", day=f"{when:%Y-%m-%d}" if when else "")


def _modes(files: Sequence[PlannedFile], known: Known) -> None:
    """Settle each file's attribution mode: one shop and month never mixes two."""
    modes = dict(known.modes)
    agents = [file for file in files if file.model is AgentFigures]
    for file in sorted(agents, key=lambda file: not file.mode):
        for month in sorted({row.span.first.replace(day=1) for row in file.read.rows if row.span}):
            held = modes.get(month, "")
            if file.mode and held and held != file.mode:
                file.note(ERROR, "mode_mixed", month=f"{month:%Y-%m}", old=held, new=file.mode)
            modes[month] = held or file.mode or known.shop.attribution_mode
        if not file.mode and file.read.span:
            file.mode = modes.get(file.read.span.first.replace(day=1), known.shop.attribution_mode)


def _compare_figures(
    file: PlannedFile, known: Known, seen: dict[Key, tuple[PlannedFile, PlannedRow]]
) -> None:
    names = tuple(AGENT_FIELDS if file.model is AgentFigures else SHOP_FIELDS)
    source = file.read.form.source if file.read.form else ""
    for row in file.read.rows:
        span = row.span
        if span is None:
            continue
        owner = known.owner(row, file)
        if owner is None:
            continue
        values = {name: row.values[name] for name in names if name in row.values}
        account_id, person_id = owner
        planned = PlannedRow(row, values, account_id, person_id, NEW)
        key = known.key(file.model, source, row, owner, span)
        twin = seen.get(key)
        if twin is not None:
            if twin[1].values != values:
                who, name = _who(row, known.shop), twin[0].read.name
                file.note(ERROR, "twice_in_batch", row.number, who=who, span=str(span), file=name)
            file.counts[UNCHANGED] += 1
            continue
        seen[key] = file, planned
        stored = known.stored.get(key)
        if stored is not None:
            planned.supersedes = stored.pk
            planned.status = UNCHANGED if stored.values == values else CHANGED
            if planned.status == CHANGED:
                _changed_cells(file, planned, stored, known)
        file.counts[planned.status] += 1
        file.rows.append(planned)
        file.late += known.is_late(planned, span)
    if file.late:
        file.note(NOTE, "frozen", count=file.late)


def _changed_cells(file: PlannedFile, planned: PlannedRow, stored: Stored, known: Known) -> None:
    row = planned.row
    if len(file.changes) >= MAX_CHANGES or row.span is None:
        return
    for name in {**stored.values, **planned.values}:
        old, new = stored.values.get(name), planned.values.get(name)
        if old != new:
            file.changes.append(
                Change(
                    row.number, _who(row, known.shop), row.span, name, _shown(name, old), _shown(name, new)
                )
            )


def _who(row: Row, shop: Shop) -> str:
    return row.account or row.staff_no or shop.name


def _shown(name: str, value: int | Decimal | None) -> str:
    """Return a value as people read it: grouped, rates in percent, no idle zeros."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if name in RATES:
        return f"{(value * 100).normalize():f}%"
    return f"{value:,.2f}" if name in AMOUNTS or name in SHOP_FIELDS else f"{value.normalize():f}"


def _overlaps(files: Sequence[PlannedFile], known: Known, overlap: str) -> None:
    """Refuse, leave out or replace where different spans fill the same field of the same owner.

    The same span from several sources stands side by side; a day inside a month does not, because
    both would count.
    """
    spans: dict[Key, list[tuple[Span, frozenset[str], Stored | None]]] = defaultdict(list)
    for key, stored in known.stored.items():
        spans[known.owner_of(key)].append((stored.span, frozenset(stored.values), stored))
    for file in files:
        for planned in file.rows:
            owner = known.owner_of_row(file.model, planned)
            spans[owner].append((_span(planned), frozenset(planned.values), None))
    several = {owner for owner, rows in spans.items() if any(span.days > 1 for span, _f, _s in rows)}
    for file in files:
        kept = []
        for planned in file.rows:
            owner = known.owner_of_row(file.model, planned)
            rivals = _rivals(planned, spans[owner]) if owner in several else []
            if not rivals:
                kept.append(planned)
            elif overlap == ImportBatch.Overlap.KEEP and all(stored for _s, _f, stored in rivals):
                file.counts[planned.status] -= 1
                planned.status = KEPT
            elif overlap == ImportBatch.Overlap.REPLACE and all(stored for _s, _f, stored in rivals):
                planned.replaces = [stored.pk for _s, _f, stored in rivals if stored]
                kept.append(planned)
            else:
                _refuse_overlap(file, planned, rivals, known)
                kept.append(planned)
        if len(kept) < len(file.rows):
            file.note(NOTE, "kept", count=len(file.rows) - len(kept))
        file.rows = kept


def _span(planned: PlannedRow) -> Span:
    if planned.row.span is None:
        raise ValueError(planned)
    return planned.row.span


def _rivals(
    planned: PlannedRow, spans: Sequence[tuple[Span, frozenset[str], Stored | None]]
) -> list[tuple[Span, frozenset[str], Stored | None]]:
    mine, fields = _span(planned), planned.values.keys()
    return [
        rival
        for rival in spans
        if rival[0] != mine
        and rival[0].first <= mine.last
        and mine.first <= rival[0].last
        and not rival[1].isdisjoint(fields)
    ]


def _refuse_overlap(
    file: PlannedFile,
    planned: PlannedRow,
    rivals: Sequence[tuple[Span, frozenset[str], Stored | None]],
    known: Known,
) -> None:
    first, last = min(span.first for span, _f, _s in rivals), max(span.last for span, _f, _s in rivals)
    shared = sorted({name for _s, fields, _st in rivals for name in fields & planned.values.keys()})
    file.note(
        ERROR,
        "overlap",
        planned.row.number,
        who=_who(planned.row, known.shop),
        span=str(_span(planned)),
        others=str(Span(first, last)),
        field=shared[0],
    )


def _differing(files: Sequence[PlannedFile], known: Known) -> None:
    """Note where another source of the same owner and span fills a field differently, and which counts."""
    by_place: dict[Key, list[tuple[str, dict[str, Any], bool]]] = defaultdict(list)
    for key, stored in known.stored.items():
        by_place[(*known.owner_of(key), stored.span)].append((stored.source, stored.values, False))
    for file in files:
        for planned in file.rows:
            source = file.read.form.source if file.read.form else ""
            place = (*known.owner_of_row(file.model, planned), _span(planned))
            rows = by_place[place] = [entry for entry in by_place[place] if entry[0] != source]
            rows.append((source, planned.values, True))
    orders = {
        AgentFigures: Order([known.shop.pk], AGENT_SOURCES),
        ShopFigures: Order([known.shop.pk], SHOP_SOURCES),
    }
    for file in files:
        if file.model is None or file.read.form is None:
            continue
        for planned in file.rows:
            place = (*known.owner_of_row(file.model, planned), _span(planned))
            if len(by_place[place]) > 1 and planned.status != UNCHANGED:
                _differs(file, planned, by_place[place], orders[file.model], known)


def _differs(
    file: PlannedFile,
    planned: PlannedRow,
    rows: Sequence[tuple[str, dict[str, Any], bool]],
    order: Order,
    known: Known,
) -> None:
    own = file.read.form.source if file.read.form else ""
    for source, values, of_batch in rows:
        if source == own:
            continue
        for name, value in planned.values.items():
            other = values.get(name)
            if other is None or other == value or len(file.changes) >= MAX_CHANGES:
                continue
            places = order.places(known.shop.pk, _span(planned).first, name)
            wins = places.get(own, len(places)) < places.get(source, len(places))
            if of_batch and not wins:
                continue  # said where the winning file of the batch is
            file.changes.append(
                Change(
                    planned.row.number,
                    _who(planned.row, known.shop),
                    _span(planned),
                    name,
                    _shown(name, other),
                    _shown(name, value),
                    source,
                    wins,
                )
            )
