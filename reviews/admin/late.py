"""Late figures of a month: what differs, asking to return, and the second person's consent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from reviews import overview
from reviews.access import sees_money
from reviews.models import Card, CardState, Review
from reviews.procedures import roles_of
from reviews.refusals import BulkRefused
from reviews.services import returning
from reviews.services.causes import causes_of
from reviews.services.late import foretell, late
from staff.access import scope_of
from staff.admin.base import user_of

READERS = ("hr", "manager", "director")
MOST_DIGITS = 6


class LatePages:
    """Two pages of a review: its late figures, and the returns that wait for a second person."""

    admin_site: Any

    if TYPE_CHECKING:

        def _review(self, request: HttpRequest, object_id: str) -> Review: ...

    def late_urls(self) -> list[URLPattern]:
        """Return the addresses of both pages."""
        wrap = self.admin_site.admin_view
        both = require_http_methods(["GET", "POST"])
        return [
            path("<int:pk>/late/", wrap(both(self.late_view)), name="reviews_review_late"),
            path("<int:pk>/consent/", wrap(both(self.consent_view)), name="reviews_review_consent"),
        ]

    def late_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which frozen cards have late figures and what they would come to; ask to return them."""
        review = self._review(request, str(pk))
        scope = scope_of(request.user, on=timezone.localdate())
        if not (scope.superuser or scope.has(*READERS)):
            raise Http404
        cards = overview.cards_of(review, request.user, on=timezone.localdate())
        if request.method == "GET":
            return self._late(request, review, cards)
        return self._ask(request, review, cards)

    def _ask(self, request: HttpRequest, review: Review, cards: list[Card]) -> HttpResponse:
        touched = [card for card in cards if card.late_figures and card.state != CardState.DRAFT]
        try:
            chosen, stamps = returning.posted(touched, request.POST.getlist("card"), request.POST)
        except LookupError:
            raise Http404 from None
        if request.POST.get("others"):
            rest = self._others(touched, chosen=request.POST.getlist("shown"), by=request)
            if request.POST.get("seen", "") != seen_of(rest):
                said = [
                    _(
                        "The cards on the other pages have changed. Your action changed nothing. Look at them again."
                    )
                ]
                return self._late(request, review, cards, faults=said, status=HTTPStatus.CONFLICT)
            chosen, stamps = [*chosen, *rest], {**stamps, **{card.pk: card.stamp for card in rest}}
        if not chosen:
            said = [_("Choose at least one card.")]
            return self._late(request, review, cards, faults=said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        reason = request.POST.get("note", "").strip()[: returning.LONGEST_REASON]
        try:
            done = returning.ask(chosen, by=user_of(request), at=timezone.now(), reason=reason, stamps=stamps)
        except BulkRefused as refused:
            return self._refused(request, review, cards, refused)
        text = ngettext(
            "Asked to return %(count)s card; a second person consents.",
            "Asked to return %(count)s cards; a second person consents.",
            len(done),
        )
        messages.success(request, text % {"count": len(done)})
        return redirect("admin:reviews_review_late", review.pk)

    def _refused(
        self, request: HttpRequest, review: Review, cards: list[Card], refused: BulkRefused
    ) -> HttpResponse:
        status = returning.status_of(refused)
        if status is HTTPStatus.FORBIDDEN:
            raise PermissionDenied(refused.refusals[0].message)
        fresh = overview.cards_of(review, request.user, on=timezone.localdate())
        return self._late(request, review, fresh, faults=returning.causes_said(refused), status=status)

    def _others(self, touched: Sequence[Card], *, chosen: Sequence[str], by: HttpRequest) -> list[Card]:
        """Return the cards of the other pages that could be asked for."""
        waiting = {one.card.pk for one in returning.asked_of(touched, by=user_of(by))}
        return [
            card
            for card in touched
            if str(card.public_id) not in chosen
            and card.state in returning.RETURNABLE
            and card.pk not in waiting
        ]

    def _late(
        self,
        request: HttpRequest,
        review: Review,
        cards: list[Card],
        *,
        faults: Sequence[str] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        at, user = timezone.now(), user_of(request)
        page = request.GET.get("page", "")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < MOST_DIGITS else 1
        found = late(review, cards, page=number, at=at)
        touched = [card for card in cards if card.late_figures and card.state != CardState.DRAFT]
        asked = {one.card.pk: one for one in returning.asked_of(touched, by=user)}
        shown = [one.card for one in found.touched]
        rest = self._others(touched, chosen=[str(card.public_id) for card in shown], by=request)
        free = [card for card in shown if card.state in returning.RETURNABLE and card.pk not in asked]
        on = timezone.localdate(at)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Late figures"),
            "review": review,
            "found": found,
            "causes": causes_of(found.touched),
            "asked": asked,
            "free": {card.pk for card in free},
            "with_money": {card.pk for card in shown if sees_money(user, card, on=on)},
            "may_ask": returning.may_ask(touched, by=user, at=at) and bool(free or rest),
            "may_consent": returning.may_consent(touched, by=user, at=at) and bool(asked),
            "opens_batches": scope_of(user, on=on).superuser or scope_of(user, on=on).has("hr"),
            "rest": rest,
            "seen": seen_of(rest),
            "faults": faults,
            "note": request.POST.get("note", ""),
            "posted": set(request.POST.getlist("card")) if request.method == "POST" else None,
        }
        return TemplateResponse(request, "reviews/admin/late.html", context, status=status)

    def consent_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the returns that wait for a second person; consent to them or decline."""
        review = self._review(request, str(pk))
        user, at = user_of(request), timezone.now()
        scope = scope_of(user, on=timezone.localdate(at))
        if not (scope.superuser or scope.has("hr", *roles_of(review.procedure).second)):
            raise Http404
        waiting = returning.asked_in(review, by=user, at=at)
        if request.method == "GET":
            return self._consent(request, review, waiting)
        act = request.POST.get("act", "")
        if act not in returning.ANSWERS:
            raise Http404
        try:
            done = returning.answer(
                act, review, chosen=request.POST.getlist("card"), fields=request.POST, by=user, at=at
            )
        except LookupError:
            raise Http404 from None
        except returning.NothingChosen as refused:
            return self._consent(
                request, review, waiting, faults=[str(refused)], status=HTTPStatus.UNPROCESSABLE_ENTITY
            )
        except BulkRefused as refused:
            status = returning.status_of(refused)
            if status is HTTPStatus.FORBIDDEN:
                raise PermissionDenied(refused.refusals[0].message) from None
            fresh = returning.asked_in(review, by=user, at=at)
            return self._consent(request, review, fresh, faults=returning.causes_said(refused), status=status)
        messages.success(request, returning.done_words(act, len(done)))
        return redirect("admin:reviews_review_consent", review.pk)

    def _consent(
        self,
        request: HttpRequest,
        review: Review,
        waiting: Sequence[returning.Asked],
        *,
        faults: Sequence[str] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        at, user = timezone.now(), user_of(request)
        told = (
            {one.card.pk: one for one in foretell(review, [one.card for one in waiting], at=at)}
            if waiting
            else {}
        )
        cards = [one.card for one in waiting]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Returns that wait for consent"),
            "review": review,
            "rows": [(one, told.get(one.card.pk)) for one in waiting],
            "mine": [
                one.card.pk
                for one in waiting
                if not one.own and returning.may_consent([one.card], by=user, at=at)
            ],
            "with_money": {card.pk for card in cards if sees_money(user, card, on=timezone.localdate(at))},
            "faults": faults,
            "note": request.POST.get("note", ""),
        }
        return TemplateResponse(request, "reviews/admin/consent.html", context, status=status)


def seen_of(cards: Sequence[Card]) -> str:
    """Return a digest of what somebody was told about cards on other pages: which, and how they stand."""
    text = " ".join(f"{card.pk}:{card.stamp}" for card in cards)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
