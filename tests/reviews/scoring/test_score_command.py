"""The `score` command refuses what it cannot trust, names every key and exits with 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import deepcopy
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.reviews.scoring.builders import SOLID

ROOT = Path(__file__).parents[3]
GOOD = {
    "position": "customer-service-agent",
    "month": "2026-10",
    "facts": SOLID,
    "level": {"base_salary": "3500.00", "performance_salary": "1500.00"},
}
GRADED = {
    "sales": "88000", "sales_target": "100000", "inquiries": 300, "paid_inquiries": 130, "buyers": 400,
    "receptions": 500, "unanswered": 12, "response_seconds": "36.5", "late_or_absent": 4,
}  # fmt: skip


@pytest.fixture
def score(tmp_path):
    def run(data, **options):
        path = tmp_path / "facts.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        out = StringIO()
        call_command("score", str(path), stdout=out, lang="en", **options)
        return json.loads(out.getvalue())

    return run


def refused(score, data, **options):
    with pytest.raises(CommandError) as caught:
        score(data, **options)
    assert caught.value.returncode == 2
    return str(caught.value).splitlines()


def changed(path, value):
    data = deepcopy(GOOD)
    *parents, last = path.split(".")
    target = data
    for name in parents:
        target = target.setdefault(name, {})
    target[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("colour", "red", "colour: unknown key"),
        ("facts.slaes", "1", "facts.slaes: unknown key"),
        ("level.bonus", "1", "level.bonus: unknown key"),
        ("facts", [], "facts: expected an object"),
        ("facts", None, "facts: is not there"),
        ("facts.sales", True, "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", 12.5, 'facts.sales: write a number with decimals as text, such as "12.50"'),
        ("facts.sales", [], "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "1e5", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", " 1", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "1_000", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "１２", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "NaN", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "Infinity", "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", float("nan"), "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", float("-inf"), "facts.sales: expected a number as text or a whole number"),
        ("facts.sales", "-0.01", "facts.sales: cannot be below 0"),
        ("facts.sales", "9" * 31, "facts.sales: the number is too long"),
        ("facts.disputes", True, "facts.disputes: expected a whole number"),
        ("facts.disputes", "2", "facts.disputes: expected a whole number"),
        ("facts.disputes", 2.0, "facts.disputes: expected a whole number"),
        ("facts.disputes", float("inf"), "facts.disputes: expected a whole number"),
        ("facts.disputes", -1, "facts.disputes: cannot be below 0"),
        ("facts.refunded_orders", 311, "facts.refunded_orders: cannot be above orders"),
        ("facts.team_headcount", 0, "facts.team_headcount: cannot be 0"),
        ("facts.team_headcount", "6", "facts.team_headcount: expected a whole number"),
        ("facts.service_attitude", "5.01", "facts.service_attitude: expected 0 to 5"),
        ("facts.work_summary", 6, "facts.work_summary: expected 0 to 5"),
        ("facts.product_exam", "100.5", "facts.product_exam: expected 0 to 100"),
        ("facts.response_seconds", "-1", "facts.response_seconds: cannot be below 0"),
        ("facts.critical_failures", "1", "facts.critical_failures: expected a whole number"),
        ("level.performance_salary", "-1", "level.performance_salary: cannot be below 0"),
        ("level", "3500", "level: expected an object"),
        ("month", "2026-13", "month: expected a month such as 2026-10"),
        ("month", 202610, "month: expected a month such as 2026-10"),
        ("position", "astronaut", "position astronaut: unknown plan"),
        ("position", 7, "position: expected text"),
        ("position", None, "position: is not there"),
        ("waived", {"service_attitude": ""}, "waived.service_attitude: expected a reason in words"),
        ("waived", {"no_such_line": "why"}, "waived.no_such_line: the plan has no such line"),
        ("waived", ["service_attitude"], "waived: expected an object"),
        ("missing", ["sales"], "missing[0] sales: is given and listed as missing"),
        ("missing", ["luck"], "missing[0] luck: unknown key"),
        ("missing", "sales", "missing: expected a list"),
        ("missing", ["critical_failures"], "missing[0] critical_failures: absent means 0; it cannot be missing"),
        ("shops", {}, "shops: expected a list"),
        ("shops", [3], "shops[0]: expected an object"),
    ],
)  # fmt: skip
def test_refused_with_the_key(score, path, value, message):
    assert message in refused(score, changed(path, value))


def test_all_problems_are_said_at_once_with_the_place_in_a_list(score):
    broken = changed("facts.sales", "x")
    broken["facts"]["disputes"] = -1
    assert refused(score, [GOOD, broken]) == [
        "[1].facts.sales: expected a number as text or a whole number",
        "[1].facts.disputes: cannot be below 0",
    ]


def test_shops_and_shop_counts_exclude_each_other(score):
    shops = [{"buyers": 1, "visitors": 100, "receptions": 5, "sales": 3}]
    assert refused(score, {**GOOD, "shops": shops}) == [
        "shops[0].sales: unknown key",
        "facts.shop_buyers: give either shops or shop_buyers",
        "facts.shop_visitors: give either shops or shop_visitors",
    ]


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nonsense", "[" * 100000, '{"position": 1' + "0" * 5000 + "}"],
                         ids=["empty", "cut", "comma", "words", "deep", "long number"])  # fmt: skip
def test_what_is_no_json_is_refused(score, text):
    assert refused(score, text)[0].startswith("The file is not valid JSON")


def test_a_key_given_twice_is_refused(score):
    text = '{"position": "graded-sheet", "facts": {"sales": "1", "sales": "2"}}'
    assert refused(score, text) == ["facts.sales: the key is there twice"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(CommandError) as caught:
        call_command("score", str(tmp_path / "nothing.json"))
    assert caught.value.returncode == 2


@pytest.mark.parametrize("data", [7, "text", None])
def test_what_is_no_object_is_refused(score, data):
    assert refused(score, json.dumps(data)) == ["expected an object"]


def test_chinese_messages(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(changed("facts.disputes", -1)), encoding="utf-8")
    with pytest.raises(CommandError, match=r"facts\.disputes：不能小于 0"):
        call_command("score", str(path))


def test_null_means_absent_everywhere(score):
    data = {**GOOD, "level": None, "waived": None, "missing": None, "shops": None, "month": None}
    data["facts"] = {**SOLID, "previous_sales": None}
    card = score(data)
    assert card["lines"][1]["status"] == "not_applicable"
    assert card["performance_pay"] is None


def test_a_previous_month_may_be_missing_instead_of_absent(score):
    facts = {key: value for key, value in SOLID.items() if key != "previous_sales"}
    card = score({**GOOD, "facts": facts, "missing": ["previous_sales"]})
    assert card["missing"] == ["sales_growth"]


@pytest.mark.parametrize("inside", [True, False], ids=["in facts", "beside facts"])
def test_shops_stand_for_the_two_shop_counts(score, inside):
    facts = {key: value for key, value in SOLID.items() if not key.startswith("shop_")}
    shops = [
        {"buyers": 20, "visitors": 1000, "receptions": 300},
        {"buyers": 5, "visitors": 1000, "receptions": 100},
    ]
    data = (
        {**GOOD, "facts": {**facts, "shops": shops}} if inside else {**GOOD, "facts": facts, "shops": shops}
    )
    assert score(data)["lines"][2]["value"] == "0.01625"


def test_the_option_names_the_plan_instead_of_the_position(score):
    card = score({"facts": GRADED}, plan="graded-sheet")
    assert (card["plan"], card["total"], card["band"]) == (
        "graded-sheet",
        "72.00",
        {"at_least": "70", "multiplier": "0.6", "level_change": 0},
    )
    assert refused(score, {"facts": GRADED}, plan="moon") == ["--plan moon: unknown plan"]


def test_an_empty_list_gives_an_empty_list(score):
    assert score([]) == []


def run(path, *options, **env):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}
    return subprocess.run(
        [sys.executable, "manage.py", "score", str(path), *options],
        cwd=ROOT,
        env={**clean, "DEBUG": "1", "PYTHONWARNINGS": "ignore", **env},
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_as_a_program_it_needs_no_database_and_prints_the_same_bytes(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps([GOOD]), encoding="utf-8")
    outs = [run(path, KEJI_VAR=str(tmp_path / "var"), PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [out.returncode for out in outs] == [0, 0], outs[0].stderr
    assert outs[0].stdout == outs[1].stdout
    assert json.loads(outs[0].stdout)[0]["total"] == "96.30"


@pytest.mark.slow
def test_as_a_program_a_refusal_ends_with_2_and_prints_no_card(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(changed("facts.sales", 1.5)), encoding="utf-8")
    out = run(path, KEJI_VAR=str(tmp_path / "var"))
    assert (out.returncode, out.stdout) == (2, b"")
    assert "facts.sales" in out.stderr.decode()
