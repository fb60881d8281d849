"""Values typed in by hand: people down, lines across, one month; all that was typed is saved, or nothing.

Address others link to: `typed_values` (`?month=2026-10`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reviews.figures.cells import folded, missing_word
from reviews.scoring.measure import Unit
from reviews.scoring.shown import plain
from reviews.services import typed
from reviews.services.typed import Given, Slot
from reviews.views.months import chosen_month, months_offered, user_of
from staff import access, calendar
from staff.models import Assignment, Employment, Person, User

UNITS = {
    Unit.RATIO: "%",
    Unit.CNY: gettext_lazy("CNY"),
    Unit.SECONDS: gettext_lazy("s"),
    Unit.RUBRIC: "0–5",
    Unit.MARK_5: "0–5",
    Unit.MARK_100: "0–100",
}
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,8})?", re.ASCII)
# Who types; who else leads them only reads.
TYPISTS = ("hr", "supervisor")


@dataclass(slots=True)
class Cell:
    """One value to type in, as it stands in its field."""

    slot: Slot
    name: str
    text: str
    line: str
    unit: str
    writes: bool
    problem: str = ""


@dataclass(slots=True)
class Row:
    """One person."""

    person: Person
    unit: str
    cells: list[Cell]


@login_required
@require_http_methods(["GET", "POST"])
def values(request: HttpRequest) -> HttpResponse:
    """Show the grid; save what was typed."""
    today = timezone.localdate()
    user = user_of(request)
    scope = access.scope_of(user, on=today)
    if not scope.unit_paths and not scope.everything:
        raise Http404
    month = chosen_month(request, today=today)
    found = typed.slots(_people(user, month=month, today=today), month)
    mine = _typed_by(scope, found, month=month)
    rows = _rows(found, mine)
    if request.method == "POST":
        if not scope.has(*TYPISTS) and not scope.superuser:
            raise PermissionDenied
        slots = [slot for slot in found if slot.person.pk in mine]
        if _save(request, rows, slots, month=month, user=user):
            return redirect(f"{reverse('typed_values')}?month={month:%Y-%m}")
    cells = [cell for row in rows for cell in row.cells]
    context = {
        "rows": rows,
        "month": month,
        "months": months_offered(today),
        "open": sum(cell.slot.held is None for cell in cells),
        "writes": any(cell.writes for cell in cells),
    }
    status = 422 if any(cell.problem for cell in cells) else 200
    return render(request, "reviews/typed/values.html", context, status=status)


def _people(user: User, *, month: date, today: date) -> list[Assignment]:
    """Return where the people stand at the month's end whom the user leads or looks after, never the user."""
    last = calendar.last_day_of(month)
    spans = Employment.objects.filter(hired_on__lte=last).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=month)
    )
    people = Person.objects.visible_to(user, on=today).filter(pk__in=spans.values("person"))
    placed = access.current_assignments(last).filter(person__in=people.values("pk"))
    placed = placed.exclude(person=user.person_id or 0).filter(position__has_card=True)
    return list(placed.select_related("person", "unit").order_by("unit__path", "person__staff_no"))


def _typed_by(scope: access.Scope, found: list[Slot], *, month: date) -> set[int]:
    """Return those of the people whose values the user may type: HR's and the own team's."""
    ids = {slot.person.pk for slot in found}
    if scope.everything:
        return ids
    paths = [path for role in TYPISTS for path in scope.roles.get(role, ())]
    last = calendar.last_day_of(month)
    return set(access.people_below(paths, on=last).filter(person__in=ids).values_list("person_id", flat=True))


def _rows(found: list[Slot], mine: set[int]) -> list[Row]:
    english = (get_language() or "").startswith("en")
    rows: dict[int, Row] = {}
    for slot in found:
        row = rows.setdefault(slot.person.pk, Row(slot.person, slot.unit, []))
        line = slot.line.name_en if english and slot.line.name_en else slot.line.name_zh
        name = f"v-{slot.person.pk}-{slot.plan_id}-{slot.line.code}"
        writes = slot.person.pk in mine and not slot.locked
        unit = str(UNITS.get(slot.measure.unit, ""))
        row.cells.append(Cell(slot, name, _shown(slot), line, unit, writes))
    return list(rows.values())


def _shown(slot: Slot) -> str:
    """Write a value as it is typed: ratios in percent."""
    if slot.held is None:
        return ""
    return plain(slot.held * 100 if slot.measure.unit is Unit.RATIO else slot.held)


def _save(request: HttpRequest, rows: list[Row], slots: list[Slot], *, month: date, user: User) -> bool:
    """Save all that was typed and say so; where something is wrong nothing, and the fields say what."""
    given: list[Given] = []
    wrong = False
    for cell in (cell for row in rows for cell in row.cells):
        if cell.name not in request.POST:
            continue
        cell.text = request.POST[cell.name].strip()[:40]
        value = _read(cell)
        if cell.problem:
            wrong = True
        else:
            given.append(Given(*cell.slot.key, value))
    if wrong:
        messages.error(request, _("Nothing was saved: correct the marked cells."))
        return False
    try:
        count = typed.save_values(given, among=slots, month=month, by=user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return False
    text = ngettext(
        "%(count)s value saved. Draft cards follow with the next run of the month.",
        "%(count)s values saved. Draft cards follow with the next run of the month.",
        count,
    )
    messages.success(request, text % {"count": count} if count else _("Nothing was changed."))
    return True


def _read(cell: Cell) -> Decimal | None:
    """Read what stands in a field; an empty one is no value. Ratios are typed in percent."""
    if missing_word(cell.text) is not None:
        return None
    plain_text = folded(cell.text).removesuffix("%").strip().replace(",", "").replace("−", "-")
    if not NUMBER.fullmatch(plain_text):
        cell.problem = _("This is not a number.")
        return None
    number = Decimal(plain_text)
    return number / 100 if cell.slot.measure.unit is Unit.RATIO else number
