"""Celery's way in: keys only, one service each, harmless when run twice."""

from celery import shared_task
from django.utils import timezone

from staff import jobs
from staff.models import Job
from staff.services import mailing, people_imports

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


@shared_task
def send_mails() -> None:
    """Gather what was said into mails, and send what waits."""
    mailing.queue_digests(timezone.now())
    mailing.send_due(timezone.now())


@jobs.handler(people_imports.CHECK)
def check_people(step: jobs.StepRun) -> None:
    """Look through a slice of a sheet of people."""
    people_imports.check_slice(step)


@jobs.after(people_imports.CHECK)
def people_checked(job: Job) -> None:
    """Show what a sheet of people would do."""
    people_imports.checked(job)


@jobs.handler(people_imports.WRITE)
def write_people(step: jobs.StepRun) -> None:
    """Write a sheet of people, all of it or nothing."""
    people_imports.write_sheet(step)
