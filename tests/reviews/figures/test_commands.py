"""`import_figures` and `export_figures`, on the workbench's own files."""

import json
from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reviews.figures.accounts import match_account
from reviews.models import AgentFigures, ImportBatch, ShopFigures
from staff.models import PlatformAccount
from tests import factories
from tests.reviews.figures.sheets import RESULTS, result, text, xlsx

pytestmark = pytest.mark.django_db
SAMPLES = sorted((Path(__file__).parents[2] / "data" / "workbench").iterdir())
SHOP = "示例旗舰店"


@pytest.fixture(autouse=True)
def shop():
    return factories.shop(SHOP)


def run(name, *args):
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *map(str, args), stdout=out, stderr=err)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def imported(*args):
    status, out, _err = run("import_figures", *args, "--shop", SHOP, "--json")
    return status, json.loads(out)


def exported(month):
    return json.loads(run("export_figures", "--shop", SHOP, "--month", month)[1])


def test_the_sample_files_go_in_together_and_a_second_time_change_nothing():
    status, report = imported(*SAMPLES)
    assert (status, report["applied"], report["errors"]) == (0, True, [])
    assert [file["format"] for file in report["files"]].count("千牛 客服数据") == 3
    assert {file["rows"] for file in report["files"]} == {6, 31}
    assert all(file["new"] == file["rows"] for file in report["files"])
    status, again = imported(*SAMPLES)
    assert (status, again["applied"]) == (0, False)
    assert all(file["unchanged"] == file["rows"] for file in again["files"])
    assert AgentFigures.objects.count() == 42
    assert ShopFigures.objects.count() == 31


def test_a_dry_run_writes_nothing():
    _status, report = imported(*SAMPLES, "--dry-run")
    assert (report["applied"], report["files"][0]["new"]) == (False, 6)
    assert not ImportBatch.objects.exists()
    assert not PlatformAccount.objects.exists()


def test_IMP_01_one_bad_cell_stops_all_files_with_status_1(tmp_path):
    bad = xlsx(tmp_path / "客服业绩_20261008.xlsx", RESULTS, result(), result("b", 询单人数="NaN"))
    status, report = imported(*SAMPLES, bad)
    assert (status, report["applied"]) == (1, False)
    assert report["errors"] == [
        {
            "file": "客服业绩_20261008.xlsx",
            "sheet": "数据信息",
            "row": 3,
            "column": "询单人数",
            "message": "“NaN”不是数值。",
        }
    ]
    assert not AgentFigures.objects.exists()
    assert not ImportBatch.objects.exists()


def test_export_has_one_object_per_row_with_its_fields_and_its_holder(shop):
    imported(*SAMPLES)
    rows = exported("2026-10")
    assert len([row for row in rows if row["account"]]) == 36
    assert len([row for row in rows if row["account"] is None]) == 31
    first = next(r for r in rows if r["account"] == f"{SHOP}:小雅" and r["source"] == "千牛 客服业绩")
    assert (first["date"], first["staff_no"], first["sales"], first["inquiries"]) == (
        "2026-10-01",
        None,
        "2637.68",
        49,
    )
    assert "receptions" not in first
    person = factories.person("林雅", staff_no="0017")
    match_account(PlatformAccount.objects.get(name=f"{SHOP}:小雅"), person=person, starts_on=factories.HIRED)
    assert {row["staff_no"] for row in exported("2026-10") if row["account"] == f"{SHOP}:小雅"} == {"0017"}
    september = exported("2026-09")
    assert {(row["date"], row["last_date"]) for row in september} == {("2026-09-01", "2026-09-30")}
    assert D(september[0]["average_response_seconds"]) == D("21.4")


def test_export_as_csv_lets_no_formula_out(tmp_path):
    imported(text(tmp_path / "a_20261001.csv", RESULTS, result("=HYPERLINK(1)"), result("@x")))
    out = run("export_figures", "--shop", SHOP, "--month", "2026-10", "--format", "csv")[1]
    assert "'=HYPERLINK(1)" in out
    assert ",'@x," in out
    assert "2637.68" in out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("nowhere.xlsx",), "no such file"),
        ((SAMPLES[0], "--from", "2026-10-01"), "Give both"),
        ((SAMPLES[0], "--date", "2026-10-01", "--to", "2026-10-01"), "Give --date, or"),
    ],
)
def test_wrong_arguments_are_named(args, words):
    with pytest.raises(CommandError, match=words):
        run("import_figures", *args, "--shop", SHOP)


def test_an_unknown_shop_is_named_with_those_there_are():
    with pytest.raises(CommandError, match=SHOP):
        run("import_figures", SAMPLES[0], "--shop", "别家")


def test_plain_output_says_what_happened(tmp_path):
    _status, out, _err = run("import_figures", SAMPLES[0], "--shop", SHOP)
    assert out.splitlines()[-1] == "文件已全部入库。"
    assert "没有新数据" in run("import_figures", SAMPLES[0], "--shop", SHOP)[1]
