"""The import page: what is decided file by file, accounts in one go, uploads in parts, the history, undoing."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from reviews.figures import applying, counting, history, importing
from reviews.figures.importing import Asked, Upload
from reviews.models import AgentFigures, ImportBatch, ImportIssue, Snapshot
from reviews.services import figures
from staff import jobs
from staff.models import AccountHolder, Job, PlatformAccount, User
from tests import factories
from tests.reviews import scored
from tests.reviews.figures.pages import LIST, act, again, file_of, page, upload
from tests.reviews.figures.sheets import RESULTS, SERVICE, result, service, xlsx

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def shop(company):
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    return found


@pytest.fixture
def hr(client, company):
    person = factories.person("韩雪", staff_no="0009")
    factories.role(person, "hr", company)
    client.force_login(User.objects.get(person=person))
    return client


def daily(folder, day, *rows):
    return xlsx(folder / f"客服业绩_202610{day:02}.xlsx", RESULTS, *(rows or [result()]))


def month(folder, name="客服业绩_2026-10.xlsx", *rows):
    return xlsx(folder / name, RESULTS, *(rows or [result()]))


def imported(shop, *paths):
    """Import files as they were imported before, without a page."""
    by = User.objects.get(person__staff_no="0009")
    batch = importing.receive([Upload(path, path.name) for path in paths], shop=shop, by=by, asked=Asked())
    importing.stage(batch)
    applying.apply(batch, by=by, at=AT)
    return batch


def in_force():
    rows = AgentFigures.objects.filter(current=True).order_by("account_name", "first_day")
    return [(row.account_name.split(":")[-1], row.first_day.day, row.last_day.day) for row in rows]


class TestFileByFile:
    """Each file has its own answer."""

    def test_one_overlapping_file_is_kept_out_and_another_takes_the_place(self, hr, shop, tmp_path):
        imported(shop, daily(tmp_path, 1, result("店:小雅"), result("店:小满")))
        batch, _answer = upload(
            hr,
            shop,
            month(tmp_path, "甲_2026-10.xlsx", result("店:小雅")),
            month(tmp_path, "乙_2026-10.xlsx", result("店:小满")),
        )
        one, other = batch.files.order_by("pk")
        again(hr, batch, **{f"overlap-{one.pk}": "keep"})
        assert batch.state == "faulty"
        again(hr, batch, **{f"overlap-{other.pk}": "replace"})
        shown = page(hr, batch)
        assert "保留已有数据，这个文件里重叠的行不导入" in shown
        assert "用这个文件的行替换重叠的数据" in shown
        act(hr, batch, "apply")
        assert in_force() == [("小满", 1, 31), ("小雅", 1, 1)]

    def test_one_answer_for_all_overlapping_files_and_it_can_be_taken_back(self, hr, shop, tmp_path):
        imported(shop, daily(tmp_path, 1, result("店:小雅"), result("店:小满")))
        paths = [month(tmp_path, f"{n}_2026-10.xlsx", result(n)) for n in ("店:小雅", "店:小满")]
        batch, _answer = upload(hr, shop, *paths)
        keys = [str(file.pk) for file in batch.files.order_by("pk")]
        again(hr, batch, **{"overlap-all": "replace", "overlap-open": keys})
        assert batch.state == "staged"
        again(hr, batch, again=keys[0])
        assert batch.state == "faulty"

    def test_nothing_is_chosen_beforehand_and_the_button_says_why_it_is_off(self, hr, shop, tmp_path):
        imported(shop, daily(tmp_path, 1))
        batch, _answer = upload(hr, shop, month(tmp_path))
        shown = page(hr, batch)
        assert " checked" not in shown
        assert "还有 1 处未处理：时段重叠" in shown
        assert "disabled" in shown.split("全部入库")[0].rsplit("<button", 1)[1]
        assert "没有选择任何答案" in again(hr, batch)

    def test_files_of_one_batch_that_overlap_are_left_out_not_replaced(self, hr, shop, tmp_path):
        batch, _answer = upload(hr, shop, daily(tmp_path, 1), month(tmp_path))
        shown = page(hr, batch)
        assert "请只导入其中一个文件" in shown
        assert 'value="replace"' not in shown
        key = batch.files.get(name="客服业绩_2026-10.xlsx").pk
        again(hr, batch, **{f"overlap-{key}": "leave"})
        act(hr, batch, "apply")
        assert in_force() == [("小雅", 1, 1)]

    def test_days_are_asked_for_each_file(self, hr, shop, tmp_path):
        paths = [xlsx(tmp_path / f"业绩{n}.xlsx", RESULTS, result()) for n in "ab"]
        paths[1].write_bytes(xlsx(tmp_path / "x.xlsx", RESULTS, result(询单人数=50)).read_bytes())
        batch, _answer = upload(hr, shop, *paths)
        one, other = batch.files.order_by("pk")
        again(hr, batch, **{f"first-{one.pk}": "2026-10-05", f"first-{other.pk}": "2026-10-06"})
        act(hr, batch, "apply")
        assert in_force() == [("小雅", 5, 5), ("小雅", 6, 6)]

    @pytest.mark.parametrize(
        "days",
        [("2026-10-05", "2026-10-01"), ("gestern", ""), ("", "2026-10-01"), ("2026-09-01", "2026-11-30")],
    )
    def test_days_that_are_none_are_refused_and_nothing_is_kept(self, hr, shop, tmp_path, days):
        batch, _answer = upload(hr, shop, xlsx(tmp_path / "业绩.xlsx", RESULTS, result()))
        key = batch.files.get().pk
        shown = again(hr, batch, **{f"first-{key}": days[0], f"last-{key}": days[1]})
        assert "bg-red" in shown
        assert batch.asked["files"] == {}

    def test_answers_that_name_nothing_change_nothing(self, hr, shop, tmp_path):
        batch, _answer = upload(hr, shop, xlsx(tmp_path / "业绩.xlsx", RESULTS, result()))
        key = batch.files.get().pk
        for said in ({"leave": f"nonsense-{key}"}, {"leave": "cells-999999"}, {f"overlap-{key}": "x"}):
            again(hr, batch, **said)
        assert batch.asked["files"] == {}


class TestModes:
    """A shop's month has one attribution mode."""

    @pytest.fixture
    def before(self, hr, shop, tmp_path):
        return imported(shop, daily(tmp_path, 1))

    @pytest.fixture
    def batch(self, hr, shop, before, tmp_path):
        return upload(hr, shop, daily(tmp_path, 2).rename(tmp_path / "下单优先判定_20261002.xlsx"))[0]

    def test_the_file_is_left_out(self, hr, batch):
        shown = page(hr, batch)
        assert "判定方式与本月已有数据不同" in shown
        again(hr, batch, **{f"mode-{batch.files.get().pk}": "leave"})
        assert "没有新数据" in page(hr, batch) or "没有新内容" in page(hr, batch)

    def test_the_batch_before_is_undone_after_it_was_said_what_that_does(self, hr, batch, before):
        answer = hr.post(f"{LIST}{batch.pk}/answer/", {f"mode-{batch.files.get().pk}": "undo"})
        assert answer.url == f"{LIST}{batch.pk}/modes/"
        before.refresh_from_db()
        assert before.state == "applied"  # nothing is undone before the question was answered
        shown = hr.get(answer.url).content.decode()
        assert f"批次 {before.pk}" in shown
        assert "1 行之前没有数据" in shown
        again_post = hr.post(f"{LIST}{batch.pk}/undomodes/", {"answer": "undo"})
        assert again_post.status_code == 302
        batch.refresh_from_db()
        jobs.work(batch.job_id)
        act(hr, batch, "apply")
        before.refresh_from_db()
        assert before.state == "undone"
        assert [row.file.mode for row in AgentFigures.objects.filter(current=True)] == ["order_first"]

    def test_a_month_whose_cards_are_submitted_is_not_turned(self, hr, batch, before, monkeypatch):
        monkeypatch.setattr("reviews.figures.applying.frozen_months", lambda *_a: {date(2026, 10, 1)})
        shown = hr.get(f"{LIST}{batch.pk}/modes/").content.decode()
        assert "2026-10" in shown
        assert "disabled" in shown
        hr.post(f"{LIST}{batch.pk}/undomodes/", {"answer": "undo"})
        before.refresh_from_db()
        assert before.state == "applied"


