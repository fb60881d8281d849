"""Handing a holder's open work on to successors: roles, places on cards and all, in one transaction.

Dates are half-open: the holder acts to the day before, the successor from the day on.
Source: month.md, "Rules: deputies".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews import workflow
from reviews.models import Card, Succession
from reviews.refusals import BulkRefused
from reviews.services.fitting import Fit, suggestions
from reviews.services.open_work import SLOTS, CardWork, HeldRole, OpenWork, open_work
from staff.models import Deputy, Person, RoleHolding, User

FURTHEST = timedelta(days=92)
BACK = timedelta(days=31)
PROPOSED = 20  # candidates tried for a proposal
LONGEST_REASON = 400


class Changed(Exception):
    """What the page had shown is not what stands now; nothing was written."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person decided: a successor for each role, and others for places where these do not fit."""

    successors: Mapping[int, int]
    others: Mapping[tuple[int, str], int] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place on a card that the successor cannot take: why, who could, and who is chosen."""

    place: CardWork
    why: str
    options: tuple[Person, ...]
    chosen: int | None


@dataclass(frozen=True, slots=True)
class RolePreview:
    """One role with who is to follow, and who could."""

    role: HeldRole
    successor: Person | None
    candidates: tuple[Person, ...]


@dataclass(slots=True)
class Preview:
    """What one press of the button would do. `eyes` are the new people by card id and place.

    `later`: the roles pass on a day to come, and the cards follow on that day.
    """

    work: OpenWork
    roles: tuple[RolePreview, ...]
    misfits: list[Misfit] = field(default_factory=list)
    eyes: dict[int, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    later: bool = False


def day_problem(day: date, *, on: date) -> str:
    """Return why work cannot be handed on from a day, or an empty text."""
    if day > on + FURTHEST:
        return _("The day lies too far ahead; at most three months.")
    if day < on - BACK:
        return _("The day lies too far back; at most a month. End the role on its own page.")
    return ""


def preview(work: OpenWork, chosen: Chosen | None, *, by: User, at: datetime) -> Preview:
    """Return what handing the work on would do; without a choice the nearest who fit are proposed."""
    on = work.from_day
    cards = {place.card.pk: place.card for place in work.cards}
    fit = Fit(list(cards.values()), on=on, but=work.holder.pk)
    found = Preview(work, tuple(_role(one, chosen, fit, by=by, on=on) for one in work.roles))
    found.later = on > timezone.localdate(at)
    successors = {one.role.holding.pk: one.successor for one in found.roles}
    for one in found.roles:
        if one.successor is None:
            found.problems.append(_("Choose who follows as %(role)s.") % {"role": role_words(one.role)})
        elif one.successor.pk == by.person_id:
            found.problems.append(_("Nobody gives roles to oneself. Ask somebody else in HR."))
    for card in cards.values():
        _place(found, [place for place in work.cards if place.card is card], successors, chosen, fit)
    if names := dict.fromkeys(one.place.card.person.name for one in found.misfits if one.chosen is None):
        said = _(
            "Nobody fits for these cards: %(names)s. Choose another successor, or give somebody that role first."
        )
        found.problems.append(said % {"names": "、".join(names)})
    return found


def _role(one: HeldRole, chosen: Chosen | None, fit: Fit, *, by: User, on: date) -> RolePreview:
    candidates = suggestions(one.holding, [deputy.person_id for deputy in one.deputies], on=on)
    known = {person.pk: person for person in candidates}
    if chosen is not None:
        wanted = known.get(chosen.successors.get(one.holding.pk, 0))
        return RolePreview(one, wanted, tuple(candidates))
    others = [person for person in candidates if person.pk != by.person_id][:PROPOSED]
    # The first of the nearest whom the fewest cards speak against.
    nearest = min(others, key=lambda person: _against(one, person, fit), default=None)
    return RolePreview(one, nearest, tuple(candidates))


def _against(one: HeldRole, person: Person, fit: Fit) -> int:
    """Return how many of a role's cards somebody could not take over."""
    return sum(bool(fit.why_not(place, person.pk, _others(place.card, {place.slot}))) for place in one.cards)


def _others(card: Card, leaving: Collection[str]) -> dict[str, int]:
    """Return who stays on a card beside the places that are handed on."""
    return {
        slot: person
        for slot in SLOTS
        if slot not in leaving and (person := getattr(card, f"{slot}_id")) is not None
    }


def _place(
    found: Preview,
    places: Sequence[CardWork],
    successors: Mapping[int, Person | None],
    chosen: Chosen | None,
    fit: Fit,
) -> None:
    """Put the successors on one card, and others where these do not fit."""
    card = places[0].card
    taken = _others(card, {place.slot for place in places})
    for place in places:
        successor = successors.get(place.holding_id or 0)
        why = ""
        if place.holding_id is None:
            why = _("The role this came from has ended already.")
        elif successor is None:
            continue
        else:
            why = fit.why_not(place, successor.pk, taken)
        if not why and successor is not None:
            taken[place.slot] = found.eyes.setdefault(card.pk, {})[place.slot] = successor.pk
            continue
        options = fit.others_for(place, taken)
        wanted = chosen.others.get((card.pk, place.slot)) if chosen else None
        picked = next((one.pk for one in options if one.pk == wanted), options[0].pk if options else None)
        found.misfits.append(Misfit(place, why, tuple(options), picked))
        if picked is not None:
            taken[place.slot] = found.eyes.setdefault(card.pk, {})[place.slot] = picked


def role_words(one: HeldRole) -> str:
    """Name a role and its unit."""
    return f"{one.holding.get_role_display()} · {one.holding.unit.name}"


