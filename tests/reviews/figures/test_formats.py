"""Every listed format, in files nobody has tuned for: other orders, brackets, encodings, ways to write a cell."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from reviews.figures import applying, importing
from reviews.figures.days import Span
from reviews.figures.exporting import exported_rows
from reviews.figures.fields import AGENT_FIELDS
from reviews.figures.importing import Asked, Upload
from reviews.figures.reading import read_file
from reviews.figures.stakes import UNMATCHED
from reviews.models import AgentFigures
from tests import factories
from tests.reviews.figures.exports import COLUMNS, SHOP, Maker, columns_of
from tests.reviews.figures.sheets import text, xlsx

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
RATES = {"reply_rate", "satisfaction_rate", "answer_ratio"}


def span_of(export):
    return Span(*export.span) if export.span else None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", COLUMNS)
def test_an_export_with_any_quirks_reads_to_its_figures(tmp_path, name, seed):
    export = Maker(name, seed, tmp_path).make()
    file = read_file(export.path, asked=span_of(export))
    assert file.errors == []
    assert (file.form.name, file.skipped) == (name, export.skipped)
    found = [
        (
            row.account,
            row.span.first,
            row.span.last,
            {k: v for k, v in row.values.items() if k in AGENT_FIELDS},
        )
        for row in file.rows
    ]
    wanted = [(row.account, row.first, row.last, row.values) for row in export.rows]
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine[:3] == theirs[:3]
        for key in mine[3].keys() | theirs[3].keys():
            assert mine[3].get(key) == pytest.approx(
                theirs[3].get(key), abs=D("0.00005") if key in RATES else 0
            ), key
    assert ["not_final" in row.flags for row in file.rows] == [row.not_final for row in export.rows]


PDD = ("店铺名", "客服账号", "咨询人数", "客服销售额")


def staged(shop, *paths, **asked):
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=None, asked=Asked(**asked))
    importing.stage(batch)
    return batch


def imported(shop, *paths, **asked):
    batch = staged(shop, *paths, **asked)
    applying.apply(batch, by=None, at=AT)
    return batch


def said(batch):
    issues = batch.files.get().issues.exclude(
        code=UNMATCHED
    )  # that nobody has the account is not at stake here
    return [issue.code for issue in issues.order_by("pk")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", COLUMNS)
def test_an_export_comes_out_again_as_it_went_in(tmp_path, name):
    shop = factories.shop(SHOP)
    export = Maker(name, 77, tmp_path).make()
    imported(shop, export.path, span=span_of(export))
    found = {
        (row.pop("account"), row["date"], row["last_date"]): row
        for row in exported_rows(shop, first=date(2026, 10, 1), last=date(2026, 10, 31))
    }
    assert len(found) == len(export.rows)
    for row in export.rows:
        out = found[row.account, f"{row.first}", f"{row.last}"]
        for key, value in row.values.items():
            assert D(out[key]) == pytest.approx(value, abs=D("0.00005") if key in RATES else 0)
        assert out.keys() - {"date", "last_date", "staff_no", "source"} == row.values.keys()
    flags = AgentFigures.objects.filter(flags__contains="not_final").count()
    assert flags == sum(row.not_final for row in export.rows)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("names", "codes", "read"),
    [
        pytest.param([SHOP, SHOP], [], 2, id="this shop's"),
        pytest.param([f" {SHOP} ", SHOP], [], 2, id="with blanks"),
        pytest.param(
            [SHOP, "邻家旗舰店"], ["other_shops"], 1, id="another shop's rows are left out and said"
        ),
        pytest.param(["示例官方店", "示例官方店"], ["shop_named"], 2, id="one name that nobody knows"),
        pytest.param(["邻家旗舰店", "邻家旗舰店"], ["not_this_shop"], 2, id="all of another shop of ours"),
        pytest.param(["甲店", "乙店"], ["not_this_shop"], 2, id="several others"),
    ],
)
def test_rows_of_another_shop_are_never_counted_for_this_one(tmp_path, names, codes, read):
    shop = factories.shop(SHOP)
    factories.shop("邻家旗舰店")
    rows = [[name, f"cs_{number}", 10, "5元"] for number, name in enumerate(names)]
    batch = staged(shop, xlsx(tmp_path / "a_20261001.xlsx", PDD, *rows))
    file = batch.files.get()
    assert said(batch) == codes
    assert (file.new, file.skipped) == (read, len(names) - read)
    assert batch.state == ("faulty" if codes == ["not_this_shop"] else "staged")


@pytest.mark.django_db
def test_two_shops_may_have_an_account_of_one_name(tmp_path):
    shop = factories.shop(SHOP)
    rows = [[SHOP, "客服1", 10, 5], ["甲店", "客服1", 99, 99]]
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", PDD, *rows))
    assert [(row.account_name, row.receptions) for row in AgentFigures.objects.all()] == [("客服1", 10)]


@pytest.mark.parametrize(
    ("name", "head", "row", "field", "value"),
    [
        pytest.param(
            "京麦 整体数据",
            ["客服", "售前接待人数", "促成下单商品金额", "接待量"],
            ["jd_1", 5, "9,999.00", 8],
            "sales",
            None,
            id="what was placed is no sale",
        ),
        pytest.param(
            "飞鸽",
            ["账号名称", "客服昵称", "人工已接待人数", "满意率"],
            ["dy_1", "小美", 5, "1"],
            "satisfaction_rate",
            D(1),
            id="1 is all of them",
        ),
        pytest.param(
            "拼多多",
            list(PDD),
            [SHOP, "0012", "３", "59.80元"],
            "sales",
            D("59.80"),
            id="full-width digits, a unit",
        ),
        pytest.param(
            "赤兔 满意度",
            ["客服昵称", "很满意", "满意", "一般", "不满", "很不满"],
            ["a", 5, 4, 3, 2, "-"],
            "rated",
            None,
            id="a sum lacks a part",
        ),
        pytest.param(
            "赤兔 报表",
            ["客服昵称", "接待人数", "满意", "很满意"],
            ["a", 50, 4, 3],
            "satisfied",
            7,
            id="satisfaction inside the report",
        ),
        pytest.param(
            "赤兔 报表",
            ["客服昵称", "接待人数", "平均响应(秒)"],
            ["a", 50, "7小时41分52秒"],
            "average_response_seconds",
            D(27712),
            id="hours",
        ),
        pytest.param(
            "千牛 账号数据",
            ["旺旺昵称", "销售人数", "销售额", "净销售额"],
            ["a", 1, "12元", -7],
            "sales",
            D(12),
            id="a net below 0 is not read",
        ),
    ],
)
def test_what_a_column_fills(tmp_path, name, head, row, field, value):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, row))
    assert (file.errors, file.form.name) == ([], name)
    assert file.rows[0].values.get(field) == value


@pytest.mark.parametrize(
    ("head", "row", "flags"),
    [
        pytest.param(["客服昵称", "接待人数", "回复率"], ["a", 9, "90%"], "rate_only", id="a rate alone"),
        pytest.param(["客服昵称", "接待人数", "答问比"], ["a", 9, "120%"], "rate_only", id="a ratio alone"),
        pytest.param(
            ["客服昵称", "接待人数", "答问比", "买家消息数", "客服消息数"],
            ["a", 9, "120%", 10, 12],
            "",
            id="with parts",
        ),
        pytest.param(
            ["客服昵称", "接待人数", "答问比", "买家消息数", "客服消息数"],
            ["a", 9, "125%", 10, 12],
            "parts_differ",
            id="parts differ",
        ),
        pytest.param(["客服昵称", "接待人数", "销售额"], ["a", 9, "延迟统计"], "not_final", id="not final"),
        pytest.param(
            ["客服昵称", "接待人数", "客服字数"], ["a", 9, "延迟统计"], "", id="a column not stored"
        ),
    ],
)
def test_flags_of_a_row(tmp_path, head, row, flags):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, row))
    assert ",".join(file.rows[0].flags) == flags


@pytest.mark.parametrize(
    ("head", "row", "code"),
    [
        pytest.param(
            ["账号名称", "人工已接待人数", "满意率"], ["a", 5, 45], "rate_above_1", id="a bare 45 as a rate"
        ),
        pytest.param(
            ["账号名称", "人工已接待人数", "满意率"], ["a", 5, 1.01], "rate_above_1", id="a bare 1.01"
        ),
        pytest.param(["客服", "售前接待人数", "接待量"], ["a", -1, 2], "negative_count", id="less than none"),
        pytest.param(["客服昵称", "很满意", "满意"], ["a", "NaN", 2], "not_a_number", id="NaN"),
        pytest.param(list(PDD), [SHOP, "-", 3, 4], "empty_cell", id="no account"),
        pytest.param(
            ["旺旺昵称", "销售人数", "销售额", "日期"], ["a", 1, 2, ""], "empty_cell", id="a day is not said"
        ),
    ],
)
def test_cells_that_cannot_be_believed(tmp_path, head, row, code):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, row))
    assert [(issue.code, issue.row) for issue in file.errors] == [(code, 2)]


@pytest.mark.parametrize(
    ("label", "column"),
    [("汇总", 0), (" 均 值", 0), ("店铺汇总值", 0), ("汇总", 1), ("全店汇总", 1), ("同行均值", 1)],
)
def test_a_sum_is_told_by_any_column_that_says_whose_it_is(tmp_path, label, column):
    row = ["", "", 99, 1]
    row[column] = label
    head = ["客服昵称", "账号名称", "人工已接待人数", "客服销售额（元）"]
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, ["小美", "dy_1", 5, 1], row))
    assert (file.errors, file.skipped, len(file.rows)) == ([], 1, 1)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_missing_column_is_refused_by_its_name(tmp_path, name):
    head = [header for header, kind, _field in columns_of(name) if kind != "who"]
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, ["1"] * len(head)))
    assert [issue.code for issue in file.errors] == ["missing_columns"]
    who = next(header for header, kind, _field in columns_of(name) if kind == "who")
    assert who in file.errors[0].params["columns"]


@pytest.mark.parametrize("where", ["xlsx", "csv"])
def test_a_text_in_quotes_behind_an_equals_sign_keeps_its_zeros(tmp_path, where):
    head, row = ["旺旺昵称", "销售人数", "销售额"], ['="0017"', 1, '="1,200.50"']
    make = xlsx if where == "xlsx" else text
    file = read_file(make(tmp_path / f"a_20261001.{where}", head, row))
    assert (file.errors, file.rows[0].account, file.rows[0].values["sales"]) == ([], "0017", D("1200.50"))
