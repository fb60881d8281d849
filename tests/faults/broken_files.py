"""Files that are no workbook or a dangerous one: refused as a whole, by what they hold."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import partial
from random import Random

from tests.faults.makers import (
    SHEET,
    Case,
    Raw,
    bomb,
    case,
    csv_bytes,
    overlapping,
    parts_of,
    sheet_xml,
    workbook,
    zipped,
)
from tests.reviews.figures.sheets import RESULTS, result

MB = 1 << 20
MAGIC = {
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "rar": b"Rar!\x1a\x07",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "exe": b"MZ\x90\x00",
    "elf": b"\x7fELF\x02",
    "gz": b"\x1f\x8b\x08\x00",
}
MARKUP = (
    "<!DOCTYPE html><html><body><table><tr><td>旺旺昵称</td></tr></table>",
    "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>",
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "\r\n  <table><tr><td>1</td></tr></table>",
    "<head><script>alert(1)</script></head>",
    "<SCRIPT>alert(1)</SCRIPT>",
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]><sst>&e;</sst>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "' + f"&{a};" * 10 + '">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><sst>&i;</sst>"
)


def rows_of(number: int) -> tuple[list[object], ...]:
    """Return a good sheet's rows, no two alike."""
    return (list(RESULTS), result(f"店:{number}"), result(f"店:{number}b"))


def good(number: int) -> bytes:
    """Return a good workbook."""
    return workbook(*rows_of(number))


def broken_files(chance: Random) -> Iterator[Case]:
    """Yield the cases."""
    yield from _other_types(chance)
    yield from _archives(chance)
    yield from _bombs()
    yield from _entities()
    yield from _parts()
    yield from _sizes()


