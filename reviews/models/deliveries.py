"""How a card reached its agent, and what the agent brings against it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.cards import Card, CardVersion
from reviews.models.events import Objection
from reviews.models.guards import AppendOnly, AppendOnlyQuerySet
from staff import access
from staff.models import Person


class CardDelivery(AppendOnly):
    """One recorded delivery of a published card, or of the answer to its objections. Rows are only added.

    The first one since the card was published (or answered) starts the agent's window. An entry in the
    inbox is none; the mail server's acceptance, the opening of the card and a signed paper are.
    """

    class Channel(models.TextChoices):
        OPENED = "opened", _("opened in the portal")
        EMAIL = "email", _("e-mail")
        PAPER = "paper", _("handed over on paper")

    class Of(models.TextChoices):
        CARD = "card", _("the card")
        ANSWER = "answer", _("the answer to the objections")

    card = models.ForeignKey(Card, models.PROTECT, related_name="deliveries", verbose_name=_("card"))
    version = models.ForeignKey(CardVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    seq = models.PositiveIntegerField(
        _("history entry"), help_text=_("The card's last history entry: the publication or the answer.")
    )
    of = models.CharField(_("of"), max_length=8, choices=Of)
    channel = models.CharField(_("by"), max_length=8, choices=Channel)
    at = models.DateTimeField(_("when"))
    window_ends_at = models.DateTimeField(_("window ends"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("handed over by")
    )
    scan = models.BinaryField(_("scan"), blank=True, default=b"")
    scan_type = models.CharField(max_length=20, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a card")
        verbose_name_plural = _("deliveries of cards")
        ordering: ClassVar = ["card", "at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["card", "seq", "channel"], name="reviews_carddelivery_once_a_channel"
            ),
            models.CheckConstraint(
                condition=~Q(channel="paper") | (Q(person__isnull=False) & ~Q(scan_type="")),
                name="reviews_carddelivery_paper_is_signed",
                violation_error_message=_("A paper hand-over names who handed it over and has a scan."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.get_channel_display()}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence."""

    def visible_to(self, user: Any, *, on: date) -> EvidenceQuerySet:
        """Return what was sent with objections to cards the user sees, and the own that is not sent yet."""
        cards = Card.objects.visible_to(user, on=on)
        person_id = access.scope_of(user, on=on).person_id
        sent = Q(objection__isnull=False)
        own = Q(uploaded_by=person_id) if person_id else Q(pk__in=[])
        return self.filter(sent | own, card__in=cards.values("pk"))


class Evidence(models.Model):
    """One picture or text an agent puts beside an objection to a line. Kept with the draft, sent with the objection.

    Pictures are stored drawn anew (PNG or JPEG), never as they came. While `objection` is empty it belongs
    to an unsent draft, and only its owner sees it; sent, it never changes.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("picture")
        TEXT = "text", _("text")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="evidence", verbose_name=_("card"))
    line = models.CharField(_("line"), max_length=40)
    objection = models.ForeignKey(
        Objection, models.PROTECT, null=True, related_name="evidence", verbose_name=_("objection")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    media_type = models.CharField(max_length=40)
    content = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("from"))
    uploaded_at = models.DateTimeField(_("when"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering: ClassVar = ["card", "line", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["image", "text"]), name="reviews_evidence_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text(self) -> str:
        """The words of a text; empty for a picture."""
        return bytes(self.content).decode() if self.kind == self.Kind.TEXT else ""
