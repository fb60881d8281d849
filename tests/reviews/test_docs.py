"""The worked example of the documentation is what the product does."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

PAGE = Path(__file__).parents[2] / "reviews" / "docs" / "scoring.md"


def test_the_worked_example_scores_as_written(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    file = tmp_path / "example.json"
    file.write_text(example, encoding="utf-8")
    out = StringIO()
    call_command("score", str(file), stdout=out)
    card = json.loads(out.getvalue())
    written = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \|", text, flags=re.MULTILINE)
    assert written == [(line["line"], line["value"], line["points"]) for line in card["lines"]]
    [sums] = re.findall(
        r"^Total ([\d.]+), band from (\d+), multiplier ([\d.]+), performance pay ([\d.]+)\.$",
        text,
        re.MULTILINE,
    )
    band = card["band"]
    assert sums == (card["total"], band["at_least"], band["multiplier"], card["performance_pay"])
