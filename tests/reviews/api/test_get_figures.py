"""Stored figures by JSON: the objects of export_figures, filtered and paged; and the same from every door."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from reviews.models import ImportBatch
from staff import jobs
from staff.models import AccountHolder, Shop
from tests import factories
from tests.reviews.api.conftest import URL, row, token_for

pytestmark = pytest.mark.django_db
SAMPLES = sorted((Path(__file__).parents[2] / "data" / "workbench").iterdir())


def exported(shop, month="2026-10"):
    out = StringIO()
    call_command("export_figures", "--shop", shop.name, "--month", month, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def stored(send, place):
    """Four days of two accounts, the second one 李秀英's, and of the shop."""
    factories.account("示例旗舰店:小雅", shop=place.shop, holder=place.agent)
    days = [f"2026-10-0{day}" for day in range(1, 5)]
    rows = [row(account, date=day) for day in days for account in ("示例旗舰店:小雅", "示例旗舰店:小满")]
    rows += [{"date": day, "visitors": 900} for day in days]
    assert send({"rows": rows, "source": "own"}).status_code == 200


def test_a_month_is_what_the_command_prints(fetch, stored, place):
    answer = fetch(month="2026-10").json()
    assert answer["results"] == exported(place.shop)
    assert (answer["count"], answer["next"], answer["previous"]) == (12, None, None)


