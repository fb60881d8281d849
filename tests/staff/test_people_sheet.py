"""People by sheet: read, shown, written whole or not at all, and out again unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from staff import jobs
from staff.models import Assignment, Employment, Job, Person, SheetImport
from staff.progress import time_left
from staff.services import PersonRow, SheetRefused, plan_people, upsert_people
from staff.services.people_imports import hand_in, preview
from staff.services.people_sheet import people_file, read_people
from staff.sheets.writing import guarded, unguarded
from tests import factories

HEAD = ["工号", "姓名", "手机", "入职日期", "最后在职日", "单位", "岗位", "级别", "用工形式", "生效日期"]
NEW = ["0017", "张敏", "13800000000", "2026-03-02", "", "team", "presales", "L1", "试用期", ""]


def as_csv(*rows: list[str]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def as_xlsx(*rows: list[object]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def read(tmp_path, content: bytes) -> list[PersonRow]:
    path = tmp_path / "file"
    path.write_bytes(content)
    return read_people(path)


def faults_of(tmp_path, content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, content)
    return [(problem.where, str(problem.text)) for problem in refused.value.problems]


# Reading


def test_a_row_says_person_employment_and_assignment(tmp_path):
    (row,) = read(tmp_path, as_csv(HEAD, NEW))
    assert row == PersonRow(
        "2", "0017", "张敏", "13800000000", date(2026, 3, 2), None, "team", "presales", "L1", "trial"
    )


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(["工号", "姓名", "入职日期", "组"], id="Chinese"),
        pytest.param(["Staff number", "Name", "Hired on", "Unit"], id="English"),
        pytest.param(
            ["ＳＴＡＦＦ　ｎｕｍｂｅｒ", " name ", "入 职 日 期*", "部门"], id="widths, case and blanks"
        ),
    ],
)
def test_headers_are_known_in_both_languages(head, tmp_path):
    (row,) = read(tmp_path, as_csv(head, ["A-1", "张敏", "2026-03-02", "team"]))
    assert (row.name, row.hired_on, row.unit) == ("张敏", date(2026, 3, 2), "team")


def test_the_last_day_employed_is_still_employed(tmp_path):
    (row,) = read(tmp_path, as_csv(["工号", "入职日期", "离职日期"], ["A-1", "2026-03-02", "2026-10-31"]))
    assert row.left_on == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026/3/2", date(2026, 3, 2)),
        ("2026年3月2日", date(2026, 3, 2)),
        (date(2026, 3, 2), date(2026, 3, 2)),
        (datetime(2026, 3, 2), date(2026, 3, 2)),  # noqa: DTZ001  as a spreadsheet stores a day
    ],
)
def test_days_are_read_as_people_write_them(cell, day, tmp_path):
    (row,) = read(tmp_path, as_xlsx(["工号", "入职日期"], ["A-1", cell]))
    assert row.hired_on == day


@pytest.mark.parametrize(
    "cell", ["2026/2/30", "26-1-2", "3/2/2026", 46000, "明天", True, "0000-01-01", 1e300]
)
def test_what_is_no_day_is_named(cell, tmp_path):
    ((where, text),) = faults_of(tmp_path, as_xlsx(["工号", "入职日期"], ["A-1", cell]))
    assert where == "2"
    assert "day" in text or "天" in text or "日期" in text


@pytest.mark.parametrize(
    ("cell", "number"), [("0017", "0017"), (17, "17"), (17.0, "17"), ("００17", "００17")], ids=str
)
def test_numbers_of_people_are_texts(cell, number, tmp_path):
    assert read(tmp_path, as_xlsx(["工号"], [cell]))[0].staff_no == number


@pytest.mark.parametrize(
    "cell", [1.5, 1e300, 12345678901234567890, True, date(2026, 1, 1), "x" * 41, "a\x07b"], ids=str
)
def test_what_is_no_staff_number_is_named(cell, tmp_path):
    content = as_csv(["工号"], [cell]) if cell == "a\x07b" else as_xlsx(["工号"], [cell])
    assert faults_of(tmp_path, content)[0][0] == "2"


def test_every_fault_is_reported_at_once(tmp_path):
    bad = [["", "无工号"], ["A-2", "x" * 61], ["A-3", "好"]]
    assert [where for where, _text in faults_of(tmp_path, as_csv(["工号", "姓名"], *bad))] == ["2", "3"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty|空"),
        (b"MZ\x90\x00", "neither|不是"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel|旧版|xls"),
        ("姓名\r\n张敏".encode(), "staff number|工号"),
        ("工号\r\n".encode(), "no row|没有数据行"),
        ("工号,工号\r\n1,2".encode(), "more than once|重复|不止一次|多次"),
    ],
    ids=["empty", "a program", "an old workbook", "no staff number", "no rows", "a column twice"],
)
def test_a_file_that_is_no_sheet_is_refused_in_a_sentence(content, word, tmp_path):
    ((_where, text),) = faults_of(tmp_path, content)
    assert any(part in text for part in word.split("|")), text


# Writing


def test_a_sheet_makes_a_person_with_history(company):
    by = company.hr.users.get()
    row = PersonRow(
        "2", "0017", "张敏", None, date(2026, 3, 2), None, "team", "presales", "L1", "trial", date(2026, 3, 2)
    )
    outcome = upsert_people([row], by=by)
    made = Person.objects.get(staff_no="0017")
    assert (outcome.new, made.pinyin, made.history.get().history_user) == (1, "zm zhangmin", by)
    assert made.employments.get().hired_on == made.assignments.get().starts_on == date(2026, 3, 2)
    assert made.assignments.get().history.count() == 1
    again = upsert_people([row], by=by)
    assert (again.new, again.changed, again.unchanged, again.changes) == (0, 0, 1, [])
    assert made.history.count() == 1


def test_an_empty_cell_leaves_what_stands(company):
    Person.objects.filter(pk=company.agent.pk).update(phone="138")
    upsert_people([PersonRow("2", "agent", name="李秀英")], by=None)
    assert Person.objects.get(pk=company.agent.pk).phone == "138"


def test_a_promotion_is_a_new_assignment_and_ends_the_old_one_by_its_start(company):
    factories.level(company.presales, rank=2)
    rows = [PersonRow("2", "agent", unit="team", position="presales", level="L2", starts_on=date(2026, 9, 1))]
    assert upsert_people(rows, by=None).new == 1
    assert list(company.agent.assignments.values_list("level__code", flat=True)) == ["L1", "L2"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (PersonRow("2", "new", hired_on=date(2026, 1, 1)), "姓名"),
        (PersonRow("2", "new", name="张敏"), "入职日期"),
        (PersonRow("2", "agent", unit="nowhere", position="presales", starts_on=date(2026, 9, 1)), "单位"),
        (
            PersonRow("2", "agent", unit="team", position="presales", level="L9", starts_on=date(2026, 9, 1)),
            "级别",
        ),
        (PersonRow("2", "agent", hired_on=date(2026, 1, 1)), "重叠"),
        (PersonRow("2", "agent", left_on=date(2026, 1, 1)), "入职日期"),
        (PersonRow("2", "agent", hired_on=factories.HIRED, left_on=date(2024, 1, 1)), "最后在职日"),
    ],
    ids=[
        "no name",
        "no hire date",
        "unknown unit",
        "unknown level",
        "overlap",
        "leave without hire",
        "left before hired",
    ],
)
def test_a_faulty_row_stops_the_whole_sheet(row, word, company):
    before = (Person.objects.count(), Assignment.objects.count(), Employment.objects.count())
    good = PersonRow("3", "good", "好", hired_on=date(2026, 1, 1))
    with pytest.raises(SheetRefused) as refused:
        upsert_people([row, good], by=None)
    (problem,) = {(p.where, str(p.text)) for p in refused.value.problems}
    assert problem[0] == "2"
    assert word in problem[1]
    assert (Person.objects.count(), Assignment.objects.count(), Employment.objects.count()) == before


def test_a_new_person_without_a_name_and_with_a_wrong_level_is_told_both(company):
    row = PersonRow("2", "new", hired_on=date(2026, 1, 1), unit="team", position="presales", level="L9")
    assert [str(problem.column) for problem in plan_people([row]).problems] == ["姓名", "级别"]


def test_a_leave_date_is_shown_as_the_sheet_says_it(company):
    row = PersonRow("2", "agent", hired_on=factories.HIRED, left_on=date(2026, 11, 13))
    (change,) = plan_people([row]).outcome.changes
    assert (str(change.what), change.old, change.new) == ("最后在职日", "", "2026-11-12")


def test_two_rows_that_contradict_each_other_are_both_named(company):
    rows = [PersonRow("2", "agent", name="李秀英"), PersonRow("3", "agent", name="李秀瑛")]
    assert [problem.where for problem in plan_people(rows).problems] == ["3"]


# Out and in again


def everything() -> list[tuple[object, ...]]:
    people = Person.objects.order_by("pk").values_list("staff_no", "name", "phone", "pinyin")
    spans = Employment.objects.order_by("pk").values_list("person", "hired_on", "left_on")
    held = Assignment.objects.order_by("pk").values_list(
        "person", "starts_on", "unit", "position", "level", "employment_kind"
    )
    return [*people, *spans, *held]


def a_colourful_company(company) -> None:
    """People whose names a spreadsheet would calculate, a rehired one, one promoted, one without any dates."""
    for number, name in enumerate(
        ["=HYPERLINK(1)", "+86", "-2+3", "@SUM", "'a", "＝1", "a;b,c", "𠮷野", "|x"]
    ):
        factories.person(
            name, staff_no=f"00{number}", unit=company.team, position=company.presales, login=False
        )
    back = factories.person("回来", staff_no="back", left=date(2025, 6, 1), login=False)
    Employment.objects.create(person=back, hired_on=date(2026, 1, 1), left_on=date(2026, 5, 1))
    higher = factories.level(company.presales, rank=2)
    Assignment.objects.create(
        person=company.agent,
        starts_on=date(2026, 1, 1),
        unit=company.other,
        position=company.presales,
        level=higher,
    )
    Person.objects.create(staff_no="bare", name="无")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_export_changes_nothing_when_it_comes_back(kind, language, company, settings):
    a_colourful_company(company)
    settings.LANGUAGE_CODE = language
    before, content = everything(), people_file(Person.objects.all(), kind=kind)
    sheet = hand_in(content, name=f"people.{kind}", by=company.hr.users.get())
    shown = preview(sheet)
    assert shown.problems == []
    assert shown.outcome.changes == []
    assert shown.outcome.unchanged == sheet.rows > 20
    assert everything() == before
    assert people_file(Person.objects.all(), kind=kind) == content


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_into_an_empty_company_makes_the_same_people(kind, company):
    a_colourful_company(company)
    content = people_file(Person.objects.exclude(staff_no="bare"), kind=kind)
    Assignment.objects.all().delete()
    Employment.objects.all().delete()
    hand_in(content, name="people", by=company.hr.users.get())
    sheet = SheetImport.objects.get()
    assert preview(sheet).problems == []
    from staff.services.people_imports import confirm

    confirm(sheet, by=sheet.uploaded_by, shown_hash=sheet.shown_hash)
    assert people_file(Person.objects.exclude(staff_no="bare"), kind=kind) == content


def test_no_exported_cell_is_a_formula(company):
    a_colourful_company(company)
    book = load_workbook(BytesIO(people_file(Person.objects.all(), kind="xlsx")))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "d"}
    for line in people_file(Person.objects.all(), kind="csv").decode("utf-8-sig").splitlines():
        assert not any(
            cell.strip('"').startswith(("=", "+", "-", "@", "＝", "|")) for cell in line.split(",")
        )


@given(st.text())
def test_the_guard_against_formulas_is_undone_exactly(text):
    if not text.startswith("'") or guarded(text) != text:
        assert unguarded(guarded(text)) == text


# The pages


def upload(client, content: bytes, name: str = "people.csv"):
    address = reverse("admin:staff_person_import")
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def test_hr_looks_first_and_writes_then(company, login):
    hr = login("hr")
    look = upload(hr, as_csv(HEAD, NEW))
    sheet = SheetImport.objects.get()
    text = hr.get(look.url).content.decode()
    assert "张敏" in text
    assert "现在还没有写入任何数据" in text
    assert not Person.objects.filter(staff_no="0017").exists()
    hr.post(f"{look.url}write/", {"shown": sheet.shown_hash})
    assert Person.objects.get(staff_no="0017").name == "张敏"
    sheet.refresh_from_db()
    assert (sheet.state, sheet.content) == ("written", None)


def test_a_sheet_is_written_once(company, login):
    hr = login("hr")
    look = upload(hr, as_csv(HEAD, NEW))
    shown = SheetImport.objects.get().shown_hash
    hr.post(f"{look.url}write/", {"shown": shown})
    again = hr.post(f"{look.url}write/", {"shown": shown}, follow=True)
    assert "没有重复处理" in again.content.decode()
    assert Person.objects.get(staff_no="0017").history.count() == 1


def test_a_sheet_overtaken_by_other_changes_is_shown_anew(company, login):
    hr = login("hr")
    look = upload(hr, as_csv(["工号", "姓名"], ["agent", "李秀瑛"]))
    shown = SheetImport.objects.get().shown_hash
    Person.objects.filter(staff_no="agent").update(name="李绣英")
    answer = hr.post(f"{look.url}write/", {"shown": shown}, follow=True).content.decode()
    assert "没有写入" in answer
    assert "李绣英" in answer
    assert Person.objects.get(staff_no="agent").name == "李绣英"
    hr.post(f"{look.url}write/", {"shown": SheetImport.objects.get().shown_hash})
    assert Person.objects.get(staff_no="agent").name == "李秀瑛"


def test_a_tampered_confirmation_writes_nothing(company, login):
    hr = login("hr")
    look = upload(hr, as_csv(HEAD, NEW))
    for shown in ("", "0" * 64):
        hr.post(f"{look.url}write/", {"shown": shown})
    assert not Person.objects.filter(staff_no="0017").exists()
    assert hr.get(f"{look.url}write/").status_code == 405


def test_a_sheet_is_its_uploaders_alone(company, login):
    look = upload(login("hr"), as_csv(HEAD, NEW))
    second = factories.person("林晓芸", staff_no="hr2", unit=company.root, position=company.presales)
    factories.role(second, "hr", company.root)
    company.second = second
    assert login("second").get(look.url).status_code == 404
    assert login("second").post(f"{look.url}write/").status_code == 404


@pytest.mark.parametrize("role", ["manager", "director", "finance", "supervisor", "agent"])
def test_sheets_are_for_hr(role, company, login):
    assert login(role).get(reverse("admin:staff_person_import")).status_code == 404
    assert upload(login(role), as_csv(HEAD, NEW)).status_code == 404
    assert not SheetImport.objects.exists()


def test_a_manager_takes_away_the_own_branch_only(company, login):
    text = (
        login("manager").get(reverse("admin:staff_person_export", args=["csv"])).content.decode("utf-8-sig")
    )
    assert "李秀英" in text
    assert "石磊" not in text
    assert login("agent").get(reverse("admin:staff_person_export", args=["csv"])).status_code == 404
    assert login("hr").get(reverse("admin:staff_person_export", args=["exe"])).status_code == 404


def test_a_faulty_file_is_answered_with_its_rows(company, login):
    answer = upload(login("hr"), as_csv(["工号", "入职日期"], ["agent", "昨天"]))
    assert answer.status_code == 400
    assert "第 2 行" in answer.content.decode()
    assert not SheetImport.objects.exists()


# Large sheets, as a job


def many(count: int) -> bytes:
    rows = [
        [f"N{number:05}", f"客服{number}", "", "2026-03-02", "", "team", "presales", "L1", "", ""]
        for number in range(count)
    ]
    return as_csv(HEAD, *rows)


def test_a_large_sheet_is_a_job_that_may_run_twice(
    company, login, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(jobs, "wake", lambda _job_id: None)
    hr = login("hr")
    look = upload(hr, many(1100))
    check = Job.objects.get(kind="check_people")
    assert check.total == 3
    assert 'class="keji-job' in hr.get(look.url).content.decode()
    jobs.work(check.pk)
    jobs.work(check.pk)
    sheet = SheetImport.objects.get()
    assert (sheet.state, preview(sheet).outcome.new) == ("shown", 1100)
    hr.post(f"{look.url}write/", {"shown": sheet.shown_hash})
    assert not Person.objects.filter(staff_no="N00000").exists()
    write = Job.objects.get(kind="write_people")
    jobs.work(write.pk)
    jobs.work(write.pk)
    assert Person.objects.filter(staff_no__startswith="N").count() == 1100
    sheet.refresh_from_db()
    assert sheet.state == "written"


def test_a_cancelled_check_drops_the_sheet(company, login, monkeypatch):
    monkeypatch.setattr(jobs, "wake", lambda _job_id: None)
    hr = login("hr")
    look = upload(hr, many(600))
    job = Job.objects.get()
    answer = hr.post(reverse("job_cancel", args=[job.pk]), {"next": look.url})
    assert answer.url == look.url
    jobs.work(job.pk)
    assert "已放弃这张表" in hr.get(look.url).content.decode()
    assert SheetImport.objects.get().content is None


@pytest.mark.parametrize(("role", "status"), [("hr", 200), ("manager", 404), ("agent", 404)])
def test_a_bar_is_for_its_starter_and_hr(role, status, company, login):
    job = Job.objects.create(
        kind="check_people", key="x", total=4, done=1, started_by=company.finance.users.get()
    )
    assert login(role).get(reverse("job_progress", args=[job.pk])).status_code == status
    assert login("finance").get(reverse("job_progress", args=[job.pk])).status_code == 200
    assert login(role).post(reverse("job_cancel", args=[job.pk])).status_code in {302, status}
    assert login(role).get(reverse("job_cancel", args=[job.pk])).status_code == 405
    job.refresh_from_db()
    assert job.cancel_asked is (status == 200)


def test_planning_asks_no_more_for_four_hundred_people_than_for_forty(company, django_assert_max_num_queries):
    rows = [
        PersonRow(str(n), f"N{n}", f"客服{n}", None, date(2026, 1, 1), None, "team", "presales")
        for n in range(400)
    ]
    for part in (rows[:40], rows):
        with django_assert_max_num_queries(8):
            plan_people(part)


def test_the_page_of_a_job_names_it_in_words_and_shows_its_bar(company, login):
    job = Job.objects.create(
        kind="check_people",
        key="x",
        total=4,
        done=1,
        error="ValueError: secret",
        started_by=company.hr.users.get(),
    )
    hr = login("hr")
    listed = hr.get(reverse("admin:staff_job_changelist")).content.decode()
    assert "正在核对人员表" in listed
    assert "check_people" not in listed
    shown = hr.get(reverse("admin:staff_job_change", args=[job.pk])).content.decode()
    assert 'data-job-url="/jobs/' in shown
    assert "1 / 4" in shown
    assert "secret" not in shown
    assert login("finance").get(reverse("admin:staff_job_change", args=[job.pk])).status_code == 404


@pytest.mark.parametrize(
    ("state", "word"), [("done", "已完成"), ("cancelled", "已取消"), ("failed", "联系管理员")], ids=str
)
def test_a_bar_says_how_work_ended_and_asks_no_more(state, word, company, login):
    job = Job.objects.create(
        kind="x", key="x", total=4, done=1, state=state, started_by=company.hr.users.get(), error="Boom"
    )
    bar = login("hr").get(reverse("job_progress", args=[job.pk])).content.decode()
    assert word in bar
    assert "data-job-url" not in bar
    assert "Boom" not in bar


@pytest.mark.parametrize(
    ("done", "minutes", "words"),
    [
        (0, 1, ""),
        (5, 1, "about 60 s left"),
        (1, 1, "about 9 minutes left"),
        (9, 1, "about 10 s left"),
        (10, 1, ""),
    ],
    ids=["nothing done yet", "half", "a tenth", "nearly", "all"],
)
def test_the_time_left_is_a_guess_from_what_is_done(done, minutes, words):
    start = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    job = Job(kind="x", key="x", total=10, done=done, state="running", created_at=start)
    with override("en"):
        assert time_left(job, at=start + timedelta(minutes=minutes)) == words
