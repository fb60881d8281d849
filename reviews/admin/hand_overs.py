"""Hand-overs to finance: HR looks first and hands over, finance reads, fetches the file and acknowledges."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from reviews import hand_overs
from reviews.models import Card, CardState, HandOver, Review
from reviews.refusals import BulkRefused
from reviews.services import hand_overs as services
from staff.access import scope_of
from staff.admin.base import ReadOnlyAdmin, user_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CAUSES = 10
MOST_DIGITS = 9


@admin.register(HandOver)
class HandOverAdmin(ReadOnlyAdmin):
    """What HR has handed over to finance, numbered; read by both, of their branches."""

    readers: ClassVar[frozenset[str]] = frozenset({"finance"})
    of_unit = "review__unit"

    def get_urls(self) -> list[URLPattern]:
        """Add the acts before Django's own pages."""
        door = self.admin_site.admin_view
        name = "reviews_handover"
        prepare = require_http_methods(["GET", "POST"])(self.prepare_view)
        own = [
            path("prepare/<int:pk>/", door(prepare), name=f"{name}_prepare"),
            path("<int:pk>/export/", door(require_POST(self.export_view)), name=f"{name}_export"),
            path(
                "<int:pk>/acknowledge/", door(require_POST(self.acknowledge_view)), name=f"{name}_acknowledge"
            ),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the hand-overs that exist for the user."""
        return HandOver.objects.visible_to(request.user, on=timezone.localdate())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the hand-overs, the latest month first, and to HR what waits to be handed over."""
        rows = self.get_queryset(request).select_related(*hand_overs.RELATED)
        review = _number(request.GET.get("review", ""))
        if review:
            rows = rows.filter(review=review)
        rows = rows.annotate(withdrawn=Count("lines", filter=Q(lines__withdrawn_at__isnull=False)))
        ordered = rows.order_by("-review__month", "review__unit__path", "-number")
        page = Paginator(ordered, hand_overs.PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand-overs to finance"),
            "page": page,
            "waiting": _waiting(request),
            "review": Review.objects.select_related("unit").filter(pk=review).first()
            if review and page.object_list
            else None,
            "keep": f"&review={review}" if review else "",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "reviews/admin/hand_overs.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one hand-over with its lines and sums."""
        return self._page(request, self._made(request, _number(object_id)), [])

    def prepare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what would be handed over, or hand it over as it was shown."""
        review = _review(request, pk)
        if not scope_of(request.user, on=timezone.localdate()).leads(review.unit.path, roles=["hr"]):
            raise PermissionDenied(_("This step belongs to somebody else."))
        if request.method == "GET":
            return self._preview(request, review, [])
        at = timezone.now()
        try:
            made = services.hand_over(
                review, by=user_of(request), at=at, control_sum=request.POST.get("control_sum", "")
            )
        except (services.Changed, BulkRefused) as refused:
            return self._preview(request, review, _causes(refused))
        said = ngettext(
            "%(count)s card was handed over to finance.",
            "%(count)s cards were handed over to finance.",
            made.cards,
        )
        messages.success(request, said % {"count": made.cards})
        return redirect("admin:reviews_handover_change", made.pk)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the file and record who fetched it."""
        made = self._made(request, pk)
        file = services.export(made, by=user_of(request), at=timezone.now())
        disposition = content_disposition_header(True, file.name) or "attachment"  # noqa: FBT003
        headers = {"Content-Disposition": disposition}
        return HttpResponse(file.content, content_type=XLSX, headers=headers)

    def acknowledge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the whole hand-over over for payment, as it was shown."""
        made = self._made(request, pk)
        shown = request.POST.get("control_sum", "")
        try:
            count = services.acknowledge(made, by=user_of(request), at=timezone.now(), control_sum=shown)
        except (services.Changed, BulkRefused) as refused:
            return self._page(request, self._made(request, pk), _causes(refused))
        said = ngettext(
            "%(count)s card taken over for payment.", "%(count)s cards taken over for payment.", count
        )
        messages.success(request, said % {"count": count})
        return redirect("admin:reviews_handover_change", made.pk)

    def _made(self, request: HttpRequest, pk: int) -> HandOver:
        rows = self.get_queryset(request).select_related(*hand_overs.RELATED)
        found: HandOver = get_object_or_404(rows, pk=pk)
        return found

    def _page(self, request: HttpRequest, made: HandOver, causes: list[str]) -> HttpResponse:
        search = request.GET.get("q", "").strip()[:60]
        show = "withdrawn" if request.GET.get("show") == "withdrawn" else ""
        page = request.GET.get("page", "1")
        lines = hand_overs.lines_of(made, search=search, withdrawn_only=bool(show), page=page)
        scope = scope_of(request.user, on=timezone.localdate())
        context = {
            **self.admin_site.each_context(request),
            "title": str(made),
            "made": made,
            "lines": lines,
            "search": search,
            "show": show,
            "keep": urlencode({"q": search, "show": show}),
            "exports": made.exports.select_related("by__person").order_by("number"),
            "others": HandOver.objects.filter(review=made.review).exclude(pk=made.pk).order_by("number"),
            "pays": scope.leads(made.review.unit.path, roles=["finance"]),
            "open": hand_overs.is_open(made),
            "causes": causes,
        }
        status = HTTPStatus.CONFLICT if causes else HTTPStatus.OK
        return TemplateResponse(request, "reviews/admin/hand_over.html", context, status=status)

    def _preview(self, request: HttpRequest, review: Review, causes: list[str]) -> HttpResponse:
        preview = hand_overs.preview_of(review, by=user_of(request), at=timezone.now())
        page = Paginator(preview.rows, hand_overs.PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand over to finance"),
            "review": review,
            "preview": preview,
            "page": page,
            "keep": "",
            "causes": causes,
        }
        status = HTTPStatus.CONFLICT if causes else HTTPStatus.OK
        return TemplateResponse(request, "reviews/admin/hand_over_preview.html", context, status=status)


def _review(request: HttpRequest, pk: int) -> Review:
    """Return a review of a branch the user looks after as HR or pays as finance; others find none."""
    scope = scope_of(request.user, on=timezone.localdate())
    reach = Q(pk__in=[])
    for unit_path in (*scope.roles.get("hr", ()), *scope.roles.get("finance", ())):
        reach |= Q(unit__path__startswith=unit_path)
    rows = Review.objects.select_related("unit", "procedure")
    return get_object_or_404(rows if scope.superuser else rows.filter(reach), pk=pk)


def _waiting(request: HttpRequest) -> list[tuple[Review, int]]:
    """Return the reviews with closed cards that the reader may hand over, and how many."""
    on = timezone.localdate()
    scope = scope_of(request.user, on=on)
    reach = Q(pk__in=[])
    for unit_path in scope.roles.get("hr", ()):
        reach |= Q(unit__path__startswith=unit_path)
    cards = Card.objects.visible_to(request.user, on=on).filter(reach, state=CardState.CLOSED)
    if scope.person_id:
        cards = cards.exclude(person=scope.person_id)
    counts = dict(cards.order_by().values_list("review").annotate(count=Count("pk")))
    reviews = Review.objects.filter(pk__in=counts).select_related("unit").order_by("-month", "unit__path")
    return [(review, counts[review.pk]) for review in reviews]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0


def _causes(refused: services.Changed | BulkRefused) -> list[str]:
    """Say why nothing was done, each cause a sentence."""
    if isinstance(refused, services.Changed):
        return refused.causes
    told = [f"{one.card.person.name}: {one.message}" for one in refused.refusals[:MOST_CAUSES]]
    return [str(refused), *told]
