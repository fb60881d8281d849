"""A sheet of people handed in: checked, shown, and written whole or not at all.

A small sheet is checked and written at once; a large one as a job, so that no page waits for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from staff import jobs
from staff.jobs import StepRun
from staff.models import Job, SheetImport, SheetPart, User
from staff.services.outcome import Change, Outcome, Problem, SheetRefused
from staff.services.people import write
from staff.services.people_plan import PeoplePlan, PersonRow, plan_people
from staff.services.people_sheet import read_people

CHECK, WRITE = "check_people", "write_people"
MAX_BYTES = 10 * 1024 * 1024
SLICE = 500  # rows a step; so many are also done without a job


class SheetOvertaken(Exception):
    """What the sheet would do is no longer what was shown, or somebody was quicker."""


@dataclass(slots=True)
class Preview:
    """What a sheet would do, in words for its reader."""

    outcome: Outcome = field(default_factory=Outcome)
    problems: list[Problem] = field(default_factory=list)


def hand_in(content: bytes, *, name: str, by: User) -> SheetImport:
    """Take a file in and check it. Raises SheetRefused where it cannot be read at all."""
    if len(content) > MAX_BYTES:
        raise SheetRefused([Problem("", "", _("The file is larger than 10 MB. Import it in parts."))])
    rows = _read(content)
    slices = _slices(rows)
    with transaction.atomic():
        sheet = SheetImport.objects.create(
            uploaded_by=by,
            name=Path(name.replace("\\", "/")).name[-255:] or "?",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            rows=len(rows),
        )
        if len(slices) > 1:
            steps = [{"seq": seq} for seq in range(len(slices))]
            sheet.job = jobs.start(CHECK, key=str(sheet.public_id), steps=steps, by=by)
            sheet.save(update_fields=["job"])
            return sheet
        _store(sheet, seq=0, plan=plan_people(rows))
        show(sheet)
    return sheet


def _read(content: bytes) -> list[PersonRow]:
    """Return a file's rows, those of one person together, in the order of their first."""
    with _as_file(content) as path:
        rows = read_people(path)
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.staff_no, len(first))
    return sorted(rows, key=lambda row: first[row.staff_no])


@contextmanager
def _as_file(content: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="keji-sheet-") as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(content)
        yield path


def _slices(rows: Sequence[PersonRow]) -> list[list[PersonRow]]:
    """Cut the rows into slices of about 500, never between two rows of one person."""
    slices: list[list[PersonRow]] = [[]]
    for row in rows:
        if len(slices[-1]) >= SLICE and slices[-1][-1].staff_no != row.staff_no:
            slices.append([])
        slices[-1].append(row)
    return slices


def check_slice(step: StepRun) -> None:
    """Do one step of a check."""
    sheet = SheetImport.objects.get(public_id=step.job.key)
    if sheet.content is None:
        return
    seq = int(step.payload["seq"])
    with override(sheet.uploaded_by.language):
        plan = plan_people(_slices(_read(bytes(sheet.content)))[seq])
        with step.finish():
            _store(sheet, seq=seq, plan=plan)


def checked(job: Job) -> None:
    """Show what all steps of a check have found."""
    sheet = SheetImport.objects.get(public_id=job.key)
    if sheet.state == SheetImport.State.CHECKING:
        show(sheet)


def _store(sheet: SheetImport, *, seq: int, plan: PeoplePlan) -> None:
    outcome = plan.outcome
    found = {
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "changes": [{**asdict(change), "what": str(change.what)} for change in outcome.changes],
        "problems": [
            {"where": problem.where, "column": str(problem.column), "text": str(problem.text)}
            for problem in plan.problems
        ],
    }
    SheetPart.objects.get_or_create(sheet=sheet, seq=seq, defaults={"found": found})


def show(sheet: SheetImport) -> None:
    """Mark a sheet as shown, with the digest of what it would do."""
    shown = preview(sheet)
    open_sheets = SheetImport.objects.filter(pk=sheet.pk, state=SheetImport.State.CHECKING)
    open_sheets.update(state=SheetImport.State.SHOWN, shown_hash=digest(shown.outcome))
    sheet.refresh_from_db(fields=["state", "shown_hash"])


