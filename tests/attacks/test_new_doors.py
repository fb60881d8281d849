"""Every address that came with the import of figures, and everybody who may knock at it.

A row is one address: what each role is answered about an object of the first branch, "-" where nobody
asks. Rules (attacks.md, Conventions): no log-in 302 or 401; a foreign object is answered as a missing one;
a function one knows but may not use 403; functions of other roles are not there at all.
"""

from __future__ import annotations

import re

import pytest

from tests.attacks.new_doors import WHO, address, client_of, grown, knock, knockable, tried

pytestmark = pytest.mark.django_db

# Columns: nobody agent supervisor supervisor_x manager finance general_office branch_hr other_hr hr root
DOORS = """
GET  admin:reviews_agentfigures_add               - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_agentfigures_change            - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_agentfigures_changelist      302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_agentfigures_delete            - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_agentfigures_history           - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_agentfigures_simple_history    - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_figureexcuse_add               - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_figureexcuse_cell            302 404 404 404 404 404 404 404 404   -   -
GET  admin:reviews_figureexcuse_change            - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_figureexcuse_changelist      302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_figureexcuse_delete            - 404   -   - 404   -   - 403 403   -   -
POST admin:reviews_figureexcuse_excuse          302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_figureexcuse_history           - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_figureexcuse_simple_history    - 404   -   - 404   -   - 404 404   -   -
POST admin:reviews_figureexcuse_withdraw        302 404 404 404 404 404 404 302 404 302 302
GET  admin:reviews_importbatch_accounts         302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_importbatch_add                - 404   -   - 404   -   - 403 403   -   -
POST admin:reviews_importbatch_again            302 404 404 404 404 404 404 302 404 302 302
POST admin:reviews_importbatch_answer           302 404 404 404 404 404 404 302 404 302 302
POST admin:reviews_importbatch_apply            302 404 404 404 404 404 404 302 404 302 302
GET  admin:reviews_importbatch_change           302 404 404 404 404 404 404 200 404   -   -
GET  admin:reviews_importbatch_changelist       302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_importbatch_changes          302 404 404 404 404 404 404 200 404   -   -
POST admin:reviews_importbatch_compute          302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_importbatch_delete             - 404   -   - 404   -   - 403 403   -   -
POST admin:reviews_importbatch_discard          302 404 404 404 404 404 404 302 404 302 302
GET  admin:reviews_importbatch_history            - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_importbatch_marked           302 404 404 404 404 404 404 404 404   -   -
POST admin:reviews_importbatch_match            302 404 404 404 404 404 404 302 302 302 302
GET  admin:reviews_importbatch_modes            302 404 404 404 404 404 404 302 404   -   -
GET  admin:reviews_importbatch_sheet            302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_importbatch_simple_history     - 404   -   - 404   -   - 404 404   -   -
POST admin:reviews_importbatch_swap             302 404 404 404 404 404 404 302 404 302 302
POST admin:reviews_importbatch_undo             302 404 404 404 404 404 404 302 404 302 302
GET  admin:reviews_importbatch_undoing          302 404 404 404 404 404 404 200 404   -   -
POST admin:reviews_importbatch_undomodes        302 404 404 404 404 404 404 404 404 404 404
POST admin:reviews_importbatch_upload           302 404 404 404 404 404 404 302 302 302 302
POST admin:reviews_importprofile_activate       302 404 404 404 404 404 404 403 403 302 302
GET  admin:reviews_importprofile_add              - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_importprofile_change         302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_importprofile_changelist     302 404 404 404 404 404 404 200 200   -   -
POST admin:reviews_importprofile_choose         302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_importprofile_delete           - 404   -   - 404   -   - 403 403   -   -
POST admin:reviews_importprofile_from_file      302 404 404 404 404 404 404 302 404 302 302
GET  admin:reviews_importprofile_history          - 404   -   - 404   -   - 200 200   -   -
GET  admin:reviews_importprofile_map            302 404 404 404 404 404 404 404 404   -   -
POST admin:reviews_importprofile_map            302 404 404 404 404 404 404 404 404 404 404
POST admin:reviews_importprofile_rename         302 404 404 404 404 404 404 403 403 302 302
POST admin:reviews_importprofile_retire         302 404 404 404 404 404 404 403 403 302 302
POST admin:reviews_importprofile_sample         302 404 404 404 404 404 404 302 302 302 302
GET  admin:reviews_importprofile_simple_history   - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_linesource_add                 - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_linesource_change              - 404   -   - 200   -   - 200 302   -   -
GET  admin:reviews_linesource_changelist        302 404 404 404 200 404 200 200 200   -   -
GET  admin:reviews_linesource_delete              - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_linesource_history             - 404   -   - 200   -   - 200 404   -   -
POST admin:reviews_linesource_set               302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_linesource_simple_history      - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_plan_sheet                   302 404 404 404 200 404 200 200 200   - 200
POST admin:reviews_plan_sheet_import            302 404 404 404 403 404 403 403 403 302 302
GET  admin:reviews_promotion_add                  - 404   -   - 404   -   - 200 200   -   -
GET  admin:reviews_promotion_change               - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_promotion_changelist         302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_promotion_delete               - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_promotion_history              - 404   -   - 404   -   - 200 404   -   -
GET  admin:reviews_promotion_simple_history       - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_refundreason_add               - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_refundreason_change            - 404   -   - 404   -   - 200 200   -   -
GET  admin:reviews_refundreason_changelist      302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_refundreason_delete            - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_refundreason_history           - 404   -   - 404   -   - 200 200   -   -
POST admin:reviews_refundreason_seed            302 404 404 404 404 404 404 403 403 302 302
GET  admin:reviews_refundreason_simple_history    - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_shopfigures_add                - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_shopfigures_change             - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_shopfigures_changelist       302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_shopfigures_delete             - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_shopfigures_history            - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_shopfigures_simple_history     - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_shopmonth_add                  - 404   -   - 404   -   - 200 200   -   -
GET  admin:reviews_shopmonth_change               - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_shopmonth_changelist         302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_shopmonth_delete               - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_shopmonth_history              - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_shopmonth_simple_history       - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_snapshot_add                   - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_snapshot_change                - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_snapshot_changelist          302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_snapshot_delete                - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_snapshot_history               - 404   -   - 404   -   - 404 404   -   -
POST admin:reviews_snapshot_leaders             302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_snapshot_simple_history        - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_sourceorder_add                - 404   -   - 404   -   - 403 403   -   -
POST admin:reviews_sourceorder_back             302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_sourceorder_change             - 404   -   - 404   -   - 200 302   -   -
GET  admin:reviews_sourceorder_changelist       302 404 404 404 404 404 404 200 200   -   -
GET  admin:reviews_sourceorder_delete             - 404   -   - 404   -   - 403 403   -   -
GET  admin:reviews_sourceorder_history            - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_sourceorder_simple_history     - 404   -   - 404   -   - 404 404   -   -
POST admin:reviews_sourceorder_turn             302 404 404 404 404 404 404 404 404 404 404
GET  admin:reviews_target_add                     - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_target_change                  - 404   -   - 200   -   - 200 302   -   -
GET  admin:reviews_target_changelist            302 404 404 404 200 404 404 200 200   - 200
POST admin:reviews_target_changelist            302 404 404 404 403 404 404 302 302 302 302
GET  admin:reviews_target_delete                  - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_target_history                 - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_target_simple_history          - 404   -   - 404   -   - 404 404   -   -
GET  admin:reviews_targetnode_add                 - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_targetnode_change              - 404   -   - 200   -   - 200 302   -   -
GET  admin:reviews_targetnode_changelist        302 404 404 404 200 404 404 200 200   -   -
GET  admin:reviews_targetnode_delete              - 404   -   - 403   -   - 403 403   -   -
GET  admin:reviews_targetnode_history             - 404   -   - 200   -   - 200 404   -   -
POST admin:reviews_targetnode_open              302 404 404 404 403 404 404 404 404 404 404
POST admin:reviews_targetnode_publish           302 404 404 404 403 404 404 409 404 409 409
POST admin:reviews_targetnode_save              302 404 404 404 403 404 404 409 404 409 409
GET  admin:reviews_targetnode_sheet             302 404 404 404 200 404 404 200 404   - 200
GET  admin:reviews_targetnode_sheet_import      302 404 404 404 403 404 404 200 404   - 200
POST admin:reviews_targetnode_sheet_import      302 404 404 404 403 404 404 400 404 400 400
POST admin:reviews_targetnode_sheet_write       302 404 404 404 403 404 404 400 404 400 400
GET  admin:reviews_targetnode_simple_history      - 404   -   - 404   -   - 404 404   -   -
POST admin:reviews_targetnode_start             302 404 404 404 404 404 404 404 404 404 404
GET  admin:staff_apitoken_add                     - 404   -   - 404   -   - 200 200   -   -
GET  admin:staff_apitoken_change                  - 404   -   - 404   -   - 200 302   -   -
GET  admin:staff_apitoken_changelist            302 404 404 404 404 404 404 200 200   -   -
GET  admin:staff_apitoken_delete                  - 404   -   - 404   -   - 403 403   -   -
GET  admin:staff_apitoken_history                 - 404   -   - 404   -   - 404 404   -   -
GET  admin:staff_apitoken_revoke                302 404 404 404 404 404 404 200 404   - 200
POST admin:staff_apitoken_revoke                302 404 404 404 404 404 404 302 404 302 302
GET  admin:staff_apitoken_simple_history          - 404   -   - 404   -   - 404 404   -   -
GET  api-figures-list                           401 403 403 403 403 403 403 400 400   - 400
POST api-figures-list                           401 403 403 403 403 403 403 403 403 403 403
GET  commission_base                            302 404 404 404 404 200 404 200 200   - 200
GET  commission_base_file                       302 404 404 404 404 200 404 200 200   - 200
GET  hours                                      302 403 302 302 403 403 403 403 403   - 403
GET  hours_of                                   302 403 200 404 403 403 403 403 403   -   -
POST hours_of                                   302 403 422 404 403 403 403 403 403 403 403
GET  typed_values                               302 404 200 200 200 404 404 200 200   - 200
POST typed_values                               302 404 302 302 403 404 404 302 302 302 302
"""
ROWS = [line.split() for line in DOORS.strip().splitlines()]
POSTS = [row[1] for row in ROWS if row[0] == "POST"]
# Their GET shows something else, or the form itself.
BOTH = {
    "admin:reviews_importprofile_map",
    "admin:reviews_targetnode_sheet_import",
    "admin:staff_apitoken_revoke",
    "api-figures-list",
    "hours_of",
    "typed_values",
    "admin:reviews_target_changelist",
}


