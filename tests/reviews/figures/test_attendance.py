"""钉钉's daily statistics and our own sheets of attendance and events."""

from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from reviews.figures import applying, importing
from reviews.figures.importing import Asked, Refused, Upload
from reviews.figures.preview.cuts import cut_of
from reviews.figures.reading import read_file
from reviews.models import ServiceEvent
from reviews.records import EventGiven, plan_events
from staff.models import Attendance
from tests import factories
from tests.reviews import scored
from tests.reviews.figures.sheets import text, xlsx

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
HEAD = (
    *("姓名", "考勤组", "部门", "工号", "职位", "UserId", "日期", "班次"),
    *("上班1打卡时间", "上班1打卡结果", "下班1打卡时间", "下班1打卡结果"),
    *("出勤天数", "休息天数", "迟到次数", "迟到时长", "旷工天数"),
)


def day_of(number="0017", day="2026-10-01", **values):
    row = dict.fromkeys(HEAD, "") | {"姓名": "林雅", "工号": number, "日期": day, "班次": "早班"}
    row |= {"上班1打卡时间": "09:07", "上班1打卡结果": "迟到", "下班1打卡结果": "正常"}
    row |= {"出勤天数": 1, "休息天数": 0, "迟到次数": 1, "迟到时长": "7分钟", "旷工天数": 0}
    return list((row | values).values())


def two_rows(path, *rows):
    """Write a sheet as 钉钉 does: titles, groups over merged cells, most columns merged downwards."""
    book = Workbook()
    page = book.active
    page.append(["每日统计表 统计日期：2026-10-01 至 2026-10-31"])
    page.append(["报表生成时间：2026-11-01 10:00"])
    groups = ["上班1", "", "下班1", "", "考勤结果", "", "", "", ""]
    page.append([*HEAD[:8], *groups])
    page.append([*[""] * 8, "打卡时间", "打卡结果", "打卡时间", "打卡结果", *HEAD[12:]])
    for column in range(1, 9):
        page.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    for first, last in ((9, 10), (11, 12), (13, 17)):
        page.merge_cells(start_row=3, end_row=3, start_column=first, end_column=last)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def blank_below(path, *rows):
    return xlsx(path, ["每日统计表"], HEAD, [*[""] * 14, "次", "分钟", ""], *rows)


def one_row(path, *rows):
    return xlsx(path, HEAD, *rows)


@pytest.mark.parametrize("make", [two_rows, blank_below, one_row])
def test_the_header_may_take_two_rows(tmp_path, make):
    file = read_file(make(tmp_path / "a.xlsx", day_of(), day_of("0018", "26-10-02 星期五")))
    assert file.errors == []
    assert (file.form.name, len(file.rows)) == ("钉钉 每日统计", 2)
    assert file.rows[0].values.keys() >= {"came", "went", "present_days", "late", "absent_days"}
    assert [(row.staff_no, row.span.first.day) for row in file.rows] == [("0017", 1), ("0018", 2)]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        pytest.param("26-10-01 星期四", None, id="a two-digit year with its weekday"),
        pytest.param("2026-10-01 星期四", None, id="a weekday"),
        pytest.param("26-10-01 星期五", "not_a_date", id="a weekday that does not fit"),
        pytest.param("26-10-01", "not_a_date", id="a two-digit year alone"),
        pytest.param("2026-10-04 周日", None, id="Sunday"),
        pytest.param("", "empty_cell", id="blank"),
    ],
)
def test_days_of_dingtalk(tmp_path, cell, problem):
    file = read_file(one_row(tmp_path / "a.xlsx", day_of(day=cell)))
    assert [issue.code for issue in file.errors] == ([problem] if problem else [])


@pytest.fixture
def shop(db):
    return factories.shop()


@pytest.fixture
def lin(shop):
    return factories.person("林雅", staff_no="0017")


@pytest.fixture
def hr(shop):
    return factories.person("韩雪", staff_no="0001").users.get()


def staged(shop, *paths, by=None):
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=by, asked=Asked())
    importing.stage(batch)
    return batch


def imported(shop, *paths, by=None):
    batch = staged(shop, *paths, by=by)
    applying.apply(batch, by=by, at=AT)
    return batch


def errors(batch):
    return [(i.code, i.row, i.column) for f in batch.files.all() for i in f.issues.filter(severity="error")]


def counts(batch):
    return [(f.new, f.changed, f.unchanged) for f in batch.files.order_by("pk")]


