"""Cut the fonts of the PDF documents from Noto Sans SC and Noto Sans CJK.

Identical bytes need identical fonts, so the results stand in the tree and this
script only says how they came about:

    npm pack @expo-google-fonts/noto-sans-sc && tar xzf expo-google-fonts-*.tgz
    apt-get install fonts-noto-cjk
    python reviews/pdf/fonts/cut.py package /usr/share/fonts/opentype/noto

Three families of two weights, asked for in this order:

* Keji Sans: letters, signs and the Han of GB 2312, static TrueType and small,
  because the cost of a document grows with the glyphs of the fonts it opens;
* Keji Sans Wide: every other Han of Noto Sans SC (all of GBK and Extension A);
* Keji Sans Rare: the Han that only Noto Sans CJK has (names write 𠮷).

coverage.txt lists the code points of all three as ranges, so that a character
without a glyph is known before a document is laid out.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).parent
WEIGHTS = {"Regular": "400Regular", "Bold": "700Bold"}
HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
# Latin, Greek, Cyrillic, punctuation, arrows, mathematics, enclosed numbers,
# geometry, CJK signs, kana, bopomofo, compatibility and full-width forms.
SIGNS = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x2B0, 0x2FF),
    (0x370, 0x3FF),
    (0x400, 0x45F),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x2100, 0x27BF),
    (0x2E80, 0x33FF),
    (0xFE10, 0xFE6F),
    (0xFF00, 0xFFEF),
)
# A space after a rare Han is set in that Han's font.
SPACES = {0x20, 0xA0, 0x3000}
FEATURES = ["kern", "mark", "mkmk"]


def within(ranges: Iterable[tuple[int, int]], code: int) -> bool:
    """Whether a code point lies in one of the inclusive ranges."""
    return any(first <= code <= last for first, last in ranges)


def gb2312() -> set[int]:
    """The code points of the two-byte rows of GB 2312."""
    found = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            text = bytes([high, low]).decode("gb2312", errors="ignore")
            found.update(map(ord, text))
    return found


def cut(font: TTFont, codes: set[int], family: str, weight: str) -> Path:
    """Keep the glyphs of these code points, under our name; return the file."""
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "STAT", "DSIG", "prep"]
    font.recalcTimestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes | SPACES)
    subsetter.subset(font)
    names = font["name"]
    for name_id, text in (
        (1, family),
        (2, weight),
        (4, f"{family} {weight}"),
        (6, f"{family.replace(' ', '')}-{weight}"),
    ):
        names.removeNames(nameID=name_id)
        names.setName(text, name_id, 3, 1, 0x409)
    suffix = "otf" if "CFF " in font else "ttf"
    target = HERE / f"{family.replace(' ', '')}-{weight}.{suffix}"
    font.save(target)
    return target


def collect(cjk: Path, weight: str) -> TTFont:
    """Return the simplified Chinese face of the Noto Sans CJK collection."""
    collection = TTCollection(cjk / f"NotoSansCJK-{weight}.ttc")
    for font in collection.fonts:
        if font["name"].getDebugName(1).startswith("Noto Sans CJK SC"):
            return font
    message = f"no Noto Sans CJK SC in {cjk}"
    raise LookupError(message)


def ranges(codes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Turn code points into inclusive ranges, in ascending order."""
    ordered = sorted(codes)
    first = ordered[0]
    for before, code in pairwise([*ordered, -1]):
        if code != before + 1:
            yield first, before
            first = code


def main(package: Path, cjk: Path) -> None:
    """Write six fonts and the list of what they cover beside this script."""
    covered: set[int] = set()
    for weight, folder in WEIGHTS.items():
        static = package / folder / f"NotoSansSC_{folder}.ttf"
        has = set(TTFont(static).getBestCmap())
        has = {code for code in has if within((*HAN, *SIGNS), code)}
        common = {c for c in has if within(SIGNS, c)} | (has & gb2312())
        wide = has - common
        rare = {c for c in collect(cjk, weight).getBestCmap() if within(HAN, c)} - has
        cut(TTFont(static), common, "Keji Sans", weight)
        cut(TTFont(static), wide, "Keji Sans Wide", weight)
        cut(collect(cjk, weight), rare, "Keji Sans Rare", weight)
        covered = covered & (has | rare) if covered else has | rare
    lines = [f"{first:X}-{last:X}\n" for first, last in ranges(covered)]
    (HERE / "coverage.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
