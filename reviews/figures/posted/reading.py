"""A posted body -> rows as values, by the reader that reads files: one read file per source and kind of row.

No database here, and no guess: a float is refused because it may have lost a cent on its way.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reviews.figures import cells
from reviews.figures.days import Span
from reviews.figures.formats import ACCOUNT, OWN, STAFF_NO, Column, Format, Kind, Unit
from reviews.figures.headers import Header
from reviews.figures.messages import MODES
from reviews.figures.posted.forms import CODES, DATE, FORM_OF, HEAD, SOURCE, SOURCES
from reviews.figures.posted.problems import Problem, RequestRefused, path_of, problem_of
from reviews.figures.posted.strict_json import Inexact, load
from reviews.figures.reading import ReadFile
from reviews.figures.rows import RowReader
from reviews.models import ImportBatch

MOST_ROWS = 5_000
MAX_BODY = 2 * 1024 * 1024
OVERLAPS = (ImportBatch.Overlap.KEEP.value, ImportBatch.Overlap.REPLACE.value)
KEYS = frozenset({"rows", "source", "mode", "overlap"})
DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,12})?", re.ASCII)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EXACT = frozenset({Unit.MONEY, Unit.RATE, Unit.RATIO, Unit.SECONDS})

Group = tuple[str, Kind]


@dataclass(frozen=True, slots=True)
class Posted:
    """A body that can be read: its rows as read files, and how overlapping spans are settled."""

    files: list[ReadFile]
    overlap: str


def read_body(body: bytes, *, name: str) -> Posted:
    """Read a request's body; `name` is what its read files are called.

    Raises RequestRefused with 400 for what is no request, 413 for too much, 422 for rows that are wrong.
    """
    if len(body) > MAX_BODY:
        raise too_big()
    data = load(body)
    if not isinstance(data, dict):
        raise RequestRefused(400, [Problem("", "not_an_object", {"text": _kind(data)})])
    rows, source, mode, overlap = _head(data)
    problems: list[Problem] = []
    groups: dict[Group, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for index, row in enumerate(rows):
        group = _check_row(index, row, source, problems)
        if group is not None:
            groups[group].append((index + 1, row))
    files = [_as_file(group, members, name, mode) for group, members in groups.items()]
    problems += [problem_of(issue) for file in files for issue in file.errors]
    if problems:
        raise RequestRefused(422, problems)
    return Posted(files, overlap)


def too_big() -> RequestRefused:
    """Return the refusal of a body that is not read at all."""
    return RequestRefused(413, [Problem("", "body_too_big", {"most": MAX_BODY // 1024 // 1024})])


def _head(data: Mapping[str, Any]) -> tuple[list[Any], str, str, str]:
    """Return rows, source, mode and overlap of a body."""
    problems = [Problem(key, "unknown_key", {"text": cells.shown(key)}) for key in data if key not in KEYS]
    rows = data.get("rows")
    if "rows" not in data:
        problems.append(Problem("rows", "missing_key"))
    elif not isinstance(rows, list):
        problems.append(Problem("rows", "not_a_list", {"text": _kind(rows)}))
    elif not rows:
        problems.append(Problem("rows", "no_posted_rows"))
    elif len(rows) > MOST_ROWS:
        raise RequestRefused(413, [Problem("rows", "too_many_rows", {"count": len(rows), "most": MOST_ROWS})])
    source = _choice("source", data.get("source"), CODES, problems) or OWN
    mode = _choice("mode", data.get("mode"), {key: key for key in MODES}, problems)
    overlap = _choice("overlap", data.get("overlap"), {key: key for key in OVERLAPS}, problems)
    if problems or not isinstance(rows, list):
        raise RequestRefused(400, problems)
    return rows, source, mode, overlap or ImportBatch.Overlap.ASK.value


def _choice(where: str, value: Any, codes: Mapping[str, str], problems: list[Problem]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        problems.append(Problem(where, "wrong_type", {"text": _kind(value)}))
        return ""
    if value not in codes:
        words = ", ".join(dict.fromkeys(codes.values()))
        problems.append(Problem(where, "unknown_choice", {"text": cells.shown(value), "words": words}))
        return ""
    return codes[value]


def _check_row(index: int, row: Any, source: str, problems: list[Problem]) -> Group | None:
    """Return the source and kind of a row whose every value is of the right type; else note what is not."""
    where = path_of(index + 1)
    if not isinstance(row, dict):
        problems.append(Problem(where, "not_an_object", {"text": _kind(row)}))
        return None
    before = len(problems)
    own = _choice(f"{where}.{SOURCE}", row.get(SOURCE), CODES, problems) or source
    owners = [key for key in (ACCOUNT, STAFF_NO) if row.get(key) is not None]
    if len(owners) > 1:
        problems.append(Problem(where, "two_owners"))
    kind = Kind.AGENT if owners else Kind.SHOP
    if own not in SOURCES[kind]:
        problems.append(Problem(where, "source_has_none", {"source": own}))
    columns = {column.header: column for column in FORM_OF[kind].columns}
    for key, value in row.items():
        if key == SOURCE or (value is None and key in (ACCOUNT, STAFF_NO)):
            continue
        if key not in columns:
            problems.append(Problem(f"{where}.{cells.shown(key)}", "unknown_key", {"text": cells.shown(key)}))
        elif value is not None and (code := _fault(columns[key], value)):
            problems.append(Problem(f"{where}.{key}", code, {"text": _quoted(value)}))
    if row.get(DATE) is None:
        problems.append(Problem(f"{where}.{DATE}", "missing_key"))
    if all(value is None or key in HEAD for key, value in row.items()):
        problems.append(Problem(where, "nothing_in_row"))
    return (own, kind) if len(problems) == before else None


def _fault(column: Column, value: Any) -> str:
    """Return the code of what is wrong with a value's type or spelling, or nothing."""
    if isinstance(value, Inexact):
        return "inexact"
    if isinstance(value, bool | list | dict):
        return "wrong_type"
    if column.unit is Unit.COUNT:
        return "" if isinstance(value, int) else "write_as_count"
    if not isinstance(value, str):
        return "write_as_text" if column.unit in EXACT else "wrong_type"
    if column.unit in EXACT:
        return "" if DECIMAL.fullmatch(value) else "not_plain"
    if column.unit is Unit.DAY:
        return "" if ISO_DAY.fullmatch(value) else "not_iso"
    if isinstance(cells.read_text(value), cells.Missing):
        return "empty_text"
    return "summary_name" if column.meaning == ACCOUNT and cells.is_summary(cells.clean(value)) else ""


