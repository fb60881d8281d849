"""The card on paper: same bytes, one page, our fonts, nothing fetched."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from reviews.pdf import render
from reviews.sheet import CardSheet, SheetObjection
from tests.reviews.pdf import samples

ROOT = Path(__file__).parents[3]
LANGUAGES = ["zh-hans", "en"]


@cache
def read(sheet: CardSheet) -> PdfReader:
    """Draw a sheet and open the result."""
    return PdfReader(BytesIO(render.render_card(sheet)))


def text_of(sheet: CardSheet) -> str:
    """All text a reader can copy, without white space."""
    return "".join("".join(page.extract_text() for page in read(sheet).pages).split())


def with_name(name: str) -> CardSheet:
    """The sample card for somebody of this name."""
    sheet = samples.card()
    return replace(
        sheet,
        person=name,
        facts=(replace(sheet.facts[0], value=name), *sheet.facts[1:]),
    )


def font_names(reader: PdfReader) -> set[str]:
    """The fonts all pages use, without the subset's prefix."""
    names = set()
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        assert isinstance(fonts, DictionaryObject)
        for font in fonts.values():
            names.add(font.get_object()["/BaseFont"].split("+")[1])
    return names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [samples.card, samples.team_card])
def test_fifteen_lines_take_one_page(make, language):
    assert len(read(make(language)).pages) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_stays_one_when_every_line_takes_two_rows(language):
    sheet = samples.team_card(language)
    wordy = [
        replace(line, note=line.note + " " + line.note[:20])
        for group in sheet.segments[0].groups
        for line in group.lines
    ]
    groups = sheet.segments[0].groups
    segment = replace(
        sheet.segments[0],
        groups=(
            replace(groups[0], lines=tuple(wordy[:8])),
            replace(groups[1], lines=tuple(wordy[8:])),
        ),
    )
    assert len(read(replace(sheet, segments=(segment,))).pages) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_size_is_within_its_limit(language):
    assert len(render.render_card(samples.card(language))) <= 120_000


@pytest.mark.slow
def test_other_process_and_hash_seed_give_the_same_bytes():
    code = (
        "import django, hashlib\n"
        "from django.conf import settings\n"
        "settings.configure(LOCALE_PATHS=['config/locale'])\n"
        "django.setup()\n"
        "from reviews.pdf import render\n"
        "from tests.reviews.pdf import samples\n"
        "print(hashlib.sha256(render.render_card(samples.card())).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "271828"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(render.render_card(samples.card())).hexdigest()
    assert done.stdout.strip() == here


@pytest.mark.slow
def test_other_cards_in_between_change_nothing():
    first = render.render_card(samples.card())
    render.render_card(samples.card("en"))
    render.render_card(with_name("𠮷田㐂"))
    assert render.render_card(samples.card()) == first


def test_file_says_what_it_is():
    reader = read(samples.card())
    assert reader.metadata is not None
    assert reader.metadata.title == "客服月度绩效考核表 林晓芸 2026 年 10 月"
    assert reader.trailer["/Root"]["/Lang"] == "zh-Hans"
    assert reader.metadata.producer == "Keji"
    assert reader.metadata.creation_date is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(
            "zh-hans",
            [
                "林晓芸",
                "KF-0127",
                "93.00",
                "×0.9",
                "建议升1级或不变",
                "销售额完成率",
                "退单4÷订单538",
                "−2.00",
                "86.40",
                "主推与咨询80%",
                "5,820.00",
                "1.00→3.00",
                "2026-11-13",
                "第1页/共1页",
                "KJ26-7Q4M-9XTP",
            ],
            id="Chinese",
        ),
        pytest.param(
            "en",
            [
                "Salescompletion",
                "Refundedorders4÷orders538",
                "Wheremostwaslost",
                "Howitwasscored",
                "Objectionsandanswers",
                "Page1of1",
            ],
            id="English",
        ),
    ],
)
def test_text_can_be_copied(language, words):
    make = samples.card if language == "zh-hans" else samples.team_card
    text = text_of(make(language))
    assert [word for word in words if word not in text] == []


