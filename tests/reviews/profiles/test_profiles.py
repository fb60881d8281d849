"""Import profiles: a sheet that no shipped format knows is mapped once and recognised from then on."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from reviews.figures import applying, counting
from reviews.figures.counting import Order
from reviews.figures.formats import AGENT_SOURCES
from reviews.models import AgentFigures, ImportBatch, ImportProfile, ShopFigures, Snapshot
from staff import jobs
from tests import factories
from tests.reviews.figures.sheets import RESULTS, result, text, xlsx
from tests.reviews.profiles.door import (
    MEANINGS,
    SHEET,
    UNITS,
    URL,
    mapping,
    row,
    save,
    stage,
    tried,
    uploaded,
)

pytestmark = pytest.mark.django_db
IMPORT = "/admin/reviews/importbatch/"


def upload(client, shop, *paths):
    client.post(f"{IMPORT}upload/", {"shop": shop.pk, "uploads": [uploaded(p) for p in paths]})
    return read(ImportBatch.objects.latest("pk"))


def read(batch):
    batch.refresh_from_db()
    if batch.state == "reading":
        jobs.work(batch.job_id)
        batch.refresh_from_db()
    return batch


def preview(client, batch):
    return client.get(reverse("admin:reviews_importbatch_change", args=[batch.pk])).content.decode()


@pytest.fixture
def profile(hr, sheet):
    save(hr, stage(hr, sheet))
    return ImportProfile.objects.get()


def test_a_sample_is_shown_mapped_tried_saved_and_recognised_the_next_time(hr, shop, sheet):
    address = stage(hr, sheet)
    shown = hr.get(address).content.decode()
    assert '<option value="account" selected>' in shown  # guessed from the header
    assert "<th>C</th>" in shown
    page, _digest = tried(hr, address)
    assert "2,637.68" in page
    assert "97.08%" in page
    assert "汇总行" in page or "is-skipped" in page
    answer = save(hr, address)
    profile = ImportProfile.objects.get()
    assert answer.url == f"{URL}{profile.pk}/change/"
    batch = upload(hr, shop, sheet)
    assert (batch.state, batch.files.get().format) == ("staged", f"profile_{profile.pk}")
    assert "自建日报" in preview(hr, batch)
    hr.post(f"{IMPORT}{batch.pk}/apply/")
    found = {
        r.account_name: (r.receptions, str(r.sales), r.source)
        for r in AgentFigures.objects.filter(current=True)
    }
    assert found == {
        "店:小雅": (139, "2637.68", profile.code),
        "店:小潘": (88, "1200.00", profile.code),
    }
    listed = hr.get(URL).content.decode()
    assert "自建日报" in listed
    assert "自建日报" in hr.get("/admin/reviews/agentfigures/").content.decode()


def test_the_command_reads_a_profile_and_the_export_names_it(profile, shop, sheet):
    out = StringIO()
    call_command("import_figures", str(sheet), "--shop", shop.name, "--json", stdout=out)
    assert json.loads(out.getvalue())["files"][0]["format"] == "自建日报"
    out = StringIO()
    call_command("export_figures", "--shop", shop.name, "--month", "2026-10", stdout=out)
    assert {one["source"] for one in json.loads(out.getvalue())} == {"自建日报"}


@pytest.mark.parametrize(
    ("meanings", "units", "said"),
    [
        pytest.param(("", *MEANINGS[1:]), UNITS, "没有一列说明这一行是谁的", id="nobody's"),
        pytest.param((*MEANINGS[:3], "sales", "", ""), UNITS, "只能有一列", id="a field twice"),
        pytest.param(MEANINGS, ("text", "money", *UNITS[2:]), "应按", id="a count read as money"),
        pytest.param(("account", *[""] * 5), UNITS, "没有一列填写数据", id="no figure"),
        pytest.param(("account", "last_day", "sales", "", "", ""), UNITS, "没有起始日", id="last day only"),
    ],
)
def test_a_mapping_that_cannot_be_right_is_refused_in_words(hr, sheet, meanings, units, said):
    address = stage(hr, sheet)
    page, _digest = tried(hr, address, meanings=meanings, units=units)
    assert said in page
    assert save(hr, address, meanings=meanings, units=units).status_code == 200
    assert not ImportProfile.objects.exists()


def test_a_shops_sheet_needs_a_day_and_is_stored_as_the_shops(hr, shop, tmp_path):
    path = xlsx(tmp_path / "店.xlsx", ("日子", "来客", "成交"), ["2026-10-01", 900, "12.50"])
    address = stage(hr, path)
    as_shop = {
        "kind": "shop_figures",
        "meanings": ("", "visitors", "sales"),
        "units": ("day", "count", "money"),
    }
    page, _digest = tried(hr, address, **as_shop)
    assert "店铺数据需要日期列" in page
    save(hr, address, **as_shop | {"meanings": ("day", "visitors", "sales")})
    batch = upload(hr, shop, path)
    hr.post(f"{IMPORT}{batch.pk}/apply/")
    assert (ShopFigures.objects.get().visitors, str(ShopFigures.objects.get().sales)) == (900, "12.50")


def test_faults_are_shown_by_cell_before_anything_is_saved(hr, tmp_path):
    path = xlsx(tmp_path / "a.xlsx", SHEET, row(receptions=-3), row("店:小潘", sales="#N/A"), row("店:小雅"))
    page, _digest = tried(hr, stage(hr, path))
    assert "第 2 行“接待数”（B2）" in page
    assert "第 3 行“成交额”（C3）" in page
    assert "第 2 行" in page


@pytest.mark.parametrize("name", ["", "x" * 61, "自建日报 ", "自建日报", "千牛 客服业绩", "a\u202eb"])
def test_names_that_are_empty_taken_or_unprintable_are_refused(profile, hr, tmp_path, name):
    other = xlsx(tmp_path / "b.xlsx", ("账号甲", "接待乙", "丙", "丁", "戊", "己"), row())
    answer = save(hr, stage(hr, other), name=name)
    assert (answer.status_code, ImportProfile.objects.count()) == (200, 1)


def test_headers_of_a_shipped_format_or_of_another_profile_are_refused(profile, hr, sheet, tmp_path):
    page, _digest = tried(hr, stage(hr, sheet))
    assert "表头完全相同" in page
    shipped = xlsx(tmp_path / "b.xlsx", RESULTS, result())
    page = hr.get(stage(hr, shipped)).content.decode()
    assert "已经能按“千牛 客服业绩”读取" in page


def test_a_header_that_stands_twice_cannot_be_mapped(hr, tmp_path):
    path = xlsx(tmp_path / "b.xlsx", ("账号甲", "接待数", "接待数"), ["a", 1, 2])
    page, _digest = tried(hr, stage(hr, path), meanings=("account", "receptions", ""), units=UNITS[:3])
    assert "不止一次" in page


def test_what_was_not_looked_at_is_not_saved(hr, sheet):
    address = stage(hr, sheet)
    _page, digest = tried(hr, address)
    swapped = mapping(
        meanings=("account", "sales", "receptions", "", "", ""), act="save", name="x", tried=digest
    )
    assert "请先看一下" in hr.post(address, swapped).content.decode()
    assert not ImportProfile.objects.exists()


class TestEncoding:
    """An ASCII header shows no encoding: the form asks, and the file is read as it was said."""

    HEAD = ("agent", "receptions", "sales")

    def path(self, folder, encoding="gb18030"):
        return text(folder / "day_20261001.csv", self.HEAD, ["店:小雅", 139, "1.50"], encoding=encoding)

    def saved(self, hr, folder, encoding):
        columns = {"meanings": ("account", "receptions", "sales"), "units": UNITS[:3]}
        return save(hr, stage(hr, self.path(folder)), encoding=encoding, **columns)

    def test_it_is_asked_for(self, hr, tmp_path):
        assert "请选择编码" in self.saved(hr, tmp_path, "").content.decode()
        assert not ImportProfile.objects.exists()
        self.saved(hr, tmp_path, "gb18030")
        assert ImportProfile.objects.get().encoding == "gb18030"

    def test_a_sample_in_another_one_is_refused(self, hr, tmp_path):
        assert "样本不是所选的编码" in self.saved(hr, tmp_path, "utf-8").content.decode()
        assert not ImportProfile.objects.exists()

    def test_a_mark_tells_it_and_nobody_is_asked(self, hr, shop, tmp_path):
        path = self.path(tmp_path, "utf-8-sig")
        columns = {"meanings": ("account", "receptions", "sales"), "units": UNITS[:3]}
        assert save(hr, stage(hr, path), **columns).status_code == 302
        assert upload(hr, shop, path).state == "staged"

    def test_files_are_read_in_it(self, hr, shop, tmp_path):
        self.saved(hr, tmp_path, "gb18030")
        batch = upload(hr, shop, self.path(tmp_path))
        assert (batch.state, batch.files.get().encoding) == ("staged", "gb18030")

    def test_what_only_gb18030_decodes_is_refused_where_another_was_said(self, hr, shop, tmp_path):
        self.saved(hr, tmp_path, "gb18030")
        ImportProfile.objects.update(encoding="utf-8")
        batch = upload(hr, shop, self.path(tmp_path))
        assert batch.files.get().issues.get(severity="error").code == "encoding_unsure"

    def test_a_short_text_that_is_both_is_read_as_said(self, hr, shop, tmp_path):
        self.saved(hr, tmp_path, "gb18030")
        path = tmp_path / "day_20261001.csv"
        path.write_bytes(b"agent,receptions,sales\r\n" + "联通".encode("gbk") + b",1,2\r\n")
        batch = upload(hr, shop, path)
        assert list(AgentFigures.objects.filter(batch=batch).values_list("account_name", flat=True)) == [
            "联通"
        ]


class TestUnknownFile:
    """A file of an import that nobody knows."""

    def test_it_is_mapped_from_the_preview_and_the_batch_is_read_again(self, hr, shop, sheet):
        batch = upload(hr, shop, sheet)
        file = batch.files.get()
        assert "设定这张表的列" in preview(hr, batch)
        answer = hr.post(f"{URL}sample/{batch.pk}/{file.pk}/")
        back = save(hr, answer.url)
        assert back.url == f"{IMPORT}{batch.pk}/change/"
        assert read(batch).state == "staged"

    def test_a_retired_profile_is_chosen_by_hand(self, profile, hr, shop, sheet):
        hr.post(f"{URL}{profile.pk}/retire/")
        batch = upload(hr, shop, sheet)
        assert batch.files.get().format == ""
        assert "自建日报（已停用）" in "".join(preview(hr, batch).split())
        hr.post(f"{URL}choose/{batch.pk}/{batch.files.get().pk}/", {"profile": profile.pk})
        assert read(batch).state == "staged"

    def test_of_two_profiles_that_fit_alike_none_is_guessed(self, hr, shop, tmp_path):
        for name, third in (("甲", "成交额"), ("乙", "退款额")):
            path = xlsx(tmp_path / f"{name}.xlsx", ("子号", "接待数", third), ["店:小雅", 1, 2])
            meanings = ("account", "receptions", "sales" if name == "甲" else "refund_amount")
            save(hr, stage(hr, path), name=name, meanings=meanings, units=("text", "count", "money"))
        both = xlsx(
            tmp_path / "x_20261001.xlsx", ("子号", "接待数", "成交额", "退款额"), ["店:小雅", 1, 2, 1]
        )
        batch = upload(hr, shop, both)
        assert batch.files.get().issues.get(severity="error").code == "several_profiles"
        shown = preview(hr, batch)
        assert "甲、乙" in shown
        chosen = ImportProfile.objects.get(name="乙")
        hr.post(f"{URL}choose/{batch.pk}/{batch.files.get().pk}/", {"profile": chosen.pk})
        assert read(batch).files.get().format == chosen.code


def test_columns_of_a_used_profile_stay_and_a_new_one_is_made_from_it(profile, hr, shop, sheet):
    page = hr.get(f"{URL}{profile.pk}/change/").content.decode()
    assert "用样本修改列" in page
    address = stage(hr, sheet, edits=profile.pk)
    batch = upload(hr, shop, sheet)
    hr.post(f"{IMPORT}{batch.pk}/apply/")
    page = hr.get(f"{URL}{profile.pk}/change/").content.decode()
    assert "用样本修改列" not in page
    answer = save(hr, address, meanings=(*MEANINGS[:2], "", *MEANINGS[3:]))
    assert "据此新建" in answer.content.decode()
    assert profile.columns.get(header="成交额").meaning == "sales"
    hr.post(f"{URL}{profile.pk}/retire/")
    save(
        hr,
        stage(hr, sheet, based_on=profile.pk),
        name="自建日报 2",
        meanings=(*MEANINGS[:2], "", *MEANINGS[3:]),
    )
    assert set(ImportProfile.objects.filter(active=True).values_list("name", flat=True)) == {"自建日报 2"}
    hr.post(f"{URL}{profile.pk}/activate/")
    profile.refresh_from_db()
    assert not profile.active  # the new one has the same headers


def test_unused_columns_are_changed_with_a_sample(profile, hr, sheet):
    address = stage(hr, sheet, edits=profile.pk)
    shown = hr.get(address).content.decode()
    assert "“自建日报”的列" in shown
    save(hr, address, name="日报甲", meanings=(*MEANINGS[:5], ""), units=UNITS)
    profile.refresh_from_db()
    assert profile.name == "日报甲"
    hr.post(f"{URL}{profile.pk}/rename/", {"name": "日报乙", "encoding": "utf-8"})
    profile.refresh_from_db()
    assert (profile.name, profile.encoding) == ("日报乙", "utf-8")


def test_profiles_stand_after_computed_and_before_the_own_template(profile, shop):
    places = Order([shop.pk], AGENT_SOURCES).places(shop.pk, counting.date(2026, 10, 1), "sales")
    assert places["computed"] < places[profile.code] < places["own"]
    assert places["pinduoduo"] < places[profile.code]


@pytest.mark.parametrize(
    ("role", "status"), [("hr", 200), ("supervisor", 404), ("finance", 404), (None, 404)]
)
def test_only_hr_maps_sheets(login, sheet, role, status):
    client = login(role)
    assert client.get(URL).status_code == status
    posted = client.post(f"{URL}sample/", {"sample": uploaded(sheet)})
    assert posted.status_code == (302 if status == 200 else status)


def test_hr_of_a_branch_changes_its_own_profiles_and_not_the_companys(profile, login, company):
    branch = login("hr", factories.unit("B2", parent=company, kind="branch"), "0010")
    assert branch.get(f"{URL}{profile.pk}/change/").status_code == 200
    for name in ("rename", "retire", "activate"):
        assert branch.post(f"{URL}{profile.pk}/{name}/", {"name": "x"}).status_code == 403, name
        assert branch.post(f"{URL}999/{name}/").status_code == 404, name
        assert branch.get(f"{URL}{profile.pk}/{name}/").status_code == 405, name
    ImportProfile.objects.update(made_by=branch.session["_auth_user_id"])
    branch.post(f"{URL}{profile.pk}/retire/")
    profile.refresh_from_db()
    assert not profile.active


@pytest.mark.parametrize("many", [3, 30])
def test_the_lists_have_a_budget_of_queries(hr, shop, many, django_assert_max_num_queries):
    for number in range(many):
        ImportProfile.objects.create(name=f"方案 {number}")
    with django_assert_max_num_queries(25):
        hr.get(URL)
    with django_assert_max_num_queries(25):
        hr.get("/admin/reviews/agentfigures/")


def test_a_profiles_sheet_of_a_running_day_stands_beside_the_day(hr, shop, profile, tmp_path):
    batch = upload(hr, shop, xlsx(tmp_path / "自建日报_20261111_1030.xlsx", SHEET, row()))
    applying.apply(batch, by=None, at=timezone.now())
    snapshot = Snapshot.objects.get(current=True)
    assert (snapshot.source, f"{timezone.localtime(snapshot.taken_at):%H:%M}") == (profile.code, "10:30")
    assert not AgentFigures.objects.exists()
