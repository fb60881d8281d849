"""A month of the demo in the browser, from the run to the supplementary hand-over, each role with its own log-in.

`KEJI_PICTURES=<folder>` keeps a picture of every station; those in `reviews/docs/pictures` come from there.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from reviews.demo import cast, load, months
from reviews.models import Card, CardState, Evidence, HandOver, Objection, Review
from reviews.services.silence import confirm_silent
from staff import jobs
from staff.models import Job, Message, User

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SHOP = cast.SHOPS[1]
TEAM = cast.TEAMS[2]
MONTH = date(2026, 10, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# The nth working day after October 2026, by the calendar on the wall.
WORKING = {1: 2, 2: 3, 3: 4, 5: 6, 6: 9, 7: 10, 8: 11, 10: 13, 11: 16}
AGENT = "姜沐晴"  # objects to two lines, one is upheld
SILENT, RETURNED, ASIDE, BACK = "石念真", "孟清和", "熊嘉言", "江书白"
PHONE, DESK = 390, 1366
LARGEST = 200_000


class Time:
    """The clock on the wall: set to a day of the month, it goes on from there."""

    def __init__(self) -> None:
        self.really = timezone.now
        self.set(2, 9)

    def set(self, working_day: int, hour: int, minute: int = 0) -> None:
        self.begun = self.really()
        self.shown = datetime(2026, 11, WORKING[working_day], hour, minute, tzinfo=SHANGHAI)

    def now(self) -> datetime:
        return self.shown + (self.really() - self.begun)


class Office:
    """The people of the demo at their browsers."""

    def __init__(self, chromium: Browser, address: str, clock: Time) -> None:
        self.chromium, self.address, self.clock = chromium, address, clock
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []
        folder = os.environ.get("KEJI_PICTURES")
        self.pictures = Path(folder) if folder else None
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)

    def at(self, login: str, width: int = DESK, *, nobody: bool = False) -> Page:
        """Return somebody's page; the first time they log in through the form."""
        if login not in self.pages:
            context = self.chromium.new_context(
                viewport={"width": width, "height": 844}, base_url=self.address, locale="zh-CN"
            )
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: self.faults.append(f"{login}: {error}"))
            page.on(
                "console", lambda said: said.type == "error" and self.faults.append(f"{login}: {said.text}")
            )
            page.on("response", lambda answer: self._note(login, answer))
            self.pages[login] = page
            if not nobody:
                page.goto("/accounts/login/")
                page.locator("#id_login").fill(login)
                page.locator("#id_password").fill(cast.PASSWORD)
                page.locator("form.panel button[type=submit]").click()
                page.wait_for_url(lambda url: "/accounts/" not in url)
        page = self.pages[login]
        page.set_viewport_size({"width": width, "height": 844 if width == PHONE else 900})
        return page

    def _note(self, login: str, answer: Any) -> None:
        if answer.status >= 500:
            self.faults.append(f"{login}: {answer.status} {answer.url}")

    def picture(self, page: Page, name: str, *, whole: bool = False, tall: int = 0) -> None:
        """Keep what a station looks like, small enough for the documentation."""
        size = page.viewport_size
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (
            f"{name} scrolls sideways"
        )
        if not self.pictures:
            return
        if tall:
            page.set_viewport_size({"width": size["width"], "height": tall})
        path = self.pictures / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        page.set_viewport_size(size)
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
        assert path.stat().st_size <= LARGEST or whole, f"{name} is {path.stat().st_size} bytes"

    def by_hand(self, card: Card) -> None:
        """Let an agent read and confirm over plain requests, as the page would."""
        client = Client()
        client.force_login(User.objects.get(person=card.person))
        assert client.get(reverse("card", args=[card.public_id])).status_code == 200
        card.refresh_from_db()
        posted = client.post(reverse("card_act", args=[card.public_id, "confirm"]), {"stamp": card.stamp})
        assert posted.status_code == 302


@pytest.fixture
def office(chromium, live_server, monkeypatch) -> Iterator[Office]:
    clock = Time()
    monkeypatch.setattr(timezone, "now", clock.now)
    # The last month has not begun, and the log-in "agent" belongs to the shop whose month it is.
    monkeypatch.setattr(months.Year, "leave_half_way", lambda _year, _month: None)
    monkeypatch.setattr(cast, "AGENT", AGENT)
    load.load(last_month=MONTH, now=clock.now(), say=lambda _text: None, count=2)
    here = Office(chromium, live_server.url, clock)
    yield here
    for page in here.pages.values():
        page.context.close()


