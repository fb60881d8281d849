"""Workbooks and text files written by hand, so that every byte may be wrong on purpose."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Raw:
    """A cell as XML: its attributes beside `r`, and what is inside."""

    attributes: str
    inside: str


ERROR_CELL = Raw('t="e"', "<v>#N/A</v>")
UNSOLVED = Raw("", "<f>SUM(A1:A9)</f>")


def letters(column: int) -> str:
    """Return a column's letters, from 0."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(row: int, column: int, value: object) -> str:
    where = f'r="{letters(column)}{row}"'
    if value in ("", None):
        return ""
    if isinstance(value, Raw):
        return f"<c {where} {value.attributes}>{value.inside}</c>"
    if isinstance(value, bool):
        return f'<c {where} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c {where}><v>{value}</v></c>"
    return f'<c {where} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def sheet_xml(rows: Iterable[Sequence[object]], *, first_row: int = 1, head: str = "", tail: str = "") -> str:
    """Return a sheet's XML."""
    body = "".join(
        f'<row r="{number}">{"".join(_cell(number, c, v) for c, v in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=first_row)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">{head}'
        f"<sheetData>{body}{tail}</sheetData></worksheet>"
    )


def parts_of(
    *sheets: str, names: Sequence[str] = ("数据信息", "二", "三"), states: Sequence[str] = (), book: str = ""
) -> dict[str, str | bytes]:
    """Return a workbook's parts by name; `book` is put before its list of sheets."""
    state = [f' state="{one}"' for one in states] + [""] * len(sheets)
    listed = "".join(
        f'<sheet name="{escape(names[n])}" sheetId="{n + 1}"{state[n]} r:id="rId{n + 1}"/>'
        for n in range(len(sheets))
    )
    links = "".join(
        f'<Relationship Id="rId{n + 1}" Type="{RELS}/worksheet" Target="worksheets/sheet{n + 1}.xml"/>'
        for n in range(len(sheets))
    )
    office = f'<Relationship Id="rId1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/>'
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">{office}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        **{f"xl/worksheets/sheet{n + 1}.xml": xml for n, xml in enumerate(sheets)},
    }


def zipped(parts: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return parts as an archive whose bytes are the same each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def workbook(*rows: Sequence[object], **more: object) -> bytes:
    """Return a workbook of one sheet with these rows."""
    return zipped(parts_of(sheet_xml(rows)) | more)  # type: ignore[arg-type]


def csv_bytes(*rows: Sequence[object], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return rows as a text file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def deflated(size: int) -> bytes:
    """Return so many blanks, deflated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * (1 << 20)
    return b"".join([packer.compress(block) for _ in range(size >> 20)] + [packer.flush()])


def bomb(size: int, *, claimed: int | None = None, name: str = SHEET) -> bytes:
    """Return a workbook with a part that unpacks to `size` bytes and claims another size."""
    parts = parts_of(sheet_xml([["a"]]))
    parts.pop(name, None)
    plain = zipped(parts)
    packed = deflated(size)
    encoded = name.encode()
    end = plain.rindex(b"PK\x05\x06")
    count, length, start = struct.unpack("<HII", plain[end + 10 : end + 20])
    crc, stated = 0, size if claimed is None else claimed
    common = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 0x5C21, crc, len(packed), stated, len(encoded), 0)
    local = b"PK\x03\x04" + common + encoded + packed
    entry = (
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, start) + encoded
    )
    directory = plain[start : start + length] + entry
    tail = struct.pack("<HHHHIIH", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0)
    return plain[:start] + local + directory + b"PK\x05\x06" + tail


def overlapping(rows: Sequence[Sequence[object]], copies: int) -> bytes:
    """Return a workbook whose directory names the same packed bytes several times."""
    plain = bytearray(zipped(parts_of(sheet_xml(rows))))
    end = plain.rindex(b"PK\x05\x06")
    count, length, start = struct.unpack("<HII", plain[end + 10 : end + 20])
    directory = bytes(plain[start : start + length])
    last = directory[directory.rindex(b"PK\x01\x02") :]
    more = b"".join(last.replace(b"sheet1.xml", f"sheet{n % 9}.xml".encode()) for n in range(2, 2 + copies))
    found = directory + more
    tail = struct.pack("<HHHHIIH", 0, 0, count + copies, count + copies, len(found), start, 0)
    return bytes(plain[:start]) + found + b"PK\x05\x06" + tail


Make = Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """A file that must be refused: one of the codes, and for a cell where it stands.

    `row` and `column` are given where the content is at fault; `sheet` is then named too.
    """

    family: str
    name: str
    make: Make
    codes: frozenset[str]
    row: int | None = None
    column: str = ""
    sheet: str = ""
    heavy: bool = False


def case(family: str, name: str, make: Make, *codes: str, **more: object) -> Case:
    """Return a case; several codes where more than one is a true answer."""
    return Case(family, name, make, frozenset(codes), **more)  # type: ignore[arg-type]
