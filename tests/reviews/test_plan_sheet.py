"""A plan version as a sheet: the way there and back, and that no sheet changes what is published."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from reviews import plans
from reviews.models import Plan, PlanVersion
from reviews.plan_sheet import PlanSheetRefused, draft_from_sheet, plan_file
from reviews.shipped import AGENT, SHIPPED
from staff.sheets.writing import csv_file
from tests import factories

pytestmark = pytest.mark.django_db
START = date(2027, 1, 1)


@pytest.fixture
def published():
    draft = plans.create_draft(AGENT, starts_on=date(2026, 1, 1), by=None)
    return plans.publish(draft, by=None, at=datetime(2025, 12, 1, tzinfo=UTC), on=date(2025, 12, 1))


def rows_of(version):
    book = load_workbook(BytesIO(plan_file(version)))
    return [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]


def read(version, rows):
    return draft_from_sheet(version.plan, csv_file(rows[0], rows[1:]), starts_on=START, by=None)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_plan_comes_back_as_it_went_out(code, language):
    with translation.override(language):
        version = plans.create_draft(SHIPPED[code], starts_on=date(2026, 1, 1), by=None)
        made = draft_from_sheet(version.plan, plan_file(version), starts_on=START, by=None)
        assert plans.to_core(made) == plans.to_core(version)
        assert plan_file(made) == plan_file(version)
        assert (made.number, made.state, made.starts_on) == (2, "draft", START)


def test_a_change_is_in_the_draft_and_nowhere_else(published):
    rows = rows_of(published)
    weights = [row for row in rows if row[1].endswith(".weight")]
    weights[0][2], weights[1][2] = str(float(weights[0][2]) - 1), str(float(weights[1][2]) + 1)
    before = plans.to_core(published)
    made = read(published, rows)
    assert plans.to_core(published) == before
    assert plans.to_core(made).lines[0].weight == before.lines[0].weight - 1


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        pytest.param("lines.1.weight", "NaN", "lines.1.weight", id="NaN"),
        pytest.param("lines.1.weight", "1e500000", "lines.1.weight", id="1e500000"),
        pytest.param("lines.1.weight", "99", "", id="weights above 100"),
        pytest.param("lines.1.measure", "magic", "", id="no such measure"),
        pytest.param("lines.1.rules.1.kind", "magic", "lines.1.rules.1.kind", id="no such rule"),
        pytest.param("lines.1.name_zh", "长" * 200, "40", id="a very long name"),
        pytest.param("inapplicable", "perhaps", "inapplicable", id="no such word"),
        pytest.param("code", "another", "another", id="another plan's sheet"),
        pytest.param("bands.1.or_none", "perhaps", "bands.1.or_none", id="neither yes nor no"),
    ],
)
def test_what_is_no_plan_makes_no_draft(published, place, value, said):
    rows = rows_of(published)
    row = next(row for row in rows if row[1] == place)
    row[2] = value
    with pytest.raises(PlanSheetRefused) as refused:
        read(published, rows)
    assert said in str(refused.value)
    assert PlanVersion.objects.get() == published


def test_places_that_are_missing_unknown_or_twice_are_named(published):
    rows = rows_of(published)
    with pytest.raises(PlanSheetRefused, match="code"):
        read(published, [row for row in rows if row[1] != "lines.1.code"])
    with pytest.raises(PlanSheetRefused, match=r"lines\.1\.magic"):
        read(published, [*rows, ["", "lines.1.magic", "1"]])
    with pytest.raises(PlanSheetRefused, match=r"lines\.1\.code"):
        read(published, [*rows, ["", "lines.1.code", "1"]])
    assert PlanVersion.objects.count() == 1


def test_only_hr_hands_a_sheet_in_and_readers_take_away_what_is_published(published):
    root = factories.unit("CO", kind="company")
    draft = plans.new_version(published, starts_on=START, by=None)
    clients = {}
    for role in ("hr", "manager", "supervisor"):
        made = factories.person(role, staff_no=role)
        factories.role(made, role, root)
        clients[role] = Client()
        clients[role].force_login(made.users.get())
    content = plan_file(published)
    sheet = reverse("admin:reviews_plan_sheet_import", args=[published.plan_id])
    take = {v: reverse("admin:reviews_plan_sheet", args=[v.public_id]) for v in (published, draft)}
    for role, status, out, of_draft in (
        ("supervisor", 404, 404, 404),
        ("manager", 403, 200, 404),
        ("hr", 302, 200, 200),
    ):
        client = clients[role]
        assert client.get(take[published]).status_code == out
        assert client.get(take[draft]).status_code == of_draft
        assert client.post(sheet, {"file": SimpleUploadedFile("p.xlsx", content)}).status_code == status
        assert PlanVersion.objects.count() == (3 if role == "hr" else 2)
    page = clients["hr"].post(sheet, {"file": SimpleUploadedFile("p.xlsx", b"%PDF")}, follow=True)
    assert page.status_code == 200
    assert PlanVersion.objects.count() == 3
    assert clients["hr"].get(sheet).status_code == 405
    assert Plan.objects.count() == 1
