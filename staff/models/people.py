"""People, their log-ins, and where they belong."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin
from simple_history.models import HistoricalRecords

from staff import access


class Shop(models.Model):
    """A shop on a platform: where figures come from. Never deleted once it has figures."""

    class Platform(models.TextChoices):
        TMALL = "tmall", _("Tmall")
        TAOBAO = "taobao", _("Taobao")
        JD = "jd", _("JD")
        PINDUODUO = "pdd", _("Pinduoduo")
        DOUYIN = "douyin", _("Douyin")
        OTHER = "other", _("Other platform")

    platform = models.CharField(_("platform"), max_length=12, choices=Platform, default=Platform.TMALL)
    name = models.CharField(_("name"), max_length=100)
    city = models.CharField(_("city"), max_length=40, blank=True)
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    attribution_mode = models.CharField(
        _("attribution mode"),
        max_length=12,
        choices=[("pay_first", _("paying agent first")), ("order_first", _("ordering agent first"))],
        default="pay_first",
    )
    attribution_days = models.PositiveSmallIntegerField(_("attribution window, days"), default=2)
    refund_days = models.PositiveSmallIntegerField(_("refund window, days"), default=45)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "name"],
                name="staff_shop_unique",
                violation_error_message=_("This platform has a shop of that name already."),
            ),
            models.CheckConstraint(
                condition=Q(attribution_days__gte=2, attribution_days__lte=15),
                name="staff_shop_attribution_window",
                violation_error_message=_("The attribution window is 2 to 15 days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    """Units of the tree."""

    def below(self, unit: Unit) -> UnitQuerySet:
        """Return the unit and all units below it."""
        return self.filter(path__startswith=unit.path)

    def visible_to(self, user: Any, *, on: date) -> UnitQuerySet:
        """Return the units a user leads, directly or from above; HR sees all."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        paths = Q(pk__in=[])
        for path in scope.unit_paths:
            paths |= Q(path__startswith=path)
        return self.filter(paths)


class Unit(models.Model):
    """A node of the organisation tree: company, branch, team. Moved or renamed, never deleted in use.

    `path` is the chain of ids from the root, `/1/4/9/`, kept by staff.services.
    """

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        BRANCH = "branch", _("branch")
        TEAM = "team", _("team")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEAM)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=255, editable=False, db_index=True)
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("shop")
    )
    reviewed = models.BooleanField(
        _("has a monthly review of its own"),
        default=False,
        help_text=_("A review gathers the cards of this unit and all units below it."),
    )

    objects = UnitQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a place in the tree below itself."""
        if self.parent is not None and self.path and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("A unit cannot belong to itself or to a unit below it.")})

    def ancestor_ids(self) -> list[int]:
        """Return the ids from this unit up to the root."""
        return [int(part) for part in reversed(self.path.strip("/").split("/")) if part]


class PersonQuerySet(models.QuerySet["Person"]):
    """People."""

    def employed(self, on: date) -> PersonQuerySet:
        """Return those employed on a day."""
        return self.filter(
            Q(employments__left_on__isnull=True) | Q(employments__left_on__gt=on),
            employments__hired_on__lte=on,
        ).distinct()

    def visible_to(self, user: Any, *, on: date) -> PersonQuerySet:
        """Return oneself and, for those who lead, the people assigned below their units on that day."""
        scope = access.scope_of(user, on=on)
        if scope.everything:
            return self.all()
        return self.filter(
            Q(pk=scope.person_id or 0) | Q(pk__in=access.people_below(scope.unit_paths, on=on))
        )


class Person(models.Model):
    """Somebody who works or worked here. Never deleted: leavers are made anonymous after retention."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff_no = models.CharField(_("staff number"), max_length=40, unique=True)
    name = models.CharField(_("full name"), max_length=60)
    pinyin = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    anonymised_at = models.DateTimeField(null=True, editable=False)

    objects = PersonQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["pinyin"])

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering: ClassVar = ["staff_no"]

    def __str__(self) -> str:
        return f"{self.name} {self.staff_no}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the pinyin beside the name, so that 李秀英 is found by lxy and lixiuying."""
        self.pinyin = pinyin_of(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


def pinyin_of(name: str) -> str:
    """Return initials and full pinyin of a name: `lxy lixiuying`."""
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{initials} {''.join(lazy_pinyin(name))}".lower()[:200]


class User(AbstractUser):
    """A log-in. A person may have several accounts and is still one person; a user without one acts for nobody."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("person")
    )
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "中文"), ("en", "English")], default="zh-hans"
    )

    class Meta:
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the person's name, or the log-in's where nobody stands behind it."""
        return self.person.name if self.person else self.username


class Employment(models.Model):
    """One span in which a person is employed. Spans of one person never overlap."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments", verbose_name=_("person"))
    hired_on = models.DateField(_("hired on"))
    left_on = models.DateField(
        _("left on"), null=True, blank=True, help_text=_("The first day no longer employed.")
    )
    # Set by a form that changes several spans at once and compares them itself.
    checked_together = False

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering: ClassVar = ["person", "hired_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "hired_on"], name="staff_employment_start_unique"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gt=F("hired_on")),
                name="staff_employment_ends_after_start",
                violation_error_message=_("The leave date must be after the hire date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.hired_on}"

    def clean(self) -> None:
        """Refuse a span that overlaps another one of the same person."""
        if self.checked_together or not self.person_id or not self.hired_on:
            return
        others = Employment.objects.filter(person=self.person_id).exclude(pk=self.pk)
        if self.left_on is not None:
            others = others.filter(hired_on__lt=self.left_on)
        if others.exclude(left_on__lte=self.hired_on).exists():
            raise ValidationError(
                _("Two employments of one person overlap. End the earlier one before the later begins.")
            )

    def covers(self, on: date) -> bool:
        """Return whether the person is employed on a day."""
        return self.hired_on <= on and (self.left_on is None or on < self.left_on)
