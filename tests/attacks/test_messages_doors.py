"""Who is answered what at the inbox, the links of mails and the hand-over on paper.

Columns of DOORS: the same people as everywhere; "-" where nobody asks. About the message and the mail of the
agent, about a colleague's published card that waits for its agent, and about the signed sheet of the own one.
"""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from reviews.models import Card, CardDelivery
from reviews.services import deliveries
from reviews.workflow import take
from staff.models import Delivery, Message, User
from tests import factories
from tests.attacks.new_doors import client_of, knock
from tests.reviews.people import company, november, user

pytestmark = pytest.mark.django_db

WHO = (
    "nobody", "lin", "chen", "wang", "supervisor_x", "zhao", "qian", "sun", "other_hr", "zhou", "wu", "root",
)  # fmt: skip

# Columns: nobody subject agent supervisor foreign_supervisor manager director HR other_HR finance office root
DOORS = """
GET  inbox          302 200 200 200 200 200 200 200 200 200 200 200
POST inbox          302 405 405 405 405 405 405 405 405 405 405 405
GET  inbox_read     302 405 405 405 405 405 405 405 405 405 405 405
POST inbox_read     302 302 302 302 302 302 302 302 302 302 302 302
GET  message        302 302 404 404 404 404 404 404 404 404 404 404
POST message        302 405 405 405 405 405 405 405 405 405 405 405
GET  mailed         302 302 404 404 404 404 404 404 404 404 404 404
POST mailed         302 405 405 405 405 405 405 405 405 405 405 405
GET  card_paper     302 404 403 200 404 403 403 200 404 404 404 403
POST card_paper     302 404 403 422 404 403 403 422 404 404 404 403
GET  card_scan      302 200 404 200 404 200 200 200 404 404 404 200
POST card_scan      302 405 405 405 405 405 405 405 405 405 405 405
"""


def picture(width: int = 40, height: int = 30, form: str = "PNG") -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(into, form)
    return into.getvalue()


@pytest.fixture
def house():
    """The company of the month's tests with a second branch, a log-in of no person, a card, a message and a mail."""
    firm = company()
    elsewhere = factories.unit("elsewhere", parent=firm.root, kind="branch")
    office = factories.position("office", subject_kind="none")
    other_hr = factories.person("外人事", unit=elsewhere, position=office)
    factories.role(other_hr, "hr", elsewhere)
    supervisor_x = factories.person("外组长", unit=elsewhere, position=factories.position("supervisor"))
    factories.role(supervisor_x, "supervisor", elsewhere)
    root = User.objects.create_superuser("root", password="pass")
    card = firm.card()
    take("submit", card, by=user(firm.wang), at=november(3))
    take("publish", card, by=user(firm.qian), at=november(4))
    message = Message.objects.get(person=firm.lin)
    mail = Delivery.objects.create(person=firm.lin, created_at=november(4))
    mail.messages.add(message)
    people = vars(firm) | {"other_hr": other_hr, "supervisor_x": supervisor_x, "root_user": root}
    return SimpleNamespace(**people, firm=firm, card=card, message=message, mail=mail)


def address(house, name: str, *, missing: bool = False) -> str:
    card = uuid.uuid4() if missing else house.card.public_id
    arguments = {
        "message": [uuid.uuid4() if missing else house.message.public_id],
        "mailed": ["x" * 22 if missing else house.mail.token],
        "card_paper": [card],
        "card_scan": [card, house.card.seq],
    }
    return reverse(name, args=arguments.get(name, []))


def hand_over(house, **changed) -> None:
    given = {
        "channel": "paper", "at": november(4, 15), "by": house.wang, "scan": picture(), "scan_type": "image/png",
    }  # fmt: skip
    deliveries.record(house.card, **(given | changed))


def test_every_door(house):
    hand_over(house)
    other = house.firm.card(house.chen)
    take("submit", other, by=user(house.wang), at=november(3))
    take("publish", other, by=user(house.qian), at=november(4))
    browsers = {who: client_of(house, who) for who in WHO}
    for row in DOORS.strip().splitlines():
        method, name, *expected = row.split()
        # On a card that waits: the agent's own has been handed over.
        path = reverse(name, args=[other.public_id]) if name == "card_paper" else address(house, name)
        found = [str(knock(browsers[who], method, path).status_code) for who in WHO]
        assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, expected, strict=True)), (method, name)


TOKEN = re.compile(r"[A-Za-z0-9]{64}")


def test_what_is_not_theirs_is_as_if_it_were_not_there(house):
    hand_over(house)
    browser = client_of(house, "chen")
    for name in ("message", "mailed", "card_paper", "card_scan"):
        pages = []
        for missing in (False, True):
            path = address(house, name, missing=missing)
            answer = browser.get(path)
            assert answer.status_code == 404, name
            pages.append(TOKEN.sub("", answer.content.decode().replace(path, "")))
        assert pages[0] == pages[1], name


