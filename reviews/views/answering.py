"""The decider's answers: each objection upheld with the right input, or the points stay; always with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews import workflow
from reviews.effects import Answer
from reviews.fact_keys import FACT_KEYS, fact_key
from reviews.models import Card, CardLine, CardState, Objection
from reviews.refusals import Blocked, WrongState
from reviews.scoring.facts import FactKey, FactKind
from reviews.scoring.words import Lang
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


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def answering(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the objections that wait, or answer all of them."""
    user = common.reader_of(request)
    found = get_object_or_404(cards_of(user), public_id=public_id)
    offers = {offer.act: offer for offer in workflow.allowed(found, by=user, at=timezone.now())}
    if "answer" not in offers:
        return _refusal(request, found)
    waiting = _waiting(found)
    if offers["answer"].reason:
        return common.refused(request, found, offers["answer"].reason)
    if request.method == "GET":
        return _form(request, found, waiting, [])
    answers, faults = read_answers(request, waiting)
    if faults:
        return _form(request, found, waiting, faults)
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
        return common.refused(request, found, error)
    except Blocked as error:
        return _form(request, found, waiting, [Fault(str(error))])
    messages.success(request, _("Every objection is answered; the agent is asked to agree or maintain."))
    return redirect(common.card_address(found))


def _refusal(request: HttpRequest, found: Card) -> HttpResponse:
    if found.state != CardState.OBJECTED:
        said = _(
            "This card is in the state “%(state)s”; no objection waits for an answer."
            " Your action changed nothing."
        )
        return common.refused(request, found, said % {"state": found.get_state_display()})
    raise PermissionDenied(_("This step belongs to somebody else."))


def _waiting(found: Card) -> list[tuple[Objection, CardLine]]:
    objections = Objection.objects.filter(version__card=found, outcome="").order_by("pk")
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
    key = request.POST.get(f"key-{code}", "")
    if key not in {given["key"] for given in row.explanation["inputs"]}:
        said = _("%(line)s: choose the figure that was wrong.") % {"line": name}
        return None, [*faults, Fault(said, f"key-{code}")]
    value, said = read_value(request.POST.get(f"value-{code}", ""), fact_key(key))
    if value is None:
        return None, [*faults, Fault(f"{name}: {said}", f"value-{code}")]
    return (None, faults) if faults else (Answer(code, upheld=True, text=text, key=key, value=value), faults)


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
    request: HttpRequest, found: Card, waiting: list[tuple[Objection, CardLine]], faults: list[Fault]
) -> HttpResponse:
    wrong = frozenset(fault.anchor for fault in faults)
    lang = lang_now()
    opened = [_open(request.POST.dict(), one, sheet_line(row, lang), row, wrong) for one, row in waiting]
    context = {
        "card": found,
        "opened": opened,
        "stamp": found.stamp,
        "faults": faults,
        "heading": _("Answer the objections"),
        "month": common.heading_of(found),
        "back": common.card_address(found),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "reviews/answer.html", context, status=status)


def _open(
    typed: dict[str, Any], one: Objection, line: SheetLine, row: CardLine, wrong: frozenset[str]
) -> Open:
    shown = zip(row.explanation["inputs"], line.inputs, strict=True)
    inputs = tuple(Given(raw["key"], text.label, text.value) for raw, text in shown)
    code = one.line
    return Open(
        one,
        line,
        tuple(given for given in inputs if given.key.partition(".")[0] in FACT_KEYS),
        str(typed.get(f"verdict-{code}", "")),
        str(typed.get(f"key-{code}", inputs[0].key if len(inputs) == 1 else "")),
        str(typed.get(f"value-{code}", "")),
        str(typed.get(f"text-{code}", "")),
        wrong,
    )
