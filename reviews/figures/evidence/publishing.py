"""What was computed becomes ordinary figures: a batch of its own, compared, staged and applied like any import.

So whose the figures are, which source counts, what is late and what undoing brings back need no second rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from reviews.figures import applying, importing
from reviews.figures.comparing import compare
from reviews.figures.days import Span, month_span
from reviews.figures.evidence.buyers import forgotten
from reviews.figures.evidence.earning import mode_of, order_first_days
from reviews.figures.evidence.formats import COMPUTED_FORMATS, COMPUTED_REFUNDS
from reviews.figures.evidence.totals import (
    SILENT,
    Place,
    Totals,
    has_refund_sheet,
    needed_days,
    refund_totals,
    shop_totals,
    totals_of,
)
from reviews.figures.formats import Format, Kind
from reviews.figures.planned import CHANGED, MAX_CHANGES, TABLES, Change, Plan, PlannedFile
from reviews.figures.reading import ReadFile
from reviews.figures.rows import Row
from reviews.models import Chat, ImportBatch, ImportFile, ShopOrder
from staff.models import Shop, User

NAMES = tuple(field.name for field in fields(Totals))
REFUNDS = ("refunded_orders", "refund_amount")
TRIES = 3


def has_both(shop: Shop, span: Span) -> bool:
    """Say whether a span has both paid orders and chats: without one of them nothing is computed."""
    days = {"shop": shop, "current": True}
    paid = ShopOrder.objects.filter(paid_on__gte=span.first, paid_on__lte=span.last, **days)
    return (
        paid.exists()
        and Chat.objects.filter(begins_on__gte=span.first, begins_on__lte=span.last, **days).exists()
    )


def is_closed(shop: Shop, month: date) -> bool:
    """Say whether buyers of a month have been forgotten: its figures stay as they were computed."""
    span = month_span(month.year, month.month)
    first, last = needed_days(span)
    return forgotten(shop, first=first, last=last)


def publish(shop: Shop, month: date, *, by: User | None, at: datetime) -> ImportBatch | None:
    """Store a month's computed figures in place of those before; None where they are the same.

    The month's orders must be attributed. Raises importing.Refused where figures change again and again
    meanwhile.
    """
    for _try in range(TRIES - 1):
        try:
            return _publish(shop, month, by=by, at=at)
        except importing.Refused:
            continue  # somebody applied a batch since: compute again with it
    return _publish(shop, month, by=by, at=at)


def _publish(shop: Shop, month: date, *, by: User | None, at: datetime) -> ImportBatch | None:
    mode = mode_of(shop, month)
    plan = compare(_computed_files(shop, month, mode), shop=shop, overlap=ImportBatch.Overlap.KEEP)
    for file in plan.files:
        file.mode = mode if file.read.form and file.read.form.kind is Kind.AGENT else ""
        _find_vanishing(file, shop, month_span(month.year, month.month))
    if plan.errors:
        codes = sorted({issue.code for file in plan.files for issue in file.errors})
        raise ValueError(f"computed figures of {month:%Y-%m} are refused: {', '.join(codes)}")
    if not plan.something_new:
        return None
    batch, files = _make_batch(shop, plan, by)
    try:
        importing.write_plan(batch, files, plan)
        applying.apply(batch, by=by, at=at)
    except importing.Refused:
        importing.discard(batch)
        raise
    return batch


@transaction.atomic
def _make_batch(shop: Shop, plan: Plan, by: User | None) -> tuple[ImportBatch, list[ImportFile]]:
    batch = ImportBatch.objects.create(shop=shop, by=by, overlap=ImportBatch.Overlap.KEEP)
    files = [ImportFile.objects.create(batch=batch, name=file.read.name, sha256="") for file in plan.files]
    return batch, files


def _computed_files(shop: Shop, month: date, mode: str) -> list[ReadFile]:
    """Return what a month computes to, one "file" for each table and source; empty where evidence is gone."""
    span = month_span(month.year, month.month)
    by_sheet = has_refund_sheet(shop, span)
    agents: list[Row] = []
    own: list[Row] = []
    if has_both(shop, span):
        found = totals_of(shop, span, mode)
        agents = _agent_rows(found, leave_out=REFUNDS if by_sheet else ())
        own = _shop_rows(shop, span, found)
    refunds = _refund_rows(shop, span, agents) if by_sheet else []
    return [
        _file(form, month, rows) for form, rows in zip(COMPUTED_FORMATS, (agents, own, refunds), strict=True)
    ]


def _file(form: Format, month: date, rows: list[Row]) -> ReadFile:
    name = f"{form.code}-{month:%Y-%m}"
    days = [row.span.first for row in rows if row.span]
    span = Span(min(days), max(days)) if days else None
    return ReadFile(name, "", 0, form=form, span=span, rows=rows)


def _agent_rows(found: dict[Place, Totals], *, leave_out: tuple[str, ...]) -> list[Row]:
    return [
        _row(
            number,
            account,
            day,
            {
                name: value
                for name in NAMES
                if name not in leave_out and (value := getattr(totals, name)) is not None
            },
        )
        for number, ((account, day), totals) in enumerate(sorted(found.items()), start=1)
        if account != SILENT
    ]


def _shop_rows(shop: Shop, span: Span, found: dict[Place, Totals]) -> list[Row]:
    rows = []
    for number, (day, totals) in enumerate(sorted(shop_totals(shop, span).items()), start=1):
        silent = found.get((SILENT, day), Totals())
        values = {
            "sales": totals.sales,
            "orders": totals.orders,
            "buyers": totals.buyers,
            "silent_sales": silent.sales,
            "silent_orders": silent.orders,
        }
        rows.append(_row(number, "", day, values))
    return rows


def _refund_rows(shop: Shop, span: Span, agents: Iterable[Row]) -> list[Row]:
    """Return refunds by day of completion; an account's computed days without one have none, which is 0."""
    found = refund_totals(shop, span, order_first=order_first_days(shop))
    for row in agents:
        if row.span is not None:
            found.setdefault((row.account, row.span.first), (0, Totals().sales))
    return [
        _row(number, account, day, dict(zip(REFUNDS, values, strict=True)))
        for number, ((account, day), values) in enumerate(sorted(found.items()), start=1)
    ]


def _row(number: int, account: str, day: date, values: dict[str, Any]) -> Row:
    return Row("", number, account, "", Span(day, day), values)


def _find_vanishing(file: PlannedFile, shop: Shop, span: Span) -> None:
    """Note the rows in force that the month no longer computes to."""
    form = file.read.form
    if form is None or form.kind not in TABLES:
        return
    kept = {row.supersedes for row in file.rows}
    stored = TABLES[form.kind].objects.filter(
        shop=shop, source=form.source, current=True, first_day__gte=span.first, last_day__lte=span.last
    )
    for row in stored.order_by("pk"):
        if row.pk in kept:
            continue
        file.vanishing.append(row.pk)
        file.counts[CHANGED] += 1
        if len(file.changes) < MAX_CHANGES:
            who = getattr(row, "account_name", "") or shop.name
            day = Span(row.first_day, row.last_day)
            name = "refund_amount" if form is COMPUTED_REFUNDS else "sales"
            file.changes.append(Change(row.row, who, day, name, str(getattr(row, name)), "–"))
