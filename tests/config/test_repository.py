"""What holds for the repository as a whole."""

from __future__ import annotations

import ast
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
OURS = ("staff", "training", "reviews", "rewards")
ALLOWED = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
}
MODELS = [
    model
    for app in OURS
    for model in apps.get_app_config(app).get_models()
    if not hasattr(model, "history_object")  # made by simple-history
]


def runtime_packages() -> set[str]:
    """Return the names of all packages that uv.lock installs without the development group."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {package["name"]: package for package in lock["package"]}
    found: set[str] = set()
    done: set[tuple[str, tuple[str, ...]]] = set()
    ahead = [("keji", ())]
    while ahead:
        name, extras = ahead.pop()
        if (name, extras) in done:
            continue
        done.add((name, extras))
        found.add(name)
        wanted = list(packages[name].get("dependencies", []))
        for extra in extras:
            wanted += packages[name].get("optional-dependencies", {}).get(extra, [])
        ahead += [(needed["name"], tuple(needed.get("extra", ()))) for needed in wanted]
    return found - {"keji"}


def published(name: str) -> str:
    """Return the licence that a package states about itself, on one short line."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "(not on this platform)"
    kinds = [
        kind.split(" :: ")[-1] for kind in about.get_all("Classifier", []) if kind.startswith("License ::")
    ]
    words = about.get("License-Expression") or "; ".join(kinds) or about.get("License") or "(none)"
    return " ".join(words.split())


def listed_licences() -> dict[str, tuple[str, str]]:
    """Return, by package, the licence we use it under and the one it publishes."""
    lines = (Path(__file__).parent / "licences.txt").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]
    return {name: (used, stated) for name, used, stated in rows}


def test_every_runtime_package_is_listed_with_its_licence():
    assert sorted(listed_licences()) == sorted(runtime_packages())


def test_licences_are_permissive_mpl_or_lgpl():
    assert {used for used, _stated in listed_licences().values()} <= ALLOWED


def test_packages_state_the_licences_we_listed():
    elsewhere = "(not on this platform)"
    changed = {
        name: published(name)
        for name, (_used, stated) in listed_licences().items()
        if elsewhere not in (stated, published(name)) and stated != published(name)
    }
    assert not changed


@pytest.mark.parametrize("model", [pytest.param(model, id=model._meta.label) for model in MODELS])
def test_every_model_says_what_a_row_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), "Django's own text, not a docstring"


@pytest.mark.parametrize("app", OURS)
def test_migrations_are_named_and_one_until_the_first_release(app):
    names = sorted(path.stem for path in (ROOT / app / "migrations").glob("0*.py"))
    expected = ["0001_initial"] if list(apps.get_app_config(app).get_models()) else []
    assert names == expected


def test_locked_packages_have_hashes():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    bare = [
        package["name"]
        for package in lock["package"]
        if package["name"] != "keji"
        and not all(
            "hash" in part for part in [*package.get("wheels", []), *[package.get("sdist", {"hash": ""})]]
        )
    ]
    assert not bare


def functions_and_lines(path: Path) -> list[tuple[str, int]]:
    """Return each function of a module with its number of lines."""
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def our_modules() -> list[Path]:
    """Return all modules of the product, without migrations."""
    folders = [ROOT / app for app in ("config", *OURS)]
    return [
        path for folder in folders for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts
    ]


def test_modules_stay_under_400_lines():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in our_modules()}
    assert {name: size for name, size in sizes.items() if size >= 400} == {}


def test_functions_stay_under_40_lines():
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in our_modules()
        for name, lines in functions_and_lines(path)
        if lines >= 40
    }
    assert long == {}


@pytest.mark.parametrize(
    "word", ["mark_safe", "csrf_exempt", "|safe", "eval(", "pickle", ".raw(", "@receiver"]
)
def test_dangerous_calls_are_absent(word):
    files = [*our_modules(), *(path for app in ("config", *OURS) for path in (ROOT / app).rglob("*.html"))]
    assert [str(path.relative_to(ROOT)) for path in files if word in path.read_text()] == []
