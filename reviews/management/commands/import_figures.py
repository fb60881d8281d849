"""`manage.py import_figures FILE… --shop NAME`: the admin's import from a terminal."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reviews.figures import applying, importing
from reviews.figures.days import Span
from reviews.figures.importing import Asked, Upload
from reviews.figures.messages import place, sentence
from reviews.figures.planned import Plan
from reviews.models import ImportBatch
from reviews.services import attribution, refresh
from staff import jobs
from staff.models import Shop


class Command(BaseCommand):
    """Imports files: all together go in or none. Exit status 1 where errors stopped it."""

    help = "Import files of figures for a shop: all of them go in, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what data.md names."""
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--shop", required=True, help="the shop's name")
        parser.add_argument("--date", type=_day, help="the day of files that do not say it")
        parser.add_argument(
            "--from", dest="first", type=_day, help="the first day of files that do not say it"
        )
        parser.add_argument("--to", dest="last", type=_day, help="the last day of files that do not say it")
        parser.add_argument(
            "--at", type=_moment, help='snapshots of a running day: when they were taken, "2026-11-11 10:30"'
        )
        parser.add_argument("--mode", choices=["pay_first", "order_first"], default="")
        parser.add_argument(
            "--overlap",
            choices=ImportBatch.Overlap.values,
            default=ImportBatch.Overlap.ASK,
            help="where other spans fill the same field: refuse (ask), keep what is there, or replace it",
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would change, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, show and, unless it is a dry run, apply."""
        shop = shop_named(options["shop"])
        asked = Asked(span=_span(options), mode=options["mode"], overlap=options["overlap"], at=options["at"])
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"{path}: there is no such file.")
        uploads = [Upload(path, path.name) for path in options["files"]]
        plan = importing.preview(uploads, shop=shop, asked=asked)
        applied = False
        if not plan.errors and plan.something_new and not options["dry_run"]:
            applied = self._apply(uploads, shop, asked, plan)
        if options["json"]:
            self.stdout.write(json.dumps(_report(plan, applied=applied), ensure_ascii=False))
        else:
            self._tell(plan, applied=applied, dry=options["dry_run"])
        if plan.errors:
            sys.exit(1)

    def _apply(self, uploads: list[Upload], shop: Shop, asked: Asked, plan: Plan) -> bool:
        batch = importing.receive(uploads, shop=shop, by=None, asked=asked)
        try:
            importing.write_plan(batch, list(batch.files.order_by("pk")), plan)
            applying.apply(batch, by=None, at=timezone.now())
        except importing.Refused as refusal:
            importing.discard(batch)
            raise CommandError(str(refusal)) from refusal
        if (job := attribution.start_after(batch, by=None)) is not None:
            jobs.work(job.pk)
        refresh.after(batch, by=None, at=timezone.now())
        return True

    def _tell(self, plan: Plan, *, applied: bool, dry: bool) -> None:
        for file in _report(plan, applied=applied)["files"]:
            numbers = ", ".join(f"{key} {file[key]}" for key in COUNTS)
            self.stdout.write(f"{file['name']}: {file['format'] or '–'}: {numbers}")
        for planned in plan.files:
            for issue in planned.issues:
                where = place(sheet=issue.sheet, row=issue.row, column=issue.column, letter=issue.letter)
                text = sentence(issue.code, issue.params)
                out = self.stderr if issue.severity == "error" else self.stdout
                out.write(
                    " ".join(part for part in (f"{planned.read.name}:", issue.sheet, where, text) if part)
                )
        if plan.errors:
            self.stderr.write(_("Nothing was imported: correct the cells above and import all files again."))
        elif not plan.something_new:
            self.stdout.write(_("There is nothing new in these files; nothing was changed."))
        elif dry:
            self.stdout.write(_("A dry run: nothing was written."))
        elif applied:
            self.stdout.write(_("All files were imported."))


COUNTS = ("rows", "new", "changed", "unchanged", "skipped", "faulty", "unknown")


def shop_named(name: str) -> Shop:
    """Return the one shop of that name, whatever its platform."""
    found = list(Shop.objects.filter(name=name)[:2])
    if not found:
        names = ", ".join(Shop.objects.values_list("name", flat=True)[:20])
        raise CommandError(f"There is no shop “{name}”. Shops: {names or '–'}")
    if len(found) > 1:
        raise CommandError(f"Several platforms have a shop “{name}”; rename one of them.")
    return found[0]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _moment(text: str) -> datetime:
    return datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007  the company's wall clock


def _span(options: dict[str, Any]) -> Span | None:
    day, first, last = options["date"], options["first"], options["last"]
    if day and (first or last):
        raise CommandError("Give --date, or --from and --to.")
    if bool(first) != bool(last):
        raise CommandError("Give both --from and --to.")
    if day:
        return Span(day, day)
    return Span(first, last) if first else None


def _report(plan: Plan, *, applied: bool) -> dict[str, Any]:
    files = [
        {
            "name": file.read.name,
            "format": file.read.form.name if file.read.form else None,
            "rows": file.row_count,
            **file.counts,
            "skipped": file.read.skipped,
            "faulty": file.faulty,
            "unknown": len(file.unknown),
        }
        for file in plan.files
    ]
    errors = [
        {
            "file": file.read.name,
            "sheet": issue.sheet or None,
            "row": issue.row,
            "column": issue.column or None,
            "message": sentence(issue.code, issue.params),
        }
        for file in plan.files
        for issue in file.errors
    ]
    return {"files": files, "errors": errors, "applied": applied}
