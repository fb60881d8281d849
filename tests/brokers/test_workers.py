"""Real workers on a real broker: killed at any moment, the end is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from kombu import Connection

from staff import jobs
from staff.models import Job, Shop

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds, for a loaded machine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def database_url() -> str:
    """Return the test database as a URL that another process can open."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = f"{found['USER']}:{found['PASSWORD']}@" if found["USER"] else ""
    return f"postgresql://{login}{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


def until(condition: Callable[[], object]) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Workers:
    """Starts workers with a broker, and leaves none behind."""

    def __init__(self, *, broker: str, folder: Path) -> None:
        self.queue = f"keji-test-{uuid4().hex}"
        self.folder = folder
        self.broker = broker
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "KEJI_VAR": str(folder),
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": broker,
            "KEJI_TEST_QUEUE": self.queue,
            "JOB_LEASE_SECONDS": "5",
            "PYTHONWARNINGS": "ignore",
        }

    def start(self, *, sweep: int = 1) -> subprocess.Popen[bytes]:
        """Start a worker that sweeps when it starts and then every so many seconds."""
        environment = self.environment | {"KEJI_TEST_SWEEP": str(sweep)}
        options = ["--beat", "--concurrency", "2", "--loglevel", "error", "-n", f"{uuid4().hex}@%h"]
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "tests.brokers.app", "worker", *options]
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, start_new_session=True, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a worker and its children at once, as a power cut would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wake(self, job: Job) -> None:
        """Send the message that a web process sends."""
        code = f"import django; django.setup(); from tests.brokers import app; from staff import jobs; jobs.wake({job.pk})"
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)

    def clear(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        if self.broker:
            with Connection(self.broker) as server:
                server.default_channel.queue_delete(self.queue)


@pytest.fixture(
    params=[
        pytest.param("files", id="files"),
        pytest.param("server", id="server", marks=pytest.mark.broker),
    ]
)
def workers(request, tmp_path) -> Iterator[Workers]:
    broker = os.environ["KEJI_TEST_BROKER"] if request.param == "server" else ""
    made = Workers(broker=broker, folder=tmp_path)
    yield made
    made.clear()


def names(count: int) -> list[str]:
    return [f"shop {number:03}" for number in range(count)]


def made() -> list[str]:
    return sorted(Shop.objects.values_list("name", flat=True))


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return not job.active


def test_killed_in_a_run_the_result_is_the_same_and_nothing_is_doubled(workers):
    wanted = names(20)
    job = jobs.start("slow_shops", key="1", steps=[{"name": name} for name in wanted], by=None)
    process = workers.start()
    until(lambda: Shop.objects.count() >= 4)
    workers.kill(process)
    assert Shop.objects.count() < len(wanted)
    workers.start()
    until(lambda: ended(job))
    assert made() == wanted
    assert (job.state, job.done) == ("done", len(wanted))


def test_a_message_wakes_it_and_asked_to_stop_it_ends_its_step_first(workers):
    wanted = names(400)
    process = workers.start(sweep=3600)
    until((workers.folder / "ready").exists)
    job = jobs.start("slow_shops", key="1", steps=[{"name": name} for name in wanted], by=None)
    workers.wake(job)
    until(lambda: Shop.objects.count() >= 3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    job.refresh_from_db()
    assert 3 <= job.done < len(wanted)
    assert made() == wanted[: job.done]
    assert not job.steps.filter(state="running").exists()
    assert set(job.steps.filter(state="done").values_list("attempts", flat=True)) == {1}


def test_a_step_that_kills_its_process_is_tried_again_and_given_up_after_three(workers):
    deaths = {"shop 000": 0, "shop 001": 1, "shop 002": 9, "shop 003": 0}
    steps = [{"name": name, "deaths": number} for name, number in deaths.items()]
    job = jobs.start("deadly_shops", key="1", steps=steps, by=None)
    workers.start()
    until(lambda: ended(job))
    assert made() == ["shop 000", "shop 001", "shop 003"]
    assert (job.state, job.done, job.error) == ("failed", 3, jobs.DIED)
    assert list(job.steps.values_list("attempts", flat=True)) == [1, 2, 3, 1]
