"""The procedure as data: who assesses, approves, decides, closes and hands over, for each kind of subject.

Source: month.md, "Steps and deadlines" and "Rules: four eyes". All three shipped procedures use the same
states and transitions; they only name other roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from reviews.models import Procedure, ProcedureStep
from staff.models import Employment, RoleHolding

SUBJECT = "subject"
ACTS = ("assess", "approve", "confirm", "decide", "close", "hand_over", "pay")
# The owner of a small shop closes, hands over and pays in one go, where the same person holds the roles.
IN_ONE_GO = {"small": {"hand_over", "pay"}}
# In a small shop the lead is the only second person there is.
SECOND_ROLES = {"small": ["hr", "supervisor", "manager", "director", "general_office"]}

# By working day after the month's end.
WORKING_DAYS = {"assess": 3, "approve": 5, "confirm": 7, "decide": 7, "close": 8, "hand_over": 10, "pay": 10}

NAMES = {
    "small": ("小团队（老板和一名组长）", "Small (owner and one lead)"),
    "medium": ("中等（没有总经办）", "Medium (without the general office)"),
    "full": ("完整流程", "Full"),
}

# Kind of subject: assesses, approves, decides, closes. HR hands over and finance pays everywhere.
SHIPPED: Mapping[str, Mapping[str, tuple[str, str, str, str]]] = {
    "small": {
        "agent": ("supervisor", "director", "director", "director"),
        "supervisor": ("director", "general_office", "general_office", "director"),
        "manager": ("director", "general_office", "general_office", "director"),
    },
    "medium": {
        "agent": ("supervisor", "director", "manager", "manager"),
        "supervisor": ("manager", "director", "hr", "manager"),
        "manager": ("director", "hr", "hr", "director"),
    },
    "full": {
        "agent": ("supervisor", "director", "manager", "manager"),
        "supervisor": ("manager", "director", "hr", "manager"),
        "manager": ("director", "hr", "general_office", "director"),
    },
}


@dataclass(frozen=True, slots=True)
class Roles:
    """The role for each act and kind of subject, and the working day it is due by.

    `named["assess", "agent"]` is "supervisor", `days["assess", "agent"]` is 3. `second` are the roles
    that may consent to a return; `in_one_go` are the acts a person takes together with the one before.
    """

    named: Mapping[tuple[str, str], str]
    days: Mapping[tuple[str, str], int]
    approver_may_decide: bool = False
    second: frozenset[str] = frozenset()
    in_one_go: frozenset[tuple[str, str]] = frozenset()

    def of(self, act: str, kind: str) -> str | None:
        """Return the role that does an act for a kind of subject, or None."""
        return self.named.get((act, kind))


@transaction.atomic
def load_procedures() -> dict[str, Procedure]:
    """Create the shipped procedures that are not there yet; what HR has changed stays."""
    found: dict[str, Procedure] = {}
    for code, kinds in SHIPPED.items():
        name_zh, name_en = NAMES[code]
        procedure, made = Procedure.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "approver_may_decide": code == "small",
                **({"second_roles": SECOND_ROLES[code]} if code in SECOND_ROLES else {}),
            },
        )
        found[code] = procedure
        if made:
            ProcedureStep.objects.bulk_create(
                ProcedureStep(
                    procedure=procedure,
                    act=act,
                    subject_kind=kind,
                    role=role,
                    working_day=WORKING_DAYS[act],
                    in_one_go=act in IN_ONE_GO.get(code, ()),
                )
                for kind, named in kinds.items()
                for act, role in _roles_by_act(named).items()
            )
    return found


def _roles_by_act(named: tuple[str, str, str, str]) -> dict[str, str]:
    assess, approve, decide, close = named
    return dict(zip(ACTS, (assess, approve, SUBJECT, decide, close, "hr", "finance"), strict=True))


def roles_of(procedure: Procedure) -> Roles:
    """Read a procedure's roles in one query, once per procedure object."""
    known: Roles | None = procedure.__dict__.get("_roles")
    if known is None:
        known = procedure.__dict__["_roles"] = _read_roles(procedure)
    return known


def _read_roles(procedure: Procedure) -> Roles:
    rows = ProcedureStep.objects.filter(procedure=procedure)
    named: dict[tuple[str, str], str] = {}
    days: dict[tuple[str, str], int] = {}
    joined = set()
    for row in rows:
        named[row.act, row.subject_kind] = row.role
        days[row.act, row.subject_kind] = row.working_day
        if row.in_one_go:
            joined.add((row.act, row.subject_kind))
    return Roles(
        named,
        days,
        approver_may_decide=procedure.approver_may_decide,
        second=frozenset(procedure.second_roles),
        in_one_go=frozenset(joined),
    )


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who assesses, approves and decides on one person's card, as ids of people."""

    assessor_id: int
    approver_id: int
    decider_id: int


class Holders:
    """Who holds which role over which unit; asked for many people after two queries."""

    def __init__(self, *, last_day: date, on: date) -> None:
        """Read the holders on the month's last day who still are, and those of today; none who has left."""
        self._then: dict[tuple[str, str], list[int]] = {}
        self._now: dict[tuple[str, str], list[int]] = {}
        rows = RoleHolding.objects.filter(starts_on__lte=max(last_day, on)).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on)
        )
        employed = Employment.objects.filter(person=OuterRef("person"), hired_on__lte=on).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=on)
        )
        for role, path, person, starts in (
            rows.filter(Exists(employed))
            .order_by("person__staff_no")
            .values_list("role", "unit__path", "person_id", "starts_on")
        ):
            if starts <= last_day:
                self._then.setdefault((role, path), []).append(person)
            if starts <= on:
                self._now.setdefault((role, path), []).append(person)

    def nearest(self, role: str, path: str, *, but: frozenset[int]) -> int | None:
        """Return the nearest holder upwards from a unit who is not one of `but`, or None.

        Whoever held the role on the month's last day and still does comes first; where nobody of
        that time is left, today's holder takes over.
        """
        for held in (self._then, self._now):
            for unit_path in _upwards(path):
                for person in held.get((role, unit_path), ()):
                    if person not in but:
                        return person
        return None

    def eyes(self, subject_id: int, path: str, kind: str, roles: Roles) -> Eyes | None:
        """Return the three who act on a subject's card, or None where there are not enough people.

        Three different persons, none of them the subject; only where the procedure lets the approver
        decide (the owner of a small shop) may two do.
        """
        but = frozenset({subject_id})
        assessor = self._find("assess", kind, path, roles, but)
        if assessor is None:
            return None
        but |= {assessor}
        approver = self._find("approve", kind, path, roles, but)
        if approver is None:
            return None
        decider = self._find("decide", kind, path, roles, but | {approver})
        if decider is None and roles.approver_may_decide:
            decider = approver
        return None if decider is None else Eyes(assessor, approver, decider)

    def _find(self, act: str, kind: str, path: str, roles: Roles, but: frozenset[int]) -> int | None:
        role = roles.of(act, kind)
        return None if role is None else self.nearest(role, path, but=but)


def _upwards(path: str) -> list[str]:
    """Return the path of a unit and of all units above it, the nearest first."""
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[:count]) + "/" for count in range(len(ids), 0, -1)]
