"""Looks through an XLSX archive before anything parses it.

A workbook is a ZIP archive of XML. What it claims about itself is not believed: every part is
unpacked once, in pieces, and its true size, its entities and each sheet's cells are seen.

Source: data.md, "Limits a file".
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

MAX_PARTS = 2_000
MAX_UNPACKED = 400 * 1024 * 1024  # bytes of all parts
MAX_RATIO, RATIO_FROM = 250, 8 * 1024 * 1024  # unpacked ÷ packed, of parts above so many bytes
MAX_CELLS = 2_500_000
MAX_AREA = 5_000_000  # rows × columns that a sheet spans, gaps included
MAX_COLUMNS = 200
MAX_BAD = 200  # bad cells named per sheet
MAX_LITERALS = 100_000  # cells ="…" of a sheet that no spreadsheet program has computed
MAX_SMALL = 4 * 1024 * 1024  # bytes of the parts that list the sheets
CHUNK = 1 << 20
LONGEST_ROW = 16 * CHUNK

_CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"[^<>]*>')
_UNFILLED = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="[A-Z]{1,3}\d{1,7}"[^<>]*/>')
_COLUMN = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})\d{1,7}"')
_ROW = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="[A-Z]{1,3}(\d{1,7})"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_ERROR = re.compile(rb'<(?:\w+:)?c\s[^<>]*\bt="e"[^<>]*>')
_UNSOLVED = re.compile(
    rb"(<(?:\w+:)?c\s[^<>]*[^/<>]>)\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_LOCAL_HEADER = 30
_DOCTYPE = (b"<!DOCTYPE", b"<!ENTITY")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


class Refused(Exception):
    """A file that is not read at all: a code for the sentence, and what to fill in."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell without a value to read: a spreadsheet's error, or a formula never computed."""

    code: str
    letter: str
    row: int


@dataclass(slots=True)
class SheetInfo:
    """What the look through a sheet's XML found; `literals` are texts written ="…", by row and column."""

    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    bad: list[BadCell] = field(default_factory=list)
    literals: dict[int, dict[int, str]] = field(default_factory=dict)


