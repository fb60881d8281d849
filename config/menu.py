"""The admin's menu. One line for each entry; it is drawn where its page exists and its reader may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staff.access import scope_of
from staff.services.messages import unread_count


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, unfold's icon, its URL name, and who sees it.

    `model` (`app.model`) leaves that to the model's admin; else `roles` names them. `own` is what every
    person has, with the number of what is new there.
    """

    title: Promise
    icon: str
    url: str
    model: str = ""
    roles: tuple[str, ...] = ()
    own: bool = False


def listed(title: Promise, icon: str, model: str) -> Entry:
    """An entry for a model's list."""
    return Entry(title, icon, f"admin:{model.lower().replace('.', '_')}_changelist", model)


TODAY = ("hr", "finance", "general_office", "manager", "director")

MENU: tuple[tuple[Promise, tuple[Entry, ...]], ...] = (
    (
        _("Work"),
        (
            Entry(pgettext_lazy("page", "Today"), "today", "admin:index", roles=TODAY),
            Entry(_("Inbox"), "notifications", "inbox", own=True),
            listed(_("Monthly reviews"), "fact_check", "reviews.Review"),
            listed(_("Hand-overs to finance"), "send_money", "reviews.HandOver"),
            listed(_("Spot checks"), "rule", "reviews.SpotCheck"),
            listed(_("Disputes and reviews"), "gavel", "reviews.ServiceEvent"),
            listed(_("Waivers"), "do_not_disturb_on", "reviews.Waiver"),
            listed(_("Work summaries"), "summarize", "reviews.WorkSummary"),
            Entry(_("Commission base"), "price_change", "commission_base", roles=("hr", "finance")),
        ),
    ),
    (
        _("Data"),
        (
            listed(_("Import"), "upload_file", "reviews.ImportBatch"),
            listed(_("Accounts and holders"), "link", "staff.PlatformAccount"),
            listed(_("Completeness"), "calendar_month", "reviews.FigureExcuse"),
            Entry(_("Values typed in"), "edit_note", "typed_values", roles=("hr",)),
            listed(_("Agents' figures"), "table_chart", "reviews.AgentFigures"),
            listed(_("Hour by hour"), "timelapse", "reviews.Snapshot"),
            listed(_("Year plan"), "event_note", "reviews.TargetNode"),
            listed(_("Targets"), "flag", "reviews.Target"),
        ),
    ),
    (
        _("Rules of the figures"),
        (
            listed(_("Matrix line × shop"), "grid_on", "reviews.LineSource"),
            listed(_("Order of sources"), "swap_vert", "reviews.SourceOrder"),
            listed(_("Import profiles"), "join_inner", "reviews.ImportProfile"),
            listed(_("Promotions"), "sell", "reviews.Promotion"),
            listed(_("Refund reasons"), "assignment_return", "reviews.RefundReason"),
        ),
    ),
    (
        _("Rules"),
        (
            listed(_("Plans"), "tune", "reviews.Plan"),
            listed(_("Procedures"), "account_tree", "reviews.Procedure"),
            listed(_("Positions"), "badge", "staff.Position"),
            listed(_("Pay levels"), "stairs", "staff.Level"),
            listed(_("Working calendar"), "event", "staff.Holiday"),
        ),
    ),
    (
        _("People"),
        (
            listed(_("Shops"), "storefront", "staff.Shop"),
            listed(_("Units"), "lan", "staff.Unit"),
            listed(_("People"), "group", "staff.Person"),
            listed(_("Roles and deputies"), "supervisor_account", "staff.RoleHolding"),
            listed(_("Handing on"), "move_up", "reviews.Succession"),
            listed(_("Shifts"), "calendar_view_week", "staff.Shift"),
            listed(_("Leave"), "beach_access", "staff.Leave"),
            listed(_("Exam marks"), "quiz", "training.ExamMark"),
        ),
    ),
    (
        _("System"),
        (
            listed(_("Log-ins"), "key", "staff.User"),
            listed(_("Tokens of integrations"), "api", "staff.ApiToken"),
            listed(_("Jobs"), "progress_activity", "staff.Job"),
        ),
    ),
)


def may_see(request: HttpRequest, entry: Entry) -> bool:
    """Return whether a reader sees an entry."""
    if entry.model:
        app_label, name = entry.model.split(".")
        found = apps.all_models[app_label].get(name.lower())
        owner = admin.site._registry.get(found) if found else None  # noqa: SLF001  no public way to ask
        return owner is not None and owner.has_view_or_change_permission(request)
    scope = scope_of(request.user, on=timezone.localdate())
    if entry.own:
        return scope.person_id is not None
    return scope.superuser or scope.has(*entry.roles)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu as unfold draws it: groups without an entry are left out."""
    groups = []
    for title, entries in MENU:
        items = [item for entry in entries if (item := item_of(request, entry))]
        if items:
            groups.append({"title": title, "separator": False, "collapsible": False, "items": items})
    return groups


def item_of(request: HttpRequest, entry: Entry) -> dict[str, Any] | None:
    """Return one entry as unfold draws it, or None."""
    try:
        address = reverse(entry.url)
    except NoReverseMatch:
        return None
    if not may_see(request, entry):
        return None
    item = {"title": entry.title, "icon": entry.icon, "link": address, **badge_of(request, entry.url)}
    if entry.own and (count := unread_count(request.user)):
        # Unread is not late: red is for that.
        item |= {"badge": count, "badge_variant": "primary"}
    return item


def badge_of(request: HttpRequest, url: str) -> dict[str, Any]:
    """Return the count beside an entry, where this request has counted; other pages fetch the counts afterwards.

    The counts are those of the list itself, so that no page but the list's pays for them.
    """
    count = request.__dict__.get("keji_badges", {}).get(url, 0)
    if not count:
        return {}
    urgent = url == "admin:index"
    return {
        "badge": count,
        "badge_variant": "danger" if urgent else "primary",
        "badge_style": "solid" if urgent else "",
    }


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links of the user's own menu: the password is changed where everybody changes it."""
    return [{"title": _("Change password"), "link": reverse("account_change_password")}]


def languages(_request: HttpRequest) -> list[dict[str, str]]:
    """Return the languages by the names used in the portal."""
    return [{"code": code, "name_local": str(name)} for code, name in settings.LANGUAGES]
