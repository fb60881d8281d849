"""What a sheet of people would do, row by row, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import (
    AccountHolder,
    Assignment,
    Employment,
    EmploymentKind,
    Level,
    Person,
    PlatformAccount,
    Position,
    Shop,
    Unit,
)
from staff.models.people import pinyin_of
from staff.services.outcome import Change, Outcome, Problem, Words
from staff.services.shifts import in_chunks


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One employment and one assignment of a person, as a sheet has them. None leaves what stands.

    `where` names the row for its reader. `unit`, `position` and `level` are codes or names;
    `left_on` is the first day no longer employed; `starts_on` is the hire date where None.
    `account` is a platform account of the shop the sheet is for, held from the hire date on.
    """

    where: str
    staff_no: str
    name: str | None = None
    phone: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    unit: str | None = None
    position: str | None = None
    level: str | None = None
    employment_kind: str | None = None
    starts_on: date | None = None
    account: str | None = None

    @property
    def assigns(self) -> bool:
        """Whether the row says anything of an assignment."""
        return any((self.unit, self.position, self.level, self.employment_kind, self.starts_on))


@dataclass(slots=True)
class PeoplePlan:
    """What a sheet of people would do. Lists hold objects not yet written."""

    outcome: Outcome = field(default_factory=Outcome)
    problems: list[Problem] = field(default_factory=list)
    create: list[Any] = field(default_factory=list)
    update: list[Any] = field(default_factory=list)

    def of(self, model: type[Any], *, new: bool) -> list[Any]:
        """Return the objects of a kind to create or to update, each once."""
        found = self.create if new else self.update
        return list({id(item): item for item in found if isinstance(item, model)}.values())


@dataclass(slots=True)
class Known:
    """What the rows refer to, read in a fixed number of queries for each 500 people."""

    people: dict[str, Person] = field(default_factory=dict)
    employments: dict[str, dict[date, Employment]] = field(default_factory=lambda: defaultdict(dict))
    assignments: dict[str, dict[date, Assignment]] = field(default_factory=lambda: defaultdict(dict))
    units: Mapping[str, Unit | None] = field(default_factory=dict)
    positions: Mapping[str, Position | None] = field(default_factory=dict)
    levels: Mapping[tuple[int, str], Level] = field(default_factory=dict)
    accounts: dict[str, PlatformAccount] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def by_code_or_name(objects: Iterable[Any], *names: str) -> dict[str, Any]:
    """Return objects by code, and by name where only one has it; a name of several leads to None."""
    found: dict[str, Any] = {}
    everything = list(objects)
    for item in everything:
        for key in {getattr(item, name) for name in names}:
            found[key] = None if key in found else item
    return found | {item.code: item for item in everything}


def look_up(rows: Sequence[PersonRow], *, shop: Shop | None) -> Known:
    """Read what the rows refer to."""
    known = Known(
        units=by_code_or_name(Unit.objects.all(), "name"),
        positions=by_code_or_name(Position.objects.all(), "name_zh", "name_en"),
        levels={
            (level.position_id, key): level
            for level in Level.objects.all()
            for key in (level.name, level.code)
        },
    )
    for chunk in in_chunks(row.staff_no for row in rows):
        known.people.update({p.staff_no: p for p in Person.objects.filter(staff_no__in=chunk)})
        spans = Employment.objects.filter(person__staff_no__in=chunk).select_related("person")
        for span in spans:
            known.employments[span.person.staff_no][span.hired_on] = span
        held = Assignment.objects.filter(person__staff_no__in=chunk)
        for row in held.select_related("person", "unit", "position", "level"):
            known.assignments[row.person.staff_no][row.starts_on] = row
    if shop is not None and any(row.account for row in rows):
        known.accounts = {account.name: account for account in PlatformAccount.objects.filter(shop=shop)}
        holders = AccountHolder.objects.filter(account__shop=shop)
        for name, staff_no in holders.values_list("account__name", "person__staff_no"):
            known.holders[name].add(staff_no)
    return known


def plan_people(rows: Sequence[PersonRow], *, shop: Shop | None = None) -> PeoplePlan:
    """Return what the rows would do, with all their faults; write nothing."""
    plan, known = PeoplePlan(), look_up(rows, shop=shop)
    for row in rows:
        before = len(plan.outcome.changes)
        is_new = _one_row(row, plan=plan, known=known, shop=shop)
        if is_new:
            plan.outcome.new += 1
        elif len(plan.outcome.changes) > before:
            plan.outcome.changed += 1
        else:
            plan.outcome.unchanged += 1
    for staff_no in dict.fromkeys(row.staff_no for row in rows):
        _check_spans(staff_no, rows=rows, plan=plan, known=known)
    plan.problems.extend(_said_twice(rows))
    return plan


