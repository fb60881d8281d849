"""The decider's answers: each objection upheld with the right input, or the points stay; always with a reason.

What an answer would change is shown before it is saved: computed by the server, written by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reviews import copies, drafts, workflow
from reviews.access import sees_money
from reviews.comparing import FigureChange, LineChange, figure_changes, line_changes
from reviews.correcting import Correction, NoCard, corrected
from reviews.effects import Answer
from reviews.fact_keys import FACT_KEYS, fact_key
from reviews.models import Card, CardLine, CardState, Evidence, Objection
from reviews.refusals import Blocked, WrongState
from reviews.scoring.facts import FactKey, FactKind
from reviews.scoring.words import Lang
from reviews.services.evidence import to_show
from reviews.sheet import SheetLine
from reviews.sheets.lines import sheet_line
from reviews.views import common
from reviews.views.card import cards_of
from reviews.views.common import Fault

NUMBER = re.compile(r"\d{1,12}(\.\d{1,8})?")
HIGHEST = {FactKind.RUBRIC: 5, FactKind.MARK_5: 5, FactKind.MARK_100: 100, FactKind.RATE: 1}


@dataclass(frozen=True, slots=True)
class Given:
    """One input of a line that an answer may put right."""

    key: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Open:
    """One objection that waits, with its line, and what has been typed as its answer."""

    objection: Objection
    line: SheetLine
    inputs: tuple[Given, ...]
    verdict: str
    key: str
    value: str
    text: str
    wrong: frozenset[str]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the answers as typed would change; `said` where they change nothing yet, or cannot stand."""

    lines: tuple[LineChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    said: str = ""


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def answering(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the objections that wait, or answer all of them."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    if refusal := _closed(request, found):
        return refusal
    waiting = _waiting(found)
    if request.method == "GET":
        return _form(request, found, waiting, drafts.of(person_id=_person(request), form=form_of(found)), [])
    typed = _typed_in(request)
    answers, faults = read_answers(request, waiting)
    if not faults:
        try:
            workflow.take(
                "answer",
                found,
                by=user,
                at=timezone.now(),
                expected_version=request.POST.get("stamp", ""),
                answers=answers,
            )
        except WrongState as error:
            _keep(request, found)
            return common.refused(request, found, error)
        except Blocked as error:
            faults = [Fault(str(error))]
    if faults:
        _keep(request, found)
        return _form(request, found, waiting, typed, faults)
    drafts.drop(person_id=_person(request), about=about(found))
    messages.success(request, _("Every objection is answered; the agent is asked to agree or maintain."))
    return redirect(common.card_address(found))


@never_cache
@login_required
@require_POST
def preview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what the answers as typed would change. Nothing is written but the draft of what was typed."""
    found = get_object_or_404(cards_of(common.reader_of(request)), public_id=public_id)
    if refusal := _closed(request, found):
        return refusal
    waiting = _waiting(found)
    shown = preview_of(found, request, waiting)
    if request.headers.get("HX-Request"):
        return render(request, "reviews/answer_preview.html", {"preview": shown})
    _keep(request, found)
    return _form(request, found, waiting, _typed_in(request), [], preview=shown)


@never_cache
@login_required
@require_POST
def keep_draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep the answers as typed so far; the page asks for it every few seconds."""
    found = get_object_or_404(cards_of(common.reader_of(request)), public_id=public_id)
    if refusal := _closed(request, found):
        if refusal.status_code != HTTPStatus.CONFLICT:
            return refusal
        said = _("The card has moved on meanwhile; open it again.")
        return HttpResponse(said, status=HTTPStatus.CONFLICT, content_type="text/plain; charset=utf-8")
    _keep(request, found)
    time = date_format(timezone.localtime(timezone.now()), "TIME_FORMAT")
    kept = _("Kept on the server at %(time)s.") % {"time": time}
    return HttpResponse(kept, content_type="text/plain; charset=utf-8")


def about(card: Card) -> str:
    """Return how the names of all drafts of the answers on a card begin."""
    return f"answer:{card.public_id}:"


def form_of(card: Card) -> str:
    """Name the draft of the answers on a card as it stands."""
    return f"{about(card)}{card.stamp}"


def _person(request: HttpRequest) -> int:
    return common.reader_of(request).person_id or 0


def _typed_in(request: HttpRequest) -> dict[str, str]:
    return {
        name: text
        for name, text in request.POST.items()
        if isinstance(text, str) and name.startswith(("verdict-", "key-", "value-", "text-"))
    }


def _keep(request: HttpRequest, found: Card) -> None:
    if typed := _typed_in(request):
        drafts.keep(person_id=_person(request), form=form_of(found), content=typed, at=timezone.now())


def _closed(request: HttpRequest, found: Card) -> HttpResponse | None:
    """Refuse those whose step it is not, and cards on which nothing waits for an answer."""
    user = common.reader_of(request)
    offers = {offer.act: offer for offer in workflow.allowed(found, by=user, at=timezone.now())}
    if "answer" not in offers:
        return _refusal(request, found)
    if offers["answer"].reason:
        return common.refused(request, found, offers["answer"].reason)
    return None


def preview_of(found: Card, request: HttpRequest, waiting: list[tuple[Objection, CardLine]]) -> Preview:
    """Return what the complete corrections among the answers as typed would change."""
    if found.current is None or not waiting:
        return Preview(said=_("Nothing would change: the points stay."))
    corrections, faults = [], []
    for one, row in waiting:
        if request.POST.get(f"verdict-{one.line}") != "upheld":
            continue
        key, value, fault = _corrected_input(request, one.line, row, sheet_line(row, lang_now()).name)
        if fault is None and value is not None:
            corrections.append(Correction(one.line, key, value))
        elif fault is not None:
            faults.append(fault.text)
    if faults:
        return Preview(said=" ".join(faults))
    if not corrections:
        return Preview(said=_("Nothing would change: the points stay."))
    held = copies.read([found.current])[found.current.pk]
    try:
        right = corrected(held, corrections, on=common.today())
    except NoCard as refused:
        return Preview(said=str(refused))
    money = sees_money(common.reader_of(request), found, on=common.today()) and not found.review.trial
    changed = [line for line in line_changes(held, right, lang_now()) if line.changed]
    return Preview(tuple(changed), tuple(figure_changes(held, right, with_money=money)))


def _refusal(request: HttpRequest, found: Card) -> HttpResponse:
    if found.state != CardState.OBJECTED:
        said = _(
            "This card is in the state “%(state)s”; no objection waits for an answer."
            " Your action changed nothing."
        )
        return common.refused(request, found, said % {"state": found.get_state_display()})
    raise PermissionDenied(_("This step belongs to somebody else."))


def _waiting(found: Card) -> list[tuple[Objection, CardLine]]:
    objections = Objection.objects.standing().filter(version__card=found, outcome="").order_by("pk")
    rows = CardLine.objects.filter(
        segment__version=found.current_id, code__in=[one.line for one in objections]
    )
    lines = {row.code: row for row in rows.order_by("-segment__order")}
    return [(one, lines[one.line]) for one in objections if one.line in lines]


def lang_now() -> Lang:
    """Return the language of this page, as the core names it."""
    return "en" if common.language_now() == "en" else "zh"


def read_answers(
    request: HttpRequest, waiting: list[tuple[Objection, CardLine]]
) -> tuple[list[Answer], list[Fault]]:
    """Read the answers as posted, with everything to put right."""
    answers: list[Answer] = []
    faults: list[Fault] = []
    for one, row in waiting:
        name = sheet_line(row, lang_now()).name
        answer, wrong = _read(request, one.line, row, name)
        faults += wrong
        if answer is not None:
            answers.append(answer)
    return answers, faults


def _read(request: HttpRequest, code: str, row: CardLine, name: str) -> tuple[Answer | None, list[Fault]]:
    verdict = request.POST.get(f"verdict-{code}", "")
    text = request.POST.get(f"text-{code}", "").strip()
    faults = []
    if verdict not in {"upheld", "rejected"}:
        said = _("%(line)s: choose whether the points are corrected or stay.") % {"line": name}
        faults.append(Fault(said, f"verdict-{code}"))
    if not text:
        said = _("%(line)s: give the agent a reason.") % {"line": name}
        faults.append(Fault(said, f"text-{code}"))
    if verdict != "upheld":
        return (None, faults) if faults else (Answer(code, upheld=False, text=text), faults)
    key, value, fault = _corrected_input(request, code, row, name)
    if fault is not None:
        return None, [*faults, fault]
    return (None, faults) if faults else (Answer(code, upheld=True, text=text, key=key, value=value), faults)


def _corrected_input(
    request: HttpRequest, code: str, row: CardLine, name: str
) -> tuple[str, Decimal | None, Fault | None]:
    """Read which input of a line was wrong and its right value, or what is wrong with that."""
    key = request.POST.get(f"key-{code}", "")
    if key not in {given["key"] for given in row.explanation["inputs"]}:
        said = _("%(line)s: choose the figure that was wrong.") % {"line": name}
        return key, None, Fault(said, f"key-{code}")
    value, said = read_value(request.POST.get(f"value-{code}", ""), fact_key(key))
    if value is None:
        return key, None, Fault(f"{name}: {said}", f"value-{code}")
    return key, value, None


def read_value(text: str, key: FactKey) -> tuple[Decimal | None, str]:
    """Read the right value of an input in the unit of its key, or say what is wrong with it.

    A rate is written in percent, as it stands on the card.
    """
    plain = text.strip().replace(",", "")
    if not NUMBER.fullmatch(plain):
        return None, _("write the right figure as a plain number, for example 92340.00.")
    value = Decimal(plain) / 100 if key.kind is FactKind.RATE else Decimal(plain)
    if key.kind is FactKind.COUNT and value != value.to_integral_value():
        return None, _("this figure is a count: write a whole number.")
    highest = HIGHEST.get(key.kind)
    if highest is not None and value > highest:
        return None, _("this figure is at most %(highest)s.") % {"highest": highest}
    return value, ""


def _form(
    request: HttpRequest,
    found: Card,
    waiting: list[tuple[Objection, CardLine]],
    typed: Mapping[str, str],
    faults: list[Fault],
    *,
    preview: Preview | None = None,
) -> HttpResponse:
    wrong = frozenset(fault.anchor for fault in faults)
    lang = lang_now()
    sent: dict[int, list[Evidence]] = {}
    for item in to_show(Evidence.objects.filter(objection__in=[one for one, _row in waiting])):
        sent.setdefault(item.objection_id or 0, []).append(item)
    opened = [
        _open(typed, one, sheet_line(row, lang), row, wrong, tuple(sent.get(one.pk, ())))
        for one, row in waiting
    ]
    context = {
        "card": found,
        "opened": opened,
        "stamp": found.stamp,
        "faults": faults,
        "preview": preview,
        "heading": _("Answer the objections"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "reviews/answer.html", context, status=status)


def _open(
    typed: Mapping[str, str],
    one: Objection,
    line: SheetLine,
    row: CardLine,
    wrong: frozenset[str],
    evidence: tuple[Evidence, ...],
) -> Open:
    shown = zip(row.explanation["inputs"], line.inputs, strict=True)
    inputs = tuple(Given(raw["key"], text.label, text.value) for raw, text in shown)
    code = one.line
    return Open(
        one,
        line,
        tuple(given for given in inputs if given.key.partition(".")[0] in FACT_KEYS),
        typed.get(f"verdict-{code}", ""),
        typed.get(f"key-{code}", inputs[0].key if len(inputs) == 1 else ""),
        typed.get(f"value-{code}", ""),
        typed.get(f"text-{code}", ""),
        wrong,
        evidence,
    )
