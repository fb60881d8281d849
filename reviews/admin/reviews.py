"""HR's pages of the monthly review: run a month, see who stands where, hand over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reviews import overview, standing
from reviews.admin.late import LatePages
from reviews.admin.review_bulk import bulk_view, steps_of
from reviews.admin.review_forms import NewRun, PayOn, address_of, choice_of, fields_of, words_of_shows
from reviews.hand_overs import costs_of
from reviews.models import Card, CardState, HandOver, NoCard, Review
from reviews.overview import Choice, Overview
from reviews.pay_warnings import warning_of
from reviews.services.branches import Closed, begin_review, set_pay_on
from reviews.services.month import start_run
from reviews.services.team_pdf import NothingToPrint, start_team_pdf
from staff import calendar
from staff.access import scope_of
from staff.admin.base import ReadOnlyAdmin, user_of
from staff.models import Job

NEWS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Button:
    """One action of the page; `reason` says why it is off. A link leads to a page and posts nothing."""

    label: str
    address: str
    link: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    filled: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter of the table with its count."""

    label: str
    count: int
    address: str
    chosen: bool


@admin.register(Review)
class ReviewAdmin(LatePages, ReadOnlyAdmin):
    """Monthly reviews: looked at by those who lead or look after the branch, run by HR."""

    readers: ClassVar[frozenset[str]] = frozenset({"finance", "general_office", "manager", "director"})
    of_unit = "unit"
    change_list_template = "reviews/admin/reviews.html"
    search_fields = ("unit__name",)

    def get_urls(self) -> list[URLPattern]:
        """Add the actions of the page before Django's own."""
        wrap = self.admin_site.admin_view
        own = [
            path("run/", wrap(require_POST(self.run_view)), name="reviews_review_run"),
            path("<int:pk>/pdf/", wrap(require_POST(self.pdf_view)), name="reviews_review_pdf"),
            path("<int:pk>/bulk/", wrap(require_POST(self.bulk_view)), name="reviews_review_bulk"),
            path(
                "<int:pk>/pay-on/",
                wrap(require_http_methods(["GET", "POST"])(self.pay_on_view)),
                name="reviews_review_pay_on",
            ),
        ]
        return [*own, *self.late_urls(), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the months, the latest first, with the states of their cards."""
        today = timezone.localdate()
        reviews = list(self.get_queryset(request).select_related("unit", "procedure")[:60])
        counts = _counts(request, [review.pk for review in reviews])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Monthly reviews"),
            "rows": standing.rows_of(reviews, counts, on=today),
            "form": NewRun(today=today, user=request.user) if self._is_hr(request) else None,
            "may_set": self._is_hr(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.change_list_template, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one review: who stands where."""
        review = self._review(request, object_id)
        if not _reads_cards(request):
            return self._pay_view(request, review)
        choice, at = choice_of(request.GET), timezone.now()
        table = overview.read(review, user_of(request), at=at)
        page = overview.overview(table, choice=choice, at=at)
        jobs = Job.objects.filter(_of(review)).select_related("started_by__person").order_by("-pk")[:3]
        context = {
            **self.admin_site.each_context(request),
            "title": str(review),
            "review": review,
            "page": page,
            "choice": choice,
            "chips": _chips(page, choice),
            "filters": fields_of(choice),
            "steps": steps_of(request),
            "jobs": [job for job in jobs if _worth_showing(job)],
            "buttons": self._buttons(request, review, [row.card for row in table.rows]),
            "without": _without(review),
            "late_page": _late_page(review),
            "may_set": self._is_hr(request) and review.closed_at is None,
            "previous_page": address_of(choice, page=page.page - 1),
            "next_page": address_of(choice, page=page.page + 1),
        }
        return TemplateResponse(request, "reviews/admin/review.html", context)

    def _pay_view(self, request: HttpRequest, review: Review) -> HttpResponse:
        """Show finance the pay that HR has handed over, with its control sums."""
        rows = overview.pay_of(review, request.user, on=timezone.localdate())
        cards = [row.card for row in rows if row.card is not None]
        context = {
            **self.admin_site.each_context(request),
            "title": str(review),
            "review": review,
            "rows": rows,
            "sums": overview.sum_of(rows),
            "costs": None if rows else costs_of(review),
            "buttons": self._buttons(request, review, cards),
        }
        return TemplateResponse(request, "reviews/admin/pay.html", context)

    def run_view(self, request: HttpRequest) -> HttpResponse:
        """Start computing a month, or join the run under way."""
        if not self._is_hr(request):
            raise PermissionDenied
        form = NewRun(request.POST, today=timezone.localdate(), user=request.user)
        if not form.is_valid():
            messages.error(request, _("Choose a unit and a month."))
            return redirect("admin:reviews_review_changelist")
        asked, month = form.cleaned_data, date.fromisoformat(form.cleaned_data["month"])
        try:
            review = begin_review(asked["unit"], month, trial=asked["trial"], procedure=asked["procedure"])
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
            return redirect("admin:reviews_review_changelist")
        start_run(review, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return redirect("admin:reviews_review_change", review.pk)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Print all submitted cards of the branch into one file."""
        review = self._review(request, str(pk))
        language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        try:
            start_team_pdf(review, review.unit, by=request.user, language=language)  # type: ignore[arg-type]
        except NothingToPrint as refused:
            messages.error(request, str(refused))
        return redirect("admin:reviews_review_change", review.pk)

    def bulk_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what a step does to the chosen cards, or do it with all of them."""
        review = self._review(request, str(pk))
        if not _reads_cards(request):
            raise Http404
        return bulk_view(self, request, review)

    def pay_on_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show and change the day on which pay is due, until the month is closed."""
        review = self._review(request, str(pk))
        if not self._is_hr(request):
            raise PermissionDenied
        form = PayOn(request.POST or None, initial={"pay_on": review.pay_on})
        status = HTTPStatus.OK
        if request.method == "POST":
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                before = review.pay_on
                try:
                    changed = set_pay_on(review, form.cleaned_data["pay_on"])
                except ValidationError as refused:
                    form.add_error("pay_on", refused)
                except Closed as refused:
                    form.add_error("pay_on", str(refused))
                    status = HTTPStatus.CONFLICT
                else:
                    if changed:
                        self.log_change(request, review, f"pay_on {before or '–'} → {review.pay_on or '–'}")
                        messages.success(request, _("The pay date is kept."))
                    return redirect("admin:reviews_review_change", review.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(review),
            "review": review,
            "form": form,
            "warning": warning_of(review, days=calendar.load()),
        }
        return TemplateResponse(request, "reviews/admin/review_pay_on.html", context, status=status)

    def _review(self, request: HttpRequest, object_id: str) -> Review:
        rows: QuerySet[Review] = self.get_queryset(request).select_related("unit", "procedure")
        if not object_id.isdecimal():
            raise Http404
        return get_object_or_404(rows, pk=int(object_id))

    def _is_hr(self, request: HttpRequest) -> bool:
        return scope_of(request.user, on=timezone.localdate()).has("hr")

    def _buttons(self, request: HttpRequest, review: Review, cards: Sequence[Card]) -> list[Button]:
        found: list[Button] = []
        scope = scope_of(request.user, on=timezone.localdate())
        closed = [
            card for card in cards if card.state == CardState.CLOSED and card.person_id != scope.person_id
        ]
        if closed and scope.leads(review.unit.path, roles=["hr"]):
            words = _("Hand over to finance (%(count)s)") % {"count": len(closed)}
            prepare = reverse("admin:reviews_handover_prepare", args=[review.pk])
            found.append(Button(words, prepare, link=True, filled=True))
        made = review.closed_at is not None and scope.has("hr", "finance")
        if made and HandOver.objects.filter(review=review).exists():
            address = reverse("admin:reviews_handover_changelist")
            found.append(Button(_("Hand-overs to finance"), f"{address}?review={review.pk}", link=True))
        if self._is_hr(request):
            run = {"unit": str(review.unit_id), "month": f"{review.month:%Y-%m-%d}"}
            run |= {"trial": "on"} if review.trial else {}
            drafts = sum(card.state == CardState.DRAFT for card in cards)
            label = _("Compute the drafts again") if cards else _("Run the month")
            reason = "" if drafts or not cards else _("No card is a draft any more; figures are frozen.")
            found.append(
                Button(
                    label,
                    reverse("admin:reviews_review_run"),
                    fields=run,
                    filled=not any(one.filled for one in found),
                    reason=reason,
                )
            )
        if _reads_cards(request) and any(card.state != CardState.DRAFT for card in cards):
            found.append(
                Button(_("All cards as one PDF"), reverse("admin:reviews_review_pdf", args=[review.pk]))
            )
        return found


def _reads_cards(request: HttpRequest) -> bool:
    """Whether a user reads cards; finance and the general office read sums only."""
    found = scope_of(request.user, on=timezone.localdate())
    return found.superuser or found.has("hr", "manager", "director")


def _of(review: Review) -> Q:
    """Return the condition for a review's jobs: its runs and its printed files."""
    return Q(kind="run_month", key=str(review.pk)) | Q(kind="team_pdf", key__startswith=f"{review.pk}:")


def _worth_showing(job: Job) -> bool:
    """A finished run is old news after a day; what runs, failed or left a file stays."""
    fresh = job.finished_at is not None and timezone.now() - job.finished_at < NEWS
    return job.active or fresh


def _late_page(review: Review) -> str:
    """Return the address of the figures that came late, or nothing where that page is not there."""
    try:
        return reverse("admin:reviews_review_late", args=[review.pk])
    except NoReverseMatch:
        return ""


def _counts(request: HttpRequest, reviews: list[int]) -> dict[int, list[tuple[CardState, int]]]:
    """Return how many of the cards the reader may see stand in each state, by review, in one query."""
    on = timezone.localdate()
    door = Card.objects.visible_to if _reads_cards(request) else Card.objects.payable_to
    cards = door(request.user, on=on).filter(review__in=reviews).order_by()
    rows = cards.values_list("review", "state").annotate(count=Count("pk"))
    found: dict[int, dict[str, int]] = {}
    for review, state, count in rows:
        found.setdefault(review, {})[state] = count
    return {
        review: [(state, states[state]) for state in CardState if state in states]
        for review, states in found.items()
    }


def _without(review: Review) -> list[tuple[str, list[str]]]:
    """Return why people get no card, and who, the most people first."""
    found: dict[str, list[str]] = {}
    for row in NoCard.objects.filter(review=review).select_related("person").order_by("person__staff_no"):
        found.setdefault(row.words.rstrip("。."), []).append(row.person.name)
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def _chips(page: Overview, choice: Choice) -> list[Chip]:
    return [
        Chip(text, page.counts[name], address_of(choice, show=name), choice.show == name)
        for name, text in words_of_shows().items()
    ]