class TestAccounts:
    """Whose the accounts are, all answered at once."""

    @pytest.fixture
    def people(self, company):
        return [factories.person(name, staff_no=no) for name, no in (("林雅", "0017"), ("潘雪", "0018"))]

    def test_a_batch_with_errors_shows_its_accounts_too(self, hr, shop, tmp_path, people):
        bad = xlsx(
            tmp_path / "客服数据_20261001.xlsx", SERVICE, service("店:小雅"), service("b", 接待人数=-1)
        )
        batch, _answer = upload(hr, shop, bad)
        shown = page(hr, batch)
        assert "2 个账号" not in shown
        assert "1 个账号没有对应的客服" in shown
        assert "林雅" in shown
        assert "名字相近" in shown
        assert " selected" not in shown  # a suggestion is never taken for the reader

    def test_all_are_answered_in_one_request_with_the_import_itself(self, hr, shop, tmp_path, people):
        names = ("店:小雅", "店:小雪", "店:自动", "店:主")
        batch, _answer = upload(hr, shop, daily(tmp_path, 1, *(result(name) for name in names)))
        rows = {
            "shop": [shop.pk] * 4,
            "account": names,
            "whose": [people[0].pk, people[1].pk, "robot", ""],
            "starts_on": ["2026-10-01"] * 4,
        }
        assert "文件已全部入库" in act(hr, batch, "apply", **rows)
        assert AccountHolder.objects.count() == 2
        rows = counting.counted_agent_figures(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31))
        assert sum(row.person_id is not None for row in rows) == 2
        assert "店:主" in hr.get(f"{LIST}accounts/").content.decode()

    def test_one_wrong_answer_keeps_none_and_what_was_typed_stays(self, hr, shop, tmp_path, people):
        leaver = people[1]
        leaver.employments.update(left_on="2026-09-01")
        batch, _answer = upload(hr, shop, daily(tmp_path, 1, result("店:小雅"), result("店:小雪")))
        rows = {
            "shop": [shop.pk] * 2,
            "account": ["店:小雅", "店:小雪"],
            "whose": [people[0].pk, leaver.pk],
            "starts_on": ["2026-10-01"] * 2,
        }
        shown = hr.post(f"{LIST}{batch.pk}/apply/", rows).content.decode()
        assert "潘雪" in shown
        assert f'value="{people[0].pk}" selected' in shown
        assert 'aria-invalid="true"' in shown
        assert not PlatformAccount.objects.exists()
        assert not AgentFigures.objects.filter(current=True).exists()

    def test_who_had_it_before_is_suggested_first_and_why(self, hr, shop, tmp_path, people):
        account = factories.account("店:小雅", shop=shop, holder=people[1])
        account.holders.update(ends_at="2026-09-30T16:00:00Z")
        batch, _answer = upload(hr, shop, daily(tmp_path, 1, result("店:小雅")))
        shown = page(hr, batch)
        assert "潘雪 使用到 2026-09-30" in shown
        assert shown.index(f'value="{people[1].pk}"') < shown.index(f'value="{people[0].pk}"')

    def test_two_sources_of_one_day_are_not_counted_twice_at_stake(self, hr, shop, tmp_path):
        batch, _answer = upload(
            hr,
            shop,
            xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result("店:小雅", 询单最终付款金额="100.00")),
            xlsx(tmp_path / "客服数据_20261001.xlsx", SERVICE, service("店:小雅", 接待人数=139)),
        )
        note = ImportIssue.objects.get(file__batch=batch, code="unmatched")
        assert (note.params["receptions"], note.params["sales"], note.params["rows"]) == (139, "100.00", 2)

    def test_people_of_another_branch_are_not_offered_and_not_taken(
        self, hr, client, company, shop, tmp_path
    ):
        mine = factories.unit("B2", parent=company, shop=factories.shop("别家"), kind="branch")
        stranger = factories.person("林雅", staff_no="0031", unit=factories.unit("B3", parent=company))
        local = factories.person("何静", staff_no="0010", unit=mine)
        factories.role(local, "hr", mine)
        client.force_login(User.objects.get(person=local))
        batch, _answer = upload(client, mine.shop, daily(tmp_path, 1, result("店:小雅")))
        assert "0031" not in page(client, batch)
        rows = {"shop": mine.shop.pk, "account": "店:小雅", "whose": stranger.pk, "starts_on": "2026-10-01"}
        assert client.post(f"{LIST}match/", rows).status_code == 404
        assert client.post(f"{LIST}match/", rows | {"shop": shop.pk, "whose": "robot"}).status_code == 404
        assert not AccountHolder.objects.exists()

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_queue_has_a_budget_of_queries(self, hr, shop, tmp_path, many, django_assert_max_num_queries):
        imported(shop, daily(tmp_path, 1, *(result(f"店:{n}") for n in range(many))))
        with django_assert_max_num_queries(22):
            shown = hr.get(f"{LIST}accounts/").content.decode()
        assert f"{many} 个账号" in shown


