"""Limits that all processes share, and who counts as one client."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from staff import limits
from staff.limits import Limit, client_of

AT = datetime(2026, 11, 5, 8, 0, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
LIMIT = Limit("test", most=3, seconds=60)
# Two processes take what they can of fifty places, at the same time.
TAKING = """
import sys; from datetime import datetime, UTC
import django; django.setup()
from staff.limits import Limit
at = datetime(2026, 11, 5, 8, 0, 30, tzinfo=UTC)
print(sum(Limit("shared", most=50, seconds=10**6).take("x", at=at) for _ in range(80)))
"""


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def test_places_are_taken_one_by_one_and_come_again():
    assert [LIMIT.take("a", at=AT) for _time in range(5)] == [True, True, True, False, False]
    assert LIMIT.take("b", at=AT)
    assert Limit("other", most=1, seconds=60).take("a", at=AT)
    assert not LIMIT.take("a", at=AT + timedelta(seconds=29))
    assert LIMIT.take("a", at=AT + timedelta(seconds=30))
    assert LIMIT.wait(at=AT) == 30


class Late:
    """A cache whose hint of where the last place stood comes late, and that shows what was added."""

    def __init__(self) -> None:
        self.added: list[str] = []

    def get(self, _key: str, default: int) -> int:
        return default

    def set(self, *_args: object, **_given: object) -> None:
        """Forget it."""

    def add(self, key: str, value: int, timeout: int) -> bool:
        self.added.append(key)
        return cache.add(key, value, timeout=timeout)


def test_a_place_that_another_took_meanwhile_is_not_taken_twice(monkeypatch):
    monkeypatch.setattr(limits, "cache", Late())
    assert [LIMIT.take("a", at=AT) for _time in range(5)] == [True, True, True, False, False]


def test_no_address_stands_in_the_cache(monkeypatch):
    late = Late()
    monkeypatch.setattr(limits, "cache", late)
    LIMIT.take("203.0.113.9", at=AT)
    assert len(late.added) == 1
    assert "203.0.113.9" not in late.added[0]


@pytest.mark.slow
def test_two_processes_share_a_limit(tmp_path):
    environment = os.environ | {"DEBUG": "1", "KEJI_VAR": str(tmp_path), "DATABASE_URL": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    make = [sys.executable, "manage.py", "createcachetable"]
    subprocess.run(make, cwd=ROOT, env=environment, check=True, capture_output=True)
    run = [
        subprocess.Popen([sys.executable, "-c", TAKING], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for _process in range(2)
    ]
    taken = [int(process.communicate()[0]) for process in run]
    assert sum(taken) == 50


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "client"),
    [
        pytest.param(0, "198.51.100.7", "", "198.51.100.7", id="straight"),
        pytest.param(0, "198.51.100.7", "203.0.113.9", "198.51.100.7", id="forged, no proxy"),
        pytest.param(1, "10.0.0.1", "203.0.113.9", "203.0.113.9", id="one proxy"),
        pytest.param(1, "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9", id="forged before one proxy"),
        pytest.param(2, "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9", id="two proxies"),
        pytest.param(2, "198.51.100.7", "203.0.113.9", "198.51.100.7", id="around the second proxy"),
        pytest.param(1, "198.51.100.7", "", "198.51.100.7", id="around the proxy"),
        pytest.param(1, "10.0.0.1", "203.0.113.9:4711", "203.0.113.9", id="with a port"),
        pytest.param(0, "2001:db8:1:2::1", "", "2001:db8:1:2::/64", id="IPv6 is its network"),
        pytest.param(0, "2001:db8:1:2:ffff::9", "", "2001:db8:1:2::/64", id="the same network"),
        pytest.param(1, "::1", "[2001:db8:1:3::1]:443", "2001:db8:1:3::/64", id="IPv6 with a port"),
        pytest.param(0, "::ffff:198.51.100.7", "", "198.51.100.7", id="IPv4 within IPv6"),
        pytest.param(0, "", "", "unknown", id="a socket without address"),
        pytest.param(1, "10.0.0.1", "x" * 9000, "unknown", id="nonsense"),
    ],
)
def test_who_counts_as_one_client(settings, proxies, remote, forwarded, client):
    settings.PROXY_COUNT = proxies
    given = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_of(RequestFactory().get("/", REMOTE_ADDR=remote, **given)) == client
