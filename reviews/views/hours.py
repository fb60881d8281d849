"""The lead types the top three of an hour on the phone.

Addresses others link to: `hours`, `hours_of` (shop's id, `?day=2026-11-11`).
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reviews.intraday import leaders
from reviews.intraday.form import LeadersForm, day_of
from reviews.views.months import add_refusal, user_of
from staff.access import scope_of


def _leads_only(request: HttpRequest) -> None:
    scope = scope_of(request.user, on=timezone.localdate())
    if not scope.has(leaders.LEAD):
        raise PermissionDenied


@login_required
@require_GET
def shops(request: HttpRequest) -> HttpResponse:
    """Lead to the shop, or offer the shops in which the reader leads a team."""
    _leads_only(request)
    found = list(leaders.shops_led(user_of(request), on=timezone.localdate()))
    if len(found) == 1:
        return redirect("hours_of", found[0].pk)
    return render(request, "reviews/hours/shops.html", {"shops": found})


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was typed in for a shop's day; type in an hour."""
    _leads_only(request)
    user, today = user_of(request), timezone.localdate()
    shop = get_object_or_404(leaders.shops_led(user, on=today), pk=pk)
    day = day_of(request, today=today)
    people = leaders.people_led(user, shop, on=day)
    hour = timezone.localtime().hour
    data = request.POST if request.method == "POST" else None
    form = LeadersForm(data, people=people, initial={"hour": max(hour - 1, 0)})
    if request.method == "POST" and form.is_valid():
        try:
            leaders.set_leaders(
                shop,
                day=day,
                hour=form.cleaned_data["hour"],
                given=form.given(),
                people=people,
                by=user,
            )
        except ValidationError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The hour is saved."))
            return redirect(f"{reverse('hours_of', args=[shop.pk])}?day={day:%Y-%m-%d}")
    context = {
        "shop": shop,
        "day": day,
        "today": today,
        "form": form,
        "typed": leaders.leaders_of(shop, day),
        "several": leaders.shops_led(user, on=today).count() > 1,
    }
    return render(request, "reviews/hours/one.html", context, status=422 if form.errors else 200)