def done_before(holder: Person, *, from_day: date, token: str) -> bool:
    """Whether this very page has been sent before."""
    rows = Succession.objects.filter(holder=holder, from_day=from_day).values_list("moved", flat=True)
    return any(moved.get("token") == token for moved in rows)


def hand_on(
    holder: Person, chosen: Chosen, *, from_day: date, token: str, by: User, at: datetime
) -> list[Succession]:
    """Hand a holder's open work on: all of it, or nothing. Sent twice it changes nothing more.

    Raises PermissionDenied for who acts for no person, ValidationError for what is missing, Changed where
    something is not as it was shown, BulkRefused where the workflow refuses a card.
    """
    if by.person_id is None:
        raise PermissionDenied(_("This log-in belongs to no person, so it cannot act for one."))
    if said := day_problem(from_day, on=timezone.localdate(at)):
        raise ValidationError(said)
    reason = chosen.reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ValidationError(_("Give a reason."))
    try:
        with transaction.atomic():
            list(RoleHolding.objects.select_for_update().filter(person=holder))
            if done_before(holder, from_day=from_day, token=token):
                return []
            work = open_work(holder, from_day=from_day, user=by, at=at)
            if work.token() != token:
                raise Changed
            found = preview(work, chosen, by=by, at=at)
            if found.problems:
                raise ValidationError(found.problems)
            return _write(found, reason=reason, token=token, by=by, at=at)
    except IntegrityError as first:
        raise Changed from first


def _write(found: Preview, *, reason: str, token: str, by: User, at: datetime) -> list[Succession]:
    work = found.work
    for one in found.roles:
        if one.successor is not None:
            _pass_role(one.role.holding, one.successor, from_day=work.from_day)
    for deputy in work.stands_in:
        _end_deputy(deputy, from_day=work.from_day)
    if not found.later:
        reassign(work.cards, found.eyes, reason=reason, by=by, at=at)
    rows = [
        Succession(
            holder=work.holder,
            successor=person,
            from_day=work.from_day,
            reason=reason,
            at=at,
            by=by,
            moved={**moved, "token": token},
        )
        for person, moved in _moved(found).items()
    ]
    return Succession.objects.bulk_create(rows)


def reassign(
    places: Sequence[CardWork], eyes: Mapping[int, Mapping[str, int]], *, reason: str, by: User, at: datetime
) -> None:
    """Put the new people on the cards, all or none, with an entry in each card's history."""
    cards = {place.card.pk: place.card for place in places if place.card.pk in eyes}
    if cards:
        stamps = {pk: card.stamp for pk, card in cards.items()}
        rows: list[Card] = list(cards.values())
        workflow.take_many("reassign", rows, by=by, at=at, note=reason, stamps=stamps, eyes=eyes)


def _pass_role(holding: RoleHolding, successor: Person, *, from_day: date) -> None:
    until = holding.ends_on
    holding.ends_on = from_day
    holding.save(update_fields=["ends_on"])
    same = RoleHolding.objects.filter(person=successor, role=holding.role, unit=holding.unit_id)
    same = same.filter(starts_on__lte=from_day)
    if any(row.ends_on is None or (until is not None and row.ends_on >= until) for row in same):
        return
    new = RoleHolding(
        person=successor, role=holding.role, unit=holding.unit, starts_on=from_day, ends_on=until
    )
    new.full_clean()
    new.save()


def _end_deputy(deputy: Deputy, *, from_day: date) -> None:
    if deputy.starts_on >= from_day:
        deputy.delete()
        return
    deputy.ends_on = from_day
    deputy.save(update_fields=["ends_on"])


def _moved(found: Preview) -> dict[Person, dict[str, int]]:
    """Return what passes to whom, as counts."""
    people = {one.successor.pk: one.successor for one in found.roles if one.successor}
    people |= {
        option.pk: option for one in found.misfits for option in one.options if option.pk == one.chosen
    }
    counts: dict[int, dict[str, int]] = {}
    for one in found.roles:
        if one.successor is None:
            continue
        mine = counts.setdefault(one.successor.pk, {})
        team = one.role.team
        sums = {
            "roles": 1,
            "checks": team.checks_short,
            "events": len(team.events),
            "summaries": len(team.summaries),
        }
        for name, count in sums.items():
            mine[name] = mine.get(name, 0) + count
    for eyes in found.eyes.values():
        for slot, person in eyes.items():
            mine = counts.setdefault(person, {})
            mine[slot] = mine.get(slot, 0) + 1
    return {people[pk]: mine for pk, mine in counts.items()}


def settle(*, at: datetime) -> int:
    """On the day that roles pass on, let the cards follow to the nearest who fit; return how many did.

    What finds nobody stays with the old holder and is listed on the page. Harmless when repeated.
    """
    on = timezone.localdate(at)
    due = Succession.objects.filter(from_day__lte=on, from_day__gt=on - BACK).select_related("holder", "by")
    count = 0
    for row in due.order_by("pk"):
        if timezone.localdate(row.at) >= row.from_day:
            continue  # the cards went with it
        work = open_work(row.holder, from_day=row.from_day, user=row.by, at=at)
        fit = Fit([place.card for place in work.loose], on=on, but=row.holder_id)
        found = Preview(work, ())
        for pk in dict.fromkeys(place.card.pk for place in work.loose):
            _place(found, [place for place in work.loose if place.card.pk == pk], {}, None, fit)
        try:
            reassign(work.loose, found.eyes, reason=row.reason, by=row.by, at=at)
        except BulkRefused:
            continue  # who handed on is HR no more; the page lists the cards
        count += len(found.eyes)
    return count
