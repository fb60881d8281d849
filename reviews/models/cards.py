"""Cards and their versions: drafts that move, frozen versions that never do."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.guards import Freezable, FreezableQuerySet, refuse
from reviews.models.reviews import CardState, Review
from staff import access
from staff.models import Level, Person, Position, Unit
from staff.money import MoneyField

# Every way a card may go, whoever asks; who may take it stands in workflow.py.
WAYS = frozenset(
    {
        ("draft", "submitted"),
        ("submitted", "draft"),
        ("submitted", "published"),
        ("published", "confirmed"),
        ("published", "objected"),
        ("objected", "confirmed"),
        ("confirmed", "closed"),
        ("closed", "approved"),
        ("approved", "paid"),
        *((state, "draft") for state in ("published", "objected", "confirmed", "closed", "approved")),
    }
)

# An agent sees the own card from publication on.
SEEN_BY_SUBJECT = ["published", "objected", "confirmed", "closed", "approved", "paid"]

# Finance sees the pay of what HR has handed over.
HANDED_OVER = ["approved", "paid"]


class CardQuerySet(models.QuerySet["Card"]):
    """Cards."""

    def visible_to(self, user: Any, *, on: date) -> CardQuerySet:
        """Return the own cards from publication on, and the cards of units one leads (never the own draft there)."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            visible = Q()
        else:
            visible = Q(pk__in=[])
            for path in scope.unit_paths:
                visible |= Q(unit__path__startswith=path)
            if scope.person_id:
                acts = Q(assessor=scope.person_id) | Q(approver=scope.person_id) | Q(decider=scope.person_id)
                visible |= acts
        if scope.person_id is None:
            return self.filter(visible)
        own = Q(person=scope.person_id)
        return self.filter((visible & ~own) | (own & Q(state__in=SEEN_BY_SUBJECT)))

    def payable_to(self, user: Any, *, on: date) -> CardQuerySet:
        """Return the cards whose pay a user of finance reads: those that HR has handed over, not the own one."""
        scope = access.scope_of(user, on=on)
        reach = Q(pk__in=[])
        for path in scope.roles.get("finance", ()):
            reach |= Q(unit__path__startswith=path)
        handed_over = self.filter(reach, state__in=HANDED_OVER)
        return handed_over.exclude(person=scope.person_id) if scope.person_id else handed_over

    def update(self, **values: Any) -> int:
        """Change cards; refuse to change their state, which moves in `move` only."""
        if "state" in values:
            raise refuse(self.model)
        return super().update(**values)

    def move(self, *, sources: Collection[str], target: str, **values: Any) -> int:
        """Move the cards that stand in one of the sources; return how many did. For workflow.py only.

        A way that the table of states does not know is refused here too.
        """
        if any((source, target) not in WAYS for source in sources):
            raise refuse(self.model)
        at_source = self.filter(state__in=sources)
        return super(CardQuerySet, at_source).update(state=target, **values)


class Card(models.Model):
    """One person's one month. Its figures stand in versions; its state moves in workflow.py only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, related_name="cards", verbose_name=_("review"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="cards", verbose_name=_("person"))
    month = models.DateField(_("month"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    position = models.ForeignKey(Position, models.PROTECT, related_name="+", verbose_name=_("position"))
    state = models.CharField(
        _("state"), max_length=10, choices=CardState, default=CardState.DRAFT, editable=False, db_index=True
    )
    current = models.OneToOneField(
        "reviews.CardVersion", models.PROTECT, null=True, editable=False, related_name="current_of"
    )
    assessor = models.ForeignKey(
        Person, models.PROTECT, related_name="cards_to_assess", verbose_name=_("assessor")
    )
    approver = models.ForeignKey(
        Person, models.PROTECT, related_name="cards_to_approve", verbose_name=_("approver")
    )
    decider = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="cards_to_decide", verbose_name=_("decider")
    )
    seq = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("The number of its last history entry.")
    )
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, editable=False)
    window_ends_at = models.DateTimeField(_("window ends"), null=True, editable=False)
    set_aside_at = models.DateTimeField(
        _("set aside"),
        null=True,
        editable=False,
        help_text=_("The month closes without it; it follows in a supplementary hand-over."),
    )
    late_figures = models.JSONField(
        _("late figures"),
        default=list,
        editable=False,
        help_text=_("Figures that came after submission and are not counted."),
    )

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering: ClassVar = ["review", "person"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "month"],
                name="reviews_card_one_a_month",
                violation_error_message=_("This person has a card for that month already."),
            ),
            models.CheckConstraint(
                condition=~Q(assessor=F("person")) & ~Q(approver=F("person")) & ~Q(assessor=F("approver")),
                name="reviews_card_four_eyes",
                violation_error_message=_("Assessor and approver are two people, neither the subject."),
            ),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | (~Q(decider=F("person")) & ~Q(decider=F("assessor"))),
                name="reviews_card_decider_is_another",
                violation_error_message=_("Who decides is neither the subject nor the assessor."),
            ),
            models.CheckConstraint(condition=Q(state__in=CardState.values), name="reviews_card_state_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="reviews_card_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%Y-%m}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the card; refuse a state that did not come by way of the workflow."""
        elsewhere = Card.objects.filter(pk=self.pk).exclude(state=self.state)
        if self.state != CardState.DRAFT if self._state.adding else elsewhere.exists():
            raise refuse(type(self))
        super().save(*args, **kwargs)

    @property
    def stamp(self) -> str:
        """What somebody looking at the card has seen: its last history entry and its figures."""
        return f"{self.seq}.{self.current.sha256[:16] if self.current else ''}"


class CardVersion(Freezable):
    """One scoring of a card. Rewritten by runs while its card is a draft; from submission on it never changes."""

    FROZEN_PATH: ClassVar[str] = "frozen_at"

    card = models.ForeignKey(Card, models.PROTECT, related_name="versions", verbose_name=_("card"))
    number = models.PositiveSmallIntegerField(_("version"))
    frozen_at = models.DateTimeField(_("frozen"), null=True, editable=False)
    why = models.CharField(_("why"), max_length=400, blank=True)
    comment = models.CharField(_("supervisor's comment"), max_length=400, blank=True)
    open_lines = models.PositiveSmallIntegerField(_("open lines"), default=0)
    total_before_cap = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    total = models.DecimalField(_("total"), max_digits=7, decimal_places=2, null=True)
    critical_failures = models.PositiveSmallIntegerField(default=0)
    adjustment = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    adjustment_reason = models.CharField(max_length=400, blank=True)
    # The band, level and plan copied, so that the card stands alone.
    band_at_least = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    band = models.JSONField(default=dict)
    multiplier = models.DecimalField(_("multiplier"), max_digits=5, decimal_places=3, null=True)
    level = models.ForeignKey(Level, models.PROTECT, null=True, related_name="+")
    level_name = models.CharField(max_length=60, blank=True)
    base_salary = MoneyField(_("base salary"), null=True)
    performance_salary = MoneyField(_("performance salary"), null=True)
    performance_pay = MoneyField(_("performance pay"), null=True)
    estimated = models.BooleanField(default=False)
    engine = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, blank=True)
    computed_at = models.DateTimeField()

    objects = FreezableQuerySet.as_manager()

    class Meta:
        verbose_name = _("card version")
        verbose_name_plural = _("card versions")
        ordering: ClassVar = ["card", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "number"], name="reviews_cardversion_unique"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | Q(total__isnull=False),
                name="reviews_cardversion_frozen_has_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} v{self.number}"