def test_fixed_words_are_in_the_language_asked_for():
    html = render.page(samples.team_card("en"))
    assert "失分" not in html
    assert "计分说明" not in html
    assert "How it was scored" not in render.page(samples.card())


def test_money_stands_only_where_the_sheet_has_it():
    assert "5,820.00" in text_of(samples.card())
    team = text_of(samples.team_card())
    assert "5,820.00" not in team
    assert "失分最多的三项" in team


def test_rare_characters_have_glyphs(caplog):
    reader = read(with_name("𠮷㐂犇 𠮷 䶮"))
    assert [record.message for record in caplog.records if "notdef" in record.message] == []
    assert "𠮷㐂犇𠮷䶮" in "".join(reader.pages[0].extract_text().split())
    assert font_names(reader) == {
        "Keji-Sans",
        "Keji-Sans-Bold",
        "Keji-Sans-Rare",
        "Keji-Sans-Rare-Bold",
        "Keji-Sans-Wide",
        "Keji-Sans-Wide-Bold",
    }


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        pytest.param("小明😀", "小明〓", id="emoji"),
        pytest.param("小\u202e明", "小明", id="direction override"),
        pytest.param("小\x07明\x00", "小明", id="control characters"),
        pytest.param("علي", "〓〓〓", id="script without a font"),
        pytest.param("ＡＢ１２", "ＡＢ１２", id="full-width"),
        pytest.param("Ürümqi", "Ürümqi", id="Latin with marks"),
    ],
)
def test_unknown_signs_are_shown_as_unknown(name, printed):
    assert render.visible(name) == printed


def test_long_objections_go_on_with_a_head_on_page_two():
    sheet = samples.card()
    many = tuple(
        replace(one, number=place, reason=one.reason * 4) for place, one in enumerate(sheet.objections * 4, 1)
    )
    reader = read(replace(sheet, objections=many))
    assert len(reader.pages) == 2
    second = "".join(reader.pages[1].extract_text().split())
    assert "客服月度绩效考核表林晓芸KF-0127云杉家居旗舰店（天猫）2026年10月总分93.00" in second
    assert "异议与答复" in second
    assert "人力核准" in second
    assert "第2页/共2页" in second


@pytest.mark.slow
def test_endless_texts_are_cut_and_say_so():
    endless = "字" * 1_000_000
    sheet = samples.card()
    objection = replace(sheet.objections[0], reason=endless, answer="x" * 1_000_000)
    assert sheet.comment is not None
    reader = read(
        replace(
            sheet,
            comment=replace(sheet.comment, text=endless),
            objections=(objection,),
        )
    )
    assert len(reader.pages) <= 3
    assert "（全文见网页）" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    ("width", "cut"),
    [
        pytest.param(10, "一二三四五", id="fits"),
        pytest.param(8, "一二三…", id="full-width signs count two"),
    ],
)
def test_clipped(width, cut):
    assert render.clipped("一二三四五", width, "…") == cut


@given(st.text(max_size=60), st.integers(min_value=4, max_value=40))
def test_clipped_never_exceeds_its_width(text, width):
    assert render.width_of(render.clipped(text, width, "…")) <= width


@settings(max_examples=5, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_printed_with_our_fonts_only(text):
    reader = read(with_name(text or "x"))
    assert all(name.startswith("Keji-Sans") for name in font_names(reader))


def test_chain_shows_five_places_a_row():
    steps = samples.signatures("zh-hans")
    assert render.chain_rows(steps[:2]) == [(*steps[:2], None, None, None)]
    assert [len(row) for row in render.chain_rows((*steps, *steps[:1]))] == [5, 5]


def test_objection_heads_are_shared_only_if_equal():
    one: SheetObjection = samples.objections("zh-hans")[0]
    assert render.common([one.reason_head] * 2) == one.reason_head
    assert render.common([one.reason_head, "other"]) == ""
