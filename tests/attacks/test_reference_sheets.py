"""Attacks on reference data by sheet, each named after its line of the list of attacks, on every kind of sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from reviews.models import PlanAssignment
from staff.admin import reference_sheets
from staff.models import Holiday, Leave, Level, LevelAmount, Unit
from staff.sheets.writing import csv_file
from tests import factories

HERE = timezone.get_default_timezone()
RISKY = ['=HYPERLINK("x")', "==1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "＝1+1", ";=1", "'quoted"]
CODE = "customer-service-agent"


@dataclass(frozen=True)
class Kind:
    """One kind of sheet: its model, a row that is new, and which cell of it takes a free text."""

    model: type[Model]
    headers: list[str]
    row: list[str]
    text: int | None

    @property
    def name(self) -> str:
        return self.model._meta.label_lower.replace(".", "_")


LEVEL_AMOUNT = [
    "岗位代码",
    "级别代码",
    "级别名称",
    "序号",
    "起始",
    "基本工资",
    "绩效工资",
    "提成比例",
    "权限额度",
]
KINDS = [
    Kind(Leave, ["工号", "种类", "起始", "至（不含）", "缺勤工时", "批准人工号"],
         ["agent", "年假", "2026-10-09 09:00", "2026-10-09 18:00", "8", "manager"], None),
    Kind(Holiday, ["日期", "上班", "中文名称", "英文名称"], ["2026-10-08", "否", "国庆节", "National Day"], 2),
    Kind(LevelAmount, LEVEL_AMOUNT, ["presales", "L2", "二级", "2", "2026-10-01", "4000", "1800.50", "0.015", "200"], 2),
    Kind(Level, LEVEL_AMOUNT[:4], ["presales", "L7", "七级", "7"], 2),
    Kind(PlanAssignment, ["方案代码", "单位代码", "岗位代码", "用工形式", "起始"],
         [CODE, "team", "presales", "实习", "2026-10-01"], None),
]  # fmt: skip
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture(autouse=True)
def stored(company):
    """A row of each kind beside those of the company, with risky texts where a text goes."""
    version = factories.published_plan()
    PlanAssignment.objects.create(
        plan=version.plan, unit=company.root, position=company.presales, starts_on=date(2026, 1, 1)
    )
    Leave.objects.create(
        person=company.agent,
        kind="sick",
        starts_at=datetime(2026, 9, 1, 9, tzinfo=HERE),
        ends_at=datetime(2026, 9, 1, 18, tzinfo=HERE),
        hours=8,
        approved_by=company.manager,
    )
    for number, text in enumerate(RISKY):
        Holiday.objects.create(date=date(2026, 5, 1) + timedelta(days=number), name_zh=text)
        Level.objects.create(position=company.presales, code=text[:20], name=text, rank=20 + number)
    company.second = factories.person("吴敏", staff_no="second")
    factories.role(company.second, "hr", company.root)


def at(kind, page):
    return reverse(f"admin:{kind.name}_{page}")


def look(client, kind, *rows):
    file = SimpleUploadedFile("sheet.csv", csv_file(kind.headers, rows))
    return client.post(at(kind, "import"), {"import_file": file})


def staged(page):
    found = re.search(r'name="import_file_name" value="([^"]+)"', page.content.decode())
    assert found, [f"{p.where} {p.column} {p.text}" for p in page.context["problems"]]
    return {"import_file_name": found[1], "format": "0"}


def rows(kind):
    return list(kind.model._default_manager.order_by("pk").values())


@EACH
def test_imp_02_nobody_confirms_what_another_has_staged(kind, login):
    before, mine = rows(kind), staged(look(login("hr"), kind, kind.row))
    other = next(one for one in KINDS if one is not kind)
    assert login("second").post(at(kind, "process_import"), mine).status_code == 404
    assert login("hr").post(at(other, "process_import"), mine).status_code == 404
    assert rows(kind) == before
    assert login("hr").post(at(kind, "process_import"), mine).status_code == 302
    assert login("hr").post(at(kind, "process_import"), mine).status_code == 404
    assert len(rows(kind)) == len(before) + 1


@EACH
def test_imp_03_a_tampered_or_late_confirmation_is_refused(kind, login, monkeypatch):
    hr, before = login("hr"), rows(kind)
    mine = staged(look(hr, kind, kind.row))
    changes = [
        {"format": "99"},
        {"format": "abc"},
        {"import_file_name": "../../etc/passwd"},
        {"import_file_name": ""},
    ]
    for changed in changes:
        assert hr.post(at(kind, "process_import"), mine | changed).status_code == 400
    assert hr.post(at(kind, "process_import"), {}).status_code == 400
    monkeypatch.setattr(reference_sheets, "STAGED_FOR", 0)  # as if an hour had gone by
    late = staged(look(hr, kind, kind.row))
    assert hr.post(at(kind, "process_import"), late).status_code == 404
    assert rows(kind) == before


@EACH
def test_imp_04_what_would_do_something_else_by_now_is_not_written(kind, login):
    first, second = login("hr"), login("second")
    mine, other = staged(look(first, kind, kind.row)), staged(look(second, kind, kind.row))
    assert second.post(at(kind, "process_import"), other).status_code == 302
    after = rows(kind)
    page = first.post(at(kind, "process_import"), mine)
    assert [p.text for p in page.context["problems"]] == ["预览之后，系统里的记录已有变动，请重新提交表格。"]
    assert rows(kind) == after


def test_imp_04_a_row_that_has_become_wrong_is_not_written(login, company):
    kind = KINDS[-1]
    mine = staged(look(login("hr"), kind, kind.row))
    Unit.objects.filter(pk=company.team.pk).update(code="renamed")
    page = login("hr").post(at(kind, "process_import"), mine)
    assert [p.text for p in page.context["problems"]] == ["没有代码为 team 的单位。"]
    assert PlanAssignment.objects.count() == 1


@EACH
def test_imp_01_a_sheet_with_one_bad_row_is_not_written(kind, login):
    before = rows(kind)
    bad = [kind.row[0], *["?"] * (len(kind.row) - 1)]
    for sheet in ((kind.row, bad), (bad, kind.row)):
        page = look(login("hr"), kind, *sheet)
        assert page.context["problems"]
        assert b'name="import_file_name"' not in page.content
    assert rows(kind) == before


def taken_away(client, kind, number):
    return client.post(at(kind, "export"), {"resource": "0", "format": str(number)})


@EACH
def test_imp_06_nothing_that_goes_out_is_a_formula(kind, login):
    hr = login("hr")
    sheet = load_workbook(BytesIO(taken_away(hr, kind, 0).content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    if kind.text is not None and kind.model is not LevelAmount:
        assert {row[kind.text] for row in sheet.iter_rows(values_only=True)} >= set(RISKY)
    text = taken_away(hr, kind, 1).content.decode("utf-8-sig")
    assert not re.search(r'(^|,)"?[=+@＝;|\t]', text, re.MULTILINE)


@EACH
def test_imp_25_what_goes_out_changes_nothing_and_goes_out_the_same(kind, login):
    hr, before = login("hr"), rows(kind)
    for number in (0, 1):
        content = taken_away(hr, kind, number).content
        page = hr.post(at(kind, "import"), {"import_file": SimpleUploadedFile("sheet", content)})
        assert page.context["problems"] == []
        assert page.context["changes"] == []
        assert page.context["result"].totals["skip"] == len(before)
        assert taken_away(hr, kind, number).content == content
    assert rows(kind) == before


@EACH
def test_imp_21_no_other_format_goes_in_or_out(kind, login):
    hr = login("hr")
    for number in ("2", "7", "-1", "yaml", ""):
        assert "Content-Disposition" not in taken_away(hr, kind, number)
    for content in (
        b'[{"date": "2026-10-08"}]',
        b"- date: 2026-10-08\n",
        b"<table><tr><td>1</td></tr></table>",
    ):
        page = hr.post(at(kind, "import"), {"import_file": SimpleUploadedFile("sheet.json", content)})
        assert page.context["result"] is None or page.context["problems"]


@EACH
def test_imp_23_only_hr_of_the_whole_company_hands_sheets_in(kind, login, company):
    company.branch_hr = factories.person("蒋欣", staff_no="branch_hr")
    factories.role(company.branch_hr, "hr", company.branch)
    before, mine = rows(kind), staged(look(login("hr"), kind, kind.row))
    for who in ("branch_hr", "finance", "manager", "agent"):
        client = login(who)
        assert client.get(at(kind, "import")).status_code in {403, 404}
        assert look(client, kind, kind.row).status_code in {403, 404}
        assert client.post(at(kind, "process_import"), mine).status_code in {403, 404}
    assert rows(kind) == before


def test_the_library_asks_for_rights_that_its_own_pages_check():
    assert settings.IMPORT_EXPORT_IMPORT_PERMISSION_CODE
    assert settings.IMPORT_EXPORT_EXPORT_PERMISSION_CODE
    assert settings.IMPORT_EXPORT_USE_TRANSACTIONS


FAULTS = [
    pytest.param(KINDS[4], {0: "nothing"}, "方案代码 没有代码为 nothing 的方案。", id="no such plan"),
    pytest.param(KINDS[4], {1: "nowhere"}, "单位代码 没有代码为 nowhere 的单位。", id="no such unit"),
    pytest.param(KINDS[4], {4: "2024-12-01"}, "方案代码 ", id="no version in force on the day"),
    pytest.param(KINDS[4], {3: "志愿者"}, "用工形式 ", id="no such kind of employment"),
    pytest.param(KINDS[3], {3: "0x10"}, "序号 请填写整数。", id="rank in hexadecimal"),
    pytest.param(KINDS[3], {3: "1"}, "", id="rank of another level"),
    pytest.param(KINDS[3], {0: "none"}, "岗位代码 没有代码为 none 的岗位。", id="no such position"),
]


@pytest.mark.parametrize(("kind", "changed", "said"), FAULTS)
def test_what_cannot_be_is_said_with_row_and_column(kind, changed, said, login):
    before = rows(kind)
    bad = [changed.get(place, cell) for place, cell in enumerate(kind.row)]
    good = [*kind.row[:4], "2026-11-01"] if kind is KINDS[4] else ["presales", "L8", "八级", "8"]
    (problem,) = look(login("hr"), kind, good, bad).context["problems"]
    assert problem.where == 3
    assert f"{problem.column} {problem.text}".startswith(said)
    assert rows(kind) == before
