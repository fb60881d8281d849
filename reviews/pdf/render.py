"""Draw a `CardSheet` as one PDF document.

The same sheet gives the same bytes, in any process, on any machine with the locked
packages: our own fonts, no dates, an identifier made of the document's text. A
document never fetches anything; one that tries is refused.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from django.template import Context, Engine
from django.utils import translation

from reviews import charts, qr
from reviews.sheet import CardSheet, Comment, Fact, SheetObjection, Signature, Trend

HERE = Path(__file__).parent
LANG = {"zh-hans": "zh-Hans", "en": "en"}
# The printing trade's sign for a character the font does not have.
GETA = "〓"
# The half-width characters that the head's cells take on one line.
FACT_WIDTHS = (15, 14, 16, 16, 20, 32)
COMMENT_WIDTH = 440
CHAIN_PLACES = 5
OBJECTION_WIDTH = 3000
NOTE_WIDTH = 300
# Half-width characters of an explanation on one row, and how many further rows a page has room for.
EXPLANATION_WIDTH = {"zh-hans": 64, "en": 58}
ROOM_FOR_ROWS = 3


@dataclass(frozen=True, slots=True)
class HeadFact:
    """A fact of the head and whether it needs the smaller type."""

    label: str
    value: str
    long: bool


@dataclass(frozen=True, slots=True)
class RadarLabel:
    """A corner's words: on which side they stand and how far down, in percent."""

    name: str
    value: str
    side: str
    top: str


def width_of(text: str) -> int:
    """The width of a text in half-width characters."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def clipped(text: str, width: int, rest: str) -> str:
    """Cut a text to a width in half-width characters and say where the rest is."""
    flat = " ".join(text.split())
    if width_of(flat) <= width:
        return flat
    used = 0
    for place, sign in enumerate(flat):
        used += width_of(sign)
        if used > width - width_of(rest):
            return flat[:place] + rest
    return flat


@cache
def engine() -> Engine:
    """Templates of this folder only, always escaping."""
    return Engine(
        dirs=[str(HERE)],
        autoescape=True,
        libraries={"i18n": "django.templatetags.i18n"},
    )


@cache
def press() -> ModuleType:
    """Load the press; web pages, commands and most jobs never print and need not wait for it."""
    return import_module("reviews.pdf.press")


@cache
def uncovered() -> re.Pattern[str]:
    """Every character that none of our fonts has."""
    spans = (HERE / "fonts" / "coverage.txt").read_text(encoding="ascii").split()
    known = "".join(
        f"\\U{int(first, 16):08X}-\\U{int(last, 16):08X}"
        for first, last in (span.split("-") for span in spans)
    )
    return re.compile(f"[^\n{known}]")


def visible(text: str) -> str:
    """Drop control and direction signs, and show other unknown ones as 〓."""

    def shown(match: re.Match[str]) -> str:
        return "" if unicodedata.category(match[0])[0] in "CM" else GETA

    return uncovered().sub(shown, text)


def head_facts(facts: Sequence[Fact]) -> list[HeadFact]:
    """The six facts under the title; what is wide is set smaller, never cut."""
    return [
        HeadFact(fact.label, fact.value, width_of(fact.value) > limit)
        for fact, limit in zip(facts, FACT_WIDTHS, strict=False)
    ]


def radar_labels(sheet: CardSheet) -> list[RadarLabel]:
    """Words for each corner, beside the picture."""
    count = len(sheet.radar.axes)
    labels = []
    for axis, corner in zip(sheet.radar.axes, charts.corner_places(count), strict=True):
        top = f"{corner.top:.1f}" if corner.side in ("left", "right") else ""
        labels.append(RadarLabel(axis.name, axis.own_text, corner.side, top))
    return labels


def trend_of(trend: Trend) -> charts.Chart:
    """The trend's picture."""
    return charts.trend(
        own=[month.own for month in trend.months],
        team=[month.team for month in trend.months],
        bounds=trend.bounds,
    )


def without_scheme(address: str) -> str:
    """The place where a code is typed in, as people read addresses: without https:// and without the code."""
    place = address.partition("://")[2].rstrip("/")
    return place.rpartition("/")[0]


def common(heads: Sequence[str]) -> str:
    """The head all objections share, or nothing when each needs its own."""
    return heads[0] if len(set(heads)) == 1 else ""


def bounded(objection: SheetObjection, rest: str) -> SheetObjection:
    """An objection whose texts cannot make a book of the card."""
    return replace(
        objection,
        reason=clipped(objection.reason, OBJECTION_WIDTH, rest),
        answer=clipped(objection.answer, OBJECTION_WIDTH, rest),
        evidence=clipped(objection.evidence, OBJECTION_WIDTH, rest),
    )


def chain_rows(
    signatures: Sequence[Signature],
) -> list[tuple[Signature | None, ...]]:
    """The signature chain in rows of five places, so that all have one width."""
    places = [*signatures, *[None] * (-len(signatures) % CHAIN_PLACES)]
    return [tuple(places[start : start + CHAIN_PLACES]) for start in range(0, len(places), CHAIN_PLACES)]


def is_dense(sheet: CardSheet) -> bool:
    """Whether so many explanations take two lines that rows must move closer."""
    limit = EXPLANATION_WIDTH[sheet.language]
    lines = [line for segment in sheet.segments for group in segment.groups for line in group.lines]
    return sum((width_of(line.note) - 1) // limit for line in lines if line.note) > ROOM_FOR_ROWS


def page(sheet: CardSheet) -> str:
    """The document as HTML, every text escaped, every character in our fonts."""
    with translation.override(sheet.language):
        rest = translation.pgettext("card", " (full text on the page)")
        comment = sheet.comment and Comment(
            label=sheet.comment.label,
            text=clipped(sheet.comment.text, COMMENT_WIDTH, rest),
        )
        pages = translation.pgettext("card", "Page {page} of {pages}")
        context = {
            "sheet": sheet,
            "pages": re.split(r"\{pages?\}", pages),
            "lang": LANG[sheet.language],
            "dense": is_dense(sheet),
            "facts": head_facts(sheet.facts),
            "trend": trend_of(sheet.trend),
            "radar": charts.radar(
                own=[axis.own for axis in sheet.radar.axes],
                team=[axis.team for axis in sheet.radar.axes],
            ),
            "radar_labels": radar_labels(sheet),
            "comment": comment,
            "qr": qr.drawn(sheet.verify_at) if sheet.verify_at else "",
            "verify_text": without_scheme(sheet.verify_at),
            "notes": [clipped(note, NOTE_WIDTH, rest) for note in sheet.notes],
            "chain": chain_rows(sheet.signatures),
            "objections": [bounded(one, rest) for one in sheet.objections],
            "reason_head": common([o.reason_head for o in sheet.objections] or [""]),
            "answer_head": common([o.answer_head for o in sheet.objections] or [""]),
        }
        html = engine().get_template("card.html").render(Context(context))
    return visible(html)


def render_card(sheet: CardSheet) -> bytes:
    """One card as a PDF document of A4 pages; the same sheet, the same bytes."""
    content: bytes = press().draw(page(sheet))
    return content
