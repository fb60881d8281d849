"""What a set of files would change: values passed from comparing to previewing and storing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reviews.figures.days import Span
from reviews.figures.formats import Kind
from reviews.figures.reading import ReadFile
from reviews.figures.rows import ERROR, Issue, Row
from reviews.models import AgentFigures, ImportFile, ShopFigures
from staff.models import Shop

TABLES: dict[Kind, type[AgentFigures | ShopFigures]] = {Kind.AGENT: AgentFigures, Kind.SHOP: ShopFigures}
NEW, CHANGED, UNCHANGED, KEPT = "new", "changed", "unchanged", "kept"
MAX_CHANGES = 2_000  # cells kept per file to be shown


@dataclass(slots=True)
class Change:
    """One cell that is replaced, or that another source of the same day fills differently."""

    row: int
    who: str
    span: Span | None
    field: str
    old: str
    new: str
    source: str = ""
    wins: bool = True


@dataclass(slots=True)
class PlannedRow:
    """One row of figures as it would be stored. `replaces` are rows of other spans it takes the place of."""

    row: Row
    values: dict[str, Any]
    account_id: int | None
    person_id: int | None
    status: str
    supersedes: int | None = None
    replaces: list[int] = field(default_factory=list)


@dataclass(slots=True)
class PlannedFile:
    """A file and what it would change."""

    read: ReadFile
    issues: list[Issue] = field(default_factory=list)
    rows: list[PlannedRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((NEW, CHANGED, UNCHANGED), 0))
    same_as: ImportFile | None = None
    mode: str = ""
    left_out: bool = False
    late: int = 0

    @property
    def errors(self) -> list[Issue]:
        """What stops the batch."""
        return [issue for issue in self.issues if issue.severity == ERROR]

    @property
    def row_count(self) -> int:
        """How many rows of figures the file has, summary rows left out."""
        return 0 if self.left_out else len(self.read.rows) + self.read.faulty

    @property
    def faulty(self) -> int:
        """How many rows have an error."""
        return len({(issue.sheet, issue.row) for issue in self.errors if issue.row is not None})

    @property
    def model(self) -> type[AgentFigures | ShopFigures] | None:
        """The table its rows go to, None for sheets that are no figures."""
        return TABLES.get(self.read.kind) if self.read.kind else None

    def header_of(self, meaning: str) -> str:
        """Return the header of the column that says something, as the file has it."""
        header = self.read.header
        if header is None:
            return ""
        return next(
            (header.names[i] for i, column in header.columns.items() if column.meaning == meaning), ""
        )

    def note(
        self, severity: str, code: str, row: int | None = None, column: str = "", **params: object
    ) -> None:
        """Add a message about the file or one of its rows."""
        sheet = self.read.sheet if row else ""
        self.issues.append(Issue(severity, code, sheet, row, column, "", params))


@dataclass(slots=True)
class Plan:
    """What a set of files would change. `basis` fingerprints the stored state it was compared with."""

    shop: Shop
    files: list[PlannedFile]
    basis: str

    @property
    def errors(self) -> int:
        """How many errors stop it."""
        return sum(len(file.errors) for file in self.files)

    @property
    def something_new(self) -> bool:
        """Whether anything would change."""
        return any(file.counts[NEW] or file.counts[CHANGED] for file in self.files)
