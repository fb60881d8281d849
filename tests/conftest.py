"""What every test shares: settings that make it quick, and what a test needs from the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("DEBUG", "1")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["KEJI_VAR"] = tempfile.mkdtemp(prefix="keji-tests-")
    # Only tests of brokers talk to one, each over a queue of its own.
    os.environ["KEJI_TEST_BROKER"] = os.environ.get("CELERY_BROKER_URL", "")
os.environ["CELERY_BROKER_URL"] = "memory://localhost"
VAR = Path(os.environ["KEJI_VAR"])
# A file and not memory: two threads of a two-writers test then meet the locks that two processes meet.
os.environ.setdefault("KEJI_TEST_SQLITE", str(VAR / "test.sqlite3"))
(VAR / "static").mkdir(exist_ok=True)

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

django.setup()
hypothesis_settings.register_profile(
    "keji", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("keji")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def lacking() -> dict[str, str]:
    """Return, by marker, why its tests cannot run on this machine."""
    reasons = {}
    if "postgresql" not in django_settings.DATABASES["default"]["ENGINE"]:
        reasons["postgresql"] = "needs PostgreSQL: set DATABASE_URL"
    if not os.environ["KEJI_TEST_BROKER"].startswith(("amqp", "redis")):
        reasons["broker"] = "needs RabbitMQ or Redis: set CELERY_BROKER_URL"
    if CHROMIUM is None:
        reasons["browser"] = "needs Chromium: install chromium"
    return reasons


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and skip what this machine cannot run.

    KEJI_REQUIRE names what may not be skipped, as in CI: a missing server is a fault there.
    """
    reasons = lacking()
    required = set(os.environ.get("KEJI_REQUIRE", "").split())
    if missing := required & set(reasons):
        raise pytest.UsageError("; ".join(f"{name} {reasons[name]}" for name in sorted(missing)))
    # The attacks knock at every door as everybody: minutes, which CI has.
    folders = {
        "browser": pytest.mark.browser,
        "benchmarks": pytest.mark.bench,
        "attacks": pytest.mark.slow,
    }
    for item in items:
        for folder, mark in folders.items():
            if Path(__file__).parent / folder in item.path.parents:
                item.add_marker(mark)
        for name, reason in reasons.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Remove the run's folder, by the process that made it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(VAR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _quick(settings, tmp_path):
    """Cheap password hashes, and a folder of its own for each test's files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
