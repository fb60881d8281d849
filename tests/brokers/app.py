"""The product's own Celery app, with kinds of jobs that only tests have and a sweeper in more of a hurry."""

import os
from pathlib import Path

from celery.signals import worker_ready
from django.conf import settings

from config.celery import app

app.conf.task_default_queue = os.environ["KEJI_TEST_QUEUE"]
app.conf.beat_schedule["sweep jobs"]["schedule"] = float(os.environ.get("KEJI_TEST_SWEEP", "1"))
app.conf.worker_lost_wait = 1.0
app.autodiscover_tasks(["tests.brokers"], related_name="kinds")


@worker_ready.connect
def say_ready(**_kwargs: object) -> None:
    """Leave a sign for the test that waits."""
    Path(settings.KEJI_VAR, "ready").touch()


__all__ = ["app"]