def _quoted(value: Any) -> str:
    return _kind(value) if isinstance(value, bool | list | dict) else cells.shown(value)


def _kind(value: Any) -> str:
    """Return a JSON value in short, as the sender may find it."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return cells.shown(value if isinstance(value, Inexact) else json.dumps(value, ensure_ascii=False))


def _as_file(group: Group, rows: Sequence[tuple[int, dict[str, Any]]], name: str, mode: str) -> ReadFile:
    """Read checked rows as the rows under a header that stands above row 1."""
    source, kind = group
    form: Format = replace(FORM_OF[kind], source=source)
    used = {key for _number, row in rows for key, value in row.items() if value is not None}
    columns = dict(enumerate(column for column in form.columns if column.header in used))
    header = Header(form, 0, columns, {index: column.header for index, column in columns.items()})
    reader = RowReader("", header, {})
    reader.read((number, 0, _line(columns, row)) for number, row in rows)
    digest = hashlib.sha256(json.dumps([source, rows], sort_keys=True).encode())
    file = ReadFile(name, digest.hexdigest(), 0, form=form, mode=mode, header=header)
    file.rows, file.issues, file.faulty = reader.rows, reader.issues, len(reader.faulty)
    days = [row.span for row in file.rows if row.span]
    if days:
        file.span = Span(min(span.first for span in days), max(span.last for span in days))
    return file


def _line(columns: Mapping[int, Column], row: Mapping[str, Any]) -> list[object]:
    cells_of_row = (row.get(column.header) for column in columns.values())
    return ["" if value is None else value for value in cells_of_row]