def work() -> None:
    """Do what a worker would do now."""
    while waiting := Job.objects.filter(finished_at__isnull=True).order_by("pk").first():
        jobs.work(waiting.pk)
        waiting.refresh_from_db()
        assert waiting.state == Job.State.DONE, waiting.error


def the_review() -> Review:
    return Review.objects.get(month=MONTH, unit__code=SHOP.code)


def card_of(name: str) -> Card:
    return Card.objects.select_related("person", "current", "review").get(
        review=the_review(), person__name=name
    )


def cards_in(*states: str) -> list[Card]:
    rows = Card.objects.select_related("person").filter(review=the_review(), state__in=states)
    return list(rows.order_by("person__staff_no"))


def review_page(page: Page, query: str = "") -> None:
    page.goto(reverse("admin:reviews_review_change", args=[the_review().pk]) + query)


def choose(page: Page, step: str, *names: str) -> None:
    """Tick cards in the review's table and press a step of the bulk bar."""
    for name in names:
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.locator(f"button[name=do][value={step}]").click()


def board(page: Page) -> None:
    page.goto(reverse("board", args=[the_review().public_id]))


def pass_on(office: Office, page: Page, act: str, *, reason: str = "", picture: str = "") -> None:
    """Submit or publish what a board offers; exceptions not opened get one reason."""
    board(page)
    page.locator(f"a.column-act[href*='/do/{act}/']").click()
    if picture:
        office.picture(page, picture)
    if page.locator("#note").count():
        page.locator("#note").fill(reason)
    page.locator("form.stack button[type=submit]").click()
    page.wait_for_url(re.compile(r"/month/[0-9a-f-]+/(\?.*)?$"))


def run_the_month(office: Office) -> None:
    """Working day 2: HR runs the month, waives what cannot be had, reminds."""
    office.clock.set(2, 9)
    page = office.at("hr")
    page.goto("/admin/")
    page.goto(reverse("admin:reviews_review_changelist"))
    page.locator("select[name=unit]").select_option(label=SHOP.name)
    page.locator("select[name=month]").select_option(f"{MONTH:%Y-%m-%d}")
    page.locator("form[action$='/run/'] button").click()
    page.wait_for_url(re.compile(r"/reviews/review/\d+/change/"))
    work()
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")
    office.picture(page, "today", tall=1000)
    review_page(page)
    office.picture(page, "review", tall=1000)
    assert "魏子安" in page.inner_text("#lacks >> xpath=..")
    review_page(page, f"?q={cast.WITHOUT_FIGURES}")
    choose(page, "waive", cast.WITHOUT_FIGURES)
    for line in page.locator("input[name=line]").all():
        line.check()
    page.locator("#reason").fill("账号 10 月未开通，数据无法取得，各项免计。")
    office.picture(page, "waive")
    page.locator(".kr-ask .keji-primary").click()
    work()
    review_page(page, "?state=draft")
    page.locator("[data-page]").check()
    page.locator("button[name=do][value=remind]").click()
    office.picture(page, "remind")
    page.locator(".kr-ask .keji-primary").click()
    page.wait_for_load_state()
    lead = User.objects.get(username=TEAM.lead_login).person
    assert Message.objects.filter(person=lead, opened_at__isnull=True).exists()


def fill_and_submit(office: Office) -> None:
    """Working day 3: the supervisors fill what is missing and submit their teams, on the phone."""
    office.clock.set(3, 10)
    page = office.at(TEAM.lead_login, PHONE)
    board(page)
    office.picture(page, "board-supervisor")
    page.locator("a.lack", has_text="工作总结").first.click()
    page.locator("a.row-link", has_text="待评分").first.click()
    page.locator("label.chip", has_text=re.compile(r"^\s*4\s*$")).click()
    page.get_by_role("button", name="保存评分").click()
    page.goto("/events/?month=2026-10")
    page.locator("a.row-link", has_text="待认定").first.click()
    page.locator("#id_by_service label.chip").last.click()
    page.locator("#id_reason").fill("买家选错颜色，聊天里确认过灰色。")
    page.locator("main form button.btn-k").click()
    page.wait_for_load_state()
    work()
    board(page)
    page.locator("a.column-act[href*='/do/submit/']").click()
    office.picture(page, "submit-exceptions")
    looked = page.locator("a.bulk-link").first
    looked.click()
    page.wait_for_url("**/cards/**")
    pass_on(office, page, "submit", reason="其余各张已逐项看过，数据与导入一致。")
    assert {card.unit.code for card in cards_in(CardState.DRAFT)} == {"aftersales-2"}
    other = office.at(cast.TEAMS[3].lead_login, PHONE)
    pass_on(office, other, "submit", reason="已看过。")
    assert not cards_in(CardState.DRAFT)


