"""Log-ins. Rights come from dated roles, so there are none to tick here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from staff.admin.base import RoleAdmin, scope
from staff.models import User
from staff.services import renew_password

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(RoleAdmin):
    """Log-ins and whose they are. A new one is made on its person's page."""

    of_person = "person"
    list_display = ("username", "person", "language", "is_active", "last_login")
    list_select_related = ("person",)
    list_filter = ("is_active", "language")
    search_fields = ("username", "person__name", "person__pinyin", "person__staff_no")
    fields: ClassVar = ["username", "person", "language", "is_active", "last_login", "date_joined"]
    readonly_fields = ("person", "last_login", "date_joined")
    ordering = ("username",)
    actions_detail = ("new_password",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out the installation's own log-ins, except for each other."""
        found = super().get_queryset(request)
        return found if scope(request).superuser else found.filter(is_superuser=False)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds a log-in without a person."""
        return False

    @action(description=_("New first password"), url_path="new-password", permissions=["change"])
    def new_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then show a new first password once."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if user == request.user:
            raise PermissionDenied
        password = renew_password(user) if request.method == "POST" else None
        return first_password_page(self, request, user=user, password=password)


def first_password_page(
    page: admin.ModelAdmin[Any], request: HttpRequest, *, user: User, password: str | None
) -> HttpResponse:
    """Return the page that asks before, and shows after, a first password is made."""
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("First password"),
        "login": user,
        "password": password,
    }
    return TemplateResponse(
        request, "staff/admin/first_password.html", context, headers={"Cache-Control": "no-store"}
    )