class TestUploading:
    """Many files in several requests, and what is never sent."""

    def test_parts_become_one_batch_that_is_read_once(self, hr, shop, tmp_path):
        first = hr.post(
            f"{LIST}upload/",
            {"shop": shop.pk, "more": "1", "uploads": [file_of(daily(tmp_path, 1))]},
            **JSON,
        ).json()
        batch = ImportBatch.objects.get(pk=first["batch"])
        assert batch.job_id is None
        assert "上传没有完成，已收到 1 个文件" in page(hr, batch)
        data = {"batch": batch.pk, "more": "0", "uploads": [file_of(daily(tmp_path, 2))]}
        assert hr.post(f"{LIST}upload/", data, **JSON).json() == first
        batch.refresh_from_db()
        jobs.work(batch.job_id)
        act(hr, batch, "apply")
        assert in_force() == [("小雅", 1, 1), ("小雅", 2, 2)]
        late = hr.post(f"{LIST}upload/", data | {"uploads": [file_of(daily(tmp_path, 3))]}, **JSON)
        assert late.status_code == 400
        assert "不能再加文件" in late.json()["error"]

    def test_an_upload_that_broke_off_is_read_as_far_as_it_came(self, hr, shop, tmp_path):
        hr.post(f"{LIST}upload/", {"shop": shop.pk, "more": "1", "uploads": [file_of(daily(tmp_path, 1))]})
        batch = ImportBatch.objects.get()
        act(hr, batch, "again")
        batch.refresh_from_db()
        jobs.work(batch.job_id)
        batch.refresh_from_db()
        assert batch.state == "staged"

    @pytest.mark.parametrize(
        "name", [".DS_Store", "~$客服业绩.xlsx", "Thumbs.db", "千牛快捷短语.csv", "x/.hidden.csv"]
    )
    def test_what_nobody_means_to_import_is_not_kept(self, name):
        assert figures.never_sent(name)
        assert not figures.never_sent("客服业绩_20261001.xlsx")

    def test_too_many_files_for_a_batch_are_refused_in_words(self, hr, shop, tmp_path, monkeypatch):
        monkeypatch.setattr(figures, "MOST_IN_BATCH", 1)
        first = {"shop": shop.pk, "more": "1", "uploads": [file_of(daily(tmp_path, 1))]}
        key = hr.post(f"{LIST}upload/", first, **JSON).json()["batch"]
        answer = hr.post(f"{LIST}upload/", {"batch": key, "uploads": [file_of(daily(tmp_path, 2))]}, **JSON)
        assert answer.status_code == 400
        assert "最多 1 个文件" in answer.json()["error"]
        assert ImportBatch.objects.get().files.count() == 1

    def test_a_reading_that_was_stopped_is_taken_up_again(self, hr, shop, tmp_path):
        hr.post(f"{LIST}upload/", {"shop": shop.pk, "uploads": [file_of(daily(tmp_path, 1))]})
        batch = ImportBatch.objects.get()
        jobs.cancel(batch.job)
        jobs.work(batch.job_id)
        assert "读取已停止，没有写入任何数据" in page(hr, batch)
        act(hr, batch, "again")
        batch.refresh_from_db()
        jobs.work(batch.job_id)
        batch.refresh_from_db()
        assert batch.state == "staged"

    def test_answers_while_the_files_are_being_read_come_too_late(self, hr, shop, tmp_path):
        hr.post(f"{LIST}upload/", {"shop": shop.pk, "uploads": [file_of(daily(tmp_path, 1))]})
        batch = ImportBatch.objects.get()
        key = batch.files.get().pk
        act(hr, batch, "answer", leave=f"cells-{key}")
        act(hr, batch, "swap", file=key, upload=file_of(daily(tmp_path, 2)))
        batch.refresh_from_db()
        assert batch.asked["files"] == {}
        assert batch.files.get().name == "客服业绩_20261001.xlsx"

    def test_the_bar_moves_file_by_file(self, hr, shop, tmp_path, monkeypatch):
        monkeypatch.setattr(figures, "BETWEEN_TELLING", 0)
        seen = []
        tell = jobs.StepRun.tell
        monkeypatch.setattr(
            jobs.StepRun, "tell", lambda step, done, many: (tell(step, done, many), seen.append(bar()))
        )

        def bar():
            return Job.objects.values_list("done", "total").get()

        upload(hr, shop, *(daily(tmp_path, day) for day in (1, 2, 3)))
        assert seen == [(0, 3), (1, 3), (2, 3), (2, 3), (2, 3)]
        assert bar() == (3, 3)


