"""Spot checks of chats and their marks."""

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

from reviews.chats import mean_seconds
from reviews.models.rubrics import FULL_HALVES, RootCause, RubricItem, RubricVersion
from staff import access
from staff.models import Person, Shop


class SpotCheckQuerySet(models.QuerySet["SpotCheck"]):
    """Spot checks."""

    def visible_to(self, user: Any, *, at: datetime) -> SpotCheckQuerySet:
        """Return the own checks once shown, those one made, and those of the people one leads or looks after."""
        on = timezone.localdate(at)
        scope = access.scope_of(user, on=on)
        own = Q(person=scope.person_id or 0)
        shown = own & Q(shown_at__lte=at)
        if scope.everything:
            return self.filter(~own | shown)
        led = Q(person__in=access.people_below(scope.unit_paths, on=on))
        made = Q(checker=scope.person_id or 0)
        return self.filter(((led | made) & ~own) | shown)

    def counting(self) -> SpotCheckQuerySet:
        """Return those that count for a card: never a blind second check."""
        return self.filter(blind_of__isnull=True)


class SpotCheck(models.Model):
    """One chat of one person, marked by somebody else. Its author may change it until it is shown to the agent.

    Buyer and transcript are stored masked. A check is shown from `shown_at` on; after that its marks stand.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form_key = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="spot_checks", verbose_name=_("agent"))
    version = models.ForeignKey(
        RubricVersion, models.PROTECT, related_name="checks", verbose_name=_("rubric version")
    )
    checker = models.ForeignKey(
        Person, models.PROTECT, related_name="checks_made", verbose_name=_("checked by")
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    checked_at = models.DateTimeField(_("checked"))
    chat_on = models.DateField(_("day of the chat"), db_index=True)
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    sold = models.BooleanField(_("sold"))
    buyer = models.CharField(
        _("buyer"), max_length=40, help_text=_("Kept masked: only its first and last character.")
    )
    product = models.CharField(_("product"), max_length=100, blank=True)
    transcript = models.TextField(_("chat"), blank=True)
    waited_seconds = models.PositiveIntegerField(_("waits together, seconds"), default=0, editable=False)
    replies = models.PositiveSmallIntegerField(_("replies"), default=0, editable=False)
    note = models.TextField(_("words to the agent"), max_length=1000, blank=True)
    drawn = models.BooleanField(_("drawn at random"), default=False)
    blind_of = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="blind")
    shown_at = models.DateTimeField(_("shown to the agent from"))

    objects = SpotCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        ordering: ClassVar = ["-chat_on", "-pk"]
        indexes: ClassVar = [models.Index(fields=["person", "chat_on"], name="reviews_spotcheck_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(checker=F("person")),
                name="reviews_spotcheck_not_by_oneself",
                violation_error_message=_("Nobody checks the own chats."),
            ),
            models.CheckConstraint(
                condition=~Q(buyer=""),
                name="reviews_spotcheck_buyer_given",
                violation_error_message=_("Give the buyer's nickname."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.chat_on} {self.buyer}"

    @property
    def response_seconds(self) -> Decimal | None:
        """The chat's mean wait for a reply in seconds, half-up to 0.1; None where the paste had no times."""
        return mean_seconds(self.waited_seconds, self.replies)

    def editable(self, *, at: datetime) -> bool:
        """Whether its author may still change it: until the agent sees it."""
        return at < self.shown_at


class SpotMark(models.Model):
    """One item's mark in one check; a changed mark is a new revision, the earlier one stays and is superseded.

    A critical item has no mark: the row says that it happened, with the words that show it.
    """

    check_made = models.ForeignKey(SpotCheck, models.PROTECT, related_name="marks")
    item = models.ForeignKey(RubricItem, models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField(default=1)
    halves = models.PositiveSmallIntegerField(_("mark in halves"), null=True)
    causes = models.ManyToManyField(RootCause, blank=True, related_name="+", verbose_name=_("root causes"))
    quote = models.CharField(_("quote"), max_length=300, blank=True)
    superseded = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("mark of a check")
        verbose_name_plural = _("marks of checks")
        ordering: ClassVar = ["check_made", "item__order", "revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["check_made", "item", "revision"], name="reviews_spotmark_unique"
            ),
            models.UniqueConstraint(
                fields=["check_made", "item"],
                condition=Q(superseded=False),
                name="reviews_spotmark_one_current",
            ),
            models.CheckConstraint(
                condition=Q(halves__isnull=True) | Q(halves__lte=FULL_HALVES),
                name="reviews_spotmark_in_halves",
                violation_error_message=_("A mark is 0 to 5, in steps of 0.5."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.mark}"

    @property
    def mark(self) -> Decimal | None:
        """The mark, 0 to 5; nothing for a critical item."""
        return None if self.halves is None else Decimal(self.halves) / 2
