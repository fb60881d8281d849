"""Figures by JSON: what goes in, what is refused with its place, and that a key works once."""

from __future__ import annotations

import json
import threading
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client

from reviews.figures.posted.reading import read_body
from reviews.models import AgentFigures, ApiImport, ImportBatch, ShopFigures, ShopMonth
from reviews.services import figures as files
from staff.models import PlatformAccount
from tests import factories
from tests.reviews.api.conftest import URL, row

pytestmark = pytest.mark.django_db


def nothing_written():
    models = (AgentFigures, ShopFigures, ImportBatch, ApiImport, PlatformAccount)
    return not any(model.objects.exists() for model in models)


def test_rows_of_an_account_a_number_and_the_shop_go_in_together(send, place):
    factories.account("示例旗舰店:小雅", shop=place.shop, holder=place.agent)
    day = {"date": "2026-10-01"}
    answer = send(
        {"rows": [row(), day | {"staff_no": "0017", "slow_responses": 3}, day | {"visitors": 900}]}
    ).json()
    batch = ImportBatch.objects.get()
    assert answer == {
        "batch": str(batch.public_id),
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "unknown_accounts": [],
        "late": 0,
        "notes": [],
    }
    assert (batch.state, batch.by, batch.files.first().name) == ("applied", None, "api:ERP")
    by_account = AgentFigures.objects.get(current=True, account__isnull=False)
    assert (by_account.sales, by_account.inquiries, by_account.receptions) == (D("2637.68"), 49, None)
    assert (by_account.source, by_account.row) == ("own", 1)
    assert AgentFigures.objects.get(person=place.agent).slow_responses == 3
    assert ShopFigures.objects.get(current=True).visitors == 900


def test_the_same_key_and_body_get_the_same_answer_and_change_nothing(send):
    first = send({"rows": [row()]}, key="one")
    send({"rows": [row(sales="1.00")]}, key="two")
    again = send({"rows": [row()]}, key="one", language="zh-hans")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert AgentFigures.objects.get(current=True).sales == D("1.00")
    assert ImportBatch.objects.count() == 2


def test_the_same_key_with_another_body_is_a_conflict(send):
    send({"rows": [row()]}, key="one")
    answer = send({"rows": [row(sales="1.00")]}, key="one")
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (409, "Idempotency-Key")
    assert AgentFigures.objects.get().sales == D("2637.68")


def test_a_refused_request_uses_up_no_key(send):
    assert send({"rows": [row(sales="-1")]}, key="one").status_code == 422
    assert send({"rows": [row(sales="1.00")]}, key="one").status_code == 200


def test_the_same_rows_with_a_new_key_change_nothing_and_say_so(send):
    send({"rows": [row()]})
    answer = send({"rows": [row()]}).json()
    assert (answer["batch"], answer["new"], answer["unchanged"], answer["notes"]) == (None, 0, 1, [])
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 81, "schlüssel", "a\tb"])
def test_a_key_is_needed_and_is_short_and_printable(client, writer, key):
    headers = {"Authorization": f"Bearer {writer.secret}", "Idempotency-Key": key}
    answer = client.post(URL, {"rows": [row()]}, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "Idempotency-Key")
    del headers["Idempotency-Key"]
    answer = client.post(URL, {"rows": [row()]}, content_type="application/json", headers=headers)
    assert answer.json()["errors"][0]["code"] == "no_key"
    assert nothing_written()


