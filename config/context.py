"""What every page of the portal knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from config.admin_site import ROLES as ADMIN_ROLES
from staff.access import LEADING, Scope, current_assignments, scope_of
from staff.models import User
from staff.services.messages import unread_count

BACK_OFFICE = ("hr", "finance", "general_office")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the portal in the menu: its words, its icon, and whether the reader is in it."""

    label: str
    icon: str
    address: str
    here: bool


def site(request: HttpRequest) -> dict[str, object]:
    """Return languages, the menu of the reader's roles, where the reader works and how much is unread.

    They are read only by pages that show them; a log-in page asks the database nothing.
    """
    return {
        "languages": settings.LANGUAGES,
        "menu": SimpleLazyObject(partial(menu, request)),
        "workplace": SimpleLazyObject(partial(workplace, request)),
        "unread": SimpleLazyObject(partial(unread, request)),
    }


def menu(request: HttpRequest) -> list[Entry]:
    """Return the places the reader's roles have; what does not exist is not drawn."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    scope = scope_of(user, on=timezone.localdate())
    return [entry_of(request, *place) for place in places(scope)]


def places(scope: Scope) -> list[tuple[str, str, str]]:
    """Return label, icon and URL name of each place for these roles."""
    found = [(str(_("Home")), "home", "home")]
    if scope.has(*LEADING):
        found.append((str(_("The month")), "team", "board"))
        if scope.has("supervisor"):
            found.append((str(_("Spot checks")), "chat", "checks"))
            found.append((str(_("Work summaries")), "pencil", "summaries"))
            found.append((str(_("Hour by hour")), "clock", "hours"))
    if scope.person_id and not scope.has("director", *BACK_OFFICE) and not scope.has(*LEADING):
        found.append((str(_("My cards")), "card", "cards"))
        found.append((str(_("Spot checks")), "chat", "my_checks"))
        found.append((str(_("Work summary")), "pencil", "my_summary"))
    if scope.superuser or scope.has(*ADMIN_ROLES):
        found.append((str(_("Administration")), "gear", "admin:index"))
    return found


def unread(request: HttpRequest) -> int:
    """Return how many messages wait for the reader."""
    return unread_count(getattr(request, "user", None))


def entry_of(request: HttpRequest, label: str, icon: str, name: str) -> Entry:
    """Return a menu entry, marked where the reader is in its place."""
    address = reverse(name)
    here = request.path == address if address == "/" else request.path.startswith(address)
    return Entry(label, icon, address, here)


def workplace(request: HttpRequest) -> str:
    """Return the name of the unit the reader belongs to today, or nothing."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.person_id is None:
        return ""
    today = timezone.localdate()
    own = current_assignments(today).filter(person_id=user.person_id).select_related("unit").first()
    return own.unit.name if own else ""
