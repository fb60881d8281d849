"""Steps with the chosen cards of a review: said first, with what happens to how many, then done whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from reviews import overview, workflow
from reviews.admin.review_forms import choice_of
from reviews.models import Card, CardEvent, CardState, Review
from reviews.overview import Row
from reviews.refusals import BulkRefused
from reviews.review_list import workbook
from reviews.services import bulk
from reviews.services.reminders import remind
from reviews.services.team_pdf import NothingToPrint, start_team_pdf
from reviews.sheets.build import Language
from reviews.sheets.chain import ROLES
from staff.access import Scope
from staff.admin.base import scope, user_of

if TYPE_CHECKING:
    from reviews.admin.reviews import ReviewAdmin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMED = 400  # causes and names on one page
MOST_REASON = 400
# What no card's stamp is: a card named without one counts as changed since.
NO_STAMP = "-"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the bulk bar: its words, who has it, and what it asks for."""

    code: str
    label: Promise
    heading: Promise
    button: Promise
    other: Promise
    may: Callable[[Scope], bool]
    asks: str = ""


def _is_hr(found: Scope) -> bool:
    return found.has("hr")


def _may_consent(found: Scope) -> bool:
    return found.has("hr", "manager", "director", "general_office")


STEPS = {
    step.code: step
    for step in (
        Step(
            "remind",
            gettext_lazy("Remind"),
            gettext_lazy("Remind who has to act"),
            gettext_lazy("Remind"),
            gettext_lazy("Do not remind"),
            _is_hr,
        ),
        Step(
            "waive",
            gettext_lazy("Waive open lines…"),
            gettext_lazy("Waive open lines"),
            gettext_lazy("Waive"),
            gettext_lazy("Do not waive"),
            lambda found: found.everything,
            "lines",
        ),
        Step(
            "ask_return",
            gettext_lazy("Return…"),
            gettext_lazy("Ask to return cards"),
            gettext_lazy("Ask to return"),
            gettext_lazy("Do not return"),
            _is_hr,
            "reason",
        ),
        Step(
            "return",
            gettext_lazy("Consent to the return…"),
            gettext_lazy("Consent to the return"),
            gettext_lazy("Return to draft"),
            gettext_lazy("Do not return"),
            _may_consent,
        ),
        Step(
            "pdf",
            gettext_lazy("Make PDF"),
            gettext_lazy("Make one PDF of these cards"),
            gettext_lazy("Make PDF"),
            gettext_lazy("Make none"),
            lambda _found: True,
        ),
        Step(
            "export",
            gettext_lazy("Export"),
            gettext_lazy("Export"),
            gettext_lazy("Export"),
            gettext_lazy("Export"),
            lambda _found: True,
        ),
    )
}


def steps_of(request: HttpRequest) -> list[Step]:
    """Return the steps a reader has."""
    found = scope(request)
    return [step for step in STEPS.values() if step.may(found)]


@dataclass(slots=True)
class Look:
    """What a step would do to the chosen cards, and to which it cannot be done, with the reason."""

    step: Step
    able: list[Row]
    refused: list[tuple[Row, str]]
    said: str
    lines: list[tuple[str, str, int]] = field(default_factory=list)
    reasons: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def named(self) -> str:
        """The cards and what was seen of them, for the form that acts on them."""
        return " ".join(f"{row.card.pk}:{row.card.stamp}" for row in self.able)


def bulk_view(owner: ReviewAdmin, request: HttpRequest, review: Review) -> HttpResponse:
    """Say what a step does to the chosen cards, or do it."""
    step = STEPS.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    if not step.may(scope(request)):
        raise PermissionDenied
    table = overview.read(review, user_of(request), at=timezone.now())
    by_id = {str(row.card.pk): row for row in table.rows}
    if named := request.POST.get("named", ""):
        pairs = dict(one.partition(":")[::2] for one in named.split())
        if unknown := set(pairs) - set(by_id):
            raise Http404(unknown)
        look = _look(request, step, [by_id[one] for one in pairs])
        return _act(
            owner, request, review, look, stamps={int(one): stamp or NO_STAMP for one, stamp in pairs.items()}
        )
    if request.POST.get("all"):
        rows = overview.chosen(table, choice_of(request.POST))
    else:
        if set(request.POST.getlist("card")) - set(by_id):
            raise Http404
        rows = [by_id[one] for one in dict.fromkeys(request.POST.getlist("card"))]
    if not rows:
        messages.error(request, _("Choose at least one card first."))
        return _back(review)
    if step.code == "export":
        return _export(request, review, rows)
    return _page(owner, request, review, _look(request, step, rows))


