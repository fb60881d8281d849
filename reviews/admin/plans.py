"""Plans in the back office: their versions, and the editor that needs no JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews import plans
from reviews.admin.matrix import shops_read
from reviews.admin.plan_sheet import PlanSheets, SheetForm
from reviews.matrix import gate
from reviews.models import Plan, PlanAssignment, PlanVersion
from reviews.plan_editor.acts import act
from reviews.plan_editor.drawing import Drawing
from reviews.plan_editor.page import FOLDER, NOT_SAVED, context_of, parts_of
from reviews.plan_editor.reading import read_state
from reviews.plan_editor.starting import StartForm, first_of_next_month
from reviews.plan_editor.state import PlanState, state_of
from reviews.resources import PlanAssignmentResource
from reviews.services import assigning
from staff.admin.base import HR, RoleAdmin, scope
from staff.admin.reference_sheets import ReferenceSheets
from staff.models import User

if TYPE_CHECKING:
    _Form = forms.ModelForm[PlanAssignment]
else:
    _Form = forms.ModelForm

READERS = frozenset({"manager", "director", "general_office"})


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def versions_of(request: HttpRequest) -> QuerySet[PlanVersion]:
    """Return the versions the reader may open today."""
    today = timezone.localdate()
    return PlanVersion.objects.visible_to(request.user, on=today).select_related("plan")


def sources_of(request: HttpRequest, version: PlanVersion) -> dict[str, Any]:
    """Return which lines of a version, as it is saved, nothing feeds in the reader's shops."""
    shops = list(shops_read(request))
    return {"red": gate.red_fields(version, shops, on=timezone.localdate())} if shops else {}


