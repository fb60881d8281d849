"""Who may take somebody's place on a card: never the subject, nobody who reports to the subject, four eyes kept.

Source: month.md, "Rules: four eyes" and "deputies".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from reviews.models import Card, CardEvent
from reviews.procedures import roles_of
from reviews.services.open_work import CardWork
from staff import access
from staff.models import Person, RoleHolding

LEADING = ("supervisor", "manager", "director")


@dataclass(frozen=True, slots=True)
class Holder:
    """One role held on the day by somebody employed then."""

    person: Person
    role: str
    path: str


class Fit:
    """What a day's roles, teams and cards' histories say about who fits where; read once, five queries."""

    def __init__(self, cards: Collection[Card], *, on: date, but: int) -> None:
        """Read the day for some cards; `but` is the person who leaves."""
        employed = Person.objects.employed(on).values("pk")
        rows = RoleHolding.objects.filter(access.in_span(on), person__in=employed).exclude(person=but)
        self.holders = [
            Holder(row.person, row.role, row.unit.path)
            for row in rows.select_related("person", "unit").order_by("person__staff_no")
        ]
        subjects = {card.person_id for card in cards}
        self._led: dict[int, list[str]] = {}
        led = RoleHolding.objects.filter(access.in_span(on), person__in=subjects, role__in=LEADING)
        for person, path in led.values_list("person_id", "unit__path"):
            self._led.setdefault(person, []).append(path)
        self._places: Mapping[int, str] = dict(
            access.current_assignments(on).values_list("person_id", "unit__path")
        )
        self._did: dict[int, dict[str, int]] = {}
        events = CardEvent.objects.filter(
            version__in=[card.current_id for card in cards if card.current_id], act__in=["submit", "publish"]
        )
        for card_id, act, person in events.order_by("seq").values_list("card_id", "act", "person_id"):
            self._did.setdefault(card_id, {})[act] = person or 0

    def why_not(self, place: CardWork, person_id: int, taken: Mapping[str, int]) -> str:
        """Return why somebody cannot take a place on a card, or an empty text.

        `taken` are the other places of that card as they will be.
        """
        card, may_decide = place.card, roles_of(place.card.review.procedure).approver_may_decide
        if person_id == card.person_id:
            return _("It is the own card.")
        own = self._places.get(person_id, "")
        if own and any(own.startswith(path) for path in self._led.get(card.person_id, ())):
            return _("Reports to %(name)s, whose card it is.") % {"name": card.person.name}
        others = {slot: other for slot, other in taken.items() if slot != place.slot}
        if may_decide and place.slot in {"approver", "decider"}:
            others = {slot: other for slot, other in others.items() if slot == "assessor"}
        if person_id in others.values():
            return _("Has another part in this card already; four eyes would be two.")
        did = self._did.get(card.pk, {})
        if place.slot != "assessor" and did.get("submit") == person_id:
            return _("Submitted this card.")
        if place.slot == "decider" and not may_decide and did.get("publish") == person_id:
            return _("Approved this card.")
        return ""

    def others_for(self, place: CardWork, taken: Mapping[str, int]) -> list[Person]:
        """Return who else holds the role over the card and fits, the nearest first."""
        over = [
            one
            for one in self.holders
            if one.role == place.role and place.card.unit.path.startswith(one.path)
        ]
        nearest = sorted(over, key=lambda one: -len(one.path))
        found = {one.person.pk: one.person for one in nearest}
        return [person for pk, person in found.items() if not self.why_not(place, pk, taken)]


def suggestions(holding: RoleHolding, deputies: Iterable[int], *, on: date) -> list[Person]:
    """Return who could take a role over, the nearest first; everybody employed in the branch on the day.

    Who stands in for it comes first, then who holds that role elsewhere in the branch, then who leads
    there, then the unit's other people.
    """
    path = holding.unit.path
    branch = "/".join(path.split("/")[:3]) + "/" if path.count("/") > 2 else path
    stands_in = set(deputies)
    held = RoleHolding.objects.filter(access.in_span(on)).exclude(person=holding.person_id)
    same = {pk for pk, role in held.values_list("person", "role") if role == holding.role}
    near = access.current_assignments(on).filter(unit__path__startswith=branch)
    rows = near.exclude(person=holding.person_id).select_related("person", "position", "unit")
    employed = set(Person.objects.employed(on).values_list("pk", flat=True))
    ranked = []
    for row in rows:
        if row.person_id not in employed:
            continue
        leads = row.position.subject_kind != "agent"
        order = (
            row.person_id not in stands_in,
            row.person_id not in same,
            not leads,
            not row.unit.path.startswith(path),
            row.person.staff_no,
        )
        ranked.append((order, row.person))
    known = {person.pk for _order, person in ranked}
    far = Person.objects.filter(pk__in=(stands_in | same) - known).filter(pk__in=employed)
    ranked += [((one.pk not in stands_in, False, True, True, one.staff_no), one) for one in far]
    return [person for _order, person in sorted(ranked, key=lambda pair: pair[0])]
