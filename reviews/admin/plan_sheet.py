"""Plan versions out as a sheet, and a sheet in as the plan's next draft."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from reviews.plan_editor.starting import first_of_next_month
from reviews.plan_sheet import PlanSheetRefused, draft_from_sheet, plan_file
from staff.admin.base import user_of
from staff.sheets.archives import Refused
from staff.sheets.refusals import sentence_of

if TYPE_CHECKING:
    from reviews.admin.plans import PlanAdmin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 2 * 1024 * 1024
SHOWN = 50


class SheetForm(forms.Form):
    """The sheet to hand in."""

    file = forms.FileField(
        label=gettext_lazy("Sheet of this plan"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".xlsx,.csv", "required": True}),
    )


class PlanSheets:
    """The two acts about a plan's sheet, beside the plan's pages."""

    def __init__(self, owner: PlanAdmin) -> None:
        self.owner = owner

    def urls(self) -> list[URLPattern]:
        """Return the addresses, each behind the admin's door."""
        door = self.owner.admin_site.admin_view
        return [
            path(
                "version/<uuid:public_id>/sheet/", door(require_GET(self.export)), name="reviews_plan_sheet"
            ),
            path("<int:pk>/sheet/", door(require_POST(self.hand_in)), name="reviews_plan_sheet_import"),
        ]

    def export(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Return a version as a workbook."""
        version = get_object_or_404(self.owner.versions(request), public_id=public_id)
        name = f"{version.plan.code}-{version.number}.xlsx"
        headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}  # noqa: FBT003
        return HttpResponse(plan_file(version), content_type=XLSX, headers=headers)

    def hand_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the plan's next draft of a sheet, or say everything that is wrong with it."""
        if not self.owner.has_view_permission(request):
            raise Http404
        plan = get_object_or_404(self.owner.get_queryset(request), pk=pk)
        self.owner.writers_only(request)
        file = request.FILES.get("file")
        try:
            if file is None:
                raise PlanSheetRefused([(0, _("Choose a file first."))])
            if (file.size or 0) > MAX_BYTES:
                raise Refused("too_big_file", megabytes=MAX_BYTES // 1024**2)
            newest = plan.versions.order_by("-starts_on").first()
            today = timezone.localdate()
            starts_on = first_of_next_month(max(today, newest.starts_on) if newest else today)
            made = draft_from_sheet(plan, file.read(), starts_on=starts_on, by=user_of(request))
        except Refused as refused:
            messages.error(request, sentence_of(refused))
        except PlanSheetRefused as refused:
            for row, text in refused.problems[:SHOWN]:
                messages.error(
                    request, _("Row %(row)s: %(text)s") % {"row": row, "text": text} if row else text
                )
        else:
            messages.success(request, _("The sheet is a draft now; look through it and publish it."))
            return redirect("admin:reviews_plan_version", made.public_id)
        return redirect("admin:reviews_plan_change", plan.pk)
