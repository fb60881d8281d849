"""HR's first hour of a month in a browser: a folder is chosen, accounts are answered, all goes in."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reviews.figures import counting
from reviews.models import AgentFigures, ImportBatch, ShopFigures
from staff import jobs
from staff.models import Person
from tests import factories as make
from tests.reviews.figures.sheets import SERVICE, service, xlsx

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SAMPLES = Path(__file__).parents[1] / "data" / "workbench"
MOST_CLICKS = 12
DROP = """
([name, bytes]) => {
  const all = new DataTransfer();
  all.items.add(new File([new Uint8Array(bytes)], name, { lastModified: 1 }));
  const zone = document.querySelector("[data-drop]");
  zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: all }));
}
"""


@pytest.fixture
def hr():
    """韩雪 looks after one shop with six agents, of whom the files know only the nicknames."""
    company = make.unit("company", kind="company")
    branch = make.unit("branch", parent=company, shop=make.shop(), kind="branch")
    names = ("林雅", "陈北", "周阿南", "何夏", "潘满", "宋立冬")
    for number, name in enumerate(names, start=1):
        make.person(name, staff_no=f"00{number}", unit=branch)
    person = make.person("韩雪", staff_no="HR", unit=branch)
    make.role(person, "hr", company)
    return person


@pytest.fixture
def folder(tmp_path):
    """The month's files with what a computer adds to a folder."""
    found = tmp_path / "十月"
    shutil.copytree(SAMPLES, found)
    (found / ".DS_Store").write_bytes(b"x")
    (found / "~$客服业绩_20261001.xlsx").write_bytes(b"x")
    (found / "千牛快捷短语.csv").write_bytes(b"x")
    return found


class Clicks:
    """Presses the mouse and counts it; the log-in was one already."""

    def __init__(self, page):
        self.page, self.count = page, 1

    def __call__(self, selector):
        self.count += 1
        self.page.locator(selector).first.click()


def read(page):
    """Let the worker read, and wait until the page shows what it found."""
    page.wait_for_url("**/change/")
    page.wait_for_selector(".keji-job")
    batch = ImportBatch.objects.order_by("-pk").first()
    jobs.work(batch.job_id)
    page.wait_for_selector("#answers", state="attached")
    return batch


def test_a_month_goes_in_with_a_folder_and_few_clicks(open_as, hr, folder):
    page = open_as(hr)
    click = Clicks(page)
    page.goto("/admin/")
    click('#nav-sidebar a[href="/admin/reviews/importbatch/"]')
    page.set_input_files("#folder", str(folder))  # or dropped: one movement of the mouse
    page.wait_for_selector("text=8 个文件")
    assert "3 个不上传" in page.inner_text("[data-unsent] summary")
    click("[data-send]")
    read(page)
    assert page.inner_text(".ki-counts div:first-child dd:nth-of-type(1)") == "8 / 8"
    click("[data-take-all]")
    click("text=全部入库")
    page.wait_for_selector(".ki-chip.is-applied >> text=已入库")
    assert click.count <= MOST_CLICKS
    assert (AgentFigures.objects.filter(current=True).count(), ShopFigures.objects.count()) == (42, 31)
    rows = counting.counted_agent_figures(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31))
    by_person: dict[int | None, Decimal] = {}
    for row in rows:
        by_person[row.person_id] = by_person.get(row.person_id, Decimal(0)) + (row.value("sales") or 0)
    linya = Person.objects.get(name="林雅")
    assert by_person[linya.pk] == Decimal("9101.75")
    assert None not in by_person


def test_a_second_drop_adds_and_accounts_are_answered_by_keys(open_as, hr, folder):
    page = open_as(hr, width=390)
    page.goto("/admin/reviews/importbatch/")
    for name in ("客服业绩_20261001.xlsx", "客服业绩_20261002.xlsx", "客服业绩_20261001.xlsx"):
        page.evaluate(DROP, [name, list((folder / name).read_bytes())])
    page.wait_for_selector("text=2 个文件")
    page.evaluate(DROP, ["旧.xls", [1, 2]])
    page.wait_for_selector("text=旧版 Excel")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.press("[data-send]", "Enter")
    batch = read(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("select[name=whose]").first.focus()
    page.keyboard.press("ArrowDown")  # the first one is the suggestion
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # in a field of the table: the answers are kept, nothing goes in
    page.wait_for_selector("text=已匹配 1 个账号")
    batch.refresh_from_db()
    assert batch.state == "staged"
    assert page.locator("select[name=whose]").count() == 5


def test_the_marked_file_is_corrected_and_put_in(open_as, hr, tmp_path):
    path = xlsx(tmp_path / "客服数据_20261001.xlsx", SERVICE, service(), service("b", 接待人数=-28))
    page = open_as(hr)
    page.goto("/admin/reviews/importbatch/")
    page.set_input_files("#uploads", str(path))
    page.click("[data-send]")
    read(page)
    with page.expect_download() as loading:
        page.click("text=下载标好错误的文件")
    book = load_workbook(BytesIO(Path(loading.value.path()).read_bytes()))
    book.worksheets[1]["C3"].value = 28
    corrected = tmp_path / loading.value.suggested_filename
    book.save(corrected)
    page.set_input_files("input[name=upload]", str(corrected))
    read(page)
    assert "已换上改好的文件" in page.content()
    page.click("text=全部入库")
    page.wait_for_selector(".ki-chip.is-applied >> text=已入库")
    assert AgentFigures.objects.filter(current=True).count() == 2
