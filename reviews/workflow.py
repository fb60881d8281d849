"""The state machine of cards: a table and one function. Nothing else moves a card.

`take` moves one card, `take_many` several in one transaction or none; `offers` says what somebody
could do, for buttons. Who may act is decided by persons, never by accounts. Source: month.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reviews import announcing, conditions, history
from reviews.acting import Actor, Standing, actor_of, is_subordinate, reader_of
from reviews.conditions import Evidence
from reviews.effects import Answer, Move
from reviews.models import Card, CardEvent, CardState, Procedure
from reviews.procedures import Roles, roles_of
from reviews.refusals import Blocked, BulkRefused, Kind, Refusal, WrongState
from reviews.steps import NEXT, STEPS, Step
from staff import jobs
from staff.models import User

__all__ = [
    "STEPS",
    "Answer",
    "Blocked",
    "BulkRefused",
    "Offer",
    "WrongState",
    "allowed",
    "offers",
    "take",
    "take_many",
]


@dataclass(frozen=True, slots=True)
class Offer:
    """An act somebody has on a card; `reason` says why not now, empty if it can be taken."""

    act: str
    label: Promise
    reason: str = ""


@dataclass(slots=True)
class _Case:
    """Everything the checks of one act look at."""

    act: str
    step: Step
    actor: Actor
    at: datetime
    roles: dict[int, Roles] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)

    def roles_for(self, card: Card) -> Roles:
        procedure: Procedure = card.review.procedure
        if procedure.pk not in self.roles:
            self.roles[procedure.pk] = roles_of(procedure)
        return self.roles[procedure.pk]

    def standing(self, card: Card) -> Standing | None:
        return self.actor.standing(card, self.step.who, self.roles_for(card))


def take(
    act: str,
    card: Card,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    expected_version: str = "",
    objections: Mapping[str, str] | None = None,
    answers: Sequence[Answer] = (),
) -> CardEvent:
    """Take one step with one card, record it and refresh `card`; or raise and change nothing.

    `expected_version` is the `card.stamp` the person was shown; another one by now is refused.
    `objections` (line -> reason) goes with "object", `answers` with "answer". Only "silence" is taken by
    nobody (`by` None). Raises KeyError for an unknown act, PermissionDenied, WrongState or Blocked, each
    with a sentence for the person.
    """
    person_id = by.person_id or 0 if by else 0
    move = Move([card], at, person_id, note.strip(), objections or {}, answers)
    try:
        [event] = _take(act, move, by=by, stamps={card.pk: expected_version} if expected_version else {})
    except BulkRefused as refused:
        raise _single(refused.refusals[0]) from None
    card.refresh_from_db()
    return event


def _single(refusal: Refusal) -> Exception:
    if refusal.kind is Kind.DENIED:
        return PermissionDenied(refusal.message)
    return WrongState(refusal) if refusal.kind is Kind.CONFLICT else Blocked(refusal)


def take_many(
    act: str,
    cards: Sequence[Card],
    *,
    by: User,
    at: datetime,
    note: str = "",
    stamps: Mapping[int, str] | None = None,
    eyes: Mapping[int, Mapping[str, int]] | None = None,
) -> list[CardEvent]:
    """Take one step with several cards in one transaction, or raise BulkRefused with every cause.

    `stamps` maps card ids to the `card.stamp` that was shown. `eyes` goes with "reassign": card id ->
    assessor, approver, decider -> person id. The cards passed are not refreshed. Where the procedure
    says so and the person holds both roles, the step that follows is taken too; its entries are not returned.
    """
    move = Move(cards, at, by.person_id or 0, note.strip(), eyes=eyes or {})
    return _take(act, move, by=by, stamps=stamps or {})


@transaction.atomic
def _take(act: str, move: Move, *, by: User | None, stamps: Mapping[int, str]) -> list[CardEvent]:
    step = STEPS[act]
    cards = _locked([card.pk for card in move.cards])
    move = replace(move, cards=cards)
    case = _Case(act, step, actor_of(by, on=timezone.localdate(move.at)), move.at)
    case.evidence = conditions.gather(act, cards)
    refusals = [found for card in cards if (found := _refusal(case, card, move, stamps.get(card.pk, "")))]
    if refusals:
        raise BulkRefused(_named(refusals), asked=len(cards))
    _move(step, cards, at=move.at)
    if act == "return":
        move.note = move.note or _reason_asked(case.evidence)
    standings = [case.standing(card) for card in cards]
    move.for_person_id = next((one.for_person_id for one in standings if one), None)
    step.effect(move)
    events = [_event(case, card) for card in cards]
    history.append(events, note=move.note)
    if step.recompute:
        for card in cards:
            steps, payload = [{"card": card.pk}], {"at": move.at.isoformat()}
            jobs.start("recompute_card", key=str(card.pk), steps=steps, payload=payload, by=by)
    gone_on = _go_on(*NEXT[act], move, by=by) if act in NEXT else frozenset()
    # Nobody is asked for a step that has been taken in the same go.
    told = [(card, event) for card, event in zip(cards, events, strict=True) if card.pk not in gone_on]
    announcing.announce(act, [card for card, _event in told], [event for _card, event in told])
    return events


def _go_on(act: str, slot: str, move: Move, *, by: User | None) -> frozenset[int]:
    """Take the next step too with the cards whose procedure joins it, where it is this person's and possible.

    Return the ids of these cards.
    """
    cards = _locked([card.pk for card in move.cards])
    if by is None or not cards:
        return frozenset()
    case = _Case(act, STEPS[act], actor_of(by, on=timezone.localdate(move.at)), move.at)
    joined = [
        card
        for card in cards
        if (slot, card.position.subject_kind) in case.roles_for(card).in_one_go and case.standing(card)
    ]
    case.evidence = conditions.gather(act, joined)
    able = [card for card in joined if _refusal(case, card, move, "") is None]
    if able:
        _take(act, replace(move, cards=able), by=by, stamps={})
    return frozenset(card.pk for card in able)


def _locked(ids: Sequence[int]) -> list[Card]:
    """Read the cards afresh and keep others from moving them until the transaction ends."""
    rows = Card.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    related = rows.select_related(
        "review__procedure", "review__unit", "unit", "position", "person", "current"
    )
    return list(related.order_by("pk"))


def _move(step: Step, cards: Sequence[Card], *, at: datetime) -> None:
    """Compare and swap: of two who press at once, one finds no card left at its source."""
    rows = Card.objects.filter(pk__in=[card.pk for card in cards])
    sources = {card.state for card in cards}
    if step.target is None:
        moved = rows.filter(state__in=step.sources).update(seq=F("seq") + 1)
    elif step.target == CardState.SUBMITTED:
        moved = rows.move(sources=sources, target=step.target, seq=F("seq") + 1, submitted_at=at)
    else:
        moved = rows.move(sources=sources, target=step.target, seq=F("seq") + 1)
    if moved != len(cards):
        raise BulkRefused([_conflict(card) for card in cards], asked=len(cards))


def _event(case: _Case, card: Card) -> CardEvent:
    standing = case.standing(card)
    return CardEvent(
        card=card,
        seq=card.seq + 1,
        version_id=card.current_id,
        at=case.at,
        act=case.act,
        from_state=card.state,
        to_state=case.step.target or card.state,
        user=case.actor.user,
        person_id=case.actor.person_id,
        subject_id=card.person_id,
        for_person_id=standing.for_person_id if standing else None,
    )


def _reason_asked(evidence: Evidence) -> str:
    return next((event.note.text for event in evidence.asked.values() if hasattr(event, "note")), "")


def _refusal(case: _Case, card: Card, move: Move, stamp: str) -> Refusal | None:
    """Return the first reason why a card does not move, or None: person, state, version, then content."""
    if reason := _not_theirs(case, card):
        return Refusal(card, Kind.DENIED, reason)
    if card.state not in case.step.sources:
        return Refusal(card, Kind.CONFLICT, "")
    if stamp and stamp != card.stamp:
        changed = _(
            "This card has changed since you opened it. Your action changed nothing. Look at it again."
        )
        return Refusal(card, Kind.CONFLICT, changed)
    if case.step.needs_note and not move.note:
        return Refusal(card, Kind.BLOCKED, _("Give a reason."))
    reason = conditions.not_now(case.act, card, case.evidence, at=case.at) or conditions.bad_input(
        case.act, card, case.evidence, move
    )
    return Refusal(card, Kind.BLOCKED, reason) if reason else None


def _not_theirs(case: _Case, card: Card) -> str:
    """Return why this person may not take the step whatever the card's state, or an empty text."""
    standing = case.standing(card)
    if standing is None:
        if case.actor.person_id == card.person_id:
            return _("Nobody acts on the own card except to confirm or object.")
        return _("This step belongs to somebody else.")
    on = timezone.localdate(case.at)
    if standing.for_person_id and is_subordinate(case.actor, card.person_id, on=on):
        return _("A deputy cannot decide about somebody they report to.")
    if case.act == "return":
        asked = case.evidence.asked.get(card.pk)
        if asked is not None and asked.person_id in (standing.person_id, standing.for_person_id):
            return _("You asked for this return yourself; a second person has to consent.")
    return conditions.same_eyes(
        case.act,
        card,
        standing.person_id,
        case.evidence,
        approver_may_decide=case.roles_for(card).approver_may_decide,
    )


