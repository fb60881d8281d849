"""Celery only wakes jobs and tells the time; what there is to do stands in the database.

A worker has the clock of regular work (beat) inside, unless WORKER_BEAT is off. It keeps no file of its
own: each piece of regular work may come at any time and any number of times, and what it does once is
known by the database. So two clocks have one effect, and a missed hour is made up for in the next.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready
from celery.worker.components import Beat
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("keji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["staff", "training", "reviews", "rewards"])
app.conf.beat_schedule = {
    "sweep jobs": {"task": "staff.tasks.sweep", "schedule": 30.0},
    "confirm by silence": {"task": "reviews.tasks.confirm_by_silence", "schedule": crontab(minute="*/10")},
    "send mails": {"task": "staff.tasks.send_mails", "schedule": crontab(minute="5-59/10")},
    "remind": {"task": "reviews.tasks.remind", "schedule": crontab(minute=2, hour="9-17")},
    # Hourly, for machines that run in office hours only.
    "forget buyers": {"task": "reviews.tasks.forget_buyers", "schedule": crontab(minute=20)},
    "clear imports": {"task": "reviews.tasks.clear_imports", "schedule": crontab(minute=40)},
    "settle successions": {"task": "reviews.tasks.settle_successions", "schedule": crontab(minute=12)},
}
app.conf.beat_scheduler = "celery.beat:Scheduler"

STALE_SECONDS = 60.0


class Clock(Beat):
    """The clock inside a worker that was not asked for one by `--beat`."""

    label = "Clock"

    def __init__(self, worker: Any, *, beat: bool = False, **options: Any) -> None:
        """Be there unless the setting or the command line says otherwise."""
        super().__init__(worker, beat=settings.WORKER_BEAT and not beat, **options)


app.steps["worker"].add(Clock)


@worker_init.connect
def tidy_folders(**_kwargs: object) -> None:
    """Remove what a process that was killed while writing left in the folders of the filesystem broker.

    A half-written table of queues would keep every worker from starting. Messages that are lost with it
    do no harm: the sweeper asks again.
    """
    folders = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    if "control_folder" not in folders:
        return
    for table in Path(folders["control_folder"]).glob("*.exchange"):
        try:
            json.loads(table.read_text())
        except ValueError:
            table.unlink(missing_ok=True)
    for message in Path(folders["processed_folder"]).iterdir():
        if message.stat().st_mtime < time.time() - STALE_SECONDS:
            message.unlink(missing_ok=True)


@worker_ready.connect
def sweep_at_start(**_kwargs: object) -> None:
    """Take up at once what a killed worker left behind."""
    app.send_task("staff.tasks.sweep")