def _back(review: Review) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('admin:reviews_review_change', args=[review.pk])}#cards")


def _export(request: HttpRequest, review: Review, rows: Sequence[Row]) -> HttpResponse:
    content = workbook(review, rows, request.user, on=timezone.localdate())
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="cards-{review.unit_id}-{review.month:%Y-%m}.xlsx"'
    return answer


def _look(request: HttpRequest, step: Step, rows: Sequence[Row]) -> Look:
    """Part the chosen cards by whether the step can be taken with them now."""
    look = {"remind": _look_remind, "waive": _look_waive, "pdf": _look_pdf}.get(step.code, _look_workflow)
    return look(request, step, rows)


def _look_waive(request: HttpRequest, step: Step, rows: Sequence[Row]) -> Look:
    found = Look(step, [], [], "")
    counts: dict[str, tuple[str, int]] = {}
    for row in rows:
        if row.card.person_id == user_of(request).person_id:
            found.refused.append((row, _("Nobody waives a line on the own card.")))
        elif row.card.state != CardState.DRAFT:
            found.refused.append((row, _("This card is submitted: its lines stand. Return it first.")))
        elif not row.lacks:
            found.refused.append((row, _("No line of this card is open.")))
        else:
            found.able.append(row)
            for gap in row.lacks:
                counts[gap.line] = (gap.name, counts.get(gap.line, ("", 0))[1] + 1)
    found.lines = [(code, name, count) for code, (name, count) in counts.items()]
    found.said = _(
        "A waived line counts with its full weight. The reason stands on the card, and the drafts are "
        "computed again at once."
    )
    return found