@pytest.fixture
def firm(company):
    return grown(company)


def body_of(answer, path):
    """An answer's text without what differs from request to request."""
    text = answer.content.decode().replace(path, "")
    return re.sub(r"[0-9A-Za-z]{64}", "", text)  # the token against forged posts


def test_every_new_address_stands_in_the_table():
    assert set(knockable()) == {row[1] for row in ROWS}


@pytest.mark.parametrize("who", WHO)
def test_OBJ_01_each_role_finds_its_own_doors_only(firm, who):
    client = client_of(firm, who, raise_request_exception=False)
    place = 2 + WHO.index(who)
    asked = [(row[0], row[1], row[place]) for row in ROWS if row[place] != "-"]
    found = [
        (method, name, str(knock(client, method, address(firm, name)).status_code))
        for method, name, _code in asked
    ]
    assert found == asked


def test_OBJ_03_a_foreign_object_is_answered_as_one_that_is_not_there(firm):
    stranger = client_of(firm, "other_hr")
    different = []
    for method, name, *codes in ROWS:
        if codes[WHO.index("branch_hr")] == codes[WHO.index("other_hr")]:
            continue
        foreign, missing = address(firm, name), address(firm, name, missing=True)
        stranger.cookies.pop("messages", None)  # what the page before had to say
        one, other = knock(stranger, method, foreign), knock(stranger, method, missing)
        if (one.status_code, body_of(one, foreign)) != (other.status_code, body_of(other, missing)):
            different.append(name)
    assert different == []


