"""A card in words: from the rows of a version to what page and paper show."""

import re
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest

from reviews.models import Card, OpeningMonth
from reviews.pdf import render
from reviews.sheet import CardSheet
from reviews.sheets import CARD_RELATED, document_code, sheet_for
from reviews.workflow import Answer
from tests import factories
from tests.reviews import scored
from tests.reviews.scored import Team

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[㐀-鿿]")


@pytest.fixture
def team() -> Team:
    return scored.team()


@pytest.fixture
def agent(team):
    return factories.person("林晓芸", staff_no="KF-0127", unit=team.unit, position=team.position)


def sheet(card: Card, language: str = "zh-hans", *, with_money: bool = True) -> CardSheet:
    """The card's current version, read afresh."""
    fresh = Card.objects.select_related("current").get(pk=card.pk)
    return sheet_for(fresh.current, language=language, with_money=with_money)


def lines_of(made: CardSheet) -> dict:
    """All lines by code."""
    return {line.code: line for part in made.segments for group in part.groups for line in group.lines}


def test_a_published_card_in_words(team, agent):
    made = sheet(scored.published(team, agent, comment="本月稳定。"))
    assert made.place == "云杉家居旗舰店（天猫）"
    assert [fact.value for fact in made.facts] == [
        "林晓芸",
        "KF-0127",
        "presales",
        "中级二档",
        "售前二组 · 周敏",
        "客服人员绩效考核表 第 1 版",
    ]
    assert made.total == "93.00"
    assert made.state_text == "已公布"
    assert made.bands.distance == "距上一级 7.00 分"
    assert [box.bounds for box in made.bands.boxes if box.current] == ["90 – 100"]
    assert made.equation is not None
    assert (made.equation.full, made.equation.short, made.equation.extra) == ("100.00", "8.00", "1.00")
    assert [group.points for group in made.segments[0].groups] == ["61.00", "32.00"]
    assert made.segments[0].delta == "−7.00"
    assert made.comment is not None
    assert made.comment.text == "本月稳定。"


def test_every_number_opens(team, agent):
    line = lines_of(sheet(scored.published(team, agent)))["sales_completion"]
    assert line.actual == "103.57 %"
    assert line.rule
    assert [one.source for one in line.inputs] == [
        "客服业绩_20261001.xlsx，第 118 批",
        "2026-09-28 公布的目标，第 1 版",
    ]
    assert line.steps[-1].value == "30.00"
    assert line.steps[-1].strong


def test_lines_add_up_to_the_total(team, agent):
    made = sheet(scored.published(team, agent))
    points = [line.points_value for line in lines_of(made).values()]
    assert sum(points) == made.total_value


@pytest.mark.parametrize(
    ("with_money", "amounts"),
    [
        pytest.param(True, ["4,200.00", "1,620.00"], id="own"),
        pytest.param(False, [], id="supervisor"),
    ],
)
def test_money_stands_only_for_those_who_may(team, agent, with_money, amounts):
    made = sheet(scored.published(team, agent), with_money=with_money)
    assert [row.amount for row in made.money.rows] == amounts if amounts else made.money is None
    told = str(asdict(made))
    assert ("1,620.00" in told) is with_money
    assert ("4,200" in told) is with_money


def test_open_lines_leave_the_total_open_and_are_named(team, agent):
    made = sheet(scored.card(team, agent, figures={"product_exam": None}))
    assert made.total == "未定"
    assert made.total_value is None
    assert made.total_note == "差 1 项：产品知识"
    assert made.equation is None
    line = lines_of(made)["product_knowledge"]
    assert (line.status, line.points, line.delta, line.actual) == ("missing", "", "", "缺数据")
    assert [group.points for group in made.segments[0].groups] == ["61.00", ""]


def test_waived_lines_say_why(team, agent):
    made = sheet(
        scored.card(team, agent, figures={"skills_exam": None}, waived={"job_skills": "当月没有考试"})
    )
    line = lines_of(made)["job_skills"]
    assert (line.status, line.points) == ("waived", "5.00")
    assert "当月没有考试" in line.note


def test_a_veto_keeps_the_total_before_the_cap(team, agent):
    made = sheet(scored.card(team, agent, failures=1))
    assert made.total == "59.99"
    assert "封顶前 93.00" in made.total_note
    assert made.equation is not None
    assert made.equation.total == "93.00"


def test_chain_shows_who_signed_and_who_is_awaited(team, agent):
    chain = sheet(scored.published(team, agent)).signatures
    assert [(one.label, one.name, one.open) for one in chain] == [
        ("主管提交", "周敏", False),
        ("总监批准", "何俊", False),
        ("客服", "待确认", True),
        ("经理", "待关账", True),
        ("人力", "待核准", True),
    ]
    assert chain[0].when == ("2026-11-03 17:26",)
    assert chain[3].when == ("截止 2026-11-11",)