def _look_remind(_request: HttpRequest, step: Step, rows: Sequence[Row]) -> Look:
    found = Look(step, [], [], "")
    waiting: dict[str, int] = {}
    for row in rows:
        if row.due is None:
            found.refused.append((row, _("This card waits for nobody.")))
            continue
        found.able.append(row)
        who = (
            row.card.person.name
            if row.waits_for == "subject"
            else str(ROLES.get(row.waits_for, row.waits_for))
        )
        waiting[who] = waiting.get(who, 0) + 1
    named = [
        ngettext("%(name)s %(count)s card", "%(name)s %(count)s cards", count)
        % {"name": name, "count": count}
        for name, count in sorted(waiting.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    words = ngettext(
        "%(count)s person is reminded, in the inbox and by the daily e-mail: %(names)s. Nobody is told "
        "twice on one day.",
        "%(count)s people are reminded, in the inbox and by the daily e-mail: %(names)s. Nobody is told "
        "twice on one day.",
        len(named),
    )
    found.said = words % {"count": len(named), "names": pgettext("between names", ", ").join(named)}
    return found


def _look_pdf(_request: HttpRequest, step: Step, rows: Sequence[Row]) -> Look:
    found = Look(step, [], [], _("The file is made in the background; you may leave this page."))
    for row in rows:
        if row.card.state == CardState.DRAFT:
            found.refused.append((row, _("A draft has no document yet.")))
        else:
            found.able.append(row)
    return found


def _look_workflow(request: HttpRequest, step: Step, rows: Sequence[Row]) -> Look:
    found = Look(step, [], [], "")
    offers = workflow.offers([row.card for row in rows], by=user_of(request), at=timezone.now())
    for row in rows:
        offer = next((one for one in offers[row.card.pk] if one.act == step.code), None)
        if offer is not None and not offer.reason:
            found.able.append(row)
        else:
            found.refused.append((row, offer.reason if offer else _why_not(step, row)))
    if step.code == "return":
        found.said = _(
            "These cards go back to draft, take current figures and run all steps again. Their agents get the "
            "full time anew; the version before stays readable."
        )
        found.reasons = _reasons([row.card for row in found.able])
    else:
        found.said = _(
            "Nothing moves yet: a second person has to consent. The reason stands in each card's history."
        )
    return found


def _why_not(step: Step, row: Row) -> str:
    if step.code == "return" and not row.asked:
        return _("Nobody has asked to return this card.")
    if step.code == "return":
        return _("You asked for this return yourself, or the card is not yours to return.")
    if row.card.state == CardState.DRAFT:
        return _("This card is a draft already.")
    if row.card.state == CardState.PAID:
        return _("This card is paid and is never opened again.")
    return _("This card is not yours to return.")


def _reasons(cards: Sequence[Card]) -> list[tuple[str, str, int]]:
    """Return who asked to return the cards and why, with how many cards each reason is about."""
    events = CardEvent.objects.filter(card__in=cards, act="ask_return", seq=F("card__seq"))
    counts: dict[tuple[str, str], int] = {}
    for name, text in events.values_list("person__name", "note__text"):
        counts[name or "", text or ""] = counts.get((name or "", text or ""), 0) + 1
    return [(name, text, count) for (name, text), count in counts.items()]


def _act(
    owner: ReviewAdmin, request: HttpRequest, review: Review, look: Look, *, stamps: dict[int, str]
) -> HttpResponse:
    rows = [*look.able, *(row for row, _why in look.refused)]
    reason = request.POST.get("reason", "").strip()
    if look.step.asks and not reason:
        return _page(owner, request, review, look, faults=[_("Give a reason.")])
    if len(reason) > MOST_REASON:
        return _page(owner, request, review, look, faults=[_("At most 400 characters, please.")])
    try:
        _do(request, review, look.step, rows, reason=reason, stamps=stamps)
    except BulkRefused as refused:
        causes = [f"{one.card.person.name}: {one.message}" for one in refused.refusals[:NAMED]]
        return _page(owner, request, review, look, faults=[str(refused), *causes], status=HTTPStatus.CONFLICT)
    except (ValidationError, NothingToPrint) as refused:
        faults = refused.messages if isinstance(refused, ValidationError) else [str(refused)]
        return _page(owner, request, review, look, faults=faults)
    return _back(review)


def _do(
    request: HttpRequest,
    review: Review,
    step: Step,
    rows: Sequence[Row],
    *,
    reason: str,
    stamps: dict[int, str],
) -> None:
    by, at, cards = user_of(request), timezone.now(), [row.card for row in rows]
    if step.code == "pdf":
        language: Language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        start_team_pdf(review, review.unit, by=by, language=language, only={card.pk for card in cards})
        return
    if step.code == "remind":
        told = remind(cards, by=by, at=at)
        said = ngettext("%(count)s notice was sent.", "%(count)s notices were sent.", told.notices)
        messages.success(request, said % {"count": told.notices})
        return
    if step.code == "waive":
        open_lines = {row.card: {gap.line for gap in row.lacks} for row in rows}
        count = bulk.waive_lines(
            review, open_lines, request.POST.getlist("line"), reason=reason, by=by, at=at
        )
        said = ngettext("%(count)s line waived.", "%(count)s lines waived.", count)
        messages.success(request, said % {"count": count})
        return
    done = workflow.take_many(step.code, cards, by=by, at=at, note=reason, stamps=stamps)
    if step.code == "return":
        said = ngettext("%(count)s card is a draft again.", "%(count)s cards are drafts again.", len(done))
    else:
        said = ngettext(
            "The return of %(count)s card is asked for; a second person has to consent.",
            "The return of %(count)s cards is asked for; a second person has to consent.",
            len(done),
        )
    messages.success(request, said % {"count": len(done)})


def _page(
    owner: ReviewAdmin,
    request: HttpRequest,
    review: Review,
    look: Look,
    *,
    faults: Sequence[str] = (),
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    context: dict[str, Any] = {
        **owner.admin_site.each_context(request),
        "title": look.step.heading,
        "review": review,
        "look": look,
        "able": look.able[:NAMED],
        "refused": look.refused[:NAMED],
        "faults": faults,
        "reason": request.POST.get("reason", ""),
        "lines": request.POST.getlist("line"),
        "back": f"{reverse('admin:reviews_review_change', args=[review.pk])}#cards",
    }
    return TemplateResponse(
        request, "reviews/admin/review_bulk.html", context, status=status if faults else HTTPStatus.OK
    )
