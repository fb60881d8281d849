"""Who acts for whom: a user's person, the roles exercised on a day, and what they mean for a card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reviews.models import Card
from reviews.procedures import Roles
from staff import access
from staff.models import Person, RoleHolding, User


class Who(StrEnum):
    """The relation to a card that an act asks for."""

    ASSESSOR = "assess"
    APPROVER = "approve"
    DECIDER = "decide"
    SUBJECT = "confirm"
    CLOSER = "close"
    HR = "hand_over"
    FINANCE = "pay"
    SECOND = "second"
    NOBODY = "nobody"  # time itself: what silence does


LEADING = frozenset({"supervisor", "manager", "director"})


@dataclass(frozen=True, slots=True)
class Exercised:
    """One role exercised over a unit and below: the own one, or a holder's one stood in for."""

    holder_id: int
    role: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A user on a day. Two accounts of one person are one person."""

    user: User | None
    person_id: int | None
    roles: tuple[Exercised, ...] = ()
    unit_path: str = ""

    def standing(self, card: Card, who: Who, roles: Roles) -> Standing | None:
        """Return how this person stands to a card in that relation, or None.

        The subject is nobody else's relation: nobody acts on the own card except to confirm or object.
        """
        if who is Who.NOBODY:
            return Standing(None, None) if self.user is None else None
        if self.person_id is None:
            return None
        own = self.person_id == card.person_id
        if who is Who.SUBJECT or own:
            return Standing(self.person_id, None) if own and who is Who.SUBJECT else None
        named = {
            Who.ASSESSOR: card.assessor_id,
            Who.APPROVER: card.approver_id,
            Who.DECIDER: card.decider_id,
        }.get(who)
        role = roles.of(who.value, card.position.subject_kind)
        accepted: Collection[str] = roles.second if who is Who.SECOND else {role} if role else set()
        fitting = [
            held
            for held in self.roles
            if held.role in accepted
            and card.unit.path.startswith(held.path)
            and (named is None or held.holder_id == named)
        ]
        own_first = sorted(fitting, key=lambda held: (held.holder_id != self.person_id, held.holder_id))
        for held in own_first:
            if held.holder_id == self.person_id:
                return Standing(self.person_id, None)
            if held.holder_id != card.person_id:
                return Standing(self.person_id, held.holder_id)
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person acting, for themselves or on behalf of the holder they stand in for."""

    person_id: int | None
    for_person_id: int | None


def actor_of(user: User | None, *, on: date) -> Actor:
    """Read afresh what a user exercises on a day, in at most two queries; nobody exercises nothing."""
    if user is None:
        return Actor(None, None)
    if not user.is_active or user.person_id is None:
        return Actor(user, None)
    held = access.holdings_of(user.person_id, on=on).values_list("person_id", "role", "unit__path")
    return _actor(user, user.person_id, tuple(Exercised(*row) for row in held), on=on)


def reader_of(user: User, *, on: date) -> Actor:
    """Return what a user exercises on a day as this request has read it already: for buttons, not for acts."""
    if not user.is_active or user.person_id is None:
        return Actor(user, None)
    held = access.scope_of(user, on=on).held
    return _actor(user, user.person_id, tuple(Exercised(*row) for row in held), on=on)


def _actor(user: User, person_id: int, roles: tuple[Exercised, ...], *, on: date) -> Actor:
    path = ""
    if any(one.holder_id != person_id for one in roles):
        path = (
            access.current_assignments(on)
            .filter(person=person_id)
            .values_list("unit__path", flat=True)
            .first()
            or ""
        )
    return Actor(user, person_id, roles, path)


def is_subordinate(actor: Actor, subject: Person | int, *, on: date) -> bool:
    """Whether the subject of a card leads the unit the acting person works in."""
    if not actor.unit_path:
        return False
    subject_id = subject if isinstance(subject, int) else subject.pk
    led = RoleHolding.objects.filter(access.in_span(on), person=subject_id, role__in=LEADING).values_list(
        "unit__path", flat=True
    )
    return any(actor.unit_path.startswith(path) for path in led)
