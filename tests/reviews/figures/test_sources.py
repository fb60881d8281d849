"""The order of sources: what is shown, turned and turned back, and what counts then."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from reviews.figures import applying, counting, importing, ordering
from reviews.figures.formats import SOURCE_LABELS
from reviews.figures.importing import Asked, Upload
from reviews.models import SourceOrder
from reviews.services import sources
from staff.models import User
from tests import factories
from tests.reviews.figures.sheets import RESULTS, SERVICE, SHOP_DAYS, result, service, text, xlsx

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
ACCOUNT, FIELD = "示例旗舰店:小雅", "average_response_seconds"
URL = "/admin/reviews/sourceorder/"


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def shop(company):
    found = factories.shop()
    factories.unit("B1", parent=company, shop=found, kind="branch")
    person = factories.person("林雅", staff_no="0017")
    factories.account(ACCOUNT, shop=found, holder=person)
    return found


def login(client, role, unit):
    person = factories.person("韩雪", staff_no="0009")
    if role:
        factories.role(person, role, unit)
    client.force_login(User.objects.get(person=person))
    return client


@pytest.fixture
def hr(client, company):
    return login(client, "hr", company)


def imported(shop, *paths):
    batch = importing.receive([Upload(p, p.name) for p in paths], shop=shop, by=None, asked=Asked())
    importing.stage(batch)
    applying.apply(batch, by=None, at=AT)
    return batch


@pytest.fixture
def both(shop, tmp_path):
    """Two sources that fill the response times of a day of September and of October differently."""
    return [
        imported(
            shop,
            xlsx(tmp_path / f"{month}a_2026{month}01.xlsx", RESULTS, result()),
            xlsx(tmp_path / f"{month}b_2026{month}01.xlsx", SERVICE, service()),
        )
        for month in ("09", "10")
    ]


def value(name=FIELD, month=OCTOBER):
    rows = counting.counted_agent_figures(first_day=month, last_day=month)
    return rows[0].value(name)


def test_a_source_put_first_counts_in_its_month_alone_until_it_is_put_back(shop, both):
    sources.put_first(shop, month=OCTOBER, key=FIELD, first="qianniu_service")
    assert (value(), value(month=SEPTEMBER)) == (D("40.63"), D("33.46"))
    assert value("first_response_seconds") == D("20.07")
    sources.put_back(shop, month=OCTOBER)
    assert value() == D("33.46")
    assert not SourceOrder.objects.exists()


def test_an_order_for_every_field_takes_the_place_of_those_for_one(shop, both):
    sources.put_first(shop, month=None, key=FIELD, first="qianniu_results")
    sources.put_first(shop, month=None, key="", first="qianniu_service")
    assert (value(), value("first_response_seconds"), value(month=SEPTEMBER)) == (
        D("40.63"),
        D("23.76"),
        D("40.63"),
    )
    assert [(row.field, row.source) for row in SourceOrder.objects.all()] == [("", "qianniu_service")]


def test_what_was_first_before_follows(shop, both):
    for source in ("qianniu_results", "own", "qianniu_service", "own"):
        sources.put_first(shop, month=None, key=FIELD, first=source)
    found = SourceOrder.objects.order_by("rank").values_list("source", "rank")
    assert list(found) == [("own", 1), ("qianniu_service", 2), ("qianniu_results", 3)]


@pytest.mark.parametrize(
    ("key", "first"),
    [("no_such", "own"), ("sales", "no_such"), ("shop.sales", "chitu_report"), ("sales", "shop_days")],
)
def test_a_field_or_source_that_does_not_exist_is_refused(shop, key, first):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        sources.put_first(shop, month=None, key=key, first=first)
    assert not SourceOrder.objects.exists()


def test_the_shops_own_figures_have_an_order_of_their_own(shop, tmp_path):
    own = ("日期", "访客数", "支付买家数", "结束日期")
    imported(
        shop,
        text(tmp_path / "a.csv", SHOP_DAYS, ["2026-10-01", 100, 5, 6, 70, "5%"]),
        text(tmp_path / "b.csv", own, ["2026-10-01", 200, 5, ""]),
    )

    def visitors():
        rows = counting.counted_shop_figures(first_day=OCTOBER, last_day=OCTOBER, shop_ids=[shop.pk])
        return rows[0].fields["visitors"].value

    sources.put_first(shop, month=None, key="", first="own")
    assert visitors() == 100
    sources.put_first(shop, month=None, key="shop.", first="own")
    assert visitors() == 200
    assert SourceOrder.objects.count() == 2


def test_what_an_order_would_change_is_what_it_changes(shop, both):
    effect = ordering.effect_of(shop, OCTOBER, key="", first="qianniu_service")
    changes = [(one.who, one.value, one.new_source, one.new_value) for one in effect.examples]
    assert effect.count == len(changes)
    assert (ACCOUNT, "33.46", str(SOURCE_LABELS["qianniu_service"]), "40.63") in changes
    before = {name: value(name) for name in ("reply_rate", FIELD, "first_response_seconds")}
    sources.put_first(shop, month=OCTOBER, key="", first="qianniu_service")
    changed = [name for name, old in before.items() if value(name) != old]
    assert len(changed) == effect.count == 3
    assert ordering.effect_of(shop, OCTOBER, key="", first="qianniu_service").count == 0


def test_undoing_a_batch_falls_back_to_the_next_source_in_the_turned_order(shop, tmp_path):
    by = factories.person("韩雪", staff_no="0001").users.get()
    own = ("日期", "平台账号", "平均响应(秒)")
    imported(shop, xlsx(tmp_path / "a_20261001.xlsx", RESULTS, result()))
    imported(shop, xlsx(tmp_path / "own.xlsx", own, ["2026-10-01", ACCOUNT, 99]))
    batch = imported(shop, xlsx(tmp_path / "b_20261001.xlsx", SERVICE, service()))
    for source in ("own", "qianniu_service"):
        sources.put_first(shop, month=None, key=FIELD, first=source)
    assert value() == D("40.63")
    applying.undo(batch, by=by, at=AT)
    assert value() == 99


def test_the_page_shows_orders_effect_and_turns(hr, shop, both):
    page = hr.get(URL).content.decode()
    assert "千牛 客服业绩" in page
    asked = {"shop": shop.pk, "month": "2026-10", "field": FIELD, "first": "qianniu_service"}
    shown = hr.get(URL, asked).content.decode()
    assert "33.46" in shown
    assert "40.63" in shown
    answer = hr.post(f"{URL}turn/", asked, follow=True)
    assert answer.status_code == 200
    assert value() == D("40.63")
    hr.post(f"{URL}back/", {"shop": shop.pk, "month": "2026-10"})
    assert value() == D("33.46")


def test_a_shop_without_figures_says_so(hr, shop):
    assert "赤兔" in hr.get(URL).content.decode()


@pytest.mark.parametrize("act", ["turn", "back"])
def test_doors(client, company, shop, both, act):
    other = factories.unit("B2", parent=company, kind="branch")
    asked = {"shop": shop.pk, "month": "2026-10", "field": FIELD, "first": "own"}
    assert login(client, "hr", other).post(f"{URL}{act}/", asked).status_code == 404
    assert client.get(URL, asked).status_code == 404
    assert client.post(f"{URL}{act}/", {**asked, "shop": "9" * 40}).status_code == 404
    assert not SourceOrder.objects.exists()


@pytest.mark.parametrize("bad", [{"month": "2026-13"}, {"month": "x"}, {"shop": "x"}, {"shop": "0"}])
def test_a_made_up_address_is_not_found(hr, shop, bad):
    assert hr.get(URL, {"shop": shop.pk, **bad}).status_code == 404


@pytest.mark.parametrize("role", ["supervisor", "finance", None])
def test_only_hr_opens_it(client, company, shop, both, role):
    found = login(client, role, company)
    assert found.get(URL).status_code in (302, 403, 404)
    asked = {"shop": shop.pk, "field": FIELD, "first": "own"}
    assert found.post(f"{URL}turn/", asked).status_code in (302, 403, 404)
    assert not SourceOrder.objects.exists()


@pytest.mark.parametrize("act", ["turn", "back"])
def test_changes_are_posted(hr, shop, act):
    assert hr.get(f"{URL}{act}/", {"shop": shop.pk}).status_code == 405


def test_a_source_that_does_not_exist_is_said(hr, shop, both):
    answer = hr.post(f"{URL}turn/", {"shop": shop.pk, "field": "sales", "first": "x"}, follow=True)
    assert "请选择列表中的项目和来源" in answer.content.decode()
    assert not SourceOrder.objects.exists()


@pytest.mark.parametrize("many", [3, 30])
def test_the_page_takes_as_many_queries_for_many_rows(
    hr, shop, tmp_path, django_assert_max_num_queries, many
):
    rows = [f"店:{n}" for n in range(many)]
    imported(
        shop,
        xlsx(tmp_path / "a_20261001.xlsx", RESULTS, *map(result, rows)),
        xlsx(tmp_path / "b_20261001.xlsx", SERVICE, *map(service, rows)),
    )
    asked = {"shop": shop.pk, "field": "", "first": "qianniu_service"}
    with django_assert_max_num_queries(40):
        assert hr.get(URL, asked).status_code == 200
