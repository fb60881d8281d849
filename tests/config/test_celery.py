"""The folders of the filesystem broker survive a kill."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from config.celery import Clock, app, tidy_folders


@pytest.fixture
def folders(settings, tmp_path):
    found = {name: tmp_path / name for name in ("control_folder", "processed_folder")}
    for folder in found.values():
        folder.mkdir()
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {name: str(folder) for name, folder in found.items()}
    return found


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param('[["celery", "", "celery"]]', True, id="whole"),
        pytest.param("", False, id="killed before writing"),
        pytest.param('[["celery", ""', False, id="killed while writing"),
    ],
)
def test_a_half_written_table_of_queues_is_removed(folders, text, kept):
    table = folders["control_folder"] / "celery.exchange"
    table.write_text(text)
    tidy_folders()
    assert table.exists() is kept


@pytest.mark.parametrize(
    ("age", "kept"), [pytest.param(5, True, id="being read"), pytest.param(3600, False, id="left behind")]
)
def test_messages_of_killed_workers_are_removed(folders, age, kept):
    message = folders["processed_folder"] / "1.celery.msg"
    message.write_text("{}")
    written = message.stat().st_mtime - age
    os.utime(message, (written, written))
    tidy_folders()
    assert message.exists() is kept


def test_other_brokers_have_no_folders(settings, folders):
    message = folders["processed_folder"] / "1.celery.msg"
    message.write_text("{}")
    os.utime(message, (0, 0))
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    tidy_folders()
    assert message.exists()


def test_only_json_is_accepted():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"


def test_jobs_are_swept_every_half_minute():
    assert app.conf.beat_schedule["sweep jobs"] == {"task": "staff.tasks.sweep", "schedule": 30.0}


@pytest.mark.parametrize(
    ("setting", "asked", "expected"),
    [
        pytest.param(True, False, True, id="by default"),
        pytest.param(True, True, False, id="asked for by --beat, which brings its own"),
        pytest.param(False, False, False, id="turned off"),
    ],
)
def test_a_worker_has_the_clock_inside(settings, setting, asked, expected):
    settings.WORKER_BEAT = setting
    assert Clock(SimpleNamespace(), beat=asked).enabled is expected
    assert Clock in app.steps["worker"]


def test_the_clock_keeps_no_file_that_two_would_fight_for():
    assert app.conf.beat_scheduler == "celery.beat:Scheduler"


def test_everything_on_the_clock_is_there():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
