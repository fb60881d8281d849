"""Imports and samples under attack: other people's uploads, forged forms, confirmations sent twice or too late.

The names are those of the list of attacks (IMP-02, IMP-03, IMP-04, IMP-20).
"""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest

from reviews.models import AgentFigures, ImportBatch, ImportProfile, ProfileColumn
from reviews.services import profiles
from staff import jobs
from staff.models import User
from tests import factories
from tests.reviews.figures.sheets import RESULTS, result, xlsx
from tests.reviews.profiles.door import MEANINGS, SHEET, URL, mapping, row, save, stage, tried, uploaded

pytestmark = pytest.mark.django_db
IMPORT = "/admin/reviews/importbatch/"


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def shop(company):
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    return found


@pytest.fixture
def as_hr(client, company):
    def login(staff_no, unit=None):
        person = factories.person("韩雪", staff_no=staff_no)
        factories.role(person, "hr", unit or company)
        client.force_login(User.objects.get(person=person))
        return client

    return login


@pytest.fixture
def hr(as_hr):
    return as_hr("0009")


@pytest.fixture
def sheet(tmp_path):
    return xlsx(tmp_path / "自建日报_20261001.xlsx", SHEET, row())


def upload(client, shop, *paths):
    client.post(f"{IMPORT}upload/", {"shop": shop.pk, "uploads": [uploaded(path) for path in paths]})
    batch = ImportBatch.objects.latest("pk")
    jobs.work(batch.job_id)
    batch.refresh_from_db()
    return batch


class TestOthers:
    """IMP-02: what another person staged does not exist."""

    def test_IMP_02_a_sample_of_another_user_is_the_same_404_as_none(self, hr, as_hr, sheet):
        address = stage(hr, sheet)
        _page, digest = tried(hr, address)
        stranger = as_hr("0010")
        nothing = f"{URL}map/{uuid4()}/"
        data = mapping(act="save", name="x", tried=digest)
        for path in (address, nothing):
            assert stranger.get(path).status_code == 404
            assert stranger.post(path, data).status_code == 404
        assert stranger.get(address).content[-500:] == stranger.get(nothing).content[-500:]
        assert not ImportProfile.objects.exists()

    @pytest.mark.parametrize("name", ["../../etc/passwd", "tmp", "..%2f..%2fx", "00000000", "' OR 1=1"])
    def test_IMP_02_a_name_that_is_none_is_a_404(self, hr, name):
        assert hr.get(f"{URL}map/{name}/", follow=True).status_code == 404

    def test_IMP_02_a_file_of_another_branch_is_neither_sample_nor_read(
        self, hr, as_hr, company, shop, sheet
    ):
        batch = upload(hr, shop, sheet)
        file = batch.files.get()
        save(hr, stage(hr, sheet))
        elsewhere = factories.unit("B2", parent=company, shop=factories.shop("别家"), kind="branch")
        stranger = as_hr("0010", elsewhere)
        own = upload(stranger, elsewhere.shop, xlsx(sheet.parent / "x.xlsx", ["甲", "乙"], [1, 2]))
        for path in (
            f"{URL}sample/{batch.pk}/{file.pk}/",
            f"{URL}choose/{batch.pk}/{file.pk}/",
            f"{URL}sample/{own.pk}/{file.pk}/",
            f"{URL}choose/{own.pk}/{file.pk}/",
            f"{URL}sample/{batch.pk}/999999/",
            f"{URL}sample/999999/{file.pk}/",
        ):
            assert stranger.post(path, {"profile": ImportProfile.objects.get().pk}).status_code == 404, path
        batch.refresh_from_db()
        assert batch.state == "faulty"

    def test_IMP_02_a_corrected_file_goes_into_no_other_batch(self, hr, shop, sheet, tmp_path):
        first = upload(hr, shop, sheet)
        other = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
        file = first.files.get()
        hr.post(f"{IMPORT}{other.pk}/swap/", {"file": file.pk, "upload": uploaded(sheet)})
        other.refresh_from_db()
        assert (other.state, other.files.get().name) == ("staged", "客服业绩_20261001.xlsx")


