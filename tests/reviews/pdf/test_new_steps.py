"""What the chain and the notes of a paper say of silence, deputies, joined steps, cards set aside and versions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from reviews import workflow
from reviews.models import Card, Document, Evidence, Objection, Review
from reviews.pdf import files, render
from reviews.pdf.documents import NoPaper, card_pdf
from reviews.procedures import load_procedures
from reviews.services import deliveries
from reviews.sheets import sheet_for
from reviews.workflow import Answer
from staff.models import Deputy, Person, RoleHolding
from tests import factories
from tests.reviews import scored
from tests.reviews.scored import AT, Team, act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.KEJI_VAR = tmp_path


@pytest.fixture
def team() -> Team:
    return scored.team()


@pytest.fixture
def agent(team) -> Person:
    return factories.person("林晓芸", staff_no="KF-0127", unit=team.unit, position=team.position)


def small(team: Team) -> None:
    """The owner 何俊 approves, decides, closes, hands over and pays; the lead 周敏 submits."""
    Review.objects.create(unit=team.branch, month=scored.MONTH, procedure=load_procedures()["small"])
    root = team.branch.parent
    assert root is not None
    for role in ("hr", "finance"):
        factories.role(team.director, role, root)


def deliver(card: Card, channel: str, *, hours: int, by: Person | None = None) -> None:
    scan = {"scan": b"\x89PNG", "scan_type": "image/png"} if by else {}
    assert deliveries.record(card, channel=channel, at=AT + timedelta(hours=hours), by=by, **scan)


def silent(card: Card) -> None:
    """Time has passed: the card counts as confirmed, or the answer as agreed to."""
    card.refresh_from_db()
    assert card.window_ends_at is not None
    workflow.take("silence", card, by=None, at=card.window_ends_at + timedelta(minutes=10))


def objected(card: Card, agent: Person, by: Person, *, upheld: bool = True) -> None:
    act("object", card, agent, hours=45, objections={"disputes": "退款由物流延误引起。"})
    fix = {"key": "disputes", "value": Decimal(0)} if upheld else {}
    act("answer", card, by, hours=60, answers=[Answer("disputes", upheld=upheld, text="已核实。", **fix)])


def sheet(card: Card, language: str = "zh-hans", number: int | None = None):
    fresh = Card.objects.select_related("current").get(pk=card.pk)
    version = fresh.current if number is None else fresh.versions.get(number=number)
    return sheet_for(version, language=language, with_money=True, paper=True)


def chain(card: Card, place: int, **given) -> tuple[str, str, tuple[str, ...]]:
    one = sheet(card, **given).signatures[place]
    return one.label, one.name, one.when


def printed(card: Card, language: str = "zh-hans"):
    fresh = Card.objects.select_related("current").get(pk=card.pk)
    return card_pdf(fresh.current, language=language, audience="money", at=AT)


# --- silence and paper ---------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        pytest.param("email", ("11-05 19:26 邮件送达",), id="e-mail"),
        pytest.param("opened", ("11-05 19:26 网页打开",), id="opened"),
        pytest.param("paper", ("11-05 19:26 纸面送达", "交件人 周敏"), id="paper"),
    ],
)
def test_silence_names_delivery_channel_and_the_hour_it_ended(team, agent, channel, words):
    card = scored.published(team, agent)
    deliver(card, channel, hours=50, by=team.supervisor if channel == "paper" else None)
    silent(card)
    label, name, when = chain(card, 2)
    assert (label, name) == ("客服视为确认", "林晓芸")
    assert when == (*words, "期限至 11-10 18:00", "到期未提异议，视为确认")


def test_the_first_delivery_counts_whatever_came_later(team, agent):
    card = scored.published(team, agent)
    deliver(card, "email", hours=50)
    deliver(card, "paper", hours=60, by=team.supervisor)
    silent(card)
    assert chain(card, 2)[2][0] == "11-05 19:26 邮件送达"


def test_a_card_handed_over_on_paper_and_confirmed_says_both(team, agent):
    card = scored.published(team, agent)
    deliver(card, "paper", hours=50, by=team.supervisor)
    act("confirm", card, agent, hours=60)
    assert chain(card, 2) == (
        "客服确认", "林晓芸", ("11-05 19:26 纸面送达", "交件人 周敏", "2026-11-06 05:26"),
    )  # fmt: skip


def test_silence_after_an_answer_counts_as_agreement(team, agent):
    card = scored.published(team, agent)
    deliver(card, "opened", hours=41)
    objected(card, agent, team.manager)
    deliver(card, "email", hours=62)
    silent(card)
    label, _name, when = chain(card, 2)
    assert label == "客服视为确认"
    assert when == ("11-06 07:26 邮件送达", "期限至 11-09 18:00", "到期未答复，视为同意")
    assert sheet(card).objections[0].reply == "到期未答复，视为同意答复，11-09 18:10"


# --- who stands on it ----------------------------------------------------------


def test_a_deputy_stands_with_both_names(team, agent):
    holding = RoleHolding.objects.get(person=team.director, role="director")
    Deputy.objects.create(
        holding=holding, person=team.hr, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1)
    )
    card = scored.card(team, agent)
    act("submit", card, team.supervisor)
    act("publish", card, team.hr, hours=40)
    assert chain(card, 1)[1] == "韩雪（代何俊）"


def test_joined_steps_each_stand_and_the_note_says_it_was_one_act(team, agent):
    small(team)
    card = scored.published(team, agent)
    act("confirm", card, agent, hours=50)
    workflow.take_many("close", [card], by=team.director.users.get(), at=AT + timedelta(hours=70))
    made = sheet(card)
    assert [(one.name, one.open) for one in made.signatures] == [
        ("周敏", False), ("何俊", False), ("林晓芸", False), ("何俊", False), ("何俊", False),
    ]  # fmt: skip
    assert "按流程由何俊一次办理：关账、核准移交、财务接收。" in made.notes


def test_steps_on_different_days_are_not_called_one_act(team, agent):
    card = scored.published(team, agent)
    act("confirm", card, agent, hours=50)
    act("close", card, team.manager, hours=70)
    act("approve", card, team.hr, hours=80)
    assert not any("一次办理" in note for note in sheet(card).notes)


@pytest.mark.parametrize("alone", [True, False])
def test_the_owner_who_approved_and_decides_is_named(team, agent, alone):
    card = scored.published(team, agent)
    if alone:
        Review.objects.update(procedure=load_procedures()["small"])
        Card.objects.update(decider=team.director)
    objected(card, agent, team.director if alone else team.manager)
    said = "本团队没有第三人：批准与答复异议均由何俊办理，理由已写明。"
    assert (said in sheet(card).notes) is alone


def test_a_card_set_aside_says_so_and_awaits_its_own_closing(team, agent):
    card = scored.published(team, agent)
    act("set_aside", card, team.manager, hours=66, note="本人住院，待其返岗。")
    made = sheet(card)
    assert made.state_text == "已公布，已搁置"
    assert chain(card, 3) == ("经理", "待单独关账", ("11-06 11:26 搁置",))
    [note] = [note for note in made.notes if "搁置" in note]
    assert "沈国栋" in note
    assert "住院" not in note
    act("take_back", card, team.manager, hours=67)
    assert sheet(card).state_text == "已公布"


def test_a_draft_set_aside_keeps_its_run(team, agent):
    card = scored.card(team, agent)
    act("set_aside", card, team.manager, note="资料未齐。")
    act("submit", card, team.supervisor, hours=3)
    assert chain(card, 0)[1] == "周敏"
    assert sheet(card).state_text == "已提交，已搁置"


# --- versions ------------------------------------------------------------------


def test_a_returned_card_says_which_version_and_why(team, agent):
    card = scored.published(team, agent)
    act("ask_return", card, team.hr, hours=41, note="销售额导错")
    act("return", card, team.manager, hours=42)
    act("submit", card, team.supervisor, hours=44)
    made = sheet(card)
    assert "本表第 2 版（销售额导错），以前各版可在网页查看。" in made.notes
    assert [one.open for one in made.signatures] == [False, True, True, True, True]
    assert sheet(card, number=1).banner == "本版已被第 2 版取代。"


def test_an_upheld_objection_without_a_note_still_says_why(team, agent):
    card = scored.published(team, agent)
    objected(card, agent, team.manager)
    assert "本表第 2 版（异议成立后重算），以前各版可在网页查看。" in sheet(card).notes


@pytest.mark.parametrize(
    ("reply", "label", "words"),
    [
        pytest.param("agree", "客服同意更正", "客服同意答复，11-06 09:26", id="agrees"),
        pytest.param("maintain", "客服维持异议", "客服维持异议，11-06 09:26", id="maintains"),
    ],
)
def test_the_answer_to_an_objection(team, agent, reply, label, words):
    card = scored.published(team, agent)
    objected(card, agent, team.manager)
    act(reply, card, agent, hours=64)
    assert chain(card, 2)[0] == label
    assert sheet(card).objections[0].reply == words


def test_evidence_is_counted_not_shown(team, agent):
    card = scored.published(team, agent)
    objected(card, agent, team.manager)
    for kind in ("image", "image", "text"):
        Evidence.objects.create(
            card=card, line="disputes", objection=Objection.objects.get(), kind=kind, name="买家截图.png",
            media_type="image/png", content=b"x", size=1, sha256="0" * 64, uploaded_by=agent, uploaded_at=AT,
        )  # fmt: skip
    assert sheet(card).objections[0].evidence == "证据：图片 2 张、文字 1 份"


def test_a_trial_month_says_so_on_every_page(team, agent):
    made = sheet(scored.published(team, agent, trial=True))
    assert made.title == "客服月度绩效考核表（试运行）"
    assert made.money is None


# --- the same bytes ------------------------------------------------------------


def by_silence(team, agent):
    card = scored.published(team, agent)
    deliver(card, "paper", hours=50, by=team.supervisor)
    silent(card)
    return card


def on_paper(team, agent):
    card = scored.published(team, agent)
    deliver(card, "paper", hours=50, by=team.supervisor)
    act("confirm", card, agent, hours=60)
    return card


def in_one_go(team, agent):
    small(team)
    card = scored.published(team, agent)
    act("confirm", card, agent, hours=50)
    workflow.take_many("close", [card], by=team.director.users.get(), at=AT + timedelta(hours=70))
    return card


def aside_with_a_silent_answer(team, agent):
    card = scored.published(team, agent)
    deliver(card, "opened", hours=41)
    objected(card, agent, team.manager)
    deliver(card, "email", hours=62)
    silent(card)
    act("set_aside", card, team.manager, hours=160, note="待核实。")
    return card


def only_submitted(team, agent):
    card = scored.card(team, agent)
    act("submit", card, team.supervisor)
    return card


CASES = [by_silence, on_paper, in_one_go, aside_with_a_silent_answer, only_submitted]


@pytest.mark.parametrize("make", CASES)
def test_read_again_it_is_the_same_page(team, agent, make):
    card = make(team, agent)
    assert render.page(sheet(card)) == render.page(sheet(card))


@pytest.mark.slow
@pytest.mark.parametrize("make", CASES)
def test_drawn_again_it_is_the_same_bytes(team, agent, make):
    card = make(team, agent)
    for language in ("zh-hans", "en"):
        first = printed(card, language)
        (files.folder() / f"{first.code}.pdf").unlink()
        assert printed(card, language).content == first.content
        assert Document.objects.get(code=first.code).sha256 == files.digest_of(first.content)
        assert len(PdfReader(BytesIO(first.content)).pages) == 1


def test_months_before_move_no_paper_of_a_card_not_yet_published(team, agent):
    card = only_submitted(team, agent)
    before = render.page(sheet(card))
    scored.published(team, agent, month=date(2026, 9, 1))
    assert render.page(sheet(card)) == before


def test_a_second_delivery_moves_no_paper(team, agent):
    card = scored.published(team, agent)
    before = render.page(sheet(card))
    deliver(card, "paper", hours=50, by=team.supervisor)
    assert render.page(sheet(card)) == before


def test_another_key_leaves_the_codes_given_out(team, agent, settings):
    card = only_submitted(team, agent)
    first = printed(card)
    settings.DOCUMENT_KEY = b"another key of this installation"
    (files.folder() / f"{first.code}.pdf").unlink()
    assert printed(card) == first


def test_a_step_taken_while_a_paper_is_drawn_is_not_half_on_it(team, agent, monkeypatch):
    card = scored.published(team, agent)
    stale = Card.objects.select_related("current").get(pk=card.pk)
    act("confirm", card, agent, hours=50)
    monkeypatch.setattr(render, "render_card", lambda sheet: sheet.card_number.encode())
    made = card_pdf(stale.current, language="zh-hans", audience="money", at=AT)
    assert Document.objects.get(code=made.code).seq == 3


def test_a_draft_has_no_paper(team, agent):
    with pytest.raises(NoPaper):
        printed(scored.card(team, agent))
    assert Document.objects.count() == 0
    assert list(files.folder().iterdir()) == []
