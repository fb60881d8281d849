"""Kinds of jobs for tests with real workers."""

from __future__ import annotations

import os
import signal
import time

from staff import jobs, tasks
from staff.models import JobStep, Shop

tasks.SLICE_SECONDS = 1.0


@jobs.handler("slow_shops")
def slow_shop(step: jobs.StepRun) -> None:
    """Take a while, then make a shop."""
    time.sleep(0.1)
    with step.finish():
        Shop.objects.create(name=step.payload["name"])


@jobs.handler("deadly_shops")
def deadly_shop(step: jobs.StepRun) -> None:
    """Kill the worker, as many times as the payload says, before making a shop."""
    row = JobStep.objects.get(job=step.job, seq=step.seq)
    if row.attempts <= step.payload["deaths"]:
        os.kill(os.getpid(), signal.SIGKILL)
    with step.finish():
        Shop.objects.create(name=step.payload["name"])