def in_force(person):
    rows = Attendance.objects.filter(person=person, superseded=False).order_by("source", "day")
    return [(row.source, row.day.day, row.present, row.late, row.absent) for row in rows]


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        pytest.param({}, (True, 1, 0), id="came late"),
        pytest.param({"出勤天数": "0.5", "迟到次数": 0, "旷工天数": "0.5"}, (True, 0, 1), id="half a day"),
        pytest.param({"出勤天数": 0, "迟到次数": 0, "旷工天数": 1}, (False, 0, 1), id="absent"),
        pytest.param({"出勤天数": "1天", "迟到次数": "2次"}, (True, 2, 0), id="units"),
        pytest.param({"迟到次数": "", "旷工天数": "-"}, (True, 1, 0), id="late by the clock's result"),
        pytest.param(
            {"迟到次数": "", "上班1打卡结果": "正常"}, (True, 0, 0), id="in time by the clock's result"
        ),
        pytest.param(
            {"班次": "休息", "出勤天数": 0, "迟到次数": "", "旷工天数": ""}, (False, 0, 0), id="a rest day"
        ),
    ],
)
def test_a_day_of_dingtalk_becomes_attendance(shop, lin, tmp_path, values, stored):
    if values.get("班次") == "休息":
        values |= {"上班1打卡结果": "", "下班1打卡结果": ""}
    imported(shop, two_rows(tmp_path / "a.xlsx", day_of(**values)))
    assert in_force(lin) == [("dingtalk", 1, *stored)]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(day_of("17"), ("unknown_person", 5, "工号"), id="a number is matched exactly"),
        pytest.param(day_of(""), ("empty_cell", 5, "工号"), id="no number"),
        pytest.param(day_of(出勤天数=2), ("more_than_a_day", 5, "出勤天数"), id="two days in one"),
        pytest.param(day_of(出勤天数=32), ("too_large", 5, "出勤天数"), id="IMP_16 32 days"),
        pytest.param(day_of(迟到次数=-1), ("negative_count", 5, "迟到次数"), id="less than none"),
        pytest.param(
            day_of(迟到次数="", 上班1打卡结果="", 下班1打卡结果=""),
            ("empty_cell", 5, "迟到次数"),
            id="not said",
        ),
    ],
)
def test_a_sheet_with_a_fault_is_refused_whole(shop, lin, tmp_path, row, problem):
    batch = staged(shop, two_rows(tmp_path / "a.xlsx", row, day_of(day="2026-10-02")))
    assert errors(batch) == [problem]
    with pytest.raises(Refused):
        applying.apply(batch, by=None, at=AT)
    assert in_force(lin) == []


def test_all_faults_of_a_sheet_are_said_at_once(shop, lin, tmp_path):
    rows = [day_of("0404"), day_of(day="2026-13-01"), day_of(day="2026-10-03", 出勤天数=2)]
    batch = staged(shop, two_rows(tmp_path / "a.xlsx", *rows))
    assert sorted(errors(batch)) == [
        ("more_than_a_day", 7, "出勤天数"),
        ("no_such_day", 6, "日期"),
        ("unknown_person", 5, "工号"),
    ]
    cut = cut_of(importing.folder_of(batch) / batch.files.get().stored, list(batch.files.get().issues.all()))
    head = next(row for row in cut.rows if row.tone == "header")
    assert {"姓名", "工号", "日期"} <= {cell.text for cell in head.cells}


def test_an_unknown_number_is_named_once_and_days_of_nothing_are_left_out(shop, lin, tmp_path):
    days = [day_of("0404", f"2026-10-0{n}") for n in range(1, 6)]
    assert errors(staged(shop, two_rows(tmp_path / "a.xlsx", *days))) == [("unknown_person", 5, "工号")]
    silent = day_of(出勤天数="", 迟到次数="", 旷工天数="")
    batch = imported(shop, two_rows(tmp_path / "b.xlsx", silent, day_of(day="2026-10-02")))
    assert [(i.code, i.params) for i in batch.files.get().issues.filter(code="no_attendance")] == [
        ("no_attendance", {"count": 1})
    ]
    assert [row[1] for row in in_force(lin)] == [2]


def test_a_later_sheet_supersedes_and_its_undoing_brings_the_earlier_back(shop, lin, hr, tmp_path):
    first = imported(shop, two_rows(tmp_path / "a.xlsx", day_of(), day_of(day="2026-10-02")))
    again = staged(shop, one_row(tmp_path / "b.xlsx", day_of(), day_of(day="2026-10-02")))
    assert counts(again) == [(0, 0, 2)]
    second = imported(shop, one_row(tmp_path / "c.xlsx", day_of(迟到次数=0), day_of(day="2026-10-03")))
    assert counts(second) == [(1, 1, 0)]
    assert [row[1:4:2] for row in in_force(lin)] == [(1, 0), (2, 1), (3, 1)]
    third = imported(shop, one_row(tmp_path / "d.xlsx", day_of(迟到次数=5)))
    applying.undo(second, by=hr, at=AT)
    assert [row[1:4:2] for row in in_force(lin)] == [(1, 5), (2, 1)]
    applying.undo(third, by=hr, at=AT)
    assert [row[1:4:2] for row in in_force(lin)] == [(1, 1), (2, 1)]
    applying.undo(first, by=hr, at=AT)
    assert in_force(lin) == []
    assert Attendance.objects.count() == 5


@pytest.fixture
def submitted(db):
    """Somebody whose card of October is submitted, in a team with a shop."""
    team = scored.team()
    agent = factories.person("林雅", staff_no="0017", unit=team.unit, position=team.position)
    scored.act("submit", scored.card(team, agent), team.supervisor)
    return team, agent


