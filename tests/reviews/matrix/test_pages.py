"""The matrix, the assignment of a plan and the grid of typed values, as browsers use them."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from reviews.models import LineSource, ManualValue, PlanAssignment
from reviews.resources import PlanAssignmentResource
from staff.models import User
from staff.sheets.writing import csv_file
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.matrix.conftest import OCTOBER, imports
from tests.reviews.people import company, november

pytestmark = pytest.mark.django_db
MATRIX, SET = "/admin/reviews/linesource/", "/admin/reviews/linesource/set/"
TYPED = "/typed/?month=2026-10"


@pytest.fixture
def firm(monkeypatch):
    """On 2 November 2026: a shop with Qianniu's results only, and another shop in a branch of its own."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: november(2))
    firm = company()
    firm.plan = data.assign_plan(firm.root, factories.position())
    firm.account = factories.account("旗舰店:小满", shop=firm.shop.shop, holder=firm.lin)
    imports(firm.account, "qianniu_results")
    firm.second = factories.unit(
        "shop2", parent=firm.root, kind="branch", shop=factories.shop("木棠专营店"), reviewed=True
    )
    firm.tang = factories.person("唐人事", unit=firm.second, position=factories.position("office"))
    factories.role(firm.tang, "hr", firm.second)
    return firm


@pytest.fixture
def as_(client):
    def entered(person):
        client.force_login(User.objects.get(person=person))
        return client

    return entered


def form(firm, **changed):
    return {
        "plan": firm.plan.code,
        "shop": firm.shop.shop.pk,
        "line": "refund_rate",
        "month": "2026-10",
        "way": "measure:refund_amount_rate",
        "reason": "本店无退款单数",
        **changed,
    }


def test_hr_sees_the_red_field_takes_the_next_best_in_one_click_and_sees_it_fed(firm, as_):
    hr = as_(firm.sun)
    page = hr.get(MATRIX).content.decode()
    assert "没有来源" in page
    assert "改用退款金额率" in page
    assert "4 个红格" in page
    answer = hr.post(SET, form(firm), follow=True)
    page = answer.content.decode()
    assert "已保存" in page
    assert "换用口径" in page
    assert "3 个红格" in page
    row = LineSource.objects.get()
    assert (row.measure, row.starts_on, row.set_by.person) == ("refund_amount_rate", OCTOBER, firm.sun)


def test_the_panel_says_what_is_lacking_and_offers_the_ways_out(firm, as_):
    page = as_(firm.sun).get(f"{MATRIX}?shop={firm.shop.shop.pk}&line=refund_rate").content.decode()
    panel = page[page.index('id="field"') :]
    assert "退款订单数" in panel
    assert "导入缺的文件" in panel
    options = panel[panel.index("<select") : panel.index("</select>")]
    assert options.index("退款金额率") < options.index("不适用，权重由其他项分担") < options.index("手工录入")
    assert "方案原来的口径" not in options
    assert 'value="无退款订单数、订单数"' in panel


def test_a_way_that_does_not_fit_is_refused_in_words(firm, as_):
    page = as_(firm.sun).post(SET, form(firm, way="measure:sales"), follow=True).content.decode()
    assert "不能套用" in page
    assert not LineSource.objects.exists()


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026-1"])
def test_a_month_that_is_none_is_refused(firm, as_, month):
    page = as_(firm.sun).post(SET, form(firm, starts_on=month), follow=True).content.decode()
    assert "2026-10 这样" in page
    assert not LineSource.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lin", (404,)),
        ("wang", (404,)),
        ("zhou", (404,)),
        ("zhao", (403,)),
        ("tang", (404,)),
        ("sun", (302,)),
    ],
)
def test_only_hr_of_the_shop_decides(firm, as_, who, status):
    answer = as_(getattr(firm, who)).post(SET, form(firm))
    assert answer.status_code in status
    assert LineSource.objects.exists() is (who == "sun")


def test_a_manager_reads_own_shops_without_buttons(firm, as_):
    page = as_(firm.zhao).get(f"{MATRIX}?line=refund_rate").content.decode()
    assert "没有来源" in page
    assert "木棠专营店" not in page
    assert "为本店保存" not in page
    assert "改用退款金额率" not in page


def test_hr_of_one_branch_sees_only_its_shop(firm, as_):
    hr = as_(firm.tang)
    page = hr.get(MATRIX).content.decode()
    assert "木棠专营店" in page
    assert "示例旗舰店" not in page
    assert hr.get(f"{MATRIX}?shop={firm.shop.shop.pk}").status_code == 404


@pytest.mark.parametrize("query", ["?shop=x", "?shop=999999"])
def test_a_shop_that_is_none_is_404(firm, as_, query):
    assert as_(firm.sun).get(MATRIX + query).status_code == 404


@pytest.mark.parametrize("query", ["?plan=nothing", "?month=never", "?line=nothing", "?month=2030-01"])
def test_what_is_not_known_falls_back(firm, as_, query):
    assert as_(firm.sun).get(MATRIX + query).status_code == 200


def test_the_act_is_post_only(firm, as_):
    assert as_(firm.sun).get(SET).status_code == 405


def test_the_matrix_asks_no_more_for_ten_shops(firm, as_, django_assert_max_num_queries):
    for number in range(9):
        made = factories.shop(f"分店{number}")
        factories.unit(f"b{number}", parent=firm.root, shop=made, kind="branch")
        imports(factories.account(f"分店{number}:一", shop=made), "qianniu_service", days=2)
    hr = as_(firm.sun)
    with django_assert_max_num_queries(36):
        hr.get(f"{MATRIX}?line=refund_rate")


