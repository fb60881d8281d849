"""From records to whole copies: who gets a card, who does not and why, and the scored copy of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from reviews import copies
from reviews.checking import Subject, waivers_for
from reviews.fact_keys import SHOP_REFUNDS
from reviews.facts.build import FEWEST_DAYS, compared_month, facts_of, keys_of, teams
from reviews.facts.pay import level_amounts, pay_of
from reviews.facts.people import Member
from reviews.facts.records import Records, read_records
from reviews.plans import core_plans, plan_finder
from reviews.procedures import Eyes, Holders, Roles
from reviews.scoring.plan import Plan
from reviews.scoring.plan_data import plan_sha256
from staff.calendar import last_day_of


@dataclass(frozen=True, slots=True)
class Computed:
    """One person's card as it should stand: who acts on it, and its scored copy."""

    member: Member
    eyes: Eyes
    copy: copies.Copy


@dataclass(frozen=True, slots=True)
class Without:
    """Somebody who gets no card; `reason` is a code of `NoCard.Reason`, `params` its particulars."""

    member: Member
    reason: str
    params: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Computation:
    """What a run has computed for some people."""

    cards: tuple[Computed, ...]
    without: tuple[Without, ...]

    def person_ids(self) -> list[int]:
        """Return everybody it speaks of."""
        with_card = [one.member.person_id for one in self.cards]
        return with_card + [one.member.person_id for one in self.without]


@dataclass(slots=True)
class _Chosen:
    plans: dict[int, int]
    eyes: dict[int, Eyes]
    without: list[Without]


def compute(
    members: Mapping[int, Member],
    wanted: Collection[int],
    month: date,
    *,
    roles: Roles,
    at: datetime,
) -> Computation:
    """Compute the cards of some people without writing anything.

    `members` holds the whole teams of the wanted people, for what they share. The number of queries
    does not grow with the people.
    """
    finder = plan_finder(on=last_day_of(month))
    found = {
        person: finder.version_id(one.home.unit, one.home.position_id, one.home.employment_kind)
        for person, one in members.items()
    }
    plans = core_plans({version for version in found.values() if version is not None})
    compared = {compared_month(plan, month) for plan in plans.values()}
    refunds = any(SHOP_REFUNDS in keys_of(plan, {}) for plan in plans.values())
    records = read_records(members, month, compared_with=sorted(compared), at=at, with_shop_refunds=refunds)
    chosen = _choose(records, found, roles=roles, at=at)
    return _computation(records, chosen, plans, set(wanted))


def _choose(records: Records, versions: Mapping[int, int | None], *, roles: Roles, at: datetime) -> _Chosen:
    """Decide who gets a card. Reasons in this order: position, leave, days, plan, people to act."""
    holders = Holders(last_day=last_day_of(records.month), on=timezone.localdate(at))
    chosen = _Chosen({}, {}, [])
    for person_id, member in records.members.items():
        home = member.home
        version = versions[person_id]
        presence = records.presence[person_id]
        days = records.days_worked(person_id)
        if not home.position.has_card or home.position.subject_kind == "none":
            chosen.without.append(Without(member, "position", {}))
        elif presence.part <= 0:
            chosen.without.append(Without(member, "on_leave", {}))
        elif days < FEWEST_DAYS:
            chosen.without.append(Without(member, "too_few_days", {"days": days, "needed": FEWEST_DAYS}))
        elif version is None:
            chosen.without.append(Without(member, "no_plan", {}))
        elif (eyes := holders.eyes(person_id, home.unit.path, home.position.subject_kind, roles)) is None:
            chosen.without.append(Without(member, "four_eyes", {}))
        else:
            chosen.plans[person_id], chosen.eyes[person_id] = version, eyes
    return chosen


def _computation(
    records: Records, chosen: _Chosen, plans: Mapping[int, Plan], wanted: set[int]
) -> Computation:
    of_teams = teams(records, chosen.eyes)
    subjects = [
        Subject(person, records.members[person].home.unit.path, records.members[person].home.employment_kind)
        for person in chosen.eyes
        if person in wanted
    ]
    waivers = waivers_for(subjects, records.month)
    amounts = level_amounts((records.members[one.person_id] for one in subjects), records.month)
    digests = {version: plan_sha256(plan) for version, plan in plans.items()}
    cards = []
    for subject in subjects:
        member = records.members[subject.person_id]
        version = chosen.plans[subject.person_id]
        ways = records.ways_of(subject.person_id, plans[version])
        facts = facts_of(records, subject.person_id, plans[version], of_teams[member.team], ways)
        part = copies.SegmentCopy(
            first_day=member.first_day,
            last_day=member.last_day,
            days_worked=records.days_worked(subject.person_id),
            share=records.presence[subject.person_id].share,
            plan_version_id=version,
            plan_sha256=digests[version],
            facts=facts,
        )
        copy = copies.Copy(
            segments=(part,),
            pay=pay_of(member, amounts, records.month),
            critical_failures=_failures(facts),
        )
        waived = {line: waiver.reason for line, waiver in waivers[subject.person_id].items()}
        scored = copies.scored(copy, plans=plans, waived=waived, ways=ways)
        cards.append(Computed(member, chosen.eyes[subject.person_id], scored))
    without = tuple(one for one in chosen.without if one.member.person_id in wanted)
    return Computation(tuple(cards), without)


def _failures(facts: tuple[copies.FactCopy, ...]) -> int:
    return next((int(fact.value or 0) for fact in facts if fact.key == "critical_failures"), 0)
