"""Reference data of reviews as small sheets: which plan scores which position of a unit."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models import Plan, PlanAssignment
from reviews.services import assigning
from staff.models import EmploymentKind
from staff.resource_cells import ChoiceCell, CodeCell, DayCell, PositionCell, UnitCell
from staff.resources import SheetResource, column


class PlanCell(CodeCell):
    """A plan by code."""

    model = Plan

    def nothing(self, code: str) -> str:
        """Say that no plan has the code."""
        return gettext("No plan has the code %(code)s.") % {"code": code}


class PlanAssignmentResource(SheetResource):
    """Which plan scores a unit's position from a day on; an empty kind of employment stands for every kind."""

    labels: ClassVar = {
        "plan": _("plan code"),
        "unit": _("unit code"),
        "position": _("position code"),
        "employment_kind": _("employment kind"),
        "starts_on": _("from"),
    }
    plan = column("plan", PlanCell())
    unit = column("unit", UnitCell())
    position = column("position", PositionCell())
    employment_kind = column("employment_kind", ChoiceCell(dict(EmploymentKind.choices), required=False))
    starts_on = column("starts_on", DayCell())

    class Meta:
        model = PlanAssignment
        fields = ("plan", "unit", "position", "employment_kind", "starts_on")
        import_id_fields = ("unit", "position", "employment_kind", "starts_on")
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refusals: dict[tuple[int, int, date], list[str]] = {}

    def get_queryset(self) -> Any:
        """Return the assignments with what they name."""
        return super().get_queryset().select_related("plan", "unit", "position")

    def validate_instance(
        self,
        instance: PlanAssignment,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        """Refuse, besides what the model refuses, a plan that is not published then or that a shop cannot feed."""
        errors = dict(import_validation_errors or {})
        try:
            super().validate_instance(instance, errors, validate_unique)
        except ValidationError as fault:
            errors = fault.update_error_dict({})
        if not errors.keys() & {"plan", "unit", "starts_on"} and (refused := self._refusal(instance)):
            errors.setdefault("plan", []).extend(refused)
        if errors:
            raise ValidationError(errors)

    def _refusal(self, row: PlanAssignment) -> list[str]:
        key = row.plan_id, row.unit_id, row.starts_on
        if key not in self.refusals:
            try:
                assigning.check(row.plan, row.unit, starts_on=row.starts_on, on=timezone.localdate())
                self.refusals[key] = []
            except ValidationError as refused:
                self.refusals[key] = refused.messages
        return self.refusals[key]
