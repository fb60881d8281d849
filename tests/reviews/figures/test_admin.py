"""HR's import page, the queue of accounts and the grid of targets, as a browser uses them."""

from datetime import date

import pytest

from reviews.figures import counting
from reviews.models import AgentFigures, ImportBatch, Target
from staff import jobs
from staff.models import PlatformAccount, User
from tests import factories
from tests.reviews.figures.pages import LIST, act, again, file_of, page, upload
from tests.reviews.figures.sheets import RESULTS, SERVICE, result, service, xlsx

pytestmark = pytest.mark.django_db
ACTS = ("apply", "undo", "discard", "answer", "swap", "again", "undomodes")


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def shop(company):
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    return found


@pytest.fixture
def login(client, company):
    def as_role(role, unit=company, staff_no="0009"):
        person = factories.person("韩雪", staff_no=staff_no)
        if role:
            factories.role(person, role, unit)
        client.force_login(User.objects.get(person=person))
        return client

    return as_role


@pytest.fixture
def hr(login):
    return login("hr")


def test_files_are_read_shown_applied_and_undone(hr, shop, tmp_path):
    batch, answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    assert answer.url == f"{LIST}{batch.pk}/change/"
    shown = page(hr, batch)
    assert "现在还没有写入任何数据" in shown
    assert "千牛 客服业绩" in shown
    assert "示例旗舰店:小雅" in shown
    assert not AgentFigures.objects.filter(current=True).exists()
    assert "文件已全部入库" in act(hr, batch, "apply")
    assert AgentFigures.objects.filter(current=True).count() == 1
    assert "批次已撤销" in act(hr, batch, "undo")
    assert not AgentFigures.objects.filter(current=True).exists()
    assert "已撤销" in hr.get(LIST).content.decode()


def test_while_files_are_read_the_page_shows_the_bar(hr, shop, tmp_path):
    path = xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result())
    answer = hr.post(f"{LIST}upload/", {"shop": shop.pk, "uploads": [file_of(path)]})
    assert "读取导入文件" in hr.get(answer.url).content.decode()


def test_a_faulty_cell_is_shown_in_a_cut_and_a_corrected_file_takes_its_place(hr, shop, tmp_path):
    bad = xlsx(tmp_path / "客服数据_20261001.xlsx", SERVICE, service(), service("b", 接待人数=-28))
    batch, _answer = upload(hr, shop, bad)
    shown = page(hr, batch)
    assert '<td class="is-bad">-28</td>' in shown
    assert "第 3 行“接待人数”（C3）" in shown
    assert "disabled" in shown.split("全部入库")[0].rsplit("<button", 1)[1]
    assert "没有入库" not in act(hr, batch, "apply")
    assert not AgentFigures.objects.exists()
    good = xlsx(tmp_path / "客服数据_20261001.xlsx", SERVICE, service(), service("b"))
    file = batch.files.get()
    hr.post(f"{LIST}{batch.pk}/swap/", {"file": file.pk, "upload": file_of(good)})
    batch.refresh_from_db()
    jobs.work(batch.job_id)
    assert "文件已全部入库" in act(hr, batch, "apply")
    assert AgentFigures.objects.filter(current=True).count() == 2


def test_an_unknown_file_is_left_out_and_the_rest_goes_in(hr, shop, tmp_path):
    (tmp_path / "草稿.csv").write_text("a,b\n1,2\n")
    good = xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result())
    batch, _answer = upload(hr, shop, tmp_path / "草稿.csv", good)
    assert "前十行没有认识的表头" in page(hr, batch)
    file = batch.files.get(name="草稿.csv")
    again(hr, batch, leave=f"unknown-{file.pk}")
    assert "不导入这个文件" in page(hr, batch)
    assert "文件已全部入库" in act(hr, batch, "apply")


def test_days_that_no_file_says_are_asked_for(hr, shop, tmp_path):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "业绩.xlsx", RESULTS, result()))
    assert "文件没有写明日期" in page(hr, batch)
    again(hr, batch, **{f"first-{batch.files.get().pk}": "2026-10-05"})
    act(hr, batch, "apply")
    assert AgentFigures.objects.get().first_day == date(2026, 10, 5)


def test_overlapping_days_are_kept_or_replaced(hr, shop, tmp_path):
    day, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    act(hr, day, "apply")
    month, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_2026-10.xlsx", RESULTS, result()))
    assert 'value="replace"' in page(hr, month)
    again(hr, month, **{f"overlap-{month.files.get().pk}": "replace"})
    act(hr, month, "apply")
    assert AgentFigures.objects.get(current=True).last_day == date(2026, 10, 31)


