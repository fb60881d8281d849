"""Reference data in and out by sheet: look at what a sheet would do, then write it, or nothing of it."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.results import Result
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from staff.admin.base import RoleAdmin, scope, user_of
from staff.resource_files import SheetCsv, SheetFault, SheetXlsx
from staff.resources import SheetResource
from staff.sheets.archives import Refused
from staff.sheets.refusals import sentence_of

logger = logging.getLogger(__name__)

MAX_BYTES = 5 * 1024 * 1024
STAGED_FOR = 3600  # seconds between the look and the writing
FAULTS_SHOWN = 200


class FileForm(forms.Form):
    """The file to hand in."""

    import_file = forms.FileField(
        label=_("File"), widget=UnfoldAdminFileFieldWidget({"accept": ".xlsx,.csv", "required": True})
    )


class ConfirmForm(forms.Form):
    """Which staged sheet to write. The format is told by what the file holds: there is one way to read it."""

    import_file_name = forms.UUIDField(widget=forms.HiddenInput)
    format = forms.ChoiceField(choices=[("0", "0")], widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Stage:
    """A sheet its sender has looked at: the file, and the digest of the changes shown."""

    content: bytes
    shown: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: in which row of the file (0: the whole), which column, what."""

    where: int
    column: str
    text: str


def _key(request: HttpRequest, owner: ReferenceSheets, name: str) -> str:
    # The user is part of the key: somebody else's name leads nowhere.
    return f"reference-sheet-{user_of(request).pk}-{owner.opts.label_lower}-{name}"


def faults_of(result: Result, resource: SheetResource) -> list[Fault]:
    """Return everything wrong with a sheet, in the order of its rows."""
    found = []
    for error in result.base_errors:
        found += [Fault(0, "", line) for line in _sentence(error.error).splitlines()]
    for row in result.error_rows:
        found += [Fault(resource.row_of(row.number), "", _sentence(error.error)) for error in row.errors]
    for row in result.invalid_rows:
        number = resource.row_of(row.number)
        for attribute, texts in row.error_dict.items():
            found += [Fault(number, resource.header_of(attribute), text) for text in texts]
    return sorted(found, key=lambda fault: fault.where)


def _sentence(error: Exception) -> str:
    if isinstance(error, SheetFault):
        return str(error)
    logger.error("A row of a sheet was refused unexpectedly", exc_info=error)
    return gettext("This could not be written; check the values and hand the sheet in again.")


def digest_of(result: Result) -> str:
    """Return a digest of what a sheet changes, to see whether it still changes the same."""
    seen = repr([(row.import_type, [str(cell) for cell in row.diff or ()]) for row in result.rows])
    return hashlib.sha256(seen.encode()).hexdigest()


class ReferenceSheets(ImportExportMixin, RoleAdmin):
    """A model with few rows, whose list also goes out and comes in as a sheet."""

    export_formats: ClassVar = [SheetXlsx, SheetCsv]
    import_formats: ClassVar = [SheetXlsx]
    export_form_class = ExportForm
    import_template_name = "staff/admin/reference_import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A sheet may be about anybody: HR of the whole company hands it in."""
        return scope(request).everything and self.has_add_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever reads the list takes it away; it holds the rows that exist for the reader."""
        return self.has_view_permission(request)

    def import_action(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Show the form, or what a handed-in sheet would do; nothing is written."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form=form)
        file = form.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            too_big = Refused("too_big_file", megabytes=MAX_BYTES // 1024**2)
            return self._page(request, form=form, faults=[Fault(0, "", sentence_of(too_big))])
        return self._look(request, form, file.read())

    def _look(self, request: HttpRequest, form: FileForm, content: bytes) -> HttpResponse:
        result, faults = self._run(request, content, dry_run=True)
        if result is None or faults:
            return self._page(request, form=form, faults=faults)
        name = str(uuid4())
        cache.set(_key(request, self, name), Stage(content, digest_of(result)), STAGED_FOR)
        confirm = ConfirmForm(initial={"import_file_name": name, "format": "0"})
        return self._page(request, form=form, result=result, confirm_form=confirm)

    def process_import(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Write a staged sheet, once, if it still does what was shown."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse(f"admin:{self._address()}_import"))
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            raise BadRequest
        key = _key(request, self, str(form.cleaned_data["import_file_name"]))
        stage = cache.get(key)
        if stage is None or not cache.delete(key):
            raise Http404
        with transaction.atomic():
            result, faults = self._run(request, stage.content, dry_run=False)
            if result is not None and not faults and digest_of(result) != stage.shown:
                text = gettext("The stored rows have changed since you looked. Hand the sheet in again.")
                faults = [Fault(0, "", text)]
            if faults:
                transaction.set_rollback(True)
        if result is None or faults:
            return self._page(request, form=FileForm(), faults=faults)
        words = gettext("The sheet is written: %(new)s new rows, %(update)s changed, %(skip)s as they were.")
        messages.success(request, words % result.totals)
        return HttpResponseRedirect(reverse(f"admin:{self._address()}_changelist"))

    def _run(
        self, request: HttpRequest, content: bytes, *, dry_run: bool
    ) -> tuple[Result | None, list[Fault]]:
        """Read a file and import it. With `raise_errors` off the library names every fault, and undoes all."""
        try:
            rows = SheetXlsx().create_dataset(content)
        except Refused as refusal:
            return None, [Fault(0, "", sentence_of(refusal))]
        except SheetFault as fault:
            return None, [Fault(0, "", str(fault))]
        resource: SheetResource = self.resource_classes[0]()
        result = resource.import_data(
            rows,
            dry_run=dry_run,
            raise_errors=False,
            rollback_on_validation_errors=True,
            user=user_of(request),
        )
        return result, faults_of(result, resource)

    def _address(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _page(
        self,
        request: HttpRequest,
        *,
        form: FileForm,
        faults: list[Fault] | None = None,
        result: Result | None = None,
        confirm_form: ConfirmForm | None = None,
    ) -> HttpResponse:
        known = faults or []
        resource: SheetResource = self.resource_classes[0]()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import"),
            "opts": self.opts,
            "form": form,
            "problems": known[:FAULTS_SHOWN],
            "more_problems": max(0, len(known) - FAULTS_SHOWN),
            "columns": resource.get_diff_headers(),
            "result": result,
            "changes": [row for row in result.rows if not row.is_skip()] if result else [],
            "confirm_form": confirm_form,
            "address": self._address(),
        }
        return TemplateResponse(request, self.import_template_name, context)
