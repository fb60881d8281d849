"""Plans between rows and core: read, keep as a draft, publish, and find the one in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reviews.measures import MEASURES
from reviews.models import Plan, PlanAssignment, PlanVersion
from reviews.plan_rows import PARTS, core_of, write_parts
from reviews.scoring.checks import Check, can_publish, check_plan
from reviews.scoring.plan_data import plan_sha256

if TYPE_CHECKING:
    from reviews.scoring.plan import Plan as CorePlan
    from staff.models import Unit, User


class PlanRefused(Exception):
    """A plan was to be changed or published and may not be; nothing was written."""


class NotPublishable(PlanRefused):
    """A draft fails checks; `checks` are all of them, the failed ones in words."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)
        zh = not (get_language() or "").startswith("en")
        said = [problem.words[0 if zh else 1] for check in self.checks for problem in check.problems]
        super().__init__(" ".join(said))


def to_core(version: PlanVersion) -> CorePlan:
    """Return a version as the core's plan; seven queries, fewer where prefetched."""
    return core_of(version)


def core_plans(version_ids: Iterable[int]) -> dict[int, CorePlan]:
    """Return the core's plans of many versions by their ids, in seven queries."""
    versions = PlanVersion.objects.filter(pk__in=set(version_ids))
    rows = versions.select_related("plan").prefetch_related(*PARTS)
    return {version.pk: core_of(version) for version in rows}


@transaction.atomic
def create_draft(plan: CorePlan, *, starts_on: date, by: User | None, note: str = "") -> PlanVersion:
    """Add a draft version of a plan, the plan itself too where its code is new."""
    row, _made = Plan.objects.select_for_update().get_or_create(
        code=plan.code, defaults={"name_zh": plan.name_zh, "name_en": plan.name_en}
    )
    last = row.versions.aggregate(last=Max("number"))["last"] or 0
    version = PlanVersion(plan=row, number=last + 1, starts_on=starts_on, note=note)
    write_parts(version, plan)
    return version


@transaction.atomic
def save_draft(
    version: PlanVersion,
    plan: CorePlan,
    *,
    by: User | None,
    starts_on: date | None = None,
    note: str | None = None,
) -> PlanVersion:
    """Replace a draft's whole content; refuse a published version.

    The plan's names belong to all its versions and change only while none of
    them is published.
    """
    row = PlanVersion.objects.select_for_update().select_related("plan").get(pk=version.pk)
    if row.published_at is not None:
        raise PlanRefused(_("%(version)s is published and cannot be changed.") % {"version": row})
    if starts_on is not None:
        row.starts_on = starts_on
    if note is not None:
        row.note = note
    if not row.plan.versions.published().exists():
        Plan.objects.filter(pk=row.plan_id).update(name_zh=plan.name_zh, name_en=plan.name_en)
    write_parts(row, plan)
    return row


def new_version(version: PlanVersion, *, starts_on: date, by: User | None, note: str = "") -> PlanVersion:
    """Copy a version as the plan's next draft."""
    return create_draft(to_core(version), starts_on=starts_on, by=by, note=note)


def publish_checks(version: PlanVersion) -> tuple[Check, ...]:
    """Return all checks of a version as it is stored."""
    return check_plan(to_core(version), MEASURES)


def start_refusal(version: PlanVersion, *, on: date) -> str:
    """Say why a version may not start on its day, "" where it may.

    A plan begins with a month. A plan's first version may begin in the past, to
    take over months already under way; a later one begins after its publication,
    so that no rule changes behind anybody (spec/law.md, 劳动合同法 4).
    """
    if version.starts_on.day != 1:
        return _("A plan starts on the first day of a month.")
    published = version.plan.versions.published()
    last = published.aggregate(last=Max("starts_on"))["last"]
    if last is None:
        return ""
    if version.starts_on <= last:
        return _("A newer version must start after %(day)s.") % {"day": last.isoformat()}
    if version.starts_on <= on:
        return _("A newer version starts after the day it is published.")
    return ""


