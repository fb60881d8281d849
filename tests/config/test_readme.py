"""What README.md states is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_variable_is_documented_and_no_other():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", README, flags=re.MULTILINE))
    assert documented == read


def test_every_make_target_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


def test_no_path_of_a_developers_machine():
    words = re.compile("/(" + "work|root|home|tmp/" + ")/")
    found = [
        str(path.relative_to(ROOT)) for path in ROOT.glob("*/docs/*.md") if words.search(path.read_text())
    ]
    assert found == []
    assert not words.search(README)
