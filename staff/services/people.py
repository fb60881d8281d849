"""People from a sheet, written in bulk with their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from staff.models import AccountHolder, Assignment, Employment, Person, PlatformAccount, Shop, User
from staff.services.outcome import Outcome, SheetRefused
from staff.services.people_plan import PeoplePlan, PersonRow, plan_people

BATCH = 500
FIELDS: dict[type[Any], list[str]] = {
    Person: ["name", "pinyin", "phone"],
    Employment: ["hired_on", "left_on"],
    Assignment: ["starts_on", "unit", "position", "level", "employment_kind"],
}


@transaction.atomic
def upsert_people(rows: Sequence[PersonRow], *, by: User | None, shop: Shop | None = None) -> Outcome:
    """Write the people of a sheet, all rows or none; the same rows again change nothing.

    A row without a value leaves what stands. Raises SheetRefused with every fault.
    """
    plan = plan_people(rows, shop=shop)
    if plan.problems:
        raise SheetRefused(plan.problems)
    write(plan, by=by)
    return plan.outcome


def write(plan: PeoplePlan, *, by: User | None) -> None:
    """Write a plan without faults."""
    for model in (Person, Employment, Assignment, PlatformAccount, AccountHolder):
        _create(model, plan.of(model, new=True), by=by)
    created = {id(item) for item in plan.create}
    for model, fields in FIELDS.items():
        changed = [item for item in plan.of(model, new=False) if id(item) not in created]
        if changed:
            bulk_update_with_history(changed, model, fields, batch_size=BATCH, default_user=by)


def _create(model: type[Any], objects: list[Any], *, by: User | None) -> None:
    if objects:
        bulk_create_with_history(objects, model, batch_size=BATCH, default_user=by)
