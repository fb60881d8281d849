"""What is due by month rather than by day: how many have it, who lacks it, whose it is to enter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.checking import summaries_due
from reviews.checks import coverage
from reviews.completeness.wording import names_in_short
from reviews.gaps import OWNERS, Place
from reviews.models import ServiceEvent, Target, WorkSummary
from staff.access import current_assignments, in_span
from staff.calendar import first_of_next, last_day_of
from staff.models import Assignment, Person, RoleHolding, Unit
from training.models import ExamMark
from training.selectors import valid_marks

ADMIN = "admin:reviews"
EXAMS = "admin:training_exammark_changelist"


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of record: how many of how many are there, names of those without, its owners, its page."""

    title: str | Promise
    done: int
    total: int
    lacking: str
    owners: str
    role: str
    url: str
    query: str = ""

    @property
    def percent(self) -> int:
        """How far the bar is filled, never rounded up to 100."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def open(self) -> int:
        """How many are missing."""
        return self.total - self.done


def items_of(shop_ids: Collection[int], month: date, *, at: datetime) -> list[Item]:
    """Return what the agents of some shops owe for a month; a fixed number of queries."""
    last = last_day_of(month)
    agents = _agents(shop_ids, month, last)
    people = {one.person_id: one.person for one in agents}
    paths = {one.person_id: one.unit.path for one in agents}
    leads = _Leads(on=last)
    marks = valid_marks(people, last_day=last)
    checked = coverage({one.person_id: one.position_id for one in agents}, month=month)

    def item(title: str | Promise, have: Collection[int], place: Place, url: str, query: str = "") -> Item:
        lacking = [person for person in people if person not in have]
        names = names_in_short(people[key].name for key in lacking)
        role = OWNERS[place]
        owners = leads.names(role, [paths[key] for key in lacking] or list(paths.values()))
        done = len(people) - len(lacking)
        return Item(title, done, len(people), names, owners, role, url, query)

    tested = {kind: {person for person, one in marks if one == kind} for kind in ExamMark.Kind.values}
    enough = {person for person, one in checked.items() if not one.short}
    month_of = f"?month={month:%Y-%m}"
    return [
        item(
            _("Targets"), _with_target(people, month), Place.TARGETS, f"{ADMIN}_target_changelist", month_of
        ),
        item(_("Chat spot checks"), enough, Place.CHECKS, f"{ADMIN}_spotcheck_changelist"),
        item(_("Product exam"), tested[ExamMark.Kind.PRODUCT], Place.EXAMS, EXAMS),
        item(_("Practical exam"), tested[ExamMark.Kind.SKILLS], Place.EXAMS, EXAMS),
        item(
            _("Marks of work summaries"),
            _summarised(people, month, at),
            Place.SUMMARIES,
            f"{ADMIN}_worksummary_changelist",
        ),
        _disputes(people, paths, leads, month),
    ]


def _agents(shop_ids: Collection[int], month: date, last: date) -> list[Assignment]:
    """Return the assignments of the shops' agents employed in a month, by unit and staff number."""
    reach = Q(pk__in=[])
    for path in Unit.objects.filter(shop__in=shop_ids).values_list("path", flat=True):
        reach |= Q(unit__path__startswith=path)
    employed = Q(person__employments__hired_on__lte=last) & (
        Q(person__employments__left_on__isnull=True) | Q(person__employments__left_on__gt=month)
    )
    rows = current_assignments(last).filter(reach, employed, position__subject_kind="agent").distinct()
    return list(rows.select_related("person", "unit").order_by("unit__path", "person__staff_no"))


def _with_target(people: Collection[int], month: date) -> set[int]:
    targets = Target.objects.current().filter(
        person__in=people, month=month, kind=Target.Kind.SALES, amount__isnull=False
    )
    return set(targets.values_list("person_id", flat=True))


def _summarised(people: Collection[int], month: date, at: datetime) -> set[int]:
    """Return those whose summary is marked, or can no longer be handed in and scores 0."""
    rows = {row.person_id: row for row in WorkSummary.objects.filter(person__in=people, month=month)}
    due = summaries_due(people, month)
    found = set()
    for person in people:
        row = rows.get(person)
        ends = row.due_at if row is not None else due[person]
        marked = row is not None and row.halves is not None
        too_late = (row is None or row.handed_in_at is None) and at >= ends
        if marked or too_late:
            found.add(person)
    return found


def _disputes(people: dict[int, Person], paths: dict[int, str], leads: _Leads, month: date) -> Item:
    events = ServiceEvent.objects.filter(person__in=people, day__gte=month, day__lt=first_of_next(month))
    rows = list(events.order_by("person__staff_no").values_list("person_id", "state"))
    undecided = list(dict.fromkeys(person for person, state in rows if state == ServiceEvent.State.OPEN))
    role = OWNERS[Place.EVENTS]
    return Item(
        _("Disputes decided"),
        sum(state == ServiceEvent.State.DECIDED for _person, state in rows),
        len(rows),
        names_in_short(people[key].name for key in undecided),
        leads.names(role, [paths[key] for key in undecided] or list(paths.values())),
        role,
        f"{ADMIN}_serviceevent_changelist",
    )


class _Leads:
    """Who holds which role over which units on a day; one query."""

    def __init__(self, *, on: date) -> None:
        rows = RoleHolding.objects.filter(in_span(on), role__in=set(OWNERS.values()))
        self.held: Sequence[tuple[str, str, str]] = list(
            rows.order_by("unit__path", "person__staff_no").values_list("role", "unit__path", "person__name")
        )

    def names(self, role: str, paths: Iterable[str]) -> str:
        """Return the names of those whose role reaches one of the units, each by the nearest holding."""
        found: dict[str, None] = {}
        for path in dict.fromkeys(paths):
            reaching = [
                (over, name) for one, over, name in self.held if one == role and path.startswith(over)
            ]
            nearest = max((over for over, _name in reaching), key=len, default="")
            found |= dict.fromkeys(name for over, name in reaching if over == nearest)
        return names_in_short(found, most=3)