def test_pages_put_together_are_the_whole(fetch, stored, place):
    pages = [fetch(month="2026-10", page=number, page_size=5).json()["results"] for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert [one for page in pages for one in page] == exported(place.shop)
    assert fetch(month="2026-10", page=4, page_size=5).status_code == 404


@pytest.mark.parametrize(
    ("asked", "many"),
    [
        pytest.param({"date": "2026-10-02"}, 3, id="a day"),
        pytest.param({"from": "2026-10-02", "to": "2026-10-03"}, 6, id="two days"),
        pytest.param({"month": "2026-09"}, 0, id="an empty month"),
        pytest.param({"month": "2026-10", "account": "示例旗舰店:小雅"}, 4, id="an account"),
        pytest.param({"month": "2026-10", "account": "另一家店:小雅"}, 0, id="no such account"),
        pytest.param({"month": "2026-10", "staff_no": "0017"}, 4, id="whose they are"),
        pytest.param({"month": "2026-10", "staff_no": "0099"}, 0, id="another's"),
        pytest.param({"month": "2026-10", "staff_no": "9999"}, 0, id="nobody's"),
        pytest.param({"month": "2026-10", "source": "own template"}, 12, id="a source by name"),
        pytest.param({"month": "2026-10", "source": "chitu_report"}, 0, id="a source by code"),
        pytest.param({"month": "2026-10", "page_size": "999999999"}, 12, id="a page of any size"),
    ],
)
def test_filters_narrow(fetch, stored, asked, many):
    answer = fetch(**asked)
    assert (answer.status_code, answer.json()["count"]) == (200, many)


def test_a_staff_number_means_the_days_on_which_the_account_was_that_persons(fetch, stored, place):
    account = AccountHolder.objects.get(person=place.agent)
    moved = datetime(2026, 10, 2, 16, tzinfo=UTC)  # the midnight before 3 October in Shanghai
    AccountHolder.objects.filter(pk=account.pk).update(ends_at=moved)
    AccountHolder.objects.create(account=account.account, person=place.hr, starts_at=moved)
    days = [one["date"] for one in fetch(month="2026-10", staff_no="0017").json()["results"]]
    assert days == ["2026-10-01", "2026-10-02"]
    assert fetch(month="2026-10", staff_no="hr").json()["count"] == 2


@pytest.mark.parametrize(
    ("query", "where"),
    [
        pytest.param("", "month", id="no days"),
        pytest.param("month=2026-10&date=2026-10-01", "month", id="two kinds of days"),
        pytest.param("month=2026-13", "month", id="no such month"),
        pytest.param("month=10", "month", id="no month"),
        pytest.param("date=2026-02-30", "date", id="no such day"),
        pytest.param("from=2026-10-01", "month", id="half a span"),
        pytest.param("from=2026-10-02&to=2026-10-01", "to", id="backwards"),
        pytest.param("from=2026-10-31&to=2026-11-01", "to", id="over a month's end"),
        pytest.param("month=2026-10&month=2026-09", "month", id="a filter twice"),
        pytest.param("month=2026-10&ordering=sales", "ordering", id="an order"),
        pytest.param("month=2026-10&sales__gt=1", "sales__gt", id="a lookup"),
        pytest.param("month=2026-10&batch__by__password=p", "batch__by__password", id="through relations"),
        pytest.param("month=2026-10&source=x%27 or 1=1", "source", id="an unknown source"),
        pytest.param("month=2026-10&page=0", "page", id="page 0"),
        pytest.param("month=2026-10&page=x", "page", id="no page"),
        pytest.param("month=2026-10&page_size=1e9", "page_size", id="no size"),
    ],
)  # fmt: skip
def test_OBJ_10_what_is_no_filter_is_refused_by_name(client, reader, query, where):
    answer = client.get(f"{URL}?{query}", headers={"Authorization": f"Bearer {reader.secret}"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, where)


def test_HR_reads_the_shops_looked_after_and_others_are_missing(client, stored, place):
    client.force_login(place.hr.users.get())
    mine = client.get(URL, {"month": "2026-10", "shop": place.shop.pk})
    assert mine.json()["count"] == 12
    assert mine["Cache-Control"] == "no-store"
    foreign = client.get(URL, {"month": "2026-10", "shop": place.other.pk})
    missing = client.get(URL, {"month": "2026-10", "shop": 999_999})
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404
    assert client.get(URL, {"month": "2026-10"}).status_code == 400


def test_a_list_costs_the_same_for_3_and_for_30_rows(fetch, send, django_assert_max_num_queries):
    send({"rows": [row(f"示例旗舰店:{number}") for number in range(3)]})
    with django_assert_max_num_queries(12):
        assert fetch(month="2026-10").json()["count"] == 3
    send({"rows": [row(f"示例旗舰店:{number}", date="2026-10-02") for number in range(30)]})
    with django_assert_max_num_queries(12):
        assert fetch(month="2026-10").json()["count"] == 33


def test_page_command_and_API_bring_in_the_same_figures(client, place, send):
    """The sample folder through each door, the API's rows made of what the command's shop exports."""
    by_command, by_page = place.other, Shop.objects.create(name="第三家店")
    factories.unit("third", parent=place.branch, shop=by_page, kind="branch")
    call_command("import_figures", *map(str, SAMPLES), "--shop", by_command.name, stdout=StringIO())
    expected = exported(by_command) + exported(by_command, "2026-09")
    assert len(expected) == 73

    client.force_login(place.hr.users.get())
    uploads = [SimpleUploadedFile(path.name, path.read_bytes()) for path in SAMPLES]
    client.post("/admin/reviews/importbatch/upload/", {"shop": by_page.pk, "uploads": uploads})
    batch = ImportBatch.objects.latest("pk")
    jobs.work(batch.job_id)
    client.post(f"/admin/reviews/importbatch/{batch.pk}/apply/")
    client.logout()
    assert exported(by_page) + exported(by_page, "2026-09") == expected

    answer = send({"rows": [{k: v for k, v in one.items() if k != "staff_no"} for one in expected]}).json()
    assert (answer["new"], answer["notes"]) == (73, [])
    assert exported(place.shop) + exported(place.shop, "2026-09") == expected
    reader = token_for(by_page, place.hr, scope="read")
    found = client.get(
        URL, {"month": "2026-10", "page_size": 500}, headers={"Authorization": f"Bearer {reader.secret}"}
    ).json()["results"]
    assert found == exported(by_page)
