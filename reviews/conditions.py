"""What must hold before a step is taken, beyond the state and the person: read in bulk, said in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reviews import history
from reviews.effects import Answer, Move
from reviews.models import Card, CardEvent, CardLine, CardState, Objection

FINISHED = [CardState.CONFIRMED, CardState.CLOSED, CardState.APPROVED, CardState.PAID]
# What answers HR's asking to return a card.
SETTLES = frozenset({"return", "decline_return"})
EYES = {"publish": ["submit"], "send_back": ["submit"], "answer": ["submit", "publish"]}


@dataclass(slots=True)
class Evidence:
    """What the conditions of one act look at, for some cards, by card id."""

    did: dict[int, dict[str, int]] = field(default_factory=dict)
    lines: dict[int, list[CardLine]] = field(default_factory=dict)
    objections: dict[int, list[Objection]] = field(default_factory=dict)
    asked: dict[int, CardEvent] = field(default_factory=dict)
    unfinished: dict[int, list[str]] = field(default_factory=dict)


def gather(act: str, cards: Sequence[Card], *, entered: bool = True) -> Evidence:
    """Read what an act's conditions need for some cards, in at most three queries.

    `entered`: whether something is entered with the act, which its lines are needed to check.
    """
    found = Evidence()
    if act in EYES:
        _read_who_did(found, cards, EYES[act])
    if act == "submit" or (entered and act in {"object", "answer"}):
        _read_lines(found, cards)
    if act in {"answer", "agree", "maintain", "silence"}:
        waiting = Objection.objects.standing().filter(version__card__in=cards, reply="")
        for objection in waiting.select_related("version"):
            found.objections.setdefault(objection.version.card_id, []).append(objection)
    if act in SETTLES:
        found.asked = _asked(cards)
    if act == "close":
        open_months = {card.review_id for card in cards if card.review.closed_at is None}
        rows = Card.objects.filter(review__in=open_months, set_aside_at__isnull=True)
        rows = rows.exclude(state__in=FINISHED)
        for review_id, name in rows.values_list("review_id", "person__name").order_by("person__staff_no"):
            found.unfinished.setdefault(review_id, []).append(name)
    return found


def _asked(cards: Sequence[Card]) -> dict[int, CardEvent]:
    known = [entries for card in cards if (entries := history.known_entries(card)) is not None]
    if len(known) == len(cards):
        last = [entries[-1] for entries in known if entries]
        return {event.card_id: event for event in last if event.act == "ask_return"}
    rows = CardEvent.objects.filter(card__in=cards, act="ask_return", seq=F("card__seq"))
    return {event.card_id: event for event in rows.select_related("note")}


def _read_who_did(found: Evidence, cards: Sequence[Card], acts: list[str]) -> None:
    known = [entries for card in cards if (entries := history.known_entries(card)) is not None]
    if len(known) == len(cards):
        current = {card.current_id for card in cards}
        for event in (event for entries in known for event in entries):
            if event.act in acts and event.version_id in current and event.person_id is not None:
                found.did.setdefault(event.card_id, {})[event.act] = event.person_id
        return
    rows = CardEvent.objects.filter(version__in=[card.current_id for card in cards], act__in=acts)
    for card_id, act, person_id in rows.order_by("seq").values_list("card_id", "act", "person_id"):
        found.did.setdefault(card_id, {})[act] = person_id


def _read_lines(found: Evidence, cards: Sequence[Card]) -> None:
    by_version = {card.current_id: card.pk for card in cards}
    lines = CardLine.objects.filter(segment__version__in=by_version).select_related("segment")
    for line in lines.order_by("segment__order", "order"):
        found.lines.setdefault(by_version[line.segment.version_id], []).append(line)


def same_eyes(
    act: str, card: Card, person_id: int | None, evidence: Evidence, *, approver_may_decide: bool
) -> str:
    """Return why a person may not act because of what they did before, or an empty text."""
    if person_id is None:
        return ""
    did = evidence.did.get(card.pk, {})
    if did.get("submit") == person_id:
        return _("You submitted this card yourself; somebody else has to take this step.")
    if did.get("publish") == person_id and not approver_may_decide:
        return _("You approved this card yourself; somebody else has to answer its objections.")
    return ""


def not_now(act: str, card: Card, evidence: Evidence, *, at: datetime) -> str:
    """Return why an act is not possible yet whatever is entered with it, or an empty text."""
    if act == "submit":
        return _not_ready(card, evidence)
    if act in {"set_aside", "take_back"}:
        return _not_aside(act, card)
    if act == "silence":
        return _not_silent(card, evidence.objections.get(card.pk, []), at=at)
    if act in {"object", "maintain"} and card.window_ends_at is not None and at > card.window_ends_at:
        when = date_format(timezone.localtime(card.window_ends_at), "SHORT_DATETIME_FORMAT")
        return _("The time for objections ended on %(when)s. Turn to HR.") % {"when": when}
    if act in {"answer", "agree", "maintain"}:
        return _not_answered(act, evidence.objections.get(card.pk, []))
    if act == "close" and card.set_aside_at is not None and card.review.closed_at is None:
        return _("This card is set aside; it is closed after the month, by itself.")
    if act == "close" and (names := evidence.unfinished.get(card.review_id)):
        return _("These cards are not confirmed yet: %(names)s.") % {"names": _joined(names)}
    if act in SETTLES and card.pk not in evidence.asked:
        return _("HR has not asked to return this card.")
    if act == "pay" and card.review.trial:
        return _("This is a trial month: it creates no pay.")
    return ""


def _not_aside(act: str, card: Card) -> str:
    if card.review.closed_at is not None:
        return _("The month is closed already; the card follows in a supplementary hand-over anyway.")
    if act == "set_aside" and card.set_aside_at is not None:
        return _("This card is set aside already.")
    if act == "take_back" and card.set_aside_at is None:
        return _("This card is not set aside.")
    return ""


def _not_silent(card: Card, objections: list[Objection], *, at: datetime) -> str:
    """Silence confirms only what was delivered, and only after the agent's own time."""
    if card.state == CardState.OBJECTED and (said := _not_answered("silence", objections)):
        return said
    if card.delivered_at is None or card.window_ends_at is None:
        return _("This card has not been delivered; silence does not confirm it.")
    if at <= card.window_ends_at:
        return _("The agent still has time to answer.")
    return ""


