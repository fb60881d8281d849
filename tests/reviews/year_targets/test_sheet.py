"""A year's plan as a sheet: what goes out changes nothing when it comes in, and a change goes in whole or not."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from reviews.models import TargetNode
from reviews.year_targets.tree import Edit
from staff.models import Unit
from staff.sheets.writing import csv_file
from tests.reviews.year_targets.test_page import at
from tests.reviews.year_targets.test_saving import act, amounts, march, node, saving  # noqa: F401


def rows_of(client, root):
    book = load_workbook(BytesIO(client.get(at(root, "sheet")).content))
    return [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]


def hand_in(client, root, rows, **more):
    file = SimpleUploadedFile("plan.csv", csv_file(rows[0], rows[1:]))
    return client.post(at(root, "sheet_import"), {"file": file, **more})


def row_about(rows, *words):
    (found,) = (row for row in rows if all(word in row for word in words))
    return found


def write(client, root, page):
    return client.post(at(root, "sheet_write"), {"name": page.context["name"]})


def stored():
    return list(TargetNode.objects.order_by("pk").values("amount", "by_hand", "key"))


@pytest.mark.parametrize(("language", "kind"), [("zh-hans", "xlsx"), ("en", "csv")])
def test_what_goes_out_changes_nothing_when_it_comes_in(march, login, language, kind, firm):  # noqa: F811
    act(saving.save_edits, march, {node("agent", person=firm.lin).pk: Edit(amount=Decimal(20_000))})
    Unit.objects.filter(pk=firm.first.pk).update(name="=1+1")
    hr, before = login("hr", language), stored()
    content = hr.get(at(march, "sheet")).content
    rows = rows_of(hr, march)
    if kind == "csv":
        page = hand_in(hr, march, rows)
    else:
        page = hr.post(at(march, "sheet_import"), {"file": SimpleUploadedFile("p.xlsx", content)})
    assert page.context["problems"] == []
    assert page.context["saved"].changed == 0
    assert page.context["saved"].sums == 8
    assert stored() == before
    assert hr.get(at(march, "sheet")).content == content
    assert load_workbook(BytesIO(content)).active["D20"].data_type == "s"


def test_a_changed_amount_is_looked_at_then_written_and_kept(march, login, firm):  # noqa: F811
    hr = login("hr")
    rows = rows_of(hr, march)
    row_about(rows, "A1")[6] = "20000"
    page = hand_in(hr, march, rows)
    moves = {move.label: (str(move.old), str(move.new), move.typed) for move in page.context["saved"].moves}
    assert moves["2027-03 林娜 A1"] == ("16666.67", "20000.00", True)
    assert moves["2027-03 周敏 A3"] == ("16666.66", "15000.00", False)
    assert amounts("agent", unit=firm.first)[0] == "16666.67"
    assert write(hr, march, page).status_code == 302
    assert amounts("agent", unit=firm.first) == ["20000.00", "15000.00", "15000.00"]
    assert node("agent", person=firm.lin).by_hand
    assert hand_in(hr, march, rows_of(hr, march)).context["saved"].changed == 0
    assert write(hr, march, page).status_code == 404


FAULTS = {
    "NaN": ("A1", 6, "NaN"),
    "no amount": ("A1", 6, ""),
    "nobody of that number": ("A1", 4, "A9"),
    "neither yes nor no": ("A1", 7, "maybe"),
    "no such key": ("T2", 8, "magic"),
    "more than the team": ("A1", 6, "50000.01"),
    "no such level": ("A1", 0, "galaxy"),
}


def test_one_fault_refuses_the_whole_sheet(march, login):  # noqa: F811
    hr, before = login("hr"), stored()
    good = rows_of(hr, march)
    row_about(good, "A2")[6] = "15000"
    for fault, (row, place, value) in FAULTS.items():
        rows = [list(one) for one in good]
        next(one for one in rows if row in one)[place] = value
        page = hand_in(hr, march, rows)
        assert page.status_code == 400, fault
        assert len(page.context["problems"]) == 1, fault
        assert page.context["name"] == ""
    assert stored() == before


def test_all_faults_are_named_each_with_its_row(march, login):  # noqa: F811
    rows = rows_of(login("hr"), march)
    row_about(rows, "A1")[6] = "x"
    row_about(rows, "A2")[7] = "x"
    rows.append(list(row_about(rows, "A3")))
    page = hand_in(login("hr"), march, rows)
    numbers = [one.where for one in page.context["problems"]]
    assert numbers == [
        rows.index(row_about(rows, "A1")) + 1,
        rows.index(row_about(rows, "A2")) + 1,
        len(rows),
    ]


def test_headers_are_checked_first(march, login):  # noqa: F811
    rows = rows_of(login("hr"), march)
    rows[0][6] = "别的"
    assert len(hand_in(login("hr"), march, rows).context["problems"]) == 2


def test_what_is_no_sheet_is_refused_with_a_sentence(march, login):  # noqa: F811
    hr = login("hr")
    for content in (b"", b"%PDF-1.7", b"PK\x03\x04nothing", b"\xff\xfe\x00"):
        page = hr.post(at(march, "sheet_import"), {"file": SimpleUploadedFile("x.xlsx", content)})
        assert page.status_code == 400
        assert page.context["problems"]


def test_nobody_writes_what_another_has_staged(march, login):  # noqa: F811
    hr = login("hr")
    rows = rows_of(hr, march)
    row_about(rows, "A1")[6] = "20000"
    page = hand_in(hr, march, rows)
    assert write(login("branch_hr"), march, page).status_code == 404
    assert hr.post(at(march, "sheet_write"), {"name": "../x"}).status_code == 400
    assert write(hr, march, page).status_code == 302


def test_a_sheet_about_a_plan_that_changed_since_is_not_written(march, login, firm):  # noqa: F811
    hr = login("hr")
    rows = rows_of(hr, march)
    row_about(rows, "A1")[6] = "20000"
    page = hand_in(hr, march, rows)
    act(saving.save_edits, march, {node("agent", person=firm.chen).pk: Edit(amount=Decimal(1))})
    refused = write(hr, march, page)
    assert refused.status_code == 409
    assert amounts("agent", unit=firm.first)[0] != "20000.00"
