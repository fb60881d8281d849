"""HR's page of a day hour by hour: what the snapshots say, and the leaders typed in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.admin.figures import actor, said, shops_of
from reviews.intraday import leaders
from reviews.intraday.form import LeadersForm, day_of
from reviews.intraday.table import hourly
from reviews.models import Promotion, Snapshot
from staff.admin.base import ReadOnlyAdmin
from staff.models import Shop

DAYS = 12


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """Figures of running days, beside the days."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the snapshots in force of shops the user looks after."""
        return super().get_queryset(request).filter(current=True, shop__in=shops_of(request))

    def get_urls(self) -> list[URLPattern]:
        """Put the form's address beside the page."""
        typed = self.admin_site.admin_view(require_POST(self.leaders_view))
        urls: list[URLPattern] = super().get_urls()
        return [path("leaders/", typed, name="reviews_snapshot_leaders"), *urls]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a shop's day hour by hour."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shops = list(shops_of(request))
        asked = request.GET.get("shop", "")
        shop = next((one for one in shops if str(one.pk) == asked), None)
        if shop is None and asked:
            raise Http404
        if shop is None and shops:
            latest = self.get_queryset(request).order_by("-taken_at").values_list("shop", flat=True).first()
            shop = next((one for one in shops if one.pk == latest), shops[0])
        context: dict[str, Any] = {"title": _("Hour by hour"), "shops": shops, "shop": shop}
        if shop is not None:
            context |= self._day(request, shop)
        base = self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/reviews/intraday/day.html", {**base, **context})

    def _day(self, request: HttpRequest, shop: Shop, *, form: LeadersForm | None = None) -> dict[str, Any]:
        today = timezone.localdate()
        kept = Snapshot.objects.filter(shop=shop, current=True)
        days = list(kept.order_by("-day").values_list("day", flat=True).distinct()[:DAYS])
        chosen = request.GET.get("day") or request.POST.get("day")
        day = day_of(request, today=today) if chosen else (days[0] if days else today)
        people = leaders.people_of(shop, on=day)
        hour = max(timezone.localtime().hour - 1, 0)
        return {
            "day": day,
            "today": today,
            "days": days,
            "promotion": Promotion.objects.filter(shop=shop, first_day__lte=day, last_day__gte=day).first(),
            "page": hourly(shop, day),
            "typed": leaders.leaders_of(shop, day),
            "form": form or LeadersForm(people=people, initial={"hour": hour}),
        }

    def leaders_view(self, request: HttpRequest) -> HttpResponse:
        """Type in an hour's leaders."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = request.POST.get("shop", "")
        key = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
        shop = get_object_or_404(shops_of(request), pk=key)
        day = day_of(request, today=timezone.localdate())
        people = leaders.people_of(shop, on=day)
        form = LeadersForm(request.POST, people=people)
        try:
            if not form.is_valid():
                raise ValidationError([text for texts in form.errors.values() for text in texts])
            leaders.set_leaders(
                shop,
                day=day,
                hour=form.cleaned_data["hour"],
                given=form.given(),
                people=people,
                by=actor(request),
            )
        except ValidationError as refused:
            messages.error(request, said(refused))
        else:
            messages.success(request, _("The hour is saved."))
        here = reverse("admin:reviews_snapshot_changelist")
        return HttpResponseRedirect(f"{here}?shop={shop.pk}&day={day:%Y-%m-%d}#typed")
