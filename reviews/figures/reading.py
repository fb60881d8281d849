"""One file -> its rows as values, with every fault named by sheet, row and column.

No database here: what is read is the same for the admin, the command and the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from reviews.figures.cells import Fault
from reviews.figures.days import Span, mode_in_name, moment_in_name, span_in_name
from reviews.figures.formats import PLATFORM_FORMATS, Format, Kind
from reviews.figures.headers import HEADER_ROWS, Header, find_header
from reviews.figures.own import OWN_FORMATS
from reviews.figures.rows import Issue, Row, RowReader
from staff.sheets.archives import BadCell, Refused
from staff.sheets.tables import Rows, Table, open_tables

FORMATS: tuple[Format, ...] = (*PLATFORM_FORMATS, *OWN_FORMATS)
FORMAT_BY_CODE = {form.code: form for form in FORMATS}
MAX_BYTES = 50 * 1024 * 1024
ERROR, NOTE = "error", "note"


@dataclass(slots=True)
class ReadFile:
    """A file as it was read. `issues` with severity error stop its batch.

    `at` is the company's wall clock at which a snapshot of a running day was taken; None for whole days.
    """

    name: str
    sha256: str
    size: int
    form: Format | None = None
    sheet: str = ""
    encoding: str = ""
    span: Span | None = None
    mode: str = ""
    rows: list[Row] = field(default_factory=list)
    skipped: int = 0
    faulty: int = 0
    unused: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    header: Header | None = None
    at: datetime | None = None

    @property
    def kind(self) -> Kind | None:
        """What its rows become."""
        if self.at is not None:
            return Kind.SNAPSHOTS
        return self.form.kind if self.form else None

    @property
    def errors(self) -> list[Issue]:
        """What stops the batch."""
        return [issue for issue in self.issues if issue.severity == ERROR]

    def refuse(self, code: str, **params: object) -> None:
        """Note an error of the whole file."""
        self.issues.append(Issue(ERROR, code, params=params))


def read_file(
    path: Path,
    *,
    name: str = "",
    asked: Span | None = None,
    mode: str = "",
    at: datetime | None = None,
    formats: Sequence[Format] = FORMATS,
) -> ReadFile:
    """Read a file; never raises for what is in it.

    `asked` and `mode` are what a person said about days and attribution, `at` about the hour up to which
    a running day's figures go (the company's wall clock); the file's own name goes before them, and where
    both speak and differ the file is refused.
    """
    name = (name or path.name).replace("\\", "/").rsplit("/", 1)[-1][-255:]
    size = path.stat().st_size
    file = ReadFile(name, "", size)
    if size > MAX_BYTES:
        file.refuse("too_big_file", megabytes=MAX_BYTES // 1024 // 1024)
        return file
    with path.open("rb") as raw:
        file.sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    try:
        _read(path, file, formats)
    except Refused as refusal:
        file.rows.clear()
        file.issues.append(
            Issue(ERROR, refusal.code, row=_row(refusal.params.get("row")), params=refusal.params)
        )
    else:
        _place(file, asked, mode, at)
    return file


def _row(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _read(path: Path, file: ReadFile, formats: Sequence[Format]) -> None:
    headers = []
    for table in _tables(path, file):
        header = find_header(islice(table.rows(), HEADER_ROWS), formats)
        if header:
            headers.append((table, header))
    complete = [found for found in headers if not found[1].missing]
    headers = complete or headers[:1]
    if not headers:
        raise Refused("no_header")
    if len({header.form.code for _table, header in headers}) > 1:
        names = ", ".join(table.name for table, _header in headers)
        raise Refused("several_formats", sheets=names)
    for table, header in headers:
        _read_sheet(file, table.name, table.rows(), table.bad, header)
    if not file.rows and not file.errors:
        file.refuse("no_rows")


def _read_sheet(file: ReadFile, name: str, rows: Rows, bad: Sequence[BadCell], header: Header) -> None:
    if file.form is None:
        file.form, file.sheet, file.header = header.form, name, header
        file.unused = header.unused
        if file.unused:
            columns = "、".join(file.unused)
            file.issues.append(Issue(NOTE, "unused_columns", params={"columns": columns}))
    if header.missing:
        raise Refused("missing_columns", format=header.form.code, columns="、".join(header.missing))
    if header.doubled:
        raise Refused("doubled_columns", columns="、".join(header.doubled))
    reader = RowReader(name, header, {(cell.row, cell.letter): cell.code for cell in bad})
    reader.read(rows)
    file.rows += reader.rows
    file.issues += reader.issues
    file.skipped += reader.skipped
    file.faulty += len(reader.faulty)


def _tables(path: Path, file: ReadFile) -> list[Table]:
    """Return the tables of a file, told by what it holds and not by its name. Raises Refused."""
    opened = open_tables(path)
    file.encoding = opened.encoding
    if opened.hidden:
        file.issues.append(Issue(NOTE, "hidden_sheets", params={"sheets": "、".join(opened.hidden)}))
    return opened.tables


def taken_at(name: str, form: Format, *, asked: Span | None, at: datetime | None) -> datetime | None:
    """Return at which hour a file's figures stand still: what a person said, else what its name says.

    Only agents' files that do not date their rows themselves are snapshots by name.
    """
    named = moment_in_name(name, asked) if form.kind is Kind.AGENT and not form.dated else None
    return named or at


def _place(file: ReadFile, asked: Span | None, mode: str, at: datetime | None) -> None:
    """Settle the days and the attribution mode of a file that does not say them row by row."""
    if file.form is None:
        return
    file.mode = mode_in_name(file.name)
    if file.mode and mode and file.mode != mode:
        file.refuse("mode_differs", named=file.mode, asked=mode)
    file.mode = file.mode or mode
    file.at = taken_at(file.name, file.form, asked=asked, at=at)
    if file.at is not None:
        _place_snapshot(file, file.at, asked, at)
        return
    if file.form.dated:
        days = [row.span for row in file.rows if row.span]
        if days:
            file.span = Span(min(span.first for span in days), max(span.last for span in days))
        return
    named = span_in_name(file.name)
    if isinstance(named, Fault):
        if asked is None:
            file.refuse(f"name_{named.code}", text=named.text)
            return
        named = None
    if named and asked and named != asked:
        file.refuse("span_differs", named=str(named), asked=str(asked))
        return
    file.span = named or asked
    if file.span is None:
        file.refuse("no_span")
    elif file.span.problem:
        file.refuse(file.span.problem, span=str(file.span))
    for row in file.rows:
        row.span = file.span


def _place_snapshot(file: ReadFile, moment: datetime, asked: Span | None, at: datetime | None) -> None:
    """Settle the day of a snapshot; refuse what is no file of agents or says another day or hour."""
    day = Span(moment.date(), moment.date())
    named = None if file.form is None or file.form.dated else span_in_name(file.name)
    if file.form is None or file.form.kind is not Kind.AGENT or file.form.own:
        file.refuse("snapshot_kind", format=file.form.code if file.form else "")
    elif at is not None and at != moment:
        file.refuse("snapshot_differs", named=f"{moment:%Y-%m-%d %H:%M}", asked=f"{at:%Y-%m-%d %H:%M}")
    elif any(span and span != day for span in (named, asked, *(row.span for row in file.rows))):
        file.refuse("snapshot_day", moment=f"{moment:%Y-%m-%d %H:%M}")
    else:
        file.span = day
        file.issues.append(Issue(NOTE, "snapshot", params={"moment": f"{moment:%Y-%m-%d %H:%M}"}))
        for row in file.rows:
            row.span = day
