"""A year's plan out and in by sheet: look at what would move, then write it, or nothing of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from reviews.models import TargetNode
from reviews.year_targets.saving import Saved, plan_edits, save_edits
from reviews.year_targets.sheet import COLUMNS, MAX_BYTES, SheetProblem, SheetRefused, plan_file, read_sheet
from reviews.year_targets.stored import Overtaken, hold, version_of
from reviews.year_targets.stored import Refused as PlanRefused
from reviews.year_targets.tree import Edit
from staff.admin.base import user_of
from staff.sheets.archives import Refused
from staff.sheets.refusals import sentence_of

if TYPE_CHECKING:
    from reviews.admin.year_plan import YearPlanAdmin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STAGED_FOR = 3600  # seconds between the look and the writing
MOVES_SHOWN, FAULTS_SHOWN = 500, 200


class FileForm(forms.Form):
    """The file to hand in."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".xlsx,.csv", "required": True}),
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """A sheet its sender has looked at: the file, the plan's version then, a digest of the moves shown."""

    content: bytes
    seen: str
    shown: str
    equal: bool


class YearSheets:
    """The pages about a plan's sheet, beside the plan's own page."""

    def __init__(self, owner: YearPlanAdmin) -> None:
        self.owner = owner

    def urls(self) -> list[URLPattern]:
        """Return the addresses, each behind the admin's door."""
        door = self.owner.admin_site.admin_view
        name = "reviews_targetnode_sheet"
        return [
            path("<int:pk>/sheet/", door(require_GET(self.export)), name=name),
            path("<int:pk>/sheet/import/", door(self.hand_in), name=f"{name}_import"),
            path("<int:pk>/sheet/write/", door(require_POST(self.write)), name=f"{name}_write"),
        ]

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the whole plan as a workbook."""
        root = self.owner.plan_of(request, pk, to_write=False)
        name = _("year plan %(year)s") % {"year": root.first_month.year}
        name = f"{name} {root.unit.name}.xlsx".replace("/", "-").replace("\\", "-")
        headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}  # noqa: FBT003
        return HttpResponse(plan_file(root), content_type=XLSX, headers=headers)

    def hand_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form, or what a handed-in sheet would move; nothing is written."""
        root = self.owner.plan_of(request, pk)
        file = request.FILES.get("file") if request.method == "POST" else None
        if request.method == "POST" and file is None:
            return self._page(request, root, problems=[SheetProblem(0, "", _("Choose a file first."))])
        if file is None:
            return self._page(request, root)
        if (file.size or 0) > MAX_BYTES:
            too_big = sentence_of(Refused("too_big_file", megabytes=MAX_BYTES // 1024**2))
            return self._page(request, root, problems=[SheetProblem(0, "", too_big)])
        equal = "equal" in request.POST
        content = file.read()
        try:
            edits, saved = self._look(root, content, equal=equal)
        except SheetRefused as refused:
            return self._page(request, root, problems=refused.problems)
        name = str(uuid4())
        stage = Stage(content, version_of(root), digest_of(edits, saved), equal)
        cache.set(_key(request, root, name), stage, STAGED_FOR)
        return self._page(request, root, saved=saved, name=name)

    def write(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write a staged sheet, once, if it still does what was shown."""
        root = self.owner.plan_of(request, pk)
        try:
            name = UUID(request.POST.get("name", ""))
        except ValueError:
            raise BadRequest from None
        key = _key(request, root, str(name))
        stage = cache.get(key)
        if stage is None or not cache.delete(key):
            raise Http404
        changed = SheetProblem(0, "", _("The plan has changed since you looked. Hand the sheet in again."))
        now = timezone.now()
        try:
            with transaction.atomic():
                hold(root, seen=stage.seen)
                edits, _saved = self._look(root, stage.content, equal=stage.equal)
                saved = save_edits(
                    root, edits, seen=stage.seen, by=user_of(request), at=now,
                    on=timezone.localdate(now), equal_if_missing=stage.equal,
                )  # fmt: skip
                if digest_of(edits, saved) != stage.shown:
                    raise SheetRefused([changed])
        except SheetRefused as refused:
            return self._page(request, root, problems=refused.problems)
        except (Overtaken, PlanRefused):
            return self._page(request, root, problems=[changed], status=409)
        words = _("The sheet is written: %(count)s amounts changed.")
        messages.success(request, words % {"count": len(saved.moves)})
        return HttpResponseRedirect(_plan_address(root))

    def _look(self, root: TargetNode, content: bytes, *, equal: bool) -> tuple[dict[int, Edit], Saved]:
        try:
            edits = read_sheet(root, content)
            return edits, plan_edits(root, edits, on=timezone.localdate(), equal_if_missing=equal)
        except Refused as refused:
            raise SheetRefused([SheetProblem(0, "", sentence_of(refused))]) from None
        except PlanRefused as refused:
            raise SheetRefused([SheetProblem(0, "", text) for text in refused.messages]) from None

    def _page(
        self,
        request: HttpRequest,
        root: TargetNode,
        *,
        problems: list[SheetProblem] | None = None,
        saved: Saved | None = None,
        name: str = "",
        status: int = 0,
    ) -> HttpResponse:
        known = problems or []
        context: dict[str, Any] = {
            **self.owner.admin_site.each_context(request),
            "title": _("Year plan"),
            "root": root,
            "back": _plan_address(root),
            "form": FileForm(),
            "columns": COLUMNS.values(),
            "problems": known[:FAULTS_SHOWN],
            "more_problems": max(0, len(known) - FAULTS_SHOWN),
            "saved": saved,
            "moves": saved.moves[:MOVES_SHOWN] if saved else [],
            "more_moves": max(0, len(saved.moves) - MOVES_SHOWN) if saved else 0,
            "name": name,
        }
        code = status or (400 if problems else 200)
        return TemplateResponse(request, "admin/reviews/year/sheet.html", context, status=code)


def digest_of(edits: dict[int, Edit], saved: Saved) -> str:
    """Return a digest of what a sheet changes, to see whether it still changes the same."""
    moves = sorted((move.label, str(move.old), str(move.new)) for move in saved.moves)
    return hashlib.sha256(repr((sorted(edits), moves)).encode()).hexdigest()


def _key(request: HttpRequest, root: TargetNode, name: str) -> str:
    # The user is part of the key: somebody else's name leads nowhere.
    return f"year-plan-sheet-{user_of(request).pk}-{root.pk}-{name}"


def _plan_address(root: TargetNode) -> str:
    place = reverse("admin:reviews_targetnode_changelist")
    return f"{place}?year={root.first_month.year}&unit={root.unit.code}"
