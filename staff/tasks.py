"""Celery's way in: keys only, one service each, harmless when run twice."""

from celery import shared_task

from staff import jobs


@shared_task
def work(job_id: int) -> None:
    """Work on a job."""
    jobs.work(job_id)


@shared_task
def sweep() -> None:
    """Take up what a killed worker or a lost message left behind."""
    jobs.sweep()