def test_a_link_of_a_mail_leads_inside_after_the_log_in_only(house):
    answer = client_of(house, "nobody").get(address(house, "mailed"))
    assert answer["Location"].startswith(reverse("account_login"))
    Message.objects.filter(pk=house.message.pk).update(path="/cards/")
    answer = client_of(house, "lin").get(address(house, "message"))
    assert answer["Location"] == "/cards/"


def test_forms_need_their_token(house):
    browser = client_of(house, "lin", enforce_csrf_checks=True)
    assert browser.post(reverse("inbox_read")).status_code == 403
    assert Message.objects.get(pk=house.message.pk).opened_at is None
    browser = client_of(house, "wang", enforce_csrf_checks=True)
    assert browser.post(address(house, "card_paper"), entered()).status_code == 403
    assert not CardDelivery.objects.exists()


def entered(**changed) -> dict[str, object]:
    """What the assessor enters: handed over on 4 November at three in the afternoon."""
    scan = SimpleUploadedFile("signed.png", changed.pop("content", picture()), "image/png")
    return {"day": "2026-11-04", "hour": "15:00", "scan": scan, **changed}


class TestPaper:
    @pytest.fixture(autouse=True)
    def _now(self, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: november(5))

    def test_the_assessor_records_it_and_the_window_runs_from_the_hour_entered(self, house):
        answer = client_of(house, "wang").post(
            address(house, "card_paper"), entered(content=picture(3000, 2000))
        )
        assert answer["Location"] == reverse("card", args=[house.card.public_id])
        row = CardDelivery.objects.get()
        assert (row.channel, row.of, row.at, row.person) == ("paper", "card", november(4, 15), house.wang)
        assert Image.open(io.BytesIO(bytes(row.scan))).size[0] == 2000
        house.card.refresh_from_db()
        assert house.card.delivered_at == november(4, 15)
        assert house.card.window_ends_at >= november(4, 15) + timedelta(hours=48)
        page = client_of(house, "lin").get(reverse("card", args=[house.card.public_id])).content.decode()
        # Come to by another way than the inbox, it is read all the same.
        assert Message.objects.get(pk=house.message.pk).opened_at == november(5)
        assert "11月4日 15:00 由王组长纸质送达" in page

    def test_a_second_time_is_refused(self, house):
        browser = client_of(house, "sun")
        assert browser.post(address(house, "card_paper"), entered()).status_code == 302
        assert browser.post(address(house, "card_paper"), entered()).status_code == 409
        assert browser.get(address(house, "card_paper")).status_code == 409
        assert CardDelivery.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            pytest.param({"day": "2026-11-03"}, "那时考核表还没有公布", id="before the publication"),
            pytest.param({"day": "2026-11-06"}, "这个时间还没有到", id="tomorrow"),
            pytest.param({"day": "yesterday"}, "输入", id="no day"),
            pytest.param(
                {"content": b"<svg onload=alert(1)>"}, "扫描件不是 PNG 或 JPEG 图片", id="no picture"
            ),
            pytest.param({"content": picture(60)[:50]}, "扫描件不是 PNG 或 JPEG 图片", id="half a picture"),
            pytest.param({"content": b"\x89PNG" + bytes(5 * 1024 * 1024)}, "超过 5 MB", id="too heavy"),
            pytest.param(
                {"content": picture(form="GIF")}, "扫描件不是 PNG 或 JPEG 图片", id="another format"
            ),
            pytest.param({"content": b""}, "文件是空的", id="an empty file"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, house, changed, said):
        answer = client_of(house, "wang").post(address(house, "card_paper"), entered(**changed))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not CardDelivery.objects.exists()

    def test_both_faults_are_said_at_once(self, house):
        wrong = entered(day="2026-11-06", content=b"no")
        page = client_of(house, "wang").post(address(house, "card_paper"), wrong).content.decode()
        assert "这个时间还没有到" in page
        assert "扫描件不是 PNG 或 JPEG 图片" in page

    def test_a_draft_is_not_handed_over(self, house):
        draft = house.firm.card(house.chen)
        answer = client_of(house, "wang").get(reverse("card_paper", args=[draft.public_id]))
        assert answer.status_code == 409

    def test_the_signed_sheet_is_a_picture_no_browser_runs(self, house):
        hand_over(house)
        answer = client_of(house, "zhao").get(address(house, "card_scan"))
        assert answer["Content-Type"] == "image/png"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer.content == picture()

    def test_the_card_says_that_nothing_arrived_yet(self, house):
        page = client_of(house, "wang").get(reverse("card", args=[house.card.public_id])).content.decode()
        assert "还没有送达" in page
        assert reverse("card_paper", args=[house.card.public_id]) in page
        seen_by_manager = client_of(house, "zhao").get(reverse("card", args=[house.card.public_id]))
        assert reverse("card_paper", args=[house.card.public_id]) not in seen_by_manager.content.decode()
        assert Card.objects.get(pk=house.card.pk).delivered_at is None
