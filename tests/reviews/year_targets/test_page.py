"""The page of a year's plan: who sees it, what a save does, and that a wrong cell or a second writer loses nothing."""

import pytest
from django.urls import reverse

from reviews.models import Target, TargetNode
from tests import factories
from tests.reviews.year_targets.conftest import MARCH
from tests.reviews.year_targets.test_saving import act, amounts, march, node, saving  # noqa: F401

LIST = "/admin/reviews/targetnode/"
PLAN = {"year": "2027", "unit": "B1"}


def at(root, page):
    return reverse(f"admin:reviews_targetnode_{page}", args=[root.pk])


def shown(client, **asked):
    return client.get(LIST, {**PLAN, **asked})


def fields(page) -> dict[str, str]:
    """What a browser would send back untouched."""
    found = {"seen": page.context["seen"]}
    for row in page.context["rows"]:
        found[f"amount-{row.node.pk}"] = row.text
        found[f"key-{row.node.pk}"] = row.key
        if row.by_hand:
            found[f"pin-{row.node.pk}"] = "on"
    for name in ("month", "team"):
        if page.context[name]:
            found[name] = page.wsgi_request.GET[name]
    return found


WRITES = ("save", "open", "publish", "sheet_write", "sheet_import")


@pytest.mark.parametrize(
    ("who", "language", "status", "inputs"),
    [
        ("hr", "zh-hans", 200, True),
        ("branch_hr", "en", 200, True),
        ("director", "en", 200, False),
        ("manager", "zh-hans", 200, False),
        ("other_hr", "zh-hans", 404, False),
        ("supervisor", "zh-hans", 404, False),
        ("lin", "zh-hans", 404, False),
    ],
)
def test_who_sees_a_plan_and_who_writes_it(march, login, who, language, status, inputs):  # noqa: F811
    client = login(who, language)
    page = shown(client, month="2027-03", team="T1")
    assert page.status_code == client.get(at(march, "sheet")).status_code == status
    if status == 200:
        assert ("amount-" in page.content.decode()) is inputs
        assert "16,666.67" in page.content.decode()
    if inputs:
        return
    before = list(TargetNode.objects.order_by("pk").values())
    for act_name in WRITES:
        answer = client.post(at(march, act_name), {"month": "2027-03"})
        assert answer.status_code == (403 if status == 200 else 404)
    assert list(TargetNode.objects.order_by("pk").values()) == before
    assert not Target.objects.exists()


def test_acts_are_posted_and_what_is_not_there_is_not_found(march, login):  # noqa: F811
    hr = login("hr")
    for act_name in WRITES[:-1]:
        assert hr.get(at(march, act_name)).status_code == 405
    for asked in ({"unit": "none"}, {"year": "abcd"}, {"year": "99999"}, {"year": "²027"}):
        assert shown(hr, **asked).status_code == 404
    assert hr.post(f"{LIST}{node('month', MARCH).pk}/save/").status_code == 404


def test_a_plan_is_started_on_the_page(firm, login):
    hr = login("hr")
    assert "amount" in shown(hr).content.decode()
    start = {**PLAN, "amount": "1,200,000", "key": "equal"}
    wrong = hr.post(f"{LIST}start/", start | {"amount": "一百"})
    assert wrong.status_code == 400
    assert not TargetNode.objects.exists()
    done = hr.post(f"{LIST}start/", start, follow=True)
    assert done.status_code == 200
    assert amounts("month") == ["100000.00"] * 12
    assert hr.post(f"{LIST}start/", start).status_code == 400


def test_saving_what_is_shown_changes_nothing(march, login):  # noqa: F811
    hr = login("hr")
    page = shown(hr, month="2027-03", team="T1")
    before = list(TargetNode.objects.order_by("pk").values("amount", "by_hand", "key"))
    assert hr.post(at(march, "save"), fields(page)).status_code == 302
    assert list(TargetNode.objects.order_by("pk").values("amount", "by_hand", "key")) == before