def test_an_account_is_matched_in_the_preview_or_later_in_the_queue(hr, shop, tmp_path):
    person = factories.person("林雅", staff_no="0017")
    path = xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result("店:小雅"), result("店:客服07"))
    batch, _answer = upload(hr, shop, path)
    said = {"shop": shop.pk, "account": "店:小雅", "whose": person.pk, "starts_on": "2026-10-01"}
    act(hr, batch, "answer", **said)
    batch.refresh_from_db()
    assert batch.state == "staged"  # a match changes no row, so nothing is read again
    act(hr, batch, "apply")
    queue = hr.get(f"{LIST}accounts/").content.decode()
    assert "店:客服07" in queue
    assert "店:小雅" not in queue
    hr.post(
        f"{LIST}match/",
        {"shop": shop.pk, "account": "店:客服07", "whose": "robot", "starts_on": "2026-10-01"},
    )
    assert "所有账号都已匹配" in hr.get(f"{LIST}accounts/").content.decode()
    rows = counting.counted_agent_figures(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31))
    assert {row.person_id for row in rows} == {None, person.pk}
    assert PlatformAccount.objects.get(name="店:客服07").kind == "robot"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"shop": "x"},
        {"shop": "1", "account": "a", "whose": "999999"},
        {"shop": "1", "account": "a", "whose": "１"},
        {"shop": "1", "account": "a", "whose": "1", "starts_on": "gestern"},
        {"shop": "1" * 40, "account": "a"},
    ],
)
def test_strange_matches_change_nothing(hr, shop, data):
    if data.get("shop") == "1":
        data = {**data, "shop": shop.pk}
    answer = hr.post(f"{LIST}match/", data)
    assert answer.status_code in (200, 302, 404)
    assert not PlatformAccount.objects.filter(kind="person").exists()


@pytest.mark.parametrize(
    ("role", "status"), [("hr", 200), ("supervisor", 404), ("manager", 404), ("finance", 404), (None, 404)]
)
def test_IMP_23_only_hr_imports(login, shop, role, status):
    client = login(role)
    assert client.get(LIST).status_code == status
    posted = client.post(f"{LIST}upload/", {"shop": shop.pk})
    assert posted.status_code == (302 if status == 200 else status)
    assert not ImportBatch.objects.exists()


def test_IMP_02_hr_of_another_branch_finds_neither_shop_nor_batch(hr, login, company, shop, tmp_path):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    elsewhere = factories.unit("B2", parent=company, shop=factories.shop("别家"), kind="branch")
    stranger = login("hr", elsewhere, "0010")
    assert stranger.get(f"{LIST}{batch.pk}/change/").status_code == 404
    assert stranger.get(f"{LIST}999999/change/").status_code == 404
    for name in ACTS:
        assert stranger.post(f"{LIST}{batch.pk}/{name}/").status_code == 404, name
    for name in ("changes", "undoing", "modes", f"marked/{batch.files.get().pk}"):
        assert stranger.get(f"{LIST}{batch.pk}/{name}/").status_code == 404, name
    assert stranger.post(f"{LIST}upload/", {"batch": batch.pk}).status_code == 404
    path = tmp_path / "客服业绩_20261001.xlsx"
    stranger.post(f"{LIST}upload/", {"shop": shop.pk, "uploads": [file_of(path)]})
    assert ImportBatch.objects.count() == 1
    assert "示例旗舰店" not in stranger.get(LIST).content.decode()


@pytest.mark.parametrize("name", ACTS)
def test_acts_are_posts(hr, shop, tmp_path, name):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    assert hr.get(f"{LIST}{batch.pk}/{name}/").status_code == 405


def test_an_upload_without_files_or_with_wrong_days_is_refused_in_words(hr, shop, tmp_path):
    path = xlsx(tmp_path / "业绩.xlsx", RESULTS, result())
    for data in (
        {"shop": shop.pk},
        {"shop": 99, "uploads": [file_of(path)]},
        {"shop": shop.pk, "uploads": [file_of(path)], "first": "2026-10-05", "last": "2026-10-01"},
        {"shop": shop.pk, "uploads": [file_of(path)], "last": "2026-10-01"},
        {"shop": shop.pk, "uploads": [file_of(path)], "first": "x"},
    ):
        assert "bg-red" in hr.post(f"{LIST}upload/", data, follow=True).content.decode()
    assert not ImportBatch.objects.exists()


def test_a_batch_is_given_up(hr, shop, tmp_path):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    assert "批次已放弃" in act(hr, batch, "discard")
    assert not AgentFigures.objects.exists()
    assert "没有写入任何数据" in page(hr, batch)