class TestForged:
    """IMP-03: forms that no page drew."""

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "people"},
            {"kind": "99"},
            {"sheet": "9"},
            {"sheet": "-1"},
            {"sheet": "１"},
            {"sheet": ""},
            {"row": "3"},
            {"row": "99999999999999999999"},
            {"row": ""},
            {"encoding": "latin-1"},
            {"encoding": "../x"},
            {"meaning-0": "password"},
            {"meaning-1": "person_id"},
            {"meaning-2": "visitors"},
            {"unit-0": "99"},
            {"unit-0": "clock"},
        ],
        ids=str,
    )
    def test_IMP_03_a_forged_mapping_is_a_400(self, hr, sheet, change):
        address = stage(hr, sheet)
        for act in ("try", "save"):
            assert hr.post(address, mapping(act=act, name="x") | change).status_code == 400, act
        assert not ImportProfile.objects.exists()

    @pytest.mark.parametrize(
        "query", ["kind=x", "sheet=7", "sheet=x", "encoding=x", "row=abc", "row=99", "row=-1", "sheet=１"]
    )
    def test_IMP_03_a_forged_address_is_no_error_of_the_server(self, hr, sheet, query):
        assert hr.get(f"{stage(hr, sheet)}?{query}").status_code in (200, 400)

    def test_IMP_03_a_save_sent_twice_makes_one_profile(self, hr, sheet):
        address = stage(hr, sheet)
        _page, digest = tried(hr, address)
        data = mapping(act="save", name="自建日报", tried=digest)
        assert hr.post(address, data).status_code == 302
        assert hr.post(address, data).status_code == 404
        assert hr.post(address, data | {"name": "另一个"}).status_code == 404
        assert ImportProfile.objects.count() == 1

    def test_IMP_03_a_sample_lives_an_hour(self, hr, sheet, monkeypatch):
        address = stage(hr, sheet)
        _page, digest = tried(hr, address)
        now = time.time()
        monkeypatch.setattr(
            "django.core.cache.backends.locmem.time.time", lambda: now + profiles.STAGED_FOR - 60
        )
        assert hr.get(address).status_code == 200
        monkeypatch.setattr(
            "django.core.cache.backends.locmem.time.time", lambda: now + profiles.STAGED_FOR + 60
        )
        answer = hr.post(address, mapping(act="save", name="x", tried=digest))
        assert answer.status_code == 404
        assert not ImportProfile.objects.exists()

    @pytest.mark.parametrize("based_on", ["999999", "x", "-1", "１", "9" * 30])
    def test_IMP_03_a_sample_for_a_profile_that_is_not_there(self, hr, sheet, based_on):
        answer = hr.post(f"{URL}sample/", {"sample": uploaded(sheet), "edits": based_on})
        assert answer.status_code in (302, 404)

    def test_IMP_03_an_import_confirmed_or_undone_twice_has_one_effect(self, hr, shop, tmp_path):
        batch = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
        for _again in range(2):
            hr.post(f"{IMPORT}{batch.pk}/apply/")
        applied = ImportBatch.objects.get(pk=batch.pk).applied_at
        assert AgentFigures.objects.filter(current=True).count() == 1
        hr.post(f"{IMPORT}{batch.pk}/apply/")
        assert ImportBatch.objects.get(pk=batch.pk).applied_at == applied
        for _again in range(2):
            hr.post(f"{IMPORT}{batch.pk}/undo/")
        assert ImportBatch.objects.get(pk=batch.pk).state == "undone"
        hr.post(f"{IMPORT}{batch.pk}/apply/")
        assert not AgentFigures.objects.filter(current=True).exists()

    @pytest.mark.parametrize(
        ("step", "data"),
        [
            ("answer", {"overlap": "99"}),
            ("answer", {"first": "gestern"}),
            ("answer", {"first": "2026-10-31", "last": "2026-10-01"}),
            ("leave", {"name": "../../x"}),
            ("swap", {"file": "99"}),
            ("swap", {"file": "1;DROP TABLE"}),
        ],
        ids=str,
    )
    def test_IMP_03_forged_answers_change_nothing(self, hr, shop, tmp_path, step, data):
        batch = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
        assert hr.post(f"{IMPORT}{batch.pk}/{step}/", data).status_code in (302, 400, 404)
        batch.refresh_from_db()
        if batch.state == "reading":
            jobs.work(batch.job_id)
            batch.refresh_from_db()
        assert (batch.state, batch.files.get().new, batch.files.get().left_out) == ("staged", 1, False)


