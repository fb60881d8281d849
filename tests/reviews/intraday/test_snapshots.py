"""Snapshots go in like any file, stand beside the day, and move no counting figure."""

import json
from datetime import date, datetime, time
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command

from reviews.figures import applying, counting, importing
from reviews.figures.accounts import match_account, waiting_accounts
from reviews.figures.days import Span
from reviews.figures.importing import Refused
from reviews.figures.planned import FileAnswer
from reviews.figures.reading import read_file
from reviews.figures.rows import ERROR
from reviews.intraday.table import hourly
from reviews.models import AgentFigures, ImportBatch, Snapshot
from staff.models import PlatformAccount
from tests import factories
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service, xlsx
from tests.reviews.figures.test_importing import AT, counts, errors, imported, staged

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 11)


def wall(hour):
    return datetime.combine(DAY, time(hour))


YU, HE = "示例旗舰店:小雨", "示例旗舰店:小何"


@pytest.fixture
def shop():
    return factories.shop()


@pytest.fixture
def yu(shop):
    person = factories.person("于敏", staff_no="0021")
    factories.account(YU, shop=shop, holder=person)
    return person


def sheet(folder, name, **sales):
    rows = [result({"yu": YU, "he": HE}[who], 询单最终付款金额=value) for who, value in sales.items()]
    return xlsx(folder / name, RESULTS, *rows)


def ten(folder, **sales):
    return sheet(folder, "客服业绩_20261111_1030.xlsx", **(sales or {"yu": "100.00"}))


def held(**kwargs):
    rows = Snapshot.objects.filter(current=True, **kwargs)
    return [(row.account_name, row.sales, row.taken_at.strftime("%H:%M")) for row in rows]


def counted():
    return counting.counted_agent_figures(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))


def test_a_file_with_an_hour_stands_beside_the_day_and_counts_for_nothing(shop, yu, tmp_path):
    day = imported(shop, sheet(tmp_path, "客服业绩_20261111.xlsx", yu="2,637.68"))
    before = counted()
    batch = imported(shop, ten(tmp_path))
    assert counts(batch) == [(1, 0, 0, 0, 0, 0)]
    assert held() == [(YU, D("100.00"), "02:30")]
    assert counted() == before
    assert before[0].value("sales") == D("2637.68")
    assert AgentFigures.objects.filter(current=True).count() == 1
    assert day.state == ImportBatch.State.APPLIED


def test_nothing_is_kept_before_it_is_applied(shop, yu, tmp_path):
    batch = staged(shop, ten(tmp_path))
    assert (batch.state, batch.files.get().first_day) == ("staged", DAY)
    assert held() == []


@pytest.mark.parametrize(
    "said", [{"asked": Span(DAY, DAY)}, {"at": datetime.combine(DAY, time(11, 30))}], ids=["day", "hour"]
)
def test_a_name_that_may_be_days_or_an_hour_is_settled_by_what_a_person_says(said, tmp_path):
    path = xlsx(tmp_path / "客服业绩_20261111_1130.xlsx", RESULTS, result())
    file = read_file(path, **said)
    assert [one.code for one in file.issues if one.severity == ERROR] == []
    assert (file.span, file.at) == (Span(DAY, DAY), datetime.combine(DAY, time(11, 30)))


def test_the_same_file_twice_changes_nothing_and_says_so(shop, yu, tmp_path):
    path = ten(tmp_path)
    imported(shop, path)
    again = staged(shop, path)
    assert counts(again) == [(0, 0, 1, 0, 0, 0)]
    assert again.files.get().same_as is not None
    with pytest.raises(Refused):
        applying.apply(again, by=None, at=AT)


def test_the_same_bytes_as_a_whole_day_are_no_same_file(shop, yu, tmp_path):
    path = ten(tmp_path)
    imported(shop, path)
    day = staged(shop, path.rename(tmp_path / "客服业绩_20261111.xlsx"))
    assert (counts(day), day.files.get().same_as) == ([(1, 0, 0, 0, 0, 0)], None)