@admin.register(Plan)
class PlanAdmin(RoleAdmin):
    """Plans and their versions. HR edits drafts; managers and directors read what is published."""

    readers: ClassVar[frozenset[str]] = READERS
    list_display = ("name", "code", "in_force", "drafts")
    list_display_links = ("name",)
    search_fields = ("code", "name_zh", "name_en")

    @admin.display(description=gettext_lazy("plan"), ordering="code")
    def name(self, plan: Plan) -> str:
        """Return the name in the reader's language."""
        return str(plan)

    @admin.display(description=gettext_lazy("in force"))
    def in_force(self, plan: Plan) -> str:
        """Name the version in force today."""
        today = timezone.localdate()
        found = [v for v in plan.versions.all() if v.published_at and v.starts_on <= today]
        if not found:
            return "–"
        version = max(found, key=lambda v: (v.starts_on, v.number))
        return _("version %(number)s from %(day)s") % {
            "number": version.number,
            "day": version.starts_on.isoformat(),
        }

    @admin.display(description=gettext_lazy("drafts"))
    def drafts(self, plan: Plan) -> str:
        """Count the drafts."""
        count = sum(version.published_at is None for version in plan.versions.all())
        return str(count) if count else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the plans with a version the user may read; HR sees all."""
        rows = super().get_queryset(request).prefetch_related("versions")
        if self.may(request, HR):
            return rows
        return rows.filter(versions__in=versions_of(request)).distinct()

    def get_urls(self) -> list[URLPattern]:
        """Add the editor's pages before Django's own."""
        wrap = self.admin_site.admin_view
        pages = [
            path("version/<uuid:public_id>/", wrap(self.editor), name="reviews_plan_version"),
            path("version/<uuid:public_id>/preview/", wrap(self.preview), name="reviews_plan_preview"),
            path("version/<uuid:public_id>/copy/", wrap(self.copy), name="reviews_plan_copy"),
            path("version/<uuid:public_id>/delete/", wrap(self.drop), name="reviews_plan_drop"),
        ]
        return [*pages, *PlanSheets(self).urls(), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Start a plan: from nothing, or from one that ships."""
        self.writers_only(request)
        form = StartForm(request.POST or None, today=timezone.localdate())
        if request.method == "POST" and form.is_valid():
            starts_on = form.cleaned_data["starts_on"]
            version = plans.create_draft(form.plan(), starts_on=starts_on, by=_user(request))
            return redirect("admin:reviews_plan_version", version.public_id)
        return self._page(request, "add", title=_("New plan"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a plan's versions and whom it is for."""
        if not object_id.isdecimal():
            raise Http404
        plan = get_object_or_404(self.get_queryset(request), pk=object_id)
        return self._page(
            request,
            "versions",
            title=str(plan),
            plan=plan,
            versions=versions_of(request).filter(plan=plan).select_related("published_by__person"),
            assigned=PlanAssignment.objects.filter(plan=plan).select_related("unit", "position"),
            may_edit=self.edits(request),
            sheet_form=SheetForm(),
        )

    def editor(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show a version; a draft is edited, saved and published here."""
        version = get_object_or_404(versions_of(request), public_id=public_id)
        frozen = version.published_at is not None
        if request.method != "POST":
            state = state_of(plans.to_core(version), starts_on=version.starts_on, note=version.note)
            return self._editor(request, version, state, plain=frozen or not self.edits(request))
        self.writers_only(request)
        if frozen:
            said = _("%(version)s is published and cannot be changed.") % {"version": version}
            messages.error(request, said)
            return redirect("admin:reviews_plan_version", version.public_id)
        state, action = read_state(request.POST), request.POST.get("do", "save")
        if action not in ("save", "publish"):
            act(state, action, request.POST)
            return self._editor(request, version, state)
        return self._save(request, version, state, action)

    def _save(
        self, request: HttpRequest, version: PlanVersion, state: PlanState, action: str
    ) -> HttpResponse:
        """Save the whole form or nothing, and publish it where that was asked."""
        drawing = Drawing.of(state, code=version.plan.code)
        starts_on = drawing.reader.day("starts_on", state.starts_on)
        if drawing.reader.errors or starts_on is None:
            messages.error(request, NOT_SAVED)
            return self._editor(request, version, state, status=400)
        user = _user(request)
        try:
            plans.save_draft(version, drawing.plan, by=user, starts_on=starts_on, note=state.note)
            done = _("Saved.")
            if action == "publish":
                now = timezone.now()
                plans.publish(version, by=user, at=now, on=timezone.localdate(now))
                done = _("Published. Cards of the months from then on follow this version.")
        except plans.PlanRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return redirect("admin:reviews_plan_version", version.public_id)

    def preview(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Return what the page shows for the form as it stands; nothing is saved."""
        version = get_object_or_404(versions_of(request), public_id=public_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.writers_only(request)
        state, action = read_state(request.POST), request.POST.get("do", "")
        focus = act(state, action, request.POST) if action else ""
        drawing = Drawing.of(state, code=version.plan.code)
        context = context_of(version, drawing, today=timezone.localdate())
        if action:
            context["sources"] = sources_of(request, version)
            body = render_to_string(f"{FOLDER}/form.html", context, request)
            return JsonResponse({"parts": {"plan-form": body}, "focus": focus})
        return JsonResponse(
            {"parts": parts_of(request, drawing, context), "errors": drawing.reader.errors, "focus": ""}
        )

    def copy(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Begin the plan's next version with this one's content."""
        version = get_object_or_404(versions_of(request), public_id=public_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.writers_only(request)
        starts_on = first_of_next_month(max(timezone.localdate(), version.starts_on))
        made = plans.new_version(version, starts_on=starts_on, by=_user(request))
        return redirect("admin:reviews_plan_version", made.public_id)

    def drop(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Ask, then delete a draft."""
        version = get_object_or_404(versions_of(request), public_id=public_id)
        self.writers_only(request)
        if request.method != "POST":
            return self._page(request, "drop", title=_("Delete a draft"), version=version)
        try:
            plans.delete_draft(version, by=_user(request))
            messages.success(request, _("The draft is deleted."))
        except plans.PlanRefused as error:
            messages.error(request, str(error))
        return redirect("admin:reviews_plan_changelist")

    def versions(self, request: HttpRequest) -> QuerySet[PlanVersion]:
        """Return the versions the reader may open today."""
        return versions_of(request)

    def edits(self, request: HttpRequest) -> bool:
        """Whether the user edits plans: they hold for every branch, so HR of the whole company does."""
        return scope(request).everything

    def writers_only(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for whoever only reads."""
        if not self.edits(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "folder": FOLDER}
        return render(request, f"{FOLDER}/{name}.html", {**shared, **context}, status=status)

    def _editor(
        self,
        request: HttpRequest,
        version: PlanVersion,
        state: PlanState,
        *,
        plain: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        drawing = Drawing.of(state, code=version.plan.code, plain=plain)
        context = context_of(version, drawing, today=timezone.localdate())
        return self._page(
            request,
            "editor",
            status=status,
            title=str(version),
            may_edit=self.edits(request),
            sources=sources_of(request, version),
            **context,
        )


class AssignmentForm(_Form):
    """Says which plan scores a unit's position; only what is published scores anybody."""

    class Meta:
        model = PlanAssignment
        fields: ClassVar = ["plan", "unit", "position", "employment_kind", "starts_on"]

    def clean(self) -> dict[str, Any] | None:
        """Refuse a plan that is not published by then, or of which a line has no source in a shop below."""
        data = super().clean() or {}
        plan, unit, starts_on = data.get("plan"), data.get("unit"), data.get("starts_on")
        if plan is not None and unit is not None and starts_on is not None:
            try:
                assigning.check(plan, unit, starts_on=starts_on, on=timezone.localdate())
            except ValidationError as refused:
                if "red_fields" not in {one.code for one in refused.error_list}:
                    raise
                link = format_html(
                    '<a href="{}?plan={}">{}</a>',
                    reverse("admin:reviews_linesource_changelist"),
                    plan.code,
                    _("Open the matrix"),
                )
                raise ValidationError([*refused.messages, link]) from refused
        return data


@admin.register(PlanAssignment)
class PlanAssignmentAdmin(ReferenceSheets):
    """Which plan a unit's position is scored by."""

    resource_classes: ClassVar = [PlanAssignmentResource]
    form = AssignmentForm
    readers: ClassVar[frozenset[str]] = READERS
    deletes = True
    list_display = ("unit", "position", "employment_kind", "plan", "starts_on")
    list_select_related = ("unit", "position", "plan")
    fields: ClassVar = ["plan", "unit", "position", "employment_kind", "starts_on"]

    def save_model(
        self, request: HttpRequest, obj: PlanAssignment, form: forms.ModelForm[PlanAssignment], change: Any
    ) -> None:
        """Assign by the service, and say of which shops nothing is known yet."""
        verdict = assigning.assign(obj, on=timezone.localdate())
        if verdict.without_figures:
            said = _("These shops have no figures yet, so nothing is known of their lines: %(shops)s.")
            names = "、".join(shop.name for shop in verdict.without_figures)
            messages.warning(request, said % {"shops": names})
