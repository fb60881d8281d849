"""Set up a clone: virtual environment, locked packages, native libraries for PDF, translations.

`make` runs it before everything else, with the system's Python and the standard library only. A
second call finds its stamp and does next to nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "keji-stamp"
LOCALE = ROOT / "config" / "locale"

# Debian's package for each library that WeasyPrint opens.
NATIVE = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


class Stop(Exception):
    """Set-up cannot go on; the text tells the reader what to do."""


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def call(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command in the clone and return whether it succeeded."""
    sink = subprocess.DEVNULL if quiet else None
    words = [str(part) for part in command]
    try:
        return subprocess.run(words, cwd=ROOT, check=False, stdout=sink, stderr=sink).returncode == 0  # noqa: S603
    except OSError:
        return False


def apt(*packages: str) -> bool:
    """Install Debian packages where that is allowed without asking for a password."""
    if not shutil.which("apt-get"):
        return False
    before: list[str | Path] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or not call("sudo", "-n", "true", quiet=True):
            return False
        before = ["sudo", "-n"]
    say(f"Installing {' '.join(packages)} ...")
    get = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    call(*get, "update")
    return call(*get, "install", "-y", "--no-install-recommends", *packages, quiet=True)


def stamp() -> str:
    """Return what the environment depends on, as a digest."""
    parts = [(ROOT / "uv.lock").read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def works(python: Path) -> bool:
    """Whether an interpreter is there and starts."""
    return python.exists() and call(python, "-c", "", quiet=True)


def make_environment() -> None:
    """Make .venv, anew where its interpreter no longer starts."""
    if works(PYTHON):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    say("Making the virtual environment in .venv ...")
    ways: list[tuple[str | Path, ...]] = [(sys.executable, "-m", "venv", VENV)]
    if uv := shutil.which("uv"):
        ways.append((uv, "venv", "--quiet", "--seed", "--python", sys.executable, VENV))
    for way in ways:
        if call(*way, quiet=True):
            return
        shutil.rmtree(VENV, ignore_errors=True)
    if apt("python3-venv") and call(*ways[0], quiet=True):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    raise Stop("Python cannot make virtual environments here. Install python3-venv, then run this again.")


def find_uv() -> str:
    """Return uv's path, installing it into .venv where the machine has none."""
    for found in (shutil.which("uv"), str(VENV / "bin" / "uv")):
        if found and call(found, "--version", quiet=True):
            return found
    if not call(PYTHON, "-m", "pip", "install", "--quiet", "uv>=0.8"):
        raise Stop(
            "uv could not be installed with pip. Look at the message above; the network may be out of reach."
        )
    return str(VENV / "bin" / "uv")


def install_packages() -> None:
    """Bring .venv to what uv.lock says, unless it was brought there before."""
    wanted = stamp()
    if works(PYTHON) and STAMP.exists() and STAMP.read_text() == wanted:
        return
    make_environment()
    say("Installing the locked packages ...")
    # --inexact keeps uv itself where pip put it into the environment.
    if not call(find_uv(), "sync", "--frozen", "--inexact", "--quiet", "--python", PYTHON):
        raise Stop(
            "The locked packages could not be installed. Look at the message above, then run this again."
        )
    STAMP.write_text(wanted)


def absent_libraries() -> list[str]:
    """Return the Debian packages whose library cannot be opened."""
    absent = []
    for library, package in NATIVE.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            absent.append(package)
    return absent


def install_native() -> None:
    """See to the libraries that PDFs need; all but PDF works without them."""
    if sys.platform == "darwin":
        if not any(
            Path(prefix, "lib/libpango-1.0.dylib").exists() for prefix in ("/opt/homebrew", "/usr/local")
        ):
            say("PDFs need Pango: brew install pango")
        return
    absent = absent_libraries()
    if not absent or (apt(*absent) and not absent_libraries()):
        return
    say(f"PDFs need native libraries that are absent. Install them: apt-get install {' '.join(absent)}")


def compile_translations() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(f".{os.getpid()}")
        # Babel may complain and still write; what it says is not shown, since `make check` asks GNU gettext.
        call(VENV / "bin" / "pybabel", "--quiet", "compile", "-i", source, "-o", fresh, quiet=True)
        if not fresh.exists() or not fresh.stat().st_size:
            raise Stop(f"{source.relative_to(ROOT)} could not be compiled.")
        fresh.replace(target)


def main() -> int:
    """Set everything up; return the exit status."""
    try:
        install_packages()
        install_native()
        compile_translations()
    except Stop as stop:
        say(str(stop))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
