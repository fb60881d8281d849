"""Changing a procedure: who acts at which step, and by which working day."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from reviews import procedure_table
from reviews.models import Procedure, ProcedureStep
from reviews.procedure_table import Grid
from staff import access
from staff.models import User


@transaction.atomic
def save_procedure(procedure: Procedure, grid: Grid, *, by: User) -> int:
    """Keep a procedure's table; return how many of its acts changed. HR of the whole company only.

    Raises ValidationError with everything that is wrong. Each change has an entry in the history.
    """
    if not access.scope_of(by, on=timezone.localdate()).everything:
        raise PermissionDenied
    if wrong := procedure_table.problems(grid):
        raise ValidationError(wrong)
    changed = 0
    for step in ProcedureStep.objects.select_for_update().filter(procedure=procedure):
        cell = grid.of(step.act, step.subject_kind)
        if cell is None:
            continue
        now = (cell.role, cell.number, cell.in_one_go)
        if (step.role, step.working_day, step.in_one_go) != now:
            step.role, step.working_day, step.in_one_go = now
            step.save(update_fields=["role", "working_day", "in_one_go"])
            changed += 1
    second = list(grid.second_roles)
    if (procedure.approver_may_decide, procedure.second_roles) != (grid.approver_may_decide, second):
        procedure.approver_may_decide, procedure.second_roles = grid.approver_may_decide, second
        procedure.save(update_fields=["approver_may_decide", "second_roles"])
    return changed
