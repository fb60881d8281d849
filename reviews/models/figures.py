"""Figures as the files have them: wide rows, only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.imports import ImportBatch, ImportFile
from staff.models import Person, PlatformAccount, Shop
from staff.money import MoneyField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _count(words: StrOrPromise) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(words, null=True, blank=True)


class FigureRow(models.Model):
    """What every stored row of figures has. Rows are only added; `current` says which ones count.

    A row is current while its batch is applied and nothing supersedes it. Null is "not known", never 0.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="%(class)s_rows")
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="%(class)s_rows")
    row = models.PositiveIntegerField(_("row"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    source = models.CharField(_("source"), max_length=30)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    flags = models.CharField(_("flags"), max_length=120, blank=True)
    current = models.BooleanField(_("counts"), default=False, editable=False)
    supersedes = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    superseded_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class AgentColumns(models.Model):
    """The figures of one account, null where not known; CNY, shares of 1, seconds, counts."""

    consulted = _count(_("Consulted"))
    inquiries = _count(_("Inquiries"))
    receptions = _count(_("Receptions"))
    answered = _count(_("Answered"))
    unanswered = _count(_("Unanswered"))
    paid_inquiries = _count(_("Paid inquiries"))
    buyers = _count(_("Buyers"))
    orders = _count(_("Orders"))
    items = _count(_("Items"))
    sales = MoneyField(_("Sales"), null=True, blank=True)
    featured_sales = MoneyField(_("Featured-product sales"), null=True, blank=True)
    refund_amount = MoneyField(_("Refund amount"), null=True, blank=True)
    refunded_orders = _count(_("Refunded orders"))
    first_response_seconds = models.DecimalField(
        _("First response (s)"), max_digits=11, decimal_places=3, null=True, blank=True
    )
    average_response_seconds = models.DecimalField(
        _("Average response (s)"), max_digits=11, decimal_places=3, null=True, blank=True
    )
    satisfaction_rate = models.DecimalField(
        _("Satisfaction rate"), max_digits=10, decimal_places=6, null=True, blank=True
    )
    reply_rate = models.DecimalField(_("Reply rate"), max_digits=10, decimal_places=6, null=True, blank=True)
    answer_ratio = models.DecimalField(
        _("Answer ratio"), max_digits=10, decimal_places=6, null=True, blank=True
    )
    slow_responses = _count(_("Slow responses"))
    messages_in = _count(_("Messages in"))
    messages_out = _count(_("Messages out"))
    satisfied = _count(_("Satisfied"))
    rated = _count(_("Rated"))
    assists = _count(_("Assists"))
    transfers_out = _count(_("Transfers out"))

    class Meta:
        abstract = True


class AgentFigures(FigureRow, AgentColumns):
    """One account's (or person's) figures of one source and span, as the file has them. Never changed.

    Whose an account's row is, its dated holder says when it is read; money is CNY, rates are
    shares of 1, times are seconds.
    """

    account = models.ForeignKey(
        PlatformAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("platform account"),
    )
    account_name = models.CharField(_("account in the file"), max_length=120, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("person")
    )
    estimated = models.BooleanField(_("estimated"), default=False)

    class Meta:
        verbose_name = _("agent's figures")
        verbose_name_plural = _("agents' figures")
        ordering: ClassVar = ["shop", "first_day", "account_name", "source"]
        indexes: ClassVar = [
            models.Index(
                fields=["shop", "first_day"], condition=Q(current=True), name="reviews_agentfig_current"
            ),
            models.Index(fields=["account", "first_day"], name="reviews_agentfig_account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(current=False)
                | Q(account__isnull=False, person__isnull=True)
                | Q(account__isnull=True, person__isnull=False),
                name="reviews_agentfigures_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="reviews_agentfigures_span"
            ),
            models.UniqueConstraint(
                fields=["shop", "source", "account", "first_day", "last_day"],
                condition=Q(current=True, account__isnull=False),
                name="reviews_agentfigures_account_once",
            ),
            models.UniqueConstraint(
                fields=["shop", "source", "person", "first_day", "last_day"],
                condition=Q(current=True, person__isnull=False),
                name="reviews_agentfigures_person_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_name or self.person} {self.first_day}"


class ShopFigures(FigureRow):
    """One shop's figures of one source and span of days, shared by all who work there. Never changed."""

    visitors = _count(_("Visitors"))
    buyers = _count(_("Paying buyers"))
    orders = _count(_("Orders"))
    sales = MoneyField(_("Sales"), null=True, blank=True)
    silent_sales = MoneyField(_("Silent sales"), null=True, blank=True)
    silent_orders = _count(_("Silent orders"))

    class Meta:
        verbose_name = _("shop's figures")
        verbose_name_plural = _("shops' figures")
        ordering: ClassVar = ["shop", "first_day", "source"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="reviews_shopfigures_span"
            ),
            models.UniqueConstraint(
                fields=["shop", "source", "first_day", "last_day"],
                condition=Q(current=True),
                name="reviews_shopfigures_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.first_day}"
