"""Typed reading of environment variables; nonsense stops the start with the variable's name."""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
SHORTEST_KEY = 32
FALSE = {"0", "false", "no", "off", ""}
POSTGRESQL_OPTIONS = {
    "application_name",
    "connect_timeout",
    "options",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
}


def text(name: str, default: str = "") -> str:
    """Return the variable's text, stripped."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable.

    Raises ImproperlyConfigured for anything that is neither.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: use 1 or 0.")


def whole(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number of at least `least`."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}: use a whole number, {least} or more.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone that this machine knows."""
    value = text(name) or default
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} is {value!r}: use a name such as Asia/Shanghai.")
    return value


def address(name: str, url: str) -> tuple[SplitResult, int | None]:
    """Return a URL's parts and its port. Its text, which may hold a password, is never repeated."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is no valid URL: {error}.") from error


def site_address(name: str, *, default: str) -> str:
    """Return the address people reach the site under, without a slash at its end.

    Raises ImproperlyConfigured for anything but http(s)://host, with a port or a path where there is one.
    """
    value = text(name) or default
    parts, _port = address(name, value)
    plain = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
    if not plain or parts.username is not None or any(sign.isspace() for sign in value):
        raise ImproperlyConfigured(f"{name} is no address of a site: use e.g. https://keji.example.com.")
    return value.rstrip("/")


def derived_key(name: str, secret: str) -> bytes:
    """Return a key of an installation: the variable's text, else one that follows from its secret.

    Raises ImproperlyConfigured for a text too short to be a key.
    """
    value = text(name)
    if value and len(value) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"{name} is shorter than {SHORTEST_KEY} characters: use a long random text."
        )
    return hmac.digest((value or secret).encode(), name.encode(), "sha256")


def own_secret(path: Path) -> str:
    """Return the key of an installation that was given none: made by chance once, readable by its owner.

    Web and worker start together: the first to link its key in place wins, whole.
    """
    if not path.exists():
        made = path.with_name(f"{path.name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with suppress(FileExistsError):
            path.hardlink_to(made)
        made.unlink()
    return path.read_text(encoding="ascii")


def database(name: str, *, fallback: Path, conn_max_age: int = 60) -> dict[str, Any]:
    """Return Django's database settings from a URL; none set means SQLite in a file.

    Accepts `postgresql://user:password@host:port/name?sslmode=require` and
    `sqlite:////absolute/path.sqlite3`.
    """
    url = text(name)
    if not url:
        return sqlite(fallback)
    parts, port = address(name, url)
    if parts.scheme == "sqlite":
        if not parts.path.strip("/"):
            raise ImproperlyConfigured(f"{name} names no file: use sqlite:////path/keji.sqlite3.")
        return sqlite(Path(unquote(parts.path[1:]) if parts.path.startswith("//") else parts.path))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{name} has the scheme {parts.scheme!r}: use postgresql:// or sqlite://.")
    options = dict(parse_qsl(parts.query))
    if unknown := set(options) - POSTGRESQL_OPTIONS:
        raise ImproperlyConfigured(f"{name} has the unknown option {min(unknown)!r}.")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database: end it with /NAME.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": conn_max_age,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Return settings under which many processes can write one SQLite file.

    Without IMMEDIATE about half of concurrent writers fail with "locked", since a
    read transaction cannot always become a write transaction.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
            ),
        },
        # In-memory test databases cannot be shared by the threads of a two-writers test.
        "TEST": {"NAME": text("KEJI_TEST_SQLITE") or None},
    }


def broker(name: str, *, folder: Path) -> dict[str, Any]:
    """Return Celery's broker settings; none set means files in a folder, no server needed."""
    url = text(name)
    if url:
        scheme = address(name, url)[0].scheme
        if scheme not in {"amqp", "amqps", "redis", "rediss", "filesystem", "memory"}:
            raise ImproperlyConfigured(
                f"{name} has the scheme {scheme!r}: use amqp://, redis:// or leave it unset."
            )
        if scheme != "filesystem":
            return {"url": url, "options": {}}
    return {
        "url": "filesystem://localhost",
        "options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
        },
    }


def mail(name: str) -> dict[str, Any]:
    """Return Django's settings of the mail server from a URL; none set means no server.

    `smtp://host:25`, `smtp+starttls://user:password@host:587` or `smtps://user:password@host:465`.
    """
    url = text(name)
    if not url:
        return {}
    parts, port = address(name, url)
    ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(f"{name} names no mail server: use smtps://user:password@host:465.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def sender(name: str, *, needed: bool) -> str:
    """Return the address mails come from, e.g. `Keji <keji@example.com>`."""
    value = text(name)
    _label, plain = parseaddr(value)
    if value and ("@" not in plain or any(sign in value for sign in "\r\n")):
        raise ImproperlyConfigured(f"{name} is no e-mail address: use e.g. keji@example.com.")
    if needed and not value:
        raise ImproperlyConfigured(f"{name} is not set: mails need a sender, e.g. keji@example.com.")
    return value
