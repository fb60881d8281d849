"""People in and out by sheet: hand in, look at what it would do, write it; or take all away as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from staff.admin.base import scope, user_of
from staff.models import EmploymentKind, SheetImport
from staff.services import Change, SheetRefused, people_imports
from staff.services.people_imports import SheetOvertaken
from staff.services.people_sheet import COLUMNS, MAX_ROWS, people_file

if TYPE_CHECKING:
    from staff.admin.people import PersonAdmin

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
ROWS_A_PAGE = 50
FAULTS_SHOWN = 200


class FileForm(forms.Form):
    """The file to hand in."""

    file = forms.FileField(
        label=_("File"), widget=UnfoldAdminFileFieldWidget({"accept": ".xlsx,.csv", "required": True})
    )


class PeopleSheets:
    """The pages about sheets of people, beside the list of people."""

    def __init__(self, owner: PersonAdmin) -> None:
        self.owner = owner

    def urls(self) -> list[URLPattern]:
        """Return the addresses, each behind the admin's door."""
        door = self.owner.admin_site.admin_view
        return [
            path("import/", door(self.hand_in), name="staff_person_import"),
            path("import/<uuid:public_id>/", door(self.look), name="staff_person_import_look"),
            path(
                "import/<uuid:public_id>/write/",
                door(require_POST(self.write)),
                name="staff_person_import_write",
            ),
            path(
                "import/<uuid:public_id>/drop/",
                door(require_POST(self.drop)),
                name="staff_person_import_drop",
            ),
            path("export/<slug:kind>/", door(self.export), name="staff_person_export"),
        ]

    def hand_in(self, request: HttpRequest) -> HttpResponse:
        """Take a file in, or show the form with what is wrong with the file."""
        self._only_hr(request)
        problems: list[Any] = []
        if request.method == "POST":
            file = request.FILES.get("file")
            if file is None:
                messages.error(request, _("Choose a file first."))
            elif (file.size or 0) > people_imports.MAX_BYTES:
                messages.error(request, _("The file is larger than 10 MB. Import it in parts."))
            else:
                try:
                    sheet = people_imports.hand_in(file.read(), name=file.name or "", by=user_of(request))
                except SheetRefused as refusal:
                    problems = refusal.problems
                else:
                    return HttpResponseRedirect(_address("look", sheet))
        context = self._context(request, _("Import people"))
        context |= {
            "form": FileForm(),
            "columns": COLUMNS,
            "most": MAX_ROWS,
            "problems": problems[:FAULTS_SHOWN],
            "more_problems": max(len(problems) - FAULTS_SHOWN, 0),
            "earlier": SheetImport.objects.visible_to(request.user)[:5],
        }
        status = 400 if problems else 200
        return TemplateResponse(request, "staff/admin/people_import.html", context, status=status)

    def look(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show what a sheet would do, or how far the work on it is."""
        sheet = self._sheet(request, public_id)
        people_imports.settle(sheet)
        shown = people_imports.preview(sheet)
        page = Paginator(by_row(shown.outcome.changes), ROWS_A_PAGE).get_page(request.GET.get("page"))
        context = self._context(request, sheet.name)
        context |= {"sheet": sheet, "shown": shown, "page": page, "problems": shown.problems[:FAULTS_SHOWN]}
        return TemplateResponse(request, "staff/admin/people_preview.html", context)

    def write(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Write a sheet as it was shown."""
        sheet = self._sheet(request, public_id)
        try:
            sheet = people_imports.confirm(
                sheet, by=user_of(request), shown_hash=request.POST.get("shown", "")
            )
        except SheetOvertaken as reason:
            messages.error(request, reason.args[0])
        else:
            if sheet.state == SheetImport.State.WRITTEN:
                text = ngettext("%(count)s row is written.", "%(count)s rows are written.", sheet.rows)
                messages.success(request, text % {"count": sheet.rows})
            elif sheet.state == SheetImport.State.SHOWN:
                text = gettext(
                    "The data changed after the preview. Nothing was written; look at the new one."
                )
                messages.warning(request, text)
        return HttpResponseRedirect(_address("look", sheet))

    def drop(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Give a sheet up."""
        people_imports.drop(self._sheet(request, public_id))
        messages.info(request, _("The sheet was dropped. Nothing of it was written."))
        return HttpResponseRedirect(reverse("admin:staff_person_import"))

    def export(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the people that exist for the reader, as a file that can be imported again."""
        if kind not in TYPES:
            raise Http404
        content = people_file(self.owner.get_queryset(request), kind=kind)
        day = timezone.localdate().isoformat()
        name = gettext("people-{day}").format(day=day) + f".{kind}"
        headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}  # noqa: FBT003
        return HttpResponse(content, content_type=TYPES[kind], headers=headers)

    def _only_hr(self, request: HttpRequest) -> None:
        """A sheet may speak of anybody: it is for HR of the whole company."""
        if not scope(request).everything:
            raise Http404

    def _sheet(self, request: HttpRequest, public_id: str) -> SheetImport:
        self._only_hr(request)
        return get_object_or_404(SheetImport.objects.visible_to(request.user), public_id=public_id)

    def _context(self, request: HttpRequest, title: Any) -> dict[str, Any]:
        return {**self.owner.admin_site.each_context(request), "opts": self.owner.opts, "title": title}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """What one row of a sheet changes."""

    where: str
    who: str
    is_new: bool
    cells: list[tuple[str, str, str]]


def by_row(changes: Sequence[Change]) -> list[ChangedRow]:
    """Return the changes row by row: what, before, after."""
    rows = []
    for (where, who), found in groupby(changes, key=lambda change: (change.where, change.who)):
        changed = list(found)
        cells = [(str(one.what), _in_words(one, one.old), _in_words(one, one.new)) for one in changed]
        is_new = any(one.key == "name" and not one.old for one in changed)
        rows.append(ChangedRow(where, who, is_new, cells))
    return rows


def _in_words(change: Change, value: str) -> str:
    if change.key == "employment_kind" and value in EmploymentKind.values:
        return str(EmploymentKind(value).label)
    return value


def _address(name: str, sheet: SheetImport) -> str:
    return reverse(f"admin:staff_person_import_{name}", args=[sheet.public_id])
