"""Changing a procedure: who acts at which step, and by which working day."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reviews import procedure_table
from reviews.models import Card, CardState, Procedure, ProcedureStep
from reviews.procedure_table import Grid
from staff import access
from staff.models import User

UNDER_WAY = [
    CardState.SUBMITTED,
    CardState.PUBLISHED,
    CardState.OBJECTED,
    CardState.CONFIRMED,
    CardState.CLOSED,
]
NAMED = 5  # months in one refusal


@transaction.atomic
def save_procedure(procedure: Procedure, grid: Grid, *, by: User) -> int:
    """Keep a procedure's table; return how many of its acts changed. HR of the whole company only.

    Raises ValidationError with everything that is wrong. Each change has an entry in the history.
    """
    if not access.scope_of(by, on=timezone.localdate()).everything:
        raise PermissionDenied
    if wrong := procedure_table.problems(grid):
        raise ValidationError(wrong)
    # A card that is submitted at this moment waits for the end, or has been counted.
    list(ProcedureStep.objects.select_for_update().filter(procedure=procedure))
    if said := why_not_now(procedure, grid):
        raise ValidationError(said)
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


def why_not_now(procedure: Procedure, grid: Grid) -> str:
    """Return why a changed table cannot be kept while months are under way, or an empty text.

    Who acts on a card that somebody has submitted stays as it was when that began: otherwise a month could
    lose its second pair of eyes midway, or the people named on its cards could act no more. Days may change.
    """
    if _people(procedure_table.grid_of(procedure)) == _people(grid):
        return ""
    moving = Card.objects.filter(review__procedure=procedure, state__in=UNDER_WAY)
    rows = moving.order_by("review__month", "review__unit__path").values_list(
        "review__unit__name", "review__month"
    )
    months = [f"{unit} {month:%Y-%m}" for unit, month in rows.distinct()[:NAMED]]
    if not months:
        return ""
    return _(
        "Cards are under way by this procedure: %(months)s. Until they are handed over, who acts, who consents"
        " and what one person takes in one go stay as they are; days may be changed. Nothing was kept."
    ) % {"months": pgettext("between names", ", ").join(months)}


def _people(grid: Grid) -> tuple[object, ...]:
    cells = [cell for line in grid.lines for cell in line.cells if cell is not None]
    acts = sorted((cell.act, cell.kind, cell.role, cell.in_one_go) for cell in cells)
    return acts, grid.approver_may_decide, sorted(grid.second_roles)
