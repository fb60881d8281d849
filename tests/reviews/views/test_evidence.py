"""Evidence beside an objection: what is taken and refused, who sees it, and what becomes of it."""

from __future__ import annotations

import io
import struct
import uuid
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageFile

from reviews import workflow
from reviews.models import Draft, Evidence, Objection
from reviews.redrawing import BadPicture, Why, redraw
from tests.reviews.people import november, user
from tests.reviews.views.conftest import enter

PAYLOAD = "<img src=x onerror=alert(1)>.png"
PART = {"HTTP_X_KEJI_PART": "1"}


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    """A small picture of a format."""
    into = io.BytesIO()
    Image.new("RGB", size, "navy").save(into, form, **more)
    return into.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head promises any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


class TestRedrawing:
    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            pytest.param(
                b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Why.NO_PICTURE, id="SVG"
            ),
            pytest.param(picture("GIF"), Why.NO_PICTURE, id="GIF"),
            pytest.param(picture("TIFF"), Why.NO_PICTURE, id="TIFF"),
            pytest.param(b"GIF89a" + b"\xff\xff\xff\xff" + b"\0" * 40, Why.NO_PICTURE, id="GIF bomb"),
            pytest.param(b"<html><script>alert(1)</script></html>", Why.NO_PICTURE, id="HTML called .png"),
            pytest.param(b"%PDF-1.7 \x89PNG\r\n\x1a\n", Why.NO_PICTURE, id="PDF"),
            pytest.param(b"", Why.NO_PICTURE, id="nothing"),
            pytest.param(picture()[:50], Why.NO_PICTURE, id="cut off"),
            pytest.param(png_of(50_000, 50_000), Why.TOO_LARGE, id="PNG bomb of 2,500 megapixels"),
            pytest.param(png_of(9_000, 9_000), Why.TOO_LARGE, id="81 megapixels"),
            pytest.param(b"\0" * (5 * 1024 * 1024 + 1), Why.TOO_HEAVY, id="5 MB and a byte"),
            pytest.param(png_of(300, 4_000), Why.TOO_LONG, id="a strip nobody could read"),
        ],
    )
    def test_refused(self, raw, why):
        with pytest.raises(BadPicture) as refused:
            redraw(raw)
        assert refused.value.why is why

    @pytest.mark.parametrize("form", ["PNG", "JPEG"])
    def test_half_a_picture_is_none_though_papers_were_made_before(self, form, monkeypatch):
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        whole = picture(form, (400, 300))
        redraw(whole)
        with pytest.raises(BadPicture):
            redraw(whole[: len(whole) * 2 // 3])

    def test_drawn_anew_without_what_it_carried(self):
        exif = Image.Exif()
        exif[0x010E] = "home address"
        kept = redraw(picture("JPEG", (2400, 1200), exif=exif) + b"<script>alert(1)</script>")
        drawn = Image.open(io.BytesIO(kept.content))
        assert (kept.media_type, drawn.format, drawn.size) == ("image/jpeg", "JPEG", (2000, 1000))
        assert not drawn.getexif()
        assert b"script" not in kept.content
        assert b"home address" not in kept.content

    def test_turned_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        assert Image.open(io.BytesIO(redraw(picture("JPEG", exif=exif)).content)).size == (30, 40)


def send(client, card, code="disputes", *, files=(), text="", add=None, **more):
    """Add evidence to a line as the form does."""
    data = {"stamp": card.stamp, "add": add or code, f"text-{code}": text, **more.pop("typed", {})}
    if files:
        data[f"file-{code}"] = [SimpleUploadedFile(name, raw) for name, raw in files]
    return client.post(reverse("card_evidence", args=[card.public_id]), data, **more)


class TestAdding:
    def test_a_picture_and_a_text_and_what_was_typed_stays(self, firm, published):
        client = enter(firm.lin)
        typed = {"reason-disputes": "物流原因"}
        answer = send(
            client, published, files=[("x.png", picture())], text="买家电话 13812345678", typed=typed
        )
        assert answer.status_code == 302
        image, text = Evidence.objects.order_by("kind")
        assert (image.kind, image.media_type, image.objection_id) == ("image", "image/png", None)
        assert text.text == "买家电话 [手机号已遮盖]"
        assert len(image.sha256) == 64
        page = client.get(reverse("card_object", args=[published.public_id])).content.decode()
        assert "物流原因" in page
        assert "已保存" in page
        assert "13812345678" not in page
        assert "13812345678" not in str(Draft.objects.values_list("content", flat=True))

    @pytest.mark.parametrize(
        ("files", "said"),
        [
            ([("a.svg", b"<svg/>")], "不是 PNG 或 JPEG"),
            ([("a.png", b"<html>")], "不是 PNG 或 JPEG"),
            ([("a.jpg", b"\xff" * (6 * 1024 * 1024))], "超过 5 MB"),
            ([("a.png", png_of(50_000, 50_000))], "尺寸太大"),
            ([("a.png", picture())] * 4, "最多 3 份"),
            ([], "请先选一张图片"),
        ],
        ids=["svg", "html called png", "6 MB", "bomb", "four at once", "nothing chosen"],
    )
    def test_what_is_not_taken_is_said_and_nothing_is_kept(self, firm, published, files, said):
        answer = send(enter(firm.lin), published, files=files)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Evidence.objects.exists()

    def test_three_a_line_and_ten_a_card(self, firm, published):
        client = enter(firm.lin)
        for code in ("disputes", "follow_up", "communication"):
            three = [(f"{number}.png", picture()) for number in range(3)]
            assert send(client, published, code, files=three).status_code == 302
        fourth = send(client, published, files=[("4.png", picture())], **PART)
        assert (fourth.status_code, "最多 3 份" in fourth.content.decode()) == (422, True)
        assert send(client, published, "response_time", text="第十份").status_code == 302
        eleventh = send(client, published, "response_time", text="第十一份", **PART)
        assert (eleventh.status_code, "最多 10 份" in eleventh.content.decode()) == (422, True)
        assert Evidence.objects.count() == 10

    def test_a_line_that_is_not_on_the_card_takes_nothing(self, firm, published):
        answer = send(enter(firm.lin), published, "bonus", text="x")
        assert (answer.status_code, Evidence.objects.count()) == (422, 0)

    def test_a_name_is_shown_as_text_wherever_it_stands(self, firm, published):
        client = enter(firm.lin)
        part = send(client, published, files=[(PAYLOAD, picture())], **PART)
        assert part.status_code == 200
        pages = [part, client.get(reverse("card_object", args=[published.public_id]))]
        reasons = {"disputes": "<script>alert(2)</script>"}
        workflow.take("object", published, by=user(firm.lin), at=november(6), objections=reasons)
        pages.append(client.get(reverse("card", args=[published.public_id])))
        pages.append(enter(firm.zhao).get(reverse("card_answer", args=[published.public_id])))
        for page in pages:
            assert page.status_code == 200
            assert "onerror=alert(1)&gt;" in page.content.decode()
            assert "<img src=x" not in page.content.decode()
            assert "<script>alert(2)" not in page.content.decode()

    def test_a_card_that_changed_takes_nothing(self, firm, published):
        answer = send(enter(firm.lin), published, text="x", typed={"stamp": "0.old"})
        assert (answer.status_code, Evidence.objects.count()) == (409, 0)

    def test_removed_while_unsent_and_once(self, firm, published):
        client = enter(firm.lin)
        send(client, published, text="x")
        address = reverse("evidence_remove", args=[Evidence.objects.get().public_id])
        assert client.get(address).status_code == 405
        assert client.post(address, {"reason-disputes": "留着"}).status_code == 302
        assert not Evidence.objects.exists()
        assert client.post(address).status_code == 404
        assert "留着" in client.get(reverse("card_object", args=[published.public_id])).content.decode()


class TestSent:
    @pytest.fixture
    def sent(self, firm, published):
        """Evidence on two lines, of which one is objected to."""
        client = enter(firm.lin)
        send(client, published, files=[("报修.png", picture())])
        send(client, published, "follow_up", text="没有提出来")
        workflow.take("object", published, by=user(firm.lin), at=november(6), objections={"disputes": "物流"})
        return Evidence.objects.get()

    def test_it_goes_with_its_line_and_the_rest_is_forgotten(self, firm, sent):
        assert (sent.line, sent.objection) == ("disputes", Objection.objects.get())
        assert enter(firm.lin).post(reverse("evidence_remove", args=[sent.public_id])).status_code == 409
        assert Evidence.objects.exists()

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("lin", 200),
            ("wang", 200),
            ("zhao", 200),
            ("qian", 200),
            ("sun", 200),
            ("chen", 404),
            ("zhou", 404),
        ],
    )
    def test_who_sees_the_card_sees_it(self, firm, sent, who, status):
        assert enter(getattr(firm, who)).get(reverse("evidence", args=[sent.public_id])).status_code == status

    def test_served_so_that_no_browser_runs_or_keeps_it(self, firm, sent):
        answer = enter(firm.zhao).get(reverse("evidence", args=[sent.public_id]))
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in answer["Cache-Control"]
        assert answer.content[:4] == b"\x89PNG"

    def test_with_a_card_sent_back_it_is_hidden_from_its_agent_as_the_card_is(self, firm, published, sent):
        workflow.take("ask_return", published, by=user(firm.sun), at=november(6), note="重算")
        workflow.take("return", published, by=user(firm.qian), at=november(6), note="")
        assert enter(firm.lin).get(reverse("evidence", args=[sent.public_id])).status_code == 404
        assert enter(firm.wang).get(reverse("evidence", args=[sent.public_id])).status_code == 200


@pytest.mark.parametrize("who", ["wang", "zhao", "qian", "sun", "chen", "zhou"])
def test_unsent_evidence_is_its_owners_alone(firm, published, who):
    send(enter(firm.lin), published, text="x")
    made = Evidence.objects.get()
    stranger = enter(getattr(firm, who))
    assert stranger.get(reverse("evidence", args=[made.public_id])).status_code == 404
    assert stranger.post(reverse("evidence_remove", args=[made.public_id])).status_code == 404
    assert stranger.get(reverse("evidence", args=[uuid.uuid4()])).status_code == 404
    assert Evidence.objects.exists()


def test_confirming_forgets_what_was_not_sent(firm, published):
    client = enter(firm.lin)
    send(client, published, text="x")
    client.post(reverse("card_act", args=[published.public_id, "confirm"]), {"stamp": published.stamp})
    assert not Evidence.objects.exists()
