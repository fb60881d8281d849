"""What the pages of imported figures show: nobody else's names, and every text as text."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from reviews.models import (
    FigureExcuse,
    HourLeader,
    ImportFile,
    ImportProfile,
    LineSource,
    ProfileColumn,
    Promotion,
    RefundReason,
)
from staff.models import ApiToken, Person, PlatformAccount, Shop, Unit
from tests import factories
from tests.attacks.new_doors import (
    FORMULA,
    NASTY,
    address,
    client_of,
    grown,
    knock,
    knockable,
    tried,
    written,
)

pytestmark = pytest.mark.django_db
FOREIGN = ("远方", "石磊", "郑芳")
PAGES = [name for name in knockable() if not name.endswith(("_history", "_delete", "api-figures-list"))]
WORKBOOKS = ("commission_base_file", "admin:reviews_targetnode_sheet", "admin:reviews_plan_sheet")
CELL = "admin:reviews_figureexcuse_cell"


@pytest.fixture
def firm(company):
    return grown(company)


def pages_of(firm, who):
    """Yield every page that opens for somebody, with what it says."""
    client = client_of(firm, who)
    for name in PAGES:
        asked = {"month": "2026-10"}
        if name == CELL:
            asked = {"shop": firm.shop.pk, "source": "shop_days", "day": "2026-10-03"}
        answer = knock(client, "get", address(firm, name), asked)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield name, answer.content.decode()


@pytest.mark.parametrize(("who", "at_least"), [("branch_hr", 25), ("manager", 5), ("supervisor", 2)])
def test_OBJ_13_no_page_filter_or_picker_names_what_is_anothers(firm, who, at_least):
    seen = dict(pages_of(firm, who))
    assert len(seen) >= at_least
    assert [(name, word) for name, text in seen.items() for word in FOREIGN if word in text] == []


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [
        ("staff", "platformaccount", "shop"),
        ("staff", "accountholder", "person"),
        ("staff", "accountholder", "account"),
        ("reviews", "promotion", "shop"),
        ("reviews", "figureexcuse", "shop"),
        ("reviews", "figureexcuse", "account"),
        ("reviews", "linesource", "shop"),
        ("staff", "apitoken", "shop"),
    ],
)
def test_OBJ_13_no_autocomplete_finds_what_is_anothers(firm, app, model, field):
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
    for who in ("branch_hr", "manager"):
        answer = client_of(firm, who).get(reverse("admin:autocomplete"), asked)
        assert answer.status_code in (200, 403)
        text = json.dumps(answer.json(), ensure_ascii=False) if answer.status_code == 200 else ""
        assert not [word for word in FOREIGN if word in text]


def renamed(text):
    """Let every name that a page of figures shows be a payload."""
    for model, field in (
        (Shop, "name"), (PlatformAccount, "name"), (ImportFile, "name"), (ImportProfile, "name"),
        (ProfileColumn, "header"), (Promotion, "name"), (RefundReason, "text"), (ApiToken, "name"),
        (FigureExcuse, "reason"), (LineSource, "reason"), (Person, "name"), (Unit, "name"),
    ):  # fmt: skip
        for number, one in enumerate(model.objects.order_by("pk")):
            model.objects.filter(pk=one.pk).update(**{field: f"{text[:57]}{number}"})


@pytest.mark.parametrize("who", ["hr", "supervisor"])
def test_XSS_01_to_12_every_text_of_a_page_is_inert(firm, who):
    HourLeader.objects.create(
        shop=firm.shop, day="2026-10-03", hour=9, place=1, person=firm.agent, by=firm.hr.users.get()
    )
    renamed(NASTY)
    seen = dict(pages_of(firm, who))
    assert any("&lt;script&gt;alert(1)" in text for text in seen.values())
    live = [name for name, text in seen.items() if "<script>alert(1)" in text or "<img src=x" in text]
    assert live == []
    assert [name for name, text in seen.items() if "&gt;49&#x27;" in text] == []


@pytest.mark.parametrize("name", WORKBOOKS)
def test_IMP_06_no_cell_of_a_workbook_is_a_formula(firm, name):
    renamed(FORMULA)
    answer = client_of(firm, "hr").get(address(firm, name), {"month": "2026-10"})
    assert answer.status_code == 200
    kinds = {
        cell.data_type
        for sheet in load_workbook(BytesIO(answer.content))
        for row in sheet.iter_rows()
        for cell in row
    }
    assert "f" not in kinds
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert "\n" not in header
    assert answer["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(
    "name", ["a\r\nX-Evil: 1.xlsx", '"; filename=evil.exe', "../../x.xlsx", "工作表\u202excod.xlsx"]
)
def test_XSS_09_a_unit_named_like_a_header_stays_in_its_file_name(firm, name):
    Unit.objects.filter(pk=firm.branch.pk).update(name=name)
    answer = client_of(firm, "hr").get(address(firm, "admin:reviews_targetnode_sheet"))
    header = answer["Content-Disposition"]
    assert "X-Evil" not in answer.headers
    assert header.isascii()
    assert "\n" not in header
    assert "/" not in header.replace("%2F", "")


TWICE = [
    ("admin:reviews_figureexcuse_withdraw", {}, FigureExcuse),
    ("admin:reviews_refundreason_seed", {}, RefundReason),
    (
        "admin:reviews_linesource_set",
        {
            "shop": "@shop",
            "plan": "@plan",
            "line": "sales",
            "way": "manual",
            "reason": "x",
            "starts_on": "2026-12",
        },
        LineSource,
    ),
    (
        "admin:reviews_targetnode_start",
        {"unit": "team", "year": "2027", "key": "equal", "amount": "1200", "equal": "on"},
        None,
    ),
]


@pytest.mark.parametrize(("name", "data", "model"), TWICE)
def test_FLT_03_a_second_click_has_no_second_effect(firm, name, data, model):
    real = {"@shop": firm.shop.pk, "@plan": firm.version.plan.code}
    data = {key: real.get(value, value) for key, value in data.items()}
    client = client_of(firm, "hr")
    path = address(firm, name)
    first = client.post(path, data)
    assert first.status_code == 302, first.content.decode()[-900:]
    count = model.objects.count() if model else None
    assert client.post(path, data).status_code in (302, 400, 404, 409)
    assert (model.objects.count() if model else None) == count


TAMPERED = [
    ("admin:reviews_importbatch_upload", {"batch": "@foreign_batch"}, 404),
    ("admin:reviews_importbatch_upload", {"shop": "@foreign_shop"}, 302),
    ("admin:reviews_importbatch_compute", {"shop": "@foreign_shop", "month": "2026-10"}, 404),
    (
        "admin:reviews_importbatch_match",
        {"shop": "@foreign_shop", "account": "x", "whose": "@agent", "starts_on": "2026-10-01"},
        404,
    ),
    (
        "admin:reviews_importbatch_match",
        {"shop": "@shop", "account": "x", "whose": "@foreign_person", "starts_on": "2026-10-01"},
        404,
    ),
    (
        "admin:reviews_importbatch_apply",
        {"shop": "@shop", "account": "x", "whose": "@foreign_person", "starts_on": "2026-10-01"},
        404,
    ),
    (
        "admin:reviews_importbatch_answer",
        {"shop": "@foreign_shop", "account": "x", "whose": "robot", "starts_on": ""},
        404,
    ),
    ("admin:reviews_importbatch_swap", {"file": "@foreign_file"}, 302),
    (
        "admin:reviews_figureexcuse_excuse",
        {"shop": "@foreign_shop", "source": "shop_days", "day": "2026-10-05", "reason": "x"},
        404,
    ),
    (
        "admin:reviews_figureexcuse_excuse",
        {
            "shop": "@shop",
            "source": "own_daily",
            "day": "2026-10-05",
            "reason": "x",
            "account": "@foreign_account",
        },
        404,
    ),
    (
        "admin:reviews_linesource_set",
        {"shop": "@foreign_shop", "plan": "@plan", "line": "sales", "way": "manual", "reason": "x"},
        404,
    ),
    ("admin:reviews_sourceorder_turn", {"shop": "@foreign_shop", "field": "", "first": "own_daily"}, 404),
    ("admin:reviews_snapshot_leaders", {"shop": "@foreign_shop", "hour": "1"}, 404),
    (
        "admin:reviews_snapshot_leaders",
        {"shop": "@shop", "day": "2026-10-03", "hour": "1", "person_1": "@foreign_person"},
        302,
    ),
    (
        "admin:reviews_promotion_add",
        {
            "shop": "@foreign_shop",
            "name": "x",
            "first_day": "2026-10-01",
            "last_day": "2026-10-02",
            "window_days": "3",
        },
        200,
    ),
    (
        "admin:reviews_promotion_change",
        {
            "shop": "@foreign_shop",
            "name": "x",
            "first_day": "2026-10-01",
            "last_day": "2026-10-02",
            "window_days": "3",
        },
        200,
    ),
    ("admin:reviews_shopmonth_add", {"shop": "@foreign_shop", "month": "2026-11-01"}, 200),
    (
        "admin:staff_apitoken_add",
        {"shop": "@foreign_shop", "name": "x", "scope": "write", "last_day": "2026-12-01"},
        200,
    ),
    (
        "admin:reviews_targetnode_start",
        {"unit": "far-team", "year": "2028", "key": "equal", "amount": "1", "equal": "on"},
        404,
    ),
    ("admin:reviews_target_changelist", {"sales-@foreign_person": "5"}, 302),
    ("typed_values", {"v-@foreign_person-1-sales": "5"}, 302),
]


def test_OBJ_12_keys_of_anothers_objects_in_a_form_write_nothing(firm):
    other, client = firm.foreign, client_of(firm, "branch_hr", raise_request_exception=False)
    real = {
        "@shop": firm.shop.pk,
        "@plan": firm.version.plan.code,
        "@agent": firm.agent.pk,
        "@foreign_batch": other.waiting.pk,
        "@foreign_shop": other.shop.pk,
        "@foreign_file": other.file.pk,
        "@foreign_person": firm.stranger.pk,
        "@foreign_account": other.account.pk,
    }
    person = str(firm.stranger.pk)
    wrong = []
    for name, data, status in TAMPERED:
        given = {key.replace("@foreign_person", person): real.get(text, text) for key, text in data.items()}
        answer, changed = tried(client, "post", address(firm, name), given)
        if answer.status_code != status or changed:
            wrong.append((name, data, answer.status_code, changed))
    assert wrong == []


def test_SES_04_a_manager_who_is_hr_elsewhere_makes_no_token_for_the_shop_managed(firm):
    factories.role(firm.branch_hr, "manager", firm.other)
    data = {
        "shop": firm.foreign.shop.pk,
        "name": "x",
        "scope": "write",
        "last_day": f"{timezone.localdate():%Y-%m-%d}",
    }
    before = written()
    assert (
        client_of(firm, "branch_hr").post(address(firm, "admin:staff_apitoken_add"), data).status_code == 200
    )
    assert written() == before


def test_OBJ_12_a_manager_who_is_hr_elsewhere_sets_no_targets_of_the_people_managed(firm):
    factories.role(firm.branch_hr, "manager", firm.other)
    before = written()
    client_of(firm, "branch_hr").post(
        f"{address(firm, 'admin:reviews_target_changelist')}?month=2026-11",
        {f"sales-{firm.stranger.pk}": "5"},
    )
    assert written() == before


def test_CFG_01_json_nested_without_end_is_a_400(firm, client):
    body = b'{"rows":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    headers = {"Authorization": f"Bearer {firm.own.secret}", "Idempotency-Key": "k"}
    answer = client.post("/api/figures/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    nul = json.dumps({"rows": [{"date": "2026-10-01", "account": "a\x00b", "sales": "1.00"}]}).encode()
    answer = client.post(
        "/api/figures/", nul, content_type="application/json", headers=headers | {"Idempotency-Key": "n"}
    )
    assert answer.status_code in (400, 422)


def test_AUD_05_a_token_is_read_once_and_stands_nowhere_else(firm, caplog):
    secret, hr = firm.own.secret, client_of(firm, "hr")
    for name in ("changelist", "change", "history", "revoke"):
        page = hr.get(address(firm, f"admin:staff_apitoken_{name}")).content.decode()
        assert secret not in page
        assert firm.own.token.digest not in page
    hr.get("/api/figures/", {"month": "2026-10"}, headers={"Authorization": f"Bearer {secret}x"})
    assert secret not in caplog.text
