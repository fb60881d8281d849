"""HR's import page: drop files, see what they would change, decide, let them count or take them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.admin.figures.acts import Acts, Problems, open_batch
from reviews.admin.figures.answers import UNDO, Typed, choices_of, keep_typed
from reviews.admin.figures.doors import actor, people_of, shops_of
from reviews.admin.figures.forms import HistoryForm, UploadForm
from reviews.figures import history
from reviews.figures.accounts import count_waiting, suggest, waiting_accounts
from reviews.figures.importing import State, folder_of
from reviews.figures.own import OWN_FORMATS
from reviews.figures.preview import changes, marked
from reviews.figures.preview.page import preview_of
from reviews.figures.preview.panels import blocking_batches
from reviews.figures.reading import MAX_BYTES
from reviews.figures.templates import template_file
from reviews.models import ImportBatch, ImportChange
from reviews.services import attribution, figures, refresh
from staff.admin.base import ReadOnlyAdmin
from staff.sheets.archives import Refused as Unreadable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOLDER = "admin/reviews/figures"
ACCOUNTS_PER_PAGE = 50


@admin.register(ImportBatch)
class ImportBatchAdmin(Acts, ReadOnlyAdmin):
    """Batches of imported files."""

    search_fields: ClassVar = ["files__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the batches of shops the user looks after: the door of every page here."""
        found = ImportBatch.objects.visible_to(request.user, on=timezone.localdate())
        return found.select_related("shop", "by__person", "undone_by__person", "job")

    def get_urls(self) -> list[URLPattern]:
        """Add the page's own pages and acts before Django's."""
        wrap = self.admin_site.admin_view

        def named(route: str, view: Any, name: str) -> URLPattern:
            found: URLPattern = path(route, wrap(view), name=f"reviews_importbatch_{name}")
            return found

        acts = {
            "apply": self.apply_view,
            "undo": self.undo_view,
            "discard": self.discard_view,
            "answer": self.answer_view,
            "swap": self.swap_view,
            "again": self.again_view,
            "undomodes": self.undo_modes_view,
        }
        pages = {"changes": self.changes_view, "undoing": self.undoing_view, "modes": self.modes_view}
        return [
            named("upload/", require_POST(self.upload_view), "upload"),
            named("sheet/<slug:code>/", self.sheet_view, "sheet"),
            named("compute/", require_POST(self.compute_view), "compute"),
            named("accounts/", self.accounts_view, "accounts"),
            named("match/", require_POST(self.match_view), "match"),
            named("<int:pk>/marked/<int:file>/", self.marked_view, "marked"),
            *(named(f"<int:pk>/{name}/", require_POST(view), name) for name, view in acts.items()),
            *(named(f"<int:pk>/{name}/", view, name) for name, view in pages.items()),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show where to drop files, what waits for a decision, and the batches before."""
        self.door(request)
        shops = shops_of(request)
        batches = self.get_queryset(request)
        users = batches.order_by().exclude(by=None).values("by")
        looking = HistoryForm(request.GET, shops=shops, users=users)
        page, lines = history.page_of(looking.wanted().of(batches), request.GET.get("page"))
        query = {key: value for key, value in request.GET.items() if key in looking.fields and value}
        return self._page(
            request,
            "imports.html",
            title=_("Import"),
            form=UploadForm(shops=shops, initial={name: request.GET.get(name) for name in ("shop", "first")}),
            sheets=OWN_FORMATS,
            looking=looking,
            lines=lines,
            paging=page,
            query=urlencode(query),
            open_batches=batches.filter(state__in=[State.READING, State.STAGED, State.FAULTY]).order_by(
                "-pk"
            )[:5],
            waiting=count_waiting(shop_ids=list(shops.values_list("pk", flat=True))),
            most_files=figures.MOST_FILES,
            most_in_batch=figures.MOST_IN_BATCH,
            most_bytes=MAX_BYTES,
            computing=attribution.running(shops, actor(request)),
            last_month=(timezone.localdate().replace(day=1) - timedelta(days=1)).strftime("%Y-%m"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a batch would change, or has changed."""
        return self.show_batch(request, self.batch_of(request, object_id))

    def show_batch(
        self,
        request: HttpRequest,
        batch: ImportBatch,
        *,
        typed: Sequence[Typed] = (),
        problems: Problems | None = None,
    ) -> HttpResponse:
        """Show a batch as its state is; what was typed about accounts and cannot be kept stays in its row."""
        if batch.state == State.READING:
            return self._page(
                request,
                "reading.html",
                title=_("Import preview"),
                batch=batch,
                many=batch.files.count(),
                unfinished=figures.waits_for_files(batch),
            )
        waits = batch.state in (State.STAGED, State.FAULTY)
        people = people_of(request) if waits else []
        page = preview_of(batch, people=people)
        keep_typed(page.accounts, typed, problems or {})
        return self._page(
            request,
            "preview.html",
            title=_("Import") if batch.applied_at else _("Import preview"),
            batch=batch,
            page=page,
            waits=waits,
            shown_accounts=page.accounts[:ACCOUNTS_PER_PAGE],
            more_accounts=max(len(page.accounts) - ACCOUNTS_PER_PAGE, 0),
            choices=choices_of(people),
            fates=history.superseded(batch) if batch.applied_at else [],
            late=refresh.late_reviews(batch),
            computing=attribution.running([batch.shop], actor(request)) or refresh.running(batch),
        )

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show all cells that a batch replaces, or that another source fills differently, by pages."""
        batch = self.batch_of(request, str(pk))
        kind = request.GET.get("kind", "")
        kind = kind if kind in ImportChange.Kind.values else ImportChange.Kind.CHANGED
        page, rows = changes.page_of(batch, kind, request.GET.get("page"))
        return self._page(
            request,
            "changes.html",
            title=_("Changes"),
            batch=batch,
            paging=page,
            rows=rows,
            kind=kind,
            query=urlencode({"kind": kind}),
        )

    def undoing_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what undoing a batch will do before it is done."""
        batch = self.batch_of(request, str(pk))
        if batch.state != State.APPLIED:
            return redirect("admin:reviews_importbatch_change", batch.pk)
        return self._confirm(request, batch, [batch], act="admin:reviews_importbatch_undo")

    def modes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what undoing the batches of another attribution mode will do before it is done."""
        batch = self.batch_of(request, str(pk))
        blocking = (
            blocking_batches(batch, batch.files.filter(left_out=False)) if batch.state == State.FAULTY else []
        )
        if not blocking:
            return redirect("admin:reviews_importbatch_change", batch.pk)
        act = "admin:reviews_importbatch_undomodes"
        return self._confirm(request, batch, blocking, act=act, answer=UNDO)

    def _confirm(
        self, request: HttpRequest, batch: ImportBatch, others: Sequence[ImportBatch], **context: Any
    ) -> HttpResponse:
        ones = [history.undoing(one) for one in others]
        blocked = next((one.batch.pk for one in ones if one.refusal), None)
        context |= {"title": _("Undo a batch"), "batch": batch, "ones": ones, "blocked": blocked}
        return self._page(request, "undoing.html", **context)

    def marked_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out a faulty file with its faulty cells marked."""
        batch = self.batch_of(request, str(pk))
        found = get_object_or_404(batch.files.all(), pk=file)
        stored = folder_of(batch) / found.stored
        if batch.state not in (State.STAGED, State.FAULTY) or not found.stored or not stored.is_file():
            raise Http404
        try:
            content = marked.marked_file(stored, found, list(found.issues.order_by("pk")))
        except Unreadable as refusal:
            raise Http404 from refusal
        answer = HttpResponse(content, content_type=XLSX)
        name = marked.marked_name(found)
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
        return answer

    def accounts_view(self, request: HttpRequest) -> HttpResponse:
        """Show the queue of accounts that nobody is matched to."""
        return self.show_accounts(request)

    def show_accounts(
        self, request: HttpRequest, *, typed: Sequence[Typed] = (), problems: Problems | None = None
    ) -> HttpResponse:
        """Show the queue by shop; what was typed and cannot be kept stays in its row."""
        self.door(request)
        shops = list(shops_of(request).values_list("pk", flat=True))
        waiting = waiting_accounts(shop_ids=shops)
        page = Paginator(waiting, ACCOUNTS_PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page.object_list)
        people = people_of(request) if waiting else []
        suggest(rows, people)
        keep_typed(rows, typed, problems or {})
        return self._page(
            request,
            "accounts.html",
            title=_("Accounts waiting for a match"),
            rows=rows,
            paging=page,
            many=len(waiting),
            choices=choices_of(people),
        )

    def sheet_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Hand out an own sheet to fill in."""
        self.door(request)
        form = next((form for form in OWN_FORMATS if form.code == code), None)
        if form is None:
            raise Http404
        answer = HttpResponse(template_file(form), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{code}.xlsx"'
        return answer

    def door(self, request: HttpRequest) -> None:
        """Answer 404 to whoever is not HR."""
        if not self.has_view_permission(request):
            raise Http404

    def batch_of(self, request: HttpRequest, object_id: str) -> ImportBatch:
        """Return a batch the user may see, or answer 404."""
        self.door(request)
        return open_batch(request, self.get_queryset(request), object_id)

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        base = self.admin_site.each_context(request)
        return TemplateResponse(request, f"{FOLDER}/{template}", {**base, **context})
