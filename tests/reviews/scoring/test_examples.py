"""The examples of the specification, through the command that integrators use."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "data" / "scorecard-examples.json").read_text(encoding="utf-8")
)


def score(tmp_path, data, **options):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    out = StringIO()
    call_command("score", str(path), stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("example", EXAMPLES, ids=[one["name"] for one in EXAMPLES])
def test_example(example, tmp_path):
    card = score(tmp_path, example["input"])
    expect = dict(example["expect"])
    lines = expect.pop("lines")
    assert [{key: got[key] for key in want} for got, want in zip(card["lines"], lines, strict=True)] == lines
    assert {key: card[key] for key in expect} == expect


def test_a_list_gives_a_list_in_the_same_order(tmp_path):
    inputs = [one["input"] for one in EXAMPLES]
    cards = score(tmp_path, inputs)
    assert [card["total"] for card in cards] == [one["expect"]["total"] for one in EXAMPLES]


def test_the_cap_leaves_the_total_before_it_readable(tmp_path):
    example = next(one for one in EXAMPLES if one["name"] == "one critical failure caps the total")
    card = score(tmp_path, example["input"])
    assert (card["total_before_cap"], card["cap"], card["total"]) == ("96.30", "59.99", "59.99")
