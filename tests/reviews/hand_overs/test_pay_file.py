"""The file for the pay office: every cent as on the page, originals and copies, names that look like formulas."""

from __future__ import annotations

import re
from decimal import Decimal as D
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.urls import reverse
from openpyxl import load_workbook

from reviews.models import HandOverExport, Review
from reviews.pay_file import pay_file
from tests.reviews.hand_overs.conftest import give_back
from tests.reviews.views.conftest import enter

DOCS = Path(__file__).parents[3] / "reviews" / "docs" / "hand-over.md"
FORMULA = '=HYPERLINK("http://x.example","y")'


def fetch(firm, made, language="zh-hans"):
    """What finance gets for a press of the button."""
    return enter(firm.zhou, language).post(reverse("admin:reviews_handover_export", args=[made.pk]))


def sheets(answer):
    """The two sheets of a file, as openpyxl reads them."""
    return load_workbook(BytesIO(answer.content)).worksheets


def cents(value) -> D:
    """What a cell says, to the cent."""
    return D(str(value)).quantize(D("0.01"))


def said(about) -> dict[str, object]:
    """The second sheet's pairs."""
    return {row[0]: row[1] for row in about.iter_rows(values_only=True) if row[0]}


def test_a_row_per_line_equal_to_the_cent_and_a_row_of_sums(firm, made):
    pay, _about = sheets(fetch(firm, made))
    _head, *rows, totals = pay.iter_rows(values_only=True)
    lines = list(made.lines.all())
    assert [row[:5] for row in rows] == [
        (line.staff_no, line.name, line.unit_name, line.position_name, line.level_name) for line in lines
    ]
    for row, line in zip(rows, lines, strict=True):
        amounts = [line.total, line.base_salary, line.performance_salary, line.performance_pay]
        assert [cents(row[place]) for place in (5, 7, 8, 9)] == amounts
        assert cents(row[10]) == line.base_salary + line.performance_pay
    assert [cents(totals[place]) for place in (7, 9, 10)] == [
        made.base_sum,
        made.performance_sum,
        made.base_sum + made.performance_sum,
    ]
    assert [cell.number_format for cell in pay[2]][7] == "#,##0.00"


def test_the_recipe_of_the_docs_gives_the_control_sum_from_the_file_alone(firm, made):
    [recipe] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    known: dict[str, Any] = {}
    exec(recipe, known)
    answer = fetch(firm, made)
    computed = known["control_sum"](BytesIO(answer.content))
    assert computed == said(sheets(answer)[1])["校验码"] == made.control_sum


def test_the_second_sheet_says_what_it_is(firm, made):
    found = said(sheets(fetch(firm, made))[1])
    assert found["月评"] == "shop 2026年10月"
    assert (found["移交单"], found["此文件"]) == ("移交单 1（当月）", "原件")
    assert (found["移交人"], found["移交时间"]) == ("孙人事", "2026-11-12 09:00")
    assert found["人数"] == 2
    assert cents(found["两项合计（元）"]) == made.base_sum + made.performance_sum


def test_the_first_is_the_original_and_the_others_are_copies(firm, made):
    answers = [fetch(firm, made) for _press in range(3)]
    assert [said(sheets(answer)[1])["此文件"] for answer in answers] == ["原件", "副本 1", "副本 2"]
    names = [unquote(answer.headers["Content-Disposition"]) for answer in answers]
    assert ["原件" in names[0], "副本 1" in names[1], "副本 2" in names[2]] == [True] * 3
    assert "no-store" in answers[0].headers["Cache-Control"]
    noted = HandOverExport.objects.values_list("number", "by__person", "control_sum")
    assert list(noted) == [(number, firm.zhou.pk, made.control_sum) for number in (1, 2, 3)]


def test_the_same_export_gives_the_same_bytes(firm, made):
    answer = fetch(firm, made)
    export = HandOverExport.objects.select_related("hand_over__review__unit", "by__person").get()
    lines = list(made.lines.select_related("version"))
    assert pay_file(export, lines) == pay_file(export, lines) == answer.content


def test_a_withdrawn_line_is_named_beside_and_not_among_the_rows(firm, made):
    fetch(firm, made)
    give_back(firm, firm.lin)
    pay, about = sheets(fetch(firm, made))
    assert [row[1] for row in pay.iter_rows(min_row=2, values_only=True)] == ["陈一帆", "1 人"]
    assert "林小满" in said(about)["已撤出，不计入合计"]
    made.refresh_from_db()
    assert said(about)["校验码"] == made.control_sum
    page = enter(firm.zhou).get(reverse("admin:reviews_handover_change", args=[made.pk])).content.decode()
    assert "与现在的内容不同" in page


def test_a_name_that_looks_like_a_formula_stays_a_text_and_a_number_keeps_its_zeros(firm, made):
    line = made.lines.first()
    export = HandOverExport(hand_over=made, number=1, at=made.made_at, by=firm.zhou.users.get())
    for name in (FORMULA, "@SUM(A1)", "+1", "-1", "＝1", "\tx"):
        for number in ("=1+1", "000017"):
            line.name, line.staff_no = name, number
            pay = load_workbook(BytesIO(pay_file(export, [line]))).worksheets[0]
            cells = [(cell.value, cell.data_type) for cell in pay[2]]
            assert cells[:2] == [(number, "s"), (name, "s")]


def test_a_trial_month_says_so_in_every_sheet_and_in_the_name(firm, made):
    Review.objects.update(trial=True)
    answer = fetch(firm, made)
    pay, about = sheets(answer)
    assert (pay.title, about.title) == ("试运行 薪资", "试运行 说明")
    assert "试运行" in unquote(answer.headers["Content-Disposition"])
    assert "不要按本文件发放" in said(about)["试运行"]


def test_in_english(firm, made):
    pay, about = sheets(fetch(firm, made, "en"))
    assert (pay.title, about.title) == ("Pay", "About")
    assert said(about)["This file"] == "original"
