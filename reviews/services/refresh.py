"""After figures change, the months they touch are run again: drafts follow, frozen cards list what came late.

Source: month.md, "Frozen": a later import moves no submitted card; late figures are listed, not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from reviews.figures.days import months_between
from reviews.models import AgentFigures, Card, CardState, ImportBatch, Review, Target
from reviews.services import month
from staff import jobs
from staff.calendar import add_months
from staff.models import AccountHolder, Attendance, Job, Person, Unit, User
from staff.progress import titled

KIND = "refresh_month"
# Sales are compared with the month before or the same one a year ago, by the plan.
COMPARED_AFTER = (1, 12)
State = ImportBatch.State

titled(KIND, gettext_lazy("Taking changed figures into the month"))


def after(batch: ImportBatch, *, by: User | None, at: datetime) -> None:
    """Once a change of figures is committed, run the months that were computed with what it changed again.

    Each review is run by one job: what waits already takes these figures too. Call it inside or after
    the transaction that applied or undid the batch.
    """
    transaction.on_commit(partial(start, batch, by=by, at=at))


def start(batch: ImportBatch, *, by: User | None, at: datetime) -> list[Job]:
    """Start running the reviews that a batch touches again; none where no computed month is touched."""
    return [_start(review, batch.pk, by=by, at=at) for review in touched_reviews(batch)]


def _start(review: Review, cause: int, *, by: User | None, at: datetime) -> Job:
    # A job that has not begun reads these figures; one that runs may have passed them already.
    key = f"{review.pk}:"
    waiting = Job.objects.filter(kind=KIND, key__startswith=key, state=Job.State.WAITING).first()
    if waiting is not None:
        return waiting
    return month.start_again(review, kind=KIND, key=f"{key}{cause}", by=by, at=at)


def after_entry(person: Person, day: date, *, by: User, at: datetime) -> Job | None:
    """Once something was marked or decided about a person, compute the draft of that day's month again.

    None where there is no computed draft. A job that runs may have read before; only a waiting one is joined.
    """
    draft = Card.objects.filter(
        person=person,
        month=day.replace(day=1),
        state=CardState.DRAFT,
        review__computed_at__isnull=False,
    ).first()
    if draft is None:
        return None
    kind, key = month.RECOMPUTE, f"{draft.pk}:"
    waiting = Job.objects.filter(kind=kind, key__startswith=key, state=Job.State.WAITING).first()
    steps, payload = [{"card": draft.pk}], {"at": at.isoformat()}
    return waiting or jobs.start(kind, key=f"{key}{at.isoformat()}", steps=steps, payload=payload, by=by)


def catch_up(job: Job) -> None:
    """After a run of a month: take up what changed while it ran, for it may have written what it read before.

    Harmless twice.
    """
    review = Review.objects.select_related("unit", "procedure").filter(pk=job.payload["review"]).first()
    if review is None:
        return
    since = ImportBatch.objects.filter(Q(applied_at__gt=job.created_at) | Q(undone_at__gt=job.created_at))
    for batch in since.filter(state__in=[State.APPLIED, State.UNDONE]).select_related("shop").order_by("pk"):
        if review in touched_reviews(batch):
            at = batch.undone_at or batch.applied_at
            if at is not None:
                transaction.on_commit(
                    partial(_start, review, batch.pk, by=batch.undone_by or batch.by, at=at)
                )


def touched_reviews(batch: ImportBatch) -> list[Review]:
    """Return the computed reviews whose cards a batch's figures reach, in a fixed number of queries.

    A month that is compared with a touched one counts too, unless all of its cards are paid: nothing
    could come of it any more.
    """
    months = _months(batch)
    if not months:
        return []
    later = {add_months(one, count) for one in months for count in COMPARED_AFTER} - months
    people = _people(batch)
    own = Card.objects.filter(person__in=people).values("review")
    reach = Q(pk__in=own)
    for path in Unit.objects.filter(shop=batch.shop_id).values_list("path", flat=True):
        reach |= Q(unit__path__startswith=path) | Q(unit__in=_ids(path))
    computed = Review.objects.filter(computed_at__isnull=False).filter(reach)
    unpaid = Card.objects.exclude(state=CardState.PAID).filter(month__in=later).values("review")
    found = computed.filter(Q(month__in=months) | Q(month__in=later, pk__in=unpaid))
    return list(found.select_related("unit", "procedure").order_by("month", "pk"))


def late_reviews(batch: ImportBatch) -> list[tuple[Review, int]]:
    """Return the months in which an applied batch came too late for submitted cards, and for how many.

    Counted are the cards that were submitted before it, list late figures, and may hold its own.
    """
    if batch.state != State.APPLIED or batch.applied_at is None:
        return []
    late = Card.objects.exclude(state=CardState.DRAFT).exclude(late_figures=[])
    late = late.filter(person__in=_people(batch), submitted_at__lte=batch.applied_at)
    reviews = {review.pk: review for review in touched_reviews(batch)}
    counted = late.filter(review__in=reviews).order_by().values_list("review").annotate(Count("pk"))
    return sorted(((reviews[pk], count) for pk, count in counted), key=lambda pair: pair[0].month)


def running(batch: ImportBatch) -> Job | None:
    """Return the latest job that takes changed figures into a month a batch touches, while it is at work."""
    keys = [f"{review.pk}:" for review in touched_reviews(batch)]
    active = Job.objects.filter(kind=KIND, state__in=Job.ACTIVE).order_by("-pk")
    return next((job for job in active if job.key.startswith(tuple(keys))), None) if keys else None


def _ids(path: str) -> list[int]:
    """Return the units a path goes through: a review of a unit above a shop's gathers its cards."""
    return [int(part) for part in path.split("/") if part]


def _months(batch: ImportBatch) -> set[date]:
    spans = batch.files.filter(left_out=False).values_list("first_day", "last_day")
    found = {one for first, last in spans if first and last for one in months_between(first, last)}
    return found | set(Target.objects.filter(batch=batch).values_list("month", flat=True))


def _people(batch: ImportBatch) -> set[int]:
    """Return whose figures a batch may hold: who has accounts in its shop, and whom it names."""
    queries: Iterable[Collection[int]] = (
        AccountHolder.objects.filter(account__shop=batch.shop_id).values_list("person_id", flat=True),
        AgentFigures.objects.filter(batch=batch, person__isnull=False)
        .order_by()
        .values_list("person_id", flat=True)
        .distinct(),
        Target.objects.filter(batch=batch).values_list("person_id", flat=True),
        Attendance.objects.filter(file_id__in=batch.files.values("pk"))
        .order_by()
        .values_list("person_id", flat=True)
        .distinct(),
    )
    return {person for found in queries for person in found}
