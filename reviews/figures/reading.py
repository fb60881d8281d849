"""One file -> its rows as values, with every fault named by sheet, row and column.

No database here: what is read is the same for the admin, the command and the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from reviews.figures.cells import Fault
from reviews.figures.days import Span, mode_in_name, span_in_name
from reviews.figures.formats import PLATFORM_FORMATS, Format
from reviews.figures.headers import HEADER_ROWS, Header, find_header
from reviews.figures.own import OWN_FORMATS
from reviews.figures.rows import Issue, Row, RowReader
from staff.sheets.archives import BadCell, Refused
from staff.sheets.tables import Rows, Table, open_tables

FORMATS: tuple[Format, ...] = (*PLATFORM_FORMATS, *OWN_FORMATS)
FORMAT_BY_CODE = {form.code: form for form in FORMATS}
MAX_BYTES = 50 * 1024 * 1024
ERROR, NOTE = "error", "note"
LOOK_ONLY = ("错误（只供查看）", "Errors (to look at only)")  # names of a marked workbook's first sheet


@dataclass(slots=True)
class ReadFile:
    """A file as it was read. `issues` with severity error stop its batch."""

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
    formats: Sequence[Format] = FORMATS,
) -> ReadFile:
    """Read a file; never raises for what is in it.

    `asked` and `mode` are what a person said about days and attribution; the file's own name goes
    before them, and where both speak and differ the file is refused.
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
        _place(file, asked, mode)
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
    if any(table.name in LOOK_ONLY for table in opened.tables):
        raise Refused("only_to_look_at")
    if opened.hidden:
        file.issues.append(Issue(NOTE, "hidden_sheets", params={"sheets": "、".join(opened.hidden)}))
    return opened.tables


def _place(file: ReadFile, asked: Span | None, mode: str) -> None:
    """Settle the days and the attribution mode of a file that does not say them row by row."""
    if file.form is None:
        return
    file.mode = mode_in_name(file.name)
    if file.mode and mode and file.mode != mode:
        file.refuse("mode_differs", named=file.mode, asked=mode)
    file.mode = file.mode or mode
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
