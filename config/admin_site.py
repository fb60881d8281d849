"""The admin's site: open to the back office by role, and by nobody's `is_staff`."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from inspect import unwrap
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from reviews.views import today
from staff.access import scope_of

# Who has pages here; what each of them sees is decided by the model's own admin.
ROLES = frozenset({"hr", "finance", "general_office", "manager", "director", "trainer"})

View = Callable[..., HttpResponseBase]


class Picker(AutocompleteJsonView):
    """The pickers' answers: only objects the reader may pick."""

    def has_perm(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Ask the model's own admin."""
        may_pick = getattr(self.model_admin, "may_pick", None)
        return bool(may_pick(request) if may_pick else super().has_perm(request, obj))


class KejiAdminSite(UnfoldAdminSite):
    """The back office. To everybody else it does not exist: 404, the same as a wrong address."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether one of the user's roles has pages here today."""
        scope = scope_of(request.user, on=timezone.localdate())
        return bool(scope.superuser or scope.has(*ROLES))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return an app's models where one is asked for; pages have our own menu and need no list of all."""
        return super().get_app_list(request, app_label) if app_label else []

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send those who are not logged in to the one log-in page."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("account_login"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show what is to do today."""
        # First what counts, then the menu, which shows the same counts.
        context = {**today.index_context(request), **(extra_context or {})}
        page: HttpResponse = super().index(request, context)
        page.headers["Cache-Control"] = "no-store"
        return page

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the pages of today's work."""
        own = [
            path("today/", self.admin_view(today.everything), name="today"),
            path("today/counts/", self.admin_view(today.badges), name="today_counts"),
            path("today/figures/", self.admin_view(today.completeness), name="today_figures"),
        ]
        return [*own, *super().get_urls()]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a picker."""
        return Picker.as_view(admin_site=self)(request)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002  Django's signature
        """Answer 404 where the user has no pages, or none of this model."""
        inner = super().admin_view(view, cacheable)
        # The method may be wrapped, e.g. to take posts only, or belong to a helper of the model's admin.
        owner = getattr(view, "__self__", None) or getattr(unwrap(view), "__self__", None)
        owner = getattr(owner, "owner", owner)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated:
                if not self.has_permission(request):
                    raise Http404
                if isinstance(owner, ModelAdmin) and not owner.has_view_or_change_permission(request):
                    raise Http404
            response: HttpResponseBase = inner(request, *args, **kwargs)
            return response

        return update_wrapper(guarded, view)
