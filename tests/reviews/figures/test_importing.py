"""Batches: previewed, applied whole or not at all, recognised the second time, undone."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from reviews.figures import applying, counting, importing
from reviews.figures.accounts import declare_account, match_account, suggest, waiting_accounts
from reviews.figures.days import Span
from reviews.figures.importing import Asked, Refused, Upload
from reviews.models import AgentFigures, ImportBatch, ShopFigures, ShopMonth, SourceOrder, Target
from staff.models import PlatformAccount
from tests import factories
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service, text, xlsx

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
CHITU = ("客服昵称", "接待人数", "未回复人数", "询单人数", "销售额")


@pytest.fixture
def shop():
    return factories.shop()


@pytest.fixture
def xiaoya(shop):
    person = factories.person("林雅", staff_no="0017")
    factories.account("示例旗舰店:小雅", shop=shop, holder=person)
    return person


@pytest.fixture
def hr():
    return factories.person("韩雪", staff_no="0001").users.get()


def staged(shop, *paths, by=None, **asked):
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=by, asked=Asked(**asked))
    importing.stage(batch)
    return batch


def imported(shop, *paths, **asked):
    batch = staged(shop, *paths, **asked)
    applying.apply(batch, by=None, at=AT)
    return batch


def counts(batch):
    return [
        (f.new, f.changed, f.unchanged, f.skipped, f.faulty, f.unknown) for f in batch.files.order_by("pk")
    ]


def errors(batch):
    found = [issue for file in batch.files.all() for issue in file.issues.filter(severity="error")]
    return [(issue.code, issue.row, issue.column) for issue in found]


def counted(person=None, **kwargs):
    rows = counting.counted_agent_figures(first_day=OCTOBER[0], last_day=OCTOBER[1], **kwargs)
    return [row for row in rows if person is None or row.person_id == person.pk]


def test_nothing_counts_before_it_is_applied(shop, xiaoya, tmp_path):
    batch = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    assert (batch.state, counts(batch)) == ("staged", [(1, 0, 0, 0, 0, 0)])
    assert counted() == []
    applying.apply(batch, by=None, at=AT)
    assert counted(xiaoya)[0].value("sales") == D("2637.68")


def test_IMP_01_one_bad_cell_changes_nothing_and_is_named(shop, xiaoya, tmp_path):
    good = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result())
    bad = xlsx(tmp_path / "b_20261001.xlsx", SERVICE, service("x"), service("y", 接待人数="1e309"))
    batch = staged(shop, good, bad)
    assert (batch.state, errors(batch)) == ("faulty", [("not_a_number", 3, "接待人数")])
    assert not AgentFigures.objects.exists()
    assert not PlatformAccount.objects.filter(name="x").exists()
    with pytest.raises(Refused):
        applying.apply(batch, by=None, at=AT)
    assert not AgentFigures.objects.exists()


def test_IMP_05_the_same_figures_again_are_recognised(shop, xiaoya, tmp_path):
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result(), result("b")))
    again = staged(shop, tmp_path / "a_20261001.xlsx")
    other_order = staged(shop, xlsx(tmp_path / "c_20261001.xlsx", RESULTS, result("b"), result()))
    assert counts(again) == counts(other_order) == [(0, 0, 2, 0, 0, 1)]
    assert again.files.get().same_as is not None
    with pytest.raises(Refused, match=r"nothing new|没有新"):
        applying.apply(again, by=None, at=AT)
    assert AgentFigures.objects.filter(current=True).count() == 2


def test_a_file_dropped_twice_is_read_once(shop, xiaoya, tmp_path):
    xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result())
    (tmp_path / "a_20261001 (1).xlsx").write_bytes((tmp_path / "a_20261001.xlsx").read_bytes())
    batch = imported(shop, tmp_path / "a_20261001.xlsx", tmp_path / "a_20261001 (1).xlsx")
    assert [file.left_out for file in batch.files.order_by("pk")] == [False, True]
    assert AgentFigures.objects.count() == 1


def test_changed_cells_are_shown_old_and_new_and_undo_brings_the_old_back(shop, xiaoya, hr, tmp_path):
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    batch = staged(shop, xlsx(tmp_path / "b_20261001.xlsx", RESULTS, result(询单最终付款金额=3000)))
    change = batch.files.get().changes.get()
    assert (change.field, change.old, change.new) == ("sales", "2,637.68", "3,000.00")
    applying.apply(batch, by=None, at=AT)
    assert counted(xiaoya)[0].value("sales") == 3000
    applying.undo(batch, by=hr, at=AT)
    assert counted(xiaoya)[0].value("sales") == D("2637.68")
    assert batch.state == ImportBatch.State.UNDONE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older first", "newer first"])
def test_undoing_all_batches_in_any_order_leaves_nothing(shop, xiaoya, hr, tmp_path, order):
    batches = [
        imported(shop, xlsx(tmp_path / f"{amount}_20261001.xlsx", RESULTS, result(询单最终付款金额=amount)))
        for amount in (1000, 2000)
    ]
    applying.undo(batches[order[0]], by=hr, at=AT)
    assert [row.value("sales") for row in counted(xiaoya)] == [1000 if order[0] else 2000]
    applying.undo(batches[order[1]], by=hr, at=AT)
    assert counted() == []


def test_undoing_the_middle_batch_keeps_the_newest(shop, xiaoya, hr, tmp_path):
    _first, middle, last = (
        imported(shop, xlsx(tmp_path / f"{amount}_20261001.xlsx", RESULTS, result(询单最终付款金额=amount)))
        for amount in (1000, 2000, 3000)
    )
    applying.undo(middle, by=hr, at=AT)
    assert counted(xiaoya)[0].value("sales") == 3000
    applying.undo(last, by=hr, at=AT)
    assert counted(xiaoya)[0].value("sales") == 1000


def test_an_unknown_account_waits_and_counts_once_matched(shop, hr, tmp_path):
    person = factories.person("林雅", staff_no="0017")
    batch = imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    assert batch.files.get().unknown == 1
    waiting = waiting_accounts()
    suggest(waiting, [person])
    assert [(w.name, w.stake.rows, w.stake.sales, [s.person for s in w.suggestions]) for w in waiting] == [
        ("示例旗舰店:小雅", 1, D("2637.68"), [person])
    ]
    assert counted(person) == []
    match_account(PlatformAccount.objects.get(), person=person, starts_on=date(2026, 10, 1))
    assert PlatformAccount.objects.get().kind == PlatformAccount.Kind.PERSON
    assert counted(person)[0].value("sales") == D("2637.68")
    assert waiting_accounts() == []
    assert staged(shop, tmp_path / "a_20261001.xlsx").files.get().unknown == 0


def test_figures_before_the_match_wait_on(shop, tmp_path):
    person = factories.person("林雅", staff_no="0017")
    imported(shop, *(xlsx(tmp_path / f"a_2026100{day}.xlsx", RESULTS, result()) for day in (1, 2)))
    account = PlatformAccount.objects.get()
    match_account(account, person=person, starts_on=date(2026, 10, 2))
    assert [row.first_day.day for row in counted(person)] == [2]
    assert [(w.first_day.day, w.last_day.day) for w in waiting_accounts()] == [(1, 1)]


def test_a_robots_figures_stay_with_the_shop(shop, tmp_path):
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    declare_account(PlatformAccount.objects.get(), kind="robot")
    assert waiting_accounts() == []
    assert [row.person_id for row in counted()] == [None]


def test_two_formats_fill_one_day_and_the_order_of_sources_decides(shop, xiaoya, tmp_path):
    batch = imported(
        shop,
        xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()),
        xlsx(tmp_path / "b_20261001.xlsx", SERVICE, service()),
    )
    row = counted(xiaoya)[0]
    assert (row.value("sales"), row.value("receptions")) == (D("2637.68"), 139)
    response = row.fields["average_response_seconds"]
    assert (response.value, response.source) == (D("33.46"), "qianniu_results")
    assert [(o.source, o.value) for o in response.others] == [("qianniu_service", D("40.63"))]
    shown = {(c.field, c.source, c.wins) for file in batch.files.all() for c in file.changes.all()}
    assert ("average_response_seconds", "qianniu_service", True) in shown
    assert not any(source == "qianniu_results" for _field, source, _wins in shown)
    SourceOrder.objects.create(
        shop=shop, month=date(2026, 10, 1), field="average_response_seconds", source="qianniu_service", rank=1
    )
    row = counted(xiaoya)[0]
    assert (row.value("average_response_seconds"), row.value("first_response_seconds")) == (
        D("40.63"),
        D("20.07"),
    )


def test_undoing_a_batch_falls_back_to_the_next_source(shop, xiaoya, hr, tmp_path):
    results = imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    imported(shop, xlsx(tmp_path / "b_20261001.xlsx", SERVICE, service()))
    applying.undo(results, by=hr, at=AT)
    row = counted(xiaoya)[0]
    assert (row.value("average_response_seconds"), row.value("sales")) == (D("40.63"), None)


def test_an_average_weighs_by_its_days_receptions(shop, xiaoya, tmp_path):
    imported(
        shop,
        xlsx(tmp_path / "a_20261001.xlsx", SERVICE, service(**{"接待人数": 100, "平均响应时长（秒)": 10})),
        xlsx(tmp_path / "a_20261002.xlsx", SERVICE, service(**{"接待人数": 300, "平均响应时长（秒)": 30})),
    )
    found = counting.average(counted(xiaoya), "average_response_seconds")
    assert (found.value, found.base, found.weight, found.rows) == (25, "receptions", 400, 2)


def test_an_average_without_receptions_says_what_it_weighs_by(shop, xiaoya, tmp_path):
    imported(
        shop,
        xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result(**{"询单人数": 40, "平均响应时长（秒）": 10})),
        xlsx(tmp_path / "a_20261002.xlsx", RESULTS, result(**{"询单人数": 60, "平均响应时长（秒）": 20})),
    )
    found = counting.average(counted(xiaoya), "average_response_seconds")
    assert (found.value, found.base) == (16, "inquiries")


@pytest.mark.parametrize(
    ("overlap", "code", "kept"),
    [
        pytest.param("ask", "overlap", [1, 2], id="refused"),
        pytest.param("keep", None, [1, 2], id="daily figures kept"),
        pytest.param("replace", None, [31], id="the month replaces them"),
    ],
)
def test_a_month_over_days_that_fill_the_same_field(shop, xiaoya, hr, tmp_path, overlap, code, kept):
    imported(shop, *(xlsx(tmp_path / f"a_2026100{day}.xlsx", RESULTS, result()) for day in (1, 2)))
    month = xlsx(tmp_path / "m_2026-10.xlsx", CHITU, ["示例旗舰店:小雅", 900, 3, 300, 5000])
    batch = staged(shop, month, overlap=overlap)
    assert errors(batch) == ([(code, 2, "")] if code else [])
    if overlap == "replace":
        applying.apply(batch, by=None, at=AT)
    elif overlap == "keep":
        with pytest.raises(Refused):
            applying.apply(batch, by=None, at=AT)
    assert [row.last_day.day for row in sorted(counted(xiaoya), key=lambda row: row.last_day)] == kept
    if overlap == "replace":
        applying.undo(batch, by=hr, at=AT)
        assert [row.last_day.day for row in sorted(counted(xiaoya), key=lambda r: r.last_day)] == [1, 2]


def test_spans_that_fill_different_fields_stand_side_by_side(shop, xiaoya, tmp_path):
    head = ("日期", "工号", "件数")
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    month = ("日期", "结束日期", "平台账号", "件数")
    row = ["2026-10-01", "2026-10-31", "示例旗舰店:小雅", 44]
    batch = imported(shop, xlsx(tmp_path / "own.xlsx", month, row))
    assert errors(batch) == []
    assert len(head) == 3
    assert sum(row.value("items") or 0 for row in counted(xiaoya)) == 44


def test_figures_by_account_and_by_staff_number_count_once(shop, xiaoya, tmp_path):
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    own = ("日期", "工号", "销售额", "件数")
    imported(shop, xlsx(tmp_path / "own.xlsx", own, ["2026-10-01", "0017", 9999, 44]))
    rows = counted(xiaoya)
    assert [row.value("sales") for row in rows if row.value("sales") is not None] == [D("2637.68")]
    assert sum(row.value("items") or 0 for row in rows) == 44


@pytest.mark.parametrize(
    ("name", "ok"), [("付款优先判定_20261002.xlsx", True), ("下单优先判定_20261002.xlsx", False)]
)
def test_one_shop_and_month_never_mixes_two_modes(shop, xiaoya, tmp_path, name, ok):
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    assert ShopMonth.objects.get().mode == "pay_first"
    batch = staged(shop, xlsx(tmp_path / name, RESULTS, result()))
    assert [code for code, _r, _c in errors(batch)] == ([] if ok else ["mode_mixed"])


def test_undoing_the_only_batch_frees_the_months_mode(shop, xiaoya, hr, tmp_path):
    batch = imported(shop, xlsx(tmp_path / "下单优先判定_20261001.xlsx", RESULTS, result()))
    assert ShopMonth.objects.get().mode == "order_first"
    applying.undo(batch, by=hr, at=AT)
    assert ShopMonth.objects.get().mode == ""


def test_IMP_04_a_preview_that_no_longer_holds_is_refused(shop, xiaoya, tmp_path):
    first = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    other = xlsx(tmp_path / "b_20261001.xlsx", RESULTS, result(询单最终付款金额=1))
    imported(shop, other)
    with pytest.raises(Refused):
        applying.apply(first, by=None, at=AT)
    first.refresh_from_db()
    assert first.state == ImportBatch.State.STAGED
    importing.stage(first)
    assert counts(first) == [(0, 1, 0, 0, 0, 0)]
    applying.apply(first, by=None, at=AT)
    assert counted(xiaoya)[0].value("sales") == D("2637.68")


def test_two_people_apply_one_batch_and_one_is_refused(shop, xiaoya, tmp_path):
    batch = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    stale = ImportBatch.objects.get(pk=batch.pk)
    applying.apply(batch, by=None, at=AT)
    with pytest.raises(Refused):
        applying.apply(stale, by=None, at=AT)
    assert AgentFigures.objects.count() == 1


def test_staging_twice_leaves_one_set_of_rows(shop, xiaoya, tmp_path):
    batch = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    importing.stage(batch)
    assert AgentFigures.objects.count() == 1


def test_discarding_removes_rows_and_files(shop, xiaoya, tmp_path):
    batch = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    importing.discard(batch)
    assert not AgentFigures.objects.exists()
    assert not importing.folder_of(batch).exists()


def test_two_files_of_one_batch_that_disagree_are_refused(shop, xiaoya, tmp_path):
    one = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result())
    other = xlsx(tmp_path / "b_20261001.xlsx", RESULTS, result(询单人数=50))
    assert errors(staged(shop, one, other)) == [("twice_in_batch", 2, "")]


def test_shop_days_in_force(shop, tmp_path):
    rows = [[f"2026-10-0{day}", 100 * day, day, day, "1,000.00", ""] for day in (1, 2)]
    imported(shop, text(tmp_path / "s.csv", SHOP_DAYS, *rows, encoding="gb18030"))
    found = counting.counted_shop_figures(first_day=OCTOBER[0], last_day=OCTOBER[1], shop_ids=[shop.pk])
    assert sum(row.fields["visitors"].value for row in found) == 300
    assert ShopFigures.objects.filter(current=True).count() == 2


def test_a_week_over_a_months_end_feeds_no_month(shop, xiaoya, tmp_path):
    imported(shop, xlsx(tmp_path / "a_2026-09-28至2026-10-04.xlsx", RESULTS, result()))
    assert counted() == []


def test_an_unknown_staff_number_is_an_error(shop, tmp_path):
    path = xlsx(tmp_path / "own.xlsx", ("日期", "工号", "销售额"), ["2026-10-01", "0404", 1])
    assert errors(staged(shop, path)) == [("unknown_person", 2, "工号")]


def test_targets_by_sheet_are_versions_and_can_be_undone(shop, xiaoya, hr, tmp_path):
    head = ("月份", "工号", "销售目标", "主推单品目标")
    imported(shop, xlsx(tmp_path / "t.xlsx", head, ["2026-10", "0017", 60000, ""]))
    batch = staged(shop, xlsx(tmp_path / "u.xlsx", head, ["2026-10", "0017", 70000, 8000]))
    assert counts(batch) == [(0, 1, 0, 0, 0, 0)]
    applying.apply(batch, by=hr, at=AT)
    in_force = dict(Target.objects.current().values_list("kind", "amount"))
    assert in_force == {"sales": D(70000), "featured": D(8000)}
    applying.undo(batch, by=hr, at=AT)
    assert dict(Target.objects.current().values_list("kind", "amount")) == {"sales": D(60000)}


def test_exam_marks_shifts_and_people_by_sheet(shop, xiaoya, hr, tmp_path):
    team = factories.unit("T1")
    factories.position()
    marks = xlsx(
        tmp_path / "m.xlsx", ("工号", "考试", "考试日期", "得分"), ["0017", "产品知识", "2026-10-20", 92]
    )
    shifts = xlsx(
        tmp_path / "s.xlsx", ("工号", "日期", "上班", "下班"), ["0017", "2026-10-01", "22:00", "06:00"]
    )
    people = xlsx(
        tmp_path / "p.xlsx",
        ("工号", "姓名", "入职日期", "组", "岗位", "平台账号"),
        ["0018", "潘雪", "2026-10-01", team.code, "presales", "示例旗舰店:小满"],
    )
    batch = imported(shop, marks, shifts, people)
    assert counts(batch) == [(1, 0, 0, 0, 0, 0)] * 3
    shift = xiaoya.shifts.get()
    assert (shift.ends_at - shift.starts_at).total_seconds() == 8 * 3600
    assert xiaoya.exam_marks.get().mark == 92
    assert PlatformAccount.objects.get(name="示例旗舰店:小满").holders.get().person.name == "潘雪"
    again = staged(shop, marks, shifts, people)
    assert counts(again) == [(0, 0, 1, 0, 0, 0)] * 3
    with pytest.raises(Refused):
        applying.undo(batch, by=hr, at=AT)


def test_a_mark_above_full_is_named(shop, xiaoya, tmp_path):
    head = ("工号", "考试", "考试日期", "得分", "满分")
    path = xlsx(
        tmp_path / "m.xlsx",
        head,
        ["0017", "产品知识", "2026-10-20", 92, 90],
        ["0017", "乐理", "2026-10-20", 9, 9],
    )
    assert [code for code, _r, _c in errors(staged(shop, path))] == ["unknown_word"]
    path = xlsx(tmp_path / "n.xlsx", head, ["0017", "产品知识", "2026-10-20", 92, 90])
    assert errors(staged(shop, path)) == [("mark_above_full", 2, "")]


def test_the_number_of_queries_does_not_grow_with_the_rows(shop, tmp_path, django_assert_max_num_queries):
    one = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, *(result(f"店:{n}") for n in range(3)))
    many = xlsx(tmp_path / "b_20261002.xlsx", RESULTS, *(result(f"店:{n}") for n in range(300)))
    for path in (one, many):
        with django_assert_max_num_queries(12):
            importing.preview([Upload(path, path.name)], shop=shop, asked=Asked())
    imported(shop, many)
    with django_assert_max_num_queries(5):
        assert len(counted(shop_ids=[shop.pk])) == 300


def test_asked_days_are_kept_with_the_batch(shop, xiaoya, tmp_path):
    span = Span(date(2026, 10, 3), date(2026, 10, 3))
    batch = imported(shop, xlsx(tmp_path / "a.xlsx", RESULTS, result()), span=span)
    assert importing.asked_of(batch).span == span
    assert counted(xiaoya)[0].first_day == span.first


@pytest.mark.parametrize("month", [None, date(2026, 10, 1)], ids=["every month", "one month"])
def test_a_source_has_one_place_for_a_field(shop, month):
    place = {"shop": shop, "month": month, "field": "sales", "source": "own"}
    SourceOrder.objects.create(**place, rank=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SourceOrder.objects.create(**place, rank=2)
