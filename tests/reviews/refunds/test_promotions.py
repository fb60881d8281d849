"""Promotions of a shop and its promotion months, as HR enters them."""

from datetime import date

import pytest

from reviews.models import Promotion, ShopMonth
from tests import factories

pytestmark = pytest.mark.django_db
PAGE, MONTHS = "/admin/reviews/promotion/", "/admin/reviews/shopmonth/"


@pytest.fixture
def company():
    return factories.unit("CO", kind="company")


@pytest.fixture
def branch(company):
    return factories.unit("B1", parent=company, shop=factories.shop(), kind="branch")


@pytest.fixture
def elsewhere(company):
    return factories.unit("B9", parent=company, shop=factories.shop("别家"), kind="branch")


@pytest.fixture
def hr(client, branch):
    person = factories.person("韩雪")
    factories.role(person, "hr", branch)
    client.force_login(person.users.get())
    return client


def given(shop, **changed):
    return {
        "shop": shop.pk,
        "name": "双十一",
        "first_day": "2026-11-01",
        "last_day": "2026-11-11",
        "window_days": 15,
        "presale": "deposit",
        **changed,
    }


def test_hr_of_the_shop_adds_changes_and_deletes_one(hr, branch):
    assert hr.post(f"{PAGE}add/", given(branch.shop)).status_code == 302
    made = Promotion.objects.get()
    hr.post(f"{PAGE}{made.pk}/change/", given(branch.shop, last_day="2026-11-12"))
    made.refresh_from_db()
    assert made.last_day == date(2026, 11, 12)
    assert "双十一" in hr.get(PAGE).content.decode()
    hr.post(f"{PAGE}{made.pk}/delete/", {"post": "yes"})
    assert not Promotion.objects.exists()
    assert Promotion.history.count() == 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"first_day": "2026-11-12"}, "最后一天早于第一天"),
        ({"window_days": 1}, "归属天数为 2 至 15 天"),
        ({"window_days": 16}, "归属天数为 2 至 15 天"),
        ({"presale": "x"}, "x"),
        ({"name": ""}, "errorlist"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_words(hr, branch, changed, words):
    page = hr.post(f"{PAGE}add/", given(branch.shop, **changed)).content.decode()
    assert words in page
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        ("2026-11-11", "2026-11-20", True),
        ("2026-10-20", "2026-11-01", True),
        ("2026-11-05", "2026-11-06", True),
        ("2026-11-12", "2026-11-20", False),
        ("2026-10-20", "2026-10-31", False),
    ],
)  # fmt: skip
def test_a_day_stands_in_one_promotion_of_a_shop_only(hr, branch, first, last, refused):
    hr.post(f"{PAGE}add/", given(branch.shop))
    answer = hr.post(f"{PAGE}add/", given(branch.shop, name="返场", first_day=first, last_day=last))
    assert ("双十一在本店从 2026-11-01 到 2026-11-11" in answer.content.decode()) is refused
    assert Promotion.objects.count() == 2 - refused


def test_other_shops_have_their_own_days_and_are_not_there(hr, branch, elsewhere):
    theirs = Promotion.objects.create(
        shop=elsewhere.shop, name="别家的", first_day=date(2026, 11, 1), last_day=date(2026, 11, 11)
    )
    assert hr.post(f"{PAGE}add/", given(branch.shop)).status_code == 302
    assert "别家" not in hr.get(PAGE).content.decode()
    assert hr.post(f"{PAGE}add/", given(elsewhere.shop, name="混进来")).status_code == 200
    # The admin sends those for whom an object does not exist to its front page, found or not.
    assert hr.get(f"{PAGE}{theirs.pk}/change/").url == hr.get(f"{PAGE}9999/change/").url
    assert Promotion.objects.filter(shop=elsewhere.shop).count() == 1


def test_hr_of_the_shop_marks_a_promotion_month(hr, branch, elsewhere):
    assert (
        hr.post(
            f"{MONTHS}add/", {"shop": branch.shop.pk, "month": "2026-11-11", "promotion": "on"}
        ).status_code
        == 302
    )
    made = ShopMonth.objects.get()
    assert (made.month, made.promotion) == (date(2026, 11, 1), True)
    hr.post(f"{MONTHS}{made.pk}/change/", {"shop": branch.shop.pk, "month": "2026-11-01"})
    made.refresh_from_db()
    assert not made.promotion
    hr.post(f"{MONTHS}add/", {"shop": elsewhere.shop.pk, "month": "2026-11-01", "promotion": "on"})
    assert ShopMonth.objects.count() == 1
    assert f'href="{MONTHS}"' in hr.get(PAGE).content.decode()


@pytest.mark.parametrize("role", ["finance", "manager", "director", "general_office"])
def test_other_roles_have_no_such_page(client, branch, role):
    person = factories.person("金铭")
    factories.role(person, role, branch)
    client.force_login(person.users.get())
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}add/", given(branch.shop)).status_code == 404