@pytest.mark.parametrize(
    ("given", "where", "code"),
    [
        pytest.param({"sales": 12.5}, "sales", "inexact", id="a float"),
        pytest.param({"inquiries": 49.0}, "inquiries", "inexact", id="a count with a fraction"),
        pytest.param({"sales": 12}, "sales", "write_as_text", id="an amount as number"),
        pytest.param({"inquiries": "49"}, "inquiries", "write_as_count", id="a count as text"),
        pytest.param({"inquiries": True}, "inquiries", "wrong_type", id="a boolean"),
        pytest.param({"sales": ["1"]}, "sales", "wrong_type", id="a list"),
        pytest.param({"account": 17}, "account", "wrong_type", id="an account as number"),
        pytest.param({"sales": "NaN"}, "sales", "not_plain", id="NaN as text"),
        pytest.param({"sales": "1e309"}, "sales", "not_plain", id="an exponent"),
        pytest.param({"sales": "1,234.50"}, "sales", "not_plain", id="groups of digits"),
        pytest.param({"sales": "１２"}, "sales", "not_plain", id="full-width digits"),
        pytest.param({"sales": ""}, "sales", "not_plain", id="an empty amount"),
        pytest.param({"sales": "0.001"}, "sales", "below_a_cent", id="a tenth of a cent"),
        pytest.param({"sales": "-1"}, "sales", "negative_amount", id="a negative amount"),
        pytest.param({"inquiries": -1}, "inquiries", "negative_count", id="a negative count"),
        pytest.param({"inquiries": 10**30}, "inquiries", "too_large", id="an absurd count"),
        pytest.param({"reply_rate": "45"}, "reply_rate", "rate_above_1", id="a rate above 1"),
        pytest.param({"average_response_seconds": "9999999"}, "average_response_seconds", "too_large", id="a wait"),
        pytest.param({"date": "2026-02-30"}, "date", "no_such_day", id="no such day"),
        pytest.param({"date": "2026/10/01"}, "date", "not_iso", id="a day in another form"),
        pytest.param({"date": None}, "date", "missing_key", id="no day"),
        pytest.param({"last_date": "2026-09-30"}, "", "span_backwards", id="a span backwards"),
        pytest.param({"last_date": "2026-11-30"}, "", "span_two_months", id="a span of two months"),
        pytest.param({"sles": 1}, "sles", "unknown_key", id="an unknown field"),
        pytest.param({"batch": 1}, "batch", "unknown_key", id="a column of ours"),
        pytest.param({"current": True}, "current", "unknown_key", id="a state of ours"),
        pytest.param({"estimated": True}, "estimated", "unknown_key", id="a mark of ours"),
        pytest.param({"visitors": 3}, "visitors", "unknown_key", id="a shop's field of an account"),
        pytest.param({"staff_no": "0017"}, "", "two_owners", id="account and number"),
        pytest.param({"account": ""}, "account", "empty_text", id="an empty account"),
        pytest.param({"account": "汇总"}, "account", "summary_name", id="a sum's name"),
        pytest.param({"account": "a\u202eb"}, "account", "unprintable", id="a text turned round"),
        pytest.param({"account": "\ud800"}, "account", "unprintable", id="half a character"),
        pytest.param({"account": "x" * 201}, "account", "too_long", id="a long account"),
        pytest.param({"source": "nobody's"}, "source", "unknown_choice", id="an unknown source"),
        pytest.param({"source": "computed"}, "", "source_has_none", id="what we compute ourselves"),
        pytest.param({"receptions": 3, "unanswered": 4}, "", "unanswered_above", id="more unanswered than received"),
        pytest.param({"sales": None, "inquiries": None}, "", "nothing_in_row", id="no figure at all"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_nothing_goes_in(send, given, where, code):
    answer = send({"rows": [row("示例旗舰店:小满"), row() | given]})
    assert answer.status_code == 422
    errors = [(error["where"], error["code"]) for error in answer.json()["errors"]]
    assert (f"rows[1].{where}" if where else "rows[1]", code) in errors
    assert all(error["message"] for error in answer.json()["errors"])
    assert nothing_written()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param("9999", "Nobody has the staff number 9999.", id="nobody"),
        pytest.param("0099", "Nobody has the staff number 0099.", id="somebody of another branch"),
    ],
)
def test_OBJ_09_a_number_of_nobody_and_of_another_branch_are_answered_alike(send, place, number, words):
    answer = send({"rows": [row(), {"date": "2026-10-01", "staff_no": number, "sales": "1.00"}]})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "rows[1].staff_no", "code": "unknown_person", "message": words}
    ]
    assert nothing_written()


