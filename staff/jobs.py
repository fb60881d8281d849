"""Long work: the table is the truth, the broker only wakes a worker.

A job is a row with steps. `start` writes it and wakes a worker on commit. A worker claims a step by
compare-and-swap with a lease, runs the kind's handler, and finishes the step in the same transaction
as the handler's result. `sweep` (at worker start and every half minute) wakes what nobody works on.
With that, any broker, and any kill, ends with the same result.

How to add long work:

    # reviews/tasks.py (Celery finds it; `work` imports it where no worker runs)
    @jobs.handler("run_month")
    def run_month_step(step: StepRun) -> None: ...

    # reviews/services.py
    job = jobs.start("run_month", key=f"{review.pk}", steps=[{"people": [1, 2]}, ...], by=user)

A handler computes outside any transaction and writes inside `step.finish()`:

    def run_month_step(step):
        cards = compute(step.payload)      # long, no lock held
        with step.finish():                # one transaction: result and step together
            save(cards)

What a handler can rely on:

- It may run twice for the same step (killed before finishing); only one `finish` succeeds.
- One worker takes the steps in their order. Two workers may share a job, so what needs all steps
  belongs into `after`, which runs once all are done and may be repeated.
- A step that lasts longer than JOB_LEASE_SECONDS calls `step.beat()` between its transactions.
- A step that fails, or kills its worker, three times is marked failed; the other steps go on.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from staff.models import Job, JobStep, User

log = logging.getLogger(__name__)

ATTEMPTS = 3
DIED = "The worker was killed each time it did this."
HANDLERS: dict[str, Callable[[StepRun], None]] = {}
AFTER: dict[str, Callable[[Job], None]] = {}


class LostLease(Exception):
    """Somebody else has taken the step over, or the job has ended; what was computed is thrown away."""


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

    def mine(self) -> QuerySet[JobStep]:
        """Return the step's row as long as this claim on it holds."""
        return JobStep.objects.filter(
            job=self.job, seq=self.seq, claim=self.claim, state=JobStep.State.RUNNING
        )

    @contextmanager
    def finish(self) -> Iterator[None]:
        """Write the result and mark the step done in one transaction.

        Raises LostLease, rolling everything back, if another worker holds the step by now, or if the
        job has ended.
        """
        with transaction.atomic():
            if not self.mine().update(state=JobStep.State.DONE, lease_until=None, holder="", error=""):
                raise LostLease(f"{self.job} step {self.seq}")
            yield
            # Last, so that two workers of one job wait for each other no longer than this takes.
            if not Job.objects.filter(pk=self.job.pk, state__in=Job.ACTIVE).update(done=F("done") + 1):
                raise LostLease(f"{self.job} has ended")
        self.finished = True

    def beat(self) -> None:
        """Extend the lease between short transactions of a long step; raise if it was lost or cancelled."""
        if not self.mine().update(lease_until=lease_end()):
            raise LostLease(f"{self.job} step {self.seq}")
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled

    def tell(self, done: int, total: int) -> None:
        """Show how far within its only step a job is; extend the lease, and raise as `beat` does.

        `finish` counts the last piece, so that a bar is full only when the result is there.
        """
        self.beat()
        shown = min(done, max(total - 1, 0))
        Job.objects.filter(pk=self.job.pk, state__in=Job.ACTIVE).update(done=shown, total=max(total, 1))


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
    while True:
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
            active = Job.objects.filter(kind=kind, key=key).first()
            if active is None:
                raise
            if active.active:
                return active
            # It has ended since: try again.
        else:
            transaction.on_commit(partial(wake, job.pk))
            return job


def wake(job_id: int) -> None:
    """Tell a worker that there is work. A broker that is down loses nothing: the sweeper asks again."""
    try:
        current_app.send_task("staff.tasks.work", [job_id])
    except Exception:  # noqa: BLE001  whatever the broker raises: the table knows
        log.warning("The broker is out of reach; job %s waits for the sweeper.", job_id)


def cancel(job: Job) -> bool:
    """Ask an active job to stop; the running step ends first. Return whether there was one to stop."""
    asked = Job.objects.filter(pk=job.pk, state__in=Job.ACTIVE).update(cancel_asked=True)
    if asked:
        transaction.on_commit(partial(wake, job.pk))
    return bool(asked)


def work(job_id: int, *, seconds: float | None = None) -> None:
    """Do the steps of a job until none is left that nobody else holds. Harmless when run twice.

    With `seconds` it gives way after the step that ends later than that, and wakes a worker for the
    rest: a worker that is asked to stop need not finish the whole job.
    """
    job = Job.objects.filter(pk=job_id, state__in=Job.ACTIVE).first()
    if job is None:
        return
    if job.kind not in HANDLERS:
        current_app.loader.import_default_modules()
    Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(state=Job.State.RUNNING)
    begun = time.monotonic()
    while not Job.objects.filter(pk=job_id, cancel_asked=True).exists() and (step := claim(job)):
        run(step)
        if seconds is not None and time.monotonic() - begun > seconds:
            wake(job_id)
            return
    close(job_id)