def test_attendance_of_a_submitted_month_is_not_undone(submitted, tmp_path):
    team, agent = submitted
    batch = imported(team.shop, one_row(tmp_path / "a.xlsx", day_of()))
    assert batch.files.get().issues.get(code="frozen").params == {"count": 1}
    with pytest.raises(Refused, match="2026-10"):
        applying.undo(batch, by=agent.users.get(), at=AT)
    assert len(in_force(agent)) == 1


def test_a_thousand_days_take_as_many_queries_as_three(shop, tmp_path, django_assert_max_num_queries):
    for number in range(30):
        factories.person(f"客服{number}", staff_no=f"N{number}", login=False)
    for people in (1, 30):
        rows = [day_of(f"N{n}", f"2026-10-{d:02}") for n in range(people) for d in range(1, 32)]
        path = one_row(tmp_path / f"{people}.xlsx", *rows)
        with django_assert_max_num_queries(8):
            importing.preview([Upload(path, path.name)], shop=shop, asked=Asked())


OWN = ("工号", "姓名", "日期", "出勤", "迟到次数", "旷工次数")
EVENTS = ("工号", "日期", "类型", "订单编号", "经过", "原因", "处理")


def test_own_attendance_stands_beside_the_platforms(shop, lin, tmp_path):
    imported(shop, one_row(tmp_path / "a.xlsx", day_of()))
    imported(shop, text(tmp_path / "b.csv", OWN, ["0017", "林雅", "2026-10-01", "是", 0, 0], encoding="gbk"))
    assert in_force(lin) == [("dingtalk", 1, True, 1, 0), ("own", 1, True, 0, 0)]
    blank = staged(shop, text(tmp_path / "c.csv", OWN, ["0017", "", "2026-10-02", "是", "", 0]))
    assert errors(blank) == [("empty_cell", 2, "迟到次数")]


def test_HR_of_one_branch_writes_nothing_for_another(shop, lin, tmp_path):
    root = factories.unit("root", kind="company")
    north = factories.unit("north", parent=root, kind="branch", shop=shop)
    south = factories.unit("south", parent=root, kind="branch")
    pei = factories.person("裴南", staff_no="0020", unit=south, position=factories.position())
    tao = factories.person("陶北", staff_no="0021", unit=north, position=factories.position())
    boss = factories.person("韩雪", staff_no="0001")
    factories.role(boss, "hr", north)
    by = boss.users.get()
    path = one_row(tmp_path / "a.xlsx", day_of("0021"), day_of("0020"))
    assert errors(staged(shop, path, by=by)) == [("unknown_person", 3, "工号")]
    events = xlsx(tmp_path / "e.xlsx", EVENTS, ["0020", "2026-10-01", "投诉", "", "态度", "", ""])
    assert errors(staged(shop, events, by=by)) == [("unknown_person", 2, "工号")]
    imported(shop, one_row(tmp_path / "b.xlsx", day_of("0021")), by=by)
    assert (len(in_force(tao)), in_force(pei)) == (1, [])


def test_events_by_sheet_are_recorded_once_masked_and_open(shop, lin, hr, tmp_path):
    rows = [
        ["0017", "2026-10-01", "纠纷", '="1234567890123456789"', "买家留了电话 13812345678", "物流", "补发"],
        ["0017", "2026-10-02", "好评", "", "夸了服务", "", ""],
    ]
    path = text(tmp_path / "e.csv", EVENTS, *rows, encoding="gb18030")
    batch = imported(shop, path)
    found = list(ServiceEvent.objects.order_by("day"))
    assert [(e.kind, e.cause, e.state, e.order_tail, e.shop_id) for e in found] == [
        ("dispute", "logistics", "open", "6789", shop.pk),
        ("praise", "", "open", "", shop.pk),
    ]
    assert "13812345678" not in found[0].account
    assert found[0].order_digest
    again = staged(shop, text(tmp_path / "f.csv", EVENTS, *rows, encoding="utf-8"))
    assert counts(again) == [(0, 0, 2)]
    with pytest.raises(Refused):
        applying.undo(batch, by=hr, at=AT)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param(["0017", "2026-10-01", "吵架", "", "x", "", ""], "unknown_word", id="no such kind"),
        pytest.param(["0017", "2026-10-01", "投诉", "", "", "", ""], "empty_cell", id="nothing said"),
        pytest.param(["0017", "2099-10-01", "投诉", "", "x", "", ""], "refused_row", id="a day to come"),
        pytest.param(["0404", "2026-10-01", "投诉", "", "x", "", ""], "unknown_person", id="nobody"),
    ],
)
def test_events_that_cannot_be_are_named(shop, lin, tmp_path, row, code):
    assert [e[0] for e in errors(staged(shop, xlsx(tmp_path / "e.xlsx", EVENTS, row)))] == [code]


def test_events_of_a_submitted_card_and_of_oneself_are_refused(submitted):
    team, agent = submitted
    given = EventGiven("2", agent.pk, "dispute", date(2026, 10, 1), "x")
    plan = plan_events([given], shop=team.shop, by=agent.users.get(), at=AT)
    assert [what for _where, what, _text in plan.problems] == ["day", "staff_no"]
    assert plan.new == []
