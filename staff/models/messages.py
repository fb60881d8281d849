"""Messages to people, and how they reached them. No message holds a score, an amount or a free text."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models.people import Person


def new_token() -> str:
    """Return the unguessable part of a mail's link; it opens nothing without a log-in."""
    return secrets.token_urlsafe(16)


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages."""

    def visible_to(self, user: Any) -> MessageQuerySet:
        """Return the reader's own messages: nobody reads another person's."""
        person = getattr(user, "person_id", None) if user.is_authenticated and user.is_active else None
        return self.filter(person=person) if person else self.none()


class Message(models.Model):
    """One message to one person: which fixed sentence (`kind`), what it is about, and where it leads.

    The same kind and key is said once. Rows are never changed but for when it was opened.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="messages", verbose_name=_("to"))
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(
        max_length=120, help_text=_("What makes it one message: object, step and day. Never a name.")
    )
    params = models.JSONField(
        default=dict, help_text=_("Month, unit and counts for the sentence; no scores, no amounts.")
    )
    path = models.CharField(_("leads to"), max_length=200)
    at = models.DateTimeField(_("written"))
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="staff_message_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind", "key"], name="staff_message_said_once"),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & ~Q(path__startswith="//"),
                name="staff_message_leads_inside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.kind} {self.key}"


class Delivery(models.Model):
    """One sending of some messages to one person by one channel, as a digest: claimed, sent, taken over, opened.

    It is claimed with a lease in one short transaction, sent outside any, and marked in a second one; an
    expired claim is taken up again. `delivered_at` is when the other side took it over (the mail server
    accepted it); a sending that failed keeps its error and is tried again up to three times.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("taken over")
        FAILED = "failed", _("failed")

    token = models.CharField(max_length=30, unique=True, default=new_token, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="deliveries", verbose_name=_("to"))
    channel = models.CharField(_("by"), max_length=10, choices=Channel, default=Channel.EMAIL)
    messages = models.ManyToManyField(Message, related_name="deliveries", verbose_name=_("messages"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    claim = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("taken over"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    error = models.CharField(_("error"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
                name="staff_delivery_delivered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_channel_display()} {self.created_at:%Y-%m-%d %H:%M}"