def test_in_english_too(firm, as_):
    hr = as_(firm.sun)
    hr.post("/i18n/setlang/", {"language": "en", "next": "/"})
    page = hr.get(f"{MATRIX}?line=refund_rate&shop={firm.shop.shop.pk}").content.decode()
    assert "nothing feeds it" in page
    assert "Use Refund amount rate" in page


class TestAssignment:
    def data(self, firm):
        return {
            "plan": firm.plan.pk,
            "unit": firm.shop.pk,
            "position": factories.position().pk,
            "employment_kind": "",
            "starts_on": "2026-11-01",
        }

    def test_a_shop_that_cannot_feed_it_refuses_it_with_the_list_and_a_link(self, firm, as_):
        before = PlanAssignment.objects.count()
        page = as_(firm.sun).post("/admin/reviews/planassignment/add/", self.data(firm)).content.decode()
        assert "示例旗舰店（转化率、退单率、咨询量、个人成交率）" in page
        assert f'href="{MATRIX}?plan=customer-service-agent"' in page
        assert PlanAssignment.objects.count() == before

    def test_a_sheet_goes_no_way_round_the_matrix(self, firm, as_):
        before = PlanAssignment.objects.count()
        row = (firm.plan.code, firm.shop.code, factories.position().code, "", "2026-11-01")
        with override("zh-hans"):
            head = [str(words) for words in PlanAssignmentResource.labels.values()]
        url = "/admin/reviews/planassignment/import/"
        hr = as_(firm.sun)
        file = SimpleUploadedFile("sheet.csv", csv_file(head, [row]))
        answer = hr.post(url, {"import_file": file})
        page = answer.content.decode()
        assert "转化率、退单率、咨询量、个人成交率" in page
        assert 'name="import_file_name"' not in page
        assert PlanAssignment.objects.count() == before

    def test_once_every_field_has_a_way_it_is_assigned(self, firm, as_):
        for line in ("conversion", "refund_rate", "consultations", "order_share"):
            LineSource.objects.create(
                shop=firm.shop.shop,
                plan=firm.plan,
                line=line,
                starts_on=OCTOBER,
                way="not_applicable",
                reason="本店没有",
            )
        before = PlanAssignment.objects.count()
        answer = as_(firm.sun).post("/admin/reviews/planassignment/add/", self.data(firm))
        assert answer.status_code == 302
        assert PlanAssignment.objects.count() == before + 1

    def test_a_shop_without_figures_is_warned_of(self, firm, as_):
        given = {**self.data(firm), "unit": firm.second.pk}
        page = as_(firm.sun).post("/admin/reviews/planassignment/add/", given, follow=True).content.decode()
        assert "还没有数据，无法核对指标来源：木棠专营店" in page


class TestTyped:
    @pytest.fixture
    def firm(self, firm):
        LineSource.objects.create(
            shop=firm.shop.shop,
            plan=firm.plan,
            line="refund_rate",
            starts_on=OCTOBER,
            way="manual",
            reason="平台不给",
        )
        firm.name = f"v-{firm.lin.pk}-{firm.plan.pk}-refund_rate"
        return firm

    @pytest.mark.parametrize("who", ["sun", "wang"])
    def test_hr_and_the_supervisor_type_percent(self, firm, as_, who):
        browser = as_(getattr(firm, who))
        assert firm.name in browser.get(TYPED).content.decode()
        page = browser.post(TYPED, {firm.name: "１．２%"}, follow=True).content.decode()
        assert "已保存 1 个数值" in page
        row = ManualValue.objects.get()
        assert (row.person, row.value, row.by.person) == (firm.lin, Decimal("0.012"), getattr(firm, who))
        assert 'value="1.2"' in page
        assert "没有更改。" in browser.post(TYPED, {firm.name: "1.2"}, follow=True).content.decode()
        assert ManualValue.objects.count() == 1

    def test_a_wrong_cell_keeps_what_was_typed_and_saves_nothing(self, firm, as_):
        other = f"v-{firm.chen.pk}-{firm.plan.pk}-refund_rate"
        answer = as_(firm.sun).post(TYPED, {firm.name: "1.2", other: "三"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "这不是数字" in page
        assert 'value="三"' in page
        assert not ManualValue.objects.exists()

    @pytest.mark.parametrize(("who", "status"), [("zhao", 403), ("lin", 404), ("zhou", 404)])
    def test_who_only_leads_reads_and_others_find_nothing(self, firm, as_, who, status):
        browser = as_(getattr(firm, who))
        assert browser.post(TYPED, {firm.name: "1"}).status_code == status
        assert not ManualValue.objects.exists()
        assert browser.get(TYPED).status_code == (200 if who == "zhao" else 404)

    def test_another_branchs_hr_types_nothing_here(self, firm, as_):
        browser = as_(firm.tang)
        assert firm.name not in browser.get(TYPED).content.decode()
        browser.post(TYPED, {firm.name: "1"})
        assert not ManualValue.objects.exists()

    def test_thirty_people_cost_as_many_queries_as_three(self, firm, as_, django_assert_max_num_queries):
        for number in range(28):
            factories.person(f"客服{number}", unit=firm.team, position=factories.position(), login=False)
        browser = as_(firm.sun)
        with django_assert_max_num_queries(30):
            assert browser.get(TYPED).content.decode().count("<label for=") == 30


def test_the_editor_names_the_red_fields_beside_its_checks(firm, as_):
    version = firm.plan.versions.get()
    page = as_(firm.sun).get(f"/admin/reviews/plan/version/{version.public_id}/").content.decode()
    assert "各店数据来源" in page
    assert "示例旗舰店：退单率" in page
