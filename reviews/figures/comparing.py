"""Files that were read -> what they would change: new, changed (old → new), unchanged, unknown.

Reads the database and writes nothing. The whole set of files is compared at once, because they go
in together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from reviews.figures import adapters, snapshots
from reviews.figures.counting import SHOPS_OWN, Order
from reviews.figures.days import Span
from reviews.figures.evidence import staging, switching
from reviews.figures.fields import AGENT_FIELDS, SHOP_FIELDS, shown_value
from reviews.figures.formats import AGENT_SOURCES, COMPUTED, REFUND_SHEET, SHOP_SOURCES, STAFF_NO
from reviews.figures.known import Known, Stored
from reviews.figures.planned import (
    CHANGED,
    KEPT,
    MAX_CHANGES,
    NEW,
    UNCHANGED,
    Change,
    FileAnswer,
    Plan,
    PlannedFile,
    PlannedRow,
)
from reviews.figures.profiles.registry import digest_of, formats_by_code
from reviews.figures.reading import ReadFile
from reviews.figures.rows import ERROR, NOTE, Row
from reviews.figures.shop_names import keep_own_rows
from reviews.models import AgentFigures, ImportBatch, ImportFile, ShopFigures
from staff.models import Shop, User

Key = tuple[Any, ...]


def compare(
    reads: Sequence[ReadFile],
    *,
    shop: Shop,
    overlap: str,
    answers: Sequence[FileAnswer] = (),
    by: User | None = None,
    tick: staging.Tick = staging.no_tick,
) -> Plan:
    """Compare files with what is stored. `overlap` is an ImportBatch.Overlap; `answers` go with the files.

    `by` is who imports: sheets of people then know only those whom that user looks after.
    """
    files = [PlannedFile(read, issues=list(read.issues), mode=read.mode, by=by) for read in reads]
    for file, answer in zip(files, answers, strict=False):
        file.answer = answer
    _same_files(files, shop)
    for file in files:
        if file.answer.left_out:
            file.left_out = True
            file.issues.clear()
    active = [file for file in files if not file.left_out]
    keep_own_rows(active, shop)
    known = Known.load(shop, [file.read for file in active if file.model])
    _modes(active, known)
    seen: dict[Key, tuple[PlannedFile, PlannedRow]] | None = {} if _may_repeat(active) else None
    for file in active:
        if file.model is AgentFigures or file.model is ShopFigures:
            _compare_figures(file, known, seen)
        elif file.read.form is not None and not staging.is_evidence(file):
            adapters.compare(file, shop=shop)
    staging.compare(active, shop=shop, tick=tick)
    snapshots.refuse_doubles(active)
    _overlaps([file for file in active if not file.of_other_mode], known, overlap)
    _differing(active, known)
    codes = [file.read.form.code for file in active if file.read.form]
    sheets = adapters.fingerprint(file for file in active if not staging.is_evidence(file))
    mapped = digest_of(file.read.form for file in active)
    return Plan(shop, files, known.fingerprint(sheets + mapped + switching.fingerprint(shop, codes)))


def _same_files(files: Sequence[PlannedFile], shop: Shop) -> None:
    """Say which files went in before, and read a file that was dropped twice only once."""
    digests = [file.read.sha256 for file in files if file.read.sha256]
    found = ImportFile.objects.filter(
        sha256__in=digests, batch__shop=shop, batch__state=ImportBatch.State.APPLIED, left_out=False
    )
    applied = list(found.select_related("batch").order_by("pk"))
    forms = formats_by_code([file.format for file in applied])
    before = {(file.sha256, snapshots.taken_at_of(file, forms)): file for file in applied}
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
            file.note(NOTE, "same_file", day=f"{timezone.localdate(when)}" if when else "")


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


def _may_repeat(files: Sequence[PlannedFile]) -> bool:
    """Say whether two rows may be of one owner and span: in one sheet of accounts the reader has seen to that."""
    figures = [file for file in files if file.model and file.read.form]
    sheets = {(number, row.sheet) for number, file in enumerate(figures) for row in file.read.rows}
    by_number = any(
        c.meaning == STAFF_NO for file in figures if file.read.form for c in file.read.form.columns
    )
    return by_number or len(sheets) > 1


def _compare_figures(
    file: PlannedFile, known: Known, seen: dict[Key, tuple[PlannedFile, PlannedRow]] | None
) -> None:
    model = file.model
    names = frozenset(AGENT_FIELDS if model is AgentFigures else SHOP_FIELDS)
    source = file.read.form.source if file.read.form else ""
    for row in file.read.rows:
        span = row.span
        if span is None:
            continue
        owner = known.owner(row, file)
        if owner is None:
            continue
        planned = PlannedRow(row, names, *owner, NEW)
        key = known.key(model, source, row, owner, span)
        twin = seen.get(key) if seen is not None else None
        if twin is not None:
            if twin[1].values != planned.values:
                who, name = _who(row, known.shop), twin[0].read.name
                file.note(ERROR, "twice_in_batch", row.number, who=who, span=str(span), file=name)
            file.counts[UNCHANGED] += 1
            continue
        if seen is not None:
            seen[key] = file, planned
        stored = known.stored.get(key)
        if stored is not None:
            planned.supersedes = stored.pk
            planned.status = UNCHANGED if stored.values == planned.values else CHANGED
            if planned.status == CHANGED:
                _changed_cells(file, planned, stored, known)
        file.counts[planned.status] += 1
        file.rows.append(planned)
        file.late += planned.status != UNCHANGED and known.is_late(planned, span)
    if file.late:
        file.note(NOTE, "frozen", count=file.late)


def _changed_cells(file: PlannedFile, planned: PlannedRow, stored: Stored, known: Known) -> None:
    row = planned.row
    if len(file.changes) >= MAX_CHANGES or row.span is None:
        return
    values = planned.values
    for name in {**stored.values, **values}:
        old, new = stored.values.get(name), values.get(name)
        if old != new:
            file.changes.append(
                Change(
                    row.number,
                    _who(row, known.shop),
                    row.span,
                    name,
                    shown_value(name, old),
                    shown_value(name, new),
                )
            )


def _who(row: Row, shop: Shop) -> str:
    return row.account or row.staff_no or shop.name


def _overlaps(files: Sequence[PlannedFile], known: Known, overlap: str) -> None:
    """Refuse, leave out or replace where different spans fill the same field of the same owner.

    The same span from several sources stands side by side; a day inside a month does not, because
    both would count.
    """
    longer = any(stored.span.days > 1 for stored in known.stored.values())
    if not longer and all(_span(planned).days == 1 for file in files for planned in file.rows):
        return  # single days overlap only where they are the same day
    spans: dict[Key, list[tuple[Span, frozenset[str], Stored | None]]] = defaultdict(list)
    for key, stored in known.stored.items():
        spans[known.owner_of(key)].append((stored.span, frozenset(stored.values), stored))
    for file in files:
        for planned in file.rows:
            owner = known.owner_of_row(file.model, planned)
            spans[owner].append((_span(planned), frozenset(planned.values), None))
    several = {owner: rows for owner, rows in spans.items() if any(span.days > 1 for span, _f, _s in rows)}
    for file in files:
        _settle_overlaps(file, known, several, file.answer.overlap or overlap)


def _settle_overlaps(
    file: PlannedFile,
    known: Known,
    several: Mapping[Key, Sequence[tuple[Span, frozenset[str], Stored | None]]],
    choice: str,
) -> None:
    """Keep, leave out or refuse a file's rows, by what was chosen; `several` are owners with spans of several days."""
    kept = []
    computed = file.read.form is not None and file.read.form.source in (COMPUTED, REFUND_SHEET)
    for planned in file.rows:
        spans = several.get(known.owner_of_row(file.model, planned), ())
        rivals = _rivals(planned, spans, weeks=not computed)
        if not rivals:
            kept.append(planned)
        elif choice == ImportBatch.Overlap.KEEP and all(stored for _s, _f, stored in rivals):
            if computed and _trimmed(file, planned, rivals, known):
                kept.append(planned)
            else:
                file.counts[planned.status] -= 1
                planned.status = KEPT
        elif choice == ImportBatch.Overlap.REPLACE and all(stored for _s, _f, stored in rivals):
            planned.replaces = [stored.pk for _s, _f, stored in rivals if stored]
            kept.append(planned)
        else:
            _refuse_overlap(file, planned, rivals, known)
            kept.append(planned)
    if len(kept) < len(file.rows):
        file.note(NOTE, "kept", count=len(file.rows) - len(kept))
    file.rows = kept