def look_through(path: Path) -> dict[str, SheetInfo]:
    """Return what each sheet holds, by the sheet's name; raise Refused before anything is parsed."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            parts = archive.infolist()
            _check_parts(parts)
            return _check_contents(raw, parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise Refused("unreadable_workbook") from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if len(parts) > MAX_PARTS:
        raise Refused("too_many_parts", parts=len(parts))
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused("password")
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("xlsb")
    if "xl/workbook.xml" not in names:
        raise Refused("not_a_workbook")
    ends = sorted((p.header_offset, p.header_offset + _LOCAL_HEADER + p.compress_size) for p in parts)
    overlapping = any(later[0] < earlier[1] for earlier, later in pairwise(ends))
    if overlapping or len(names) != len(parts):
        raise Refused("zip_bomb")


def _check_contents(raw: BinaryIO, parts: list[zipfile.ZipInfo]) -> dict[str, SheetInfo]:
    total = 0
    sheets: dict[str, SheetInfo] = {}
    small: dict[str, bytes] = {}
    for part in parts:
        name = part.filename.lower()
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            reader = _SheetReader()
            total += _read_part(raw, part, total, reader.feed)
            sheets[name] = reader.finish()
        elif name in {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"}:
            pieces: list[bytes] = []
            total += _read_part(raw, part, total, pieces.append)
            small[name] = b"".join(pieces)[:MAX_SMALL]
        else:
            total += _read_part(raw, part, total, _nothing)
    if sum(sheet.cells for sheet in sheets.values()) > MAX_CELLS:
        raise Refused("too_many_cells", most=MAX_CELLS)
    return _by_name(small, sheets)


def _nothing(_piece: bytes) -> None:
    return None


def _read_part(raw: BinaryIO, part: zipfile.ZipInfo, before: int, feed: Callable[[bytes], None]) -> int:
    """Unpack a part piece by piece, refusing what is too large or declares entities; return its size."""
    size, tail = 0, b""
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    for piece in _unpack(raw, part):
        if is_xml:
            if not size and piece.startswith(_UTF16):
                raise Refused("unreadable_workbook")
            window = tail + piece
            if any(word in window for word in _DOCTYPE):
                raise Refused("entities")
            tail = window[-16:]
        size += len(piece)
        bomb = size > RATIO_FROM and size > MAX_RATIO * max(part.compress_size, 1)
        if bomb or before + size > MAX_UNPACKED:
            raise Refused("zip_bomb")
        feed(piece)
    return size


class _SheetReader:
    """Counts a sheet's cells while it is unpacked, a whole number of rows at a time."""

    def __init__(self) -> None:
        self.info = SheetInfo()
        self.buffer = b""

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        self.buffer += piece
        cut = self.buffer.rfind(b"</row>") + 6
        if cut > 6 or len(self.buffer) > LONGEST_ROW:
            cut = cut if cut > 6 else len(self.buffer)
            self._look_at(self.buffer[:cut])
            self.buffer = self.buffer[cut:]

    def finish(self) -> SheetInfo:
        """Return what was found."""
        self._look_at(self.buffer)
        return self.info

    def _look_at(self, rows: bytes) -> None:
        info = self.info
        styled = len(_UNFILLED.findall(rows))
        if styled:
            self._skip_unfilled(rows)
        else:
            for name in set(_COLUMN.findall(rows)):
                info.last_column = max(info.last_column, _column_number(name))
            info.last_row = max(info.last_row, max(map(int, set(_ROW.findall(rows))), default=0))
        info.cells += len(_ANY_CELL.findall(rows)) - styled
        for match in _ERROR.finditer(rows):
            self._bad("error_cell", match[0])
        for match in _UNSOLVED.finditer(rows):
            if not self._literal(match[1], match[2] or b""):
                self._bad("formula_unsolved", match[1])
        if info.cells > MAX_CELLS:
            raise Refused("too_many_cells", most=MAX_CELLS)
        if info.last_column > MAX_COLUMNS:
            raise Refused("too_many_columns", most=MAX_COLUMNS, columns=info.last_column)
        if info.last_row * info.last_column > MAX_AREA:
            raise Refused("far_cell", cell=f"{letters(info.last_column - 1)}{info.last_row}")

    def _skip_unfilled(self, rows: bytes) -> None:
        """Find the last row and column of cells that hold something: a style alone does not reach that far."""
        info = self.info
        for match in _CELL.finditer(rows):
            if rows[match.end() - 2] == 47:  # "/": a cell with a style and no value
                continue
            info.last_row = max(info.last_row, int(match[2]))
            if len(match[1]) > 1 or info.last_column < 26:
                info.last_column = max(info.last_column, _column_number(match[1]))

    def _literal(self, tag: bytes, formula: bytes) -> bool:
        """Keep a formula that is a text in quotes and nothing else: exports write numbers so, to keep zeros."""
        found = _LITERAL.fullmatch(unescape(formula.decode("utf-8", "replace")).strip())
        where = _REF.search(tag)
        if found is None or where is None or len(self.info.literals) >= MAX_LITERALS:
            return False
        text = found[1].replace('""', '"')
        self.info.literals.setdefault(int(where[2]), {})[_column_number(where[1]) - 1] = text
        return True

    def _bad(self, code: str, tag: bytes) -> None:
        where = _REF.search(tag)
        if where and len(self.info.bad) < MAX_BAD:
            self.info.bad.append(BadCell(code, where[1].decode(), int(where[2])))


def letters(column: int) -> str:
    """Return a column's letters, from 0: 0 is A, 26 is AA."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _by_name(small: dict[str, bytes], sheets: dict[str, SheetInfo]) -> dict[str, SheetInfo]:
    """Return what was found by the sheet's name, which the workbook's list of sheets gives."""
    try:
        book = ElementTree.fromstring(small["xl/workbook.xml"])  # noqa: S314  no entities: refused above
        links = ElementTree.fromstring(small.get("xl/_rels/workbook.xml.rels", b"<r/>"))  # noqa: S314
    except ElementTree.ParseError as error:
        raise Refused("unreadable_workbook") from error
    targets = {link.get("Id", ""): link.get("Target", "").lower() for link in links}
    found = {}
    for element in book.iter():
        if element.tag.rsplit("}", 1)[-1] != "sheet":
            continue
        link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[element.get("name", "")] = sheets.get(part, SheetInfo())
    return found


def _unpack(raw: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a part really unpacks to, whatever length its header states."""
    raw.seek(part.header_offset)
    header = raw.read(_LOCAL_HEADER)
    raw.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("unreadable_workbook")
    unpacker = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := raw.read(min(left, 1 << 16))):
        left -= len(packed)
        if unpacker is None:
            yield packed
            continue
        while packed:
            yield unpacker.decompress(packed, CHUNK)
            packed = unpacker.unconsumed_tail
