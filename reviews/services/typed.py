"""Values typed in by hand for lines that a shop feeds so: each setting is a new version of the value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reviews.matrix.inforce import sources_in_force, ways_of
from reviews.matrix.places import shops_by_unit
from reviews.measures import MEASURES
from reviews.models import Card, CardState, ManualValue
from reviews.plans import core_plans, plan_finder
from reviews.scoring.measure import Measure, Unit
from reviews.scoring.plan import Line
from reviews.scoring.ways import Way
from staff.calendar import last_day_of
from staff.models import Assignment, Person, User

VALUE_PLACES = Decimal("0.000001")  # as the column keeps it; finer values are refused, not rounded
MOST = Decimal(100_000_000_000)


@dataclass(frozen=True, slots=True)
class Slot:
    """One value to type in: for whom, under which plan, for which line and measure; what stands now."""

    person: Person
    unit: str
    plan_id: int
    line: Line
    measure: Measure
    held: Decimal | None
    locked: bool

    @property
    def key(self) -> tuple[int, int, str]:
        """Person, plan and line."""
        return self.person.pk, self.plan_id, self.line.code

    @property
    def most(self) -> Decimal:
        """The highest value the measure can have."""
        return MOST if self.measure.most is None else self.measure.most


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it is to stand, in the unit of the measure (ratios as shares of 1); None takes it back."""

    person_id: int
    plan_id: int
    line: str
    value: Decimal | None


def slots(people: Collection[Assignment], month: date) -> list[Slot]:
    """Return every value to be typed in for people in a month, in their order.

    `people` are the assignments in force on the month's last day, with person, unit and position loaded.
    About twelve queries whatever their number.
    """
    finder = plan_finder(on=last_day_of(month))
    versions = {
        one.person_id: finder.version_id(one.unit, one.position_id, one.employment_kind) for one in people
    }
    plans = core_plans({version for version in versions.values() if version is not None})
    of_unit = shops_by_unit()
    fed = sources_in_force(month, shop_ids=set(of_unit.values()))
    held, locked = _standing([one.person_id for one in people], month)
    found = []
    for one in people:
        version = versions[one.person_id]
        if version is None:
            continue
        plan = plans[version]
        sources = fed.get((of_unit.get(one.unit_id, 0), plan.code), {})
        ways = ways_of(plan, sources)
        for line in plan.lines:
            if line.code in ways and ways[line.code].way is Way.MANUAL:
                plan_id, measure = sources[line.code].plan_id, MEASURES[line.measure]
                value = held.get((one.person_id, plan_id, line.code))
                past_draft = one.person_id in locked
                found.append(Slot(one.person, one.unit.name, plan_id, line, measure, value, past_draft))
    return found


def _standing(
    person_ids: Sequence[int], month: date
) -> tuple[dict[tuple[int, int, str], Decimal | None], set[int]]:
    """Return the values that stand, and whose cards are past draft."""
    rows = ManualValue.objects.filter(person__in=person_ids, month=month, superseded=False)
    held = {(row.person_id, row.plan_id, row.line): row.value for row in rows}
    cards = Card.objects.filter(person__in=person_ids, month=month).exclude(state=CardState.DRAFT)
    return held, set(cards.values_list("person_id", flat=True))


def save_values(given: Sequence[Given], *, among: Sequence[Slot], month: date, by: User) -> int:
    """Let typed values stand, all or none; return how many are new. One that stands already is left alone.

    `among` are the values the user may type (`slots`). Raises ValidationError with every problem before
    anything is written: a value outside its measure, or for somebody whose card is past draft.
    """
    known = {slot.key: slot for slot in among}
    changed = [one for one in given if _differs(one, known)]
    problems = [said for one in changed if (said := _problem(one, known))]
    if problems:
        raise ValidationError(problems)
    try:
        with transaction.atomic():
            return _write(changed, month=month, by=by)
    except IntegrityError as error:
        raise ValidationError(_("Somebody else has just typed in this value.")) from error


def _differs(one: Given, known: Mapping[tuple[int, int, str], Slot]) -> bool:
    slot = known.get((one.person_id, one.plan_id, one.line))
    return slot is None or slot.held != one.value


def _problem(one: Given, known: Mapping[tuple[int, int, str], Slot]) -> str:
    slot = known.get((one.person_id, one.plan_id, one.line))
    if slot is None:
        return _("This value is not typed in here.")
    names: dict[str, Any] = {"name": slot.person.name, "line": slot.line.name_zh}
    if slot.locked:
        return _("%(name)s: the card of this month is submitted; its values stand.") % names
    if one.value is None:
        return ""
    if not one.value.is_finite() or one.value < (slot.measure.least or 0) or one.value > slot.most:
        return _("%(name)s: the value lies outside what this line can have.") % names
    if slot.measure.unit is Unit.COUNT and one.value != one.value.to_integral_value():
        return _("%(name)s: this value is a count, write a whole number.") % names
    if one.value != one.value.quantize(VALUE_PLACES, ROUND_HALF_UP):
        return _("%(name)s: the value has too many decimals.") % names
    return ""


def _write(changed: Sequence[Given], *, month: date, by: User) -> int:
    """Supersede what stood and add what stands now, once no card of these people has moved meanwhile."""
    ids = {one.person_id for one in changed}
    cards = Card.objects.select_for_update(of=("self",)).filter(person__in=ids, month=month)
    moved = [card.person.name for card in cards.select_related("person") if card.state != CardState.DRAFT]
    if moved:
        said = _("%(name)s: the card of this month is submitted; its values stand.")
        raise ValidationError([said % {"name": name} for name in moved])
    standing = ManualValue.objects.filter(person__in=ids, month=month, superseded=False)
    wanted = {(one.person_id, one.plan_id, one.line) for one in changed}
    old = [row.pk for row in standing if (row.person_id, row.plan_id, row.line) in wanted]
    ManualValue.objects.filter(pk__in=old).update(superseded=True)
    ManualValue.objects.bulk_create(
        ManualValue(
            person_id=one.person_id,
            month=month,
            plan_id=one.plan_id,
            line=one.line,
            value=one.value,
            by=by,
        )
        for one in changed
    )
    return len(changed)
