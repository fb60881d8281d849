"""500 malformed files through the web door: a clear refusal each, and nothing written; odd but right ones go in.

Source: the issue of imports: no 5xx, message with sheet, row and column, under 10 s and 300 MiB each.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from reviews.figures.messages import place, sentence
from reviews.models import AgentFigures, Chat, ImportProfile, ShopFigures, ShopMonth, ShopOrder, Target
from staff.models import Person, PlatformAccount, Shift, User
from tests import factories
from tests.faults.door import LIST, read_batch
from tests.faults.generator import MANY, cases
from tests.faults.odd_files import odd_files
from training.models import ExamMark

pytestmark = pytest.mark.django_db
SECONDS, MEBIBYTES = 10, 300
PARTS = 20
WRITTEN = (AgentFigures, ShopFigures, ShopMonth, ShopOrder, Chat, Target, PlatformAccount, ExamMark, Shift)
CASES = cases()
LIGHT = [case for case in CASES if not case.heavy]
HEAVY = [case for case in CASES if case.heavy]


@pytest.fixture
def shop():
    found = factories.shop()
    company = factories.unit("CO", kind="company")
    factories.unit("B1", parent=company, shop=found, kind="branch")
    factories.role(factories.person("韩雪", staff_no="0009"), "hr", company)
    return found


@pytest.fixture
def hr(client, shop):
    client.force_login(User.objects.get(person=Person.objects.get(staff_no="0009")))
    return client


def test_there_are_500_files_and_they_are_the_same_each_time():
    assert len(CASES) == MANY
    assert [case.name for case in cases()] == [case.name for case in CASES]
    assert [case.make() for case in cases()[::25] if not case.heavy] == [
        case.make() for case in CASES[::25] if not case.heavy
    ]
    families = Counter(case.family.split()[0] for case in CASES)
    assert len(families) >= 13


def walk(client, shop, some, monkeypatch):
    """Walk files through the door as one batch, and check each."""
    files = [(case.name, case.make()) for case in some]
    assert len({hashlib.sha256(data).digest() for _name, data in files}) == len(files)
    times: list[float] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch, page = read_batch(client, shop, files, times, monkeypatch)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    wrong = []
    for case, stored in zip(some, batch.files.order_by("pk"), strict=True):
        issues = list(stored.issues.filter(severity="error"))
        meant = [issue for issue in issues if _is_meant(issue, case)]
        if not meant:
            found = [(i.code, i.sheet, i.row, i.column) for i in issues[:3]]
            wrong.append((case.family, case.name[:40], sorted(case.codes), case.row, case.column, found))
            continue
        said = sentence(meant[0].code, meant[0].params)
        if escape(said) not in page:
            wrong.append((case.family, case.name[:40], "not said", said))
        if case.row and escape(_place(meant[0])) not in page:
            wrong.append((case.family, case.name[:40], "no place", _place(meant[0])))
    assert not wrong
    assert batch.state == "faulty"
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    client.post(f"{LIST}{batch.pk}/apply/")
    batch.refresh_from_db()
    assert batch.state == "faulty"
    assert {model.__name__: model.objects.count() for model in WRITTEN if model.objects.exists()} == {}
    assert max(times) < SECONDS
    assert grown < MEBIBYTES


def _is_meant(issue, case):
    return (
        issue.code in case.codes
        and (case.row is None or issue.row == case.row)
        and issue.column == case.column
        and (not case.sheet or issue.sheet == case.sheet)
    )


def _place(issue):
    return place(sheet=issue.sheet, row=issue.row, column=issue.column, letter=issue.letter)


@pytest.mark.parametrize("part", range(2))
def test_every_tenth_file_is_refused_in_words_and_writes_nothing(hr, shop, monkeypatch, part):
    walk(hr, shop, LIGHT[part * 10 :: 20], monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_file_is_refused_in_words_and_writes_nothing(hr, shop, monkeypatch, part):
    walk(hr, shop, LIGHT[part::PARTS], monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("case", HEAVY, ids=lambda case: case.family)
def test_heavy_files_take_neither_long_nor_much_memory(tmp_path, case):
    path = tmp_path / "file"
    path.write_bytes(case.make())
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.measure", case.name, str(path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    told = json.loads(run.stdout)
    assert set(told["codes"]) & case.codes
    assert told["rows"] <= 3
    assert told["seconds"] < SECONDS
    assert told["grown"] < MEBIBYTES


def as_samples(client, some):
    """Upload files as samples of an import profile: each is refused in words, or its columns are shown."""
    for case in some:
        body = SimpleUploadedFile("sample.xlsx", case.make())
        answer = client.post("/admin/reviews/importprofile/sample/", {"sample": body})
        assert answer.status_code == 302, case.family
        page = client.get(answer.url)
        assert page.status_code == 200, case.family
        shown = page.content.decode()
        assert ("/map/" in answer.url) or ("bg-red" in shown), case.family
        assert "<img src=x" not in shown
        assert "<script>alert" not in shown
    assert not ImportProfile.objects.exists()


def test_some_malformed_files_as_samples_of_a_profile(hr):
    as_samples(hr, LIGHT[5::40])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_malformed_files_as_samples_of_a_profile(hr, part):
    as_samples(hr, LIGHT[part::5])


def test_odd_but_right_files_go_in_with_their_figures(hr, shop, monkeypatch):
    odd = odd_files()
    assert len(odd) >= 50
    batch, _page = read_batch(hr, shop, [(file.name, file.make()) for file in odd], [], monkeypatch)
    faults = [
        (i.file.name, i.code, i.row, i.column)
        for f in batch.files.all()
        for i in f.issues.filter(severity="error")
    ]
    assert faults == []
    hr.post(f"{LIST}{batch.pk}/apply/")
    rows = {row.account_name: row for row in AgentFigures.objects.filter(current=True)}
    assert rows.keys() == {file.account for file in odd}
    for file in odd:
        row = rows[file.account]
        found = {name: getattr(row, name) for name in file.figures}
        told = {name: None if value is None else str(value) for name, value in found.items()}
        assert told == dict(file.figures), file.why