def test_the_list_and_the_preview_have_a_budget_of_queries(hr, shop, tmp_path, django_assert_max_num_queries):
    for day in (1, 2, 3):
        rows = [result(f"店:{number}") for number in range(40)]
        batch, _answer = upload(hr, shop, xlsx(tmp_path / f"客服业绩_2026100{day}.xlsx", RESULTS, *rows))
    with django_assert_max_num_queries(30):
        hr.get(LIST)
    with django_assert_max_num_queries(30):
        page(hr, batch)


@pytest.mark.parametrize(
    "code", ["own_daily", "own_shop", "own_targets", "own_people", "own_exams", "own_shifts"]
)
def test_own_sheets_are_handed_out(hr, code):
    answer = hr.get(f"{LIST}sheet/{code}/")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert hr.get(f"{LIST}sheet/nothing/").status_code == 404


def test_a_name_that_is_markup_stays_text(hr, shop, tmp_path):
    nasty = '<img src=x onerror="alert(1)">'
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result(nasty)))
    shown = page(hr, batch)
    assert nasty not in shown
    assert "&lt;img src=x" in shown


def test_stored_rows_are_looked_at_and_never_changed(hr, shop, tmp_path):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result()))
    act(hr, batch, "apply")
    row = AgentFigures.objects.get()
    assert "示例旗舰店:小雅" in hr.get("/admin/reviews/agentfigures/").content.decode()
    shown = hr.get(f"/admin/reviews/agentfigures/{row.pk}/change/").content.decode()
    assert "千牛 客服业绩" in shown
    assert "/history/" not in shown
    assert hr.post(f"/admin/reviews/agentfigures/{row.pk}/change/", {"sales": "1"}).status_code == 403
    for model in ("shopfigures", "shopmonth", "sourceorder"):
        assert hr.get(f"/admin/reviews/{model}/").status_code == 200


class TestTargets:
    """The grid of targets."""

    URL = "/admin/reviews/target/"

    @pytest.fixture
    def team(self, company):
        return factories.unit("T1", parent=company)

    @pytest.fixture
    def agents(self, team):
        pos = factories.position()
        return [
            factories.person(name, staff_no=number, unit=team, position=pos)
            for name, number in (("林雅", "0017"), ("潘雪", "0018"))
        ]

    def test_all_that_was_typed_is_saved(self, hr, agents):
        fields = {f"sales-{agents[0].pk}": "60,000", f"featured-{agents[1].pk}": "800.5"}
        answer = hr.post(f"{self.URL}?month=2026-10", fields, follow=True)
        assert "已保存 2 个目标" in answer.content.decode()
        found = Target.objects.current().values_list("person__name", "kind", "amount")
        assert {(name, kind, str(amount)) for name, kind, amount in found} == {
            ("林雅", "sales", "60000.00"),
            ("潘雪", "featured", "800.50"),
        }
        assert "没有更改" in hr.post(f"{self.URL}?month=2026-10", fields, follow=True).content.decode()

    def test_one_wrong_cell_saves_nothing_and_keeps_what_was_typed(self, hr, agents):
        fields = {f"sales-{agents[0].pk}": "60000", f"sales-{agents[1].pk}": "-5"}
        shown = hr.post(f"{self.URL}?month=2026-10", fields).content.decode()
        assert "金额不能小于 0" in shown
        assert 'value="60000"' in shown
        assert not Target.objects.exists()

    def test_an_emptied_cell_takes_the_target_back(self, hr, agents):
        name = f"sales-{agents[0].pk}"
        hr.post(f"{self.URL}?month=2026-10", {name: "60000"})
        hr.post(f"{self.URL}?month=2026-10", {name: ""})
        assert [row.amount for row in Target.objects.current()] == [None]

    def test_a_manager_reads_and_an_agent_does_not(self, login, agents, team):
        manager = login("manager", team)
        assert "林雅" in manager.get(f"{self.URL}?month=2026-10").content.decode()
        posted = manager.post(f"{self.URL}?month=2026-10", {f"sales-{agents[0].pk}": "1"})
        assert posted.status_code == 403
        assert not Target.objects.exists()

    def test_people_of_another_branch_are_neither_shown_nor_set(self, login, company, agents):
        elsewhere = factories.unit("B2", parent=company)
        stranger = login("hr", elsewhere, "0010")
        assert "林雅" not in stranger.get(f"{self.URL}?month=2026-10").content.decode()
        stranger.post(f"{self.URL}?month=2026-10", {f"sales-{agents[0].pk}": "1"})
        assert not Target.objects.exists()

    @pytest.mark.parametrize(
        "query", ["month=x", "month=2026-13", "unit=nothing", "month=0000-01", "month=9999-12"]
    )
    def test_strange_addresses_are_no_error(self, hr, agents, query):
        assert hr.get(f"{self.URL}?{query}").status_code == 200
