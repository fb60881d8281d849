"""How far long work is, in words: the same bar on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from staff.models import Job

TITLES: dict[str, Promise] = {
    "check_people": _("Looking through a sheet of people"),
    "write_people": _("Writing a sheet of people"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as its bar shows it."""

    job: Job
    title: str
    left: str
    seconds_between: int

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not stopped yet."""
        return self.job.active and self.job.cancel_asked


def titled(kind: str, words: Promise) -> None:
    """Give a kind of job its words; called by the app whose job it is."""
    TITLES[kind] = words


def title_of(kind: str) -> str:
    """Return the words of a kind of job."""
    return str(TITLES.get(kind) or _("Work in progress"))


def progress(job: Job, *, at: datetime) -> Progress:
    """Return how far a job is at a moment, with the time it is likely to need still."""
    return Progress(job, title_of(job.kind), time_left(job, at=at), seconds_between=2)


def time_left(job: Job, *, at: datetime) -> str:
    """Return a guess from the steps done so far; nothing before the first."""
    if not job.active or not job.done or job.done >= job.total:
        return ""
    spent = at - job.created_at
    return rough(spent / job.done * (job.total - job.done))


def rough(span: timedelta) -> str:
    """Return a span as people say it: seconds to the ten, minutes to the one."""
    seconds = span.total_seconds()
    if seconds < 90:
        return gettext("about {seconds} s left").format(seconds=max(round(seconds / 10) * 10, 5))
    minutes = round(seconds / 60)
    return ngettext("about {minutes} minute left", "about {minutes} minutes left", minutes).format(
        minutes=minutes
    )
