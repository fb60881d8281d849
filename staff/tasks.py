"""Celery's way in: keys only, one service each, harmless when run twice."""

from celery import shared_task

from staff import jobs

# A worker that is asked to stop finishes its task: no task holds it much longer than this.
SLICE_SECONDS = 10.0


@shared_task
def work(job_id: int) -> None:
    """Work on a job for a while."""
    jobs.work(job_id, seconds=SLICE_SECONDS)


@shared_task
def sweep() -> None:
    """Take up what a killed worker or a lost message left behind."""
    jobs.sweep()