def _trimmed(
    file: PlannedFile,
    planned: PlannedRow,
    rivals: Sequence[tuple[Span, frozenset[str], Stored | None]],
    known: Known,
) -> bool:
    """Leave out of a computed row only what a longer span fills already; False where nothing is left of it.

    A month's report without orders keeps the computed sales out, not the computed orders.
    """
    planned.names -= frozenset().union(*(fields for _span, fields, _stored in rivals))
    values = planned.values
    if not values:
        return False
    owner = planned.account_id, planned.person_id
    source = file.read.form.source if file.read.form else ""
    stored = known.stored.get(known.key(file.model, source, planned.row, owner, _span(planned)))
    file.counts[planned.status] -= 1
    planned.status = NEW if stored is None else UNCHANGED if stored.values == values else CHANGED
    file.counts[planned.status] += 1
    return True


def _span(planned: PlannedRow) -> Span:
    if planned.row.span is None:
        raise ValueError(planned)
    return planned.row.span


def _rivals(
    planned: PlannedRow, spans: Sequence[tuple[Span, frozenset[str], Stored | None]], *, weeks: bool
) -> list[tuple[Span, frozenset[str], Stored | None]]:
    """Return the other spans that fill a field of a row's days; without `weeks` none across a month's end.

    Such a week counts in no month, so it keeps no computed day out of one.
    """
    mine, fields = _span(planned), planned.values.keys()
    return [
        rival
        for rival in spans
        if rival[0] != mine
        and rival[0].first <= mine.last
        and mine.first <= rival[0].last
        and not rival[1].isdisjoint(fields)
        and (weeks or not rival[0].crosses_months)
    ]


