"""Platform accounts and who holds them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from staff.admin.base import RoleAdmin, RoleTabular
from staff.admin.related import OwnRelated
from staff.admin.spans import HolderFormSet, SpanForm
from staff.models import AccountHolder, PlatformAccount


class HolderInline(RoleTabular):
    """Who has the account, from and until when."""

    model = AccountHolder
    form = SpanForm
    formset = HolderFormSet
    deletes = True
    fields: ClassVar = ["person", "starts_at", "ends_at"]
    autocomplete_fields = ("person",)


@admin.register(PlatformAccount)
class PlatformAccountAdmin(RoleAdmin):
    """Accounts of customer service on the platforms."""

    readers = frozenset({"manager", "director"})
    of_unit = "shop__units"
    list_display = ("name", "shop", "kind", "held_by")
    list_select_related = ("shop",)
    list_filter = (("kind", ChoicesDropdownFilter), ("shop", OwnRelated))
    list_filter_submit = True
    search_fields = ("name", "holders__person__name", "holders__person__pinyin", "holders__person__staff_no")
    autocomplete_fields = ("shop",)
    inlines = (HolderInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the holders along."""
        holders = AccountHolder.objects.select_related("person").order_by("-starts_at")
        return super().get_queryset(request).distinct().prefetch_related(Prefetch("holders", holders))

    @admin.display(description=_("held by"))
    def held_by(self, account: PlatformAccount) -> str:
        """Return who holds the account now."""
        now = timezone.now()
        names = [
            holder.person.name
            for holder in account.holders.all()
            if holder.starts_at <= now and (holder.ends_at is None or now < holder.ends_at)
        ]
        return "、".join(names) or "–"
