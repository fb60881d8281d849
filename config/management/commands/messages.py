"""Keep the Chinese catalogue in line with the sources, or check that it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

CATALOGUE = Path("zh_Hans", "LC_MESSAGES")
# Packages that ship no Chinese, or not all of it: our catalogue holds what is missing.
LACKING = ("django", "unfold", "allauth", "import_export", "simple_history", "rest_framework")


@contextmanager
def fresh_catalogues() -> Iterator[Path]:
    """Yield a folder with the catalogues brought in line with the sources; the repository's stay as they are."""
    committed = Path(settings.LOCALE_PATHS[0])
    with TemporaryDirectory() as folder:
        shutil.copytree(committed, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.mo"))
        settings.LOCALE_PATHS = [folder]
        for domain in ("django", "djangojs"):
            call_command(
                "makemessages",
                locale=["zh_Hans"],
                domain=domain,
                no_location=True,
                no_wrap=True,
                # The committed catalogues lie there: the copy is the one to write to.
                ignore_patterns=["config/locale", ".venv", "var", "tests", "static"]
                if domain == "django"
                else ["config/locale", ".venv", "var", "tests", "vendor"],
                verbosity=0,
            )
        settings.LOCALE_PATHS = [str(committed)]
        for catalogue in (Path(folder) / CATALOGUE).glob("*.po"):
            keep_borrowed(catalogue)
        yield Path(folder)


@cache
def words_of_packages() -> str:
    """Return the sources of the packages that lack translations, with every white space made one blank."""
    texts = []
    for name in LACKING:
        root = Path(str(files(name)))
        texts += [
            path.read_text() for kind in ("py", "html", "txt") for path in sorted(root.rglob(f"*.{kind}"))
        ]
    return " ".join(" ".join(texts).replace('\\"', '"').replace("\\'", "'").split())


def keep_borrowed(catalogue: Path) -> None:
    """Take back what extraction gave up since it stands in a package's sources, not in ours."""
    found = polib.pofile(str(catalogue), wrapwidth=0)
    for entry in found.obsolete_entries():
        parts = re.split(r"%\(\w+\)[sdr]", entry.msgid)
        if all(" ".join(part.split()) in words_of_packages() for part in parts):
            entry.obsolete = False
    found.save()


def faults(committed: Path, fresh: Path) -> list[str]:
    """Return one sentence for each message without a translation and each translation without a message."""
    known = {key(entry) for entry in polib.pofile(str(committed))} if committed.exists() else set()
    found = polib.pofile(str(fresh))
    problems = []
    for entry in found:
        if entry.obsolete:
            problems.append(f"no longer used: {entry.msgid!r}")
        elif key(entry) not in known:
            problems.append(f"not in the catalogue: {entry.msgid!r}")
        elif entry.fuzzy or not entry.translated():
            problems.append(f"not translated: {entry.msgid!r}")
    return problems


def write(fresh: Path, committed: Path) -> None:
    """Put a catalogue in place of the committed one, without what is no longer used."""
    catalogue = polib.pofile(str(fresh), wrapwidth=0)
    for entry in catalogue.obsolete_entries():
        catalogue.remove(entry)
    catalogue.save(str(committed))


def misplaced(catalogue: Path) -> list[str]:
    """Return gettext's complaints, such as a translation without one of its placeholders."""
    command = ["msgfmt", "--check-format", "-o", os.devnull, str(catalogue)]
    complaints = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return complaints.stderr.splitlines() if complaints.returncode else []


def key(entry: polib.POEntry) -> tuple[str | None, str]:
    """Return what makes a message unique."""
    return entry.msgctxt, entry.msgid


class Command(BaseCommand):
    """Extract messages with GNU gettext; with --check change nothing and name what is missing."""

    help = "Bring config/locale in line with the sources, or --check that it is."
    requires_system_checks: list[str] = []  # noqa: RUF012  as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where something is missing"
        )

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write the catalogues or compare them."""
        if not shutil.which("xgettext"):
            if os.environ.get("CI") or not check:
                raise CommandError("GNU gettext is absent. Install it: apt-get install gettext")
            self.stdout.write("SKIPPED: translations were not checked, since GNU gettext is absent.")
            return
        os.chdir(settings.BASE_DIR)
        committed = Path(settings.LOCALE_PATHS[0]) / CATALOGUE
        problems = []
        with fresh_catalogues() as folder:
            for fresh in sorted((folder / CATALOGUE).glob("*.po")):
                if check:
                    problems += faults(committed / fresh.name, fresh) + misplaced(fresh)
                else:
                    write(fresh, committed / fresh.name)
        if problems:
            self.stderr.write("\n".join(problems))
            sys.exit(1)