def approve_and_publish(office: Office) -> None:
    """Working day 5: the director sends one card back, and approves it with the others when it has come again."""
    office.clock.set(5, 10)
    page = office.at("director")
    board(page)
    office.picture(page, "board-director", tall=1000)
    page.goto(reverse("card_act", args=[card_of(BACK).public_id, "send_back"]))
    page.locator("#note").fill("大促那周的抽查只有一次，请再看一遍聊天。")
    page.locator("form button[type=submit].btn-k").click()
    page.wait_for_url(lambda url: "/do/" not in url)
    work()
    assert card_of(BACK).state == CardState.DRAFT
    lead = office.at(TEAM.lead_login, PHONE)
    board(lead)
    assert "大促那周的抽查只有一次" in lead.inner_text("main")
    office.picture(lead, "sent-back", tall=1240)
    pass_on(office, lead, "submit", reason="已再看一遍，评分不变。")
    page = office.at("director")
    pass_on(office, page, "publish", reason="已在例会上逐张看过。", picture="publish-exceptions")
    assert {card.state for card in cards_in(*CardState)} == {CardState.PUBLISHED}


def confirm_and_object(office: Office) -> None:
    """Working day 6: agents confirm, one objects to two lines with a picture, one only reads."""
    office.clock.set(5, 16)
    silent = office.at("305", PHONE)
    silent.goto(reverse("card", args=[card_of(SILENT).public_id]))
    office.clock.set(6, 9, 30)
    _object(office)
    other = office.at("304", PHONE)
    other.goto("/")
    other.locator(".home-month a.btn-k").click()
    other.locator(".bar").get_by_role("link", name="确认").click()
    other.get_by_role("button", name="确认").click()
    other.wait_for_url("**/cards/**")
    assert card_of("邹星河").state == CardState.CONFIRMED
    for card in cards_in(CardState.PUBLISHED):
        if card.person.name not in {SILENT, ASIDE}:
            office.by_hand(card)


def _object(office: Office) -> None:
    page = office.at("agent", PHONE)
    page.goto("/")
    office.picture(page, "home-agent")
    page.locator(".home-month a.btn-k").click()
    page.wait_for_url("**/cards/**")
    office.picture(page, "card-agent")
    line = page.locator("details.line").first
    line.locator("summary").click()
    assert "怎样得出" in line.inner_text()
    page.locator(".bar").get_by_role("link", name="有异议").click()
    page.get_by_label("响应时间").check()
    page.get_by_label("跟进与促成").check()
    page.locator("#reason-response_time").fill("10 月 14 日下午店铺断线两小时，那天的响应不是我的。")
    page.locator("#reason-follow_up").fill("第三次抽查里我约了第二天回访，买家当晚已下单，不应扣分。")
    more = page.locator("#evidence-follow_up")
    more.locator("summary", has_text="加证据").click()
    more.locator("input[type=file]").set_input_files(
        {"name": "聊天截图.png", "mimeType": "image/png", "buffer": _chat()}
    )
    more.locator(".evidence img").wait_for()
    more.scroll_into_view_if_needed()
    office.picture(page, "objection")
    page.locator("[data-send]").click()
    page.wait_for_url(re.compile(r"/cards/[0-9a-f-]+/$"))
    assert card_of(AGENT).state == CardState.OBJECTED
    assert Evidence.objects.get().objection.line == "follow_up"


