"""HR's page of import profiles: map any sheet from a sample, see its rows as they would be read, save it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.admin.figures import said
from reviews.figures.cells import shown
from reviews.figures.formats import Kind, Unit
from reviews.figures.importing import Refused
from reviews.figures.profiles.guessing import fields_of, guess_columns, guess_place
from reviews.figures.profiles.registry import format_of
from reviews.figures.profiles.samples import Sample, SampleSheet, header_rows
from reviews.figures.profiles.trying import UNITS, Draft, Given, labels_of, try_rows
from reviews.models import ImportBatch, ImportFile, ImportProfile
from reviews.services import profiles
from staff.admin.base import ReadOnlyAdmin, scope, user_of
from staff.sheets.archives import letters

FOLDER = "admin/reviews/profiles"
KINDS = {kind.value: Kind(kind.value) for kind in ImportProfile.Kind}
GRID_ROWS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Which rows of a sample are looked at: its sheet from 0, the header's row, and whose figures they are."""

    kind: Kind
    sheet: int
    row: int
    encoding: str


@admin.register(ImportProfile)
class ImportProfileAdmin(ReadOnlyAdmin):
    """Import profiles."""

    search_fields = ("name",)

    def get_urls(self) -> list[URLPattern]:
        """Add the page's own actions before Django's."""
        wrap = self.admin_site.admin_view
        posts = [
            path(address, wrap(require_POST(view)), name=f"reviews_importprofile_{name}")
            for name, address, view in (
                ("sample", "sample/", self.sample_view),
                ("from_file", "sample/<int:batch>/<int:file>/", self.from_file_view),
                ("choose", "choose/<int:batch>/<int:file>/", self.choose_view),
                ("rename", "<int:pk>/rename/", self.rename_view),
                ("activate", "<int:pk>/activate/", self.activate_view),
                ("retire", "<int:pk>/retire/", self.retire_view),
            )
        ]
        mapping = path("map/<uuid:name>/", wrap(self.map_view), name="reviews_importprofile_map")
        return [*posts, mapping, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the profiles with what they brought, and where to begin a new one."""
        self._require(request)
        own = ImportFile.objects.filter(
            batch__in=_batches(request), batch__applied_at__isnull=False, format__startswith="profile_"
        )
        uses = {
            row["format"]: row
            for row in own.values("format").annotate(
                many=Count("batch", distinct=True), last=Max("batch__applied_at")
            )
        }
        found = list(
            self.get_queryset(request).annotate(many_columns=Count("columns")).order_by("-active", "name")
        )
        rows = [(one, uses.get(one.code, {"many": 0, "last": None})) for one in found]
        return self._page(request, "list.html", title=_("Import profiles"), rows=rows)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one profile: its columns, the batches it read, and what may be done with it."""
        profile = self._profile(
            request, int(object_id) if object_id.isdecimal() and object_id.isascii() else 0
        )
        labels = labels_of(KINDS[profile.kind])
        used = _batches(request).filter(files__format=profile.code, applied_at__isnull=False).distinct()
        return self._page(
            request,
            "profile.html",
            title=profile.name,
            profile=profile,
            columns=[(c, labels.get(c.meaning, ""), UNITS[Unit(c.unit)]) for c in profile.columns.all()],
            used=used.select_related("shop").order_by("-pk")[:20],
            in_use=profiles.in_use(profile),
            may_change=profiles.may_change(profile, by=user_of(request), scope=scope(request)),
            told_by_header=format_of(profile).told_by_header,
            encodings=ImportProfile.Encoding.choices,
        )

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        """Keep an uploaded sample and go on to its columns."""
        self._require(request)
        based_on, edits = _number(request.POST.get("based_on")), _number(request.POST.get("edits"))
        if edits:
            self._changeable(request, edits)
        elif based_on:
            self._profile(request, based_on)
        try:
            name = profiles.stage_upload(
                request.FILES.get("sample"), by=user_of(request), based_on=based_on, edits=edits
            )
        except ValidationError as refused:
            messages.error(request, said(refused))
            return redirect("admin:reviews_importprofile_changelist")
        return redirect("admin:reviews_importprofile_map", name)

    def from_file_view(self, request: HttpRequest, batch: int, file: int) -> HttpResponse:
        """Take a file of an import as the sample."""
        self._require(request)
        found = _batch_of(request, batch, file)
        try:
            name = profiles.stage_file(found, file_id=file, by=user_of(request))
        except ValidationError as refused:
            messages.error(request, said(refused))
            return redirect("admin:reviews_importbatch_change", found.pk)
        return redirect("admin:reviews_importprofile_map", name)

    def choose_view(self, request: HttpRequest, batch: int, file: int) -> HttpResponse:
        """Read a file of an import by the profile that was chosen."""
        self._require(request)
        found = _batch_of(request, batch, file)
        profile = self._profile(request, _number(request.POST.get("profile")))
        try:
            profiles.choose(found, file_id=file, profile=profile, by=user_of(request))
        except (ValidationError, Refused) as refused:
            messages.error(request, said(refused))
        return redirect("admin:reviews_importbatch_change", found.pk)

    def map_view(self, request: HttpRequest, name: UUID) -> HttpResponse:
        """Show a sample's rows and columns; try or save what a person says of them."""
        self._require(request)
        try:
            sample = profiles.staged(name, by=user_of(request))
            if sample.edits:
                self._changeable(request, sample.edits)
            if request.method != "POST":
                return self._mapping(request, name, sample, _place(request.GET, sample))
            return self._tried(request, name, sample)
        except profiles.NotStaged as gone:
            raise Http404 from gone

    def _tried(self, request: HttpRequest, name: UUID, sample: Sample) -> HttpResponse:
        place = _place(request.POST, sample, strict=True)
        sheet = sample.sheets(place.encoding)[place.sheet]
        draft = _draft(request.POST, sheet, place)
        saving = request.POST.get("act") == "save"
        title = " ".join(request.POST.get("name", "").split())
        if saving and request.POST.get("tried") != draft.digest():
            # What was shown was another mapping: nothing is saved that nobody has seen read.
            messages.warning(request, _("Look at how the rows are read now, then save."))
        elif saving:
            try:
                profile, batch = profiles.save(
                    name, draft, sheet=place.sheet, row=place.row, name=title, by=user_of(request)
                )
            except ValidationError as refused:
                return self._mapping(request, name, sample, place, draft=draft, wrong=refused.messages)
            messages.success(
                request,
                _("“%(name)s” is saved; its files are recognised from now on.") % {"name": profile.name},
            )
            if batch is not None:
                return redirect("admin:reviews_importbatch_change", batch.pk)
            return redirect("admin:reviews_importprofile_change", profile.pk)
        wrong = profiles.problems(draft, sheet, place.row, sample=sample)
        return self._mapping(request, name, sample, place, draft=draft, wrong=wrong)

    def _mapping(
        self,
        request: HttpRequest,
        name: UUID,
        sample: Sample,
        place: Place,
        *,
        draft: Draft | None = None,
        wrong: list[str] | None = None,
    ) -> HttpResponse:
        sheets = sample.sheets(place.encoding)
        sheet = sheets[place.sheet]
        if draft is None:
            draft = _guessed(sample, sheet, place)
            wrong = profiles.problems(draft, sheet, place.row, sample=sample)
        edited = ImportProfile.objects.filter(pk=sample.edits).first() if sample.edits else None
        return self._page(
            request,
            "map.html",
            title=_("Columns of a sheet"),
            sample=sample,
            staged_as=name,
            place=place,
            sheets=list(enumerate(one.name for one in sheets)),
            kinds=ImportProfile.Kind.choices,
            header_rows=header_rows(sheet),
            encodings=ImportProfile.Encoding.choices if len(sample.readings) > 1 else [],
            ask_encoding=sample.unmarked and draft.ascii_only,
            all_encodings=ImportProfile.Encoding.choices,
            grid=_grid(sheet, place.row),
            columns=_columns(draft, sheet, place),
            fields=list(labels_of(place.kind).items()),
            units=[(unit.value, label) for unit, label in UNITS.items()],
            wrong=wrong or [],
            trial=try_rows(draft, sheet, place.row) if draft.stored else None,
            digest=draft.digest(),
            named=request.POST.get("name", edited.name if edited else ""),
            edited=edited,
        )

    def rename_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep a profile's other name or encoding."""
        profile = self._changeable(request, pk)
        name = " ".join(request.POST.get("name", "").split())
        try:
            profiles.rename(profile, name=name, encoding=request.POST.get("encoding", ""))
        except ValidationError as refused:
            messages.error(request, said(refused))
        else:
            messages.success(request, _("Saved."))
        return redirect("admin:reviews_importprofile_change", pk)

    def activate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let files be recognised by a profile again."""
        return self._switch(request, pk, active=True)

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Recognise no more files by a profile; what it brought stays."""
        return self._switch(request, pk, active=False)

    def _switch(self, request: HttpRequest, pk: int, *, active: bool) -> HttpResponse:
        profile = self._changeable(request, pk)
        try:
            profiles.set_active(profile, active=active)
        except ValidationError as refused:
            messages.error(request, said(refused))
        return redirect("admin:reviews_importprofile_change", pk)

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise Http404

    def _profile(self, request: HttpRequest, pk: int) -> ImportProfile:
        self._require(request)
        found: ImportProfile = get_object_or_404(
            self.get_queryset(request).prefetch_related("columns"), pk=pk
        )
        return found

    def _changeable(self, request: HttpRequest, pk: int) -> ImportProfile:
        profile = self._profile(request, pk)
        if not profiles.may_change(profile, by=user_of(request), scope=scope(request)):
            raise PermissionDenied
        return profile

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        base = self.admin_site.each_context(request)
        return TemplateResponse(request, f"{FOLDER}/{template}", {**base, **context})


def _batches(request: HttpRequest) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.visible_to(request.user, on=timezone.localdate())


def _batch_of(request: HttpRequest, batch: int, file: int) -> ImportBatch:
    return get_object_or_404(_batches(request).filter(files__pk=file), pk=batch)


def _number(text: str | None) -> int:
    """Return a key or place from a form; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _place(data: QueryDict, sample: Sample, *, strict: bool = False) -> Place:
    """Return which rows a form speaks of, guessed where it does not say.

    Raises BadRequest for what is not there; with `strict` also where it does not say.
    """
    given = {name: str(data.get(name, "")) for name in ("kind", "sheet", "row", "encoding")}
    kind_name = given["kind"] or _kind_of(sample)
    if strict and not given["sheet"]:
        raise BadRequest
    if kind_name not in KINDS or given["encoding"] not in ("", *ImportProfile.Encoding.values):
        raise BadRequest
    sheets = sample.sheets(given["encoding"])
    sheet, row = guess_place(sample, KINDS[kind_name], encoding=given["encoding"])
    if given["sheet"] and (chosen := _index(given["sheet"], len(sheets))) != sheet:
        sheet, row = chosen, next(iter(header_rows(sheets[chosen])), 0)
    asked = _number(given["row"])
    if asked in header_rows(sheets[sheet]):
        row = asked
    elif strict:
        raise BadRequest
    return Place(KINDS[kind_name], sheet, row, given["encoding"])


def _index(text: str, many: int) -> int:
    """Return a sheet's place from a form. Raises BadRequest where there is none."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 6 or int(text) >= many:
        raise BadRequest
    return int(text)


def _kind_of(sample: Sample) -> str:
    profile = ImportProfile.objects.filter(pk=sample.edits or sample.based_on).first()
    return profile.kind if profile else ImportProfile.Kind.AGENT.value


def _guessed(sample: Sample, sheet: SampleSheet, place: Place) -> Draft:
    before = profiles.before(sample.edits or sample.based_on)
    found = guess_columns(sheet, place.row, place.kind, before=before)
    headers = sheet.header(place.row)
    columns = tuple(Given(index, headers[index], *found[index]) for index in headers)
    return Draft(place.kind, columns, place.encoding)


def _draft(data: QueryDict, sheet: SampleSheet, place: Place) -> Draft:
    """Return the mapping a form states. Raises BadRequest for fields and units that are not offered."""
    fields, units = fields_of(place.kind), {unit.value: unit for unit in UNITS}
    columns = []
    for index, header in sheet.header(place.row).items():
        meaning, unit = data.get(f"meaning-{index}", ""), data.get(f"unit-{index}", Unit.TEXT.value)
        if (meaning and meaning not in fields) or unit not in units:
            raise BadRequest
        columns.append(Given(index, header, meaning, units[unit]))
    return Draft(place.kind, tuple(columns), place.encoding)


def _grid(sheet: SampleSheet, row: int) -> dict[str, Any]:
    width = min(sheet.width, 60)
    rows = [
        (
            number,
            number == row,
            ["" if cell is None else shown(cell) for cell in line[:width]] + [""] * (width - len(line)),
        )
        for number, line in sheet.rows.items()
    ][:GRID_ROWS]
    return {"letters": [letters(index) for index in range(width)], "rows": rows}


def _columns(draft: Draft, sheet: SampleSheet, place: Place) -> list[dict[str, Any]]:
    """Return each column for the form: its letter, header, some values and what is chosen."""
    below = [line for number, line in sheet.rows.items() if number > place.row]
    found = []
    for column in draft.columns:
        values = [
            shown(line[column.index])[:24]
            for line in below
            if column.index < len(line) and line[column.index] not in ("", None)
        ]
        found.append(
            {
                "given": column,
                "letter": letters(column.index),
                "unit": column.unit.value,
                "values": values[:3],
            }
        )
    return found
