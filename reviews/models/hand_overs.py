"""What HR hands over to finance: numbered, with totals and a control sum; and who took over whose open work."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.cards import Card, CardVersion
from reviews.models.guards import AppendOnly, AppendOnlyQuerySet
from reviews.models.reviews import Review
from staff import access
from staff.models import Person, User
from staff.money import MoneyField


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Hand-overs to finance."""

    def visible_to(self, user: Any, *, on: date) -> HandOverQuerySet:
        """Return those of the branches a reader looks after as HR or pays as finance. Nobody else reads pay."""
        scope = access.scope_of(user, on=on)
        if scope.superuser:
            return self.all()
        reach = Q(pk__in=[])
        for path in (*scope.roles.get("hr", ()), *scope.roles.get("finance", ())):
            reach |= Q(review__unit__path__startswith=path)
        return self.filter(reach)


class HandOver(models.Model):
    """One list of pay that HR handed over to finance: number 1 is the month's, later ones are supplementary.

    Its lines are copied from the cards. It never changes but that a card returned before payment is
    withdrawn from it, and that finance acknowledges it. The sums are of the lines not withdrawn.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, related_name="hand_overs", verbose_name=_("review"))
    number = models.PositiveSmallIntegerField(_("number"))
    made_at = models.DateTimeField(_("handed over"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("by"))
    for_person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("on behalf of")
    )
    cards = models.PositiveIntegerField(_("cards"))
    base_sum = MoneyField(_("base salaries"))
    performance_sum = MoneyField(_("performance pay"))
    control_sum = models.CharField(
        _("control sum"), max_length=64, help_text=_("SHA-256 over the lines not withdrawn.")
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, editable=False)
    acknowledged_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("acknowledged by")
    )

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over to finance")
        verbose_name_plural = _("hand-overs to finance")
        ordering: ClassVar = ["review", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "number"], name="reviews_handover_number_unique"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(acknowledged_by__isnull=False),
                name="reviews_handover_acknowledgement_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} #{self.number}"


class HandOverLine(models.Model):
    """One card's pay as it was handed over, copied. Only its withdrawal is ever written to it."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="lines")
    order = models.PositiveIntegerField()
    card = models.ForeignKey(Card, models.PROTECT, related_name="hand_over_lines")
    version = models.ForeignKey(CardVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    staff_no = models.CharField(_("staff number"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    unit_name = models.CharField(_("unit"), max_length=120)
    position_name = models.CharField(_("position"), max_length=60)
    level_name = models.CharField(_("level"), max_length=60, blank=True)
    total = models.DecimalField(_("total"), max_digits=7, decimal_places=2)
    multiplier = models.DecimalField(_("multiplier"), max_digits=5, decimal_places=3, null=True)
    base_salary = MoneyField(_("base salary"))
    performance_salary = MoneyField(_("performance salary"))
    performance_pay = MoneyField(_("performance pay"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)

    class Meta:
        verbose_name = _("line of a hand-over")
        verbose_name_plural = _("lines of hand-overs")
        ordering: ClassVar = ["hand_over", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hand_over", "card"], name="reviews_handoverline_card_unique"),
            models.UniqueConstraint(
                fields=["card"],
                condition=Q(withdrawn_at__isnull=True),
                name="reviews_handoverline_paid_once",
                violation_error_message=_("This card has been handed over already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over} {self.name}"


class HandOverExport(AppendOnly):
    """One fetching of a hand-over's file. The first is the original, later ones are marked as copies."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="exports")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    control_sum = models.CharField(_("control sum"), max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a hand-over")
        verbose_name_plural = _("exports of hand-overs")
        ordering: ClassVar = ["hand_over", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hand_over", "number"], name="reviews_handoverexport_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.hand_over} {self.number}"


class Succession(AppendOnly):
    """One handing on of a holder's open work to a successor, in one act. What moved stands in `moved`, as counts."""

    holder = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("from"))
    successor = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("to"))
    from_day = models.DateField(_("from the day"))
    reason = models.CharField(_("reason"), max_length=400)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    moved = models.JSONField(_("moved"), default=dict)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("handing on of work")
        verbose_name_plural = _("handings on of work")
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(holder=models.F("successor")),
                name="reviews_succession_to_another",
                violation_error_message=_("The successor is another person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} → {self.successor}"
