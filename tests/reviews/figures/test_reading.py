"""Files as shops export them, and files that must be refused."""

import shutil
import struct
import zipfile
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from reviews.figures.days import Span
from reviews.figures.formats import PLATFORM_FORMATS
from reviews.figures.messages import SENTENCES, sentence
from reviews.figures.own import OWN_FORMATS
from reviews.figures.reading import FORMATS, read_file
from reviews.figures.templates import template_file
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service, text, xlsx

SAMPLES = Path(__file__).parents[2] / "data" / "workbench"
DAY = Span(date(2026, 10, 1), date(2026, 10, 1))


def errors(file):
    return [(issue.code, issue.row, issue.column) for issue in file.errors]


def codes(file):
    return [issue.code for issue in file.errors]


@pytest.mark.parametrize(
    ("name", "form", "rows", "skipped"),
    [
        ("客服业绩_20261001.xlsx", "千牛 客服业绩", 6, 6),
        ("客服数据_20261001.xlsx", "千牛 客服数据", 6, 6),
        ("店铺日数据_2026-10.csv", "店铺日数据", 31, 0),
        ("自定义报表_客服绩效_付款优先判定_2026-09-01至2026-09-30.xlsx", "赤兔 报表", 6, 2),
    ],
)
def test_samples_are_recognised_by_their_headers(tmp_path, name, form, rows, skipped):
    renamed = tmp_path / f"x{Path(name).suffix}"
    shutil.copy(SAMPLES / name, renamed)
    file = read_file(renamed, asked=DAY)
    assert (file.form.name, len(file.rows), file.skipped, file.errors) == (form, rows, skipped, [])


def test_a_sample_reads_to_its_figures():
    file = read_file(SAMPLES / "客服业绩_20261001.xlsx")
    assert (file.span, file.sheet) == (DAY, "数据信息")
    first = file.rows[0]
    assert (first.account, first.number, first.flags) == ("示例旗舰店:小雅", 2, ("rate_only",))
    assert first.values == {
        "paid_inquiries": 30,
        "inquiries": 49,
        "inquiry_conversion": D("0.6122"),
        "first_response_seconds": D("20.07"),
        "average_response_seconds": D("33.46"),
        "satisfaction_rate": D("0.9708"),
        "reply_rate": D("0.9982"),
        "sales": D("2637.68"),
        "refund_amount": D("106.61"),
    }


def test_a_month_of_chitu_has_its_mode_its_span_and_answered_from_parts():
    file = read_file(SAMPLES / "自定义报表_客服绩效_付款优先判定_2026-09-01至2026-09-30.xlsx")
    assert (file.mode, file.span) == ("pay_first", Span(date(2026, 9, 1), date(2026, 9, 30)))
    assert file.rows[0].values["answered"] == 1490 - 3
    assert file.rows[0].values["answer_ratio"] == D("1.028")
    not_final = file.rows[5]
    assert "sales" not in not_final.values
    assert ("not_final", 7, "销售额") in [(i.code, i.row, i.column) for i in file.issues]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_every_encoding_and_separator(tmp_path, encoding, delimiter):
    path = text(
        tmp_path / "a_20261001.csv",
        RESULTS,
        result("示例旗舰店:小雅"),
        encoding=encoding,
        delimiter=delimiter,
    )
    file = read_file(path)
    assert [row.account for row in file.rows] == ["示例旗舰店:小雅"]
    assert file.rows[0].values["sales"] == D("2637.68")


def test_rare_characters_survive_gb18030(tmp_path):
    path = text(tmp_path / "a_20261001.csv", RESULTS, result("店:㐂𠮷😀"), encoding="gb18030")
    assert read_file(path).rows[0].account == "店:㐂𠮷😀"


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(RESULTS, id="as printed"),
        pytest.param(tuple(reversed(RESULTS)), id="other order"),
        pytest.param(tuple(name.replace("（", "(").replace("）", ")") for name in RESULTS), id="half-width"),
        pytest.param(tuple(f" {name}\u00a0" for name in RESULTS), id="blanks"),
    ],
)
def test_headers_in_any_order_and_width(tmp_path, head):
    row = result() if head[0] != RESULTS[-1] else list(reversed(result()))
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, row))
    assert (codes(file), file.rows[0].values["sales"]) == ([], D("2637.68"))


@pytest.mark.parametrize(("before", "found"), [(0, True), (3, True), (9, True), (10, False)])
def test_header_in_the_first_ten_rows(tmp_path, before, found):
    titles = [["千牛客服业绩"]] * before
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", *titles, RESULTS, result()))
    assert codes(file) == ([] if found else ["no_header"])
    if found:
        assert file.rows[0].number == before + 2


