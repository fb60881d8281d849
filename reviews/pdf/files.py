"""Finished documents on disk: whole or not there."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """Where documents stand; never served by address, they leave through a view."""
    path: Path = settings.KEJI_VAR / "documents"
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest_of(content: bytes) -> str:
    """The SHA-256 of a document, as hex."""
    return sha256(content).hexdigest()


def read(name: str, *, digest: str) -> bytes | None:
    """A stored document, or None if it is not there or not the one with this digest."""
    try:
        content = (folder() / name).read_bytes()
    except FileNotFoundError:
        return None
    return content if digest_of(content) == digest else None


def store(name: str, content: bytes) -> Path:
    """Put a document in place in one step, so that nobody ever meets half of one."""
    target = folder() / name
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _settle(target.parent)
    return target


def _settle(path: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
