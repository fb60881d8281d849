"""From stored orders, chats and refunds to figures: which months, in which job, and what is forgotten after."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.figures import importing
from reviews.figures.days import Span, month_span, months_between
from reviews.figures.evidence import buyers, earning, publishing, switching, totals
from reviews.figures.evidence.formats import COMPUTED_FORMATS, REFUNDS
from reviews.figures.formats import COMPUTED, REFUND_SHEET
from reviews.models import AgentFigures, ImportBatch
from reviews.services import refresh
from staff import jobs
from staff.jobs import StepRun
from staff.models import Job, Shop, User
from staff.progress import titled

KIND = "attribute"
MODES = (earning.PAY_FIRST, earning.ORDER_FIRST)
STEP_DAYS = 5
BEAT_SECONDS = 10.0
State = ImportBatch.State

titled(KIND, gettext_lazy("Computing figures from orders and chats"))


def computed(shop: Shop, span: Span, *, modes: Sequence[str]) -> dict[str, Any]:
    """Return mode → "account|day" → figures of a span, computed now from what is stored."""
    earning.attribute(shop, *totals.needed_days(span))
    return {mode: totals.as_json(totals.totals_of(shop, span, mode)) for mode in modes}


def start_after(batch: ImportBatch, *, by: User | None) -> Job | None:
    """Start computing what a batch that was applied or undone touches; None where it touches nothing."""
    files = batch.files.filter(format__in=switching.CODES, left_out=False)
    near = timedelta(days=earning.LONGEST_WINDOW)
    stated = _months_uncovered(batch) if batch.state == State.UNDONE else set()
    touched: set[date] = set()
    for form, first, last in files.values_list("format", "first_day", "last_day"):
        if first and last:
            # A refund counts on the day it completes, be it the first of a month: no day is evidence only.
            days = 0 if form == REFUNDS.code else batch.shop.attribution_days
            stated |= _months_stated(first, last, days)
            touched.update(months_between(first - near, last + near))
    months = stated | {month for month in touched - stated if _is_computed(batch.shop, month)}
    return _start(batch.shop, months, by=by)


def _months_uncovered(batch: ImportBatch) -> set[date]:
    """Return the months of figures that no longer count: a report of a whole month had kept computed days out."""
    computed_codes = [form.code for form in COMPUTED_FORMATS]
    files = batch.files.filter(left_out=False).exclude(format__in=[*switching.CODES, *computed_codes])
    figures = files.filter(Q(agentfigures_rows__isnull=False) | Q(shopfigures_rows__isnull=False)).distinct()
    spans = figures.values_list("first_day", "last_day")
    return {month for first, last in spans if first and last for month in months_between(first, last)}


def _months_stated(first: date, last: date, window_days: int) -> set[date]:
    """Return the months a file is about: days of a window before or after others are evidence only."""
    months = months_between(first, last)
    if len(months) > 1 and (months[1] - first).days <= window_days:
        months = months[1:]
    if len(months) > 1 and last.day <= window_days:
        months = months[:-1]
    return set(months)


def start(shop: Shop, month: date, *, by: User) -> Job:
    """Start computing a month because somebody asks. Raises ValidationError where it cannot be computed."""
    if publishing.is_closed(shop, month):
        raise ValidationError(
            _("The buyers of %(month)s have been forgotten; its figures stay as they are.")
            % {"month": f"{month:%Y-%m}"}
        )
    job = _start(shop, {month}, by=by)
    if job is None:
        raise ValidationError(
            _("%(shop)s has no orders and chats of %(month)s; import both first.")
            % {"shop": shop.name, "month": f"{month:%Y-%m}"}
        )
    return job


def _start(shop: Shop, months: Iterable[date], *, by: User | None) -> Job | None:
    """Start one job for the months that have something to compute, or something computed that may be gone.

    Its key holds the state of the evidence: what is applied later starts a job of its own.
    """
    due = [month for month in sorted(months) if _is_due(shop, month)]
    if not due:
        return None
    steps = [step for month in due for step in _steps(month)]
    keys = [month.isoformat() for month in due]
    key = f"{shop.pk} {switching.state_of(shop)[:16]} {keys[0]} {keys[-1]}"
    payload = {"shop": shop.pk, "months": keys}
    return jobs.start(KIND, key=key, steps=steps, by=by, payload=payload)


def _is_due(shop: Shop, month: date) -> bool:
    span = month_span(month.year, month.month)
    if publishing.has_both(shop, span) or totals.has_refund_sheet(shop, span):
        return True
    return _is_computed(shop, month)


def _is_computed(shop: Shop, month: date) -> bool:
    span = month_span(month.year, month.month)
    rows = AgentFigures.objects.filter(shop=shop, current=True, source__in=[COMPUTED, REFUND_SHEET])
    return rows.filter(first_day__gte=span.first, last_day__lte=span.last).exists()


def _steps(month: date) -> list[dict[str, str]]:
    """Return the days whose orders a month needs, a few for each step."""
    first, last = totals.needed_days(month_span(month.year, month.month))
    found = []
    while first <= last:
        end = min(first + timedelta(days=STEP_DAYS - 1), last)
        found.append({"month": month.isoformat(), "first": first.isoformat(), "last": end.isoformat()})
        first = end + timedelta(days=1)
    return found


def step(run: StepRun) -> None:
    """Attribute the orders of a few days."""
    shop = Shop.objects.get(pk=run.job.payload["shop"])
    if not publishing.is_closed(shop, date.fromisoformat(run.payload["month"])):
        first, last = (date.fromisoformat(run.payload[name]) for name in ("first", "last"))
        earning.attribute(shop, first, last, tick=now_and_then(run.beat))
    with run.finish():
        pass


def finish(job: Job) -> None:
    """Store the figures of each month; what is the same is not written again, so this may be repeated."""
    shop = Shop.objects.get(pk=job.payload["shop"])
    told: dict[str, Any] = {}
    for text in job.payload["months"]:
        month = date.fromisoformat(text)
        if publishing.is_closed(shop, month):
            told[text] = "forgotten"
            continue
        at = timezone.now()
        batch = publishing.publish(shop, month, by=job.started_by, at=at)
        if batch is not None:
            refresh.after(batch, by=job.started_by, at=at)
        told[text] = batch.pk if batch else None
    Job.objects.filter(pk=job.pk).update(result=told)


def now_and_then(act: Callable[[], None]) -> Callable[[], None]:
    """Return what does something at most every ten seconds, however often it is called."""
    last = time.monotonic()

    def tick() -> None:
        nonlocal last
        if time.monotonic() - last > BEAT_SECONDS:
            act()
            last = time.monotonic()

    return tick


def running(shops: Iterable[Shop], user: User) -> Job | None:
    """Return the latest computation of some shops that is still at work and that a user may see."""
    seen = Job.objects.visible_to(user, on=timezone.localdate()).filter(kind=KIND, state__in=Job.ACTIVE)
    return seen.filter(payload__shop__in=[shop.pk for shop in shops]).order_by("-pk").first()


def forget_buyers(*, on: date) -> int:
    """Take away the buyers of orders and delete the chats that no computation needs any more."""
    return buyers.forget(on=on)


def clear_imports(*, at: datetime) -> int:
    """Give up batches that nobody decided about for days, and remove files that no batch waits for.

    Uploaded originals hold buyers' names and addresses. Return how many batches were given up.
    """
    waiting = ImportBatch.objects.filter(state__in=[State.READING, State.STAGED, State.FAULTY])
    stale = waiting.filter(created_at__lt=at - timedelta(days=settings.IMPORT_DAYS))
    given_up = 0
    for batch in stale.filter(Q(applied_at=None)):
        importing.discard(batch)
        given_up += 1
    kept = {public_id.hex for public_id in waiting.values_list("public_id", flat=True)}
    hour_ago = at.timestamp() - 3_600
    folder = Path(settings.MEDIA_ROOT) / "imports"
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.name not in kept and left.stat().st_mtime < hour_ago:
            shutil.rmtree(left, ignore_errors=True)
    return given_up
