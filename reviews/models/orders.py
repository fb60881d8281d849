"""Orders, chats and refunds as the shop's exports have them: the evidence that figures are computed from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reviews.models.imports import ImportBatch, ImportFile
from staff.models import Shop
from staff.money import MoneyField

BUYER_BYTES = 16  # of a keyed hash; the buyer's own name is never stored


class Evidence(models.Model):
    """What every row of evidence has. Rows are only added; of one order, chat or refund one is current."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="%(class)s_rows", db_index=False)
    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="%(class)s_rows")
    row = models.PositiveIntegerField(_("row"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"), db_index=False)
    current = models.BooleanField(_("counts"), default=False, editable=False)

    class Meta:
        abstract = True


class ShopOrder(Evidence):
    """One order of a shop as an export has it. A later export of the same order takes its place.

    Moments are whole seconds since 1970 in UTC, so that both databases compare and subtract them alike;
    `paid_on` is the day in the company's time zone. `buyer` is a keyed hash of the buyer's account, taken
    away once no computation needs it. The two accounts are derived: whose chat the order's creation and
    payment fell to ("" silent, null not computed yet).
    """

    number = models.CharField(_("order number"), max_length=40)
    buyer = models.BinaryField(max_length=BUYER_BYTES, null=True, editable=False)
    created = models.BigIntegerField(_("created"))
    paid = models.BigIntegerField(_("paid"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    amount = MoneyField(_("paid amount"), null=True, blank=True)
    items = models.PositiveIntegerField(_("Items"), null=True, blank=True)
    refund_amount = MoneyField(_("Refund amount"), null=True, blank=True)
    status = models.CharField(_("state"), max_length=30, blank=True)
    presale = models.BooleanField(_("presale"), default=False)
    ordering_account = models.CharField(max_length=120, null=True, editable=False)  # noqa: DJ001  "" is silent
    paying_account = models.CharField(max_length=120, null=True, editable=False)  # noqa: DJ001  "" is silent

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering: ClassVar = ["shop", "number"]
        indexes: ClassVar = [
            models.Index(fields=["batch"], name="reviews_shoporder_batch"),
            models.Index(
                fields=["shop", "buyer", "paid"], condition=Q(current=True), name="reviews_order_buyer"
            ),
            models.Index(fields=["shop", "paid_on"], condition=Q(current=True), name="reviews_order_paid_on"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "number"], condition=Q(current=True), name="reviews_shoporder_once"
            ),
            models.CheckConstraint(
                condition=Q(paid__isnull=True, paid_on__isnull=True)
                | Q(paid__isnull=False, paid_on__isnull=False),
                name="reviews_shoporder_paid_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Chat(Evidence):
    """One chat of an account with a buyer, begin and end included, in seconds since 1970. Never changed.

    Deleted once no computation needs its buyer. An unanswered one is an inquiry and earns nothing.
    """

    account_name = models.CharField(_("account in the file"), max_length=120)
    buyer = models.BinaryField(max_length=BUYER_BYTES, editable=False)
    begins = models.BigIntegerField(_("begins"))
    ends = models.BigIntegerField(_("ends"))
    begins_on = models.DateField(_("day"))
    answered = models.BooleanField(_("answered"), default=True)

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        ordering: ClassVar = ["shop", "begins"]
        indexes: ClassVar = [
            models.Index(fields=["batch"], name="reviews_chat_batch"),
            models.Index(
                fields=["shop", "buyer", "ends"], condition=Q(current=True), name="reviews_chat_buyer"
            ),
            models.Index(fields=["shop", "begins_on"], condition=Q(current=True), name="reviews_chat_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "account_name", "buyer", "begins"],
                condition=Q(current=True),
                name="reviews_chat_once",
            ),
            models.CheckConstraint(condition=Q(ends__gte=F("begins")), name="reviews_chat_ends_after_begin"),
        ]

    def __str__(self) -> str:
        return f"{self.account_name} {self.begins_on}"


class ShopRefund(Evidence):
    """One completed refund of an order, from the platform's refund sheet. A later export takes its place."""

    class Kind(models.TextChoices):
        BEFORE_SHIPMENT = "before_shipment", _("before shipment")
        RETURN = "return", _("return of goods")
        REFUND_ONLY = "refund_only", _("refund only")
        PRICE_PROTECTION = "price_protection", _("price protection")
        GOODWILL = "goodwill", _("goodwill")

    class Nature(models.TextChoices):
        AVOIDABLE = "avoidable", _("avoidable")
        EXCHANGEABLE = "exchangeable", _("exchangeable")
        UNAVOIDABLE = "unavoidable", _("unavoidable")
        OPEN = "open", _("not classified")

    number = models.CharField(_("refund number"), max_length=40)
    order_number = models.CharField(_("order number"), max_length=40)
    amount = MoneyField(_("Refund amount"))
    completed_on = models.DateField(_("completed on"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    nature = models.CharField(_("nature"), max_length=12, choices=Nature, default=Nature.OPEN)
    responsible = models.CharField(_("responsible"), max_length=40, blank=True)
    intervened = models.BooleanField(_("platform intervened"), default=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering: ClassVar = ["shop", "-completed_on"]
        indexes: ClassVar = [
            models.Index(fields=["batch"], name="reviews_shoprefund_batch"),
            models.Index(
                fields=["shop", "completed_on"], condition=Q(current=True), name="reviews_shoprefund_day"
            ),
            models.Index(
                fields=["shop", "order_number"], condition=Q(current=True), name="reviews_shoprefund_order"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "number"], condition=Q(current=True), name="reviews_shoprefund_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["before_shipment", "return", "refund_only", "price_protection", "goodwill"]
                ),
                name="reviews_shoprefund_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(nature__in=["avoidable", "exchangeable", "unavoidable", "open"]),
                name="reviews_shoprefund_nature_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RefundReason(models.Model):
    """What a platform's refund reason means: its nature, and its kind where the reason tells it. HR edits it."""

    text = models.CharField(_("reason as the sheet has it"), max_length=100, unique=True)
    nature = models.CharField(
        _("nature"), max_length=12, choices=ShopRefund.Nature, default=ShopRefund.Nature.OPEN
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=ShopRefund.Kind,
        blank=True,
        help_text=_("Empty: told by the state of the goods."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("refund reason")
        verbose_name_plural = _("refund reasons")
        ordering: ClassVar = ["text"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(nature__in=["avoidable", "exchangeable", "unavoidable", "open"]),
                name="reviews_refundreason_nature_known",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Promotion(models.Model):
    """A shop's promotion: the days on which another attribution window and the presale rule hold."""

    class Presale(models.TextChoices):
        DEPOSIT = "deposit", _("the deposit's agent earns, the balance's assists")
        BALANCE = "balance", _("as any other order")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="promotions", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=60)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    window_days = models.PositiveSmallIntegerField(_("attribution window, days"), default=15)
    presale = models.CharField(_("presale orders"), max_length=8, choices=Presale, default=Presale.DEPOSIT)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering: ClassVar = ["shop", "-first_day"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="reviews_promotion_span",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=2, window_days__lte=15),
                name="reviews_promotion_window",
                violation_error_message=_("The attribution window is 2 to 15 days."),
            ),
            models.CheckConstraint(
                condition=Q(presale__in=["deposit", "balance"]), name="reviews_promotion_presale_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.name}"