def test_a_changed_amount_is_pinned_told_and_released(march, login, firm):  # noqa: F811
    hr = login("hr")
    agent = node("agent", person=firm.lin).pk
    page = shown(hr, month="2027-03", team="T1")
    told = hr.post(at(march, "save"), fields(page) | {f"amount-{agent}": "20000"}, follow=True)
    assert "16,666.67 → <b>20,000.00</b>" in told.content.decode()
    assert amounts("agent", unit=firm.first) == ["20000.00", "15000.00", "15000.00"]
    assert node("agent", person=firm.lin).by_hand
    page = shown(hr, month="2027-03", team="T1")
    posted = fields(page)
    del posted[f"pin-{agent}"]
    hr.post(at(march, "save"), posted)
    assert amounts("agent", unit=firm.first) == ["16666.67", "16666.67", "16666.66"]


def test_a_wrong_cell_saves_nothing_and_keeps_what_was_typed(march, login):  # noqa: F811
    hr = login("hr")
    month, other = node("month", MARCH).pk, node("month", MARCH.replace(month=1)).pk
    posted = fields(shown(hr))
    for typed in ("", "abc", "-1", "1.005", "NaN", "1e500000", "9" * 5000, "12,34"):
        page = hr.post(at(march, "save"), posted | {f"amount-{month}": typed, f"amount-{other}": "70,000"})
        assert page.status_code == 400, typed
        rows = {row.node.pk: row for row in page.context["rows"]}
        assert rows[month].problem
        assert (rows[other].text, rows[other].problem) == ("70,000", "")
    assert amounts("month")[0] == "100000.00"


def test_kept_parts_that_do_not_fit_are_said_on_the_page(march, login):  # noqa: F811
    hr = login("hr")
    posted = fields(shown(hr)) | {f"amount-{node('month', MARCH).pk}": "300000.01"}
    page = hr.post(at(march, "save"), posted)
    assert page.status_code == 400
    assert "300,000.01" in page.context["problems"][0]
    assert amounts("month")[2] == "100000.00"


def test_the_second_of_two_sees_who_was_first_and_what_was_typed_in_vain(march, login, firm):  # noqa: F811
    first, second = login("hr"), login("branch_hr")
    posted = fields(shown(second))
    month = node("month", MARCH).pk
    first.post(at(march, "save"), posted | {f"amount-{month}": "120000"})
    page = second.post(at(march, "save"), posted | {f"amount-{month}": "90000"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "韩雪" in text
    assert "90000" in text
    assert amounts("month")[2] == "120000.00"
    again = second.post(at(march, "save"), fields(page) | {f"amount-{month}": "90000"})
    assert again.status_code == 302


def test_a_plan_never_seen_is_not_changed(march, login):  # noqa: F811
    hr = login("hr")
    for seen in ("", "x", "2026-01-01T00:00:00"):
        assert hr.post(at(march, "publish"), {"seen": seen, "month": "2027-03"}).status_code == 409
        assert hr.post(at(march, "open"), {"seen": seen, "month": "2027-03"}).status_code == 409


def test_a_month_is_broken_down_and_published_on_the_page(firm, started, login):
    root, hr = started(), login("hr")
    opened = hr.post(at(root, "open"), {"seen": shown(hr).context["seen"], "month": "2027-03"}, follow=True)
    assert [row.label for row in opened.context["rows"] if row.depth == 3] == ["T1", "T2"]
    assert hr.post(at(root, "open"), {"seen": "", "month": "2026-03"}).status_code == 404
    for _time in range(2):
        done = hr.post(at(root, "publish"), {"seen": shown(hr).context["seen"], "month": ""}, follow=True)
        assert done.status_code == 200
    assert Target.objects.count() == 4


def test_two_plans_about_the_same_people_are_pointed_out(firm, started, login):
    started(firm.branch)
    started(firm.root)
    assert firm.root.name in [plan.unit.name for plan in shown(login("hr")).context["overlaps"]]


@pytest.mark.parametrize("count", [3, 30])
def test_the_page_asks_as_much_for_thirty_people_as_for_three(
    firm, started, login, django_assert_max_num_queries, count
):
    for number in range(count):
        factories.person(f"客服{number}", unit=firm.second, position=factories.position(), login=False)
    root, hr = started(), login("hr")
    act(saving.open_month, root, MARCH)
    with django_assert_max_num_queries(85):  # last year is read month by month, and kept for a while
        assert shown(hr, month="2027-03", team="T2").status_code == 200
    with django_assert_max_num_queries(25):
        assert shown(hr, month="2027-03", team="T2").status_code == 200