@transaction.atomic
def publish(version: PlanVersion, *, by: User | None, at: datetime, on: date) -> PlanVersion:
    """Freeze a draft as it stands; raise NotPublishable or PlanRefused and change nothing.

    `at` is the moment, `on` its day in the company's time zone. Of two people who
    publish at once one is refused.
    """
    row = PlanVersion.objects.select_for_update().select_related("plan").get(pk=version.pk)
    plan = to_core(row)
    checks = check_plan(plan, MEASURES)
    if not can_publish(checks):
        raise NotPublishable(checks)
    if refusal := start_refusal(row, on=on):
        raise PlanRefused(refusal)
    drafts = PlanVersion.objects.filter(pk=row.pk, state=PlanVersion.State.DRAFT)
    changed = drafts.update(
        state=PlanVersion.State.PUBLISHED,
        published_at=at,
        published_by=by,
        sha256=plan_sha256(plan),
    )
    if not changed:
        raise PlanRefused(_("%(version)s is published and cannot be changed.") % {"version": row})
    row.refresh_from_db()
    return row


@transaction.atomic
def delete_draft(version: PlanVersion, *, by: User | None) -> None:
    """Delete a draft, and its plan where no other version is left."""
    row = PlanVersion.objects.select_for_update().get(pk=version.pk)
    if row.published_at is not None:
        raise PlanRefused(_("%(version)s is published and cannot be changed.") % {"version": row})
    plan = row.plan
    row.delete()
    if not plan.versions.exists() and not plan.assignments.exists():
        plan.delete()


def version_in_force(plan: Plan, *, on: date) -> PlanVersion | None:
    """Return the published version of a plan in force on a day; the next start ends it."""
    published = plan.versions.published().filter(starts_on__lte=on)
    return published.order_by("-starts_on", "-number").first()


def assignment_refusal(plan: Plan, *, on: date) -> str:
    """Say why a plan cannot be assigned from a day on, "" where it can: only what is published scores anybody."""
    if version_in_force(plan, on=on) is not None:
        return ""
    said = _("%(plan)s has no published version on %(day)s. Publish one that starts by then.")
    return said % {"plan": plan, "day": on.isoformat()}


def published_plan(code: str, *, on: date) -> CorePlan | None:
    """Return the plan of a code as it is in force on a day, None where there is none."""
    plan = Plan.objects.filter(code=code).first()
    version = version_in_force(plan, on=on) if plan else None
    return to_core(version) if version else None


Key = tuple[int, int, str]


@dataclass(frozen=True)
class PlanFinder:
    """Answers which version scores whom on one day, without further queries."""

    by_key: Mapping[Key, int]
    in_force: Mapping[int, int]

    def version_id(self, unit: Unit, position_id: int, kind: str) -> int | None:
        """Return the version's id: the nearest unit wins, then the named kind.

        None where nothing is assigned, or what is has no version in force yet.
        """
        for unit_id in unit.ancestor_ids():
            for named in (kind, ""):
                plan_id = self.by_key.get((unit_id, position_id, named))
                if plan_id is not None:
                    return self.in_force.get(plan_id)
        return None


def plan_finder(*, on: date) -> PlanFinder:
    """Load all assignments and versions in force on a day, in two queries."""
    by_key: dict[Key, int] = {}
    assigned = PlanAssignment.objects.filter(starts_on__lte=on).order_by("starts_on")
    for row in assigned.values_list("unit_id", "position_id", "employment_kind", "plan_id"):
        by_key[row[0], row[1], row[2]] = row[3]
    published = PlanVersion.objects.published().filter(starts_on__lte=on)
    rows = published.order_by("starts_on", "number").values_list("plan_id", "pk")
    return PlanFinder(by_key, dict(rows))


def plan_for(unit: Unit, position_id: int, kind: str, *, on: date) -> PlanVersion | None:
    """Return the version that scores a position of a unit on a day."""
    found = plan_finder(on=on).version_id(unit, position_id, kind)
    return PlanVersion.objects.select_related("plan").get(pk=found) if found else None
