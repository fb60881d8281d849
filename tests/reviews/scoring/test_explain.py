"""The words: rules as sentences, steps, notes, in Chinese and English."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal as D

import pytest

from reviews.fact_keys import FACT_KEYS
from reviews.measures import MEASURES, score_facts
from reviews.scoring.explain import reason_text, render_line, source_text
from reviews.scoring.facts import Fact, Source
from reviews.scoring.plan import Inapplicable
from reviews.scoring.rules import Events, Mark, Step, Steps
from reviews.scoring.sentences import Wording, rule_sentence
from reviews.scoring.words import NOTES, REASONS, SOURCES, STEPS
from reviews.shipped import AGENT, GRADED, SHIPPED
from tests.reviews.scoring.builders import facts, line, plan

HAN = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def text_of(code, lang="zh", base=AGENT, **changes):
    card = score_facts(base, facts(**changes))
    return render_line(next(one for one in card.lines if one.line.code == code).explanation, lang)


@pytest.mark.parametrize(
    ("base", "code", "zh", "en"),
    [
        pytest.param(
            AGENT, "sales_completion",
            "标准 100 %；每低满 5 个百分点减 1 分；达到 110 % 加 2 分。",
            "Standard 100 %; every full 5 percentage points below costs 1 point; 110 % or more earns 2 points.",
            id="steps and a mark",
        ),
        pytest.param(
            AGENT, "sales_growth",
            "标准 0 %；每高满 5 个百分点加 1 分，最多加 8 分；低于 −20 % 减 1 分；低于 −40 % 减 2 分。",
            "Standard 0 %; every full 5 percentage points above earns 1 point, at most 8 points; "
            "below −20 % costs 1 point; below −40 % costs 2 points.",
            id="steps and tiers",
        ),
        pytest.param(
            AGENT, "disputes",
            "满 1 起减 2 分；满 2 起减 4 分；满 3 起减 5 分。",
            "1 or more costs 2 points; 2 or more costs 4 points; 3 or more costs 5 points.",
            id="counted tiers",
        ),
        pytest.param(
            AGENT, "response_time",
            "超过 30 秒减 1 分；超过 60 秒减 3 分；超过 120 秒减 5 分。",
            "Above 30 s costs 1 point; above 60 s costs 3 points; above 120 s costs 5 points.",
            id="seconds",
        ),
        pytest.param(
            AGENT, "product_knowledge",
            "从 0 分到 100 分按比例计分，100 分得满权重。",
            "In proportion from 0 to 100; 100 gives the full weight.",
            id="slope",
        ),
        pytest.param(
            GRADED, "attendance",
            "按权重计：0 次得 100 %；不超过 3 次得 80 %；其余得 60 %。",
            "Share of the weight: 0 times gives 100 %; 3 times or less gives 80 %; otherwise 60 %.",
            id="grades",
        ),
    ],
)  # fmt: skip
def test_rule_sentences(base, code, zh, en):
    one = base.line(code)
    wording = Wording.of(MEASURES[one.measure])
    assert (rule_sentence(one, wording, "zh"), rule_sentence(one, wording, "en")) == (zh, en)


def test_small_samples_and_falling_steps_have_their_words():
    one = line(
        "refund_rate",
        Steps(D("0.01"), off=Step(D("0.005"), D(1)), once=Mark(D(0), D(1))),
        Events(D(-1), small_sample=True),
        small_sample_below=D(20),
    )
    wording = Wording.of(MEASURES["refund_rate"])
    assert rule_sentence(one, wording, "zh") == (
        "标准 1 %；每高满 0.5 个百分点减 1 分；不超过 0 % 加 1 分。样本不足 20 时：每次减 1 分。"
    )
    assert rule_sentence(one, wording, "en") == (
        "Standard 1 %; every full 0.5 percentage points above costs 1 point; 0 % or less earns 1 point. "
        "With fewer than 20 cases: Each one costs 1 point."
    )


def test_a_line_opens_to_inputs_steps_and_points():
    text = text_of(
        "sales_completion", sales=Fact.present(D(92340), Source.of("import", name="店铺", batch="118"))
    )
    assert [(one.name, one.value, one.source) for one in text.inputs] == [
        ("销售额", "92,340.00 元", "店铺，第 118 批"),
        ("销售目标", "100,000.00 元", ""),
    ]
    assert [(step.text, step.amount) for step in text.steps] == [
        ("92,340.00 ÷ 100,000.00", "92.34 %"),
        ("起始为满权重", "30.00"),
        ("低 7.66 个百分点，满 5 个百分点 1 次", "−1.00"),
    ]
    assert (text.points, text.difference, text.verdict) == ("29.00", "−1.00", "少 1.00")


@pytest.mark.parametrize(
    ("sales", "value"),
    [
        pytest.param("94999", "94.999 %", id="a third decimal, for two would read 95.00"),
        pytest.param("94999.99", "94.99999 %", id="as many as it takes"),
        pytest.param("95000", "95.00 %", id="on the edge it is the edge"),
        pytest.param("93219.99", "93.22 %", id="away from edges two decimals do"),
    ],
)
def test_a_value_never_looks_like_the_mark_it_missed(sales, value):
    assert text_of("sales_completion", sales=sales).value == value


@pytest.mark.parametrize(
    ("changes", "base", "zh", "en"),
    [
        pytest.param({"previous_sales": None}, AGENT, "不适用，按满分：没有上个月。",
                     "Not applicable, full weight: no previous month.", id="full"),
        pytest.param({"previous_sales": None}, replace(AGENT, inapplicable=Inapplicable.SPREAD),
                     "不适用，权重由其他项分担：没有上个月。",
                     "Not applicable, its weight goes to the other lines: no previous month.", id="spread"),
        pytest.param({"sales": None}, AGENT, "缺数据：数据还没有导入。",
                     "Missing: figures are not imported yet.", id="missing"),
    ],
)  # fmt: skip
def test_notes(changes, base, zh, en):
    assert text_of("sales_growth", "zh", base, **changes).note == zh
    assert text_of("sales_growth", "en", base, **changes).summary == en


def test_a_bound_and_a_spread_are_steps_of_their_own():
    low = plan(line("disputes", Events(D(-60))))
    card = score_facts(low, {"disputes": Fact.present(2)})
    assert [step.text for step in render_line(card.lines[0].explanation, "zh").steps][-1] == "最少 0 分"
    spread = replace(AGENT, inapplicable=Inapplicable.SPREAD)
    text = text_of("communication", "zh", spread, previous_sales=None)
    assert text.steps[-1].text == "不适用 8 分，按 100 ÷ 92 折算"


CASES = [
    facts(sales="61000", previous_sales="110000", disputes=3, response_seconds="140", consultations=1),
    facts(sales="130000", previous_sales="100000", featured_sales="50000"),
    facts(previous_sales=None, featured_target=None, orders=0, refunded_orders=0, team_orders=0),
    facts(sales=None, service_attitude=None, disputes=None, product_exam=None, shop_visitors=0),
]


@pytest.mark.parametrize("given", CASES, ids=["poor", "good", "not applicable", "missing"])
@pytest.mark.parametrize("base", SHIPPED.values(), ids=SHIPPED)
def test_english_shows_no_chinese_and_no_hyphen_stands_for_minus(base, given):
    for one in score_facts(base, given).lines:
        english = repr(render_line(one.explanation, "en"))
        assert not HAN.search(english), english
        chinese = render_line(one.explanation, "zh")
        assert not re.search(r"-\d", f"{chinese.rule} {chinese.summary} {chinese.difference}")
        assert not re.search(r"[A-Za-z]{2,}", chinese.rule + chinese.summary + chinese.name)


@pytest.mark.parametrize(
    "table", [REASONS, SOURCES, STEPS, NOTES], ids=["reasons", "sources", "steps", "notes"]
)
def test_every_sentence_has_both_languages_with_the_same_names(table):
    for code, pair in table.items():
        assert not HAN.search(pair[1]), code
        if code not in ("steps_off", "steps_on"):
            # A particular may itself come in both languages.
            zh, en = (
                {re.sub(r"_?(zh|en)$", "", name) for name in re.findall(r"{(\w+)}", text)} for text in pair
            )
            assert zh == en, code


def test_an_unknown_reason_stands_as_written_and_an_unknown_source_is_left_out():
    assert reason_text("chats lost", "en") == "chats lost"
    assert source_text({"kind": "telepathy"}, "en") == ""


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_every_measure_is_whole(measure):
    assert all((measure.name_zh, measure.formula_zh, measure.absences_zh, measure.source))
    assert not HAN.search(measure.name_en + measure.formula_en + measure.absences_en)
    assert all(key in FACT_KEYS for key in measure.inputs)
    assert all(not key or key in FACT_KEYS for key in (measure.base_key, measure.events_key))
    standard = D(450) if measure.takes_standard else None
    empty = measure.compute({}, standard)
    assert empty.value is None
    assert empty.reason in REASONS
    zeros = measure.compute({key: Fact.present(0) for key in measure.inputs}, standard)
    assert zeros.value == 0 or zeros.reason in REASONS, "a zero denominator is a state"


def test_every_absence_has_its_words():
    for key in FACT_KEYS.values():
        assert key.when_absent().reason in REASONS
