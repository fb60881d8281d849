"""Stored figures to look at, and the months they belong to."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from reviews.admin.figures import shops_of
from reviews.admin.shop_filter import OwnShops
from reviews.figures.fields import AGENT_FIELDS
from reviews.figures.formats import SOURCE_LABELS
from reviews.figures.profiles.registry import with_profile_name
from reviews.models import AgentFigures, ShopFigures, ShopMonth
from staff.admin.base import ReadOnlyAdmin, RoleAdmin


class FiguresAdmin(ReadOnlyAdmin):
    """Rows in force, with the source and the batch they came in."""

    list_select_related: ClassVar[tuple[str, ...]] = ("shop", "file")
    ordering = ("-first_day", "-pk")
    list_filter: ClassVar = [("shop", OwnShops), ("first_day", RangeDateFilter)]
    list_filter_submit = True
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that count, of shops the user looks after."""
        rows = super().get_queryset(request).filter(current=True, shop__in=shops_of(request))
        return with_profile_name(rows)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a row without a link to its history: rows are only ever added."""
        context = {**(extra_context or {}), "show_history": False}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    @display(description=_("Source"))
    def from_source(self, row: Any) -> str:
        """Return the source in words."""
        return str(SOURCE_LABELS.get(row.source) or row.profile_name or row.source)

    @display(description=_("Days"), ordering="first_day")
    def days(self, row: AgentFigures | ShopFigures) -> str:
        """Return the day, or the first and the last."""
        same = row.first_day == row.last_day
        return f"{row.first_day:%Y-%m-%d}" if same else f"{row.first_day:%Y-%m-%d} – {row.last_day:%m-%d}"

    @display(description=_("File"))
    def file_name(self, row: AgentFigures | ShopFigures) -> str:
        """Return the file and its batch."""
        return f"{row.file.name} ({row.batch_id})"


@admin.register(AgentFigures)
class AgentFiguresAdmin(FiguresAdmin):
    """Agents' figures."""

    list_display = ("days", "whose", "shop", "from_source", "inquiries", "receptions", "sales", "file_name")
    list_select_related: ClassVar[tuple[str, ...]] = ("shop", "file", "account", "person")
    search_fields = ("account_name", "person__name", "person__staff_no", "file__name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show every field there is."""
        return ["shop", "account", "person", "days", "from_source", "file_name", "row", *AGENT_FIELDS]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nothing is typed in here."""
        return self.get_fields(request, obj)

    @display(description=_("Account or person"))
    def whose(self, row: AgentFigures) -> str:
        """Return the account as the file has it, else the person."""
        return row.account_name or str(row.person or "–")


@admin.register(ShopFigures)
class ShopFiguresAdmin(FiguresAdmin):
    """Shops' own figures."""

    list_display = ("days", "shop", "from_source", "visitors", "buyers", "orders", "sales", "file_name")
    search_fields = ("shop__name", "file__name")


class ShopMonthForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A shop's month, kept as its first day."""

    class Meta:
        model = ShopMonth
        fields: ClassVar = ["shop", "month", "promotion"]

    def clean_month(self) -> Any:
        """Keep a month as its first day."""
        return self.cleaned_data["month"].replace(day=1)


@admin.register(ShopMonth)
class ShopMonthAdmin(RoleAdmin):
    """A shop's months: the attribution mode its files set, and whether it is a promotion month."""

    form = ShopMonthForm
    of_unit = "shop__units"
    list_display = ("shop", "month", "mode", "promotion")
    list_select_related = ("shop",)
    list_filter: ClassVar = [("shop", OwnShops)]
    readonly_fields = ("mode",)
    ordering = ("-month", "shop")
    list_before_template = "admin/reviews/refunds/months.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return those of shops the user looks after."""
        return super().get_queryset(request).filter(shop__in=shops_of(request)).distinct()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the shops the user looks after as HR."""
        return super().formfield_for_foreignkey(db_field, request, queryset=shops_of(request), **kwargs)