def _refuse_overlap(
    file: PlannedFile,
    planned: PlannedRow,
    rivals: Sequence[tuple[Span, frozenset[str], Stored | None]],
    known: Known,
) -> None:
    first, last = min(span.first for span, _f, _s in rivals), max(span.last for span, _f, _s in rivals)
    shared = sorted({name for _s, fields, _st in rivals for name in fields & planned.values.keys()})
    within = any(stored is None for _span_, _fields, stored in rivals)
    file.note(
        ERROR,
        "overlap_in_batch" if within else "overlap",
        planned.row.number,
        who=_who(planned.row, known.shop),
        span=str(_span(planned)),
        others=str(Span(first, last)),
        field=shared[0],
    )


def _differing(files: Sequence[PlannedFile], known: Known) -> None:
    """Note where another source of the same owner and span fills a field differently, and which counts."""
    sources = {stored.source for stored in known.stored.values()}
    sources |= {file.read.form.source for file in files if file.rows and file.read.form}
    if len(sources) < 2:
        return
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
            key = SHOPS_OWN + name if file.model is ShopFigures else name
            places = order.places(known.shop.pk, _span(planned).first, key)
            wins = places.get(own, len(places)) < places.get(source, len(places))
            if of_batch and not wins:
                continue  # said where the winning file of the batch is
            file.changes.append(
                Change(
                    planned.row.number,
                    _who(planned.row, known.shop),
                    _span(planned),
                    name,
                    shown_value(name, other),
                    shown_value(name, value),
                    source,
                    wins,
                )
            )
