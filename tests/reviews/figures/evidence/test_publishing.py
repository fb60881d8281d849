"""What orders, chats and refunds come to, as figures that count beside all others."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from reviews.figures import applying, counting, importing
from reviews.figures.evidence import publishing
from reviews.models import AgentFigures, ImportBatch, ShopFigures, ShopMonth, ShopOrder
from reviews.services import attribution, figures
from staff import jobs
from staff.models import Job, PlatformAccount, User
from tests import factories
from tests.reviews.figures.evidence.shops import (
    AT,
    BEI,
    SHOP,
    YA,
    chat,
    chats_file,
    imported,
    order,
    orders_file,
    refund,
    refunds_file,
    staged,
)
from tests.reviews.figures.sheets import xlsx

pytestmark = pytest.mark.django_db
FIFTH = date(2026, 10, 5)
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)
SILENT_BUYER = {"买家会员名": "静静"}
LIST = "/admin/reviews/importbatch/"


@pytest.fixture
def shop():
    found = factories.shop(SHOP)
    factories.unit("B1", parent=factories.unit("CO", kind="company"), shop=found, kind="branch")
    return found


@pytest.fixture
def xiaoya(shop):
    person = factories.person("林雅", staff_no="0017")
    factories.account(YA, shop=shop, holder=person)
    return person


@pytest.fixture
def hr():
    person = factories.person("韩雪", staff_no="0001")
    factories.role(person, "hr", factories.Unit.objects.filter(code="CO").first())
    return User.objects.get(person=person)


def applied(shop, hr, *paths, at=AT):
    """Apply files as HR does and let the worker do what follows."""
    batch = staged(shop, *paths)
    figures.apply(batch, by=hr, at=at)
    work()
    return batch


def work():
    for job in Job.objects.filter(state__in=Job.ACTIVE):
        jobs.work(job.pk)


def counted(account=YA, day=FIFTH):
    rows = counting.counted_agent_figures(first_day=day, last_day=day)
    account_id = PlatformAccount.objects.get(name=account).pk
    found = {row.account_id: {name: one.value for name, one in row.fields.items()} for row in rows}
    return found.get(account_id, {})


def first_files(folder):
    return (
        orders_file(folder, order(1), order(2, 退款金额="30.00"), order(3, **SILENT_BUYER)),
        chats_file(folder, chat(YA), chat(YA, 买家旺旺="路人")),
    )


def test_computed_figures_count_for_the_accounts_holder(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    (row,) = counting.counted_agent_figures(first_day=FIFTH, last_day=FIFTH)
    assert (row.person_id, {one.source for one in row.fields.values()}) == (xiaoya.pk, {"computed"})
    assert counted() == {
        "sales": D("200.00"),
        "orders": 2,
        "items": 4,
        "buyers": 1,
        "refunded_orders": 1,
        "refund_amount": D("30.00"),
        "assists": 0,
        "inquiries": 2,
        "paid_inquiries": 1,
        "receptions": 2,
    }
    whole = ShopFigures.objects.get(current=True, source="computed", first_day=FIFTH)
    assert (whole.sales, whole.orders, whole.buyers) == (D("300.00"), 3, 2)
    assert (whole.silent_sales, whole.silent_orders) == (D("100.00"), 1)
    assert ShopMonth.objects.get(shop=shop, month=date(2026, 10, 1)).mode == "pay_first"


def test_a_month_of_which_a_file_has_the_window_only_is_not_computed(shop, xiaoya, hr, tmp_path):
    before = order(9, **{"订单创建时间": "2026-09-30 09:00:00", "订单付款时间 ": "2026-09-30 09:00:00"})
    after = order(10, **{"订单付款时间 ": "2026-11-02 09:00:00"})
    edges = [
        chat(YA, "2026-09-29 09:00:00"),
        chat(YA, "2026-10-05 09:00:00"),
        chat(YA, "2026-11-01 09:00:00"),
    ]
    applied(shop, hr, orders_file(tmp_path, before, order(1), after), chats_file(tmp_path, *edges))
    days = ShopFigures.objects.filter(current=True).values_list("first_day", flat=True)
    assert list(days) == [FIFTH]
    jobs.work(attribution.start(shop, date(2026, 9, 1), by=hr).pk)  # unless somebody asks
    assert ShopFigures.objects.filter(current=True, first_day=date(2026, 9, 30)).exists()


def test_an_account_nobody_knows_goes_to_the_queue_with_its_figures(shop, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    account = PlatformAccount.objects.get(name=YA)
    assert account.kind == "unknown"
    assert AgentFigures.objects.get(account=account, current=True).sales == D("200.00")


def test_computing_again_writes_nothing_where_nothing_has_changed(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    before = list(ImportBatch.objects.values_list("pk", "state"))
    job = attribution.start(shop, date(2026, 10, 1), by=hr)
    jobs.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"2026-10-01": None})
    assert list(ImportBatch.objects.values_list("pk", "state")) == before


def test_a_later_export_changes_what_it_touches_and_undo_brings_it_back(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    later = applied(shop, hr, orders_file(tmp_path, order(1, 退款金额="100.00"), name="后.csv"), at=LATER)
    assert (counted()["refunded_orders"], counted()["refund_amount"]) == (2, D("130.00"))
    change = ImportBatch.objects.order_by("-pk").first().files.get(format="computed").changes
    assert {(c.field, c.old, c.new) for c in change.all()} == {
        ("refunded_orders", "1", "2"),
        ("refund_amount", "30.00", "130.00"),
    }
    figures.undo(later, by=hr, at=LATER)
    work()
    assert (counted()["refunded_orders"], counted()["refund_amount"]) == (1, D("30.00"))


def test_figures_of_evidence_that_is_taken_back_count_no_more(shop, xiaoya, hr, tmp_path):
    orders, chats = first_files(tmp_path)
    applied(shop, hr, orders)
    assert not AgentFigures.objects.exists()
    batch = applied(shop, hr, chats, at=LATER)
    assert counted()["sales"] == D("200.00")
    figures.undo(batch, by=hr, at=LATER)
    work()
    assert counted() == {}
    assert not ShopFigures.objects.filter(current=True).exists()
    computed = ImportBatch.objects.order_by("-pk").first()
    applying.undo(computed, by=hr, at=LATER)  # undoing the withdrawal itself
    assert counted()["sales"] == D("200.00")


def test_a_day_that_computes_to_nothing_any_more_is_withdrawn(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    moved = order(3, **SILENT_BUYER, **{"订单付款时间 ": "2026-10-06 10:00:00"})
    others = [order(n, **{"订单付款时间 ": "2026-10-06 10:00:00"}) for n in (1, 2)]
    applied(shop, hr, orders_file(tmp_path, *others, moved, name="后.csv"), at=LATER)
    days = ShopFigures.objects.filter(current=True).values_list("first_day", "orders")
    assert list(days) == [(date(2026, 10, 6), 3)]
    assert counted()["sales"] == D("0.00")  # the chat is still an inquiry of the fifth
    assert counted(day=date(2026, 10, 6))["sales"] == D("200.00")


def test_a_refund_sheet_states_the_months_refunds_on_the_day_of_completion(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    sheet = refunds_file(
        tmp_path,
        refund(1),
        refund(11, 订单编号="2600000000000000001", 买家退款金额="10.00", 退款完结时间="2026-10-12 09:00:00"),
        refund(2, 买家退款原因="价保"),
        refund(3),
        refund(9),
    )
    batch = applied(shop, hr, sheet, at=LATER)
    assert "refund_amount" in counted()
    assert (counted()["refunded_orders"], counted()["refund_amount"]) == (0, D("0.00"))
    ninth, twelfth = counted(day=date(2026, 10, 9)), counted(day=date(2026, 10, 12))
    assert ninth == {"refunded_orders": 1, "refund_amount": D("40.00")}
    assert twelfth == {"refunded_orders": 0, "refund_amount": D("10.00")}
    assert AgentFigures.objects.get(current=True, source="computed").refund_amount is None
    figures.undo(batch, by=hr, at=LATER)
    work()
    assert counted()["refund_amount"] == D("30.00")
    assert counted(day=date(2026, 10, 9)) == {}


def test_a_months_report_of_the_same_account_is_not_doubled(shop, xiaoya, hr, tmp_path):
    head = ("客服昵称", "接待人数", "未回复人数", "询单人数", "销售额")
    imported(shop, xlsx(tmp_path / "报表_2026-10-01至2026-10-31.xlsx", head, (YA, 100, 1, 50, 9000)))
    applied(shop, hr, *first_files(tmp_path))
    report, computed = AgentFigures.objects.filter(current=True).order_by("source")
    assert (report.source, report.sales, report.orders) == ("chitu_report", D("9000.00"), None)
    assert (computed.source, computed.sales, computed.receptions, computed.inquiries) == (
        "computed",
        *[None] * 3,
    )
    assert (computed.orders, computed.buyers) == (2, 1)
    assert ShopFigures.objects.filter(current=True, source="computed").exists()
    assert publishing.publish(shop, date(2026, 10, 1), by=hr, at=LATER) is None


def test_computed_days_come_back_when_a_months_report_is_undone(shop, xiaoya, hr, tmp_path):
    head = ("客服昵称", "接待人数", "销售额")
    report = imported(shop, xlsx(tmp_path / "报表_2026-10-01至2026-10-31.xlsx", head, (YA, 100, 9000)))
    applied(shop, hr, *first_files(tmp_path))
    assert "sales" not in counted()
    figures.undo(report, by=hr, at=LATER)
    work()
    assert counted()["sales"] == D("200.00")


def test_a_week_across_a_months_end_keeps_no_computed_day_out(shop, xiaoya, hr, tmp_path):
    head = ("客服昵称", "接待人数", "销售额")
    imported(shop, xlsx(tmp_path / "报表_2026-09-30至2026-10-06.xlsx", head, (YA, 100, 9000)))
    applied(shop, hr, *first_files(tmp_path))
    assert counted()["sales"] == D("200.00")


def test_a_refund_on_the_first_days_of_the_next_month_counts_there(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    applied(
        shop,
        hr,
        refunds_file(
            tmp_path,
            refund(1, 买家退款金额="10.00"),
            refund(2, 订单编号="2600000000000000001", 退款完结时间="2026-11-02 09:00:00"),
        ),
    )
    assert counted(day=date(2026, 11, 2))["refund_amount"] == D("40.00")


def test_the_mode_is_the_shops_and_may_be_changed_by_computing_again(shop, xiaoya, hr, tmp_path):
    orders = orders_file(tmp_path, order(1))
    applied(shop, hr, orders, chats_file(tmp_path, chat(YA), chat(BEI, "2026-10-05 10:05:00")))
    assert (counted(YA)["orders"], counted(BEI)["orders"]) == (0, 1)
    shop.attribution_mode = "order_first"
    shop.save(update_fields=["attribution_mode"])
    jobs.work(attribution.start(shop, date(2026, 10, 1), by=hr).pk)
    assert (counted(YA)["orders"], counted(BEI)["orders"], counted(BEI)["assists"]) == (1, 0, 1)
    assert ShopMonth.objects.get(shop=shop, month=date(2026, 10, 1)).mode == "order_first"


def test_a_month_whose_buyers_are_forgotten_stays_as_it_was(shop, xiaoya, hr, tmp_path):
    applied(shop, hr, *first_files(tmp_path))
    attribution.forget_buyers(on=date(2027, 3, 5))
    with pytest.raises(figures.ValidationError, match="2026-10"):
        attribution.start(shop, date(2026, 10, 1), by=hr)
    applied(shop, hr, orders_file(tmp_path, order(8, **SILENT_BUYER), name="后.csv"), at=LATER)
    assert counted()["sales"] == D("200.00")
    assert Job.objects.order_by("-pk").first().result == {"2026-10-01": "forgotten"}


def test_the_command_computes_and_exports_at_once(shop, xiaoya, tmp_path):
    files = [str(path) for path in first_files(tmp_path)]
    call_command("import_figures", *files, "--shop", SHOP, "--json", stdout=(out := StringIO()))
    assert [file["format"] for file in json.loads(out.getvalue())["files"]] == [
        "ExportOrderList",
        "聊天记录/接待明细",
    ]
    call_command("export_figures", "--shop", SHOP, "--month", "2026-10", stdout=(out := StringIO()))
    agent, whole = json.loads(out.getvalue())
    assert (agent["account"], agent["staff_no"], agent["source"], agent["sales"]) == (
        YA,
        "0017",
        "computed",
        "200.00",
    )
    assert (whole["account"], whole["silent_sales"], whole["silent_orders"]) == (None, "100.00", 1)


def test_a_dry_run_of_orders_counts_and_writes_nothing(shop, tmp_path):
    files = [str(path) for path in first_files(tmp_path)]
    call_command("import_figures", *files, "--shop", SHOP, "--json", "--dry-run", stdout=(out := StringIO()))
    report = json.loads(out.getvalue())
    assert [file["new"] for file in report["files"]] == [3, 2]
    assert not ShopOrder.objects.exists()
    assert not ImportBatch.objects.exists()


class TestPage:
    def test_hr_asks_for_a_month_and_sees_it_run(self, client, shop, hr, tmp_path):
        batch = staged(shop, *first_files(tmp_path))
        client.force_login(hr)
        answer = client.post(f"{LIST}{batch.pk}/apply/", follow=True)
        assert "由订单和聊天计算数据" in answer.content.decode()
        work()
        page = client.get(reverse("admin:reviews_importbatch_change", args=[batch.pk])).content.decode()
        assert "keji-job" not in page
        answer = client.post(f"{LIST}compute/", {"shop": shop.pk, "month": "2026-10"}, follow=True)
        assert "正在计算" in answer.content.decode()
        assert Job.objects.filter(kind="attribute", state="waiting").count() == 1
        client.post(f"{LIST}compute/", {"shop": shop.pk, "month": "2026-10"})
        assert Job.objects.filter(kind="attribute", state="waiting").count() == 1

    @pytest.mark.parametrize(
        ("month", "said"),
        [("2026-09", "没有 2026-09 的订单和接待明细"), ("十月", "2026-10"), ("", "2026-10")],
        ids=["nothing there", "no month", "empty"],
    )
    def test_what_cannot_be_computed_is_said(self, client, shop, hr, month, said):
        client.force_login(hr)
        answer = client.post(f"{LIST}compute/", {"shop": shop.pk, "month": month}, follow=True)
        assert said in answer.content.decode()
        assert not Job.objects.exists()

    def test_another_branchs_shop_is_as_one_that_is_not_there(self, client, shop, tmp_path):
        other = factories.unit("B2", parent=factories.Unit.objects.get(code="CO"), kind="branch")
        person = factories.person("周宁", staff_no="0002")
        factories.role(person, "hr", other)
        client.force_login(User.objects.get(person=person))
        foreign = client.post(f"{LIST}compute/", {"shop": shop.pk, "month": "2026-10"})
        missing = client.post(f"{LIST}compute/", {"shop": 999_999, "month": "2026-10"})
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert client.get(f"{LIST}compute/").status_code == 405

    def test_a_faulty_orders_preview_shows_no_buyers_cell(self, client, shop, hr, tmp_path):
        batch = staged(shop, orders_file(tmp_path, order(1, 订单创建时间="昨天")))
        client.force_login(hr)
        page = client.get(reverse("admin:reviews_importbatch_change", args=[batch.pk])).content.decode()
        assert "第 2 行" in page
        assert "沈月" not in page
        assert importing.folder_of(batch).exists()
