"""Tokens of integrations: HR makes one for a shop, reads its secret once, and ends it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDateWidget

from staff.admin.base import RoleAdmin, user_of
from staff.admin.related import OwnRelated
from staff.models import ApiToken
from staff.services import issue_token, revoke_token, shops_looked_after
from staff.services.tokens import LONGEST

if TYPE_CHECKING:
    _Form = forms.ModelForm[ApiToken]
else:
    _Form = forms.ModelForm


class TokenForm(_Form):
    """A new token: which program, which shop, what it may, until when."""

    last_day = forms.DateField(
        label=_("Last day"), help_text=_("At most one year."), widget=UnfoldAdminDateWidget
    )

    class Meta:
        model = ApiToken
        fields: ClassVar = ["name", "shop", "scope", "last_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the longest life."""
        super().__init__(*args, **kwargs)
        if "last_day" in self.fields:
            self.fields["last_day"].initial = longest()

    def clean_last_day(self) -> date:
        """Refuse a day that is past or beyond a year."""
        day: date = self.cleaned_data["last_day"]
        if not timezone.localdate() <= day <= longest():
            raise ValidationError(_("A token lasts at most one year from today."))
        return day

    def clean(self) -> dict[str, Any] | None:
        """Let it end with its last day, in the company's time zone."""
        data = super().clean()
        day = (data or {}).get("last_day")
        if day is not None:
            zone = timezone.get_default_timezone()
            self.instance.expires_at = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
        return data


def longest() -> date:
    """Return the last day a token made now may have."""
    return timezone.localdate() + LONGEST - timedelta(days=1)


@admin.register(ApiToken)
class ApiTokenAdmin(RoleAdmin):
    """Which programs read or write the figures of which shop."""

    form = TokenForm
    of_unit = "shop__units"
    list_display = ("name", "begins", "shop", "scope", "stands", "expires_at", "used_at", "made_by")
    list_select_related = ("shop", "made_by__person")
    list_filter = ("scope", ("shop", OwnRelated))
    list_filter_submit = True
    search_fields = ("name", "hint")
    fields: ClassVar = ["name", "shop", "scope", "last_day"]
    kept: ClassVar = ["name", "begins", "shop", "scope", "stands", "made_by", "made_at", "expires_at"]
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the tokens of shops the user looks after."""
        return super().get_queryset(request).distinct()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the shops the user looks after as HR, not those that other roles show."""
        shops = shops_looked_after(request.user, on=timezone.localdate())
        return super().formfield_for_foreignkey(db_field, request, queryset=shops, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Ask for four things, and show all but the secret afterwards."""
        return list(self.fields) if obj is None else [*self.kept, "used_at", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Nothing is changed once it was made."""
        return [] if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes a token: it is revoked and another one made."""
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the user may end tokens."""
        return self.may_write(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to save only: what follows is the secret, not another form."""
        plain = {"show_save_and_add_another": False, "show_save_and_continue": False}
        page: HttpResponse = super().add_view(request, form_url, {**(extra_context or {}), **plain})
        return page

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001
        """Make it through the service and keep its secret for this one answer."""
        obj.secret = issue_token(obj, by=user_of(request), at=timezone.now())  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, once and never again."""
        return self._page(request, obj, secret=obj.secret)  # type: ignore[attr-defined]

    @action(description=_("Revoke…"), url_path="revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then end the token at once."""
        token = self.get_object(request, object_id)
        if token is None:
            raise Http404
        if request.method != "POST":
            return self._page(request, token, secret="")
        if revoke_token(token, at=timezone.now()):
            self.log_change(request, token, gettext("Revoked."))
        return redirect("admin:staff_apitoken_change", token.pk)

    @admin.display(description=_("begins with"), ordering="hint")
    def begins(self, token: ApiToken) -> str:
        """Return the part of the secret by which people tell it."""
        return f"{token.hint}…"

    @admin.display(description=_("state"))
    def stands(self, token: ApiToken) -> str:
        """Return whether it still opens anything, in a word."""
        if token.revoked_at is not None:
            return gettext("revoked")
        return gettext("works") if token.works(timezone.now()) else gettext("expired")

    def _page(self, request: HttpRequest, token: ApiToken, *, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Token of an integration"),
            "token": token,
            "secret": secret,
        }
        return TemplateResponse(
            request, "staff/admin/token.html", context, headers={"Cache-Control": "no-store"}
        )