def _not_ready(card: Card, evidence: Evidence) -> str:
    version = card.current
    if version is None or version.frozen_at is not None:
        return _("This card has not been computed yet. Run the month first.")
    lines = evidence.lines.get(card.pk, [])
    open_lines = [line_name(line) for line in lines if line.status == CardLine.Status.MISSING]
    if open_lines:
        return _("These lines are still open: %(lines)s.") % {"lines": _joined(open_lines)}
    if version.total is None:
        return _("This card has no total yet. Run the month again.")
    return ""


def _not_answered(act: str, objections: list[Objection]) -> str:
    if act == "answer" and not any(one.outcome == "" for one in objections):
        return _("Every objection has its answer already.")
    if act != "answer" and (not objections or any(one.outcome == "" for one in objections)):
        return _("Not every objection has its answer yet.")
    return ""


def bad_input(act: str, card: Card, evidence: Evidence, move: Move) -> str:
    """Return what is wrong with what was entered for an act, or an empty text."""
    if act == "object":
        return _bad_objections(evidence.lines.get(card.pk, []), move)
    if act == "answer":
        return _bad_answers(card, evidence, move.answers)
    if act == "reassign":
        return _bad_eyes(card, move.eyes.get(card.pk, {}))
    return ""


def _bad_eyes(card: Card, eyes: Mapping[str, int]) -> str:
    """Return why a card cannot pass to these people: three different ones, none of them its subject."""
    before = {name: getattr(card, f"{name}_id") for name in ("assessor", "approver", "decider")}
    if not eyes or set(eyes) - set(before) or {**before, **eyes} == before:
        return _("Name at least one new person for this card.")
    after = {**before, **eyes}
    if card.person_id in after.values():
        return _("Nobody acts on the own card.")
    alone = before["approver"] == before["decider"] and after["approver"] == after["decider"]
    people = [after["assessor"], after["approver"], *([] if alone else [after["decider"]])]
    if len(set(people)) != len(people):
        return _("Assessor, approver and decider are different people.")
    return ""


def _bad_objections(lines: list[CardLine], move: Move) -> str:
    if not move.objections:
        return _("Choose at least one line and give a reason.")
    codes = {line.code for line in lines}
    if unknown := sorted(set(move.objections) - codes):
        return _("This card has no line %(lines)s.") % {"lines": _joined(unknown)}
    if any(not reason.strip() or len(reason) > 2000 for reason in move.objections.values()):
        return _("Give a reason of at most 2,000 characters for each line.")
    return ""


def _bad_answers(card: Card, evidence: Evidence, answers: Sequence[Answer]) -> str:
    waiting = {one.line for one in evidence.objections.get(card.pk, []) if not one.outcome}
    if {one.line for one in answers} != waiting or len(answers) != len(waiting):
        return _("Answer every objection of this card, each once.")
    if any(not one.text.strip() or len(one.text) > 2000 for one in answers):
        return _("Give a reason of at most 2,000 characters for each answer.")
    inputs = {
        line.code: {given["key"] for given in line.explanation["inputs"]}
        for line in evidence.lines.get(card.pk, [])
    }
    for one in answers:
        if one.upheld and (one.value is None or one.key not in inputs.get(one.line, ())):
            return _("Name the input of the line that was wrong and its right value.")
    return ""


def line_name(line: CardLine) -> str:
    """Return a line's name in the reader's language."""
    named = line.explanation["line"]
    english = (get_language() or "").startswith("en")
    return str(named["name_en"] if english and named["name_en"] else named["name_zh"])


def _joined(names: Sequence[str]) -> str:
    return ("、" if not (get_language() or "").startswith("en") else ", ").join(names)