def test_columns_may_begin_to_the_right(tmp_path):
    book = Workbook()
    for column, (name, value) in enumerate(zip(RESULTS, result(询单人数=-1), strict=True), start=3):
        book.active.cell(row=2, column=column, value=name)
        book.active.cell(row=3, column=column, value=value)
    book.save(tmp_path / "a_20261001.xlsx")
    file = read_file(tmp_path / "a_20261001.xlsx")
    assert [(i.row, i.letter, i.column) for i in file.errors] == [(3, "E", "询单人数")]


@pytest.mark.parametrize(
    ("head", "problem", "names"),
    [
        pytest.param(RESULTS[1:], "missing_columns", "旺旺昵称", id="no account"),
        pytest.param(
            [n for n in RESULTS if n != "询单人数"], "missing_columns", "询单人数", id="no inquiries"
        ),
        pytest.param((*RESULTS, "询单人数"), "doubled_columns", "询单人数", id="a column twice"),
    ],
)
def test_missing_and_doubled_columns_are_named(tmp_path, head, problem, names):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", head, ["x"] * len(head)))
    assert codes(file) == [problem]
    assert names in sentence(problem, file.errors[0].params)
    assert not file.rows


def test_all_faults_are_named_at_once(tmp_path):
    path = xlsx(
        tmp_path / "a_20261001.xlsx",
        SERVICE,
        service(接待人数=-28),
        service("b", **{"平均响应时长（秒)": "NaN", "咨询人数": "1e309"}),
        service("c"),
        service("", 旺旺昵称=""),
    )
    file = read_file(path)
    assert errors(file) == [
        ("negative_count", 2, "接待人数"),
        ("not_a_number", 3, "咨询人数"),
        ("not_a_number", 3, "平均响应时长（秒)"),
        ("empty_cell", 5, "旺旺昵称"),
    ]
    assert file.faulty == 3
    assert file.errors[0].sheet == "数据信息"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({"未回复人数": 140}, "unanswered_above", id="more unanswered than received"),
        pytest.param({"3分钟人工响应率": "abc"}, None, id="a column that is not stored"),
        pytest.param({"慢响应人数": ""}, None, id="a blank"),
    ],
)
def test_rows_that_contradict_themselves(tmp_path, values, problem):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", SERVICE, service(**values)))
    assert codes(file) == ([problem] if problem else [])


def test_the_parts_win_over_a_printed_rate_and_the_row_is_flagged(tmp_path):
    path = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result(询单最终付款转化率="61.24%"))
    file = read_file(path)
    assert file.rows[0].flags == ("rate_only", "parts_differ")
    path = xlsx(tmp_path / "b_20261001.xlsx", RESULTS, result(询单最终付款转化率="61.23%"))
    assert "parts_differ" not in read_file(path).rows[0].flags


def test_a_days_refunds_above_its_sales_are_only_flagged(tmp_path):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result(成功退款金额=9999)))
    assert codes(file) == []
    assert "refunds_above_sales" in file.rows[0].flags


def test_the_same_account_twice_is_refused(tmp_path):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result("a"), result("b"), result("a ")))
    assert errors(file) == [("row_twice", 4, "")]


def test_a_comma_outside_quotes_shifts_no_column(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text(",".join(SHOP_DAYS) + "\n2026-10-01,14,632,237,260,32643.96,1.62%\n")
    assert "more_cells" in codes(read_file(path))


def test_shop_days_sum_row_is_skipped(tmp_path):
    file = read_file(
        text(tmp_path / "s.csv", SHOP_DAYS, ["2026-10-01", 10, 1, 1, 5, "10%"], ["汇总", 10, 1, 1, 5, ""])
    )
    assert (len(file.rows), file.skipped, codes(file)) == (1, 1, [])


@pytest.mark.parametrize(
    ("name", "asked", "problem", "span"),
    [
        pytest.param("a.xlsx", None, "no_span", None, id="nobody says"),
        pytest.param("a.xlsx", DAY, None, DAY, id="a person says"),
        pytest.param("a_20261001.xlsx", DAY, None, DAY, id="both say the same"),
        pytest.param("a_20261002.xlsx", DAY, "span_differs", None, id="they differ"),
        pytest.param("a_20261301.xlsx", None, "name_no_such_day", None, id="no such day"),
        pytest.param("a_20261301.xlsx", DAY, None, DAY, id="no such day, a person says"),
        pytest.param("a_2026-09-01至2026-10-31.xlsx", None, "span_two_months", None, id="two months"),
    ],
)
def test_days_of_a_file_without_a_date_column(tmp_path, name, asked, problem, span):
    file = read_file(xlsx(tmp_path / name, RESULTS, result()), asked=asked)
    assert codes(file) == ([problem] if problem else [])
    if not problem:
        assert file.rows[0].span == span


def test_a_mode_that_contradicts_the_file_name_is_refused(tmp_path):
    path = xlsx(tmp_path / "下单优先判定_20261001.xlsx", RESULTS, result())
    assert codes(read_file(path, mode="pay_first")) == ["mode_differs"]


def test_a_mode_that_a_person_states_holds_for_files_that_name_none(tmp_path):
    path = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result())
    assert read_file(path, mode="order_first").mode == "order_first"


