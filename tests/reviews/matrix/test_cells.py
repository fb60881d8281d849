"""Which fields of the matrix are red, by what a shop has imported; whether a plan may be assigned."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from reviews.matrix.cells import State, cells_of, choices, next_best
from reviews.matrix.imported import imported, last_month_with_figures
from reviews.matrix.inforce import sources_in_force
from reviews.models import LineSource, PlanAssignment
from reviews.services import assigning
from reviews.shipped import AGENT, GRADED
from staff.models import Attendance
from tests import factories
from tests.reviews import month_data as data
from tests.reviews.matrix.conftest import OCTOBER, imports, shop_days
from tests.reviews.people import company, user

pytestmark = pytest.mark.django_db
BY_HAND = {
    "disputes", "service_attitude", "communication", "follow_up", "product_knowledge", "job_skills",
    "work_summary",
}  # fmt: skip
ON = date(2026, 11, 2)


@pytest.fixture
def firm():
    firm = company()
    firm.account = factories.account("旗舰店:小满", shop=firm.shop.shop, holder=firm.lin)
    return firm


def matrix(*shops, plan=AGENT, month=OCTOBER):
    ids = [shop.pk for shop in shops]
    have = imported(ids, month)
    return cells_of(plan, have, sources_in_force(month, shop_ids=ids)), have


def states(shop, plan=AGENT):
    cells, _have = matrix(shop, plan=plan)
    return {code: by_shop[shop.pk].state.value for code, by_shop in cells.items()}


@pytest.mark.parametrize(
    ("sources", "red", "fed"),
    [
        pytest.param(
            ["qianniu_results"],
            {"refund_rate", "order_share", "consultations", "conversion"},
            {"sales_growth", "response_time"},
            id="only Qianniu results: no orders, no visitors",
        ),
        pytest.param(
            ["jingmai"],
            {"sales_completion", "sales_growth", "refund_rate", "order_share", "conversion"},
            {"response_time", "consultations"},
            id="only Jingmai: what is placed is not what is paid",
        ),
        pytest.param(
            ["computed"],
            {"conversion"},
            {"sales_growth", "refund_rate", "order_share", "consultations"},
            id="only orders and chats: response from checks, no visitors",
        ),
        pytest.param(
            ["qianniu_accounts", "shop_days"],
            {"refund_rate"},
            {"sales_growth", "order_share", "conversion", "consultations"},
            id="Qianniu accounts have orders but no refunded ones",
        ),
        pytest.param(
            ["chitu_report"],
            {"refund_rate", "conversion"},
            {"sales_growth", "order_share", "consultations", "response_time"},
            id="Chitu",
        ),
    ],
)
def test_what_a_shop_has_imported_decides(firm, sources, red, fed):
    imports(firm.account, *sources)
    found = states(firm.shop.shop)
    assert {code for code, state in found.items() if state == "red"} == red
    assert {code for code, state in found.items() if state == "fed"} == fed
    assert {found[code] for code in BY_HAND} == {"people"}
    assert found["featured_products"] == "people", "without a target the line does not apply of itself"


def test_without_figures_nothing_is_known_and_nothing_is_red(firm):
    found = states(firm.shop.shop)
    assert {code for code, state in found.items() if state == "unknown"} == {
        "sales_completion", "sales_growth", "conversion", "featured_products", "refund_rate", "consultations",
        "order_share",
    }  # fmt: skip
    assert "red" not in found.values()


def test_response_time_without_figures_is_the_checkers(firm):
    imports(firm.account, "computed")
    assert states(firm.shop.shop)["response_time"] == "people"


def test_some_days_are_said_so(firm):
    imports(firm.account, "qianniu_results")
    imports(firm.account, "qianniu_service", days=10)
    cells, _have = matrix(firm.shop.shop)
    cell = cells["consultations"][firm.shop.shop.pk]
    assert cell.state is State.PARTLY
    [part] = cell.parts
    assert (part.days, part.of_days, part.instead) == (10, 31, ())
    [source] = part.sources
    assert (source.source, source.rows, source.of_rows) == ("qianniu_service", 10, 10)


def test_receptions_stand_in_for_answered_ones_and_it_is_said(firm):
    imports(firm.account, "computed")
    cells, _have = matrix(firm.shop.shop)
    assert cells["consultations"][firm.shop.shop.pk].parts[0].instead == ("answered", "receptions")


def test_a_featured_target_without_featured_sales_is_red(firm):
    imports(firm.account, "qianniu_results")
    data.target(firm.lin, kind="featured")
    assert states(firm.shop.shop)["featured_products"] == "red"


def test_attendance_is_red_until_some_is_there(firm):
    imports(firm.account, "chitu_report")
    attendance = next(line.code for line in GRADED.lines if line.measure == "attendance")
    assert states(firm.shop.shop, GRADED)[attendance] == "red"
    Attendance.objects.create(person=firm.lin, day=date(2026, 10, 9), source="dingtalk", present=True)
    assert states(firm.shop.shop, GRADED)[attendance] == "fed"


def test_figures_older_than_two_months_do_not_count(firm):
    imports(firm.account, "qianniu_accounts", month=date(2026, 7, 1))
    assert last_month_with_figures([firm.shop.shop.pk], on=ON) == date(2026, 7, 1)
    assert states(firm.shop.shop)["order_share"] == "unknown"


@pytest.mark.parametrize(
    ("sources", "shop_fields", "line", "best"),
    [
        (["qianniu_results"], (), "refund_rate", "refund_amount_rate"),
        (["jingmai"], (), "refund_rate", None),
        (["chitu_presales"], (), "order_share", None),
        (["qianniu_results"], ("visitors", "orders"), "conversion", "conversion_by_orders"),
        (["qianniu_results"], ("visitors",), "conversion", None),
    ],
    ids=["amounts are there", "no amounts", "no buyers either", "orders and visitors", "only visitors"],
)
def test_the_next_best_is_offered_where_the_shop_has_its_inputs(firm, sources, shop_fields, line, best):
    imports(firm.account, *sources)
    if shop_fields:
        shop_days(firm.shop.shop, *shop_fields)
    shop = firm.shop.shop
    cells, have = matrix(shop)
    assert cells[line][shop.pk].red
    found = next_best(AGENT, AGENT.line(line), have[shop.pk])
    assert (found.code if found else None) == best
    if best:
        assert choices(AGENT, AGENT.line(line), have[shop.pk])[0].code == best


def test_one_and_ten_shops_take_the_same_queries(firm, django_assert_num_queries):
    imports(firm.account, "qianniu_results")
    shops = [firm.shop.shop, *(factories.shop(f"分店{n}") for n in range(9))]
    with django_assert_num_queries(7):
        matrix(shops[0])
    with django_assert_num_queries(7):
        matrix(*shops)


class TestAssigning:
    @pytest.fixture
    def plan(self):
        return factories.published_plan().plan

    def assign(self, firm, plan):
        row = PlanAssignment(
            plan=plan, unit=firm.root, position=factories.position(), starts_on=date(2026, 11, 1)
        )
        return assigning.assign(row, on=ON)

    def test_a_red_field_of_a_shop_below_refuses_it_and_says_which(self, firm, plan):
        imports(firm.account, "qianniu_accounts", "shop_days")
        with pytest.raises(ValidationError, match="示例旗舰店（退单率）"):
            self.assign(firm, plan)
        assert not PlanAssignment.objects.exists()

    def test_after_the_way_out_it_is_assigned(self, firm, plan):
        imports(firm.account, "qianniu_accounts", "shop_days")
        LineSource.objects.create(
            shop=firm.shop.shop,
            plan=plan,
            line="refund_rate",
            starts_on=date(2026, 11, 1),
            way="measure",
            measure="refund_amount_rate",
            reason="本店无退款单数",
            set_by=user(firm.sun),
        )
        assert self.assign(firm, plan).without_figures == ()
        assert PlanAssignment.objects.count() == 1

    def test_a_way_that_begins_later_feeds_no_first_card(self, firm, plan):
        imports(firm.account, "qianniu_accounts", "shop_days")
        LineSource.objects.create(
            shop=firm.shop.shop,
            plan=plan,
            line="refund_rate",
            starts_on=date(2026, 12, 1),
            way="not_applicable",
            reason="以后再说",
        )
        with pytest.raises(ValidationError):
            self.assign(firm, plan)

    def test_on_the_first_day_a_shop_without_figures_is_let_through_and_named(self, firm, plan):
        assert [shop.name for shop in self.assign(firm, plan).without_figures] == ["示例旗舰店"]

    def test_a_shop_elsewhere_stands_in_nobodys_way(self, firm, plan):
        other = factories.shop("别家店")
        factories.unit("other", parent=firm.root, shop=other, kind="branch")
        imports(factories.account("别家:一", shop=other), "jingmai")
        imports(firm.account, "computed", "shop_days")
        row = PlanAssignment(
            plan=plan, unit=firm.team, position=factories.position(), starts_on=date(2026, 11, 1)
        )
        assert assigning.assign(row, on=ON).red == ()
