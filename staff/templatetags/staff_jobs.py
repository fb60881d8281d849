"""The bar of long work, for any template."""

from django import template
from django.utils import timezone

from staff.models import Job
from staff.progress import Progress, progress

register = template.Library()


@register.simple_tag
def job_progress(job: Job) -> Progress:
    """Return how far a job is now."""
    return progress(job, at=timezone.now())