def _chat() -> bytes:
    """A picture of a chat, drawn."""
    picture = Image.new("RGB", (360, 220), "#eef1f4")
    pen = ImageDraw.Draw(picture)
    for top, left, wide, colour in (
        (20, 20, 190, "white"),
        (80, 130, 210, "#cfe6ff"),
        (140, 20, 240, "white"),
    ):
        pen.rounded_rectangle((left, top, left + wide, top + 44), 10, fill=colour)
        pen.line((left + 16, top + 22, left + wide - 24, top + 22), fill="#7b8794", width=4)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def answer_and_agree(office: Office) -> None:
    """Working day 7: the manager answers point by point; the agent sees before and after, and agrees."""
    office.clock.set(7, 10)
    page = office.at("manager")
    board(page)
    office.picture(page, "board-manager", tall=1000)
    page.get_by_role("link", name="答复异议").first.click()
    rejected, upheld = page.locator("#verdict-response_time"), page.locator("#verdict-follow_up")
    rejected.get_by_label("维持原分").check()
    page.locator("#text-response_time").fill("断线两小时已在系统里剔除，响应时间按其余时段计算，维持原分。")
    upheld.get_by_label("改正").check()
    page.locator("#value-follow_up").fill("5")
    page.locator("#text-follow_up").fill("已核对聊天，当晚确已成交，改为满分。")
    page.locator("#text-follow_up").blur()
    page.locator("#preview table.sides").wait_for()
    office.picture(page, "answer", tall=1900)
    page.get_by_role("button", name="提交答复").click()
    page.wait_for_url(re.compile(r"/cards/[0-9a-f-]+/$"))
    mine = Objection.objects.standing().filter(version__card=card_of(AGENT))
    outcomes = dict(mine.values_list("line", "outcome"))
    assert outcomes == {"response_time": "rejected", "follow_up": "upheld"}
    agent = office.at("agent", PHONE)
    agent.goto(reverse("card_second_look", args=[card_of(AGENT).public_id]))
    office.picture(agent, "second-look", tall=1240)
    agent.get_by_role("button", name="同意").click()
    agent.wait_for_url(re.compile(r"/cards/[0-9a-f-]+/$"))
    assert card_of(AGENT).state == CardState.CONFIRMED


def code_on(office: Office, login: str, name: str) -> str:
    """Fetch a card's PDF as its agent and return the code of that edition."""
    card = card_of(name)
    page = office.at(login, PHONE)
    file = page.request.get(reverse("card_pdf", args=[card.public_id, card.current.number]))
    assert file.ok
    assert file.body().startswith(b"%PDF")
    papers = card.current.documents.order_by("-pk")
    return papers[0].code


def return_a_card(office: Office) -> None:
    """Working day 7: HR asks to return a confirmed card, a second HR consents, all its steps run again."""
    office.clock.set(7, 14)
    page = office.at("hr")
    review_page(page, f"?q={RETURNED}")
    choose(page, "ask_return", RETURNED)
    page.locator("#reason").fill("10 月 20 日的店铺日数据补传，成交要重算。")
    office.picture(page, "ask-return")
    page.locator(".kr-ask .keji-primary").click()
    page.wait_for_load_state()
    second = office.at("hr2")
    second.goto("/admin/")
    second.wait_for_load_state("networkidle")
    office.picture(second, "today-second")
    review_page(second, f"?q={RETURNED}")
    choose(second, "return", RETURNED)
    office.picture(second, "consent")
    second.locator(".kr-ask .keji-primary").click()
    second.wait_for_load_state()
    work()
    assert card_of(RETURNED).state == CardState.DRAFT
    pass_on(office, office.at(TEAM.lead_login, PHONE), "submit", reason="按新数据重算，已看过。")
    pass_on(office, office.at("director"), "publish", reason="按新数据重算，已看过。")
    office.by_hand(card_of(RETURNED))
    assert card_of(RETURNED).current.number == 2


def close_the_month(office: Office) -> None:
    """Working day 8: silence has confirmed one card; the manager sets one aside and closes the month in one act."""
    office.clock.set(8, 9)
    assert confirm_silent(office.clock.now()) == 1
    assert card_of(SILENT).state == CardState.CONFIRMED
    page = office.at("manager", PHONE)
    board(page)
    page.get_by_role("link", name="汇总关账").first.click()
    page.get_by_role("checkbox").first.check()
    page.locator("#reason").fill("本人住院，出院后再确认。")
    office.picture(page, "closing-aside")
    page.get_by_role("button", name="搁置").click()
    page.wait_for_load_state()
    assert card_of(ASIDE).set_aside_at is not None
    office.picture(page, "closing")
    page.locator(".bar button[value=close]").click()
    page.wait_for_load_state()
    assert the_review().closed_at is not None
    assert {card.person.name for card in cards_in(*CardState) if card.state != CardState.CLOSED} == {ASIDE}


def hand_over(office: Office, number: int, *, pictures: bool = False) -> HandOver:
    """HR looks and hands over."""
    page = office.at("hr")
    page.goto(reverse("admin:reviews_handover_prepare", args=[the_review().pk]))
    if pictures:
        office.picture(page, "hand-over-preview", tall=1000)
    page.locator(".kr-acts .keji-primary").click()
    page.wait_for_url(re.compile(r"/handover/\d+/change/"))
    if pictures:
        office.picture(page, "hand-over")
    return HandOver.objects.get(review=the_review(), number=number)


