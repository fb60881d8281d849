"""Reference data by sheet: what goes out comes in again, every fault is named, and only its sender writes it."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from staff.models import Holiday, Leave, Level, LevelAmount
from staff.sheets.writing import csv_file, unguarded, xlsx_file
from tests import factories

HERE = timezone.get_default_timezone()
LEAVES = ["工号", "种类", "起始", "至（不含）", "缺勤工时", "批准人工号"]
LEVELS = ["岗位代码", "级别代码", "级别名称", "序号", "起始", "基本工资", "绩效工资", "提成比例", "权限额度"]
DAYS = ["日期", "上班", "中文名称", "英文名称"]
HEADERS = {"leave": LEAVES, "levelamount": LEVELS, "holiday": DAYS}

LEAVE = ["agent", "年假", "2026-10-09 09:00", "2026-10-09 18:00", "8", "manager"]
LEVEL = ["presales", "L2", "二级", "2", "2026-10-01", "4000", "1800.50", "0.015", "200"]
DAY = ["2026-10-08", "否", "国庆节", "National Day"]


def at(model: str, page: str) -> str:
    return reverse(f"admin:staff_{model}_{page}")


def look(client, model, *rows, headers=None, kind="csv"):
    made = csv_file(headers or HEADERS[model], rows)
    if kind == "xlsx":
        made = xlsx_file("x", headers or HEADERS[model], rows)
    return hand_in(client, model, made)


def hand_in(client, model, content: bytes):
    return client.post(at(model, "import"), {"import_file": SimpleUploadedFile("sheet", content)})


def staged(page) -> dict[str, str]:
    found = re.search(r'name="import_file_name" value="([^"]+)"', page.content.decode())
    return {"import_file_name": found[1], "format": "0"} if found else {}


def write(client, model, *rows, **options):
    page = look(client, model, *rows, **options)
    assert staged(page), problems(page)
    return client.post(at(model, "process_import"), staged(page))


def problems(page) -> list[str]:
    return [f"{p.where} {p.column} {p.text}".replace("  ", " ") for p in page.context["problems"]]


def stored() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Leave, Level, LevelAmount, Holiday)}


@pytest.fixture
def rows(company):
    """One row of each kind beside those of the company."""
    Leave.objects.create(
        person=company.agent,
        kind="sick",
        starts_at=datetime(2026, 9, 1, 9, 0, 30, tzinfo=HERE),
        ends_at=datetime(2026, 9, 1, 18, tzinfo=HERE),
        hours=Decimal("7.50"),
        approved_by=company.manager,
    )
    Holiday.objects.create(date=date(2026, 10, 1), name_zh="=1+1", name_en="'quoted")
    return company


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("model", "row"), [("leave", LEAVE), ("levelamount", LEVEL), ("holiday", DAY)])
def test_a_sheet_is_looked_at_then_written_with_history(company, login, model, row, kind):
    hr, before = login("hr"), stored()
    page = look(hr, model, row, kind=kind)
    assert page.context["result"].totals["new"] == 1
    assert stored() == before
    assert hr.post(at(model, "process_import"), staged(page)).status_code == 302
    made = {"leave": Leave, "levelamount": LevelAmount, "holiday": Holiday}[model].objects.latest("pk")
    assert made.history.get().history_user.person == company.hr


def test_english_headers_and_words_are_read(company, login):
    headers = ["day", "working day", "Chinese name", "English name"]
    assert (
        write(login("hr"), "holiday", ["2026-10-10", "yes", "调休", ""], headers=headers).status_code == 302
    )
    assert Holiday.objects.get().works


@pytest.mark.parametrize("kind", [0, 1], ids=["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("model", HEADERS)
def test_what_goes_out_changes_nothing_when_it_comes_in(rows, login, model, language, kind):
    hr = login("hr", language)
    file = hr.post(at(model, "export"), {"resource": "0", "format": str(kind)})
    assert file["Content-Disposition"].startswith("attachment")
    page = hand_in(hr, model, file.content)
    assert page.context["problems"] == []
    assert page.context["changes"] == []
    assert page.context["result"].totals["skip"] >= 1


def test_no_cell_going_out_is_a_formula(rows, login):
    hr = login("hr")
    text = hr.post(at("holiday", "export"), {"resource": "0", "format": "1"}).content.decode("utf-8-sig")
    assert "'=1+1,''quoted" in text
    assert unguarded("''quoted") == "'quoted"
    book = hr.post(at("holiday", "export"), {"resource": "0", "format": "0"}).content
    assert b"<f>" not in book
    assert CalamineWorkbook.from_object(BytesIO(book)).get_sheet_by_index(0).to_python()[1][2] == "=1+1"


def test_a_change_writes_the_changed_row_alone(company, login):
    amount = LevelAmount.objects.get()
    row = ["presales", "L1", "L1", "1", "2025-01-01", "3500", "1500", "0", "0"]
    new = [*row[:5], "3600.00", *row[6:]]
    before = amount.history.count(), company.level.history.count()
    page = look(login("hr"), "levelamount", new)
    assert "<del>3500.00</del> → <ins>3600.00</ins>" in page.content.decode()
    write(login("hr"), "levelamount", new)
    amount.refresh_from_db()
    assert amount.base_salary == Decimal("3600.00")
    assert (amount.history.count(), company.level.history.count()) == (before[0] + 1, before[1])
    write(login("hr"), "levelamount", [*new[:2], "见习", *new[3:]])
    assert (amount.history.count(), company.level.history.count()) == (before[0] + 1, before[1] + 1)


NUMBER = "请填写数字，例如 1234.5，最多 2 位小数。"
FAULTS = [
    pytest.param("leave", 0, "nobody", "工号 没有工号为 nobody 的人员。", id="unknown person"),
    pytest.param("leave", 4, "NaN", f"缺勤工时 {NUMBER}", id="NaN"),
    pytest.param("leave", 4, "Infinity", f"缺勤工时 {NUMBER}", id="Infinity"),
    pytest.param("leave", 4, "1e500000", f"缺勤工时 {NUMBER}", id="1e500000"),
    pytest.param("leave", 4, "9" * 5000, f"缺勤工时 {NUMBER}", id="a very long number"),
    pytest.param(
        "leave", 2, "2026-13-40", "起始 请填写日期和时间，例如 2026-10-01 09:00。", id="no such day"
    ),
    pytest.param("levelamount", 5, "sNaN", f"基本工资 {NUMBER}", id="signalling NaN"),
    pytest.param("levelamount", 5, "-1", " 金额不能为负。", id="negative money"),
    pytest.param("levelamount", 3, "1e500000", "序号 请填写整数。", id="rank 1e500000"),
    pytest.param("levelamount", 0, "none", "岗位代码 没有代码为 none 的岗位。", id="unknown position"),
    pytest.param("holiday", 1, "maybe", "上班 请从以下各项中选一项：是, 否。", id="neither yes nor no"),
    pytest.param("holiday", 0, "", "日期 此格不能为空。", id="no day"),
]


@pytest.mark.parametrize(("model", "place", "value", "sentence"), FAULTS)
def test_one_fault_refuses_the_whole_sheet(company, login, model, place, value, sentence):
    good = {"leave": LEAVE, "levelamount": LEVEL, "holiday": DAY}[model]
    bad, before = list(good), stored()
    bad[place] = value
    page = look(login("hr"), model, good, bad)
    assert f"3 {sentence}".replace("  ", " ") in problems(page)
    assert not staged(page)
    assert stored() == before


def test_two_faults_get_two_sentences_each_with_its_row(company, login):
    page = look(login("hr"), "leave", [*LEAVE[:4], "NaN", "nobody"], [], ["colleague", "?", *LEAVE[2:]])
    found = problems(page)
    assert [text.split()[:2] for text in found] == [["2", "缺勤工时"], ["2", "批准人工号"], ["4", "种类"]]


@pytest.mark.parametrize(
    ("model", "second", "sentence"),
    [
        pytest.param("leave", LEAVE, "3 第 2 行已经是同一条记录。", id="said twice"),
        pytest.param("levelamount", [*LEVEL[:2], "三级", *LEVEL[3:4], "2026-11-01", *LEVEL[5:]],
                     "3 第 2 行给此级别写了不同的名称或序号。", id="two names of one level"),
    ],
)  # fmt: skip
def test_rows_must_not_contradict_each_other(company, login, model, second, sentence):
    first = {"leave": LEAVE, "levelamount": LEVEL}[model]
    assert problems(look(login("hr"), model, first, second)) == [sentence]


@pytest.mark.parametrize(
    ("headers", "sentences"),
    [
        (["日期", "上班", "中文名称"], ["缺少“英文名称”列。"]),
        (["日期", "上班", "中文名称", "备注"], ["此表没有“备注”列。", "缺少“英文名称”列。"]),
        (["日期", "日期", "上班", "中文名称"], ["“日期”列出现了两次。", "缺少“英文名称”列。"]),
    ],
    ids=["missing", "unknown", "twice"],
)
def test_headers_are_checked_before_any_row(company, login, headers, sentences):
    page = look(login("hr"), "holiday", DAY[: len(headers)], headers=headers)
    assert [p.text for p in page.context["problems"]] == sentences


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04nothing", b"\xff\xfe\x00", "日期".encode()]
)
def test_what_is_no_sheet_is_refused_with_a_sentence(company, login, content):
    page = hand_in(login("hr"), "holiday", content)
    assert page.status_code == 200
    assert "result" not in page.context or page.context["result"] is None


@pytest.mark.parametrize("role", ["finance", "general_office", "director", "manager", "supervisor", "agent"])
@pytest.mark.parametrize("model", HEADERS)
def test_only_hr_hands_sheets_in(company, login, model, role):
    other = login(role)
    before, hr = stored(), login("hr")
    name = staged(look(hr, model, {"leave": LEAVE, "levelamount": LEVEL, "holiday": DAY}[model]))
    assert other.get(at(model, "import")).status_code in {403, 404}
    assert other.post(at(model, "process_import"), name).status_code in {403, 404}
    assert stored() == before


def test_a_reader_takes_away_only_what_the_reader_sees(rows, login):
    Leave.objects.create(
        person=rows.stranger,
        kind="sick",
        starts_at=datetime(2026, 9, 1, 9, tzinfo=HERE),
        ends_at=datetime(2026, 9, 1, 18, tzinfo=HERE),
        hours=8,
        approved_by=rows.hr,
    )
    ask = {"resource": "0", "format": "1"}
    text = login("manager").post(at("leave", "export"), ask).content.decode("utf-8-sig")
    assert "agent," in text
    assert "stranger" not in text
    assert login("director").post(at("levelamount", "export"), ask).status_code in {403, 404}
    assert login("finance").post(at("levelamount", "export"), ask).status_code == 200


def test_nobody_writes_what_another_has_staged_and_nothing_is_written_twice(company, login):
    company.second = factories.person("吴敏", staff_no="second")
    factories.role(company.second, "hr", company.root)
    name = staged(look(login("hr"), "holiday", DAY))
    assert login("second").post(at("holiday", "process_import"), name).status_code == 404
    assert login("hr").post(at("leave", "process_import"), name).status_code == 404
    assert not Holiday.objects.exists()
    assert login("hr").post(at("holiday", "process_import"), name).status_code == 302
    assert login("hr").post(at("holiday", "process_import"), name).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [{"format": "99"}, {"format": "-1"}, {"format": "x"}, {"import_file_name": "../../etc/passwd"},
     {"import_file_name": ""}],
)  # fmt: skip
def test_a_tampered_confirmation_is_a_bad_request(company, login, changed):
    hr = login("hr")
    name = staged(look(hr, "holiday", DAY))
    assert hr.post(at("holiday", "process_import"), name | changed).status_code == 400
    assert not Holiday.objects.exists()


def test_a_sheet_that_would_do_something_else_by_now_is_not_written(company, login):
    hr = login("hr")
    name = staged(look(hr, "holiday", DAY))
    Holiday.objects.create(date=date(2026, 10, 8), name_zh="另一个")
    page = hr.post(at("holiday", "process_import"), name)
    assert [p.text for p in page.context["problems"]] == ["预览之后，系统里的记录已有变动，请重新提交表格。"]
    assert Holiday.objects.get().name_zh == "另一个"


def test_hr_of_a_branch_reads_its_leave_and_hands_no_sheet_in(company, login):
    company.branch_hr = factories.person("蒋欣", staff_no="branch_hr")
    factories.role(company.branch_hr, "hr", company.branch)
    client = login("branch_hr")
    assert client.get(at("leave", "changelist")).status_code == 200
    assert client.get(at("leave", "import")).status_code == 403
    assert look(client, "leave", LEAVE).status_code == 403


def test_a_workbook_with_two_filled_sheets_is_not_guessed_at(company, login):
    book = Workbook()
    for sheet in (book.active, book.create_sheet("旧表")):
        sheet.append(DAYS)
        sheet.append(DAY)
    out = BytesIO()
    book.save(out)
    assert problems(hand_in(login("hr"), "holiday", out.getvalue())) == [
        "0 工作簿中有多张工作表有内容（Sheet, 旧表），请只保留一张。"
    ]


def test_dates_numbers_and_formulas_of_a_workbook(company, login):
    book = Workbook()
    book.active.append(LEVELS)
    book.active.append(["presales", "L2", "二级", 2, date(2026, 10, 1), 4000, 1800.5, 0.00001, 200.0])
    out = BytesIO()
    book.save(out)
    page = hand_in(login("hr"), "levelamount", out.getvalue())
    assert login("hr").post(at("levelamount", "process_import"), staged(page)).status_code == 302
    made = LevelAmount.objects.latest("pk")
    assert (made.performance_salary, made.commission_rate) == (Decimal("1800.50"), Decimal("0.00001"))
    book.active["F2"] = "=1+1"
    out = BytesIO()
    book.save(out)
    (fault,) = problems(hand_in(login("hr"), "levelamount", out.getvalue()))
    assert fault.startswith("0 单元格 F2：")
