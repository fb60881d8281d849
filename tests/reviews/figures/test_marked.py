"""The faulty file handed back: marked, masked where buyers are, and good to import once it is corrected."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from reviews.figures import importing
from reviews.figures.buyers import is_of_buyers
from reviews.figures.importing import Asked, Upload
from reviews.figures.preview import marked
from reviews.figures.preview.marked import marked_file
from reviews.figures.reading import read_file
from reviews.models import AgentFigures, ImportIssue
from staff import jobs
from staff.models import User
from tests import factories
from tests.reviews.figures.pages import LIST, act, page, upload
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service, text, xlsx

pytestmark = pytest.mark.django_db
RED, AMBER = "00F4B6B1", "00FBD999"
ORDERS = ("订单编号", "买家会员名", "收货人姓名", "联系手机", *RESULTS)


@pytest.fixture
def shop():
    company = factories.unit("CO", kind="company")
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    person = factories.person("韩雪", staff_no="0009")
    factories.role(person, "hr", company)
    return found


@pytest.fixture
def hr(client, shop):
    client.force_login(User.objects.get(person__staff_no="0009"))
    return client


def book_of(path, shop):
    """Read a file as a batch and return its marked copy."""
    batch = importing.receive([Upload(path, path.name)], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    file = batch.files.get()
    stored = importing.folder_of(batch) / file.stored
    return load_workbook(BytesIO(marked_file(stored, file, list(file.issues.order_by("pk")))))


def fill(sheet, cell):
    return sheet[cell].fill.fgColor.rgb


def test_faulty_cells_are_red_missing_ones_amber_each_with_its_sentence(shop, tmp_path):
    rows = (service(), service("b", 接待人数=-28), service("c", 答问比="延迟统计"))
    book = book_of(xlsx(tmp_path / "客服数据_20261004.xlsx", SERVICE, *rows), shop)
    assert book.sheetnames == ["错误", "数据信息"]
    said = [[cell.value for cell in row] for row in book["错误"].iter_rows(min_row=2)]
    assert said == [
        ["客服数据_20261004.xlsx", "数据信息", 3, "接待人数", "C3", "-28：人数、件数、单数不能小于 0。"]
    ]
    sheet = book["数据信息"]
    assert (fill(sheet, "C3"), fill(sheet, "K4")) == (RED, AMBER)
    assert sheet["C3"].comment.text == "-28：人数、件数、单数不能小于 0。"
    assert "缺失" in sheet["K4"].comment.text
    assert fill(sheet, "C2") not in (RED, AMBER)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_corrected_copy_goes_in_as_the_original_would(hr, shop, tmp_path, kind):
    rows = (service(), service("b", 接待人数=-28), service("c", **{"平均响应时长（秒)": "NaN"}))
    if kind == "xlsx":
        path = xlsx(tmp_path / "客服数据_20261004.xlsx", ["千牛 导出"], [], SERVICE, *rows)
    else:
        path = text(tmp_path / "客服数据_20261004.csv", SERVICE, *rows, encoding="gb18030")
    batch, _answer = upload(hr, shop, path)
    file = batch.files.get()
    assert f"/{batch.pk}/marked/{file.pk}/" in page(hr, batch)
    answer = hr.get(f"{LIST}{batch.pk}/marked/{file.pk}/")
    assert "filename*=utf-8''%E5%AE%A2%E6%9C%8D" in answer["Content-Disposition"]
    book = load_workbook(BytesIO(answer.content))
    red = [
        cell
        for row in book.worksheets[1].iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == RED and cell.comment
    ]
    assert [cell.value for cell in red] == ["-28" if kind == "csv" else -28, "NaN"]
    for cell, value in zip(red, (28, 40.63), strict=True):
        cell.value = value
    out = BytesIO()
    book.save(out)
    corrected = SimpleUploadedFile("客服数据_20261004_已标错.xlsx", out.getvalue())
    hr.post(f"{LIST}{batch.pk}/swap/", {"file": file.pk, "upload": corrected})
    batch.refresh_from_db()
    jobs.work(batch.job_id)
    assert "已换上改好的文件，原文件 客服数据_20261004" in page(hr, batch)
    act(hr, batch, "apply")
    found = AgentFigures.objects.filter(current=True).order_by("account_name")
    assert [(row.account_name, row.receptions, row.first_day.day) for row in found] == [
        ("b", 28, 4),
        ("c", 139, 4),
        ("示例旗舰店:小雅", 139, 4),
    ]


def test_what_is_not_at_fault_reads_the_same_from_the_copy(shop, tmp_path):
    rows = (result("'0017"), result('="店:小雅"'), result("店:乙", 询单人数="x"), result("店:丙"))
    path = text(tmp_path / "客服业绩_20261001.csv", RESULTS, *rows)
    batch = importing.receive([Upload(path, path.name)], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    file = batch.files.get()
    copy = tmp_path / "copy_20261001.xlsx"
    copy.write_bytes(marked_file(importing.folder_of(batch) / file.stored, file, list(file.issues.all())))
    before, after = read_file(path), read_file(copy)
    assert [(r.account, r.values, r.number) for r in after.rows] == [
        (r.account, r.values, r.number) for r in before.rows
    ]
    assert [(i.row, i.code) for i in after.errors] == [(i.row, i.code) for i in before.errors]


def test_no_cell_of_the_copy_is_a_formula(shop, tmp_path):
    nasty = ('=HYPERLINK("http://x")', "+1+1", "@SUM(A1)", "-2+3", "\t=1")
    rows = [result(name, 询单人数=name) for name in nasty]
    book = book_of(text(tmp_path / "客服业绩_20261001.csv", RESULTS, *rows), shop)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_an_error_of_the_spreadsheet_stays_one_in_the_copy(shop, tmp_path):
    path = xlsx(tmp_path / "客服业绩_20261001.xlsx", RESULTS, result(询单人数="#N/A"))
    book = book_of(path, shop)
    copy = tmp_path / "copy_20261001.xlsx"
    book.save(copy)
    assert [issue.code for issue in read_file(copy).errors] == [
        issue.code for issue in read_file(path).errors
    ]


@pytest.mark.parametrize(
    ("header", "hidden"),
    [
        ("买家会员名", True),
        (" 买家支付宝账号", True),
        ("收货人姓名", True),
        ("收货地址 ", True),
        ("修改后的收货地址", True),
        ("联系电话", True),
        ("联系手机", True),
        ("买家留言", True),
        ("买家旺旺", True),
        ("发票抬头", True),
        ("买家实际支付金额", False),
        ("买家消息数", False),
        ("买家应付货款", False),
        ("客服旺旺", False),
        ("旺旺昵称", False),
        ("客户满意率", False),
        ("支付买家数", False),
    ],
)
def test_which_columns_are_the_buyers(header, hidden):
    assert is_of_buyers(header) is hidden


def test_buyers_are_masked_in_the_copy_and_on_the_page_and_the_copy_is_not_read(hr, shop, tmp_path):
    buyer = ["8812", "小明同学8", "王小明", "13800138000"]
    path = xlsx(
        tmp_path / "客服业绩_20261001.xlsx", ORDERS, [*buyer, *result()], [*buyer, *result("b", 询单人数=-1)]
    )
    batch, _answer = upload(hr, shop, path)
    file = batch.files.get()
    content = hr.get(f"{LIST}{batch.pk}/marked/{file.pk}/").content
    book = load_workbook(BytesIO(content))
    shown = page(hr, batch) + str([[c.value for c in row] for s in book for row in s.iter_rows()])
    for secret in ("小明同学8", "王小明", "13800138000"):
        assert secret not in shown
    assert "***" in shown
    assert book.sheetnames[0] == "错误（只供查看）"
    copy = tmp_path / "客服业绩_20261002.xlsx"
    copy.write_bytes(content)
    assert [issue.code for issue in read_file(copy).errors] == ["only_to_look_at"]


def test_of_a_large_file_only_the_faulty_rows_are_copied(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(marked, "MAX_ROWS", 2)
    rows = (service(), service("b", 接待人数=-28), service("c"))
    book = book_of(xlsx(tmp_path / "客服数据_20261004.xlsx", SERVICE, *rows), shop)
    assert book.sheetnames == ["错误（只供查看）", "数据信息"]
    assert [row[0].value for row in book["数据信息"].iter_rows()] == ["旺旺昵称", "b"]
    assert fill(book["数据信息"], "C2") == RED
    assert book["错误（只供查看）"]["A1"].value == "这里只有出错的行；请改原文件。"


def test_an_error_of_a_whole_row_marks_its_first_cell(shop, tmp_path):
    rows = (["2026-10-01", 1, 1, 1, 1, "1%"],) * 2
    book = book_of(text(tmp_path / "店铺日数据.csv", SHOP_DAYS, *rows), shop)
    assert fill(book.worksheets[1], "A3") == RED


def test_a_copy_of_what_cannot_be_opened_or_is_gone_is_404(hr, shop, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04nothing")
    batch, _answer = upload(hr, shop, tmp_path / "x.xlsx")
    url = f"{LIST}{batch.pk}/marked/{batch.files.get().pk}/"
    assert hr.get(url).status_code == 404
    act(hr, batch, "discard")
    assert hr.get(url).status_code == 404
    assert ImportIssue.objects.filter(file__batch=batch).exists()
