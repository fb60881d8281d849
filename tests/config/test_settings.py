"""Settings come from the environment: nonsense stops the start with the variable's name."""

from __future__ import annotations

import runpy
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from config import env

SETTINGS = Path(__file__).parents[2] / "config" / "settings.py"
LONG = "a-long-secret-key-that-nobody-guesses-0123456789-abcdefghij"
PRODUCTION = {"DEBUG": "0", "SECRET_KEY": LONG, "ALLOWED_HOSTS": "keji.example.com"}
OURS = (
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "TIME_ZONE",
    "EMAIL_URL",
    "EMAIL_FROM",
    "EMAIL_ON",
    "EMAIL_BACKEND",
    "WORKER_BEAT",
    "SITE_URL",
)


@pytest.fixture
def clean(monkeypatch, tmp_path):
    """An environment without variables of ours, but with a folder of its own."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KEJI_VAR", str(tmp_path))
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        pytest.param({"DEBUG": "0"}, "SECRET_KEY", id="no secret outside DEBUG"),
        pytest.param(PRODUCTION | {"SECRET_KEY": "short"}, "SECRET_KEY", id="short secret"),
        pytest.param(PRODUCTION | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS", id="no host"),
        pytest.param(PRODUCTION | {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", id="every host"),
        pytest.param({"DEBUG": "perhaps"}, "DEBUG", id="neither yes nor no"),
        pytest.param({"DEBUG": "1", "DATABASE_URL": "mysql://a/b"}, "DATABASE_URL", id="another database"),
        pytest.param(
            {"DEBUG": "1", "CELERY_BROKER_URL": "sqs://a"}, "CELERY_BROKER_URL", id="another broker"
        ),
        pytest.param({"DEBUG": "1", "JOB_LEASE_SECONDS": "0"}, "JOB_LEASE_SECONDS", id="no lease"),
        pytest.param({"DEBUG": "1", "SITE_URL": "keji.example.com"}, "SITE_URL", id="address without scheme"),
        pytest.param({"DEBUG": "1", "SITE_URL": "https://a b"}, "SITE_URL", id="address with a blank"),
        pytest.param({"DEBUG": "1", "SITE_URL": "https://x?y=1"}, "SITE_URL", id="address with a query"),
        pytest.param({"DEBUG": "1", "SITE_URL": "ftp://x"}, "SITE_URL", id="another scheme"),
        pytest.param({"DEBUG": "1", "DOCUMENT_KEY": "short"}, "DOCUMENT_KEY", id="short key of papers"),
        pytest.param({"DEBUG": "1", "VERIFY_PER_CLIENT": "0"}, "VERIFY_PER_CLIENT", id="no check at all"),
        pytest.param({"DEBUG": "1", "TIME_ZONE": "Mars/Base"}, "TIME_ZONE", id="no such time zone"),
        pytest.param({"DEBUG": "1", "EMAIL_URL": "https://mail"}, "EMAIL_URL", id="no mail server"),
        pytest.param(
            {"DEBUG": "1", "EMAIL_URL": "smtps://h/path"}, "EMAIL_URL", id="a path on a mail server"
        ),
        pytest.param({"DEBUG": "1", "EMAIL_URL": "smtps://h"}, "EMAIL_FROM", id="mails from nobody"),
        pytest.param({"DEBUG": "1", "EMAIL_FROM": "keji"}, "EMAIL_FROM", id="no address to send from"),
        pytest.param(
            {"DEBUG": "1", "EMAIL_ON": "1", "EMAIL_FROM": "a@b.example"},
            "EMAIL_URL",
            id="mails to the console",
        ),
        pytest.param({"DEBUG": "1", "WORKER_BEAT": "sometimes"}, "WORKER_BEAT", id="half a clock"),
    ],
)
def test_nonsense_stops_the_start(clean, variables, named):
    for name, value in variables.items():
        clean.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        runpy.run_path(str(SETTINGS))


def test_without_any_variable_it_is_somebodys_own_machine(clean, tmp_path):
    first, second = runpy.run_path(str(SETTINGS)), runpy.run_path(str(SETTINGS))
    assert first["DEBUG"] is True
    assert first["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert first["DATABASES"]["default"]["NAME"] == str(tmp_path / "keji.sqlite3")
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    key = tmp_path / "secret-key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_key_makes_it_a_site(clean):
    clean.setenv("SECRET_KEY", LONG)
    clean.setenv("ALLOWED_HOSTS", "keji.example.com")
    assert runpy.run_path(str(SETTINGS))["DEBUG"] is False


@pytest.mark.slow
def test_production_settings_pass_the_deployment_checks(clean):
    for name, value in PRODUCTION.items():
        clean.setenv(name, value)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    checked = subprocess.run(command, cwd=SETTINGS.parents[1], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1", True, id="1"),
        pytest.param(" Yes ", True, id="yes, with blanks"),
        pytest.param("0", False, id="0"),
        pytest.param("", False, id="empty"),
    ],
)
def test_flag(monkeypatch, text, value):
    monkeypatch.setenv("SWITCH", text)
    assert env.flag("SWITCH", default=not value) is value


def test_flag_unset_is_the_default(monkeypatch):
    monkeypatch.delenv("SWITCH", raising=False)
    assert env.flag("SWITCH", default=True)


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=text) for text in ("-1", "1.5", "many", "1e3", "٣", "2 0", "4")]
)
def test_whole_refuses(monkeypatch, text):
    monkeypatch.setenv("COUNT", text)
    with pytest.raises(ImproperlyConfigured, match="COUNT"):
        env.whole("COUNT", 7, least=5)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://host:port/keji", id="port not a number"),
        pytest.param("postgresql://host", id="no database"),
        pytest.param("postgresql://[host/keji", id="broken host"),
        pytest.param("postgresql://host/keji?sslmod=require", id="unknown option"),
        pytest.param("sqlite://", id="no file"),
        pytest.param("keji", id="no URL"),
    ],
)
def test_database_refuses(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database("DATABASE_URL", fallback=tmp_path / "db")


def test_postgresql_by_url(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://hr:p%40ss@db.example.com:5433/keji?sslmode=require")
    found = env.database("DATABASE_URL", fallback=tmp_path / "db")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "hr",
        "p@ss",
        "db.example.com",
        "5433",
        "keji",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


def test_sqlite_by_url(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.sqlite3")
    assert env.database("DATABASE_URL", fallback=tmp_path / "db")["NAME"] == f"{tmp_path}/other.sqlite3"


def test_no_broker_is_a_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    found = env.broker("CELERY_BROKER_URL", folder=tmp_path)
    assert found["url"].startswith("filesystem://")
    assert (
        found["options"]["data_folder_in"] == found["options"]["data_folder_out"] == str(tmp_path / "queue")
    )


@pytest.mark.parametrize(
    "url",
    [pytest.param(url, id=url.split(":")[0]) for url in ("amqp://guest@localhost//", "redis://localhost/1")],
)
def test_broker_by_url(monkeypatch, tmp_path, url):
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    assert env.broker("CELERY_BROKER_URL", folder=tmp_path)["url"] == url


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own settings")
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        pytest.param("journal_mode", "wal", id="readers do not wait for the writer"),
        pytest.param("synchronous", 1, id="NORMAL"),
        pytest.param("busy_timeout", 20_000, id="20 s for the write lock"),
        pytest.param("foreign_keys", 1, id="foreign keys"),
    ],
)
def test_sqlite_pragmas(pragma, value):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone()[0] == value


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own settings")
def test_sqlite_takes_the_write_lock_at_once():
    name = connection.settings_dict["NAME"]
    with (
        transaction.atomic(),
        closing(sqlite3.connect(name, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_without_a_mail_server_no_mail_is_sent(clean):
    found = runpy.run_path(str(SETTINGS))
    assert found["EMAIL_ON"] is False
    assert found["WORKER_BEAT"] is True


def test_a_mail_server_by_url(clean):
    clean.setenv("EMAIL_URL", "smtp+starttls://keji%40b:p%2Fw@mail.example.com")
    clean.setenv("EMAIL_FROM", "客绩 <keji@example.com>")
    found = runpy.run_path(str(SETTINGS))
    assert found["EMAIL_ON"] is True
    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    names = (
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_TLS",
        "EMAIL_USE_SSL",
    )
    assert [found[name] for name in names] == ["mail.example.com", 587, "keji@b", "p/w", True, False]
    assert found["DEFAULT_FROM_EMAIL"] == "客绩 <keji@example.com>"


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        pytest.param({"DEBUG": "1"}, "http://127.0.0.1:8000", id="own machine"),
        pytest.param(PRODUCTION, "https://keji.example.com", id="the first host"),
        pytest.param(PRODUCTION | {"ALLOWED_HOSTS": ".example.com,b"}, "https://example.com", id="any below"),
        pytest.param(
            PRODUCTION | {"SITE_URL": "https://k.cn:8443/keji/"}, "https://k.cn:8443/keji", id="set"
        ),
    ],
)
def test_papers_lead_to_the_sites_address(clean, variables, address):
    for name, value in variables.items():
        clean.setenv(name, value)
    assert runpy.run_path(str(SETTINGS))["SITE_URL"] == address