def export(page: Page) -> tuple[str, openpyxl.Workbook]:
    with page.expect_download() as fetched:
        page.locator("form[action$='/export/'] button").click()
    file = fetched.value
    return file.suggested_filename, openpyxl.load_workbook(io.BytesIO(file.path().read_bytes()))


def pay(office: Office, made: HandOver, *, pictures: bool = False) -> None:
    """Finance fetches the file, compares it with the page, fetches a copy, acknowledges."""
    page = office.at("finance")
    page.goto(reverse("admin:reviews_handover_changelist"))
    page.goto(reverse("admin:reviews_handover_change", args=[made.pk]))
    shown = page.inner_text("main, #main, body")
    name, book = export(page)
    assert "原件" in name
    sheet, about = book.worksheets
    *rows, sums = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == made.cards
    assert Decimal(str(sums[10])) == sum(Decimal(str(row[10])) for row in rows)
    assert Decimal(str(sums[10])) == made.base_sum + made.performance_sum
    assert f"{made.base_sum + made.performance_sum:,.2f}" in shown
    assert made.control_sum in shown
    assert made.control_sum in {row[1] for row in about.iter_rows(values_only=True)}
    page.reload()
    copy, _book = export(page)
    assert copy != name
    assert "副本" in copy
    page.reload()
    if pictures:
        office.picture(page, "finance")
    page.locator("form[action$='/acknowledge/'] button").click()
    page.wait_for_load_state()
    made.refresh_from_db()
    assert made.acknowledged_at is not None


def supplement(office: Office) -> None:
    """Working day 11: the card set aside is confirmed, closed by itself, and follows as hand-over 2."""
    office.clock.set(11, 10)
    agent = office.at("306", PHONE)
    agent.goto(reverse("card", args=[card_of(ASIDE).public_id]))
    agent.locator(".bar").get_by_role("link", name="确认").click()
    agent.get_by_role("button", name="确认").click()
    agent.wait_for_url(re.compile(r"/cards/[0-9a-f-]+/$"))
    page = office.at("manager", PHONE)
    page.goto(reverse("month_close", args=[the_review().public_id]))
    office.picture(page, "closing-supplement")
    page.locator(".bar button[value=close]").click()
    page.wait_for_load_state()
    made = hand_over(office, 2)
    assert made.cards == 1
    pay(office, made)
    assert {card.state for card in cards_in(*CardState)} == {CardState.PAID}


def look_on(office: Office) -> None:
    """The general office sees summaries of the month and is refused the rest."""
    page = office.at("office")
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")
    office.picture(page, "today-office")
    review = the_review()
    review_page(page)
    office.picture(page, "review-office")
    made = HandOver.objects.filter(review=review).first()
    whole = sum(one.base_sum + one.performance_sum for one in HandOver.objects.filter(review=review))
    assert f"{whole:,.2f}" in page.inner_text("body")
    assert AGENT not in page.content()
    refused = {
        reverse("card", args=[card_of(AGENT).public_id]): 404,
        reverse("admin:reviews_handover_change", args=[made.pk]): (403, 404),
        reverse("admin:reviews_handover_prepare", args=[review.pk]): (403, 404),
        reverse("month_close", args=[review.public_id]): (403, 404),
        reverse("board_act", args=[review.public_id, "submit"]): (403, 404),
    }
    for address, status in refused.items():
        found = page.request.get(address).status
        assert found == status or found in (status if isinstance(status, tuple) else ()), (address, found)


def verify(office: Office, superseded: str, genuine: str) -> None:
    """Nobody in particular types the codes from two papers."""
    page = office.at("nobody", PHONE, nobody=True)
    page.goto(f"/v/{genuine}/")
    assert page.get_by_role("heading", name="真实有效").count() == 1
    office.picture(page, "verify")
    page.goto(f"/v/{superseded}/")
    assert page.get_by_role("heading", name="已被取代").count() == 1
    office.picture(page, "verify-superseded")
    assert AGENT not in page.content()
    assert RETURNED not in page.content()


def test_a_month_runs_through_all_its_steps(office, capsys):
    run_the_month(office)
    fill_and_submit(office)
    approve_and_publish(office)
    confirm_and_object(office)
    answer_and_agree(office)
    superseded = code_on(office, "307", RETURNED)
    return_a_card(office)
    close_the_month(office)
    office.clock.set(10, 10)
    pay(office, hand_over(office, 1, pictures=True), pictures=True)
    supplement(office)
    look_on(office)
    verify(office, superseded, code_on(office, "307", RETURNED))
    call_command("verify_reviews", "--month", "2026-10", verbosity=0)
    assert "全部与当初写入的一致" in capsys.readouterr().out
    assert office.faults == []