def lease_end() -> datetime:
    """Return until when a claim made now holds."""
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(job: Job) -> StepRun | None:
    """Claim the next step that waits or whose lease has run out, or return None."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        free = Q(state=JobStep.State.WAITING) | Q(state=JobStep.State.RUNNING, lease_until__lt=timezone.now())
        step = JobStep.objects.filter(free, job=job).order_by("seq").first()
        if step is None:
            return None
        taken = JobStep.objects.filter(free, pk=step.pk, claim=step.claim)
        if step.attempts >= ATTEMPTS:
            taken.update(state=JobStep.State.FAILED, lease_until=None, error=step.error or DIED)
        elif taken.update(
            state=JobStep.State.RUNNING,
            claim=F("claim") + 1,
            attempts=F("attempts") + 1,
            holder=holder[-100:],
            lease_until=lease_end(),
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
        step.mine().update(state=JobStep.State.WAITING, lease_until=None, holder="")
    except Exception as error:
        log.exception("Step %s of %s failed.", step.seq, step.job)
        fail(step, error)


def fail(step: StepRun, error: Exception) -> None:
    """Give a step back for another attempt, or mark it failed after the third."""
    reason = f"{type(error).__name__}: {error}"[:2000]
    again = step.mine().filter(attempts__lt=ATTEMPTS)
    if not again.update(state=JobStep.State.WAITING, lease_until=None, holder="", error=reason):
        step.mine().update(state=JobStep.State.FAILED, lease_until=None, holder="", error=reason)


def close(job_id: int) -> None:
    """Give a job its end state once no step is left to do, or once a cancelled one stands still."""
    job = Job.objects.filter(pk=job_id, state=Job.State.RUNNING)
    steps = JobStep.objects.filter(job_id=job_id)
    if steps.filter(state__in=[JobStep.State.WAITING, JobStep.State.RUNNING]).exists():
        if not living(steps).exists():
            job.filter(cancel_asked=True).update(state=Job.State.CANCELLED, finished_at=timezone.now())
        return
    failed = steps.filter(state=JobStep.State.FAILED).order_by("seq").first()
    if failed is not None:
        job.update(state=Job.State.FAILED, finished_at=timezone.now(), error=failed.error)
        return
    while turn := claim_closing(job_id):
        if conclude(turn):
            return


def living(steps: QuerySet[JobStep]) -> QuerySet[JobStep]:
    """Return the steps that somebody works on."""
    return steps.filter(state=JobStep.State.RUNNING, lease_until__gte=timezone.now())


def claim_closing(job_id: int) -> Job | None:
    """Claim what is left to do after all steps, or return None where somebody else is at it."""
    now = timezone.now()
    free = Job.objects.filter(pk=job_id, state=Job.State.RUNNING).filter(
        Q(closing_until=None) | Q(closing_until__lt=now)
    )
    spent = free.filter(closings__gte=ATTEMPTS)
    if spent.filter(error="").update(state=Job.State.FAILED, finished_at=now, error=DIED):
        return None
    if spent.update(state=Job.State.FAILED, finished_at=now):
        return None
    if not free.update(closings=F("closings") + 1, closing_until=lease_end()):
        return None
    return Job.objects.get(pk=job_id)


def conclude(job: Job) -> bool:
    """Do what a kind does after its steps and mark the job done; return whether that succeeded."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, closings=job.closings)
    try:
        if job.kind in AFTER:
            AFTER[job.kind](job)
    except Exception as error:
        log.exception("The end of %s failed.", job)
        mine.update(closing_until=None, error=f"{type(error).__name__}: {error}"[:2000])
        return False
    mine.update(state=Job.State.DONE, finished_at=timezone.now(), closing_until=None, error="")
    return True


def sweep() -> int:
    """Wake every active job on which nobody works; return how many."""
    release_dead()
    now = timezone.now()
    steps = living(JobStep.objects.filter(job=OuterRef("pk")))
    idle = Job.objects.filter(~Exists(steps), state__in=Job.ACTIVE).exclude(closing_until__gte=now)
    ids = list(idle.values_list("pk", flat=True))
    for job_id in ids:
        wake(job_id)
    return len(ids)


def release_dead() -> int:
    """End the leases of processes of this machine that are no more; return how many.

    It saves the wait after a killed worker. Taking a living one's step by mistake does no harm: its
    `finish` is refused.
    """
    here = f"{socket.gethostname()}:"
    held = JobStep.objects.filter(job__state__in=Job.ACTIVE, holder__startswith=here)
    released = 0
    for step in living(held):
        if not alive(step.holder.removeprefix(here)):
            mine = JobStep.objects.filter(pk=step.pk, claim=step.claim, state=JobStep.State.RUNNING)
            released += mine.update(lease_until=timezone.now() - timedelta(seconds=1))
    return released


def alive(pid: str) -> bool:
    """Whether a process of this machine, named by its number, still runs."""
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True
