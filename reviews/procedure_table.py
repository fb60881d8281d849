"""A procedure as a table of act and kind of subject: read, checked and explained before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from reviews.models import Procedure, ProcedureStep
from reviews.procedures import ACTS, SUBJECT
from reviews.sheets.chain import ROLES

KINDS = {
    "agent": gettext_lazy("of agents"),
    "supervisor": gettext_lazy("of supervisors"),
    "manager": gettext_lazy("of managers"),
}
# Only these follow another act of the same kind that one person may take with it.
IN_ONE_GO = frozenset({"hand_over", "pay"})
LAST_DAY = 31
MAY_CONSENT = ("hr", "supervisor", "manager", "director", "general_office")


@dataclass(frozen=True, slots=True)
class Cell:
    """One act for one kind of subject, as the form shows it: `day` as it was typed."""

    act: str
    kind: str
    role: str
    day: str
    in_one_go: bool = False

    @property
    def name(self) -> str:
        """What its fields are called."""
        return f"{self.act}-{self.kind}"

    @property
    def fixed(self) -> bool:
        """Whether nobody but the subject can do it."""
        return self.role == SUBJECT

    @property
    def joinable(self) -> bool:
        """Whether it may be taken in one go with the act before."""
        return self.act in IN_ONE_GO

    @property
    def role_words(self) -> str:
        """The role in the reader's language."""
        return str(ROLES.get(self.role, self.role))

    @property
    def number(self) -> int:
        """The working day, 0 where it is none."""
        return int(self.day) if self.day.isascii() and self.day.isdecimal() and len(self.day) < 4 else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One act with its cells, one per kind of subject."""

    act: str
    label: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A procedure's acts in their order, and what else it settles."""

    kinds: tuple[str, ...]
    lines: tuple[Line, ...]
    approver_may_decide: bool = False
    second_roles: tuple[str, ...] = field(default=())

    @property
    def heads(self) -> list[str]:
        """The kinds of subject in words."""
        return [str(KINDS.get(kind, kind)) for kind in self.kinds]

    def of(self, act: str, kind: str) -> Cell | None:
        """Return one cell."""
        cells = (cell for line in self.lines for cell in line.cells if cell is not None)
        return next((cell for cell in cells if (cell.act, cell.kind) == (act, kind)), None)

    @property
    def second_words(self) -> str:
        """Who may consent to a return, in words."""
        return pgettext("between names", ", ").join(str(ROLES.get(role, role)) for role in self.second_roles)


def roles() -> list[tuple[str, str]]:
    """Return the roles that can be named for an act."""
    return [(code, str(words)) for code, words in ROLES.items() if code != SUBJECT]


def consenting() -> list[tuple[str, str]]:
    """Return the roles that can be named for the second consent."""
    return [(code, str(ROLES[code])) for code in MAY_CONSENT]


def _grid(cells: Mapping[tuple[str, str], Cell], **settled: object) -> Grid:
    known = {kind for _act, kind in cells}
    kinds = tuple([kind for kind in KINDS if kind in known] + sorted(known - set(KINDS)))
    labels = dict(ProcedureStep.Act.choices)
    lines = tuple(
        Line(act, str(labels[act]), tuple(cells.get((act, kind)) for kind in kinds)) for act in ACTS
    )
    return Grid(kinds, lines, **settled)  # type: ignore[arg-type]


def grid_of(procedure: Procedure) -> Grid:
    """Return a stored procedure's table."""
    cells = {
        (step.act, step.subject_kind): Cell(
            step.act, step.subject_kind, step.role, str(step.working_day), step.in_one_go
        )
        for step in procedure.steps.all()
    }
    return _grid(
        cells,
        approver_may_decide=procedure.approver_may_decide,
        second_roles=tuple(procedure.second_roles),
    )


def grid_from(data: Mapping[str, str], procedure: Procedure) -> Grid:
    """Return the table a form states; acts and kinds are those of the stored procedure."""
    cells = {}
    for step in procedure.steps.all():
        name = f"{step.act}-{step.subject_kind}"
        cells[step.act, step.subject_kind] = Cell(
            step.act,
            step.subject_kind,
            SUBJECT if step.act == "confirm" else str(data.get(f"role-{name}", "")),
            str(data.get(f"day-{name}", "")).strip(),
            step.act in IN_ONE_GO and bool(data.get(f"go-{name}")),
        )
    return _grid(
        cells,
        approver_may_decide=bool(data.get("approver_may_decide")),
        second_roles=tuple(role for role in MAY_CONSENT if data.get(f"second-{role}")),
    )


def problems(grid: Grid) -> list[str]:
    """Return everything that keeps a table from being kept."""
    known, found = {code for code, _words in roles()}, []
    for kind, head in zip(grid.kinds, grid.heads, strict=True):
        before = 0
        for line in grid.lines:
            cell = grid.of(line.act, kind)
            if cell is None:
                continue
            words = {"act": line.label, "kind": head}
            if not cell.fixed and cell.role not in known:
                found.append(_("%(act)s (%(kind)s): choose a role of the list.") % words)
            if not 1 <= cell.number <= LAST_DAY:
                found.append(_("%(act)s (%(kind)s): a working day is from 1 to 31.") % words)
                continue
            if cell.number < before:
                found.append(_("%(act)s (%(kind)s): its day is before that of the act above it.") % words)
            before = max(before, cell.number)
    if not grid.second_roles:
        found.append(_("Name at least one role that may consent to a return."))
    return found


def warnings(grid: Grid) -> list[str]:
    """Return where a table needs more people than it seems: four eyes must stay possible."""
    found = []
    for kind, head in zip(grid.kinds, grid.heads, strict=True):
        assess, approve, decide = (grid.of(act, kind) for act in ("assess", "approve", "decide"))
        if assess and approve and assess.role == approve.role:
            said = _(
                "Cards %(kind)s: the same role (%(role)s) submits and approves. This works only with two "
                "holders; others get no card."
            )
            found.append(said % {"kind": head, "role": approve.role_words})
        if decide and approve and decide.role == approve.role and not grid.approver_may_decide:
            said = _(
                "Cards %(kind)s: the same role (%(role)s) approves and answers objections. This works only "
                "with two holders; others get no card."
            )
            found.append(said % {"kind": head, "role": approve.role_words})
        if decide and assess and decide.role == assess.role:
            said = _(
                "Cards %(kind)s: the same role (%(role)s) submits and answers objections. This works only "
                "with two holders; others get no card."
            )
            found.append(said % {"kind": head, "role": assess.role_words})
    return found
