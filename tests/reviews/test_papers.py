"""The public page of papers: what a code says, how it may be typed, and that it tells nothing else."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from reviews import qr
from reviews.document_codes import address_of, as_printed, document_code
from reviews.models import Card, Document
from reviews.pdf import render
from reviews.pdf.documents import card_pdf
from reviews.services.papers import Answer, File, Standing, look_up
from reviews.workflow import take
from tests.reviews.people import Company, company, november, user

pytestmark = pytest.mark.django_db
CODE = "KJ26-7Q4M-9XTP-0F3C"
GENUINE, SUPERSEDED, UNKNOWN = Standing.GENUINE, Standing.SUPERSEDED, Standing.UNKNOWN


@pytest.fixture(autouse=True)
def quick(settings, tmp_path, monkeypatch):
    """Papers are short texts here: how they look is tried elsewhere."""
    cache.clear()
    settings.KEJI_VAR = tmp_path
    monkeypatch.setattr(render, "render_card", lambda sheet: f"%PDF {sheet.card_number}".encode())


@pytest.fixture
def firm() -> Company:
    return company()


@pytest.fixture
def card(firm) -> Card:
    made = firm.card()
    take("submit", made, by=user(firm.wang), at=november(3))
    return made


def printed(card: Card, number: int = 1):
    fresh = Card.objects.get(pk=card.pk)
    version = fresh.versions.get(number=number)
    return card_pdf(version, language="zh-hans", audience="money", at=november(4))


def page(code: str = "", **headers: str):
    return Client().get(f"/v/{code}/" if code else "/v/", headers=headers)


# --- codes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        "kj26 7q4m 9xtp 0f3c",
        "KJ267Q4M9XTP0F3C",
        " KJ26–7Q4M—9XTP‑0F3C ",
        "KJ26-7Q4M-9XTP-OF3C",
        "kj26-7q4m-9xtp-of3c.",
        "ＫＪ２６－７Ｑ４Ｍ－９ＸＴＰ－０Ｆ３Ｃ",
    ],
)
def test_codes_may_be_typed_in_many_ways(typed):
    assert as_printed(typed) == CODE


def test_letters_like_one_are_ones():
    assert as_printed("KJ26-IL11-0000-0000") == "KJ26-1111-0000-0000"


@pytest.mark.parametrize(
    "typed", ["", "KJ26", CODE + "1", "KJ26-UUUU-9XTP-0F3C", "%", "\x00" * 16, "考" * 16]
)
def test_what_cannot_be_a_code(typed):
    assert as_printed(typed) == ""


def test_codes_follow_from_the_key_and_not_from_public_facts_alone(card, settings):
    given = {"seq": 1, "audience": "money", "language": "zh-hans"}
    version = card.versions.get()
    before = document_code(version, **given)
    content = f"{card.public_id}:1:1:money:zh-hans".encode()
    value = int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
    plain = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(value >> (5 * place)) & 31] for place in range(12))
    assert before.replace("-", "")[4:] != plain
    settings.DOCUMENT_KEY = b"another key"
    assert document_code(version, **given) != before
    assert len(before.replace("-", "")) - 4 == 12  # of 32 signs: 60 bits


# --- what is said --------------------------------------------------------------


def test_a_paper_before_publication_is_known_too(card):
    assert look_up(printed(card).code) == Answer(GENUINE)


def test_later_steps_leave_it_genuine_and_say_so(card, firm):
    code = printed(card).code
    take("publish", card, by=user(firm.qian), at=november(4))
    assert look_up(code) == Answer(GENUINE, moved_on=True)
    assert look_up(printed(card).code) == Answer(GENUINE)


@pytest.mark.parametrize("again", [False, True], ids=["back in draft", "submitted again"])
def test_a_returned_card_supersedes_its_papers(card, firm, again):
    code = printed(card).code
    take("send_back", card, by=user(firm.qian), at=november(4), note="销售额有误")
    if again:
        take("submit", card, by=user(firm.wang), at=november(5))
        assert look_up(printed(card, 2).code) == Answer(GENUINE)
    assert look_up(code) == Answer(SUPERSEDED)
    # A print of the old version made today is superseded as well.
    assert look_up(printed(card).code) == Answer(SUPERSEDED)


def test_every_edition_has_a_row(card):
    version = card.versions.get()
    for audience in ("money", "team"):
        for language in ("zh-hans", "en"):
            card_pdf(version, language=language, audience=audience, at=november(4))
    assert Document.objects.count() == 4


def test_the_very_file(card):
    paper = printed(card)
    digest = hashlib.sha256(paper.content).hexdigest()
    assert look_up(paper.code, digest=digest.upper()).file is File.SAME
    assert look_up(paper.code, digest="0" * 64).file is File.OTHER
    assert look_up(paper.code, digest="nonsense").file is File.NOT_ASKED
    assert look_up(CODE, digest=digest) == Answer(UNKNOWN)


@pytest.mark.parametrize("code", ["known", CODE, "nonsense", "x" * 500])
def test_one_query_whatever_the_code(card, django_assert_num_queries, code):
    code = printed(card).code if code == "known" else code
    with django_assert_num_queries(1):
        page(code)


# --- the page ------------------------------------------------------------------


@pytest.fixture
def answers(card, firm) -> dict[str, str]:
    """The page of every answer, by what it says."""
    first = printed(card)
    digest = hashlib.sha256(first.content).hexdigest()
    pages = {"genuine": page(first.code), "same": page(f"{first.code}/?sha256={digest}&x=")}
    pages["same"] = Client().get(f"/v/{first.code}/?sha256={digest}")
    pages["other"] = Client().get(f"/v/{first.code}/?sha256={'0' * 64}")
    take("publish", card, by=user(firm.qian), at=november(4))
    pages["moved on"] = page(first.code)
    take("ask_return", card, by=user(firm.sun), at=november(5), note="销售额有误")
    take("return", card, by=user(firm.zhao), at=november(5) + timedelta(hours=1))
    pages["superseded"] = page(first.code)
    pages["unknown"] = page(CODE)
    pages["nonsense"] = page("nonsense")
    pages["form"] = page()
    return pages


def test_it_says_which_and_nothing_else(answers, card, firm):
    said = {
        "genuine": "真实有效",
        "moved on": "打印之后又办过手续",
        "superseded": "已被取代",
        "unknown": "查无此码",
        "nonsense": "查无此码",
        "same": "这个文件就是当时出具的那一份",
        "other": "不是逐字节一致",
    }
    secrets = (
        firm.lin.name, firm.lin.staff_no, firm.wang.name, firm.shop.name, firm.team.name, str(card.public_id),
        "2026-10", "10 月", "10月", "11-0",
    )  # fmt: skip
    for name, words in said.items():
        text = answers[name].content.decode()
        assert answers[name].status_code == 200
        assert words in text
        assert not [secret for secret in secrets if secret in text]
    assert not re.search("真实有效|已被取代|查无此码", answers["form"].content.decode())


def test_all_answers_have_one_size_and_the_same_headers(answers):
    sizes = {len(one.content) for one in answers.values()}
    assert sizes == {8192}
    heads = {tuple(sorted(one.headers.items())) for name, one in answers.items()}
    assert len({tuple(h for h in head if h[0] != "Expires") for head in heads}) == 1
    head = answers["genuine"].headers
    assert "no-store" in head["Cache-Control"]
    assert head["X-Robots-Tag"].startswith("noindex")
    assert head["Referrer-Policy"] == "no-referrer"
    assert head["X-Frame-Options"] == "DENY"


def test_it_sets_no_cookie_and_shows_no_menu(answers):
    assert not any(one.cookies for one in answers.values())
    assert "csrf" not in answers["genuine"].content.decode()


def test_an_agent_logged_in_reads_the_same(card, firm):
    code = printed(card).code
    client = Client()
    client.force_login(user(firm.lin))
    assert client.get(f"/v/{code}/").content == page(code).content


def test_what_is_typed_comes_back_as_text():
    text = Client().get("/v/", {"code": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("query", "browser", "language"),
    [
        pytest.param("", "", "zh-hans", id="Chinese first"),
        pytest.param("", "en-GB,en;q=0.9", "en", id="the browser's language"),
        pytest.param("", "fr-FR", "zh-hans", id="another language"),
        pytest.param("?lang=zh-hans", "en-GB", "zh-hans", id="the switch"),
        pytest.param("?lang=en", "zh-CN", "en", id="the switch to English"),
        pytest.param("?lang=xx", "zh-CN", "zh-hans", id="nonsense"),
    ],
)
def test_both_languages(query, browser, language):
    answer = Client().get(f"/v/{CODE}/{query}", headers={"accept-language": browser})
    assert answer.headers["Content-Language"] == language
    assert ("Unknown" if language == "en" else "查无此码") in answer.content.decode()


# --- limits --------------------------------------------------------------------


def test_too_many_checks_are_refused_in_words_that_help(card, settings):
    settings.VERIFY_PER_CLIENT = 3
    code = printed(card).code
    assert [page(code).status_code for _time in range(4)] == [200, 200, 200, 429]
    refused = page(CODE)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert "核对次数过多" in refused.content.decode()
    assert page().status_code == 200
    assert Client(REMOTE_ADDR="198.51.100.7").get(f"/v/{code}/").status_code == 200


def test_all_clients_together_have_a_limit(settings):
    settings.VERIFY_IN_ALL = 2
    asked = [Client(REMOTE_ADDR=f"198.51.100.{number}").get(f"/v/{CODE}/") for number in range(3)]
    assert [one.status_code for one in asked] == [200, 200, 429]


def test_one_client_that_asks_without_end_does_not_use_up_the_others_places(settings):
    settings.VERIFY_PER_CLIENT, settings.VERIFY_IN_ALL = 2, 4
    for _time in range(9):
        page(CODE)
    assert Client(REMOTE_ADDR="198.51.100.7").get(f"/v/{CODE}/").status_code == 200


def test_a_forged_header_does_not_make_another_client(settings):
    settings.VERIFY_PER_CLIENT = 2
    asked = [page(CODE, x_forwarded_for=f"203.0.113.{number}") for number in range(3)]
    assert [one.status_code for one in asked] == [200, 200, 429]


# --- on paper ------------------------------------------------------------------


def read_back(svg: str) -> list[list[bool]]:
    """The modules that a QR code's path paints."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    rows = [[False] * size for _row in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        for place in range(int(x), int(x) + int(width)):
            rows[int(y)][place] = True
    return rows


def test_the_code_drawn_leads_to_the_sites_own_address(settings):
    settings.SITE_URL = "https://keji.example.com"
    address = address_of(CODE)
    assert address == f"https://keji.example.com/v/{CODE}/"
    assert read_back(qr.drawn(address)) == qr.matrix(address)
    assert Client().get(address.removeprefix("https://keji.example.com")).status_code == 200


def test_the_host_header_never_gets_onto_paper(card, firm, settings, monkeypatch):
    seen = []
    monkeypatch.setattr(render, "render_card", lambda sheet: seen.append(sheet.verify_at) or b"%PDF")
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://keji.example.com", ["*"]
    client = Client(HTTP_HOST="evil.example")
    client.force_login(user(firm.wang))
    assert client.get(f"/cards/{card.public_id}/versions/1/pdf/").status_code == 200
    assert seen[0].startswith("https://keji.example.com/v/KJ26-")