def _one_row(row: PersonRow, *, plan: PeoplePlan, known: Known, shop: Shop | None) -> bool:
    """Add what one row would do; return whether it brings a new person, employment or assignment."""
    created = len(plan.create)
    person = _person(row, plan=plan, known=known)
    if person is None:
        if row.assigns and row.staff_no not in known.people:
            plan.problems.extend(_resolve(row, found=None, known=known)[1])
        return False
    _employment(row, person=person, plan=plan, known=known)
    if row.assigns:
        _assignment(row, person=person, plan=plan, known=known)
    if row.account and shop is not None:
        _account(row, person=person, plan=plan, known=known, shop=shop)
    return len(plan.create) > created


def _set(plan: PeoplePlan, row: PersonRow, target: Any, values: Mapping[str, Any], *, is_new: bool) -> None:
    """Give fields their values and note each that differs; None leaves what stands."""
    for name, value in values.items():
        old = None if is_new else getattr(target, name)
        if value is None or value == old:
            continue
        setattr(target, name, value)
        words = type(target)._meta.get_field(name).verbose_name  # noqa: SLF001  Django's documented API
        who = f"{row.name or ''} {row.staff_no}".strip()
        if name == "left_on":
            # The sheet says the last day employed, the table the first day no longer employed.
            words, old, value = _("last day employed"), _day_before(old), _day_before(value)
        plan.outcome.changes.append(Change(row.where, who, words, shown(old), shown(value), name))
        if not is_new:
            plan.update.append(target)


def _day_before(day: date | None) -> date | None:
    return day and day - timedelta(days=1)


def shown(value: Any) -> str:
    """Return a value as a sheet shows it."""
    if isinstance(value, Unit):
        return f"{value.name} {value.code}"
    if isinstance(value, Position | Level):
        return value.code
    return "" if value is None else str(value)


def _person(row: PersonRow, *, plan: PeoplePlan, known: Known) -> Person | None:
    person = known.people.get(row.staff_no)
    is_new = person is None
    if person is None:
        faults = list(_missing_of_new(row))
        if faults:
            plan.problems.extend(faults)
            return None
        person = known.people[row.staff_no] = Person(staff_no=row.staff_no)
        plan.create.append(person)
    elif person.anonymised_at is not None:
        text = _("This person was made anonymous and is not changed any more. Take the row out.")
        plan.problems.append(Problem(row.where, _("staff number"), text))
        return None
    _set(plan, row, person, {"name": row.name, "phone": row.phone}, is_new=is_new)
    person.pinyin = pinyin_of(person.name)
    return person


def _missing_of_new(row: PersonRow) -> Iterable[Problem]:
    if not row.name:
        yield Problem(row.where, _("full name"), _("A new person needs a name."))
    if row.hired_on is None:
        yield Problem(row.where, _("hired on"), _("A new person needs a hire date."))


def _employment(row: PersonRow, *, person: Person, plan: PeoplePlan, known: Known) -> None:
    if row.hired_on is None:
        if row.left_on is not None:
            text = _("A leave date needs the hire date of the same employment in its row.")
            plan.problems.append(Problem(row.where, _("left on"), text))
        return
    spans = known.employments[row.staff_no]
    span = spans.get(row.hired_on)
    is_new = span is None
    if span is None:
        span = spans[row.hired_on] = Employment(person=person)
        plan.create.append(span)
    _set(plan, row, span, {"hired_on": row.hired_on, "left_on": row.left_on}, is_new=is_new)
    if span.left_on is not None and span.left_on <= span.hired_on:
        text = _("The last day employed is before the hire date.")
        plan.problems.append(Problem(row.where, _("left on"), text))


def _assignment(row: PersonRow, *, person: Person, plan: PeoplePlan, known: Known) -> None:
    starts_on = row.starts_on or row.hired_on
    if starts_on is None:
        text = _("Unit and position need the day they hold from, or a hire date.")
        plan.problems.append(Problem(row.where, _("from"), text))
        return
    found = known.assignments[row.staff_no].get(starts_on)
    values, faults = _resolve(row, found=found, known=known)
    if faults:
        plan.problems.extend(faults)
        return
    is_new = found is None
    if found is None:
        found = known.assignments[row.staff_no][starts_on] = Assignment(person=person)
        plan.create.append(found)
    _set(plan, row, found, {"starts_on": starts_on, **values}, is_new=is_new)