def _named(refusals: list[Refusal]) -> list[Refusal]:
    """Fill in who moved the cards that are elsewhere by now, and when."""
    return [one if one.message else _conflict(one.card) for one in refusals]


def _conflict(card: Card) -> Refusal:
    state = card.get_state_display()
    last = CardEvent.objects.filter(card=card).select_related("person").order_by("-seq").first()
    if last is None:
        text = _("This card is in the state “%(state)s”. Your action changed nothing.") % {"state": state}
        return Refusal(card, Kind.CONFLICT, text)
    when = date_format(timezone.localtime(last.at), "SHORT_DATETIME_FORMAT")
    text = _(
        "This card is in the state “%(state)s” since %(who)s acted on %(when)s. Your action changed nothing."
    )
    named = last.person.name if last.person else ""
    return Refusal(card, Kind.CONFLICT, text % {"state": state, "who": named, "when": when})


def offers(cards: Sequence[Card], *, by: User, at: datetime) -> dict[int, list[Offer]]:
    """Return what a user could do with each card, by card id, with the reason where not now.

    Acts of other people or from other states are left out. The cards need `review__procedure`, `unit`,
    `position` and `current` selected; then the number of queries does not grow with the cards.
    """
    actor = reader_of(by, on=timezone.localdate(at))
    found: dict[int, list[Offer]] = {card.pk: [] for card in cards}
    roles: dict[int, Roles] = {}
    gathered: dict[str, Evidence] = {}
    for act, step in STEPS.items():
        case = _Case(act, step, actor, at, roles)
        mine = [card for card in cards if step.offered and card.state in step.sources and case.standing(card)]
        if not mine:
            continue
        # Agreeing and maintaining look at the same; so do both answers to an asked return.
        kind = {"agree": "reply", "maintain": "reply", "decline_return": "return"}.get(act, act)
        if kind not in gathered:
            gathered[kind] = conditions.gather(act, mine, entered=False)
        case.evidence = gathered[kind]
        for card in mine:
            if _not_theirs(case, card) or _pointless(act, card, case.evidence):
                continue
            reason = conditions.not_now(act, card, case.evidence, at=at)
            found[card.pk].append(Offer(act, step.label, reason))
    return found


def _pointless(act: str, card: Card, evidence: Evidence) -> bool:
    """Whether an act has no button now, not even one that is off."""
    if act in conditions.SETTLES:
        return card.pk not in evidence.asked
    if act in {"set_aside", "take_back"}:
        aside = card.set_aside_at is not None
        return card.review.closed_at is not None or aside is (act == "set_aside")
    return False


def allowed(card: Card, *, by: User, at: datetime) -> list[Offer]:
    """Return what a user could do with one card; see `offers`."""
    return offers([card], by=by, at=at)[card.pk]
