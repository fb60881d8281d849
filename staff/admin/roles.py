"""Dated roles and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from staff.admin.base import RoleAdmin, RoleTabular
from staff.models import Deputy, RoleHolding, User

if TYPE_CHECKING:
    _Form = forms.ModelForm[RoleHolding]
    _DeputyForm = forms.ModelForm[Deputy]
else:
    _Form = _DeputyForm = forms.ModelForm


class HoldingForm(_Form):
    """A role for somebody; nobody gives one to the own person."""

    acting: ClassVar[User | None] = None

    class Meta:
        model = RoleHolding
        fields: ClassVar = ["person", "role", "unit", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any] | None:
        """Refuse a role for oneself."""
        data = super().clean()
        person = (data or {}).get("person") or getattr(self.instance, "person", None)
        own = self.acting.person_id if self.acting else None
        if own is not None and person is not None and person.pk == own and self.has_changed():
            raise ValidationError(_("Nobody gives roles to oneself. Ask somebody else in HR."))
        return data


class ActingMixin:
    """Lets the forms know who fills them in."""

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form class with its user."""
        made = super().get_form(request, obj, **kwargs)  # type: ignore[misc]
        made.acting = request.user
        return made

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the formset class, its forms with their user."""
        made = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        made.form.acting = request.user
        return made


class DeputyForm(_DeputyForm):
    """Somebody who stands in for a span of days; nobody makes oneself a deputy."""

    acting: ClassVar[User | None] = None

    class Meta:
        model = Deputy
        fields: ClassVar = ["person", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any] | None:
        """Refuse standing in oneself: it is a role like any other."""
        data = super().clean()
        person = (data or {}).get("person")
        own = self.acting.person_id if self.acting else None
        if own is not None and person is not None and person.pk == own and self.has_changed():
            raise ValidationError(_("Nobody gives roles to oneself. Ask somebody else in HR."))
        return data


class DeputyInline(ActingMixin, RoleTabular):
    """Who stands in for this holder, and when."""

    model = Deputy
    form = DeputyForm
    deletes = True
    fields: ClassVar = ["person", "starts_on", "ends_on"]
    autocomplete_fields = ("person",)


class InForceFilter(admin.SimpleListFilter):
    """Roles held today, or earlier ones."""

    title = _("held")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return [("now", _("today")), ("past", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow the list."""
        today = timezone.localdate()
        if self.value() == "past":
            return queryset.filter(ends_on__lte=today)
        if self.value() == "now":
            return queryset.filter(starts_on__lte=today).exclude(ends_on__lte=today)
        return queryset


@admin.register(RoleHolding)
class RoleHoldingAdmin(ActingMixin, RoleAdmin):
    """Who supervises, manages, directs, and who is HR, finance, general office, trainer."""

    form = HoldingForm
    readers = frozenset({"manager", "director", "general_office"})
    of_unit = "unit"
    list_display = ("person", "role", "unit", "starts_on", "ends_on")
    list_select_related = ("person", "unit")
    list_filter = (InForceFilter, ("role", ChoicesDropdownFilter))
    search_fields = ("person__name", "person__pinyin", "person__staff_no", "unit__name", "unit__code")
    autocomplete_fields = ("person", "unit")
    inlines = (DeputyInline,)
