"""One file -> its rows as values, with every fault named by sheet, row and column.

No database here: what is read is the same for the admin, the command and the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from reviews.figures.cells import Fault
from reviews.figures.days import Span, mode_in_name, moment_in_name, span_in_name
from reviews.figures.evidence.formats import BUYER, COMPUTED_FORMATS, EVIDENCE_FORMATS, KINDS
from reviews.figures.formats import PLATFORM_FORMATS, Format, Kind
from reviews.figures.headers import HEADER_ROWS, Header, find_header
from reviews.figures.own import OWN_FORMATS
from reviews.figures.posted.forms import API_FORMATS
from reviews.figures.rows import Issue, Row, RowReader
from staff.sheets.archives import BadCell, Refused
from staff.sheets.tables import Rows, Table, open_tables
from staff.sheets.texts import decodes

FORMATS: tuple[Format, ...] = (*PLATFORM_FORMATS, *OWN_FORMATS, *EVIDENCE_FORMATS)
# What was computed or came by the API is known by its code too, but no file is ever taken for it.
FORMAT_BY_CODE = {form.code: form for form in (*FORMATS, *COMPUTED_FORMATS, *API_FORMATS)}
MAX_BYTES = 50 * 1024 * 1024
ERROR, NOTE = "error", "note"
LOOK_ONLY = ("错误（只供查看）", "Errors (to look at only)")  # names of a marked workbook's first sheet


@dataclass(frozen=True, slots=True)
class Stream:
    """A sheet of evidence whose rows are read later, as often as needed, and never held together."""

    sheet: str
    rows: Callable[[], Rows]
    header: Header
    bad: Sequence[BadCell] = ()


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
    streams: list[Stream] = field(default_factory=list)
    streamed: int = 0
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
    headers = _headers(_tables(path, file), formats)
    if headers and (form := headers[0][1].form).profile and not form.told_by_header:
        headers = _headers(_decoded_as_stated(path, file, form, headers), formats)
    complete = [found for found in headers if not found[1].missing]
    headers = complete or headers[:1]
    if not headers:
        raise Refused("no_header")
    if len({header.form.code for _table, header in headers}) > 1:
        names = "、".join(table.name for table, _header in headers)
        raise Refused("several_formats", sheets=names)
    for table, header in headers:
        if header.rivals:
            raise Refused("several_profiles", names="、".join([header.form.name, *header.rivals]))
        _read_sheet(file, table, header)
    if not file.rows and not file.streams and not file.errors:
        file.refuse("no_rows")


def _headers(tables: Sequence[Table], formats: Sequence[Format]) -> list[tuple[Table, Header]]:
    found = [(table, find_header(islice(table.rows(), HEADER_ROWS), formats)) for table in tables]
    return [(table, header) for table, header in found if header]


def _decoded_as_stated(
    path: Path, file: ReadFile, form: Format, headers: Sequence[tuple[Table, Header]]
) -> list[Table]:
    """Return the tables in the encoding that a profile states, because its ASCII header shows none.

    UTF-8 proves itself; what only GB18030 decodes may be anything. Raises Refused.
    """
    if file.encoding == "gb18030" and form.encoding != "gb18030":
        raise Refused("encoding_unsure", format=form.spoken)
    if file.encoding == "utf-8" and form.encoding == "gb18030" and decodes(path, form.encoding):
        return _tables(path, file, encoding=form.encoding)
    return [table for table, _header in headers]


def _read_sheet(file: ReadFile, table: Table, header: Header) -> None:
    if file.form is None:
        file.form, file.sheet, file.header = header.form, table.name, header
        file.unused = header.unused
        if file.unused:
            columns = "、".join(file.unused)
            file.issues.append(Issue(NOTE, "unused_columns", params={"columns": columns}))
    if header.missing:
        raise Refused("missing_columns", format=header.form.spoken, columns="、".join(header.missing))
    if header.doubled:
        raise Refused("doubled_columns", columns="、".join(header.doubled))
    if header.form.kind in KINDS:
        if not any(column.meaning in (BUYER, "order_number") for column in header.columns.values()):
            raise Refused("no_buyers")
        file.streams.append(Stream(table.name, table.rows, header, table.bad))
        return
    reader = RowReader(table.name, header, {(cell.row, cell.letter): cell.code for cell in table.bad})
    reader.read(table.rows())
    file.rows += reader.rows
    file.issues += reader.issues
    file.skipped += reader.skipped
    file.faulty += len(reader.faulty)


def _tables(path: Path, file: ReadFile, *, encoding: str = "") -> list[Table]:
    """Return the tables of a file, told by what it holds and not by its name. Raises Refused."""
    opened = open_tables(path, encoding=encoding)
    file.encoding = opened.encoding
    if any(table.name in LOOK_ONLY for table in opened.tables):
        raise Refused("only_to_look_at")
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
    if file.header is not None and file.header.dated:
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
    if isinstance(named, Fault) and moment_in_name(file.name, day) == moment:
        named = None  # `20261111_1130` may be days or an hour; somebody has said that it is this one
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
