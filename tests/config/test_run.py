"""`make run` starts everything, keeps it running and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.management.commands import run

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds, for a loaded machine


def until(condition: Callable[[], object]) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("text", "port"),
    [pytest.param("", 8000, id="none given"), pytest.param(" 8080 ", 8080, id="given")],
)
def test_port(monkeypatch, text, port):
    monkeypatch.setenv("PORT", text)
    assert run.read_port() == port


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=text) for text in ("0", "65536", "-1", "http", "80.0")]
)
def test_no_port(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(CommandError, match="PORT is"):
        run.read_port()


def test_a_port_in_use_is_said_with_the_way_out(port):
    run.check_port(port)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(CommandError, match=f"PORT={port + 1}"):
        run.check_port(port)


def test_it_is_for_ones_own_machine(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="your own machine"):
        call_command("run")


def sleeper(code: str = "import time; time.sleep(600)") -> run.Service:
    service = run.Service("sleeper", [sys.executable, "-c", code])
    service.start()
    return service


def test_what_falls_is_started_again():
    service = sleeper()
    try:
        assert service.keep() == ""
        first = service.process
        first.kill()
        first.wait()
        assert service.keep() == "The sleeper ended (status -9) and was started again."
        assert service.process.pid != first.pid
        assert service.process.poll() is None
    finally:
        run.stop([service])


def test_what_falls_again_and_again_is_given_up():
    service = sleeper("raise SystemExit(3)")

    def fall() -> None:
        service.process.wait()
        service.keep()

    for _ in range(run.RESTARTS):
        fall()
    with pytest.raises(CommandError, match=r"ended 6 times in a row \(status 3\)"):
        fall()
    run.stop([service])


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time; time.sleep(600)", id="polite"),
        pytest.param(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)", id="deaf"
        ),
        pytest.param(
            "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])",
            id="with a child",
        ),
    ],
)
def test_stop_leaves_no_process(monkeypatch, code):
    monkeypatch.setattr(run, "PATIENCE", 1.0)
    service = sleeper(code)
    time.sleep(0.5)
    run.stop([service])
    assert service.process.poll() is not None
    until(lambda: gone(service.process.pid))


def gone(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def processes_of(folder: Path) -> dict[int, str]:
    """Return the command line of every process that was given this folder, by its number."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"KEJI_VAR={folder}\0".encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return {number: line for number, line in found.items() if line}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for orphans under /proc")
def test_from_an_empty_folder_to_ctrl_c(tmp_path, port):
    environment = os.environ | {"KEJI_VAR": str(tmp_path), "PORT": str(port)}
    environment |= {"CELERY_BROKER_URL": "", "DATABASE_URL": ""}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    with closing(sqlite3.connect(tmp_path / "keji.sqlite3")) as database, database:
        add_user(database)  # so that the demo is not loaded
    command = [sys.executable, "manage.py", "run"]
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        until(lambda: running.poll() is not None or "Keji is ready" in said.read_text())
        assert f"http://127.0.0.1:{port}/" in said.read_text()
        with urlopen(f"http://127.0.0.1:{port}/accounts/login/") as page:
            assert page.status == 200
        with urlopen(f"http://127.0.0.1:{port}/static/admin/css/base.css") as file:
            assert file.status == 200
        again = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (again.returncode, f"Port {port} is in use" in again.stderr) == (1, True)
        kill_worker(tmp_path)
        until(lambda: "The worker ended (status -9) and was started again." in said.read_text())
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=PATIENCE) == 0
        assert said.read_text().endswith("Stopped.\n")
        assert processes_of(tmp_path) == {}
    finally:
        for number in processes_of(tmp_path):
            os.kill(number, signal.SIGKILL)


def add_user(database: sqlite3.Connection) -> None:
    """Add a user of whatever columns there are."""
    columns = database.execute("PRAGMA table_info(staff_user)").fetchall()
    row = {
        name: "2026-11-01" if kind == "datetime" else 0 for _, name, kind, needed, _, _ in columns if needed
    }
    row |= {"id": 1, "username": "somebody"}
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(f"INSERT INTO staff_user ({names}) VALUES ({marks})", list(row.values()))


def kill_worker(folder: Path) -> None:
    """Kill the oldest process of the worker."""
    until(lambda: [line for line in processes_of(folder).values() if "celery" in line])
    os.kill(min(number for number, line in processes_of(folder).items() if "celery" in line), signal.SIGKILL)
