"""HR's pages of refund reasons and promotions."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from reviews.admin.figures import actor, shops_of
from reviews.admin.shop_filter import OwnShops
from reviews.models import Promotion, RefundReason
from reviews.refunds.reasons import reason_key, relabel, seed_reasons, unclassified
from staff.admin.base import RoleAdmin
from staff.models import Shop


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """One reason and what it means."""

    class Meta:
        model = RefundReason
        fields: ClassVar = ["text", "nature", "kind"]

    def clean_text(self) -> str:
        """Refuse a reason that stands in the table already, written a little differently."""
        text: str = self.cleaned_data["text"].strip()
        others = RefundReason.objects.exclude(pk=self.instance.pk).values_list("text", flat=True)
        twin = next((other for other in others if reason_key(other) == reason_key(text)), None)
        if twin is not None:
            raise forms.ValidationError(_("“%(text)s” stands in the table already.") % {"text": twin})
        return text


@admin.register(RefundReason)
class RefundReasonAdmin(RoleAdmin):
    """What refund reasons mean; those that came in and mean nothing yet stand first."""

    form = ReasonForm
    list_display = ("text", "nature", "kind")
    list_filter = (("nature", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    search_fields = ("text",)
    list_before_template = "admin/reviews/refunds/waiting.html"

    def get_urls(self) -> list[URLPattern]:
        """Put the button's address beside the list."""
        seed = self.admin_site.admin_view(require_POST(self.seed))
        urls: list[URLPattern] = super().get_urls()
        return [path("seed/", seed, name="reviews_refundreason_seed"), *urls]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say which reasons wait, of how many refunds and how much money."""
        extra = {
            "waiting": unclassified(shops_of(request)),
            "may_add": self.has_add_permission(request),
            **(extra_context or {}),
        }
        page: HttpResponse = super().changelist_view(request, extra)
        return page

    def save_model(
        self,
        request: HttpRequest,
        obj: RefundReason,
        form: forms.ModelForm[RefundReason],
        change: bool,  # noqa: FBT001  Django's signature
    ) -> None:
        """Save the meaning, give it to the stored refunds, and say to how many."""
        super().save_model(request, obj, form, change)
        done = relabel([obj.text, *([form.initial["text"]] if change else [])])
        if done.changed:
            text = ngettext(
                "%(count)s stored refund follows.", "%(count)s stored refunds follow.", done.changed
            )
            messages.info(request, text % {"count": done.changed})
        if done.frozen:
            text = ngettext(
                "%(count)s refund of months with submitted cards stays as it was.",
                "%(count)s refunds of months with submitted cards stay as they were.",
                done.frozen,
            )
            messages.warning(request, text % {"count": done.frozen})

    def seed(self, request: HttpRequest) -> HttpResponse:
        """Add the common reasons that are not in the table yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if added := seed_reasons(by=actor(request)):
            text = ngettext("%(count)s reason was added.", "%(count)s reasons were added.", added)
            messages.success(request, text % {"count": added})
        else:
            messages.info(request, _("All common reasons stand in the table already."))
        return HttpResponseRedirect(reverse("admin:reviews_refundreason_changelist"))


class PromotionForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A shop's promotion; its days stand in one promotion only."""

    class Meta:
        model = Promotion
        fields: ClassVar = ["shop", "name", "first_day", "last_day", "window_days", "presale"]

    def clean(self) -> dict[str, Any]:
        """Refuse days on which another promotion of the shop holds."""
        data: dict[str, Any] = super().clean() or {}
        shop, first, last = (data.get(name) for name in ("shop", "first_day", "last_day"))
        if shop is None or first is None or last is None:
            return data
        # Two people who save at once: the second waits here and then sees the first one's days.
        Shop.objects.select_for_update().filter(pk=shop.pk).first()
        others = Promotion.objects.filter(shop=shop, first_day__lte=last, last_day__gte=first)
        other = others.exclude(pk=self.instance.pk).first()
        if other is not None:
            said = _(
                "%(name)s holds from %(first)s to %(last)s in this shop. A day stands in one promotion only."
            )
            days = {"first": f"{other.first_day:%Y-%m-%d}", "last": f"{other.last_day:%Y-%m-%d}"}
            raise forms.ValidationError(said % {"name": other.name, **days})
        return data


@admin.register(Promotion)
class PromotionAdmin(RoleAdmin):
    """Promotions: on their days another attribution window and the presale rule hold."""

    form = PromotionForm
    deletes = True
    of_unit = "shop__units"
    list_display = ("name", "shop", "first_day", "last_day", "window_days", "presale")
    list_select_related = ("shop",)
    list_filter: ClassVar = [("shop", OwnShops), ("first_day", RangeDateFilter)]
    list_filter_submit = True
    search_fields = ("name", "shop__name")
    ordering = ("-first_day", "shop")
    list_before_template = "admin/reviews/refunds/promotions.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return those of shops the user looks after as HR."""
        return super().get_queryset(request).filter(shop__in=shops_of(request)).distinct()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the shops the user looks after as HR."""
        return super().formfield_for_foreignkey(db_field, request, queryset=shops_of(request), **kwargs)