def preview(sheet: SheetImport) -> Preview:
    """Return what was found so far, changes and faults in the order of the rows."""
    found = Preview()
    for part in sheet.parts.all():
        found.outcome.new += part.found["new"]
        found.outcome.changed += part.found["changed"]
        found.outcome.unchanged += part.found["unchanged"]
        found.outcome.changes += [Change(**change) for change in part.found["changes"]]
        found.problems += [Problem(**problem) for problem in part.found["problems"]]
    found.outcome.changes.sort(key=lambda change: int(change.where))
    found.problems.sort(key=lambda problem: int(problem.where or 0))
    return found


def digest(outcome: Outcome) -> str:
    """Return what identifies the differences, whatever language they are worded in."""
    changes = sorted((int(change.where), change.old, change.new) for change in outcome.changes)
    counts = (outcome.new, outcome.changed, outcome.unchanged)
    return hashlib.sha256(json.dumps([counts, changes], ensure_ascii=True).encode()).hexdigest()


def confirm(sheet: SheetImport, *, by: User, shown_hash: str) -> SheetImport:
    """Write a sheet as it was shown, at once or as a job.

    Raises SheetOvertaken where it was written or dropped meanwhile, or where the differences are no
    longer those shown; then nothing is written, and a new preview takes the old one's place.
    """
    with transaction.atomic():
        waiting = SheetImport.objects.filter(
            pk=sheet.pk, uploaded_by=by, state=SheetImport.State.SHOWN, shown_hash=shown_hash
        )
        if any(part.found["problems"] for part in sheet.parts.all()):
            raise SheetOvertaken(_("The sheet has faults. Correct them and hand it in again."))
        if not waiting.update(state=SheetImport.State.WRITING):
            raise SheetOvertaken(_("This sheet was written or dropped meanwhile. Nothing was done twice."))
        sheet.refresh_from_db()
        if sheet.rows > SLICE:
            sheet.job = jobs.start(WRITE, key=str(sheet.public_id), steps=[{}], by=by)
            sheet.save(update_fields=["job"])
        else:
            _write(sheet)
    return sheet


def write_sheet(step: StepRun) -> None:
    """Do the one step of writing: everything or nothing."""
    sheet = SheetImport.objects.get(public_id=step.job.key)
    if sheet.state == SheetImport.State.WRITING:
        with override(sheet.uploaded_by.language), step.finish():
            _write(sheet)


def _write(sheet: SheetImport) -> None:
    """Look again, and write only what was shown."""
    with transaction.atomic():
        plan = plan_people(_read(bytes(sheet.content or b"")))
        if plan.problems or digest(plan.outcome) != sheet.shown_hash:
            _show_anew(sheet, plan)
            return
        write(plan, by=sheet.uploaded_by)
        _end(sheet, SheetImport.State.WRITTEN)


def _show_anew(sheet: SheetImport, plan: PeoplePlan) -> None:
    sheet.parts.all().delete()
    _store(sheet, seq=0, plan=plan)
    SheetImport.objects.filter(pk=sheet.pk).update(state=SheetImport.State.CHECKING)
    show(sheet)


def settle(sheet: SheetImport) -> None:
    """Bring a sheet whose job was cancelled or failed back to where its reader can decide again."""
    if sheet.job is None or sheet.job.state not in {Job.State.CANCELLED, Job.State.FAILED}:
        return
    if sheet.state == SheetImport.State.CHECKING:
        _end(sheet, SheetImport.State.DROPPED)
    elif sheet.state == SheetImport.State.WRITING:
        stuck = SheetImport.objects.filter(pk=sheet.pk, state=SheetImport.State.WRITING)
        stuck.update(state=SheetImport.State.SHOWN)
        sheet.refresh_from_db(fields=["state"])


def drop(sheet: SheetImport) -> None:
    """Give a sheet up; nothing of it was written."""
    sheet.refresh_from_db(fields=["state", "job"])
    if sheet.job is not None:
        jobs.cancel(sheet.job)
    if sheet.state in {SheetImport.State.CHECKING, SheetImport.State.SHOWN}:
        _end(sheet, SheetImport.State.DROPPED)


def _end(sheet: SheetImport, state: str) -> None:
    SheetImport.objects.filter(pk=sheet.pk, state__in=SheetImport.OPEN).update(
        state=state, content=None, ended_at=timezone.now()
    )
    sheet.refresh_from_db(fields=["state", "content", "ended_at"])
