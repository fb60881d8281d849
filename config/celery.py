"""Celery only wakes jobs; what there is to do stands in staff.Job."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("keji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["staff", "training", "reviews", "rewards"])
app.conf.beat_schedule = {
    "sweep jobs": {"task": "staff.tasks.sweep", "schedule": 30.0},
}


@worker_ready.connect
def sweep_at_start(**_kwargs: object) -> None:
    """Take up at once what a killed worker left behind."""
    app.send_task("staff.tasks.sweep")