class TestHistory:
    """Batches are found again; undoing is foretold."""

    def test_the_forecast_is_what_happens(self, hr, shop, tmp_path):
        first = imported(shop, daily(tmp_path, 1, result("店:甲"), result("店:乙")))
        rows = (result("店:甲", 询单人数=50), result("店:丙"))
        second = imported(shop, daily(tmp_path, 1, *rows))
        told = history.undoing(second)
        assert (told.rows, told.gone, told.refusal) == (2, 1, "")
        assert [(fate.batch, fate.rows) for fate in told.back] == [(first, 1)]
        assert [(fate.batch, fate.rows) for fate in history.superseded(first)] == [(second, 1)]
        assert "替换了 1 行" in page(hr, first)
        shown = hr.get(f"{LIST}{second.pk}/undoing/").content.decode()
        assert "1 行恢复计入" in shown
        assert "1 行之前没有数据" in shown
        before = AgentFigures.objects.filter(current=True).count()
        act(hr, second, "undo")
        assert AgentFigures.objects.filter(current=True).count() == before - told.gone
        assert AgentFigures.objects.filter(batch=first, current=True).count() == 2

    def test_a_month_taking_the_place_of_days_falls_back_to_all_of_them(self, hr, shop, tmp_path):
        imported(shop, daily(tmp_path, 1), daily(tmp_path, 2))
        batch, _answer = upload(hr, shop, month(tmp_path))
        again(hr, batch, **{f"overlap-{batch.files.get().pk}": "replace"})
        act(hr, batch, "apply")
        told = history.undoing(batch)
        assert (told.rows, told.gone, [fate.rows for fate in told.back]) == (1, 0, [2])

    def test_a_submitted_card_refuses_and_says_so_before(self, hr, shop, tmp_path, monkeypatch):
        batch = imported(shop, daily(tmp_path, 1))
        monkeypatch.setattr("reviews.figures.applying.frozen_months", lambda *_a: {date(2026, 10, 1)})
        shown = hr.get(f"{LIST}{batch.pk}/undoing/").content.decode()
        assert "2026-10" in shown
        assert "disabled" in shown
        act(hr, batch, "undo")
        batch.refresh_from_db()
        assert batch.state == "applied"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param({}, "12", id="all"),
            pytest.param({"state": "undone"}, "1", id="by state"),
            pytest.param({"month": "2026-09"}, "2", id="by month of the figures"),
            pytest.param({"text": "20260905"}, "2", id="by file name"),
            pytest.param({"who": "hr"}, "12", id="by who"),
            pytest.param({"of": "999999", "month": "x", "state": "y", "page": "z"}, "12", id="nonsense"),
            pytest.param({"text": "nothing like that"}, "", id="none"),
        ],
    )
    def test_filters(self, hr, shop, query, found):
        by = User.objects.get(person__staff_no="0009")
        batches = []
        for state, day in (("undone", date(2026, 10, 1)), ("applied", date(2026, 9, 5))):
            batch = ImportBatch.objects.create(shop=shop, by=by, state=state, applied_at=AT)
            name = f"客服业绩_{day:%Y%m%d}.xlsx"
            batch.files.create(name=name, sha256="", first_day=day, last_day=day)
            batches.append(batch)
        if query.get("who") == "hr":
            query = {"who": by.pk}
        shown = hr.get(LIST, query).content.decode().split('id="history"')[1]
        lines = {str(n): f"/{batch.pk}/change/" for n, batch in enumerate(batches, start=1)}
        assert "".join(key for key, link in lines.items() if link in shown) == found

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_list_has_a_budget_and_pages(self, hr, shop, many, django_assert_max_num_queries):
        by = User.objects.get(person__staff_no="0009")
        for number in range(many):
            batch = ImportBatch.objects.create(shop=shop, by=by, state="discarded")
            batch.files.create(name=f"{number}.csv", sha256="", format="qianniu_results")
        with django_assert_max_num_queries(30):
            shown = hr.get(LIST).content.decode()
        assert shown.count("/change/") - shown.count("/change/?") >= min(many, 25)
        assert ("第 1 / 2 页，共 30 条" in shown) == (many == 30)

    def test_a_batch_that_was_given_up_keeps_what_was_wrong(self, hr, shop, tmp_path):
        bad = xlsx(tmp_path / "客服数据_20261001.xlsx", SERVICE, service(接待人数=-28))
        batch, _answer = upload(hr, shop, bad)
        act(hr, batch, "discard")
        assert "-28" in page(hr, batch)
        assert "没有写入任何数据" in page(hr, batch)

    def test_all_changes_are_read_by_pages(self, hr, shop, tmp_path, django_assert_max_num_queries):
        imported(shop, daily(tmp_path, 1, *(result(f"店:{n:02}") for n in range(60))))
        changed = (result(f"店:{n:02}", 询单人数=49 + n) for n in range(1, 60))
        batch, _answer = upload(hr, shop, daily(tmp_path, 1, result("店:00"), *changed))
        assert "其余 56 行" in page(hr, batch)
        with django_assert_max_num_queries(20):
            first = hr.get(f"{LIST}{batch.pk}/changes/").content.decode()
        assert first.count("<s>") == 50
        assert hr.get(f"{LIST}{batch.pk}/changes/?page=2").content.decode().count("<s>") == 9
        assert hr.get(f"{LIST}{batch.pk}/changes/?page=x&kind=y").status_code == 200


