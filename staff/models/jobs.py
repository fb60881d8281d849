"""Long work and its steps."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff import access


class JobQuerySet(models.QuerySet["Job"]):
    """Long work."""

    def visible_to(self, user: Any, *, on: date) -> JobQuerySet:
        """Return the jobs a user started; HR sees all."""
        return self if access.scope_of(user, on=on).everything else self.filter(started_by=user)


class Job(models.Model):
    """One piece of long work and its progress: the truth about it, whatever the broker forgets.

    At most one job of a kind and key is active; it is resumed after any crash and never doubled.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    ACTIVE: ClassVar = [State.WAITING, State.RUNNING]

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("of"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, editable=False)
    payload = models.JSONField(default=dict, editable=False)
    result = models.JSONField(default=dict, editable=False)
    total = models.PositiveIntegerField(_("steps"), default=0, editable=False)
    done = models.PositiveIntegerField(_("steps done"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    # How often the work after all steps was begun, and until when somebody is at it.
    closings = models.PositiveSmallIntegerField(default=0, editable=False)
    closing_until = models.DateTimeField(null=True, editable=False)
    cancel_asked = models.BooleanField(_("cancel asked"), default=False, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=["waiting", "running"]),
                name="staff_job_one_active",
                violation_error_message=_("This work is running already."),
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="staff_job_done_within_total"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def active(self) -> bool:
        """Whether it still has work to do."""
        return self.state in self.ACTIVE


class JobStep(models.Model):
    """One step of a job: claimed with a lease, finished together with its result, never done twice.

    `claim` counts the claims: it is the fencing token, so that a worker that was thought dead cannot
    finish a step somebody else has taken over. `holder` names the process, as host:pid, so that the
    steps of a killed one need not wait for the lease to run out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.ForeignKey(Job, models.CASCADE, related_name="steps")
    seq = models.PositiveIntegerField()
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    claim = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("job step")
        verbose_name_plural = _("job steps")
        ordering: ClassVar = ["job", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "seq"], name="staff_jobstep_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.seq}"
