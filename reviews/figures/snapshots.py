"""Agents' figures of a running day, exported at an hour: stored beside the day, never mixed with it.

They are compared, applied and taken back like any sheet, but into a table of their own, so that no
reader of counting figures can meet them. Of one source, account and hour one row is current.

Source: data.md, "Intraday".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from reviews.figures.days import Span
from reviews.figures.fields import AGENT_FIELDS, AMOUNTS, RATES
from reviews.figures.formats import Format, Kind
from reviews.figures.planned import CHANGED, MAX_CHANGES, NEW, UNCHANGED, Change, PlannedFile
from reviews.figures.reading import taken_at
from reviews.figures.rows import ERROR, Row
from reviews.models import ImportBatch, ImportFile, Snapshot
from staff.models import PlatformAccount, Shop, User

FIELDS = tuple(AGENT_FIELDS)


def taken_at_of(file: ImportFile, forms: Mapping[str, Format]) -> datetime | None:
    """Return the company's wall clock at which a stored file's snapshot was taken; None for whole days."""
    form = forms.get(file.format)
    if form is None:
        return None
    said, at = file.batch.asked, file.batch.asked.get("at")
    span = said.get("files", {}).get(file.stored, {}).get("span") or said.get("span")
    asked = Span(date.fromisoformat(span[0]), date.fromisoformat(span[1])) if span else None
    return taken_at(file.name, form, asked=asked, at=datetime.fromisoformat(at) if at else None)


def kind_of(file: ImportFile, forms: Mapping[str, Format]) -> Kind | None:
    """Return what a stored file's rows become; None where its format is not known."""
    form = forms.get(file.format)
    if form is None:
        return None
    return Kind.SNAPSHOTS if taken_at_of(file, forms) else form.kind


def refuse_doubles(files: Sequence[PlannedFile]) -> None:
    """Refuse snapshots of one batch that say different things of an account and hour."""
    seen: dict[tuple[str, datetime, str], tuple[PlannedFile, Row]] = {}
    for file in files:
        if file.read.at is None or file.read.form is None:
            continue
        for row in file.read.rows:
            first = seen.setdefault((file.read.form.source, file.read.at, row.account), (file, row))
            if first[1] is not row:
                file.note(ERROR, "snapshot_twice", row.number, who=row.account, file=first[0].read.name)


def compare(file: PlannedFile, shop: Shop) -> None:
    """Fill in what a snapshot would change: new, changed (old → new), unchanged; which accounts are unknown."""
    stored = _stored(file, shop)
    known = set(PlatformAccount.objects.filter(shop=shop).values_list("name", flat=True))
    for row in file.read.rows:
        if row.account not in known:
            file.unknown.setdefault(row.account, []).append(row)
        before = stored.get(row.account)
        values = _values(row)
        if before is None:
            file.counts[NEW] += 1
        elif before == values:
            file.counts[UNCHANGED] += 1
        else:
            file.counts[CHANGED] += 1
            _show(file, row, before, values)


def apply(file: PlannedFile, stored: ImportFile, shop: Shop, _by: User | None, _at: datetime) -> None:
    """Write a snapshot's new and changed rows; called inside the batch's transaction."""
    if file.read.at is None or file.read.form is None:
        raise ValueError(file)
    before = _stored(file, shop)
    rows = [row for row in file.read.rows if before.get(row.account) != _values(row)]
    accounts = _accounts(shop, [row.account for row in rows])
    moment = timezone.make_aware(file.read.at)
    _same_place(file, shop).filter(account_name__in=[row.account for row in rows]).update(current=False)
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                batch=stored.batch,
                file=stored,
                row=row.number,
                shop=shop,
                source=file.read.form.source,
                account_id=accounts[row.account],
                account_name=row.account,
                taken_at=moment,
                day=file.read.at.date(),
                current=True,
                **_values(row),
            )
            for row in rows
        ],
        batch_size=500,
    )


def take_back(batch: ImportBatch) -> None:
    """Let the latest snapshot before a batch's count again, account by account and hour by hour."""
    mine = Snapshot.objects.filter(batch=batch, current=True)
    keys = list(mine.values_list("source", "taken_at", "shop").distinct())
    names = list(mine.values_list("account_name", flat=True).distinct())
    if not keys:
        return
    mine.update(current=False)
    applied = Snapshot.objects.filter(batch__state=ImportBatch.State.APPLIED).exclude(batch=batch)
    for source, moment, shop_id in keys:
        place = applied.filter(shop=shop_id, source=source, taken_at=moment, account_name__in=names)
        taken = place.filter(current=True).values("account_name")
        latest = (
            place.filter(account_name=OuterRef("account_name"))
            .order_by("-batch__applied_at", "-pk")
            .values("pk")[:1]
        )
        open_rows = place.exclude(account_name__in=taken).filter(pk=Subquery(latest))
        Snapshot.objects.filter(pk__in=list(open_rows.values_list("pk", flat=True))).update(current=True)


def _same_place(file: PlannedFile, shop: Shop) -> Any:
    source = file.read.form.source if file.read.form else ""
    if file.read.at is None:
        return Snapshot.objects.none()
    at = timezone.make_aware(file.read.at)
    return Snapshot.objects.filter(shop=shop, source=source, taken_at=at, current=True)


def _stored(file: PlannedFile, shop: Shop) -> dict[str, dict[str, Any]]:
    """Return the values in force of the file's source and hour, by account name."""
    return {
        name: {key: value for key, value in zip(FIELDS, values, strict=True) if value is not None}
        for name, *values in _same_place(file, shop).values_list("account_name", *FIELDS)
    }


def _values(row: Row) -> dict[str, Any]:
    return {name: row.values[name] for name in FIELDS if name in row.values}


def _accounts(shop: Shop, names: Sequence[str]) -> dict[str, int]:
    """Return the accounts of some names; one that nobody knew is made and waits for its match."""
    found = dict(PlatformAccount.objects.filter(shop=shop, name__in=names).values_list("name", "pk"))
    for name in sorted(set(names) - set(found)):
        made = PlatformAccount.objects.create(shop=shop, name=name, kind=PlatformAccount.Kind.UNKNOWN)
        found[name] = made.pk
    return found


def _show(file: PlannedFile, row: Row, before: dict[str, Any], values: dict[str, Any]) -> None:
    for name in {**before, **values}:
        old, new = before.get(name), values.get(name)
        if old != new and len(file.changes) < MAX_CHANGES:
            file.changes.append(
                Change(row.number, row.account, row.span, name, _shown(name, old), _shown(name, new))
            )


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if name in RATES:
        return f"{(value * 100).normalize():f}%"
    return f"{value:,.2f}" if name in AMOUNTS else f"{value.normalize():f}"
