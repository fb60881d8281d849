"""Celery only wakes jobs; what there is to do stands in staff.Job."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("keji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["staff", "training", "reviews", "rewards"])
app.conf.beat_schedule = {
    "sweep jobs": {"task": "staff.tasks.sweep", "schedule": 30.0},
    "forget buyers": {"task": "reviews.tasks.forget_buyers", "schedule": crontab(hour=3, minute=20)},
    "clear imports": {"task": "reviews.tasks.clear_imports", "schedule": crontab(hour=3, minute=40)},
    "settle successions": {
        "task": "reviews.tasks.settle_successions",
        "schedule": crontab(hour=0, minute=10),
    },
}

STALE_SECONDS = 60.0


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