def test_WF_09_looking_changes_nothing_and_acts_take_posts_only(firm):
    client = client_of(firm, "branch_hr")
    for name in POSTS:
        if name not in BOTH:
            assert knock(client, "get", address(firm, name)).status_code in (403, 405), name


def test_SES_09_a_post_without_its_token_is_refused(firm):
    for who in ("branch_hr", "supervisor"):
        client = client_of(firm, who, enforce_csrf_checks=True)
        for name in POSTS:
            if who == "branch_hr" or name in ("hours_of", "typed_values"):
                answer = knock(client, "post", address(firm, name), {}, content_type="application/json")
                assert answer.status_code == 403, name


# What a form was made to send, by door: `@shop`, `@agent` stand for the branch's own, so that the rest is read at all.
FORGED = [
    ("get", "admin:reviews_figureexcuse_cell", {"shop": "@shop", "source": "shop_days", "day": "9999-12-31"}),
    ("get", "admin:reviews_figureexcuse_cell", {"shop": "@shop", "source": "shop_days", "day": "0001-01-01"}),
    (
        "post",
        "admin:reviews_figureexcuse_excuse",
        {"shop": "@shop", "source": "shop_days", "day": "9999-12-31", "reason": "x"},
    ),
    ("get", "admin:reviews_figureexcuse_changelist", {"month": "0001-01"}),
    ("get", "admin:reviews_linesource_changelist", {"month": "0001-01"}),
    ("get", "admin:reviews_linesource_changelist", {"month": "9999-12"}),
    (
        "post",
        "admin:reviews_linesource_set",
        {
            "shop": "@shop",
            "plan": "customer-service-agent",
            "line": "sales",
            "way": "manual",
            "reason": "x",
            "starts_on": "0001-01",
        },
    ),
    ("get", "admin:reviews_sourceorder_changelist", {"shop": "@shop", "month": "9999-12"}),
    ("post", "admin:reviews_sourceorder_turn", {"shop": "@shop", "month": "0001-01", "first": "own_daily"}),
    ("get", "admin:reviews_target_changelist", {"month": "9999-12"}),
    ("get", "admin:reviews_target_changelist", {"month": "0001-01"}),
    ("get", "admin:reviews_snapshot_changelist", {"shop": "@shop", "day": "0001-01-01"}),
    (
        "post",
        "admin:reviews_snapshot_leaders",
        {"shop": "@shop", "day": "0001-01-01", "hour": "1", "person_1": "9" * 30},
    ),
    (
        "post",
        "admin:reviews_importbatch_match",
        {"shop": "@shop", "account": "x", "whose": "@agent", "starts_on": "0001-01-01"},
    ),
    (
        "post",
        "admin:reviews_importbatch_apply",
        {"shop": "@shop", "account": "x", "whose": "@agent", "starts_on": "9999-12-31"},
    ),
    ("post", "admin:reviews_targetnode_save", {"again": "9" * 5000}),
    ("post", "admin:reviews_targetnode_save", {"again": "²"}),
    (
        "post",
        "admin:reviews_targetnode_start",
        {"unit": "branch", "year": "9" * 5000, "key": "equal", "amount": "1"},
    ),
    (
        "post",
        "admin:staff_apitoken_add",
        {"shop": "9" * 30, "name": "x", "scope": "admin", "last_day": "9999-12-31"},
    ),
    ("get", "commission_base", {"month": "9999-12"}),
    ("get", "typed_values", {"month": "0001-01"}),
    (
        "get",
        "admin:reviews_importbatch_changelist",
        {"of": "9" * 30, "who": "x", "month": "0000-00", "page": "-1"},
    ),
]


def test_CFG_01_forged_forms_and_addresses_are_no_error_of_the_server(firm):
    real = {"@shop": firm.shop.pk, "@agent": firm.agent.pk}
    client = client_of(firm, "branch_hr", raise_request_exception=False)
    wrong = []
    for method, name, data in FORGED:
        given = {key: real.get(value, value) for key, value in data.items()}
        answer, changed = tried(client, method, address(firm, name), given)
        if answer.status_code >= 500 or changed:
            wrong.append((name, data, answer.status_code, changed))
    assert wrong == []


@pytest.mark.parametrize(
    "name", ["admin:reviews_targetnode_changelist", "admin:reviews_linesource_changelist", "hours"]
)
def test_IMP_19_a_nul_in_an_address_or_form_is_a_400(firm, name):
    client = client_of(firm, "supervisor" if name == "hours" else "branch_hr")
    for data in ({"unit": "a\x00b"}, {"a\x00": "b"}):
        assert client.get(address(firm, name), data).status_code == 400
    assert (
        client.post(address(firm, "admin:reviews_importbatch_match"), {"account": "\x00"}).status_code == 400
    )
