"""Text files: their encoding found out, then read row by row without holding them in memory.

Source: data.md: a byte-order mark, then strict UTF-8, then GB18030; anything else is refused.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from staff.sheets.archives import MAX_COLUMNS, Refused

MAX_ROWS = 500_000
MAX_CELL = 131_072  # characters
CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ",\t;"
# NUL, and the private use areas that Big5 and other encodings fall into when read as GB18030.
_FOREIGN = re.compile("[\x00\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|table|\?xml|head|meta|script)", re.IGNORECASE)


def find_encoding(path: Path) -> str:
    """Return the one encoding in which the whole file decodes. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            _check_text(path, encoding)
            return encoding
    for encoding in ("utf-8", "gb18030"):
        try:
            _check_text(path, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("encoding")


def decodes(path: Path, encoding: str) -> bool:
    """Say whether a whole file decodes in an encoding to characters that exports hold."""
    try:
        _check_text(path, encoding)
    except (UnicodeDecodeError, Refused):
        return False
    return True


def _check_text(path: Path, encoding: str) -> None:
    """Decode a file once, piece by piece, and refuse characters that no export holds."""
    marked = encoding.startswith("utf-16") or encoding == "utf-8-sig"
    first = True
    try:
        with path.open(encoding=encoding, newline="") as file:
            while piece := file.read(CHUNK):
                if first and _MARKUP.match(piece):
                    raise Refused("markup")
                if _FOREIGN.search(piece):
                    raise Refused("foreign_characters")
                first = False
    except UnicodeDecodeError:
        if marked:
            raise Refused("encoding") from None
        raise


def text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, int, list[object]]]:
    """Yield (row number from 1, 0, cells). Raises Refused where the quoting is broken."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if number > MAX_ROWS:
                    raise Refused("too_many_rows", most=MAX_ROWS)
                if len(cells) > MAX_COLUMNS:
                    raise Refused("too_many_columns", most=MAX_COLUMNS, columns=len(cells))
                yield number, 0, list(cells)
        except csv.Error as error:
            code = "long_cell" if "field limit" in str(error) else "broken_quotes"
            raise Refused(code, row=number + 1) from error


def check_rows(path: Path, encoding: str, delimiter: str) -> None:
    """Refuse a file of too many rows before any of them is read for what it says."""
    with path.open("rb") as raw:
        pieces = iter(lambda: raw.read(CHUNK), b"")
        lines = sum(max(piece.count(b"\n"), piece.count(b"\r")) for piece in pieces)
    if lines > MAX_ROWS:  # line breaks inside quotes are no rows
        for _row in text_rows(path, encoding, delimiter):
            pass


def find_delimiter(path: Path, encoding: str) -> str:
    """Return the separator that splits the first lines into most cells."""
    with path.open(encoding=encoding, newline="") as file:
        head = "".join(line for line, _ in zip(file, range(10), strict=False))[:20_000]
    return max(DELIMITERS, key=head.count)