def test_columns_that_are_not_stored_are_named(tmp_path):
    file = read_file(xlsx(tmp_path / "a_20261001.xlsx", SERVICE, service()))
    assert [issue.params["columns"] for issue in file.issues] == ["3分钟人工响应率、旺旺分组"]


def test_hidden_sheets_are_said_and_not_read(tmp_path):
    book = load_workbook(xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    book.create_sheet("藏").sheet_state = "hidden"
    book.save(tmp_path / "a_20261001.xlsx")
    file = read_file(tmp_path / "a_20261001.xlsx")
    assert [issue.code for issue in file.issues] == ["hidden_sheets"]
    assert len(file.rows) == 1


@pytest.mark.parametrize(("cell", "problem"), [("=1/0", "formula_unsolved"), ("#N/A", "error_cell")])
def test_IMP_14_formulas_without_a_result_and_error_cells(tmp_path, cell, problem):
    path = xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result(询单人数=cell))
    assert errors(read_file(path)) == [(problem, 2, "询单人数")]


def lying_zip(path, name="xl/worksheets/sheet1.xml", size=512 * 1024 * 1024):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(name, "w") as part:
            for _ in range(size // (1 << 20)):
                part.write(b" " * (1 << 20))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)  # the size it claims
    path.write_bytes(data)


def with_part(path, name, content):
    xlsx(path, RESULTS, result())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)


XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        pytest.param(lambda p: p.write_bytes(b""), "empty_file", id="IMP_20 no bytes"),
        pytest.param(
            lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600), "xls", id="IMP_13 xls or password"
        ),
        pytest.param(lambda p: p.write_bytes(b"MZ" + b"\x00" * 99), "not_readable_type", id="IMP_13 exe"),
        pytest.param(lambda p: p.write_bytes(b"%PDF-1.7 x"), "not_readable_type", id="pdf"),
        pytest.param(lambda p: p.write_text("<html><table>"), "markup", id="IMP_13 html"),
        pytest.param(
            lambda p: p.write_bytes("旺旺暱稱,詢單人數".encode("big5")),
            "foreign_characters",
            id="IMP_11 big5",
        ),
        pytest.param(
            lambda p: p.write_bytes("旺旺,询单".encode("utf-16-le")), "foreign_characters", id="bare utf-16"
        ),
        pytest.param(
            lambda p: p.write_bytes("客服,接待量".encode("utf-16-be")),
            "encoding",
            id="bare utf-16, big end",
        ),
        pytest.param(
            lambda p: p.write_bytes("客服帳號,諮詢人數,客服銷售額\n小美,1,2\n".encode("big5")),
            "foreign_characters",
            id="IMP_11 big5 with rows",
        ),
        pytest.param(
            lambda p: p.write_bytes("旺旺昵称".encode()[:-1] + b"\xff"), "encoding", id="cut character"
        ),
        pytest.param(lambda p: p.write_bytes(b"\xef\xbb\xbf\xff\xff"), "encoding", id="a mark that lies"),
        pytest.param(lambda p: p.write_text('a,"b\nc'), "broken_quotes", id="open quote"),
        pytest.param(lambda p: p.write_text("a,b,c\n1,2,3\n"), "no_header", id="unknown header"),
        pytest.param(
            lambda p: p.write_bytes(b"PK\x03\x04" + b"x" * 99), "unreadable_workbook", id="broken zip"
        ),
        pytest.param(lying_zip, "zip_bomb", id="IMP_07 half a GB that claims 1 kB"),
        pytest.param(lambda p: with_part(p, "xl/vbaProject.bin", "x"), "macros", id="IMP_13 macros"),
        pytest.param(lambda p: with_part(p, "xl/workbook.bin", "x"), "xlsb", id="xlsb"),
        pytest.param(lambda p: with_part(p, "xl/x.xml", XXE), "entities", id="IMP_08 external entity"),
        pytest.param(lambda p: with_part(p, "xl/x.xml", LAUGHS), "entities", id="IMP_09 billion laughs"),
        pytest.param(
            lambda p: zipfile.ZipFile(p, "w").writestr("a.txt", "x"),
            "not_a_workbook",
            id="IMP_13 renamed zip",
        ),
        pytest.param(lambda p: xlsx(p, RESULTS), "no_rows", id="header only"),
    ],
)
def test_files_that_are_refused_by_what_they_hold(tmp_path, make, problem):
    path = tmp_path / "a_20261001.xlsx"
    make(path)
    file = read_file(path)
    assert codes(file)[:1] == [problem]
    assert not file.rows
    assert "{" not in sentence(problem, file.errors[0].params)


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [(1_048_576, 16_384, "too_many_columns"), (1_048_576, 150, "far_cell"), (3, 201, "too_many_columns")],
)
def test_IMP_10_a_cell_far_outside_the_table(tmp_path, row, column, problem):
    book = load_workbook(xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    book.active.cell(row=row, column=column, value=1)
    book.save(tmp_path / "a_20261001.xlsx")
    assert codes(read_file(tmp_path / "a_20261001.xlsx")) == [problem]


def test_IMP_10_a_cell_of_a_megabyte(tmp_path):
    file = read_file(text(tmp_path / "a_20261001.csv", RESULTS, result("x" * 1_000_000)))
    assert codes(file) == ["long_cell"]


@pytest.mark.parametrize("form", OWN_FORMATS, ids=lambda form: form.code)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_own_templates_are_read_back_as_themselves_without_their_example(tmp_path, form, language):
    from django.utils import translation

    path = tmp_path / "t.xlsx"
    with translation.override(language):
        path.write_bytes(template_file(form))
    file = read_file(path)
    assert file.form is form
    assert (file.skipped, codes(file)) == (1, ["no_rows"])


def test_own_daily_figures_by_staff_number_keep_zeros(tmp_path):
    path = xlsx(
        tmp_path / "own.xlsx",
        ["日期", "结束日期", "工号", "接待人数", "未回复人数", "销售额", "主推单品销售额"],
        [date(2026, 10, 1), None, "0017", 100, 2, 12.5, "-"],
        ["2026-10-01", "2026-10-07", "0018", 100, 2, "1,000.00", 3],
        ["2026-10-01", "", "", 1, 1, 1, 1],
    )
    file = read_file(path)
    assert errors(file) == [("no_owner", 4, "")]
    assert [(row.staff_no, row.span.days) for row in file.rows] == [("0017", 1), ("0018", 7)]
    assert file.rows[0].values.keys() == {"receptions", "unanswered", "sales"}


def test_every_code_that_can_be_said_has_a_sentence():
    import re

    folder = Path(__file__).parents[3] / "reviews" / "figures"
    said = set()
    for module in folder.glob("*.py"):
        said |= set(re.findall(r'(?:Fault|Refused|refuse)\(\s*"(\w+)"', module.read_text()))
        said |= set(re.findall(r'[._](?:error|note)\(\s*\w+, "(\w+)"', module.read_text()))
    said = {code if code != "several_spans" else "name_several_spans" for code in said}
    assert said <= SENTENCES.keys()


def test_headers_of_a_format_are_unambiguous():
    for form in FORMATS:
        keys = [key for column in form.columns for key in column.keys]
        assert len(keys) == len(set(keys)), form.name
    assert {form.name for form in PLATFORM_FORMATS} >= {
        "赤兔 报表",
        "赤兔 售前绩效",
        "赤兔 满意度",
        "千牛 客服数据",
        "千牛 客服业绩",
        "千牛 账号数据",
        "京麦 整体数据",
        "飞鸽",
        "拼多多",
        "钉钉 每日统计",
        "店铺日数据",
    }


@pytest.mark.parametrize("seed", range(60))
def test_FLT_damaged_files_are_refused_or_read_and_never_crash(tmp_path, seed):
    import random

    chance = random.Random(seed)
    source = SAMPLES / chance.choice(["客服业绩_20261001.xlsx", "店铺日数据_2026-10.csv"])
    data = bytearray(source.read_bytes())
    if chance.random() < 0.3:
        data = data[: chance.randrange(len(data))]
    for _ in range(chance.randrange(40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path = tmp_path / source.name
    path.write_bytes(bytes(data))
    file = read_file(path)
    for issue in file.issues:
        assert sentence(issue.code, issue.params)