def _other_types(chance: Random) -> Iterator[Case]:
    for suffix in ("xlsx", "csv", "txt"):
        yield case("IMP-20 no bytes", f"空_20261001.{suffix}", bytes, "empty_file")
    for number, blank in enumerate((b"\n", b" ", b"\xef\xbb\xbf", b"\xff\xfe", b",,,\r\n,,\r\n", b"\r\r\r")):
        yield case("IMP-20 blank", f"白{number}_20261001.csv", lambda blank=blank: blank, "no_header")
    for number in range(8):
        tail = chance.randbytes(600 + number)
        make = partial(bytes.__add__, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", tail)
        yield case(
            "IMP-13 xls or password", f"旧{number}_20261001.{'xls' if number % 2 else 'xlsx'}", make, "xls"
        )
    for kind, magic in MAGIC.items():
        for suffix in ("xlsx", "csv"):
            make = partial(bytes.__add__, magic, chance.randbytes(200))
            yield case(f"IMP-13 {kind}", f"{kind}_20261001.{suffix}", make, "not_readable_type")
    for number, text in enumerate(MARKUP):
        for suffix in ("xlsx", "csv"):
            make = partial(str.encode, text + "x" * number, "utf-8")
            yield case("IMP-13 web page", f"页{number}_20261001.{suffix}", make, "markup")


def _archives(chance: Random) -> Iterator[Case]:
    for number, name in enumerate(
        ("a.txt", "word/document.xml", "META-INF/MANIFEST.MF", "x.zip", "xl/x.xml")
    ):
        make = partial(zipped, {name: f"x{number}", "mimetype": "y"})
        yield case("IMP-13 other archive", f"包{number}_20261001.xlsx", make, "not_a_workbook")
    for number in range(24):
        whole = good(number)
        cut = chance.randrange(4, len(whole) - 30)
        make = partial(bytes.__getitem__, whole, slice(0, cut))
        yield case("IMP-07 cut off", f"断{number}_20261001.xlsx", make, "unreadable_workbook")
    for number in range(10):
        yield case(
            "IMP-07 one bit", f"翻{number}_20261001.xlsx", partial(_flipped, number), "unreadable_workbook"
        )
    for number, method in enumerate((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
        make = partial(zipped, parts_of(sheet_xml(rows_of(90 + number))), method=method)
        yield case("IMP-07 other packing", f"法{number}_20261001.xlsx", make, "unreadable_workbook")
    for number in range(3):
        yield case("IMP-13 encrypted", f"密{number}_20261001.xlsx", partial(_encrypted, number), "password")


def _flipped(number: int) -> bytes:
    """A stored sheet in which one digit became another: the archive's checksum tells."""
    data = bytearray(zipped(parts_of(sheet_xml(rows_of(number))), method=zipfile.ZIP_STORED))
    at = data.index(b"<v>49</v>") + 3 + number % 2
    data[at] ^= 1
    return bytes(data)


def _encrypted(number: int) -> bytes:
    data = bytearray(good(50 + number))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _bombs() -> Iterator[Case]:
    for number, size in enumerate((16, 24, 32, 48)):
        make = partial(bomb, size * MB, claimed=1000 + number)
        yield case("IMP-07 lying size", f"弹{number}_20261001.xlsx", make, "zip_bomb")
        make = partial(bomb, size * MB + number, name=f"xl/media/{number}.bin")
        yield case("IMP-07 ratio", f"媒{number}_20261001.xlsx", make, "zip_bomb")
    yield case(
        "IMP-07 half a gigabyte",
        "半G_20261001.xlsx",
        partial(bomb, 512 * MB, claimed=9),
        "zip_bomb",
        heavy=True,
    )
    for copies in (1, 3, 6):
        make = partial(overlapping, rows_of(copies), copies)
        yield case("IMP-07 overlapping", f"叠{copies}_20261001.xlsx", make, "zip_bomb")
    for number in (2_001, 10_000):
        parts = {f"xl/p{n}.xml": "<a/>" for n in range(number)} | parts_of(sheet_xml(rows_of(7)))
        yield case("IMP-07 many parts", f"件{number}_20261001.xlsx", partial(zipped, parts), "too_many_parts")


def _entities() -> Iterator[Case]:
    targets = ("file:///etc/passwd", "http://127.0.0.1:9/x", "file:///dev/random", "ftp://127.0.0.1/x")
    places = (
        "xl/sharedStrings.xml",
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/styles.xml",
        SHEET,
    )
    for number, place in enumerate(places):
        for target in targets[: 2 if number else 4]:
            parts = parts_of(sheet_xml(rows_of(number))) | {place: XXE.format(target=target)}
            yield case(
                "IMP-08 external entity", f"体{number}_20261001.xlsx", partial(zipped, parts), "entities"
            )
    for number, place in enumerate(places):
        parts = parts_of(sheet_xml(rows_of(number))) | {place: LAUGHS}
        yield case("IMP-09 laughs", f"笑{number}_20261001.xlsx", partial(zipped, parts), "entities")
    for number, coding in enumerate(("utf-16", "utf-16-le", "utf-16-be")):
        parts = parts_of(sheet_xml(rows_of(number))) | {"xl/x.xml": LAUGHS.encode(coding)}
        make = partial(zipped, parts)
        yield case("IMP-09 in UTF-16", f"宽{number}_20261001.xlsx", make, "unreadable_workbook", "entities")


def _parts() -> Iterator[Case]:
    base = rows_of(3)
    for number, name in enumerate(
        ("xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/vbaData.xml", "xl/macrosheets/sheet1.xml")
    ):
        yield case(
            "IMP-13 macros", f"宏{number}_20261001.xlsx", partial(workbook, *base, **{name: "x"}), "macros"
        )
    for number in range(2):
        make = partial(workbook, *rows_of(number), **{"xl/workbook.bin": f"x{number}"})
        yield case("IMP-13 xlsb", f"二{number}_20261001.xlsx", make, "xlsb")
    for number, state in enumerate(("hidden", "veryHidden")):
        make = partial(zipped, parts_of(sheet_xml(rows_of(number)), states=(state,)))
        yield case("IMP-13 all hidden", f"藏{number}_20261001.xlsx", make, "no_visible_sheet")
    whole = parts_of(sheet_xml(base))
    lacking = {
        name: {n: c for n, c in whole.items() if n != name} for name in (SHEET, "xl/_rels/workbook.xml.rels")
    }
    for number, parts in enumerate(lacking.values()):
        make = partial(zipped, parts)
        yield case(
            "IMP-13 part missing",
            f"缺{number}_20261001.xlsx",
            make,
            "unreadable_workbook",
            "no_header",
            "no_visible_sheet",
        )
    for number, (old, new) in enumerate((("</sheetData>", ""), ("<c ", "<c c='"))):
        xml = sheet_xml(rows_of(number)).replace(old, new, 1)
        make = partial(zipped, parts_of(xml))
        yield case("IMP-13 broken XML", f"坏{number}_20261001.xlsx", make, "unreadable_workbook")
    for number, text in enumerate(("<workbook", "", "<a/>", "\x00\x01")):
        make = partial(zipped, parts_of(sheet_xml(rows_of(number))) | {"xl/workbook.xml": text})
        yield case(
            "IMP-13 broken list", f"单{number}_20261001.xlsx", make, "unreadable_workbook", "no_visible_sheet"
        )


def _sizes() -> Iterator[Case]:
    for number, column in enumerate(("GS", "ZZ", "AAA", "XFD")):
        tail = f'<row r="9"><c r="{column}9"><v>1</v></c></row>'
        make = partial(zipped, parts_of(sheet_xml(rows_of(number), tail=tail)))
        yield case("IMP-10 columns", f"列{number}_20261001.xlsx", make, "too_many_columns")
    for number, place in enumerate(("XFD1048576", "A1048576", "CV1048576", "A9999999", "GR99999")):
        row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        tail = f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'
        make = partial(zipped, parts_of(sheet_xml(rows_of(number), tail=tail)))
        yield case(
            "IMP-10 far cell",
            f"远{number}_20261001.xlsx",
            make,
            "far_cell",
            "too_many_columns",
            "row_twice",
            "empty_cell",
        )
    wide = [f"列{n}" for n in range(16_384)]
    yield case(
        "IMP-10 16,384 columns",
        "宽_20261001.xlsx",
        partial(workbook, wide, wide),
        "too_many_columns",
        heavy=True,
    )
    yield case(
        "IMP-10 16,384 columns of text", "宽_20261001.csv", partial(csv_bytes, wide, wide), "too_many_columns"
    )
    for number in range(3):
        make = partial(csv_bytes, list(RESULTS), result("x" * (MB + number)))
        yield case("IMP-10 a megabyte in a cell", f"长{number}_20261001.csv", make, "long_cell")
    million = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(4, 20_000)
    )
    stuffed = sheet_xml(rows_of(1), tail=million)
    yield case(
        "IMP-10 rows of nothing",
        "行_20261001.xlsx",
        partial(zipped, parts_of(stuffed)),
        "empty_cell",
        "row_twice",
        heavy=True,
    )
    many = b"".join([csv_bytes(RESULTS), b"a,1,1,,,,,,,\r\n" * 500_001])
    yield case(
        "IMP-10 half a million rows", "多_20261001.csv", partial(bytes, many), "too_many_rows", heavy=True
    )
    raw = Raw('t="inlineStr"', f"<is><t>{'x' * MB}</t></is>")
    make = partial(workbook, RESULTS, result(raw))  # type: ignore[arg-type]
    yield case(
        "IMP-10 a megabyte in a cell",
        "长_20261001.xlsx",
        make,
        "too_long",
        row=2,
        column="旺旺昵称",
        sheet="数据信息",
    )
