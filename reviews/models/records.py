"""What else the qualitative lines stand on: events, work summaries, waivers."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.rubrics import FULL_HALVES
from staff import access
from staff.models import EmploymentKind, Person, Shop, Unit


class ServiceEventQuerySet(models.QuerySet["ServiceEvent"]):
    """Disputes, complaints and reviews."""

    def visible_to(self, user: Any, *, at: datetime) -> ServiceEventQuerySet:
        """Return events of oneself and of the people one leads or looks after."""
        on = timezone.localdate(at)
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        led = access.people_below(scope.unit_paths, on=on)
        return self.filter(Q(person=scope.person_id or 0) | Q(person__in=led))


class ServiceEvent(models.Model):
    """A dispute, complaint or review that concerns an agent. It counts once somebody else decided whose cause it was.

    The order number is kept as a keyed digest, which tells events of one order, and its last four characters.
    """

    class Kind(models.TextChoices):
        DISPUTE = "dispute", _("dispute")
        COMPLAINT = "complaint", _("complaint")
        NEGATIVE_REVIEW = "negative", _("negative review")
        PRAISE = "praise", _("praising review")

    class Cause(models.TextChoices):
        BUYER = "buyer", _("buyer")
        LOGISTICS = "logistics", _("logistics")
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")

    class State(models.TextChoices):
        OPEN = "open", _("not decided yet")
        DECIDED = "decided", _("decided")

    AGAINST: ClassVar = [Kind.DISPUTE, Kind.COMPLAINT, Kind.NEGATIVE_REVIEW]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="service_events", verbose_name=_("agent"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    day = models.DateField(_("day"), db_index=True)
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    order_digest = models.CharField(max_length=64, blank=True, editable=False)
    order_tail = models.CharField(_("order ending in"), max_length=4, blank=True, editable=False)
    account = models.TextField(_("what happened"), max_length=2000)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause, blank=True)
    handling = models.TextField(_("handling"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, editable=False)
    by_service = models.BooleanField(_("caused by the agent's service"), null=True, editable=False)
    reason = models.CharField(_("reason of the decision"), max_length=400, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    objects = ServiceEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("service event")
        verbose_name_plural = _("service events")
        ordering: ClassVar = ["-day", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", by_service__isnull=True, decided_by__isnull=True)
                | Q(
                    state="decided",
                    by_service__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="reviews_serviceevent_decision_signed",
                violation_error_message=_("A decision names who decided and when."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("person")),
                name="reviews_serviceevent_not_decided_by_oneself",
                violation_error_message=_("Nobody decides an event about oneself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()} {self.day}"


class WorkSummaryQuerySet(models.QuerySet["WorkSummary"]):
    """Work summaries."""

    def visible_to(self, user: Any, *, at: datetime) -> WorkSummaryQuerySet:
        """Return the own ones, and those handed in by the people one leads or looks after."""
        on = timezone.localdate(at)
        scope = access.scope_of(user, on=on)
        handed_in = Q(handed_in_at__isnull=False)
        led = Q() if scope.everything else Q(person__in=access.people_below(scope.unit_paths, on=on))
        return self.filter(Q(person=scope.person_id or 0) | (led & handed_in))


class WorkSummary(models.Model):
    """One person's written summary of one month. Handed in once; marked once by somebody else.

    A month without a row, or one not handed in by `due_at`, scores 0 once that moment has passed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="work_summaries", verbose_name=_("person")
    )
    month = models.DateField(_("month"))
    text = models.TextField(_("summary"), max_length=8000, blank=True)
    due_at = models.DateTimeField(_("due"))
    handed_in_at = models.DateTimeField(_("handed in"), null=True, editable=False)
    halves = models.PositiveSmallIntegerField(_("mark in halves"), null=True, editable=False)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    marked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("marked by")
    )
    marked_at = models.DateTimeField(_("marked"), null=True, editable=False)

    objects = WorkSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("work summary")
        verbose_name_plural = _("work summaries")
        ordering: ClassVar = ["-month", "person"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "month"],
                name="reviews_worksummary_unique",
                violation_error_message=_("This person has handed in a summary of that month already."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="reviews_worksummary_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(halves__isnull=True)
                | Q(halves__lte=FULL_HALVES, marked_by__isnull=False, marked_at__isnull=False),
                name="reviews_worksummary_mark_signed",
                violation_error_message=_("A mark is 0 to 5 in steps of 0.5 and names who gave it."),
            ),
            models.CheckConstraint(
                condition=Q(marked_by__isnull=True) | ~Q(marked_by=F("person")),
                name="reviews_worksummary_not_marked_by_oneself",
                violation_error_message=_("Nobody marks the own summary."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"

    @property
    def mark(self) -> Decimal | None:
        """The mark, 0 to 5, once given."""
        return None if self.halves is None else Decimal(self.halves) / 2


class Waiver(models.Model):
    """A line that counts with its full weight for a person, unit, shop or employment kind in one month, and why.

    Taken back by a date, never deleted: cards that were submitted under it keep it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    month = models.DateField(_("month"))
    line = models.CharField(_("line"), max_length=40)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="waivers", verbose_name=_("person")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    employment_kind = models.CharField(
        _("employment kind"), max_length=12, choices=EmploymentKind, blank=True
    )
    reason = models.CharField(_("reason"), max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("by")
    )
    by_person = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    given_at = models.DateTimeField(_("given"), editable=False)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering: ClassVar = ["-month", "line"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True, shop__isnull=True, employment_kind="")
                | Q(person__isnull=True, unit__isnull=False, shop__isnull=True, employment_kind="")
                | Q(person__isnull=True, unit__isnull=True, shop__isnull=False, employment_kind="")
                | (
                    Q(person__isnull=True, unit__isnull=True, shop__isnull=True)
                    & Q(employment_kind__in=EmploymentKind.values)
                ),
                name="reviews_waiver_one_scope",
                violation_error_message=_("Choose one: a person, a unit, a shop or an employment kind."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reviews_waiver_has_reason"),
            models.CheckConstraint(condition=Q(month__day=1), name="reviews_waiver_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(by_person__isnull=True) | Q(person__isnull=True) | ~Q(by_person=F("person")),
                name="reviews_waiver_not_for_oneself",
                violation_error_message=_("Nobody waives a line on the own card."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.month:%Y-%m}"