def test_a_later_export_of_the_hour_takes_its_place_and_undo_brings_it_back(shop, yu, tmp_path):
    imported(shop, ten(tmp_path, yu="100.00", he="50.00"))
    second = imported(shop, ten(tmp_path, yu="120.00", he="50.00"))
    assert counts(second) == [(0, 1, 1, 0, 0, 0)]
    change = second.files.get().changes.get()
    assert (change.who, change.field, change.old, change.new) == (YU, "sales", "100.00", "120.00")
    assert sorted(held()) == [(HE, D("50.00"), "02:30"), (YU, D("120.00"), "02:30")]
    applying.undo(second, by=factories.person("韩雪").users.get(), at=AT)
    assert sorted(held()) == [(HE, D("50.00"), "02:30"), (YU, D("100.00"), "02:30")]


def test_undoing_the_earlier_batch_leaves_the_later_one(shop, yu, tmp_path):
    by = factories.person("韩雪").users.get()
    first = imported(shop, ten(tmp_path, yu="100.00"))
    second = imported(shop, ten(tmp_path, yu="120.00"))
    applying.undo(first, by=by, at=AT)
    assert held() == [(YU, D("120.00"), "02:30")]
    applying.undo(second, by=by, at=AT)
    assert held() == []


def test_an_unknown_account_is_kept_under_its_name_and_waits_for_its_match(shop, tmp_path):
    batch = imported(shop, ten(tmp_path))
    assert batch.files.get().unknown == 1
    assert PlatformAccount.objects.get().kind == PlatformAccount.Kind.UNKNOWN
    [span] = hourly(shop, DAY).spans
    assert (span.rows[0].name, span.rows[0].place, hourly(shop, DAY).unmatched) == (YU, 1, 1)
    [waiting] = waiting_accounts(shop_ids=[shop.pk])
    assert (waiting.name, waiting.stake.first_day, waiting.stake.sales) == (YU, DAY, D("100.00"))
    match_account(PlatformAccount.objects.get(name=YU), person=factories.person("于敏"), starts_on=DAY)
    assert hourly(shop, DAY).spans[0].rows[0].name == "于敏"
    assert waiting_accounts(shop_ids=[shop.pk]) == []


def test_a_person_may_say_the_hour(shop, yu, tmp_path):
    imported(shop, sheet(tmp_path, "业绩.xlsx", yu="1.00"), at=wall(11))
    assert held() == [(YU, D("1.00"), "03:00")]


def test_the_command_takes_the_hour(shop, yu, tmp_path):
    out = StringIO()
    path = sheet(tmp_path, "业绩.xlsx", yu="1.00")
    call_command("import_figures", path, shop=shop.name, at=wall(11), json=True, stdout=out)
    assert json.loads(out.getvalue())["applied"]
    assert held() == [(YU, D("1.00"), "03:00")]


