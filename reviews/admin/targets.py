"""HR's grid of targets: people down, kinds across, one month; all that was typed is saved, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.figures.cells import Fault, Missing, read_money
from reviews.figures.days import month_span
from reviews.figures.messages import sentence
from reviews.models import Target
from reviews.targets import TargetGiven, current_targets, set_targets
from staff.access import current_assignments, people_below
from staff.admin.base import ReadOnlyAdmin, scope
from staff.calendar import add_months
from staff.models import Person, Unit, User

MONTHS_BACK, MONTHS_AHEAD = 6, 3
MOST_PEOPLE = 300
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(slots=True)
class GridCell:
    """One target to type in."""

    name: str
    kind: str
    text: str
    problem: str = ""


@dataclass(slots=True)
class GridRow:
    """One person's targets."""

    person: Person
    unit: str
    cells: list[GridCell]
    writes: bool = False


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    """Targets per agent and month."""

    readers: ClassVar[frozenset[str]] = frozenset({"manager", "director"})
    of_person = "person"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the grid; save what was typed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        month, unit, units = _choice(request)
        people = _people(request, month, unit)
        rows = _rows(people[:MOST_PEOPLE], month)
        writes = self.may(request, self.writers)
        if writes:
            _open(request, rows, month)
        if request.method == "POST":
            if not writes:
                raise PermissionDenied
            if (answer := _save(request, rows, month, unit)) is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "title": _("Targets"),
            "rows": rows,
            "kinds": Target.Kind.choices,
            "month": month,
            "months": [
                add_months(timezone.localdate(), n) for n in range(MONTHS_AHEAD, -MONTHS_BACK - 1, -1)
            ],
            "unit": unit,
            "units": units,
            "writes": writes,
            "too_many": len(people) > MOST_PEOPLE,
            "most": MOST_PEOPLE,
        }
        return TemplateResponse(request, "admin/reviews/figures/targets.html", context)


def _choice(request: HttpRequest) -> tuple[date, Unit | None, QuerySet[Unit]]:
    today = timezone.localdate()
    try:
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        month = today.replace(day=1)
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        month = today.replace(day=1)
    units = Unit.objects.visible_to(request.user, on=today)
    code = request.GET.get("unit", "")[:40]
    return month, units.filter(code=code).first() if code else None, units


def _people(request: HttpRequest, month: date, unit: Unit | None) -> list[Person]:
    """Return the people the user sees who are employed in the month, in the unit if one is chosen."""
    span = month_span(month.year, month.month)
    people = Person.objects.visible_to(request.user, on=timezone.localdate()).filter(
        employments__hired_on__lte=span.last, assignments__starts_on__lte=span.last
    )
    people = people.exclude(employments__left_on__lte=span.first)
    if unit is not None:
        people = people.filter(pk__in=people_below([unit.path], on=span.last))
    return list(people.distinct().order_by("staff_no")[: MOST_PEOPLE + 1])


def _rows(people: list[Person], month: date) -> list[GridRow]:
    keys = [person.pk for person in people]
    held = current_targets(keys, first_month=month, last_month=month)
    last = month_span(month.year, month.month).last
    units = dict(current_assignments(last).filter(person__in=keys).values_list("person", "unit__name"))
    return [
        GridRow(
            person,
            units.get(person.pk, ""),
            [
                GridCell(f"{kind}-{person.pk}", kind, _shown(held.get((person.pk, month, kind))))
                for kind in Target.Kind.values
            ],
        )
        for person in people
    ]


def _open(request: HttpRequest, rows: list[GridRow], month: date) -> None:
    """Let the targets be typed of the people the user looks after as HR; of those led otherwise they are read."""
    found = scope(request)
    paths = found.roles.get("hr", ())
    # Who moves is set targets by HR of either branch: today's and the month's.
    days = (timezone.localdate(), month_span(month.year, month.month).last)
    mine = {pk for on in days for pk in people_below(paths, on=on).values_list("person_id", flat=True)}
    for row in rows:
        row.writes = found.everything or row.person.pk in mine


def _shown(target: Target | None) -> str:
    return "" if target is None or target.amount is None else f"{target.amount:,.2f}"


def _save(request: HttpRequest, rows: list[GridRow], month: date, unit: Unit | None) -> HttpResponse | None:
    """Save all that was typed and go back to the grid; None where something is wrong, which the rows then say."""
    given: list[TargetGiven] = []
    problems = 0
    for row in (row for row in rows if row.writes):
        for cell in row.cells:
            if cell.name not in request.POST:
                continue
            cell.text = request.POST[cell.name].strip()[:40]
            amount = read_money(cell.text)
            if isinstance(amount, Fault):
                cell.problem = sentence(amount.code, {"text": amount.text})
                problems += 1
            else:
                value: Decimal | None = None if isinstance(amount, Missing) else amount
                given.append(TargetGiven(row.person.pk, month, cell.kind, value))
    if problems:
        messages.error(request, _("Nothing was saved: correct the marked cells."))
        return None
    by = request.user if isinstance(request.user, User) else None
    try:
        done = set_targets(given, by=by, source=_("typed in"))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return None
    count = done.new + done.changed
    text = ngettext("%(count)s target saved.", "%(count)s targets saved.", count)
    messages.success(request, text % {"count": count} if count else _("Nothing was changed."))
    here = reverse("admin:reviews_target_changelist")
    return HttpResponseRedirect(f"{here}?month={month:%Y-%m}" + (f"&unit={unit.code}" if unit else ""))