class TestChangedBetween:
    """IMP-04: what goes in is what was shown, or nothing does."""

    def test_IMP_04_figures_that_changed_since_the_preview_are_refused(self, hr, shop, tmp_path):
        name = "客服业绩_20261001.xlsx"
        shown = upload(hr, shop, xlsx(tmp_path / name, RESULTS, result(询单人数=50)))
        other = upload(hr, shop, xlsx(tmp_path / name, RESULTS, result(询单人数=60)))
        hr.post(f"{IMPORT}{other.pk}/apply/")
        page = hr.post(f"{IMPORT}{shown.pk}/apply/", follow=True).content.decode()
        assert "预览之后数据有变化" in page or "bg-red" in page
        assert [row.inquiries for row in AgentFigures.objects.filter(current=True)] == [60]
        assert ImportBatch.objects.get(pk=shown.pk).state == "staged"

    def test_IMP_04_a_profile_that_reads_otherwise_since_the_preview_is_refused(self, hr, shop, sheet):
        save(hr, stage(hr, sheet))
        batch = upload(hr, shop, sheet)
        assert batch.state == "staged"
        ProfileColumn.objects.filter(meaning="receptions").update(meaning="consulted")
        hr.post(f"{IMPORT}{batch.pk}/apply/")
        batch.refresh_from_db()
        assert batch.state == "staged"
        assert not AgentFigures.objects.filter(current=True).exists()

    def test_IMP_04_a_preview_with_errors_is_not_confirmed(self, hr, shop, tmp_path):
        batch = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result(询单人数=-1)))
        hr.post(f"{IMPORT}{batch.pk}/apply/")
        batch.refresh_from_db()
        assert batch.state == "faulty"
        assert not AgentFigures.objects.exists()

    def test_IMP_04_a_name_taken_since_the_look_is_refused_and_the_sample_stays(self, hr, sheet):
        address = stage(hr, sheet)
        _page, digest = tried(hr, address)
        ImportProfile.objects.create(name="自建日报")
        answer = hr.post(address, mapping(act="save", name="自建日报", tried=digest))
        assert answer.status_code == 200
        assert ImportProfile.objects.count() == 1
        assert hr.post(address, mapping(act="save", name="日报乙", tried=digest)).status_code == 302

    def test_IMP_04_a_mapping_other_than_the_one_looked_at_is_shown_first(self, hr, sheet):
        address = stage(hr, sheet)
        _page, digest = tried(hr, address)
        other = mapping(("account", "consulted", *MEANINGS[2:]), act="save", name="x", tried=digest)
        page = hr.post(address, other).content.decode()
        assert not ImportProfile.objects.exists()
        again = re.search(r'name="tried" value="(\w+)"', page)[1]
        assert hr.post(address, other | {"tried": again}).status_code == 302

    def test_IMP_04_a_batch_that_was_given_up_lends_no_file(self, hr, shop, sheet):
        batch = upload(hr, shop, sheet)
        file = batch.files.get()
        address = hr.post(f"{URL}sample/{batch.pk}/{file.pk}/").url
        hr.post(f"{IMPORT}{batch.pk}/discard/")
        back = hr.post(f"{URL}sample/{batch.pk}/{file.pk}/")
        assert back.url == f"{IMPORT}{batch.pk}/change/"
        answer = save(hr, address)  # the profile is saved; the batch stays given up
        assert answer.status_code == 302
        batch.refresh_from_db()
        assert batch.state == "discarded"


class TestUploads:
    """IMP-20: the upload of a sample itself."""

    @pytest.mark.parametrize(
        "content",
        [b"", b"PK\x03\x04xx", b"\xd0\xcf\x11\xe0" + b"x" * 99, b"%PDF-1.7", b"<html>", b"\x00\x01", b"\n"],
    )
    def test_IMP_20_what_cannot_be_read_is_refused_in_words(self, hr, tmp_path, content):
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        answer = stage(hr, path)
        assert answer.status_code == 302
        assert "bg-red" in hr.get(answer.url).content.decode()

    def test_IMP_20_no_file_or_one_too_large(self, hr, sheet, monkeypatch):
        assert "请选择文件" in hr.post(f"{URL}sample/", follow=True).content.decode()
        monkeypatch.setattr(profiles, "MAX_BYTES", 100)
        assert "bg-red" in hr.post(f"{URL}sample/", {"sample": uploaded(sheet)}, follow=True).content.decode()

    def test_XSS_11_markup_in_a_sample_stays_text(self, hr, tmp_path):
        nasty = '<img src=x onerror="alert(1)">'
        path = xlsx(tmp_path / "a.xlsx", (nasty, "接待数", "成交额"), [nasty, 1, nasty], sheet="<b>x")
        address = stage(hr, path)
        columns = {"meanings": ("account", "receptions", "sales"), "units": ("text", "count", "money")}
        page, _digest = tried(hr, address, **columns)
        assert nasty not in page
        assert "&lt;img src=x" in page
        save(hr, address, name="<b>坏名</b>", **columns)
        page = hr.get(URL).content.decode()
        assert "<b>坏名" not in page

    def test_acts_are_posts(self, hr, sheet):
        save(hr, stage(hr, sheet))
        for path in ("sample/", "sample/1/1/", "choose/1/1/", "1/rename/", "1/retire/", "1/activate/"):
            assert hr.get(f"{URL}{path}").status_code == 405, path
