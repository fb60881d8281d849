"""What every page of the admin shares: rights by role, the door of each kind of object, history to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from staff.access import Scope, people_below, scope_of
from staff.models import User

HR = frozenset({"hr"})
NOBODY: frozenset[str] = frozenset()


def scope(request: HttpRequest) -> Scope:
    """Return what the user's roles reach today."""
    return scope_of(request.user, on=timezone.localdate())


def user_of(request: HttpRequest) -> User:
    """Return who is logged in. Raises PermissionDenied for nobody."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class ByRole:
    """Rights by role: `writers` add and change, `readers` look, nobody deletes unless `deletes` says so."""

    writers: ClassVar[frozenset[str]] = HR
    readers: ClassVar[frozenset[str]] = NOBODY
    # Who finds these rows in pickers of other pages without having a page of them.
    pickers: ClassVar[frozenset[str]] = NOBODY
    deletes: ClassVar[bool] = False
    # The path from a row to its person or unit: rows outside the reader's branch do not exist for the reader.
    of_person: ClassVar[str] = ""
    of_unit: ClassVar[str] = ""

    def may(self, request: HttpRequest, roles: frozenset[str]) -> bool:
        """Whether the user holds one of the roles today."""
        found = scope(request)
        return found.superuser or found.has(*roles)

    def may_write(self, request: HttpRequest) -> bool:
        """Whether the user writes: what belongs to no branch is changed by HR of the whole company."""
        found = scope(request)
        if self.of_person or self.of_unit or found.everything:
            return self.may(request, self.writers)
        return found.has(*(self.writers - HR))

    def may_pick(self, request: HttpRequest) -> bool:
        """Whether the user finds these rows in pickers."""
        return self.may(request, self.writers | self.readers | self.pickers)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model's app is drawn."""
        return self.may(request, self.writers | self.readers)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may look."""
        return self.may(request, self.writers | self.readers)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may add."""
        return self.may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may change."""
        return self.may_write(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may delete; most rows are kept for ever."""
        return self.deletes and self.may_write(request)

    def has_view_or_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may look or change."""
        return self.has_view_permission(request, obj) or self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the small menus beside pickers: what they pick has its own place in the menu."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        for flag in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if field is not None and hasattr(field.widget, flag):
                setattr(field.widget, flag, False)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Accept only what exists for the user, whatever the form was made to send."""
        owner = self.admin_site._registry.get(db_field.remote_field.model)  # type: ignore[attr-defined]  # noqa: SLF001
        if isinstance(owner, RoleAdmin) and owner.may_pick(request):
            kwargs.setdefault("queryset", owner.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def within(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the branches in which the user holds one of the roles."""
        found = scope(request)
        if found.everything or not (self.of_person or self.of_unit):
            return rows
        known = self.writers | self.readers | self.pickers
        paths = [path for role in known for path in found.roles.get(role, ())]
        if self.of_person:
            people = people_below(paths, on=timezone.localdate())
            key = "pk" if self.of_person == "self" else self.of_person
            return rows.filter(**{f"{key}__in": people})
        reach = Q(pk__in=[])
        prefix = "" if self.of_unit == "self" else f"{self.of_unit}__"
        for path in paths:
            reach |= Q(**{f"{prefix}path__startswith": path})
        return rows.filter(reach)


class RoleAdmin(ByRole, SimpleHistoryAdmin, ModelAdmin):
    """A model's pages. Subclasses say who reads and writes, and which rows exist for whom."""

    list_per_page = 25
    list_fullwidth = True
    actions_on_top = True
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that exist for the user: the door of lists, pages, autocomplete and actions."""
        return self.within(request, super().get_queryset(request))

    def has_view_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever may look at an object may look at its history."""
        return self.has_view_permission(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes history."""
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Show an object's history, which exists for those for whom the object exists."""
        if self.get_object(request, object_id) is None or not hasattr(self.model, "history"):
            raise Http404
        page: HttpResponse = super().history_view(request, object_id, extra_context)
        return page

    def history_form_view(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Earlier versions are read in the list of changes; there is no page to bring one back."""
        raise Http404

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Rows are deleted one by one, if at all."""
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found


class ReadOnlyAdmin(RoleAdmin):
    """A model that is looked at here and written elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class OfParent(ByRole):
    """Rows on a parent's page: the parent is their door, and decides whether its page is changed at all."""

    def may_write(self, request: HttpRequest) -> bool:
        """Whether the user writes rows of this kind."""
        return self.may(request, self.writers)


class RoleTabular(OfParent, TabularInline):
    """Rows of a parent, as a table."""

    extra = 0
    hide_title = True


class RoleStacked(OfParent, StackedInline):
    """Rows of a parent, as forms."""

    extra = 0
