"""Long work: the table is the truth, the broker only wakes a worker.

A job is a row with steps. `start` writes it and wakes a worker on commit. A worker claims a step by
compare-and-swap with a lease, runs the kind's handler, and finishes the step in the same transaction
as the handler's result. `sweep` (at worker start and every half minute) wakes what has no living
lease. With that, any broker, and any kill, ends with the same result.

How to add long work:

    # reviews/tasks.py (imported by Celery's autodiscovery and by staff.tasks through the registry)
    @jobs.handler("run_month")
    def run_month_step(step: StepRun) -> None: ...

    # reviews/services.py
    job = jobs.start("run_month", key=f"{review.pk}", steps=[{"people": [1, 2]}, ...], by=user)

A handler computes outside any transaction and writes inside `step.finish()`:

    def run_month_step(step):
        cards = compute(step.payload)      # long, no lock held
        with step.finish():                # one transaction: result and step together
            save(cards)

It may run twice for the same step (killed before finishing); only one `finish` succeeds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from staff.models import Job, JobStep, User

log = logging.getLogger(__name__)

ATTEMPTS = 3
HANDLERS: dict[str, Callable[[StepRun], None]] = {}
AFTER: dict[str, Callable[[Job], None]] = {}


class LostLease(Exception):
    """Somebody else has taken the step over; what was computed is thrown away."""


class Cancelled(Exception):
    """The job was cancelled while the step ran."""


@dataclass(slots=True)
class StepRun:
    """One claimed step, as its handler sees it."""

    job: Job
    seq: int
    payload: Mapping[str, Any]
    claim: int
    finished: bool = field(default=False)

    @contextmanager
    def finish(self) -> Iterator[None]:
        """Write the result and mark the step done in one transaction.

        Raises LostLease, rolling everything back, if another worker holds the step by now.
        """
        with transaction.atomic():
            mine = JobStep.objects.filter(
                job=self.job, seq=self.seq, claim=self.claim, state=JobStep.State.RUNNING
            )
            if not mine.update(state=JobStep.State.DONE, lease_until=None, error=""):
                raise LostLease(f"{self.job} step {self.seq}")
            Job.objects.filter(pk=self.job.pk).update(done=F("done") + 1)
            yield
        self.finished = True

    def beat(self) -> None:
        """Extend the lease between short transactions of a long step; raise if it was lost or cancelled."""
        until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        mine = JobStep.objects.filter(
            job=self.job, seq=self.seq, claim=self.claim, state=JobStep.State.RUNNING
        )
        if not mine.update(lease_until=until):
            raise LostLease(f"{self.job} step {self.seq}")
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled


def handler(kind: str) -> Callable[[Callable[[StepRun], None]], Callable[[StepRun], None]]:
    """Register the function that does one step of a kind of job."""

    def register(function: Callable[[StepRun], None]) -> Callable[[StepRun], None]:
        HANDLERS[kind] = function
        return function

    return register


def after(kind: str) -> Callable[[Callable[[Job], None]], Callable[[Job], None]]:
    """Register what is done once when all steps of a kind are done. It may run twice: make it harmless."""

    def register(function: Callable[[Job], None]) -> Callable[[Job], None]:
        AFTER[kind] = function
        return function

    return register


def start(
    kind: str,
    *,
    key: str,
    steps: Sequence[Mapping[str, Any]],
    by: User | None,
    payload: Mapping[str, Any] | None = None,
) -> Job:
    """Write a job with its steps and wake a worker on commit; join the active one of that kind and key.

    Two people who press the same button get one job. Payloads hold keys, never names or amounts.
    """
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, key=key, payload=dict(payload or {}), total=len(steps), started_by=by
            )
            JobStep.objects.bulk_create(
                [JobStep(job=job, seq=seq, payload=dict(step)) for seq, step in enumerate(steps)],
                batch_size=500,
            )
    except IntegrityError:
        active = Job.objects.filter(kind=kind, key=key, state__in=Job.ACTIVE).first()
        if active is None:
            raise
        return active
    transaction.on_commit(partial(wake, job.pk))
    return job


def wake(job_id: int) -> None:
    """Tell a worker that there is work. A broker that is down loses nothing: the sweeper asks again."""
    try:
        current_app.send_task("staff.tasks.work", [job_id])
    except Exception:
        log.warning("The broker is out of reach; job %s waits for the sweeper.", job_id)


def cancel(job: Job) -> bool:
    """Ask an active job to stop; the running step ends first. Return whether there was one to stop."""
    return bool(Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE).update(cancel_asked=True))


def work(job_id: int) -> None:
    """Do the steps of a job until none is left that nobody else holds. Harmless when run twice."""
    job = Job.objects.filter(pk=job_id, state__in=Job.ACTIVE).first()
    if job is None:
        return
    Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(state=Job.State.RUNNING)
    while True:
        if Job.objects.filter(pk=job_id, cancel_asked=True).exists():
            close(job_id)
            return
        step = claim(job)
        if step is None:
            break
        run(step)
    close(job_id)


def claim(job: Job) -> StepRun | None:
    """Claim the next step that waits or whose lease has run out, or return None."""
    while True:
        now = timezone.now()
        free = JobStep.objects.filter(job=job).filter(
            Q(state=JobStep.State.WAITING) | Q(state=JobStep.State.RUNNING, lease_until__lt=now)
        )
        step = free.order_by("seq").first()
        if step is None:
            return None
        taken = JobStep.objects.filter(pk=step.pk, claim=step.claim).filter(
            Q(state=JobStep.State.WAITING) | Q(state=JobStep.State.RUNNING, lease_until__lt=now)
        )
        if taken.update(
            state=JobStep.State.RUNNING,
            claim=F("claim") + 1,
            attempts=F("attempts") + 1,
            lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        ):
            return StepRun(job=job, seq=step.seq, payload=step.payload, claim=step.claim + 1)


def run(step: StepRun) -> None:
    """Run one claimed step; a fault is retried up to three times, then the step is marked failed."""
    try:
        HANDLERS[step.job.kind](step)
        if not step.finished:
            with step.finish():
                pass
    except LostLease:
        log.info("Step %s of %s was taken over.", step.seq, step.job)
    except Cancelled:
        JobStep.objects.filter(job=step.job, seq=step.seq, claim=step.claim).update(
            state=JobStep.State.WAITING, lease_until=None
        )
    except Exception as error:
        log.exception("Step %s of %s failed.", step.seq, step.job)
        fail(step, error)


def fail(step: StepRun, error: Exception) -> None:
    """Give a step back for another attempt, or mark it failed after the third."""
    mine = JobStep.objects.filter(job=step.job, seq=step.seq, claim=step.claim)
    reason = f"{type(error).__name__}: {error}"[:2000]
    if not mine.filter(attempts__lt=ATTEMPTS).update(
        state=JobStep.State.WAITING, lease_until=None, error=reason
    ):
        mine.update(state=JobStep.State.FAILED, lease_until=None, error=reason)


def close(job_id: int) -> None:
    """Give a job its end state once no step is left to do."""
    now = timezone.now()
    job = Job.objects.filter(pk=job_id, state=Job.State.RUNNING)
    if job.filter(cancel_asked=True).update(state=Job.State.CANCELLED, finished_at=now):
        return
    states = set(JobStep.objects.filter(job_id=job_id).values_list("state", flat=True))
    if states & {JobStep.State.WAITING, JobStep.State.RUNNING}:
        return
    if JobStep.State.FAILED in states:
        first = JobStep.objects.filter(job_id=job_id, state=JobStep.State.FAILED).first()
        job.update(state=Job.State.FAILED, finished_at=now, error=first.error if first else "")
        return
    found = Job.objects.get(pk=job_id)
    if found.kind in AFTER:
        AFTER[found.kind](found)
    job.update(state=Job.State.DONE, finished_at=now)


def sweep() -> int:
    """Wake every active job that has a step nobody is working on; return how many."""
    now = timezone.now()
    idle = Q(steps__state=JobStep.State.WAITING) | Q(
        steps__state=JobStep.State.RUNNING, steps__lease_until__lt=now
    )
    finished = ~Q(steps__state__in=[JobStep.State.WAITING, JobStep.State.RUNNING])
    found = Job.objects.filter(state__in=Job.ACTIVE).filter(idle | finished).distinct()
    ids = list(found.values_list("pk", flat=True))
    for job_id in ids:
        wake(job_id)
    return len(ids)
