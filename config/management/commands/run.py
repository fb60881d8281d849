"""Everything that `make run` starts: the database, the demo, a web server and a worker, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from staff.models import User

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds that a process gets to end by itself
FIRST_PAGE = 60.0  # seconds
RESTARTS = 5  # of one process in a row, each after it lived for less than STEADY seconds
STEADY = 30.0


class Stopped(BaseException):
    """Ctrl-C, or a signal that asks to stop. No handler of faults may swallow it."""


@dataclass(slots=True)
class Service:
    """One process group that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches this program only."""
        self.process = subprocess.Popen(  # noqa: S603  our own command line
            self.command,
            cwd=settings.BASE_DIR,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started = time.monotonic()

    def keep(self) -> str:
        """Start it again if it has fallen; return what happened, or nothing.

        Raises CommandError where it falls again and again.
        """
        if self.process is None or self.process.poll() is None:
            return ""
        code = self.process.returncode
        self.end_group()
        self.falls = self.falls + 1 if time.monotonic() - self.started < STEADY else 1
        if self.falls > RESTARTS:
            raise CommandError(
                f"The {self.name} ended {self.falls} times in a row (status {code}); giving up."
            )
        self.start()
        return f"The {self.name} ended (status {code}) and was started again."

    def end_group(self) -> None:
        """Kill what is left of the group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def stop(services: list[Service]) -> None:
    """End all processes: politely first, then by force, and leave none behind."""
    running = [service for service in services if service.process is not None]
    for service in running:
        if service.process and service.process.poll() is None:
            service.process.terminate()
    deadline = time.monotonic() + PATIENCE
    try:
        for service in running:
            if service.process:
                service.process.wait(timeout=max(0.1, deadline - time.monotonic()))
    except (subprocess.TimeoutExpired, Stopped):
        pass  # out of patience, or Ctrl-C a second time
    for service in running:
        service.end_group()
        if service.process:
            service.process.wait()


def check_port(port: int) -> None:
    """Raise CommandError where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use. Choose another one: make run PORT={port + 1}"
            ) from error


def read_port() -> int:
    """Return the port from PORT.

    Raises CommandError, with the variable's name, for anything but a port.
    """
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise CommandError(f"PORT is {text!r}: use a whole number from 1 to 65535.")
    return int(text)


def answers(port: int, path: str) -> bool:
    """Whether the first page comes with status 200."""
    page = HTTPConnection(HOST, port, timeout=10)
    try:
        page.request("GET", path)
        return page.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        page.close()


def web(port: int) -> Service:
    """Return the web server. It serves the static files itself while DEBUG is on."""
    options = ["--bind", f"{HOST}:{port}", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
    return Service("web server", [sys.executable, "-m", "gunicorn", "config.wsgi", *options])


def worker() -> Service:
    """Return the worker, with the clock of regular work inside. It need not say that root should not run it."""
    options = ["--concurrency", "2", "--loglevel", "warning"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", *options, *quiet]
    return Service("worker", command, environment={"PYTHONWARNINGS": "ignore:You're running the worker"})


class Command(BaseCommand):
    """Bring the database up to date, fill an empty one with the demo, and serve until told to stop."""

    help = "Start Keji on this machine: database, demo, web server and worker. PORT chooses the port."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until Ctrl-C, SIGTERM or SIGHUP, then end every process that was started."""
        if not settings.DEBUG:
            raise CommandError(
                "This is for your own machine, with DEBUG=1. README.md tells how to serve others."
            )
        begun = time.monotonic()
        port = read_port()
        check_port(port)
        os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")  # for the processes started below
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop_here)
        services: list[Service] = []
        try:
            self.prepare()
            services.append(web(port))
            services[0].start()
            self.wait_for_page(services, port)
            # Only now: on a small machine both at once would make the first page wait.
            services.append(worker())
            services[1].start()
            self.greet(port, seconds=time.monotonic() - begun)
            while True:
                time.sleep(1)
                self.keep_all(services)
        except Stopped:
            self.stdout.write("\nStopping ...")
        finally:
            stop(services)
        self.stdout.write("Stopped.")

    def prepare(self) -> None:
        """Make or migrate the database; load the demo into an empty one."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        unfinished = Path(settings.KEJI_VAR) / "demo-unfinished"
        if unfinished.exists():
            self.start_over(unfinished)
        if User.objects.exists():
            return
        self.stdout.write("Loading the demo: two shops, four teams, seven months. This takes a while ...")
        unfinished.touch()
        call_command("load_demo", stdout=self.stdout)
        unfinished.unlink()

    def start_over(self, unfinished: Path) -> None:
        """Empty a database in which only a part of the demo stands."""
        self.stdout.write("Loading the demo was interrupted last time; starting over.")
        if connection.vendor == "sqlite":
            connection.close()
            for path in unfinished.parent.glob(f"{Path(settings.DATABASES['default']['NAME']).name}*"):
                path.unlink()
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
        else:
            call_command("flush", verbosity=0, interactive=False)

    def wait_for_page(self, services: list[Service], port: int) -> None:
        """Return once the first page is there.

        Raises CommandError where it does not come.
        """
        path = reverse("account_login")
        deadline = time.monotonic() + FIRST_PAGE
        while not answers(port, path):
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The first page did not come within {FIRST_PAGE:.0f} s. Look at the lines above."
                )
            self.keep_all(services)
            time.sleep(0.1)

    def keep_all(self, services: list[Service]) -> None:
        """Start again what has fallen, and say so."""
        for service in services:
            if news := service.keep():
                self.stderr.write(news)

    def greet(self, port: int, *, seconds: float) -> None:
        """Print the address and how to log in."""
        logins = StringIO()
        call_command("demo_logins", stdout=logins)
        self.stdout.write(f"\nKeji is ready after {seconds:.0f} s:  http://{HOST}:{port}/\n")
        self.stdout.write(logins.getvalue())
        self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()


def stop_here(_number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exception."""
    raise Stopped
