"""Figures by the API: read, compared, staged and applied as files are, once for each key of the sender."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from reviews.figures import applying, importing
from reviews.figures.comparing import compare
from reviews.figures.importing import Asked, Refused
from reviews.figures.planned import CHANGED, NEW, UNCHANGED, Plan, PlannedFile
from reviews.figures.posted.problems import Problem, RequestRefused, problem_of
from reviews.figures.posted.reading import Posted, read_body
from reviews.figures.reading import ReadFile
from reviews.figures.rows import NOTE
from reviews.figures.stakes import UNMATCHED
from reviews.models import ApiImport, ImportBatch, ImportFile
from reviews.services import refresh
from staff.models import ApiToken, Person, Shop, Unit

log = logging.getLogger(__name__)
MOST_KEY = 80
TRIES = 3  # comparisons, where somebody else changes the same days between comparing and applying
# Notes that only make sense for files, and accounts that the answer lists by themselves.
UNSAID = frozenset({"same_file", UNMATCHED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with, the first time and every time it is sent again."""

    status: int
    body: dict[str, Any]


class _SomebodyWasFirst(Exception):
    pass


def post_figures(body: bytes, *, token: ApiToken, key: str | None, at: datetime) -> Answer:
    """Let a request's rows count, all of them or none; the same key and body change nothing again.

    A refused request uses up no key. Raises RequestRefused, after which nothing has changed.
    """
    key = _checked(key)
    digest = hashlib.sha256(body).hexdigest()
    if (before := _answered(token, key, digest)) is not None:
        return before
    posted = read_body(body, name=f"api:{token.name}")
    _refuse_strangers(posted.files, token.shop)
    for _attempt in range(TRIES):
        try:
            return _import(posted, token=token, key=key, digest=digest, at=at)
        except _SomebodyWasFirst:
            if (before := _answered(token, key, digest)) is not None:
                return before
    raise RequestRefused(409, [Problem("", "changed_meanwhile")])


def _checked(key: str | None) -> str:
    if key is None:
        raise RequestRefused(400, [Problem("Idempotency-Key", "no_key")])
    if not 1 <= len(key) <= MOST_KEY or not all(" " <= character <= "~" for character in key):
        raise RequestRefused(400, [Problem("Idempotency-Key", "bad_key")])
    return key


def _answered(token: ApiToken, key: str, digest: str) -> Answer | None:
    """Return the answer a key had before. Raises RequestRefused where it came with another body."""
    before = ApiImport.objects.filter(token=token, key=key).first()
    if before is None:
        return None
    if before.body_sha256 != digest:
        raise RequestRefused(409, [Problem("Idempotency-Key", "other_body")])
    return Answer(before.status, _in_order(before.answer))


def _in_order(answer: Any) -> Any:
    """Return an answer with its keys sorted: a database may give them back in an order of its own."""
    if isinstance(answer, dict):
        return {key: _in_order(answer[key]) for key in sorted(answer)}
    return [_in_order(one) for one in answer] if isinstance(answer, list) else answer


def _refuse_strangers(files: Sequence[ReadFile], shop: Shop) -> None:
    """Refuse staff numbers of people who never worked for the shop by the words for numbers nobody has."""
    numbers = {row.staff_no for file in files for row in file.rows if row.staff_no}
    if not numbers:
        return
    last = max((file.span.last for file in files if file.span), default=date.max)
    reach = Q(accounts__account__shop=shop)
    for path in Unit.objects.filter(shop=shop).values_list("path", flat=True):
        reach |= Q(assignments__unit__path__startswith=path, assignments__starts_on__lte=last)
    ours = set(Person.objects.filter(reach, staff_no__in=numbers).values_list("staff_no", flat=True))
    problems = [
        Problem(f"rows[{row.number - 1}].staff_no", "unknown_person", {"text": row.staff_no})
        for file in files
        for row in file.rows
        if row.staff_no and row.staff_no not in ours
    ]
    if problems:
        raise RequestRefused(422, problems)


def _import(posted: Posted, *, token: ApiToken, key: str, digest: str, at: datetime) -> Answer:
    plan = compare(posted.files, shop=token.shop, overlap=posted.overlap)
    problems = [problem_of(issue) for file in plan.files for issue in file.errors]
    if problems:
        raise RequestRefused(422, problems)
    batch = _stage(plan, posted, token) if plan.something_new else None
    answer = Answer(200, _in_order(_report(plan, batch)))
    try:
        with transaction.atomic():
            # The key first: of two that are on their way with the same key one fails here.
            ApiImport.objects.create(
                token=token,
                key=key,
                body_sha256=digest,
                status=answer.status,
                answer=answer.body,
                batch=batch,
            )
            if batch is not None:
                applying.apply(batch, by=None, at=at)
                refresh.after(batch, by=None, at=at)
    except (IntegrityError, Refused) as first:
        if batch is not None:
            batch.refresh_from_db()
            importing.discard(batch)
        raise _SomebodyWasFirst from first
    log.info("figures by the API: token %s, batch %s", token.pk, batch.pk if batch else None)
    return answer


def _stage(plan: Plan, posted: Posted, token: ApiToken) -> ImportBatch:
    """Write the rows beside the figures in force, as a batch without kept files.

    Where the machine stops before they are applied the batch waits for HR's decision like any other.
    """
    with transaction.atomic():
        batch = importing.open_batch(shop=token.shop, by=None, asked=Asked(overlap=posted.overlap))
        files = [
            ImportFile.objects.create(batch=batch, name=file.read.name[:255], sha256="")
            for file in plan.files
        ]
    importing.write_plan(batch, files, plan)
    return batch


def _report(plan: Plan, batch: ImportBatch | None) -> dict[str, Any]:
    files = plan.files
    return {
        "batch": str(batch.public_id) if batch else None,
        "rows": sum(file.row_count for file in files),
        **{name: sum(file.counts[name] for file in files) for name in (NEW, CHANGED, UNCHANGED)},
        "unknown_accounts": sorted({name for file in files for name in file.unknown}),
        "late": sum(file.late for file in files),
        "notes": [note for file in files for note in _notes(file)],
    }


def _notes(file: PlannedFile) -> list[dict[str, str]]:
    notes = [issue for issue in file.issues if issue.severity == NOTE and issue.code not in UNSAID]
    return [problem_of(issue).said() for issue in notes]