@pytest.mark.parametrize(
    ("name", "asked", "code"),
    [
        ("客服业绩_20261111_1030.xlsx", {"at": wall(9)}, "snapshot_differs"),
        ("客服业绩_20261110.xlsx", {"at": wall(9)}, "snapshot_day"),
        ("客服业绩_20261111_1030.xlsx", {"span": Span(date(2026, 11, 1), DAY)}, "snapshot_day"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(shop, yu, tmp_path, name, asked, code):
    batch = staged(shop, sheet(tmp_path, name, yu="1.00"), **asked)
    assert [found for found, _row, _column in errors(batch)] == [code]
    assert batch.state == ImportBatch.State.FAULTY


def test_only_agents_files_are_snapshots(shop, tmp_path):
    days = xlsx(tmp_path / "店铺.xlsx", SHOP_DAYS, ["2026-11-11", 10, 1, 1, 5, "10%"])
    batch = staged(shop, days, at=wall(9))
    assert [code for code, _row, _column in errors(batch)] == ["snapshot_kind"]


def test_two_files_of_one_hour_that_differ_are_refused(shop, yu, tmp_path):
    other = sheet(tmp_path, "再导_20261111_1030.xlsx", yu="7.00")
    assert [code for code, _r, _c in errors(staged(shop, ten(tmp_path), other))] == ["snapshot_twice"]


def test_what_changed_since_the_preview_is_refused(shop, yu, tmp_path):
    waiting = staged(shop, ten(tmp_path, yu="100.00"))
    imported(shop, ten(tmp_path, yu="90.00"))
    with pytest.raises(Refused):
        applying.apply(waiting, by=None, at=AT)
    assert held() == [(YU, D("90.00"), "02:30")]


def test_a_day_by_hours_ranks_people_and_says_what_is_not_known(shop, yu, tmp_path):
    robot = factories.account("示例旗舰店:机器人", shop=shop)
    robot.kind = "robot"
    robot.save()
    first = [(YU, "100.00"), (HE, "50.00"), (robot.name, "500.00")]
    rows = [result(name, 询单最终付款金额=sales) for name, sales in first]
    imported(shop, xlsx(tmp_path / "客服业绩_20261111_1030.xlsx", RESULTS, *rows))
    rows = [result(YU, 询单最终付款金额="90.00"), result(HE, 询单最终付款金额="80.50"),
            result(robot.name, 询单最终付款金额="999.00")]  # fmt: skip
    imported(shop, xlsx(tmp_path / "客服业绩_20261111_1145.xlsx", RESULTS, *rows))
    later, first = hourly(shop, DAY).spans
    assert [(row.name, row.place, row.cells[0].done) for row in first.rows] == [
        ("于敏", 1, "100.00"),
        (HE, 2, "50.00"),
        (robot.name, None, "500.00"),
    ]
    assert [(row.name, row.place, row.cells[0].done, row.cells[0].total) for row in later.rows] == [
        (HE, 1, "30.50", "80.50"),
        ("于敏", None, "–", "90.00"),
        (robot.name, None, "499.00", "999.00"),
    ]
    assert later.rows[1].cells[0].why == "10:30 为 100.00，到 11:45 降为 90.00"
    assert (later.sums[0].done, later.sums[0].why) == ("529.50", "未计入 1 个不可知的")


def test_who_is_not_in_a_file_is_no_zero_and_it_says_so(shop, yu, tmp_path):
    imported(shop, ten(tmp_path, yu="100.00"))
    imported(shop, sheet(tmp_path, "客服业绩_20261111_1145.xlsx", he="50.00"))
    later, _first = hourly(shop, DAY).spans
    said = {row.name: (row.cells[0].done, row.cells[0].why) for row in later.rows}
    assert said == {"于敏": ("–", "11:45 的文件里没有"), HE: ("–", "10:30 的文件里没有")}


def test_two_sources_of_an_hour_fill_their_own_fields(shop, yu, tmp_path):
    imported(shop, ten(tmp_path))
    imported(
        shop, xlsx(tmp_path / "客服数据_20261111_1030.xlsx", SERVICE, service(YU, 接待人数=40, 未回复人数=0))
    )
    day = hourly(shop, DAY)
    assert [cell.done for cell in day.spans[0].rows[0].cells] == ["100.00", "49", "40"]
    assert len(day.sources) == 2


@pytest.mark.parametrize("many", [3, 30])
def test_the_page_asks_a_fixed_number_of_questions(shop, tmp_path, many, django_assert_max_num_queries):
    rows = []
    for number in range(many):
        person = factories.person(f"客服{number}", staff_no=f"9{number:03}", login=False)
        factories.account(f"店:{number}", shop=shop, holder=person)
        rows.append(result(f"店:{number}"))
    imported(shop, xlsx(tmp_path / "客服业绩_20261111_1030.xlsx", RESULTS, *rows))
    with django_assert_max_num_queries(8):
        assert len(hourly(shop, DAY).spans[0].rows) == many


def test_a_snapshot_whose_day_was_said_for_its_file_alone_goes_in(shop, yu, tmp_path):
    batch = staged(shop, sheet(tmp_path, "客服业绩_1030.xlsx", yu="100.00"))
    file = batch.files.get()
    answer = FileAnswer(span=Span(DAY, DAY))
    importing.ask(batch, asked=importing.Asked(files={file.stored: answer}))
    importing.stage(batch)
    applying.apply(batch, by=None, at=AT)
    assert held() == [(YU, D("100.00"), "02:30")]
    assert not AgentFigures.objects.exists()