def _resolve(
    row: PersonRow, *, found: Assignment | None, known: Known
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the assignment's values, with a problem for each that nothing has."""
    faults: list[Problem] = []

    def one(mapping: Mapping[Any, Any], key: Any, words: Words, text: Words) -> Any:
        if not key:
            return None
        if mapping.get(key) is None:
            faults.append(Problem(row.where, words, text))
        return mapping.get(key)

    unit = one(known.units, row.unit, _("unit"), _("No unit, or more than one, has this code or name."))
    position = one(
        known.positions,
        row.position,
        _("position"),
        _("No position, or more than one, has this code or name."),
    )
    in_force = position or (found.position if found else None)
    level = None
    if row.level and in_force is not None:
        text = _("This position has no pay level of that code or name.")
        level = one(known.levels, (in_force.pk, row.level), _("pay level"), text)
    kind = row.employment_kind
    if kind and kind not in EmploymentKind.values:
        faults.append(Problem(row.where, _("employment kind"), _("This employment kind is not known.")))
    if found is None:
        if not row.unit:
            faults.append(Problem(row.where, _("unit"), _("A new assignment needs a unit.")))
        if not row.position:
            faults.append(Problem(row.where, _("position"), _("A new assignment needs a position.")))
    return {"unit": unit, "position": position, "level": level, "employment_kind": kind}, faults


def _account(row: PersonRow, *, person: Person, plan: PeoplePlan, known: Known, shop: Shop) -> None:
    """Note who holds an account from the hire date on; one held already is left as it is."""
    name, hired = row.account or "", known.employments[row.staff_no]
    account, holders = known.accounts.get(name), known.holders[name]
    if row.staff_no in holders:
        return
    if holders and (account is None or account.kind != PlatformAccount.Kind.SHARED):
        text: Words = _("Somebody else has this account. End that first, or declare the account as shared.")
        plan.problems.append(Problem(row.where, _("platform account"), text))
        return
    if not hired:
        text = _("An account is held from the hire date on: enter that.")
        plan.problems.append(Problem(row.where, _("hired on"), text))
        return
    if account is None:
        account = known.accounts[name] = PlatformAccount(shop=shop, name=name)
        plan.create.append(account)
    holders.add(row.staff_no)
    plan.create.append(AccountHolder(account=account, person=person, starts_at=midnight(min(hired))))
    who = f"{person.name} {row.staff_no}"
    plan.outcome.changes.append(Change(row.where, who, _("platform account"), "", name))


def midnight(day: date) -> datetime:
    """Return the moment a day begins in the company's time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def _check_spans(staff_no: str, *, rows: Sequence[PersonRow], plan: PeoplePlan, known: Known) -> None:
    spans = sorted(known.employments[staff_no].values(), key=lambda span: span.hired_on)
    for earlier, later in pairwise(spans):
        if earlier.left_on is None or earlier.left_on > later.hired_on:
            where = next((row.where for row in rows if row.staff_no == staff_no and row.hired_on), "")
            text = _("Two employments of one person overlap. End the earlier one before the later begins.")
            plan.problems.append(Problem(where, _("hired on"), text))


def _said_twice(rows: Sequence[PersonRow]) -> Iterable[Problem]:
    """Yield rows of one sheet that contradict an earlier row about the same thing."""
    said: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        begins = row.starts_on or row.hired_on
        claims: list[tuple[tuple[Any, ...], Any, Words]] = [
            (("name", row.staff_no), row.name, _("full name")),
            (("phone", row.staff_no), row.phone, _("phone")),
            (("left", row.staff_no, row.hired_on), row.left_on, _("left on")),
            (("unit", row.staff_no, begins), row.unit, _("unit")),
            (("position", row.staff_no, begins), row.position, _("position")),
            (("level", row.staff_no, begins), row.level, _("pay level")),
            (("kind", row.staff_no, begins), row.employment_kind, _("employment kind")),
        ]
        for key, value, words in claims:
            if value is not None and said.setdefault(key, value) != value:
                text = _("Another row of this sheet says something else about the same person and day.")
                yield Problem(row.where, words, text)
