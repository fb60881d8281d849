"""What happened to a card: transitions, objections, documents."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.cards import Card, CardVersion
from reviews.models.guards import AppendOnly, AppendOnlyQuerySet
from reviews.models.reviews import CardState
from staff.models import Person


class CardEvent(AppendOnly):
    """One transition of a card: who, when, from, to, why. Rows are only added.

    Chained by hash per card. Nobody acts on the own card except to confirm, object or reply.
    """

    OWN_ACTS: ClassVar = ["confirm", "object", "agree", "maintain"]

    card = models.ForeignKey(Card, models.PROTECT, related_name="events", verbose_name=_("card"))
    seq = models.PositiveIntegerField()
    version = models.ForeignKey(CardVersion, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    act = models.CharField(_("act"), max_length=20)
    from_state = models.CharField(_("from"), max_length=10, choices=CardState, blank=True)
    to_state = models.CharField(_("to"), max_length=10, choices=CardState)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("user")
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    subject = models.ForeignKey(Person, models.PROTECT, related_name="+")
    for_person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("on behalf of")
    )
    note_digest = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("card event")
        verbose_name_plural = _("card events")
        ordering: ClassVar = ["card", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "seq"], name="reviews_cardevent_seq_unique"),
            models.CheckConstraint(
                condition=Q(act__in=["confirm", "object", "agree", "maintain"])
                | Q(person__isnull=True)
                | ~Q(person=F("subject")),
                name="reviews_cardevent_not_on_own_card",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.seq} {self.act}"


class CardNote(models.Model):
    """The words of an event, kept beside it: the event holds their salted digest, so they can be erased."""

    event = models.OneToOneField(CardEvent, models.PROTECT, related_name="note")
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        verbose_name = _("note of an event")
        verbose_name_plural = _("notes of events")

    def __str__(self) -> str:
        return self.text[:40]


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections."""

    def standing(self) -> ObjectionQuerySet:
        """Return those made since the card was last published.

        What was left open when a card went back is history: the new figures are objected to anew.
        """
        return self.filter(made_at__gte=F("version__card__published_at"))


class Objection(models.Model):
    """An agent's objection to one line of one version, and its answer. One per line and version."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("corrected")
        REJECTED = "rejected", _("points stay")

    class Reply(models.TextChoices):
        AGREE = "agree", _("agree")
        MAINTAIN = "maintain", _("maintain")
        SILENCE = "silence", _("no reply in time, taken as agreement")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(CardVersion, models.PROTECT, related_name="objections")
    line = models.CharField(_("line"), max_length=40)
    reason = models.TextField(_("reason"), max_length=2000)
    made_at = models.DateTimeField(_("made"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    corrected_input = models.JSONField(default=dict)
    reply = models.CharField(_("reply"), max_length=10, choices=Reply, blank=True)
    replied_at = models.DateTimeField(null=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering: ClassVar = ["version", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "line"], name="reviews_objection_unique"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="reviews_objection_answer_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.line}"


class Document(AppendOnly):
    """A PDF that was made of a card version: its code, and the digest of its bytes. Never changed."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    version = models.ForeignKey(CardVersion, models.PROTECT, related_name="documents")
    seq = models.PositiveIntegerField(_("history entry"))
    audience = models.CharField(_("audience"), max_length=10)
    language = models.CharField(_("language"), max_length=10)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "seq", "audience", "language"], name="reviews_document_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.code