def test_an_upheld_objection_shows_old_and_new_points(team, agent):
    card = scored.published(team, agent)
    scored.act(
        "object",
        card,
        agent,
        hours=60,
        objections={"disputes": "退款由物流延误引起。", "follow_up": "买家已表示先不买。"},
    )
    scored.act(
        "answer",
        card,
        team.manager,
        hours=62,
        answers=[
            Answer("disputes", upheld=True, text="成立。", key="disputes", value=Decimal(0)),
            Answer("follow_up", upheld=False, text="维持原分。"),
        ],
    )
    scored.act("agree", card, agent, hours=70)
    made = sheet(card)
    assert made.total == "95.00"
    assert [(one.line, one.outcome) for one in made.objections] == [
        ("交易纠纷", "3.00 → 5.00"),
        ("跟进与促成", "4.20 不变"),
    ]
    assert made.objections[0].answer_head.startswith("沈国栋的答复，11-0")
    assert made.signatures[2].label == "客服同意更正"
    first = sheet_for(card.versions.get(number=1), language="zh-hans", with_money=True)
    assert first.total == "93.00"
    assert first.banner == "本版已被第 2 版取代。"


def test_trend_has_gaps_and_months_taken_over(team, agent):
    OpeningMonth.objects.create(person=agent, month=date(2026, 7, 1), total=Decimal("84.75"))
    scored.published(team, agent, month=date(2026, 9, 1))
    made = sheet(scored.published(team, agent))
    assert [month.own_text for month in made.trend.months] == ["–", "–", "84.75", "–", "93.00", "93.00"]
    assert [month.label for month in made.trend.months][-2:] == ["9 月", "10 月"]


def test_a_published_trend_stays_when_the_past_changes(team, agent):
    before = scored.published(team, agent, month=date(2026, 9, 1))
    card = scored.published(team, agent)
    Card.objects.filter(pk=before.pk).update(current=None)
    assert sheet(card).trend.months[-2].own == Decimal("93.00")


@pytest.mark.parametrize(
    ("others", "average"),
    [
        pytest.param(3, None, id="four cards: no average"),
        pytest.param(4, Decimal("93.00"), id="five cards"),
    ],
)
def test_team_average_needs_five_cards(team, agent, others, average):
    colleagues = [
        factories.person(f"同事{number}", unit=team.unit, position=team.position) for number in range(others)
    ]
    cards = [scored.card(team, person) for person in (agent, *colleagues)]
    for card in cards:
        scored.act("submit", card, team.supervisor)
    scored.act("publish", cards[0], team.director, hours=40)
    made = sheet(cards[0])
    assert made.trend.months[-1].team == average
    told = [row.team for row in made.shortfalls]
    assert told == ([""] * 3 if average is None else ["全组平均 −2.00", "全组平均 −2.00", "全组平均 −1.00"])
    assert {axis.team for axis in made.radar.axes} == (
        {None}
        if average is None
        else {axis.own and axis.own.quantize(Decimal("0.01")) for axis in made.radar.axes}
    )


def test_a_draft_shows_no_team_and_says_it_may_change(team, agent):
    made = sheet(scored.card(team, agent))
    assert {axis.team for axis in made.radar.axes} == {None}
    assert "草稿，数据还会变。" in made.notes


def test_trial_month_brings_no_pay(team, agent):
    made = sheet(scored.card(team, agent, trial=True))
    assert made.money is None
    assert "试运行" in made.banner


def test_english_shows_no_chinese_but_data(team, agent):
    made = sheet(scored.published(team, agent), "en")
    data = ("林晓芸", "云杉家居旗舰店", "售前二组", "周敏", "何俊", "中级二档", "客服业绩_20261001")
    told = str(asdict(made))
    for word in data:
        told = told.replace(word, "")
    assert HAN.findall(told) == []
    assert made.month == "October 2026"
    assert made.trend.months[-1].label == "Oct"


def test_chinese_shows_no_english(team, agent):
    made = sheet(scored.published(team, agent))
    texts = re.findall(r": '([^']*)'", str(asdict(made)).replace(r"\xa0", " "))
    codes = re.compile(
        r"^(zh-hans|scored|quantitative|qualitative|published|[a-z_]+|KF-\d+|KJ26.*|http.*/v/KJ26.*|.*xlsx.*|)$"
    )
    assert [text for text in texts if re.search("[A-Za-z]{2}", text) and not codes.match(text)] == []


def test_few_queries(team, agent, django_assert_max_num_queries):
    card = scored.published(team, agent)
    loaded = Card.objects.select_related("current", *CARD_RELATED).get(pk=card.pk)
    version = loaded.current
    version.card = loaded
    with django_assert_max_num_queries(6):
        sheet_for(version, language="zh-hans", with_money=True)


def test_a_printed_card_takes_one_page(team, agent):
    from tests.reviews.pdf.test_render import read

    for language in ("zh-hans", "en"):
        assert (
            len(
                read(
                    sheet(
                        scored.published(team, agent) if language == "zh-hans" else Card.objects.get(),
                        language,
                    )
                ).pages
            )
            == 1
        )
    assert render.render_card(sheet(Card.objects.get())) == render.render_card(sheet(Card.objects.get()))


def test_codes_differ_by_edition(team, agent):
    version = scored.published(team, agent).current
    codes = {
        document_code(version, seq=seq, audience=audience, language=language)
        for seq in (2, 3)
        for audience in ("money", "team")
        for language in ("zh-hans", "en")
    }
    assert len(codes) == 8
    assert all(re.fullmatch(r"KJ26(-[0-9A-HJKMNP-TV-Z]{4}){3}", code) for code in codes)
