"""HR's pages of the monthly review: run a month, see who stands where, hand over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews import overview
from reviews.admin.late import LatePages
from reviews.models import Card, CardState, HandOver, NoCard, Review
from reviews.overview import SHOWS, Choice, Overview
from reviews.services.month import review_for, start_run
from reviews.services.team_pdf import NothingToPrint, start_team_pdf
from staff.access import scope_of
from staff.admin.base import ReadOnlyAdmin
from staff.calendar import add_months
from staff.models import Job, Unit

MONTHS_OFFERED = 13
NEWS = timedelta(days=1)
MOST_DIGITS = 6


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


class NewRun(forms.Form):
    """Which branch and month to compute."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)
    month = forms.ChoiceField(label=_("Month"))

    def __init__(self, *args: Any, today: date, user: Any, **kwargs: Any) -> None:
        """Offer the branches the user looks after, and the months up to the running one."""
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(user, on=today).filter(reviewed=True)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        months = [add_months(today, -count) for count in range(MONTHS_OFFERED)]
        self.fields["month"].choices = [(f"{month:%Y-%m-%d}", f"{month:%Y-%m}") for month in months]  # type: ignore[attr-defined]
        # The month to be reviewed is the one that has just ended.
        self.fields["month"].initial = f"{add_months(today, -1):%Y-%m-%d}"


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
        ]
        return [*own, *self.late_urls(), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the months, the latest first, with the states of their cards."""
        today = timezone.localdate()
        reviews = self.get_queryset(request).select_related("unit", "procedure")[:60]
        counts = _counts(request, [review.pk for review in reviews])
        rows = [(review, counts.get(review.pk, [])) for review in reviews]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Monthly reviews"),
            "rows": [(review, parts, sum(count for _state, count in parts)) for review, parts in rows],
            "form": NewRun(today=today, user=request.user) if self._is_hr(request) else None,
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
        cards = overview.cards_of(review, request.user, on=timezone.localdate())
        choice = _choice(request)
        page = overview.overview(review, cards, choice=choice, at=timezone.now())
        jobs = [job for job in Job.objects.filter(_of(review)).order_by("-pk")[:3] if _worth_showing(job)]
        context = {
            **self.admin_site.each_context(request),
            "title": str(review),
            "review": review,
            "page": page,
            "choice": choice,
            "chips": _chips(page, choice),
            "jobs": jobs,
            "buttons": self._buttons(request, review, cards),
            "without": _without(review),
            "previous_page": _address(choice, page=page.page - 1),
            "next_page": _address(choice, page=page.page + 1),
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
        month = date.fromisoformat(form.cleaned_data["month"])
        try:
            review = review_for(form.cleaned_data["unit"], month)
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

    def _review(self, request: HttpRequest, object_id: str) -> Review:
        rows: QuerySet[Review] = self.get_queryset(request).select_related("unit", "procedure")
        if not object_id.isdecimal():
            raise Http404
        return get_object_or_404(rows, pk=int(object_id))

    def _is_hr(self, request: HttpRequest) -> bool:
        return scope_of(request.user, on=timezone.localdate()).has("hr")

    def _buttons(self, request: HttpRequest, review: Review, cards: list[Card]) -> list[Button]:
        found: list[Button] = []
        scope = scope_of(request.user, on=timezone.localdate())
        closed = [
            card for card in cards if card.state == CardState.CLOSED and card.person_id != scope.person_id
        ]
        if closed and scope.leads(review.unit.path, roles=["hr"]):
            words = _("Hand over to finance (%(count)s)") % {"count": len(closed)}
            prepare = reverse("admin:reviews_handover_prepare", args=[review.pk])
            found.append(Button(words, prepare, link=True, filled=True))
        if scope.has("hr", "finance") and HandOver.objects.filter(review=review).exists():
            made = reverse("admin:reviews_handover_changelist")
            found.append(Button(_("Hand-overs to finance"), f"{made}?review={review.pk}", link=True))
        if self._is_hr(request):
            run = {"unit": str(review.unit_id), "month": f"{review.month:%Y-%m-%d}"}
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


def _choice(request: HttpRequest) -> Choice:
    page = request.GET.get("page", "")
    state = request.GET.get("state", "")
    show = request.GET.get("show", "")
    return Choice(
        state=state if state in CardState.values else "",
        show=show if show in SHOWS else "",
        unit=request.GET.get("unit", "")[:100],
        search=request.GET.get("q", "").strip()[:60],
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < MOST_DIGITS else 1,
    )


def _address(choice: Choice, **changed: Any) -> str:
    fields = {
        "state": choice.state,
        "show": choice.show,
        "unit": choice.unit,
        "q": choice.search,
        **changed,
    }
    return f"?{urlencode({name: value for name, value in fields.items() if value})}#cards"


def _chips(page: Overview, choice: Choice) -> list[Chip]:
    words = {
        "": _("All"),
        "gaps": _("Lines open"),
        "late": _("Late"),
        "look": _("Needs eyes"),
        "low": _("Below 80"),
    }
    return [
        Chip(text, page.counts[name], _address(choice, show=name), choice.show == name)
        for name, text in words.items()
    ]
