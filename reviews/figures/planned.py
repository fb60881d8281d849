"""What a set of files would change: values passed from comparing to previewing and storing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reviews.figures.days import Span
from reviews.figures.formats import Kind
from reviews.figures.reading import ReadFile
from reviews.figures.rows import ERROR, Issue, Row
from reviews.models import AgentFigures, ImportFile, ShopFigures
from staff.models import Shop, User

TABLES: dict[Kind, type[AgentFigures | ShopFigures]] = {Kind.AGENT: AgentFigures, Kind.SHOP: ShopFigures}
NEW, CHANGED, UNCHANGED, KEPT = "new", "changed", "unchanged", "kept"
MAX_CHANGES = 2_000  # cells kept per file to be shown


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What a person decided about one file of a batch.

    `overlap` is an ImportBatch.Overlap, empty for the batch's own. `left_out` names the panel in which the
    file was left out. `profile` is the key of the import profile it is to be read by. `swapped` is the name
    of the faulty file it took the place of, with its `errors`.
    """

    span: Span | None = None
    overlap: str = ""
    left_out: str = ""
    profile: int | None = None
    swapped: str = ""
    errors: int = 0


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
    names: frozenset[str]
    account_id: int | None
    person_id: int | None
    status: str
    supersedes: int | None = None
    replaces: Sequence[int] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What it fills of the table's own fields; made anew whenever it is asked for."""
        values = self.row.values
        if values.keys() <= self.names:
            return values
        return {name: value for name, value in values.items() if name in self.names}


@dataclass(slots=True)
class PlannedFile:
    """A file and what it would change.

    `vanishing` are rows in force that nothing takes the place of: what was computed and holds no more.
    """

    read: ReadFile
    issues: list[Issue] = field(default_factory=list)
    rows: list[PlannedRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unknown: dict[str, list[Row]] = field(default_factory=dict)  # rows of accounts that nobody holds then
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((NEW, CHANGED, UNCHANGED), 0))
    same_as: ImportFile | None = None
    mode: str = ""
    left_out: bool = False
    late: int = 0
    by: User | None = None
    vanishing: list[int] = field(default_factory=list)
    answer: FileAnswer = field(default_factory=FileAnswer)

    @property
    def errors(self) -> list[Issue]:
        """What stops the batch."""
        return [issue for issue in self.issues if issue.severity == ERROR]

    @property
    def of_other_mode(self) -> bool:
        """Whether its month stands under another attribution mode, so that it cannot go in as it is."""
        return any(issue.code == "mode_mixed" for issue in self.issues)

    @property
    def row_count(self) -> int:
        """How many rows of figures the file has, summary rows left out."""
        return 0 if self.left_out else len(self.read.rows) + self.read.streamed + self.read.faulty

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