def test_the_same_files_again_say_that_there_is_nothing_new(hr, shop, tmp_path):
    path = daily(tmp_path, 1)
    first = imported(shop, path)
    batch, _answer = upload(hr, shop, path)
    shown = page(hr, batch)
    assert "没有新数据" in shown
    assert f"已在批次 {first.pk} 入库" in shown
    act(hr, batch, "apply")
    batch.refresh_from_db()
    assert batch.state == "staged"


def test_an_hour_that_may_be_a_last_day_goes_in_once_the_preview_has_the_day(hr, shop, tmp_path):
    batch, _answer = upload(hr, shop, xlsx(tmp_path / "客服业绩_20261111_1130.xlsx", RESULTS, result()))
    again(hr, batch, **{f"first-{batch.files.get().pk}": "2026-11-11"})
    assert "11:30 快照" in page(hr, batch)
    act(hr, batch, "apply")
    assert f"{timezone.localtime(Snapshot.objects.get(current=True).taken_at):%H:%M}" == "11:30"
    assert not AgentFigures.objects.exists()


def test_the_same_file_names_the_day_of_the_company(hr, shop, tmp_path):
    path = daily(tmp_path, 1)
    first = imported(shop, path)
    ImportBatch.objects.filter(pk=first.pk).update(applied_at=datetime(2026, 11, 24, 18, tzinfo=UTC))
    batch, _answer = upload(hr, shop, path)
    assert "同一文件已于 2026-11-25 入库" in page(hr, batch)


def test_rows_of_a_submitted_month_are_said_to_be_late(client, tmp_path):
    team = scored.team()
    agent = factories.person("林雅", staff_no="0017", unit=team.unit, position=team.position)
    factories.account("店:小雅", shop=team.shop, holder=agent)
    scored.act("submit", scored.card(team, agent), team.supervisor)
    client.force_login(team.hr.users.get())
    batch, _answer = upload(client, team.shop, daily(tmp_path, 1, result("店:小雅")))
    assert "is-warn" in page(client, batch)
    assert "迟到" in page(client, batch)