def test_all_problems_are_told_at_once_in_the_language_asked_for(send):
    rows = [row(sales=1.5), row("b", inquiries=-1), "x", row("c"), row("c")]
    answer = send({"rows": rows}, language="zh-hans")
    said = {error["where"]: error["message"] for error in answer.json()["errors"]}
    assert list(said) == ["rows[0].sales", "rows[2]", "rows[1].inquiries", "rows[4]"]
    assert said["rows[1].inquiries"] == "-1：人数、件数、单数不能小于 0。"
    assert "rows[3]" in said["rows[4]"]
    assert answer["Content-Language"] == "zh-hans"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "not_json", id="nothing"),
        pytest.param(b"{", 400, "not_json", id="half"),
        pytest.param("{\"rows\": [\"中\"]}".encode("gb18030"), 400, "not_json", id="GBK"),
        pytest.param(b'{"rows": [], "rows": []}', 400, "key_twice", id="a key twice"),
        pytest.param(b'{"rows": [{"sales": "1", "sales": "2"}]}', 400, "key_twice", id="a figure twice"),
        pytest.param(b"[" * 100_000, 400, "too_deep", id="deep"),
        pytest.param(b'{"rows": ' + b'{"a":' * 3_000 + b"1" + b"}" * 3_001, 400, "too_deep", id="deep objects"),
        pytest.param(b"[]", 400, "not_an_object", id="a list"),
        pytest.param(b'{"rows": 1}', 400, "not_a_list", id="no list"),
        pytest.param(b'{"rows": []}', 400, "no_posted_rows", id="no rows"),
        pytest.param(b"{}", 400, "missing_key", id="no key"),
        pytest.param(b'{"rows": [{}], "shop": 1}', 400, "unknown_key", id="an unknown key"),
        pytest.param(b'{"rows": [{}], "mode": "both"}', 400, "unknown_choice", id="an unknown mode"),
        pytest.param(b'{"rows": [{}], "overlap": "ask"}', 400, "unknown_choice", id="an unknown overlap"),
        pytest.param(b'{"rows": [{}], "source": 1}', 400, "wrong_type", id="a source as number"),
        pytest.param(b'{"rows": [' + b"{}," * 5_000 + b"{}]}", 413, "too_many_rows", id="5,001 rows"),
        pytest.param(b" " * (2 * 1024 * 1024 + 1), 413, "body_too_big", id="2 MB and a byte"),
        pytest.param(b'{"rows": [{"date": "2026-10-01", "sales": NaN}]}', 422, "inexact", id="NaN"),
        pytest.param(b'{"rows": [{"orders": 1' + b"0" * 9_000 + b"}]}", 422, "inexact", id="9,000 digits"),
    ],
)  # fmt: skip
def test_CFG_01_a_body_that_is_no_request_is_refused(send, body, status, code):
    answer = send(body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert nothing_written()


def test_another_content_type_is_refused(client, writer):
    headers = {"Authorization": f"Bearer {writer.secret}", "Idempotency-Key": "a"}
    body = json.dumps({"rows": [row()]})
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        assert client.post(URL, body, content_type=content_type, headers=headers).status_code == 415
    assert nothing_written()


def test_overlapping_days_are_refused_kept_or_replaced_as_asked(send):
    send({"rows": [row()]})
    week = {"rows": [row(last_date="2026-10-07", sales="9000.00")]}
    refused = send(week)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "overlap")
    kept = send(week | {"overlap": "keep"}).json()
    assert (kept["batch"], kept["new"], kept["notes"][0]["code"]) == (None, 0, "kept")
    send(week | {"overlap": "replace"})
    assert AgentFigures.objects.get(current=True).sales == D("9000.00")


def test_a_month_never_mixes_two_modes(send):
    send({"rows": [row()], "mode": "pay_first"})
    refused = send({"rows": [row(date="2026-10-02")], "mode": "order_first"})
    assert [(e["where"], e["code"]) for e in refused.json()["errors"]] == [("mode", "mode_mixed")]
    assert ShopMonth.objects.get().mode == "pay_first"


def test_an_unknown_account_waits_for_its_match(send, place):
    answer = send({"rows": [row("示例旗舰店:新来的")]}).json()
    assert answer["unknown_accounts"] == ["示例旗舰店:新来的"]
    assert PlatformAccount.objects.get().kind == "unknown"


def test_a_batch_of_the_api_is_undone_like_any_other(send, place):
    send({"rows": [row()]})
    send({"rows": [row(sales="1.00")]})
    batch = ImportBatch.objects.latest("pk")
    files.undo(batch, by=place.hr.users.get(), at=batch.applied_at)
    assert AgentFigures.objects.get(current=True).sales == D("2637.68")


def test_rows_of_several_sources_stand_side_by_side(send):
    rows = [row(source="千牛 客服业绩"), row(source="chitu_report", sales="9.00")]
    assert send({"rows": rows}).json()["new"] == 2
    assert set(AgentFigures.objects.filter(current=True).values_list("source", flat=True)) == {
        "qianniu_results",
        "chitu_report",
    }


def test_a_rate_that_its_parts_contradict_is_noted_and_the_parts_count(send):
    answer = send({"rows": [row(receptions=100, unanswered=1, reply_rate="0.5000")]}).json()
    assert [(note["where"], note["code"]) for note in answer["notes"]] == [
        ("rows[0].reply_rate", "parts_differ")
    ]
    assert AgentFigures.objects.get().reply_rate == D("0.99")


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_with_one_key_have_one_effect(place, writer):
    body = json.dumps({"rows": [row()]})
    headers = {"Authorization": f"Bearer {writer.secret}", "Idempotency-Key": "once"}
    answers = []

    def post():
        try:
            answers.append(Client().post(URL, body, content_type="application/json", headers=headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert ImportBatch.objects.filter(state="applied").count() == ApiImport.objects.count() == 1
    assert AgentFigures.objects.filter(current=True).count() == 1


def test_5000_rows_are_read_with_a_fixed_number_of_queries(send, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        assert send({"rows": [row(f"示例旗舰店:{n}") for n in range(3)]}).status_code == 200
    accounts = [
        row(f"示例旗舰店:{n % 30}", date=f"2026-10-{n // 30 + 1:02}", sales=f"{n}.00") for n in range(30, 930)
    ]
    send({"rows": accounts[:30]})
    with django_assert_max_num_queries(60):
        assert send({"rows": accounts[30:]}).json()["new"] == 870


def test_reading_needs_no_database():
    body = json.dumps({"rows": [row(), row("b")]}).encode()
    assert [len(file.rows) for file in read_body(body, name="api:x").files] == [2]
