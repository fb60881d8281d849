"""Evidence that begins to count, and what counts again when its batch is taken back.

Two statements for each table, whatever the number of rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery

from reviews.figures.evidence.formats import EVIDENCE_FORMATS
from reviews.figures.evidence.records import TABLES
from reviews.models import ImportBatch, ImportFile, ShopOrder
from staff.models import Shop

State = ImportBatch.State
CODES = frozenset(form.code for form in EVIDENCE_FORMATS)
MODELS = tuple(table.model for table in TABLES.values())


def has_evidence(codes: Iterable[str]) -> bool:
    """Say whether one of some files' formats is evidence."""
    return not CODES.isdisjoint(codes)


def state_of(shop: Shop, *, without: ImportBatch | None = None) -> str:
    """Return a digest of which batches of evidence count in a shop: the same later, the same evidence."""
    files = ImportFile.objects.filter(batch__shop=shop, format__in=CODES, left_out=False)
    counting = files.filter(batch__state=State.APPLIED).exclude(batch=without).order_by("pk")
    return hashlib.sha256(repr(list(counting.values_list("pk", "sha256"))).encode()).hexdigest()


def fingerprint(shop: Shop, codes: Iterable[str], *, without: ImportBatch | None = None) -> str:
    """Return what a comparison of files of these formats stands on; nothing without evidence among them."""
    return state_of(shop, without=without) if has_evidence(codes) else ""


def switch(batch: ImportBatch) -> None:
    """Let a batch's rows take the place of those with the same key. Called inside the batch's transaction."""
    for table in TABLES.values():
        mine = table.model.objects.filter(batch=batch)
        if not mine.exists():
            continue
        earlier = table.model.objects.filter(shop=batch.shop, current=True)
        if earlier.exists():
            if table.model is ShopOrder:
                _carry_over(mine, earlier)
            # Driven by the batch's rows: each finds its earlier one in the index of what counts.
            same = earlier.filter(**{name: OuterRef(name) for name in table.key}).values("pk")[:1]
            replaced = mine.annotate(old=Subquery(same)).filter(old__isnull=False).values("old")
            table.model.objects.filter(pk__in=replaced).update(current=False)
        mine.update(current=True)


def _carry_over(mine: Any, earlier: Any) -> None:
    """Keep with an order what its earlier row earned, and a forgotten buyer forgotten."""
    before = earlier.filter(number=OuterRef("number"))
    mine.filter(Exists(before)).update(
        ordering_account=Subquery(before.values("ordering_account")[:1]),
        paying_account=Subquery(before.values("paying_account")[:1]),
    )
    mine.filter(Exists(before.filter(buyer=None))).update(buyer=None)


def switch_back(batch: ImportBatch) -> None:
    """Let the latest earlier rows of applied batches count again in place of a batch's rows."""
    for table in TABLES.values():
        model = table.model
        mine = model.objects.filter(batch=batch)
        if not mine.exists():
            continue
        mine.update(current=False)
        # One pass over the rows that share a number or buyer with the batch: no index knows older rows.
        near = model.objects.filter(shop=batch.shop, **{f"{table.near}__in": mine.values(table.near)})
        latest = (
            near.order_by()
            .values(*table.key)
            .annotate(
                ours=Count("pk", filter=Q(batch=batch)),
                latest=Max("pk", filter=Q(batch__state=State.APPLIED)),
            )
            .filter(ours__gt=0, latest__isnull=False)
            .values("latest")
        )
        model.objects.filter(pk__in=latest, current=False).update(current=True)


def later_batch_relying(batch: ImportBatch) -> ImportBatch | None:
    """Return a later applied batch that found rows unchanged: it did not store them a second time."""
    codes = CODES.intersection(batch.files.filter(left_out=False).values_list("format", flat=True))
    if not codes:
        return None
    relying = Q(files__format__in=codes, files__unchanged__gt=0, files__left_out=False)
    later = ImportBatch.objects.filter(relying, shop=batch.shop, state=State.APPLIED)
    return later.filter(applied_at__gt=batch.applied_at).exclude(pk=batch.pk).order_by("-pk").first()
